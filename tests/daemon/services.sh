#!/bin/bash
# services.sh BUILD: every operation of every shipped profile against a service
# that speaks its documents to the letter, each answer of it spoilt in every
# way, and how many requests a sign-in costs. Prints "ok NAME" and "not ok NAME:
# why".
set -euo pipefail

tests=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:?usage: services.sh BUILD}" && pwd)
profiles=$tests/../packaging/profiles
work=$(mktemp -d /var/tmp/orglogin-services.XXXXXX)
password='correct horse battery'
secret=scripted-service-secret-of-40-bytes-here
failed=0

cleanup() {
	"$tests/identity/run.sh" stop "$work/identity" >/dev/null 2>&1 || :
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

call() {
	curl -sS --fail-with-body --max-time 20 --cacert "$work/tls/ca.pem" \
		"$url/$1" -d "$2" >/dev/null
}
control() {
	call _control "$1"
}
seen() {
	curl -sS --max-time 20 --cacert "$work/tls/ca.pem" "$url/$1"
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: got $2, wanted $3"
		failed=1
	fi
}

start_server() {
	local port
	port=$("$tests/tools/free-port.sh" 9743)
	export TLS="$work/tls"
	"$tests/identity/mkca.sh" "$TLS" >/dev/null
	SCRIPTED_PORT=$port "$tests/identity/run.sh" start "$work/identity" \
		scripted >/dev/null
	url=https://localhost:$port
}

# How a profile's tokens are checked, and what is particular to its service.
options() {
	case $1 in
	monozu | lira | eloquent) echo "secret=$secret" ;;
	*) ;;
	esac
}
fresh() {
	call _reset '{}'
	[ "$1" != apso ] ||
		control "{\"token\":\"org_jwt\",\"claims\":{\"aud\":\"$url\"}}"
}

# ask PROFILE OPERATION...
ask() {
	local profile=$1
	shift
	# shellcheck disable=SC2046
	"$build/tests/tools/ask" profile="$profiles/$profile.conf" url="$url" \
		ca="$work/tls/ca.pem" organization=org_acme passwords=yes \
		key=scripted-host-key $(options "$profile") "$@"
}

base64url() {
	base64 -w0 | tr '+/' '-_' | tr -d =
}
# What the provider says of NAME; the services here do not check it.
id_token() {
	printf 'e30.%s.x' "$(printf '{"email":"%s@acme.test","sub":"corp-%s"}' \
		"$1" "$1" | base64url)"
}
# NAME as whom the provider proved, in the variables of a sign-in.
proven() {
	echo "id_token=$(id_token "$1") issuer=https://idp.test" \
		"subject=corp-$1 mail=$1@acme.test name=$1 provider=google"
}

# said PROFILE WANTED-LINE OPERATION...: the last line.
said() {
	local profile=$1 wanted=$2
	shift 2
	ask "$profile" "$@" >"$work/said" || :
	is "$profile: $wanted" "$(tail -n 1 "$work/said")" "$wanted"
}

# shellcheck disable=SC2046
percus() {
	local session_of_bob
	session_of_bob="signin $(proven bob)"
	fresh percus
	said percus 'signin ok subject=usr_alice organization=org_acme roles=owner system_role=Owner jwt' \
		signin $(proven alice)
	said percus 'signin ok subject=usr_bob organization=org_acme roles=OrganizationAdmin jwt' \
		$session_of_bob
	said percus 'switch_org ok subject=usr_alice organization=org_side roles=owner system_role=Owner jwt' \
		signin $(proven alice) / switch_org jwt=@jwt organization=org_side
	said percus 'switch_org token-organization' \
		$session_of_bob / switch_org jwt=@jwt organization=org_side
	said percus 'invite ok' \
		$session_of_bob / invite jwt=@jwt mail=new@acme.test role=member
	call _members '{"set":[{"name":"erin","status":"pending"}]}'
	said percus 'resend_invitation ok' \
		$session_of_bob / resend_invitation jwt=@jwt member=usr_erin
	said percus 'member member-pending subject=usr_erin roles=member' \
		member member=usr_erin
	said percus 'accept_invitation ok subject=usr_erin organization=org_acme roles=member jwt' \
		accept_invitation $(proven erin) member=usr_erin
	said percus 'member ok subject=usr_erin roles=member' \
		member member=usr_erin
	said percus 'members ok count=5 usr_alice:owner:Active usr_bob:OrganizationAdmin:Active usr_carol:developer:Active usr_dave:member:Active usr_erin:member:Active' \
		members
	is 'percus: it had nothing to refuse but a stranger to Side' \
		"$(seen _refusals)" \
		'[{"endpoint":"percus_switch","status":403,"code":"NOT_IN_ORGANIZATION"}]'
	call _members '{"set":[{"name":"bob","status":"suspended"},{"name":"carol","status":"deactivated"}]}'
	said percus 'signin member-suspended' signin $(proven bob)
	said percus 'signin member-deactivated' signin $(proven carol)
	said percus 'signin not-a-member' signin $(proven nobody)
	control '{"services":{"active_org":{"alice":"org_side"}}}'
	said percus 'signin ok subject=usr_alice organization=org_acme roles=owner system_role=Owner jwt' \
		signin $(proven alice)
}

