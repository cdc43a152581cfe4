#!/bin/sh
# No run of six or more lines of code stands twice. Blank lines, comments, lone
# braces, includes and lines of bare data do not count, nor does indentation.
. "$(dirname "$0")/lib.sh"

sources=$(tracked '\.[ch]$')
[ -n "$sources" ] || finish 'duplicates: no sources found'

# shellcheck disable=SC2086 # no path of the tree holds a blank
finish "$(awk -v strings=1 -f "$here/code.awk" $sources | awk -v run=6 '
{
	split($0, part, ":")
	text = substr($0, length(part[1] part[2]) + 3)
	gsub(/[ \t]+/, " ", text)
	gsub(/^ | $/, "", text)
	if (text == "" || text ~ /^[{}();, ]+$/ ||
	    text ~ /^# ?(include|pragma)/ || text ~ /^"([^"\\]|\\.)*"[ ;,)}]*$/ ||
	    text ~ /^[{]?[A-Z_0-9]+,$/)
		next
	code[++lines] = text
	file[lines] = part[1]
	at[lines] = part[2]
}

function key(start,    i, out)
{
	for (i = 0; i < run; i++)
		out = out code[start + i] "\n"
	return out
}

END {
	for (i = 1; i + run - 1 <= lines; i++) {
		if (file[i] != file[i + run - 1])
			continue
		text = key(i)
		if (!(text in first)) {
			first[text] = i
			continue
		}
		other = first[text]
		if (other + run > i || i < told)
			continue
		for (n = run; i + n <= lines && file[i + n] == file[i] &&
		    other + n < i && code[i + n] == code[other + n]; n++)
			;
		print file[i] ":" at[i] ": " n " lines stand in " \
		    file[other] ":" at[other] " too"
		told = i + n
	}
}')"
