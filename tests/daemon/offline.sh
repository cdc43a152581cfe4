# shellcheck shell=bash disable=SC2034,SC2154 # run.sh sources this and sets the rest
# offline.sh: an organisation that cannot be asked, for run.sh: in each way that
# a network can be cut, for longer and longer, in the middle of a sign-in, and
# with a clock that was set back.

# The organisation's name leads to ADDRESS; without one there is no such name.
leads_to() {
	{
		grep -v org.test "$work/etc-hosts"
		[ $# -eq 0 ] || echo "$1 org.test"
	} >"$work/hosts-now"
	cat "$work/hosts-now" >"$work/cut-hosts"
}

# cut_by HOW: nothing of the organisation is heard any more.
cut_by() {
	case $1 in
	silence) kill -STOP "$(cat "$work/identity/run/scripted.pid")" ;;
	refusal) leads_to 127.0.0.99 ;;
	no_name) leads_to ;;
	hanging_up) control '{"endpoint":"*","close":true}' ;;
	status_500) control '{"endpoint":"*","status":500,"body":""}' ;;
	status_429) control '{"endpoint":"*","status":429,"body":"{}"}' ;;
	dripping) control '{"endpoint":"*","drip_bytes_per_s":1}' ;;
	captive_portal)
		control '{"endpoint":"*","status":200,"body":"<html>Room?","content_type":"text/html"}'
		;;
	redirecting_portal)
		control '{"endpoint":"*","redirect":"https://localhost:1/"}'
		;;
	esac
}

mend() {
	kill -CONT "$(cat "$work/identity/run/scripted.pid")"
	leads_to 127.0.0.1
	fresh
}

# Both have a PIN; one of them is suspended, which the host has heard of.
before_the_cut() {
	local name
	for name in alice carol; do
		is "t107_${name}_signs_in" "$(token_sign_in $name)" ok
		is "t107_${name}_has_a_pin" \
			"$(sets_pin "$(uid_of $name)" $name "$pin")" ok
	done
	call _members '{"set":[{"name":"bob","status":"suspended"}]}'
	"$build/orgloginctl" sync >/dev/null
	end_daemon
}

cut_each_way() {
	local how
	before_the_cut
	for how in silence refusal no_name hanging_up status_500 status_429 \
		dripping captive_portal redirecting_portal; do
		cut_by $how
		start_cut_off_daemon
		is "t107_${how}_opens_nothing_to_a_suspended_member" \
			"$(wire account bob) $(at_console bob "$pin") $(
				wire signin bob)" \
			'member-suspended member-suspended member-suspended'
		is "t107_${how}_leaves_a_member_her_pin" \
			"$(at_console carol wrong-47-horse "$pin")" ok
		end_daemon
		mend
	done
}

# asked_for_pin NAME COMMAND...: the command runs while NAME is asked for it.
asked_for_pin() {
	local name=$1 person last=$((SECONDS + 20))
	shift
	: >"$work/prompts"
	rm -f "$work/typed"
	mkfifo "$work/typed"
	wire signin "$name" "${asking[@]}" <"$work/typed" >"$work/verdict" &
	person=$!
	exec 8>"$work/typed"
	until grep -q 'Login PIN' "$work/prompts" ||
		[ "$SECONDS" -gt "$last" ]; do
		sleep 0.1
	done
	"$@"
	echo "$pin" >&8
	exec 8>&-
	wait "$person"
	cat "$work/verdict"
}

suspend() {
	call _members '{"set":[{"name":"'"$1"'","status":"suspended"}]}'
	"$build/orgloginctl" sync >/dev/null
}

suspend_and_cut() {
	suspend "$1"
	cut_by status_500
}

# Longer than the list counts offline.
wait_and_cut() {
	sleep 4
	cut_by status_500
}

# Between a question and its answer.
cut_in_the_middle() {
	local asking=(service=login)
	login_lines='offline_max_age = 3s'
	new_daemon
	is t108_alice_signs_in "$(token_sign_in alice)" ok
	is t108_alice_has_a_pin \
		"$(sets_pin "$(uid_of alice)" alice "$pin")" ok
	"$build/orgloginctl" sync >/dev/null
	is t108_cut_off_at_once "$(asked_for_pin alice cut_by status_500)" ok
	is t108_cut_off_too_long_ago "$(at_console alice "$(sleep 4
		echo "$pin")")" offline-too-long
	call _reset '{}'
	is t108_back_again "$(token_sign_in alice)" ok
	is t108_online_no_age_matters \
		"$(asked_for_pin alice sleep 4)" ok
	is t108_cut_off_too_long_meanwhile \
		"$(asked_for_pin alice wait_and_cut)" offline-too-long
	call _reset '{}'
	control '{"device_options":{"interval":1,"auto_approve":"alice"}}'
	is t108_online_once_more "$(wire signin alice)" ok
	is t108_suspended_meanwhile \
		"$(asked_for_pin alice suspend_and_cut alice)" member-suspended
	end_daemon
	login_lines=
	mend
}

