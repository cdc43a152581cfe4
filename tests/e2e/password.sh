#!/bin/bash
# The organisation's service takes passwords: a member gives hers where she
# cannot see it, and it goes to the service and nowhere else.
ORG_PROFILE=monozu
ORG_POLICY=standard
. "$(dirname "$0")/lib/scenario.sh"

MEMBER_PASSWORD='correct horse battery'

# by_password MEMBER [OPTION...]: chosen by its number, at ssh.
by_password() {
	ssh_login "$1" --type 2 --password "$MEMBER_PASSWORD" "${@:2}" -- id -un
}

it_is_offered_beside_the_provider() {
	by_password carol
	expect_status 0
	expect_line carol
	expect_line '  1  corp'
	expect_line '  2  mail and password'
	expect_not_shown 'Code:'
}

t47_it_is_shown_nowhere() {
	by_password dave
	expect_status 0
	expect_not_shown "$MEMBER_PASSWORD"
}

a_wrong_one_is_asked_for_again() {
	ssh_login carol --type password --password guess \
		--password "$MEMBER_PASSWORD" -- id -un
	expect_status 0
	expect_shown 'That password was wrong.'
}

three_wrong_ones_end_it() {
	ssh_login carol --type 2 --password guess -- id -un
	expect_refused
	expect_shown 'The password was wrong.'
	expect_equal "$(grep -c 'Password: ' <<<"$SHOWN")" 3 'questions'
	expect_journal password-wrong
}

the_service_asks_for_a_second_factor() {
	service_order _control '{"services":{"mfa":["erin"]}}'
	by_password erin --type '000 000' --type '123 456'
	expect_status 0
	expect_shown 'That code was wrong.'
	service_order _control '{"services":{"mfa":[]}}'
}

she_signs_in_at_the_console() {
	console_login carol --type password --password "$MEMBER_PASSWORD"
	expect_status 0
	expect_not_shown "$MEMBER_PASSWORD"
	session_run "$(host_console)" -- id -un
	expect_line carol
	console_logout
}

a_wrong_one_lets_nobody_in_at_the_console() {
	console_login carol --type 2 --password guess
	expect_refused
	expect_shown 'The password was wrong.'
}

# Who changes her mind at a question may begin again at once.
whoever_goes_away_comes_back_at_once() {
	person_options carol --type 2
	COMMAND=(id -un)
	ssh_to left
	attend left 'Password: $' || fail 'no question'
	term_key left C-c
	term_wait_end left 20 || fail 'it went on'
	expect_within 20 accepted by_password carol
}

she_signs_in_anew_in_her_session() {
	session_open desk carol --type 2 --password "$MEMBER_PASSWORD"
	expect_status 0
	session_run desk -- orgloginctl logout
	expect_status 0
	session_run desk --type 2 --password guess \
		--password "$MEMBER_PASSWORD" -- orgloginctl login
	expect_status 0
	expect_line 'You are signed in.'
	expect_not_shown "$MEMBER_PASSWORD"
	session_run desk -- 'orgloginctl token | wc -l'
	expect_line 1
	session_close desk
}

# The host's administrator allows what the service does not.
a_service_that_takes_none_says_so() {
	service_order _control '{"services":{"auth_policy":"restricted"}}'
	by_password carol
	expect_refused
	expect_shown 'Your organisation does not allow passwords.'
	expect_journal password-forbidden
	service_order _control '{"services":{"auth_policy":"standard"}}'
}

nothing_is_believed_while_the_service_is_away() {
	org_stop scripted
	by_password carol
	expect_refused
	expect_shown 'identity service cannot be reached.'
	org_start
}

# Only the service's log may hold it.
t87_it_is_kept_nowhere() {
	local found
	found=$(host_sh 'journalctl --sync
		journalctl --boot --no-pager | grep -Fc -e "$1" -e guess || :
		grep -rFl -e "$1" /var/lib/orglogin /run/orglogin /var/log \
			2>/dev/null || :' "$MEMBER_PASSWORD")
	expect_equal "$found" 0 'what holds it'
}

without_a_provider_it_is_asked_for_at_once() {
	org_providers() {
		:
	}
	org_configure
	ssh_login carol --password "$MEMBER_PASSWORD" -- id -un
	expect_status 0
	expect_line carol
}

host_shared
run it_is_offered_beside_the_provider \
	t47_it_is_shown_nowhere \
	a_wrong_one_is_asked_for_again \
	three_wrong_ones_end_it \
	the_service_asks_for_a_second_factor \
	she_signs_in_at_the_console \
	a_wrong_one_lets_nobody_in_at_the_console \
	whoever_goes_away_comes_back_at_once \
	she_signs_in_anew_in_her_session \
	a_service_that_takes_none_says_so \
	nothing_is_believed_while_the_service_is_away \
	t87_it_is_kept_nowhere \
	without_a_provider_it_is_asked_for_at_once
