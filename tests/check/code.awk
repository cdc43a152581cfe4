# Reads C and prints FILE:LINE:CODE: comments gone, strings and character
# constants emptied (kept whole with -v strings=1). #include lines stay as they are.

FNR == 1 {
	in_comment = 0
}

!in_comment && /^[ \t]*#[ \t]*include/ {
	print FILENAME ":" FNR ":" $0
	next
}

{
	print FILENAME ":" FNR ":" strip($0)
}

function strip(rest,    out, token, end)
{
	out = ""
	while (rest != "") {
		if (in_comment) {
			end = index(rest, "*/")
			if (!end)
				return out
			in_comment = 0
			rest = substr(rest, end + 2)
			continue
		}
		if (!match(rest, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//))
			return out rest
		token = substr(rest, RSTART, RLENGTH)
		out = out substr(rest, 1, RSTART - 1)
		rest = substr(rest, RSTART + RLENGTH)
		if (token == "//")
			return out
		if (token == "/*")
			in_comment = 1
		else
			out = out (strings ? token : substr(token, 1, 1) substr(token, 1, 1))
	}
	return out
}
