#!/bin/bash
# approve-paste.sh CA URL USER: does with curl what a person
# does in a browser with the address of a paste grant, at oidc-provider's own
# pages, and prints what the page at the end shows: CODE.STATE, with the issuer
# behind it where the browser came from the provider itself; what is longer than
# a terminal takes in its numbered pieces, one a line.
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: approve-paste.sh CA URL USER" >&2; exit 2; }
ca=$1 url=$2 user=$3
jar=$(mktemp)
trap 'rm -f "$jar"' EXIT

fetch()
{
	curl -sS --max-time 20 --cacert "$ca" -b "$jar" -c "$jar" "$@"
}

# Where the browser ends up; the last page is on no server of the test.
next()
{
	fetch -o /dev/null -w '%{redirect_url}' "$@"
}

# From page to page until a page is shown or the browser leaves.
follow()
{
	local at=$1 to
	while to=$(next "$at"); do
		case $to in
		'') break ;;
		https://paste.acme.test/*)
			at=$to
			break
			;;
		esac
		at=$to
	done
	printf '%s\n' "$at"
}

page=$(follow "$url")
page=$(follow "$(next "$page" -d prompt=login --data-urlencode "login=$user" \
    -d password=x)")
case $page in
https://paste.acme.test/*) ;;
*) page=$(follow "$(next "$page" -d prompt=consent)") ;;
esac

value()
{
	sed -n "s/.*[?&]$1=\([^&]*\).*/\1/p" <<<"$page" | sed 's/%3A/:/g; s,%2F,/,g'
}
case $page in
*[?\&]error=*) echo "refused: $(value error)" >&2; exit 1 ;;
esac
shown=$(value code).$(value state)
case $url in
https://localhost:*)
	shown=$shown.$(value iss | tr -d '\n' | base64 -w0 | tr '+/' '-_' | tr -d =)
	;;
esac
fold -w 400 <<<"$shown" | awk '
	{ piece[NR] = $0 }
	END {
		for (i = 1; i <= NR; i++)
			print (NR > 1 ? i "/" NR " " : "") piece[i]
	}'
