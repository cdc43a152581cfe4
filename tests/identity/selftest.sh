#!/bin/bash
# selftest.sh [DIR]: tries the identity servers themselves, so that a failing
# test of the product is not one of theirs. Prints a line "ok NAME" or
# "not ok NAME" each. DIR: a folder of setup.sh to use again (IDENTITY_DIR).
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
state=$(mktemp -d)
export IDENTITY_DIR=${1:-${IDENTITY_DIR:-$state}}
export BETTER_AUTH_PORT=${BETTER_AUTH_PORT:-9541}
export OIDC_PROVIDER_PORT=${OIDC_PROVIDER_PORT:-9542}
export SCRIPTED_PORT=${SCRIPTED_PORT:-9543}
export SCIM_SERVER_PORT=${SCIM_SERVER_PORT:-9549}
export INTERVAL=1
org=https://localhost:$BETTER_AUTH_PORT
corp=https://localhost:$OIDC_PROVIDER_PORT
scim=https://localhost:$SCIM_SERVER_PORT
failed=0
unset DB KEYFILE

end()
{
	"$here/run.sh" stop "$state"
	rm -rf "$state"
}
trap end EXIT

# is NAME WANTED GOT
is()
{
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		printf '# wanted: %s\n# got:    %s\n' "$2" "$3"
		failed=1
	fi
}

fetch()
{
	curl -sS --max-time 20 --cacert "$ca" "$@"
}

code()
{
	fetch -o /dev/null -w '%{http_code}' "$@"
}

# The claims of the token on standard input.
claims()
{
	cut -d. -f2 | jq -Rc 'gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson'
}

id_token()
{
	"$here/device-login.sh" "$ca" "$@" 2>>"$state/log" | jq -r '.id_token // .error'
}

members()
{
	fetch -H "x-api-key: $(cat "$state/run/host.key")" \
	    "$org/api/auth/organization/list-members?organizationId=org_acme&sortBy=createdAt${1:-}"
}

bridge()
{
	fetch -H content-type:application/json "$org/api/auth/sign-in/social" \
	    -d "{\"provider\":\"corp\",\"idToken\":{\"token\":\"$1\"}}"
}

corporate_login()
{
	local refresh
	is corp_login '["corp-bob","orglogin-host","bob@acme.test",true,["OrganizationAdmin"]]' \
	    "$(id_token "$corp" bob | claims | jq -c '[.sub,.aud,.email,.email_verified,.roles]')"
	is corp_deny access_denied "$(id_token "$corp" bob deny)"
	fetch -d email=other@acme.test -d email_verified=0 -d roles=a,b "$corp/_test/people/bob" >/dev/null
	is corp_claims_lever '["other@acme.test",false,["a","b"]]' \
	    "$(id_token "$corp" bob | claims | jq -c '[.email,.email_verified,.roles]')"
	fetch -d '' "$corp/_test/people/frank" >/dev/null
	is corp_newcomer_lever corp-frank "$(id_token "$corp" frank | claims | jq -r .sub)"
	refresh=$("$here/device-login.sh" "$ca" "$corp" carol 2>>"$state/log" | jq -r .refresh_token)
	fetch -d banned=1 "$corp/_test/people/carol" >/dev/null
	is corp_ban_lever invalid_grant "$(fetch "$corp/token" -d grant_type=refresh_token \
	    -d client_id=orglogin-host -d "refresh_token=$refresh" | jq -r .error)"
	fetch -d '' "$corp/_test/reset" >/dev/null
	is corp_reset corp-carol "$(id_token "$corp" carol | claims | jq -r .sub)"
}

organization_login()
{
	is org_login '["usr_carol","orglogin-host","org_acme",["developer"]]' \
	    "$(id_token "$org" carol | claims | jq -c '[.sub,.aud,.organizationId,.roles]')"
	is org_deny access_denied "$(id_token "$org" carol deny)"
}

