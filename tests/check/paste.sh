#!/bin/sh
# The page of the paste grant stands alone: nothing is loaded from elsewhere,
# and its policy names exactly the script and the style that it holds.
. "$(dirname "$0")/lib.sh"

need openssl
page=packaging/paste/index.html
[ -f "$page" ] || finish "paste: $page is missing"

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

finish "$(
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
