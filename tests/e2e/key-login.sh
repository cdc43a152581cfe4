#!/bin/bash
# A member with an ssh key gets in without a code, but only while she is active.
. "$(dirname "$0")/lib/scenario.sh"

by_key() {
	ssh_login carol --key "$LAB/key" -- id -un
}

active_member_signs_in_by_key() {
	host_gives_key carol
	by_key
	expect_status 0
	expect_line carol
	expect_not_shown 'Open:'
}

t103_suspended_member_is_refused_with_her_key() {
	org_person carol status=suspended
	expect_within 60 refused by_key
	expect_shown 'Your account in the organisation is suspended.'
	expect_journal member-suspended
}

suspended_member_gets_no_code() {
	ssh_login carol --approve-as carol --within 20 -- id -un
	expect_refused
	expect_not_shown 'Code:'
}

reinstated_member_signs_in_again() {
	org_person carol status=active
	expect_within 60 accepted by_key
}

removed_member_is_refused_with_her_key() {
	org_person carol member=0
	expect_within 60 refused by_key
}

host_shared
run active_member_signs_in_by_key \
	t103_suspended_member_is_refused_with_her_key \
	suspended_member_gets_no_code \
	reinstated_member_signs_in_again \
	removed_member_is_refused_with_her_key