organization_bridge()
{
	local token session
	token=$(id_token "$corp" dave)
	session=$(bridge "$token" | jq -r .token)
	is bridge_jwt "[\"$org\",\"orglogin\",\"usr_dave\",\"dave@acme.test\",\"org_acme\",[\"member\",\"developer\"]]" \
	    "$(fetch -H "authorization: Bearer $session" "$org/api/auth/token" | jq -r .token | claims |
	    jq -c '[.iss,.aud,.sub,.email,.organizationId,.roles]')"
	fetch -d banned=1 "$org/_test/people/dave" >/dev/null
	is ban_ends_session 401 "$(code -H "authorization: Bearer $session" "$org/api/auth/token")"
	is ban_refuses_sign_in BANNED_USER "$(bridge "$token" | jq -r .code)"
	is side_only org_side "$(fetch -H "authorization: Bearer $(bridge "$(id_token "$corp" mallory)" | jq -r .token)" \
	    "$org/api/auth/token" | jq -r .token | claims | jq -r .organizationId)"
	is bridge_bad_token 401 "$(code -H content-type:application/json "$org/api/auth/sign-in/social" \
	    -d '{"provider":"corp","idToken":{"token":"a.b.c"}}')"
}

member_list()
{
	is key_mode 600 "$(stat -c %a "$state/run/host.key")"
	is members '[["usr_alice","owner","active"],["usr_bob","OrganizationAdmin","active"],["usr_carol","developer","active"],["usr_dave","member,developer","active"],["usr_erin","member","active"]]' \
	    "$(members | jq -c '[.members[]|[.userId,.role,.status]]')"
	is members_without_key 401 "$(code "$org/api/auth/organization/list-members?organizationId=org_acme")"
	fetch -d status=suspended -d role=developer,member "$org/_test/people/bob" >/dev/null
	is status_lever '["developer,member","suspended"]' \
	    "$(members | jq -c '.members[]|select(.id=="mem_bob")|[.role,.status]')"
	fetch -d member=0 "$org/_test/people/erin" >/dev/null
	is member_lever 4 "$(members | jq .total)"
	fetch -d '' "$org/_test/people/root" >/dev/null
	is newcomer_lever root@acme.test "$(members | jq -r '.members[-1].user.email')"
	fetch -d count=200 "$org/_test/bulk" >/dev/null
	is paging '[205,5]' "$(members '&limit=100&offset=200' | jq -c '[.total,(.members|length)]')"
	fetch -d name=carol "$org/_test/orphan" >/dev/null
	is orphan_lever 500 "$(code -H "x-api-key: $(cat "$state/run/host.key")" \
	    "$org/api/auth/organization/list-members?organizationId=org_acme")"
	fetch -d '' "$org/_test/reset" >/dev/null
	is org_reset 5 "$(members | jq .total)"
	is levers_post_only 404 "$(code "$org/_test/people/bob")"
}

# A server that was away comes back with its keys, people and sessions.
restart()
{
	local old before
	old=$(cat "$state/run/host.key")
	before=$(fetch "$corp/jwks" | jq -cS '[.keys[].kid]')
	fetch -d status=suspended "$org/_test/people/bob" >/dev/null
	"$here/run.sh" stop "$state" oidc-provider better-auth
	"$here/run.sh" start "$state"
	is keys_outlive_restart "$before" "$(fetch "$corp/jwks" | jq -cS '[.keys[].kid]')"
	is members_outlive_restart suspended "$(members | jq -r '.members[1].status')"
	is api_key_outlives_restart 200 "$(code -H "x-api-key: $old" \
	    "$org/api/auth/organization/list-members?organizationId=org_acme")"
	fetch -d '' "$org/_test/reset" >/dev/null
}

scim_get()
{
	fetch -H 'authorization: Bearer scim-token' "$scim/scim/v2/$1"
}

directory()
{
	is scim_wrong_token 401 "$(code "$scim/scim/v2/Users")"
	is scim_users 5 "$(scim_get Users | jq .totalResults)"
	fetch -d count=20 "$scim/_test/bulk" >/dev/null
	is scim_second_page user24 "$(scim_get 'Users?startIndex=21&count=500' |
		jq -r '.Resources[-1].userName')"
	is scim_group usr_bob "$(scim_get Groups | jq -r '.Resources[] |
		select(.id == "grp_OrganizationAdmin").members[].value')"
	fetch -X DELETE -H 'authorization: Bearer scim-token' \
	    "$scim/scim/v2/Users/usr_bob"
	is scim_deleted 404 "$(code -H 'authorization: Bearer scim-token' \
	    "$scim/scim/v2/Users/usr_bob")"
	is scim_requests 6 "$(fetch -X POST "$scim/_test/requests" |
		jq '.requests | length')"
}

