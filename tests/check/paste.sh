#!/bin/sh
# The page of the paste grant stands alone: nothing is loaded from elsewhere,
# its policy names exactly the script and the style that it holds, and it cuts a
# long code by the bounds of the daemon.
. "$(dirname "$0")/lib.sh"

need openssl
page=packaging/paste/index.html
rules=helper/rules/paste.h
[ -f "$page" ] || finish "paste: $page is missing"
[ -f "$rules" ] || finish "paste: $rules is missing"

# The text between <NAME> and </NAME>, byte for byte.
inside()
{
	awk -v name="$1" '
		inside && $0 == "</" name ">" { exit }
		inside { print }
		$0 == "<" name ">" { inside = 1; print "" }
	' "$page"
}

line_of()
{
	grep -n -m 1 "$1" "$page" | cut -d: -f1
}

# bound NAME MACRO: what the page calls NAME is the daemon's MACRO.
bound()
{
	value=$(awk -v macro="$2" '$2 == macro { print $3 }' "$rules")
	grep -qxF "	const $1 = ${value:-unset};" "$page" ||
		echo "$page:$(line_of "const $1"): $1 must be $2 of $rules"
}

finish "$(
	bound pieceLength PASTE_PIECE_MAX_BYTES
	bound piecesMost PASTE_PIECES_MAX
	grep -nE '(src|href|action)=|https?:|@import|url\(|innerHTML|eval' "$page" |
		sed "s|^\([0-9]*\):.*|$page:\1: names something to load or run|"
	grep -qF "content=\"default-src 'none'; script-src 'sha256-" "$page" ||
		echo "$page:1: has no policy that begins with default-src 'none'"
	for name in script style; do
		hash=$(inside $name | openssl dgst -sha256 -binary | base64)
		grep -qF "$name-src 'sha256-$hash';" "$page" ||
			echo "$page:$(line_of "^<$name>"): the policy must hold $name-src 'sha256-$hash'"
	done
)"
