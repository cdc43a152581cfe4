#!/bin/bash
# Somebody at the host becomes a member by su, with that member's approval.
. "$(dirname "$0")/lib/scenario.sh"

local_user_becomes_a_member() {
	session_open desk localuser --password "$LOCAL_PASSWORD"
	expect_status 0
	session_run desk --approve-as carol -- su carol -c "'id -un'"
	expect_status 0
	expect_line carol
	session_run desk --approve-as carol -- su - carol -c pwd
	expect_line /home/carol
}

t27_somebody_else_cannot_approve_it() {
	session_run desk --approve-as dave -- su carol -c "'id -un'"
	expect_refused
	expect_shown 'You signed in as somebody else.'
}

t99_a_suspended_member_is_refused() {
	org_person carol status=suspended
	expect_within 60 refused as_carol
	session_close desk
}

as_carol() {
	session_run desk --approve-as carol -- su carol -c "'id -un'"
}

host_shared
run local_user_becomes_a_member \
	t27_somebody_else_cannot_approve_it \
	t99_a_suspended_member_is_refused
