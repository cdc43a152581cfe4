#!/bin/bash
# A member signs in at the host's own console.
. "$(dirname "$0")/lib/scenario.sh"

member_signs_in_at_the_console() {
	console_login carol --approve-as carol
	expect_status 0
	expect_line "  Open:  https://localhost:$ISSUER_PORT/device"
	session_run "$(host_console)" -- id -un
	expect_line carol
	session_run "$(host_console)" -- pwd
	expect_line /home/carol
	console_logout
}

t27_another_member_cannot_approve_for_her() {
	console_login carol --approve-as dave
	expect_refused
	expect_shown 'You signed in as somebody else.'
}

root_still_signs_in_by_password() {
	root_signs_in_at_the_console
	expect_not_shown 'Open:'
}

host_shared
run member_signs_in_at_the_console \
	t27_another_member_cannot_approve_for_her \
	root_still_signs_in_by_password