# shellcheck disable=SC2046
monozu() {
	fresh monozu
	said monozu 'signin ok subject=usr_bob organization=org_acme roles=OrganizationAdmin scopes=write:workflows,write:agents jwt refresh_token' \
		signin $(proven bob)
	said monozu 'refresh ok subject=usr_bob organization=org_acme roles=OrganizationAdmin scopes=write:workflows,write:agents jwt refresh_token' \
		signin $(proven bob) / refresh refresh_token=@refresh_token
	said monozu 'refresh no-token' refresh refresh_token=used-up
	said monozu 'password_login ok subject=usr_dave organization=org_acme roles=member,developer jwt refresh_token' \
		password_login mail=dave@acme.test password="$password"
	said monozu 'password_login password-wrong' \
		password_login mail=dave@acme.test password=guess
	said monozu 'member ok subject=usr_dave roles=member,developer' \
		member member=usr_dave
	said monozu 'members ok count=5 usr_alice:owner:Active usr_bob:OrganizationAdmin:Active usr_carol:developer:Active usr_dave:member:Active usr_erin:member:Active' \
		members
	control '{"services":{"mfa":["carol"]}}'
	said monozu 'signin service-mfa-required session_token' \
		signin $(proven carol)
	said monozu 'mfa_verify mfa-code-wrong' \
		signin $(proven carol) / \
		mfa_verify session_token=@session_token code=000000
	said monozu 'mfa_verify ok subject=usr_carol organization=org_acme roles=developer scopes=write:workflows,write:agents jwt refresh_token' \
		password_login mail=carol@acme.test password="$password" / \
		mfa_verify session_token=@session_token code=123456
	control '{"services":{"auth_policy":"restricted","domains":[]}}'
	said monozu 'password_login password-forbidden' \
		password_login mail=dave@acme.test password="$password"
	said monozu 'signin domain-not-allowed' signin $(proven bob)
	call _members '{"set":[{"name":"bob","status":"suspended"},{"name":"dave","status":"deactivated"}]}'
	control '{"services":{"auth_policy":"standard","domains":["acme.test"]}}'
	said monozu 'signin member-suspended' signin $(proven bob)
	said monozu 'signin member-deactivated' signin $(proven dave)
	said monozu 'member member-suspended subject=usr_bob roles=OrganizationAdmin scopes=write:workflows,write:agents' \
		member member=usr_bob
}

# shellcheck disable=SC2046
lira() {
	fresh lira
	said lira 'signin ok subject=usr_bob organization=org_acme roles=ADMIN jwt' \
		signin $(proven bob)
	said lira 'password_login ok subject=usr_carol organization=org_acme roles=USER jwt' \
		password_login mail=carol@acme.test password="$password"
	said lira 'password_login password-wrong' \
		password_login mail=carol@acme.test password=guess
	said lira 'invite ok' signin $(proven bob) / \
		invite jwt=@jwt mail=new@acme.test role=USER
	said lira 'invite service-refused' signin $(proven carol) / \
		invite jwt=@jwt mail=new@acme.test role=USER
	said lira 'signin token-organization' signin $(proven mallory)
	call _members '{"set":[{"name":"dave","status":"suspended"},{"name":"erin","status":"pending"}]}'
	said lira 'members ok count=5 usr_alice:SUPER_ADMIN:Active usr_bob:ADMIN:Active usr_carol:USER:Active usr_dave:USER:Suspended usr_erin:USER:Pending' \
		members
	said lira 'signin member-suspended' signin $(proven dave)
	control '{"services":{"auth_policy":"restricted"}}'
	said lira 'password_login password-forbidden' \
		password_login mail=carol@acme.test password="$password"
}

