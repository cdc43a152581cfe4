#!/bin/bash
# device-login.sh CA ISSUER USER [approve|deny]: a whole device login with curl
# and jq, approved as USER. Prints the last answer of the token endpoint, and
# succeeds if it holds an ID Token. CLIENT_ID and SCOPE may be set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 3 ] || { echo "usage: device-login.sh CA ISSUER USER [approve|deny]" >&2; exit 2; }
ca=$1 issuer=$2 user=$3 action=${4:-approve}
client=${CLIENT_ID:-orglogin-host}
grant=urn:ietf:params:oauth:grant-type:device_code

fetch()
{
	curl -sS --max-time 20 --cacert "$ca" "$@"
}

discovery=$(fetch --fail "$issuer/.well-known/openid-configuration")
endpoint()
{
	jq -re ".$1" <<<"$discovery"
}

# The servers differ in their pages, and in the scope that tells roles.
server=better-auth scope="openid profile email offline_access"
case $(endpoint device_authorization_endpoint) in
*/device/auth) server=oidc-provider scope="$scope org" ;;
*/scripted/*) server=scripted ;;
esac

device=$(fetch "$(endpoint device_authorization_endpoint)" \
    -d "client_id=$client" --data-urlencode "scope=${SCOPE:-$scope}")
"$here/approve.sh" "$server" "$ca" "$(jq -re .verification_uri <<<"$device")" \
    "$(jq -re .user_code <<<"$device")" "$user" "$action" >&2

interval=$(jq -r '.interval // 1' <<<"$device")
for _ in 1 2 3; do
	sleep "$interval"
	answer=$(fetch "$(endpoint token_endpoint)" -d "grant_type=$grant" \
	    -d "client_id=$client" -d "device_code=$(jq -re .device_code <<<"$device")")
	case $(jq -r .error <<<"$answer") in
	slow_down | authorization_pending) ;;
	*) break ;;
	esac
done
printf '%s\n' "$answer"
jq -e .id_token <<<"$answer" >/dev/null
