# shellcheck shell=bash disable=SC2034,SC2154 # run.sh sources this and sets the rest
# questions.sh: sign-ins that need more of a person than an approval, for
# run.sh: a choice, a password, an authenticator code, an invitation; and how
# many requests a sign-in costs.

# answers NAME LINE...: signs in and types these lines, one a question.
answers() {
	local name=$1
	shift
	{ [ $# -eq 0 ] || printf '%s\n' "$@"; } | wire signin "$name"
}

# The requests since the server was reset, and the connections opened for them.
costs() {
	curl -sS --max-time 20 --cacert "$work/tls/ca.pem" \
		"https://localhost:$port/_log?endpoint=none" |
		sed -n 's/.*"counters":{\([^}]*\)},"connections":\([0-9]*\).*/\1 on \2/p' |
		tr -d '"'
}

# asking_daemon PROFILE LINE...: another service, and nobody known yet.
asking_daemon() {
	end_daemon
	find "$state" -mindepth 1 -delete
	service_lines=$(printf '%s\n' "profile = $1" \
		"url = https://localhost:$port" "api_key_file = $etc/host.key" \
		"${@:2}" '[directory]')
	fresh
	start_daemon
	wait_for_members
}

passwords() {
	local password='correct horse battery'
	printf 'scripted-service-secret-of-40-bytes-here\n' >"$etc/jwt.secret"
	chown "$uid" "$etc/jwt.secret"
	chmod 0400 "$etc/jwt.secret"
	asking_daemon monozu 'auth_policy = standard' 'jwt_check = secret' \
		"jwt_secret_file = $etc/jwt.secret"

	is password_by_number "$(answers dave 2 "$password")" ok
	is password_by_name "$(answers dave bing password "$password")" ok
	is password_or_provider "$(answers carol corp)" ok
	is a_choice_of_nothing_offered \
		"$(answers dave 0 3 "$(printf '\033[A')")" answer-unknown
	is password_after_a_wrong_one \
		"$(answers dave 2 guess "$password")" ok
	fresh
	is password_wrong_three_times \
		"$(answers dave 2 guess guess guess)" password-wrong
	is password_empty_is_not_sent "$(answers dave 2 '' '' '')" password-wrong
	is password_and_nothing_else_was_asked "$(costs | cut -d ' ' -f 1)" \
		monozu_login:3

	fresh
	is t19_unknown_is_asked_nothing "$(answers nobody-knows 2)" not-a-member
	is t19_suspended_is_asked_nothing "$(
		call _members '{"set":[{"name":"dave","status":"suspended"}]}'
		"$build/orgloginctl" sync >/dev/null
		call _reset '{}'
		answers dave 2 "$password"
	)" member-suspended
	is t19_nobody_was_asked_about_them "$(costs)" ' on 0'
	fresh
	"$build/orgloginctl" sync >/dev/null

	# Whoever goes away leaves nothing, and may come again at once.
	is t22_gone_at_the_choice "$(answers dave)" cancelled
	is t22_gone_at_the_password "$(answers dave 2)" cancelled
	is t22_and_back "$(answers dave 2 "$password")" ok

	control '{"services":{"mfa":["dave"]}}'
	is second_factor_is_needed "$(answers dave 2 "$password")" cancelled
	is second_factor "$(answers dave 2 "$password" '123 456')" ok
	is second_factor_after_wrong_ones \
		"$(answers dave 2 "$password" 000000 no-code! 123456)" ok

	control '{"services":{"auth_policy":"restricted"}}'
	is password_forbidden_by_the_service \
		"$(answers dave 2 "$password")" password-forbidden
	control '{"services":{"auth_policy":"standard","mfa":["dave"]}}'
	is second_factor_wrong_three_times \
		"$(answers dave 2 "$password" 000000 000000 000000)" \
		mfa-code-wrong
	is password_is_nowhere "$(grep -c -e "$password" -e 'guess' \
		"$work/log" "$work/prompts" | cut -d : -f 2 | tr '\n' ' ')" '0 0 '

	# By this host's own policy it is not even offered.
	asking_daemon monozu 'auth_policy = restricted' 'jwt_check = secret' \
		"jwt_secret_file = $etc/jwt.secret"
	: >"$work/prompts"
	is restricted_goes_to_the_provider "$(answers carol)" ok
	is restricted_offers_no_password \
		"$(grep -ci password "$work/prompts")" 0

	# Nobody can accept an invitation there.
	call _members '{"set":[{"name":"dave","status":"pending"}]}'
	"$build/orgloginctl" sync >/dev/null
	is pending_without_acceptance "$(answers dave y)" member-pending
}

# approves NAME: at the provider.
approves() {
	control '{"device_options":{"interval":1,"auto_approve":"'"$1"'"}}'
}

invitations() {
	asking_daemon percus
	approves dave
	call _members '{"set":[{"name":"dave","status":"pending"}]}'
	"$build/orgloginctl" sync >/dev/null
	is pending_account "$(wire account dave)" member-pending
	is invitation_declined "$(answers dave n)" member-pending
	is invitation_unanswered "$(answers dave)" cancelled
	is invitation_still_pending "$(wire account dave)" member-pending
	approves carol
	is t27_invitation_of_another "$(answers dave y)" wrong-person
	approves dave
	is invitation_accepted "$(answers dave y)" ok
	is invitation_makes_active "$(wire account dave)" ok
	"$build/orgloginctl" sync >/dev/null
	is invitation_is_asked_once "$(wire account dave) $(answers dave)" \
		'ok ok'
}

# With everything known: one request for the code, one for the poll that finds
# it approved, one for the service; and the next sign-in has the connection of
# the one before.
fewest_round_trips() {
	asking_daemon percus
	is warming_up "$(answers carol)" ok
	fresh
	is a_sign_in_once_warm "$(answers carol)" ok
	is a_sign_in_costs_three_requests "$(costs)" \
		'device:1,token:1,percus_signin:1 on 1'
	is a_sign_in_at_once_after_it "$(answers carol)" ok
	is two_sign_ins_share_a_connection "$(costs)" \
		'device:2,token:2,percus_signin:2 on 1'
	end_daemon
}