# shellcheck disable=SC2046
eloquent() {
	fresh eloquent
	said eloquent 'signin ok subject=usr_bob organization=org_acme roles=OrganizationAdmin scopes=write:workflows,write:agents jwt' \
		signin $(proven bob)
	said eloquent 'password_login ok subject=usr_erin organization=org_acme roles=member jwt' \
		password_login mail=erin@acme.test password="$password"
	said eloquent 'password_login password-wrong' \
		password_login mail=erin@acme.test password=guess
	said eloquent 'switch_org ok subject=usr_alice organization=org_side roles=owner scopes=write:workflows,write:agents jwt' \
		signin $(proven alice) / switch_org jwt=@jwt organization=org_side
	said eloquent 'switch_org token-organization' \
		signin $(proven bob) / switch_org jwt=@jwt organization=org_side
	said eloquent 'signin token-organization' signin $(proven mallory)
	said eloquent 'members ok count=5 usr_alice:owner:Active usr_bob:OrganizationAdmin:Active usr_carol:developer:Active usr_dave:member:Active usr_erin:member:Active' \
		members
	control '{"services":{"auth_policy":"restricted"}}'
	said eloquent 'password_login password-forbidden' \
		password_login mail=erin@acme.test password="$password"
}

# shellcheck disable=SC2046
like_better_auth() {
	local name=$1
	fresh "$name"
	said "$name" 'signin ok subject=usr_dave organization=org_acme roles=member,developer jwt session_token' \
		signin $(proven dave)
	said "$name" 'renew ok subject=usr_dave organization=org_acme roles=member,developer jwt' \
		signin $(proven dave) / renew session_token=@session_token
	said "$name" 'renew service-refused' renew session_token=ended
	said "$name" 'switch_org ok subject=usr_alice organization=org_side roles=owner jwt' \
		signin $(proven alice) / \
		switch_org session_token=@session_token organization=org_side
	said "$name" 'switch_org token-organization' signin $(proven dave) / \
		switch_org session_token=@session_token organization=org_side
	said "$name" 'members ok count=5 usr_alice:owner:Active usr_bob:OrganizationAdmin:Active usr_carol:developer:Active usr_dave:member:Active usr_erin:member:Active' \
		members
	said "$name" 'signin identity-unbound' signin $(proven nobody)
}

# shellcheck disable=SC2046
better_auth() {
	like_better_auth better-auth
	said better-auth 'invite ok' signin $(proven bob) / \
		invite session_token=@session_token mail=new@acme.test role=member
	said better-auth 'renew service-refused' signin $(proven bob) / \
		revoke session_token=@session_token / \
		renew session_token=@session_token
}

# Each service's answers, spoilt: PROFILE ENDPOINT READ OPERATION...; READ says
# whether anything is read out of that answer.
# shellcheck disable=SC2046
spoilt() {
	local profile=$1 endpoint=$2 read=$3 name wanted fault unread
	shift 3
	while IFS='|' read -r name wanted unread fault; do
		[ "$read" = read ] || wanted=$unread
		fresh "$profile"
		[ "$endpoint" != monozu_verify ] ||
			control '{"services":{"mfa":["bob"]}}'
		[ "$endpoint" != percus_resend ] && [ "$endpoint" != percus_accept ] ||
			call _members '{"set":[{"name":"erin","status":"pending"}]}'
		control "{\"endpoint\":\"$endpoint\",$fault}"
		ask "$profile" "$@" >"$work/said" || :
		is "t111_$endpoint: $name" \
			"$(tail -n 1 "$work/said" | cut -d ' ' -f 2)" "$wanted"
	done <<-'END'
		cut|service-unreachable|service-unreachable|"truncate":1
		dropped|service-unreachable|service-unreachable|"close":true
		delayed|ok|ok|"delay_ms":300
		doubled|service-malformed|ok|"double":true
		oversized|service-malformed|service-malformed|"oversize":5000000
		wrong type|service-malformed|ok|"wrong_type":true
		empty|service-malformed|ok|"status":200,"body":""
		another shape|service-malformed|ok|"status":200,"body":"[]"
		a page|service-malformed|ok|"status":200,"body":"<html>","content_type":"text/html"
		wrong content type|service-malformed|ok|"content_type":"text/html"
		status 500|service-error|service-error|"status":500,"body":""
		status 418|service-refused|service-refused|"status":418,"body":"{}"
		busy|service-rate-limited|service-rate-limited|"status":429,"body":"{}"
		a redirect|service-malformed|service-malformed|"redirect":"https://localhost:1/"
	END
}

