#!/bin/bash
# The organisation withdraws an admin's role while her session is open: sudo
# ends there within a minute, though her session keeps its groups and ticket.
. "$(dirname "$0")/lib/scenario.sh"

ticket() {
	session_run bob -- sudo -n id -un
}

admin_has_a_live_ticket() {
	session_open bob bob --approve-as bob
	expect_status 0
	session_run bob --approve-as bob -- sudo id -un
	expect_status 0
	ticket
	expect_status 0
}

t100_a_withdrawn_role_is_refused_within_a_minute() {
	org_person bob role=developer
	expect_within 60 refused ticket
	expect_shown 'This needs a role that you do not hold now.'
}

t100_the_session_still_carries_the_group() {
	session_run bob -- id -Gn
	expect_shown org-admins
}

t98_nopasswd_does_not_bring_it_back() {
	host_sh 'echo "%org-admins ALL=(ALL:ALL) NOPASSWD: ALL" \
		>/etc/sudoers.d/zz-lab'
	ticket
	host_sh 'rm -f /etc/sudoers.d/zz-lab'
	expect_refused
}

a_returned_role_counts_again() {
	org_person bob role=OrganizationAdmin
	session_run bob --approve-as bob -- 'sudo -K'
	expect_within 60 accepted again
}

again() {
	session_run bob --approve-as bob -- sudo id -un
}

t100_a_removed_member_loses_sudo_too() {
	org_person bob member=0
	expect_within 60 refused ticket
	session_close bob
}

host_shared
run admin_has_a_live_ticket \
	t100_a_withdrawn_role_is_refused_within_a_minute \
	t100_the_session_still_carries_the_group \
	t98_nopasswd_does_not_bring_it_back \
	a_returned_role_counts_again \
	t100_a_removed_member_loses_sudo_too
