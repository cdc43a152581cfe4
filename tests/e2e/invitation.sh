#!/bin/bash
# Somebody was invited and has not accepted yet: she may do so when she signs in
# to a host for the first time, and until then nothing of it is open to her.
ORG_PROFILE=percus
. "$(dirname "$0")/lib/scenario.sh"

invited() {
	service_person "$1" status=pending
	host_exec orgloginctl sync --full >/dev/null
}

state_of() {
	host_exec orgloginctl explain "$1" --json | jq -r .member.state
}

t103_until_then_no_key_and_no_job_is_hers() {
	invited dave
	host_gives_key dave
	ssh_login dave --key "$LAB/key" -- id -un
	expect_refused
	! cron_runs dave 1 || fail 'her job ran'
}

t27_nobody_accepts_for_her() {
	ssh_login dave --approve-as carol --type y -- id -un
	expect_refused
	expect_shown 'You signed in as somebody else.'
	expect_not_shown 'Accept the invitation?'
	expect_equal "$(state_of dave)" Pending 'her state'
}

who_declines_stays_out() {
	ssh_login dave --approve-as dave --type n -- id -un
	expect_refused
	expect_shown 'Acme has invited you, and you have not accepted yet.'
	expect_equal "$(state_of dave)" Pending 'her state'
}

who_accepts_is_in() {
	ssh_login dave --approve-as dave --type y -- id -un
	expect_status 0
	expect_line dave
	expect_equal "$(state_of dave)" Active 'her state'
}

she_is_asked_once() {
	ssh_login dave --approve-as dave -- id -un
	expect_status 0
	expect_not_shown 'invited'
	ssh_login dave --key "$LAB/key" -- id -un
	expect_status 0
}

she_accepts_at_the_console() {
	invited erin
	console_login erin --approve-as erin --type yes
	expect_status 0
	expect_equal "$(state_of erin)" Active 'her state'
	console_logout
}

host_shared
run t103_until_then_no_key_and_no_job_is_hers \
	t27_nobody_accepts_for_her \
	who_declines_stays_out \
	who_accepts_is_in \
	she_is_asked_once \
	she_accepts_at_the_console
