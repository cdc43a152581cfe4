#!/bin/bash
# A member enrols an authenticator on this host, and its codes are asked for from
# then on: after the browser's sign-in, and where a key came first, alone.
ORG_SECTIONS='[totp]
mode = optional'
. "$(dirname "$0")/lib/scenario.sh"

# sign_in MEMBER [OPTION...]
sign_in() {
	ssh_login "$1" --approve-as "$1" "${@:2}" -- id -un
}

by_key_and_code() {
	ssh_login carol --key-first "$LAB/key" "$@" -- id -un
}

she_enrols_in_her_session() {
	session_open desk carol --approve-as carol
	expect_status 0
	session_run desk -- orgloginctl totp status
	expect_line '  authenticator  not enrolled'
	session_run desk --type 000000 --has carol -- orgloginctl totp enroll
	expect_status 0
	expect_shown 'The authenticator code was wrong.'
	expect_line 'The authenticator is enrolled.'
	expect_not_shown 'Open:'
	session_run desk -- orgloginctl totp status
	expect_line '  authenticator  enrolled'
	session_close desk
	recorded totp-enrolled user=carol verdict=allow || fail 'no record'
}

she_is_asked_for_a_code_from_then_on() {
	sign_in carol --type 000000 --has carol
	expect_status 0
	expect_line carol
	expect_shown 'That code was wrong.'
	recorded auth user=carol factor=provider+code verdict=allow ||
		fail 'no record'
}

t91_a_code_opens_once() {
	local used
	used=$(authenticator_last carol)
	sign_in carol --type "$used" --type "$used" --type "$used"
	expect_refused
	expect_shown 'The authenticator code was wrong.'
	expect_journal mfa-code-wrong
}

nobody_else_is_asked() {
	sign_in dave
	expect_status 0
	expect_not_shown 'Authenticator code:'
}

with_a_key_the_code_alone_is_asked() {
	host_gives_key carol
	host_sh 'printf "%s\n" "Match User carol" \
		"AuthenticationMethods publickey,keyboard-interactive" \
		>/etc/ssh/sshd_config.d/20-lab.conf
		systemctl reload ssh'
	by_key_and_code --has carol
	expect_status 0
	expect_line carol
	expect_not_shown 'Open:'
	recorded auth user=carol factor=key+code verdict=allow ||
		fail 'no record'
}

t91_with_a_key_too_a_code_opens_once() {
	local used
	used=$(authenticator_last carol)
	by_key_and_code --type "$used" --type "$used" --type 000000
	expect_refused
	expect_shown 'The authenticator code was wrong.'
}

the_key_alone_lets_nobody_in() {
	ssh_login carol --key "$LAB/key" -- id -un
	expect_refused
	host_sh 'rm /etc/ssh/sshd_config.d/20-lab.conf; systemctl reload ssh'
}

t94_where_it_is_required_one_enrols_at_the_sign_in() {
	ORG_SECTIONS='[totp]
mode = required'
	org_reconfigure
	sign_in dave --type 000000 --type '' --type ''
	expect_refused
	sign_in dave --has dave
	expect_status 0
	expect_line dave
	expect_shown 'You need an authenticator for this host.'
	sign_in dave --has dave
	expect_status 0
	expect_not_shown 'You need an authenticator'
}

it_is_asked_for_at_the_console_too() {
	console_login erin --approve-as erin --has erin
	expect_status 0
	session_run "$(host_console)" -- id -un
	expect_line erin
	session_run "$(host_console)" -- orgloginctl totp remove carol
	expect_refused
	console_logout
}

an_administrator_resets_one_that_is_lost() {
	session_open desk bob --approve-as bob --has bob
	expect_status 0
	session_run desk -- orgloginctl totp remove carol
	expect_status 0
	expect_line 'The authenticator of carol is removed.'
	session_close desk
	recorded totp-removed user=carol verdict=allow \
		caller_uid="$(host_exec id -u bob)" || fail 'no record'
	sign_in carol --has carol
	expect_status 0
	expect_shown 'You need an authenticator for this host.'
}

# Neither as it is typed nor as its bytes.
t87_no_key_is_kept_in_plain() {
	local key bytes
	key=$(cat "$LAB/authenticators/carol")
	bytes=$(base32 -d <<<"$key" | od -An -v -w64 -tx1 | sed 's/ /\\x/g')
	expect_equal "$(host_holds "$key|$bytes")" '' 'what holds it'
}

host_shared
run she_enrols_in_her_session \
	she_is_asked_for_a_code_from_then_on \
	t91_a_code_opens_once \
	nobody_else_is_asked \
	with_a_key_the_code_alone_is_asked \
	t91_with_a_key_too_a_code_opens_once \
	the_key_alone_lets_nobody_in \
	t94_where_it_is_required_one_enrols_at_the_sign_in \
	it_is_asked_for_at_the_console_too \
	an_administrator_resets_one_that_is_lost \
	t87_no_key_is_kept_in_plain
