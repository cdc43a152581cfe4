#!/bin/bash
# A member opens an ssh session: a code is shown, she approves it, and she is
# on the host with the groups of her role.
. "$(dirname "$0")/lib/scenario.sh"

# Opens terminal $1 for member $2, who does nothing yet; waits for the prompt.
knock() {
	person_options "$2"
	COMMAND=(id -un)
	ssh_to "$1"
	term_wait "$1" 'Press Enter when you have signed in: $' 20 ||
		fail "no code was shown to $2"
}

# Closes terminal $1, and waits until the host has noticed.
leave() {
	term_close "$1"
	expect_within 10 nobody_waits
}

nobody_waits() {
	[ "$(host_exec orgloginctl status --json | jq .signins)" = 0 ]
}

# How soon is measured in bench/; the bound tells a code from none.
t46_the_code_comes_to_the_screen() {
	person_options carol
	COMMAND=(true)
	ssh_to seen
	term_wait seen '^  Code:  [A-Z0-9-]+$' 20 || fail 'no code'
	leave seen
}

t18_the_prompt_says_who_asks_for_what() {
	knock prompt carol
	SHOWN=$(term_all prompt)
	leave prompt
	expect_shown Acme
	expect_shown carol
	expect_shown "$HOST"
	expect_shown 127.0.0.1
	expect_line "  Open:  https://localhost:$ISSUER_PORT/device"
	! LC_ALL=C grep -q '[^ -~]' <<<"$SHOWN" || fail 'it is not plain ASCII'
}

member_signs_in_by_approving_the_code() {
	ssh_login carol --approve-as carol -- 'id -un; id -Gn; pwd'
	expect_status 0
	expect_line carol
	expect_line /home/carol
	expect_shown developers
	expect_shown org-members
	expect_not_shown org-admins
}

roles_become_groups_of_the_organisation_and_of_the_host() {
	ssh_login bob --approve-as bob -- id -Gn
	expect_status 0
	expect_shown org-admins
	expect_shown adm
}

t17_enter_without_approval_lets_nobody_in() {
	local code
	knock eager carol
	code=$(code_of "$(term_all eager)")
	term_mark eager
	term_key eager Enter
	term_wait eager 'Press Enter when you have signed in: $' 20 ||
		fail 'it was not asked again'
	expect_equal "$(code_of "$(term_all eager)")" "$code" 'the second code'
	[ -z "$(term_status eager)" ] || fail 'the sign-in ended'
	org_approve "$(address_of "$(term_all eager)")" "$code" carol approve
	term_mark eager
	term_key eager Enter
	WITHIN=20
	AS=carol DECIDES=approve attend eager '' || fail 'not let in'
	SHOWN=$(term_all eager)
	term_close eager
	expect_line carol
}

t22_an_approval_that_comes_after_the_client_has_gone_does_nothing() {
	local address code
	knock gone dave
	address=$(address_of "$(term_all gone)")
	code=$(code_of "$(term_all gone)")
	leave gone
	org_approve "$address" "$code" dave approve || :
	sleep 3
	! grep -q 'Accepted.*dave' <<<"$(host_journal --since "@$began" -t sshd)" ||
		fail 'sshd let somebody in'
	! grep -q 'verdict="allow".*dave' <<<"$(host_journal --since "@$began" \
		-t orglogind)" || fail 'the daemon let somebody in'
}

t23_a_member_has_one_sign_in_at_a_time() {
	knock first carol
	ssh_login carol --within 20 -- id -un
	expect_refused
	expect_shown 'A sign-in for you is already under way'
	leave first
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
}

host_shared
run t46_the_code_comes_to_the_screen \
	t18_the_prompt_says_who_asks_for_what \
	member_signs_in_by_approving_the_code \
	roles_become_groups_of_the_organisation_and_of_the_host \
	t17_enter_without_approval_lets_nobody_in \
	t22_an_approval_that_comes_after_the_client_has_gone_does_nothing \
	t23_a_member_has_one_sign_in_at_a_time
