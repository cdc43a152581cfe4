# shellcheck shell=bash disable=SC2154
# profiles.sh: the daemon with each profile of a documented service, from the
# list of members to a sign-in; read by run.sh.

service_secret=scripted-service-secret-of-40-bytes-here
service_password='correct horse battery'

# with_profile NAME LINE...: the daemon anew, with more lines of [service]
with_profile() {
	local name=$1
	shift
	end_daemon
	service_lines=$(printf '%s\n' "profile = $name" \
		"url = https://localhost:$port" \
		"api_key_file = $etc/host.key" "$@" '[directory]')
	more_roles='USER, ADMIN, SUPER_ADMIN'
	fresh
	[ "$name" != apso ] || control \
		"{\"token\":\"org_jwt\",\"claims\":{\"aud\":\"https://localhost:$port\"}}"
	start_daemon
	"$build/orgloginctl" sync >/dev/null
}

# What a member of any of them meets.
sign_in_with() {
	local name=$1
	with_profile "$@"
	is "$name: a member signs in" "$(wire signin carol)" ok
	is "$name: nobody else does with her proof" \
		"$(wire signin bob)" wrong-person
	call _members '{"set":[{"name":"carol","status":"suspended"}]}'
	"$build/orgloginctl" sync >/dev/null
	is "$name: her suspension counts" "$(wire account carol)" \
		member-suspended
	call _members '{"set":[{"name":"carol","status":"active"},{"name":"dave","status":"pending"}]}'
	"$build/orgloginctl" sync >/dev/null
	is "$name: and so does its end" "$(wire account carol)" ok
	is "$name: a pending member is pending" "$(wire account dave)" \
		member-pending
	control '{"endpoint":"*","status":503,"body":"","match":"/auth/"}'
	is "$name: an outage lets nobody in" "$(wire signin carol)" \
		service-error
}

# by_password NAME LINE...: what carol types, from the choice on
by_password() {
	local line
	for line in "$@"; do
		printf '%s\n' "$line"
	done | wire signin carol
}

passwords_of() {
	local name=$1
	with_profile "$@" 'auth_policy = standard'
	is "$name: a password signs her in" \
		"$(by_password 2 "$service_password")" ok
	is "$name: a wrong one does not" "$(by_password 2 guess guess guess)" password-wrong
	control '{"services":{"auth_policy":"restricted"}}'
	is "$name: the service's policy is told" \
		"$(by_password 2 "$service_password")" password-forbidden
	is "t47_$name: no password is written down" \
		"$(grep -rl "$service_password" "$work/log" "$state" | wc -l)" 0
}

# try NAME-OF-OPERATION LINE...: what orglogind --try-profile shows
try_operation() {
	local operation=$1
	shift
	printf '%s\n' "$@" |
		"$build/orglogind" --try-profile "$operation" 2>&1 || :
}

# refuses_configuration SENTENCE LINE...: of [service]
refuses_configuration() {
	local sentence=$1
	shift
	service_lines=$(printf '%s\n' "$@" "url = https://localhost:$port" \
		'[directory]')
	configuration >"$etc/orglogin.conf"
	is "configuration: $sentence" \
		"$("$build/orglogind" --check-config 2>&1 | grep -c "$sentence")" 1
}

profile_tools() {
	local shown
	with_profile monozu 'jwt_check = secret' \
		"jwt_secret_file = $etc/jwt.secret" 'auth_policy = standard'
	shown=$(try_operation password_login mail=bob@acme.test \
		"password=$service_password")
	is 'profile try: it tells what came of it' \
		"$(grep -c '^= ok$\|^= member usr_bob$\|^= token yes, refresh token yes' \
			<<<"$shown")" 3
	is 'profile try: it shows requests and answers' \
		"$(grep -c '^> POST .*/api/v1/auth/login$\|^> GET .*/api/v1/auth/me$\|^< 200$' \
			<<<"$shown")" 4
	is 't47_profile try: it shows no secret' \
		"$(grep -c "$service_password\|eyJ\|scripted-host-key" <<<"$shown")" 0
	is 'profile try: a refusal is told' \
		"$(try_operation password_login mail=bob@acme.test password=x |
			grep -c '^= password-wrong$')" 1
	is 'profile try: members' \
		"$(try_operation members | grep -c '^= members 5$')" 1
	printf '[operation signin]\nsteps = none\n[token]\nsubject = sub\n' \
		>"$work/odd.conf"
	is 'profile check: each problem with its line' \
		"$("$build/orglogind" --check-profile "$work/odd.conf" 2>&1 |
			sed 's/^.*odd.conf:/odd.conf:/')" \
		'odd.conf:4: bad value'
	"$build/orglogind" --check-profile "$share/profiles/percus.conf" \
		>"$work/said"
	is 'profile check: nothing of a good one' "$(cat "$work/said")" ''
}

each_profile() {
	printf '%s\n' "$service_secret" >"$etc/jwt.secret"
	chown "$uid" "$etc/jwt.secret"
	chmod 0400 "$etc/jwt.secret"
	sign_in_with percus
	sign_in_with monozu 'jwt_check = secret' \
		"jwt_secret_file = $etc/jwt.secret"
	sign_in_with lira 'jwt_check = transport'
	sign_in_with eloquent 'jwt_check = secret' \
		"jwt_secret_file = $etc/jwt.secret"
	sign_in_with apso
	passwords_of monozu 'jwt_check = secret' \
		"jwt_secret_file = $etc/jwt.secret"
	control '{"services":{"auth_policy":"standard","mfa":["carol"]}}'
	is 'monozu: her code is asked for' \
		"$(by_password 2 "$service_password" 123456)" ok
	is 'monozu: a wrong code is told' \
		"$(by_password 2 "$service_password" 000000 000000 000000)" \
		mfa-code-wrong
	passwords_of lira 'jwt_check = transport'
	passwords_of eloquent 'jwt_check = transport'
	profile_tools
	end_daemon
	refuses_configuration 'the profile names no key set' 'profile = lira' \
		"api_key_file = $etc/host.key"
	refuses_configuration 'api_key_file is needed' 'profile = percus'
	more_roles=
	service_lines=$better_auth_lines
}
