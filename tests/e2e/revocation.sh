#!/bin/bash
# Whoever may not be here any more: each door refuses within a minute, tokens
# are revoked, and where the administrator wants it what runs in their name
# ends. Nothing of anybody else does.
ORG_SERVER=scripted
. "$(dirname "$0")/lib/scenario.sh"

number() {
	host_exec id -u "$1"
}

# works PROGRAM SECONDS: a job of that length runs; each in these tests has its
# own.
works() {
	host_exec pgrep -f "^$1 $2\$" >/dev/null
}

works_not() {
	! works "$@"
}

# leaves_a_job SESSION SECONDS: what goes on behind a session.
leaves_a_job() {
	session_run "$1" -- "setsid -f sleep $2 </dev/null >/dev/null 2>&1"
	expect_within 10 works sleep "$2"
}

# left_of NUMBER: the processes that have it as any of their four numbers.
left_of() {
	host_sh 'cat /proc/[0-9]*/status 2>/dev/null |
		awk -v n="$1" "/^Uid:/ && (\$2 == n || \$3 == n || \$4 == n ||
			\$5 == n)" | wc -l' "$1"
}

nothing_left_of() {
	[ "$(left_of "$1")" = 0 ]
}

by_key() {
	ssh_login "$1" --key "$LAB/key" -- id -un
}

# at_takes USER: a job of that user's, to be run at once.
at_takes() {
	host_sh 'rm -f "/tmp/at-proof-$1"
		echo "id -un >/tmp/at-proof-$1" | runuser -u "$1" -- at now' \
		"$1" 2>"$LAB/at"
}

at_has_run() {
	[ "$(host_sh 'cat "/tmp/at-proof-$1" 2>/dev/null || :' "$1")" = "$1" ]
}

# decided USER SERVICE VERDICT: a decision since this function began.
decided() {
	host_exec journalctl --sync
	[ -n "$(host_exec journalctl --since "@$began" -o cat \
		"ORGLOGIN_USER=$1" "ORGLOGIN_SERVICE=$2" \
		"ORGLOGIN_VERDICT=$3")" ]
}

admin_is_at_work() {
	host_gives_key bob
	by_key bob
	expect_status 0
	cron_runs bob || fail 'the job did not run'
	at_takes bob
	expect_within 20 at_has_run bob
	session_open bob bob --approve-as bob
	expect_status 0
	session_run bob --approve-as bob -- sudo id -un
	expect_status 0
	leaves_a_job bob 86401
}

others_are_at_work() {
	session_open carol carol --approve-as carol
	expect_status 0
	leaves_a_job carol 86402
	session_open local localuser --password "$LOCAL_PASSWORD"
	expect_status 0
	leaves_a_job local 86403
}

t103_a_suspended_member_is_refused_with_her_key() {
	service_count sign_out >"$LAB/sign_out"
	org_person bob status=suspended
	expect_within 60 refused by_key bob
	expect_shown 'Your account in the organisation is suspended.'
}

t98_sudo_is_refused_in_her_open_session() {
	session_run bob -- sudo -n id -un
	expect_refused
	expect_shown 'Your account in the organisation is suspended.'
}

t104_cron_and_at_run_nothing_for_her() {
	! cron_runs bob 1 || fail 'the job ran'
	at_takes bob
	expect_within 20 decided bob atd deny
	! at_has_run bob || fail 'the job ran'
}

a_code_is_not_shown_to_her() {
	ssh_login bob --approve-as bob --within 20 -- id -un
	expect_refused
	expect_not_shown 'Code:'
}

signed_out_once_more() {
	[ "$(service_count sign_out)" -gt "$(cat "$LAB/sign_out")" ]
}

t90_her_tokens_are_gone_and_revoked() {
	expect_within 60 signed_out_once_more
	expect_equal "$(service_count sign_out)" \
		$(($(cat "$LAB/sign_out") + 1)) 'what was revoked'
	SHOWN=$(host_exec runuser -u bob orgloginctl token 2>&1 || :)
	expect_shown '(member-suspended)'
}

# The unit is asked by hand: nobody need wait to see that nothing happens.
without_end_sessions_her_work_goes_on() {
	host_exec orgloginctl sync --full >/dev/null
	host_exec systemctl start orglogin-end-sessions.service
	works sleep 86401 || fail 'her job ended'
	session_run bob -- id -un
	expect_line bob
}

