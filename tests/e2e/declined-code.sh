#!/bin/bash
# The member declines in the browser a sign-in that she did not start.
. "$(dirname "$0")/lib/scenario.sh"

t18_a_declined_code_lets_nobody_in() {
	ssh_login carol --deny-as carol -- id -un
	expect_refused
	expect_shown 'The sign-in was declined in the browser.'
	expect_equal "$(grep -c '^  Code:  ' <<<"$SHOWN")" 1 'number of codes'
	expect_journal grant-declined
}

host_shared
run t18_a_declined_code_lets_nobody_in
