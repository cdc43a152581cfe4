#!/bin/bash
# One sign-in serves the host and the organisation's services: a member calls
# them with a token of hers, and nobody else can have it.
. "$(dirname "$0")/lib/scenario.sh"

# at_desk COMMAND: in alice's session.
at_desk() {
	session_run desk "$@"
}

# api PATH: how she calls one of the organisation's services.
api() {
	echo "curl -sS --fail --max-time 20 --cacert /etc/orglogin/ca.pem" \
		"https://localhost:$SERVICE_PORT$1"
}

her_session_calls_a_service() {
	session_open desk alice --approve-as alice
	expect_status 0
	at_desk -- "$(api /agents) -H \"\$(orgloginctl token --headers)\""
	expect_status 0
	expect_line 'usr_alice org_acme'
	at_desk -- "orgloginctl token --headers | $(api /agents) -H @-"
	expect_status 0
	expect_line 'usr_alice org_acme'
}

for_another_organisation_of_hers() {
	at_desk -- "$(api /agents) -H \"Authorization: Bearer \$(orgloginctl token \
		--organization org_side)\""
	expect_line 'usr_alice org_side'
	at_desk -- "$(api /agents) -H \"\$(orgloginctl token --headers)\""
	expect_line 'usr_alice org_acme'
}

she_switches_to_it() {
	at_desk -- orgloginctl switch-org org_side
	expect_line 'You work in org_side now.'
	at_desk -- "$(api /agents) -H \"\$(orgloginctl token --headers)\""
	expect_line 'usr_alice org_side'
	at_desk -- orgloginctl switch-org org_nowhere
	expect_refused
	at_desk -- orgloginctl switch-org org_acme
	expect_status 0
}

# token_of USER COMMAND...: what USER is given; by root's power, as no session
# of hers is needed.
token_of() {
	host_exec runuser -u "$1" -- "${@:2}" 2>&1 || :
}

t52_nobody_else_is_given_it() {
	host_exec orgloginctl logout erin >/dev/null || :
	local who
	for who in erin localuser root; do
		SHOWN=$(token_of $who orgloginctl token)
		! grep -q 'eyJ' <<<"$SHOWN" || fail "$who has a token"
		expect_shown orgloginctl:
	done
	SHOWN=$(token_of erin orgloginctl logout alice)
	expect_shown '(peer-refused)'
	SHOWN=$(token_of alice orgloginctl token)
	expect_shown eyJ
}

t87_it_is_in_plain_nowhere_on_the_host() {
	local token
	token=$(token_of alice orgloginctl token)
	SHOWN=$(host_holds "$token")
	expect_equal "$SHOWN" '' 'what holds it'
}

after_logout_she_signs_in_anew_at_the_desk() {
	at_desk -- orgloginctl logout
	expect_line 'The sign-in of alice is forgotten.'
	at_desk -- orgloginctl token
	expect_refused
	expect_shown '(no-token)'
	at_desk --approve-as alice -- orgloginctl login
	expect_status 0
	at_desk -- "$(api /agents) -H \"\$(orgloginctl token --headers)\""
	expect_line 'usr_alice org_acme'
}

refused_token() {
	at_desk -- orgloginctl token
	[ "$STATUS" != 0 ] && grep -Fq "($1)" <<<"$SHOWN"
}

t90_a_suspended_member_loses_it() {
	org_person alice status=suspended
	expect_within 60 refused_token member-suspended
	org_person alice status=active
	expect_within 60 refused_token no-token
	session_close desk
}

# Percus wants to be told in headers what its token says.
a_service_that_is_told_more() {
	ORG_PROFILE=percus
	org_reset
	org_configure
	session_open desk alice --approve-as alice
	expect_status 0
	at_desk -- "$(api /v1/agents) -H \"\$(orgloginctl token --headers)\""
	expect_status 0
	expect_shown 'usr_alice org_acme'
	at_desk -- "orgloginctl token --headers | $(api /v1/agents) -H @-"
	expect_status 0
	at_desk -- "$(api /v1/agents) -H \"Authorization: Bearer \$(orgloginctl token)\""
	expect_refused
	session_close desk
}

host_shared
run her_session_calls_a_service \
	for_another_organisation_of_hers \
	she_switches_to_it \
	t52_nobody_else_is_given_it \
	t87_it_is_in_plain_nowhere_on_the_host \
	after_logout_she_signs_in_anew_at_the_desk \
	t90_a_suspended_member_loses_it \
	a_service_that_is_told_more
