#!/bin/bash
# The organisation blocks device codes: a member opens a page and pastes what it
# shows into the terminal, in pieces where it is long.
ORG_PROFILE=percus
. "$(dirname "$0")/lib/scenario.sh"

client=orglogin-paste

org_providers() {
	org_provider corp "$ISSUER_PORT" $client 'grant = paste' \
		'redirect_uri = https://paste.acme.test/'
}

# pieces NUMBER: it was asked for so many.
pieces() {
	expect_equal "$(grep -c 'Paste piece [2-6] of [2-6]: ' <<<"$SHOWN")" \
		$(($1 - 1)) 'further pieces'
}

she_pastes_the_code() {
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
	expect_line carol
	expect_shown 'giving its code to somebody lets them in as you'
	pieces 1
}

t27_the_code_of_another_member_is_not_hers() {
	ssh_login carol --approve-as bob -- id -un
	expect_refused
	expect_shown 'You signed in as somebody else.'
}

# A page that she left open, or that somebody sent her.
t12_the_code_of_an_earlier_sign_in_is_refused() {
	local old
	old=$(cat "$LAB"/term/ssh-carol-*.page | head -n 1)
	ssh_login carol --type "$old" --type "$old" --type "$old" -- id -un
	expect_refused
	expect_shown 'That code is not of this sign-in.'
	expect_journal paste-wrong
}

a_mistake_is_mended() {
	ssh_login carol --type '' --type oops --approve-as carol -- id -un
	expect_status 0
	expect_line carol
}

she_pastes_at_the_console() {
	console_login carol --approve-as carol
	expect_status 0
	session_run "$(host_console)" -- id -un
	expect_line carol
	console_logout
}

codes_are_long() {
	client=orglogin-paste-long
	org_configure
}

a_long_code_comes_in_pieces() {
	codes_are_long
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
	expect_line carol
	pieces 4
}

# login and su read less than a piece and a half into an answer.
a_long_code_comes_in_pieces_at_the_console() {
	codes_are_long
	console_login carol --approve-as carol
	expect_status 0
	pieces 4
	console_logout
}

a_long_code_comes_in_pieces_at_su() {
	codes_are_long
	session_open desk localuser --password "$LOCAL_PASSWORD"
	expect_status 0
	session_run desk --approve-as dave -- su dave -c "'id -un'"
	expect_line dave
	pieces 4
	session_close desk
}

host_shared
run she_pastes_the_code \
	t27_the_code_of_another_member_is_not_hers \
	t12_the_code_of_an_earlier_sign_in_is_refused \
	a_mistake_is_mended \
	she_pastes_at_the_console \
	a_long_code_comes_in_pieces \
	a_long_code_comes_in_pieces_at_the_console \
	a_long_code_comes_in_pieces_at_su
