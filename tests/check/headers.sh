#!/bin/sh
# Every header opens with #pragma once and compiles alone; every source includes
# its own header first (one without: the header it tests or implements), and
# system headers before the project's.
. "$(dirname "$0")/lib.sh"

need cc pkg-config
headers=$(tracked '\.h$')
sources=$(tracked '\.c$')
[ -n "$headers" ] || finish 'headers: no headers found'

guard_of()
{
	for file; do
		code "$file" | awk -F: '
		$3 !~ /^[ \t]*$/ {
			if ($3 !~ /^#pragma once$/)
				print $1 ":" $2 ": does not open with #pragma once"
			exit
		}'
	done
}

compile_alone()
{
	# shellcheck disable=SC2046 # one flag a word
	for file; do
		printf '#include "%s"\n' "$file" |
		    cc $(c_flags) -fsyntax-only -x c - 2>&1 |
		    awk -v file="$file" '/: (fatal )?error: / {
			sub(/^.*error: /, "")
			print file ":1: does not compile alone: " $0
			exit
		    }'
	done
}

order_of()
{
	for file; do
		own=${file%.c}.h
		[ -f "$own" ] ||
			own=$(sed -n '/^#include/ { s/^#include "\(.*\)"$/\1/p; q; }' "$file")
		awk -v own="$own" '
		/^[ \t]*#[ \t]*include[ \t]*["<]/ {
			quoted = $0 ~ /^[^<]*"/
			name = $0
			sub(/^[^"<]*["<]/, "", name)
			sub(/[">].*/, "", name)
			if (own != "" && !seen++ &&
			    name != own && "helper/" name != own)
				print FILENAME ":" FNR ": own header is not first"
			mine = name == own || "helper/" name == own
			if (quoted && !mine)
				project = 1
			if (!quoted && project)
				print FILENAME ":" FNR ": <" name "> after a project header"
		}' "$file"
	done
}

# shellcheck disable=SC2086 # no path of the tree holds a blank
finish "$(guard_of $headers; compile_alone $headers; order_of $sources)"
