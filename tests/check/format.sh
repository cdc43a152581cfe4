#!/bin/sh
# The formatter's output is the style.
. "$(dirname "$0")/lib.sh"

need clang-format
[ -f .clang-format ] || finish '.clang-format:1: missing'
sources=$(tracked '\.[ch]$')
[ -n "$sources" ] || finish 'format: no sources found'

# shellcheck disable=SC2086 # no path of the tree holds a blank
said=$(clang-format --dry-run -Werror --style=file $sources 2>&1) ||
    finish "$(printf '%s\n' "${said:-format: clang-format failed}" |
	awk '/: error: / || !/^[ \t]/ { sub(/ error: /, " "); print }')"