# shellcheck disable=SC2046
every_answer_spoilt() {
	local bob
	bob=$(proven bob)
	spoilt percus percus_signin read signin $bob
	spoilt percus percus_switch read \
		signin $(proven alice) / switch_org jwt=@jwt organization=org_side
	spoilt percus percus_users read members
	spoilt percus percus_user read member member=usr_bob
	spoilt percus percus_invite unread \
		signin $bob / invite jwt=@jwt mail=new@acme.test role=member
	spoilt percus percus_resend unread \
		signin $bob / resend_invitation jwt=@jwt member=usr_erin
	spoilt percus percus_accept unread \
		accept_invitation $(proven erin) member=usr_erin
	spoilt monozu monozu_entra read signin $bob
	spoilt monozu monozu_login read \
		password_login mail=bob@acme.test password="$password"
	spoilt monozu monozu_verify read \
		signin $bob / mfa_verify session_token=@session_token code=123456
	spoilt monozu monozu_refresh read \
		signin $bob / refresh refresh_token=@refresh_token
	spoilt monozu monozu_me read signin $bob
	spoilt monozu monozu_users read members
	spoilt monozu monozu_user read member member=usr_bob
	spoilt lira lira_google read signin $bob
	spoilt lira lira_login read \
		password_login mail=bob@acme.test password="$password"
	spoilt lira lira_members read members
	spoilt lira lira_invite unread \
		signin $bob / invite jwt=@jwt mail=new@acme.test role=USER
	spoilt eloquent eloquent_google read signin $bob
	spoilt eloquent eloquent_login read \
		password_login mail=bob@acme.test password="$password"
	spoilt eloquent eloquent_switch read \
		signin $(proven alice) / switch_org jwt=@jwt organization=org_side
	spoilt eloquent eloquent_members read members
	spoilt apso signin read signin $bob
	spoilt apso org_token read signin $bob
	spoilt apso members read members
	spoilt apso set_active unread signin $(proven alice) / \
		switch_org session_token=@session_token organization=org_acme
	spoilt better-auth invite unread signin $bob / \
		invite session_token=@session_token mail=new@acme.test role=member
	spoilt better-auth sign_out unread \
		signin $bob / revoke session_token=@session_token
}

# What a sign-in costs when the keys are known: no fewer requests would do by
# the service's documents, and all of them on one connection.
# shellcheck disable=SC2046
fewest_requests() {
	local profile wanted log
	while IFS='|' read -r profile wanted; do
		fresh "$profile"
		ask "$profile" signin $(proven bob) / signin $(proven carol) \
			>"$work/said"
		log=$(seen '_log?endpoint=none')
		is "a sign-in at $profile costs $wanted" \
			"$(sed -n 's/.*"counters":{\([^}]*\)},"connections":\([0-9]*\).*/\1 on \2/p' \
				<<<"$log" | tr -d '"')" "$wanted"
	done <<-'END'
		percus|percus_signin:2,percus_jwks:1 on 1
		monozu|monozu_entra:2,monozu_me:2 on 1
		lira|lira_google:2 on 1
		eloquent|eloquent_google:2 on 1
		apso|signin:2,org_token:2,org_jwks:1 on 1
		better-auth|signin:2,org_token:2,org_jwks:1 on 1
	END
}

start_server
percus
monozu
lira
eloquent
like_better_auth apso
better_auth
fewest_requests
every_answer_spoilt
exit "$failed"