# told_until FROM TO SECONDS: yes if a prompt names a time of day so long after
# a moment between the two.
told_until() {
	local told moment
	told=$(sed -n 's/.*cannot be reached; your PIN works until \(.*\)\.$/\1/p' \
		"$work/prompts")
	for moment in $(seq "$1" 20 "$2") "$2"; do
		[ "$told" != "$(date -d "@$((moment + $3))" +%H:%M)" ] || {
			echo yes
			return
		}
	done
	echo "${told:-nothing}"
}

# Each door closes in its time: sudo's role after a quarter of an hour, the rest
# after twelve, and no PIN opens them then.
longer_and_longer() {
	local bob from to
	moving_clock
	refresh=1s
	new_daemon
	bob=$(uid_of bob)
	is t102_bob_signs_in "$(token_sign_in bob)" ok
	is t102_bob_has_a_pin "$(sets_pin "$bob" bob "$pin")" ok
	local gate=(bob service=sudo "caller=$bob" role=OrganizationAdmin)
	from=$(date -d '-5 seconds' +%s)
	cut_by status_500
	to=$(date +%s)
	clock_moves 600
	: >"$work/prompts"
	is t102_ten_minutes_without_a_word "$(wire account "${gate[@]}") $(
		wire signin "${gate[@]}" max_age=0 <<<"$pin")" 'ok ok'
	is till_when_the_pin_works_is_told \
		"$(told_until "$from" "$to" 43200)" yes
	clock_moves 960
	is t102_a_quarter_of_an_hour_ends_the_role \
		"$(wire account "${gate[@]}") $(
			wire signin "${gate[@]}" max_age=0 <<<"$pin")" \
		'role-stale role-stale'
	is t102_and_no_login "$(wire account bob) $(at_console bob "$pin")" \
		'ok ok'
	clock_moves 43000
	start_cut_off_daemon
	is t102_so_until_twelve_hours_and_a_restart \
		"$(wire account bob) $(at_console bob "$pin")" 'ok ok'
	clock_moves 43300
	: >"$work/prompts"
	is t102_which_end_it_all "$(wire account bob) $(at_console bob "$pin")" \
		'directory-stale directory-stale'
	is t102_which_is_told \
		"$(grep -c '^This host has not heard from your organisation' \
			"$work/prompts")" 2
	end_daemon
	refresh=
	still_clock
	mend
}

# A clock that others may set makes nothing younger, and one ahead nothing older.
clock_set_back() {
	moving_wall_clock
	new_daemon
	is t109_alice_signs_in "$(token_sign_in alice)" ok
	is t109_alice_has_a_pin \
		"$(sets_pin "$(uid_of alice)" alice "$pin")" ok
	cut_by status_500
	is t109_her_pin_opens_offline "$(at_console alice "$pin")" ok
	clock_moves -1800
	: >"$work/prompts"
	is t109_not_with_a_clock_set_back "$(at_console alice "$pin")" \
		clock-set-back
	is t109_which_is_told \
		"$(grep -c "this host's clock was set back" "$work/prompts")" 1
	start_cut_off_daemon
	is t109_nor_after_a_restart "$(at_console alice "$pin")" clock-set-back
	clock_moves 0
	is t109_set_right_it_opens "$(at_console alice "$pin")" ok
	clock_moves 90000
	is t109_a_clock_ahead_makes_nothing_older \
		"$(at_console alice "$pin")" ok
	clock_moves 0
	is t109_which_was_seen_and_counts_as_set_back \
		"$(at_console alice "$pin")" clock-set-back
	mend
	"$build/orgloginctl" sync >/dev/null
	is t109_the_organisations_word_settles_it "$(token_sign_in alice)" ok
	cut_by status_500
	is t109_for_her_pin_too "$(at_console alice "$pin")" ok
	end_daemon
	still_clock
	mend
}

offline() {
	cp /etc/hosts "$work/etc-hosts"
	cp /etc/hosts "$work/cut-hosts"
	mount --bind "$work/cut-hosts" /etc/hosts
	leads_to 127.0.0.1
	local lines=$better_auth_lines
	better_auth_lines=${lines/localhost/org.test}
	better_auth_lines=${better_auth_lines/\[dir/jwt_issuer = https://localhost:$port
[dir}
	deadline=40s
	new_daemon
	cut_each_way
	cut_in_the_middle
	longer_and_longer
	clock_set_back
	deadline=
	better_auth_lines=$lines
	umount /etc/hosts
}