reinstated_with_more_of_hers() {
	org_person bob status=active
	ORG_LOGIN='end_sessions = yes'
	org_reconfigure
	expect_within 60 accepted by_key bob
	session_close bob
	host_sh 'pkill -u bob -x sleep; loginctl enable-linger bob'
	session_open bob bob --approve-as bob
	expect_status 0
	session_run bob --approve-as bob -- 'sudo -b sleep 86404'
	expect_within 10 works sleep 86404
	leaves_a_job bob 86405
	session_run bob -- "setsid -f sh -c 'trap \"\" HUP TERM; sleep 86406' \
		</dev/null >/dev/null 2>&1"
	expect_within 10 works sleep 86406
	host_exec systemctl is-active "user@$(number bob).service" >/dev/null ||
		fail 'her service manager does not run'
}

ended() {
	host_exec systemctl show -P Result -P ExecMainStatus \
		orglogin-end-sessions.service | xargs
}

t100_all_that_runs_in_her_name_ends() {
	local number
	number=$(number bob)
	org_person bob status=suspended
	expect_within 60 term_dead bob
	expect_within 20 nothing_left_of "$number"
	expect_within 10 works_not sleep 86404
	works_not sleep 86406 || fail 'a job is left'
	expect_journal "Ending the sessions of bob ($number): member-suspended."
	host_exec journalctl --sync
	expect_equal "$(host_exec journalctl --since "@$began" -o cat \
		MESSAGE_ID=b4a9371c60b767deda93e2b3a6c2588f \
		--output-fields=ORGLOGIN_REASON | sort -u)" \
		member-suspended 'what is on record'
}

t104_her_service_manager_comes_back_neither() {
	host_exec systemctl restart systemd-logind
	host_exec orgloginctl sync --full >/dev/null
	host_sh '! systemctl start "user@$1.service" 2>/dev/null' \
		"$(number bob)" || fail 'it was started'
	host_exec loginctl disable-linger bob
	nothing_left_of "$(number bob)" || fail 'something of hers runs'
}

nobody_else_lost_anything() {
	local name
	for name in carol local; do
		session_run "$name" -- id -un
		expect_status 0
	done
	works sleep 86402 || fail "another member's job ended"
	works sleep 86403 || fail "a local user's job ended"
}

t90_so_does_what_a_removed_member_runs() {
	local number
	number=$(number carol)
	echo "$number" >"$LAB/carol"
	org_person carol member=0
	expect_within 60 term_dead carol
	expect_within 20 nothing_left_of "$number"
	expect_journal \
		"Ending the sessions of a former member ($number): not-a-member."
	session_run local -- id -un
	expect_status 0
	works sleep 86403 || fail "a local user's job ended"
}

# logind keeps a user for ten seconds more.
no_user_of_logind() {
	host_sh '! test -e "/run/systemd/users/$1"' "$1"
}

what_is_over_is_told_no_more() {
	local before after
	expect_within 60 no_user_of_logind "$(number bob)"
	expect_within 60 no_user_of_logind "$(cat "$LAB/carol")"
	before=$(ended_times)
	[ "$before" -ge 2 ] || fail 'it was not told'
	for _ in 1 2 3; do
		host_exec orgloginctl sync --full >/dev/null
		host_exec systemctl start orglogin-end-sessions.service
	done
	after=$(ended_times)
	expect_equal "$after" "$before" 'how often it was told'
	expect_equal "$(ended)" 'success 0' 'the end of its unit'
}

ended_times() {
	host_exec journalctl --sync
	host_journal -u orglogin-end-sessions.service |
		grep -c 'Ending the sessions' || :
}

host_shared
run admin_is_at_work \
	others_are_at_work \
	t103_a_suspended_member_is_refused_with_her_key \
	t98_sudo_is_refused_in_her_open_session \
	t104_cron_and_at_run_nothing_for_her \
	a_code_is_not_shown_to_her \
	t90_her_tokens_are_gone_and_revoked \
	without_end_sessions_her_work_goes_on \
	reinstated_with_more_of_hers \
	t100_all_that_runs_in_her_name_ends \
	t104_her_service_manager_comes_back_neither \
	nobody_else_lost_anything \
	t90_so_does_what_a_removed_member_runs \
	what_is_over_is_told_no_more
