# shellcheck shell=bash disable=SC2034,SC2154 # run.sh sources this and sets the rest
# pins.sh: the PIN of a member on this host, for run.sh: set, used while the
# organisation answers and while it does not, guessed, stepped up with.

pin='correct-47-horse'

# at_console NAME LINE...: signs in at the console and types these lines.
at_console() {
	printf '%s\n' "${@:2}" | wire signin "$1" service=login
}

# sets_pin WHO NAME PIN...: the number WHO sets NAME's; the one before follows.
sets_pin() {
	printf '%s\n' "${@:3}" | setpriv --reuid="$1" --regid="$1" \
		--clear-groups "$work/wire" "$run/orglogin.sock" "$uid" \
		setpin "$2" 2>>"$work/prompts"
}

# What the daemon says of NAME's PIN.
pin_state() {
	"$build/orgloginctl" pin status "$1" --json |
		sed -n 's/.*"state":"\([a-z-]*\)".*/\1/p'
}

pin_failures() {
	"$build/orgloginctl" pin status "$1" --json |
		sed -n 's/.*"failures":\([0-9]*\).*/\1/p'
}

uid_of() {
	number "$1" | tr -cd 0-9
}

setting_one() {
	local carol dave
	carol=$(uid_of carol)
	dave=$(uid_of dave)
	is a_pin_takes_a_sign_in_before "$(sets_pin "$carol" carol "$pin")" \
		proof-needed
	is carol_signs_in_for_a_pin "$(token_sign_in carol)" ok
	is a_weak_pin "$(sets_pin "$carol" carol 123456)" pin-weak
	is t52_a_pin_of_another "$(sets_pin "$dave" carol "$pin")" peer-refused
	is t52_a_pin_by_root "$(sets_pin 0 carol "$pin")" peer-refused
	is a_pin_is_set "$(sets_pin "$carol" carol "$pin")" ok
	: >"$work/prompts"
	is a_pin_is_not_asked_for_over_ssh \
		"$(wire signin carol) $(grep -c 'Login PIN' "$work/prompts")" \
		'ok 0'
}

# The organisation is asked about the member, once, and nobody else is.
used_online() {
	local before
	before="$(count org_token) $(count device) $(count signin)"
	is a_pin_opens "$(at_console carol "$pin")" ok
	is t90_and_renews_the_session_once \
		"$(count org_token) $(count device) $(count signin)" \
		"$((${before%% *} + 1)) ${before#* }"
	is a_wrong_pin_and_then_the_right_one \
		"$(at_console carol wrong-47-horse "$pin")" ok
	before=$(count org_token)
	is three_wrong_pins \
		"$(at_console carol wrong-1 wrong-22 wrong-333)" pin-wrong
	is wrong_pins_ask_nobody "$(count org_token)" "$before"
	is the_right_one_after_them "$(at_console carol "$pin")" ok
	control '{"device_options":{"interval":1,"auto_approve":"carol"}}'
	is no_pin_at_all_is_a_full_sign_in "$(at_console carol '')" ok
}

# Whom the service names a leaver before its list does, and what no silence
# afterwards undoes.
revoked_online() {
	control '{"endpoint":"org_token","status":401,"body":"{}"}'
	control '{"device_options":{"auto_approve":null}}'
	is t107_a_right_pin_to_a_session_that_was_ended \
		"$(at_console carol "$pin")" grant-expired
	control '{"endpoint":"*","close":true}'
	is t107_which_no_silence_brings_back \
		"$(at_console carol "$pin")" provider-unreachable
	fresh
	is signed_in_to_be_banned "$(token_sign_in carol)" ok
	call _members '{"set":[{"name":"carol","status":"suspended"}]}'
	control '{"endpoint":"org_token","status":403,"body":"{\"code\":\"BANNED_USER\"}"}'
	is t90_a_right_pin_of_a_banned_member \
		"$(at_console carol "$pin")" member-suspended
	control '{"endpoint":"*","close":true}'
	is t107_which_no_silence_undoes "$(at_console carol "$pin")" \
		member-suspended
	is t90_nor_opens_a_key "$(wire account carol)" member-suspended
	start_cut_off_daemon
	is t107_nor_a_restart \
		"$(wire account carol) $(at_console carol "$pin")" \
		'member-suspended member-suspended'
	fresh
	"$build/orgloginctl" sync >/dev/null
	is t90_back_again_her_pin_is_gone \
		"$(pin_state carol) $(wire account carol)" 'pin-not-set ok'
}

