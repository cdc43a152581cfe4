#!/bin/bash
# The organisation has two sign-in providers: a member chooses one the first
# time, and from then on hers is taken without a question.
ORG_PROFILE=percus
ORG_SERVERS=better-auth
. "$(dirname "$0")/lib/scenario.sh"

org_providers() {
	org_provider corp "$ISSUER_PORT"
	org_provider accounts "$(org_port better-auth)"
}

# opened SERVER: the page of this one was shown, and no other.
opened() {
	expect_equal "$(sed -n 's/^  Open:  //p' <<<"$SHOWN" | sort -u)" \
		"https://localhost:$(org_port "$1")/device" 'the page'
}

she_chooses_by_number() {
	org_lever better-auth reset
	org_configure anew
	ssh_login carol --type 2 --approve-as carol -- id -un
	expect_status 0
	expect_line '  1  corp'
	expect_line '  2  accounts'
	expect_line carol
	opened better-auth
}

she_is_not_asked_again() {
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
	expect_not_shown 'Sign in with'
	opened better-auth
}

nor_at_the_console() {
	console_login carol --approve-as carol
	expect_status 0
	expect_not_shown 'Sign in with'
	opened better-auth
	console_logout
}

he_chooses_by_name() {
	ssh_login dave --type corp --approve-as dave -- id -un
	expect_status 0
	expect_line dave
	opened oidc-provider
}

a_choice_that_is_none_is_asked_for_again() {
	ssh_login erin --type 3 --type '' --type Corp --approve-as erin -- id -un
	expect_status 0
	expect_shown 'That was none of them.'
}

three_that_are_none_end_it() {
	ssh_login bob --type 0 --type accountant --type 1x -- id -un
	expect_refused
	expect_not_shown 'Code:'
	expect_journal answer-unknown
}

t27_somebody_else_cannot_approve_at_either() {
	local choice
	for choice in corp accounts; do
		ssh_login bob --type $choice --approve-as dave -- id -un
		expect_refused
		expect_shown 'You signed in as somebody else.'
	done
	ssh_login bob --type accounts --approve-as bob -- id -un
	expect_status 0
}

one_that_is_away_stops_its_own_people_only() {
	org_stop better-auth
	ssh_login carol --approve-as carol -- id -un
	expect_refused
	expect_shown 'sign-in provider cannot be reached.'
	ssh_login dave --approve-as dave -- id -un
	expect_status 0
	org_start
}

host_shared
run she_chooses_by_number \
	she_is_not_asked_again \
	nor_at_the_console \
	he_chooses_by_name \
	a_choice_that_is_none_is_asked_for_again \
	three_that_are_none_end_it \
	t27_somebody_else_cannot_approve_at_either \
	one_that_is_away_stops_its_own_people_only
