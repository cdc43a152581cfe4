#!/bin/bash
# The sign-in provider or the organisation's service is down: nobody new gets
# in, everybody is told why, and nothing that was known is lost.
. "$(dirname "$0")/lib/scenario.sh"

by_code() {
	ssh_login carol --approve-as carol --within 60 -- id -un
}

provider_down_is_told_in_one_line() {
	org_stop oidc-provider
	by_code
	expect_refused
	expect_shown 'sign-in provider cannot be reached.'
	expect_not_shown 'Code:'
	expect_journal provider-unreachable
}

key_login_needs_no_provider() {
	host_gives_key carol
	ssh_login carol --key "$LAB/key" -- id -un
	expect_status 0
}

local_people_need_no_provider() {
	locals_sign_in
}

provider_back_means_sign_in_again() {
	org_start
	expect_within 60 accepted by_code
}

t110_service_down_removes_nobody() {
	org_stop better-auth
	! host_exec orgloginctl sync >/dev/null 2>&1 ||
		fail 'a sync succeeded without a service'
	host_exec getent passwd carol >/dev/null || fail 'carol is gone'
	by_code
	expect_refused
	expect_shown "identity service cannot be reached."
}

service_back_means_sign_in_again() {
	org_start
	expect_within 60 accepted by_code
}

t110_a_service_that_fails_with_nothing_to_say_removes_nobody() {
	org_lever better-auth orphan name=erin
	! host_exec orgloginctl sync >/dev/null 2>&1 ||
		fail 'a sync succeeded on errors'
	host_exec getent passwd carol >/dev/null || fail 'carol is gone'
	host_exec getent passwd erin >/dev/null || fail 'erin is gone'
}

host_shared
run provider_down_is_told_in_one_line \
	key_login_needs_no_provider \
	local_people_need_no_provider \
	provider_back_means_sign_in_again \
	t110_service_down_removes_nobody \
	service_back_means_sign_in_again \
	t110_a_service_that_fails_with_nothing_to_say_removes_nobody
