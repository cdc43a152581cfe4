#!/bin/bash
# Somebody else approves the code: nobody gets in, and she is told why.
. "$(dirname "$0")/lib/scenario.sh"

t27_another_member_approves() {
	ssh_login carol --approve-as bob -- id -un
	expect_refused
	expect_shown 'You signed in as somebody else.'
	expect_journal wrong-person
}

t27_an_admin_cannot_be_signed_in_by_a_member() {
	ssh_login bob --approve-as erin -- id -un
	expect_refused
	expect_shown 'You signed in as somebody else.'
}

t27_somebody_of_another_organisation_approves() {
	ssh_login carol --approve-as mallory -- id -un
	expect_refused
	expect_not_shown 'uid='
}

t27_only_one_code_is_asked_for() {
	ssh_login carol --approve-as bob -- id -un
	expect_equal "$(grep -c '^  Code:  ' <<<"$SHOWN")" 1 'number of codes'
}

she_signs_in_herself_afterwards() {
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
	expect_line carol
}

host_shared
run t27_another_member_approves \
	t27_an_admin_cannot_be_signed_in_by_a_member \
	t27_somebody_of_another_organisation_approves \
	t27_only_one_code_is_asked_for \
	she_signs_in_herself_afterwards