# What the fronts change, and nothing else.
fronts()
{
	local google="--resolve accounts.google.com:443:127.44.0.1
	    --resolve oauth2.googleapis.com:443:127.44.0.1
	    --resolve www.googleapis.com:443:127.44.0.1"
	local entra="--resolve login.microsoftonline.com:443:127.44.0.2"
	local oauth2=https://oauth2.googleapis.com
	local tenant=https://login.microsoftonline.com/5b0c2d8e-1111-4222-8333-444455556666
	local device code type=grant_type=urn:ietf:params:oauth:grant-type:device_code
	OIDC_PROVIDER_PORT=$OIDC_PROVIDER_PORT "$here/run.sh" start "$state" \
	    google entra
	# shellcheck disable=SC2086 # several words each
	{
	device=$(fetch $google $oauth2/device/code -d client_id=orglogin-host \
	    -d "scope=openid email profile")
	is google_page https://www.google.com/device \
	    "$(jq -r .verification_url <<<"$device")"
	is google_scopes invalid_scope "$(fetch $google $oauth2/device/code \
	    -d client_id=orglogin-host -d "scope=openid offline_access" |
		jq -r .error)"
	code=device_code=$(jq -r .device_code <<<"$device")
	is google_secret 401 "$(code $google $oauth2/token -d $type -d "$code" \
	    -d client_id=orglogin-host)"
	is google_pending 428 "$(code $google $oauth2/token -d $type -d "$code" \
	    -d client_id=orglogin-host -d client_secret=google-secret)"
	"$here/approve.sh" oidc-provider "$ca" "$corp/device" \
	    "$(jq -r .user_code <<<"$device")" bob >>"$state/log"
	is google_claims '["https://accounts.google.com","corp-bob","acme.test"]' \
	    "$(fetch $google $oauth2/token -d $type -d "$code" \
		-d client_id=orglogin-host -d client_secret=google-secret |
		jq -r .id_token | claims | jq -c '[.iss,.sub,.hd]')"
	device=$(fetch $entra $tenant/oauth2/v2.0/devicecode \
	    -d client_id=orglogin-host -d "scope=openid email profile")
	is entra_page https://microsoft.com/devicelogin \
	    "$(jq -r .verification_uri <<<"$device")"
	code=device_code=$(jq -r .device_code <<<"$device")
	is entra_pending '["authorization_pending",[70016]]' \
	    "$(fetch $entra $tenant/oauth2/v2.0/token -d $type -d "$code" \
		-d client_id=orglogin-host | jq -c '[.error,.error_codes]')"
	"$here/approve.sh" oidc-provider "$ca" "$corp/device" \
	    "$(jq -r .user_code <<<"$device")" bob >>"$state/log"
	is entra_claims "[\"$tenant/v2.0\",1,false]" \
	    "$(fetch $entra $tenant/oauth2/v2.0/token -d $type -d "$code" \
		-d client_id=orglogin-host | jq -r .id_token | claims |
		jq -c '[.iss,.xms_edov,.sub == "corp-bob"]')"
	is entra_key 'null "https://login.microsoftonline.com/{tenantid}/v2.0"' \
	    "$(fetch $entra $tenant/discovery/v2.0/keys |
		jq -c '.keys[0] | .alg, .issuer' | paste -sd' ')"
	}
}

browser()
{
	local device request
	"$here/../tools/install.sh" browser
	for request in "$corp/device/auth" "$org/api/auth/device/code"; do
		device=$(fetch "$request" -d client_id=orglogin-host -d scope=openid)
		"$IDENTITY_DIR/node" "$here/approve-browser.mjs" \
		    "$(jq -r .verification_uri <<<"$device")" \
		    "$(jq -r .user_code <<<"$device")" bob >>"$state/log" 2>&1
		is "browser ${request##*/}" 0 $?
	done
}

if ! "$here/run.sh" start "$state" oidc-provider better-auth scripted \
    scim-server 2>"$state/log"; then
	cat "$state/log"
	is start 0 1
	exit 1
fi
ca=${TLS:-$IDENTITY_DIR/tls}/ca.pem
corporate_login
organization_login
organization_bridge
member_list
directory
restart
fronts
browser
"$IDENTITY_DIR/node" "$here/paste-page.mjs" || failed=1
"$IDENTITY_DIR/node" "$here/scripted/selftest.mjs" \
    "https://localhost:$SCRIPTED_PORT" || failed=1
"$here/run.sh" stop "$state"
is stopped '' "$(ls "$state/run" | grep pid)"
[ $failed = 0 ] || sed 's/^/# /' "$state/log"
exit $failed
