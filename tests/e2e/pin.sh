#!/bin/bash
# A member sets a PIN for this host and comes back with it at the console; it
# counts together with the organisation's word, and never over ssh.
ORG_LOGIN='offline_max_age = 11h'
. "$(dirname "$0")/lib/scenario.sh"

PIN=tulip-7-garden

# at_console MEMBER [OPTION...]: signs in there, and leaves again.
at_console() {
	console_login "$@"
	[ "$STATUS" != 0 ] || console_logout
}

t47_she_sets_it_with_passwd() {
	session_open desk carol --approve-as carol
	expect_status 0
	session_run desk --type 123456 --type 123456 -- passwd
	expect_refused
	expect_shown 'That PIN is too easy to guess.'
	session_run desk --type "$PIN" --type "$PIN" -- passwd
	expect_status 0
	expect_not_shown "$PIN"
	expect_not_shown 'Open:'
	session_run desk -- orgloginctl pin status
	expect_line '  PIN            set'
	session_close desk
	recorded pin-set user=carol verdict=allow || fail 'no record'
}

it_alone_opens_the_console() {
	console_login carol --type "$PIN"
	expect_status 0
	expect_not_shown 'Open:'
	expect_not_shown "$PIN"
	session_run "$(host_console)" -- id -un
	expect_line carol
	console_logout
	recorded auth user=carol service=login factor=pin verdict=allow ||
		fail 'no record'
}

a_wrong_one_is_asked_for_again() {
	at_console carol --type tulip-8-garden --type "$PIN"
	expect_status 0
	expect_shown 'That PIN was wrong.'
}

three_wrong_ones_end_it() {
	at_console carol --type wrong-1 --type wrong-2 --type wrong-3
	expect_refused
	expect_shown 'The PIN was wrong.'
	expect_not_shown 'Open:'
	expect_journal pin-wrong
	at_console carol --type "$PIN"
	expect_status 0
}

an_empty_answer_leads_to_the_browser() {
	at_console carol --type '' --approve-as carol
	expect_status 0
	expect_shown 'Open:'
}

t93_it_is_not_offered_over_ssh() {
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
	expect_not_shown 'Login PIN:'
	expect_shown 'Open:'
}

nobody_else_is_asked_for_one() {
	at_console dave --approve-as dave
	expect_status 0
	expect_not_shown 'Login PIN:'
}

he_sets_his_with_orgloginctl() {
	console_login dave --approve-as dave
	expect_status 0
	session_run "$(host_console)" --type "$PIN" --type another-one \
		--type "$PIN" --type "$PIN" -- orgloginctl pin set
	expect_status 0
	expect_shown 'the two were not the same'
	expect_line 'The PIN is set.'
	expect_not_shown "$PIN"
	console_logout
	at_console dave --type "$PIN"
	expect_status 0
}

an_administrator_takes_one_away() {
	host_exec orgloginctl pin remove dave >/dev/null
	at_console dave --approve-as dave
	expect_status 0
	expect_not_shown 'Login PIN:'
	recorded pin-removed user=dave verdict=allow caller_uid=0 ||
		fail 'no record'
}

# The list of members is read long before and long after.
t90_who_lost_the_account_is_refused_with_it_at_once() {
	host_sh 'mkdir -p /etc/orglogin/conf.d
		printf "%s\n" "[directory]" "refresh = 10m" \
			>/etc/orglogin/conf.d/50-lab.conf
		systemctl restart orglogind.service
		orgloginctl sync' >/dev/null
	at_console carol --type "$PIN"
	expect_status 0
	org_person carol banned=1
	at_console carol --type "$PIN" --approve-as carol
	expect_refused
	expect_shown 'Your account in the organisation is suspended.'
	expect_journal member-suspended
	host_sh 'rm /etc/orglogin/conf.d/50-lab.conf
		systemctl restart orglogind.service'
}

t90_a_suspended_member_is_refused_before_it_is_asked_for() {
	org_person carol banned=0 status=suspended
	host_exec orgloginctl sync --full >/dev/null
	at_console carol
	expect_refused
	expect_shown 'Your account in the organisation is suspended.'
	expect_not_shown 'Login PIN:'
}

who_comes_back_signs_in_anew() {
	org_person carol status=active
	host_exec orgloginctl sync --full >/dev/null
	at_console carol --approve-as carol
	expect_status 0
	expect_not_shown 'Login PIN:'
}

t87_it_is_kept_nowhere() {
	expect_equal "$(host_holds "$PIN")" '' 'what holds it'
}

host_shared
run t47_she_sets_it_with_passwd \
	it_alone_opens_the_console \
	a_wrong_one_is_asked_for_again \
	three_wrong_ones_end_it \
	an_empty_answer_leads_to_the_browser \
	t93_it_is_not_offered_over_ssh \
	nobody_else_is_asked_for_one \
	he_sets_his_with_orgloginctl \
	an_administrator_takes_one_away \
	t90_who_lost_the_account_is_refused_with_it_at_once \
	t90_a_suspended_member_is_refused_before_it_is_asked_for \
	who_comes_back_signs_in_anew \
	t87_it_is_kept_nowhere
