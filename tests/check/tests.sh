#!/bin/sh
# Every module has a unit test of its own name (untested.allow names those that
# cannot, and why). A file without a header of its own belongs to the module whose
# header it opens with. Every parser listed in parsers has a fuzzer with seeds. No
# script of the tests takes a function's name from one that it sources.
. "$(dirname "$0")/lib.sh"

modules=$(tracked '^((common|helper/(base|rules|services|front)|pam_module|nss_module)/.*|helper/(settings|profiletool))\.c$')
[ -n "$modules" ] || finish 'tests: no modules found'

module_of()
{
	if [ -f "${1%.c}.h" ]; then
		basename "$1" .c
	else
		sed -n '/^#include/ { s|^#include "\(.*/\)\{0,1\}\(.*\)\.h"$|\2|p; q; }' "$1"
	fi
}

without_test()
{
	for file; do
		module=$(module_of "$file")
		[ -n "$module" ] || module=$(basename "$file" .c)
		[ -f "tests/unit/test-$module.c" ] && continue
		awk -v file="$file" '$1 == file && NF > 1 { found = 1 }
		    END { exit !found }' "$here/untested.allow" ||
			echo "$file:1: has no tests/unit/test-$module.c"
	done
}

twice()
{
	printf '%s\n' "$@" | awk '
	{
		name = $0
		sub(/^.*\//, "", name)
		if (name in first)
			print $0 ":1: module name is taken by " first[name]
		first[name] = $0
	}'
}

stale()
{
	awk '!/^#/ && NF {
		if (NF < 2)
			print "tests/check/untested.allow:" FNR ": gives no reason"
		if ((getline text < $1) < 0)
			print "tests/check/untested.allow:" FNR ": no such file: " $1
	}' "$here/untested.allow"
}

without_fuzzer()
{
	awk '!/^#/ && NF' "$here/parsers" | while read -r parser file; do
		[ -f "$file" ] ||
			echo "tests/check/parsers:1: $parser: no such file: $file"
		[ -f "tests/fuzz/fuzz-$parser.c" ] ||
			echo "$file:1: has no tests/fuzz/fuzz-$parser.c"
		[ -n "$(tracked "^tests/fuzz/seeds/$parser/.")" ] ||
			echo "$file:1: has no tests/fuzz/seeds/$parser/"
	done
}

# A script and those it sources share one set of names.
overwritten()
{
	tracked '^tests/.*\.sh$' | while read -r script; do
		sourced=$(sed -n 's|^\. "\$[a-z]*/\([a-z/]*\.sh\)"$|\1|p' "$script")
		[ -z "$sourced" ] || (
			for name in $sourced; do
				for file in "$(dirname "$script")/$name" \
				    "tests/$name"; do
					[ ! -f "$file" ] || echo "$file"
				done
			done
			echo "$script"
		) | xargs awk 'match($0, /^[a-z_0-9]+\(\)/) {
			name = substr($0, 1, RLENGTH)
			if (name in first && first[name] != FILENAME)
				print FILENAME ":" FNR ": " name \
				    " stands in " first[name]
			first[name] = FILENAME
		}'
	done
}

# shellcheck disable=SC2086 # no path of the tree holds a blank
finish "$(without_test $modules; twice $modules; stale; without_fuzzer
    overwritten)"
