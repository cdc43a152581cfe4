#!/bin/bash
# approve.sh SERVER CA VERIFICATION_URI USER_CODE USER [approve|deny]: does with
# curl what a person does in a browser with the address and the code shown.
# SERVER is better-auth, oidc-provider or scripted. Prints the server's answer.
set -euo pipefail
[ $# -ge 5 ] || { echo "usage: approve.sh SERVER CA VERIFICATION_URI USER_CODE USER [approve|deny]" >&2; exit 2; }
server=$1 ca=$2 uri=$3 code=$4 user=$5 action=${6:-approve}
base=$(sed 's,\(https://[^/]*\).*,\1,' <<<"$uri")
jar=$(mktemp)
trap 'rm -f "$jar"' EXIT

fetch()
{
	curl -sS --max-time 20 --cacert "$ca" -b "$jar" -c "$jar" "$@"
}

better_auth()
{
	# A POST with a cookie needs an Origin there.
	local post=(--fail-with-body -H content-type:application/json -H "origin: $base")
	local mail=$user
	[[ $mail == *@* ]] || mail=$user@acme.test
	fetch "${post[@]}" "$base/api/auth/sign-in/email" -o /dev/null \
	    -d "{\"email\":\"$mail\",\"password\":\"${PASSWORD:-correct horse battery}\"}"
	fetch --fail-with-body "$base/api/auth/device?user_code=$code" -o /dev/null
	fetch "${post[@]}" "$base/api/auth/device/$action" -d "{\"userCode\":\"$code\"}"
	echo
}

# The hidden field xsrf of the page on standard input.
xsrf()
{
	grep -o 'name="xsrf" value="[^"]*"' | head -1 | cut -d'"' -f4
}

# The built-in pages: type the code, confirm it, sign in, consent.
oidc_provider()
{
	local token page
	token=$(fetch "$uri" | xsrf)
	page=$(fetch "$uri" -d "xsrf=$token" --data-urlencode "user_code=$code")
	token=$(xsrf <<<"$page") || { echo "refused: the code" >&2; exit 1; }
	local confirm=(-d "xsrf=$token" -d confirm=yes --data-urlencode "user_code=$code")
	if [ "$action" = deny ]; then
		fetch "$uri" "${confirm[@]}" -d abort=yes | heading
		return
	fi
	page=$(fetch -L "$uri" "${confirm[@]}" -o /dev/null -w '%{url_effective}')
	page=$(fetch -L "$page" -d prompt=login --data-urlencode "login=$user" \
	    -d password=x -o /dev/null -w '%{url_effective}')
	fetch -L "$page" -d prompt=consent | heading
}

heading()
{
	sed -n 's/.*<h1>\(.*\)<\/h1>.*/\1/p'
}

scripted()
{
	fetch --fail-with-body "$base/_device" -H content-type:application/json \
	    -d "{\"user_code\":\"$code\",\"action\":\"$action\",\"subject\":\"$user\"}"
}

case $server in
better-auth) better_auth ;;
oidc-provider) oidc_provider ;;
scripted) scripted ;;
*) echo "approve.sh: no server $server" >&2; exit 2 ;;
esac
