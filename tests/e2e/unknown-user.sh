#!/bin/bash
# A name that nobody has: no code is shown and nothing is asked of the provider.
. "$(dirname "$0")/lib/scenario.sh"

t19_a_stranger_gets_no_code() {
	ssh_login stranger --password guess --within 30 -- id -un
	expect_refused
	expect_not_shown 'Code:'
	expect_not_shown 'Open:'
}

# mallory has an account at the provider, but not in this organisation.
t19_somebody_of_another_organisation_gets_no_code() {
	ssh_login mallory --password guess --within 30 -- id -un
	expect_refused
	expect_not_shown 'Code:'
}

t32_a_member_called_root_changes_nothing() {
	org_person root role=OrganizationAdmin
	host_exec orgloginctl sync >/dev/null
	expect_equal "$(host_exec id -u root)" 0 "root's id"
	expect_equal "$(host_exec getent passwd root | wc -l)" 1 'entries of root'
	ssh_login root --password guess --within 30 -- id -un
	expect_refused
	expect_not_shown 'Code:'
	root_signs_in_at_the_console
}

host_shared
run t19_a_stranger_gets_no_code \
	t19_somebody_of_another_organisation_gets_no_code \
	t32_a_member_called_root_changes_nothing