# Whoever guesses comes back as often as she likes, an hour and a sign-in for
# each, also through restarts of the daemon: her fiftieth wrong PIN in a row is
# the last that is looked at.
guessed_by_a_stranger() {
	local tries
	is t93_carol_signs_in "$(token_sign_in carol)" ok
	is t93_and_sets_a_pin "$(sets_pin "$(uid_of carol)" carol "$pin")" ok
	is t93_four_are_free "$(at_console carol guess-1 guess-2 guess-3) $(
		at_console carol guess-4) $(pin_failures carol)" \
		'pin-wrong cancelled 4'
	: >"$work/verdicts"
	for tries in $(seq 5 49); do
		[ $((tries % 15)) -ne 0 ] || start_cut_off_daemon
		clock_moves $((moved_s + 3601))
		at_console carol "guess-$tries" "$pin" >>"$work/verdicts"
	done
	is t93_then_one_is_looked_at_and_the_next_waits \
		"$(sort "$work/verdicts" | uniq -c | xargs)" '45 try-later'
	start_cut_off_daemon
	is t93_no_restart_ends_a_wait "$(at_console carol "$pin")" try-later
	is t93_nor_forgets_a_try "$(pin_failures carol)" 49
	clock_moves $((moved_s + 3601))
	is t93_the_fiftieth_locks "$(at_console carol the-fiftieth "$pin") $(
		pin_state carol)" 'factor-locked factor-locked'
	start_cut_off_daemon
	clock_moves $((moved_s + 86400))
	tokens_of_that_time
	: >"$work/prompts"
	is t93_then_a_pin_is_not_even_asked_for \
		"$(at_console carol) $(grep -c 'Login PIN' "$work/prompts") $(
			pin_failures carol)" 'ok 0 50'
	is t93_a_full_sign_in_does_not_unlock_it "$(pin_state carol)" \
		factor-locked
	is t93_a_new_one_does "$(sets_pin "$(uid_of carol)" carol "$pin") $(
		at_console carol "$pin")" 'ok ok'
}

# sudo MAX_AGE LINE...: of bob, behind the gate of administrators, who types
# these lines.
sudo_of_bob() {
	printf '%s\n' "${@:2}" | wire signin bob service=sudo \
		"caller=$(uid_of bob)" role=OrganizationAdmin "max_age=$1"
}

withdraw_role() {
	call _members '{"set":[{"name":"bob","role":"member"}]}'
	"$build/orgloginctl" sync >/dev/null
}

give_role() {
	call _members '{"set":[{"name":"bob","role":"OrganizationAdmin"}]}'
	"$build/orgloginctl" sync >/dev/null
}

asked() {
	echo "$(count org_token) $(count device) $(count signin)"
}

# With a max_age of 0 nothing that was proven before counts.
stepping_up() {
	local before key code
	is t98_bob_signs_in_and_enrols "$(approves bob && enrols bob)" ok
	key=$(cat "$work/key")
	is t98_bob_has_a_pin "$(sets_pin "$(uid_of bob)" bob "$pin")" ok
	: >"$work/prompts"
	is t98_a_sign_in_a_moment_ago_is_enough \
		"$(sudo_of_bob 900) $(wc -c <"$work/prompts")" 'ok 0'
	before=$(asked)
	is t98_a_pin_steps_up "$(sudo_of_bob 0 "$pin")" ok
	is t98_and_the_organisation_is_asked \
		"$(asked)" "$((${before%% *} + 1)) ${before#* }"
	before=$(asked)
	code=$(code_of "$key" '+30 seconds')
	is t98_so_does_a_code "$(sudo_of_bob 0 '' "$code")" ok
	is t98_which_asks_nobody "$(asked)" "$before"
	is t91_the_same_code_does_not \
		"$(sudo_of_bob 0 '' "$code" "$code" x)" mfa-code-wrong
	is t98_nothing_at_all_does_not "$(sudo_of_bob 0)" cancelled
	withdraw_role
	: >"$work/prompts"
	is t98_none_of_it_for_a_role_that_is_withdrawn "$(sudo_of_bob 900) $(
		sudo_of_bob 0 "$pin") $(grep -c 'PIN:' "$work/prompts")" \
		'role-not-held role-not-held 0'
	is t98_but_he_may_stay "$(wire account bob)" ok
	give_role
	local asking=(service=sudo "caller=$(uid_of bob)"
		role=OrganizationAdmin max_age=0)
	is t98_nor_when_it_is_withdrawn_while_asked \
		"$(asked_for_pin bob withdraw_role)" role-not-held
}

# A daemon that knows nobody yet and has a key.
new_daemon() {
	end_daemon
	find "$state" -mindepth 1 -delete
	service_lines=$better_auth_lines
	vault_key 5
	fresh
	start_daemon
	wait_for_members
}

pins() {
	new_daemon
	setting_one
	used_online
	revoked_online
	moving_clock
	login_lines='offline_max_age = 6d'
	new_daemon
	guessed_by_a_stranger
	login_lines=
	still_clock
	local lines=$better_auth_lines
	better_auth_lines=${lines/\[dir/[totp]
mode = optional
required_roles = OrganizationAdmin
[dir}
	new_daemon
	stepping_up
	better_auth_lines=$lines
	end_daemon
}
