#!/bin/bash
# sudo wants to know who sits there: a sign-in of a moment ago counts, later the
# PIN or a code does; the role is looked at each time.
ORG_SECTIONS='[totp]
mode = optional
[sudo]
max_age = 15m'
. "$(dirname "$0")/lib/scenario.sh"

PIN=tulip-7-garden

# max_age DURATION: how old a proof may be for sudo
max_age() {
	ORG_SECTIONS="${ORG_SECTIONS%= *}= $1"
	org_reconfigure
}

# becomes_root [OPTION...]: in bob's session, without a ticket of sudo's
becomes_root() {
	session_run desk "$@" -- 'sudo -k; sudo id -un'
}

# later CALL...: once the proof before is older than the shortest max_age
later() {
	sleep 1
	"$@"
}

nothing_is_asked_after_a_sign_in_at_ssh() {
	session_open desk bob --approve-as bob
	expect_status 0
	becomes_root
	expect_status 0
	expect_line root
	expect_not_shown 'Open:'
	recorded auth user=bob service=sudo factor=lately verdict=allow ||
		fail 'no record'
}

he_has_a_pin_and_an_authenticator() {
	session_run desk --type "$PIN" --type "$PIN" -- orgloginctl pin set
	expect_status 0
	session_run desk --has bob -- orgloginctl totp enroll
	expect_status 0
}

later_the_pin_is_enough() {
	max_age 1s
	later becomes_root --type "$PIN"
	expect_status 0
	expect_line root
	expect_not_shown 'Authenticator code:'
	expect_not_shown 'Open:'
	recorded auth user=bob service=sudo factor=pin verdict=allow ||
		fail 'no record'
}

a_code_is_enough_too() {
	later becomes_root --type '' --has bob
	expect_status 0
	expect_line root
	expect_not_shown 'Open:'
	recorded auth user=bob service=sudo factor=code verdict=allow ||
		fail 'no record'
}

so_is_the_browser() {
	later becomes_root --type '' --type '' --approve-as bob --has bob
	expect_status 0
	expect_line root
}

a_wrong_pin_is_not() {
	later becomes_root --type wrong-1 --type wrong-2 --type wrong-3
	expect_refused
	expect_shown 'The PIN was wrong.'
}

the_pin_counts_for_whoever_came_with_it() {
	max_age 15m
	console_login bob --type "$PIN" --has bob
	expect_status 0
	session_run "$(host_console)" -- sudo id -un
	expect_status 0
	expect_line root
	console_logout
}

t98_a_withdrawn_role_is_refused_in_spite_of_the_pin() {
	max_age 1s
	org_person bob role=developer
	host_exec orgloginctl sync --full >/dev/null
	later becomes_root --type "$PIN"
	expect_refused
	expect_shown 'Login PIN: '
	expect_shown 'This needs a role that you do not hold now.'
	expect_journal role-not-held
}

t98_and_of_the_code() {
	later becomes_root --type '' --has bob
	expect_refused
	expect_shown 'Authenticator code: '
	expect_shown 'This needs a role that you do not hold now.'
	session_close desk
}

host_shared
run nothing_is_asked_after_a_sign_in_at_ssh \
	he_has_a_pin_and_an_authenticator \
	later_the_pin_is_enough \
	a_code_is_enough_too \
	so_is_the_browser \
	a_wrong_pin_is_not \
	the_pin_counts_for_whoever_came_with_it \
	t98_a_withdrawn_role_is_refused_in_spite_of_the_pin \
	t98_and_of_the_code
