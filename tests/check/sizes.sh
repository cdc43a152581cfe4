#!/bin/sh
# Files: .c at most 600 lines (a test, which is read case by case, 1200), .h at
# most 200. Functions: at most 60 lines, six
# parameters and a cognitive complexity of 15 (clang-tidy). No variable is
# visible outside its file unless it is constant (the built objects say so).
# sizes.allow holds the exceptions: file, function (or - for the file) and why.
. "$(dirname "$0")/lib.sh"

need clang-tidy objdump pkg-config
sources=$(tracked '\.c$')
headers=$(tracked '\.h$')
[ -n "$sources" ] || finish 'sizes: no sources found'

file_lines()
{
	for file; do
		case $file in
		*.h) most=200 ;;
		tests/*) most=1200 ;;
		*) most=600 ;;
		esac
		lines=$(wc -l <"$file")
		[ "$lines" -le "$most" ] ||
			echo "$file:$most: - has $lines lines (at most $most)"
	done
}

tidy_config='{Checks: "-*,readability-function-size,readability-function-cognitive-complexity",
CheckOptions: [
{key: readability-function-size.LineThreshold, value: 60},
{key: readability-function-size.StatementThreshold, value: 10000},
{key: readability-function-size.BranchThreshold, value: 10000},
{key: readability-function-size.ParameterThreshold, value: 6},
{key: readability-function-cognitive-complexity.Threshold, value: 15},
{key: readability-function-cognitive-complexity.IgnoreMacros, value: true},
{key: readability-function-cognitive-complexity.DescribeBasicIncrements, value: false}]}'
export tidy_config

# file:line: FUNCTION what
function_sizes()
{
	flags=$(c_flags | tr '\n' ' ')
	export flags
	# shellcheck disable=SC2016 # expanded by the inner shell
	printf '%s\n' "$@" | xargs -P "$(nproc)" -n 4 sh -c '
		said=$(clang-tidy --quiet --config="$tidy_config" "$@" -- $flags \
		    2>/dev/null)
		[ -z "$said" ] || printf "%s\n" "$said"' tidy | awk -v root="$root/" '
	{
		if (index($0, root) == 1)
			$0 = substr($0, length(root) + 1)
	}
	/: error: / {
		sub(/ error: /, " - does not compile: ")
		print
	}
	/: warning: function / {
		split($0, part, ":")
		split($0, quoted, "\047")
		where = part[1] ":" part[2] ": " quoted[2]
		if (/cognitive complexity/) {
			sub(/^.* has /, " has ")
			sub(/ \[.*$/, "")
			print where $0
		}
	}
	/: note: [0-9]+ (lines|parameters) / {
		sub(/^.*: note: /, " has ")
		print where $0
	}'
}

visible_variables()
{
	for file; do
		for object in "$build/${file%.c}.o" "$build/${file%/*}"/*-"$(basename "${file%.c}")".o \
		    "$build/${file%/*}/.libs/$(basename "${file%.c}")".o; do
			[ -f "$object" ] || continue
			objdump -t "$object" | awk -v file="$file" '
			/^[0-9a-f]+ g +O / && $4 !~ /^\.(rodata|data\.rel\.ro)/ {
				print file ":1: " $NF " is a variable others can see"
			}'
		done
	done | sort -u
}

# Drops what sizes.allow excuses; an exception without need or reason is told.
excuse()
{
	awk -v list="$here/sizes.allow" -v name=tests/check/sizes.allow '
	BEGIN {
		while ((getline text < list) > 0) {
			line++
			if (text ~ /^#|^[ \t]*$/)
				continue
			words = split(text, word)
			if (words < 4)
				print name ":" line ": gives no reason"
			at[word[1], word[2]] = line
		}
	}
	{
		split($0, part, ":")
		if ((part[1], $2) in at)
			used[part[1], $2] = 1
		else
			print
	}
	END {
		for (key in at)
			if (!(key in used))
				print name ":" at[key] ": excuses nothing"
	}'
}

# shellcheck disable=SC2046,SC2086 # no path of the tree holds a blank
finish "$({
	file_lines $sources $headers
	function_sizes $sources
	visible_variables $(tracked "$product.*\.c\$")
} | sort -u | excuse)"
