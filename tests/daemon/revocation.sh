# shellcheck shell=bash disable=SC2034,SC2154 # sourced by run.sh
# Whoever may not be here any more: refused at each door, tokens revoked, and
# what runs in their name ended, but nothing else.

# within COMMAND...: holds at the latest after twenty seconds.
within() {
	local deadline=$((SECONDS + 20))
	until "$@" || [ "$SECONDS" -gt "$deadline" ]; do
		sleep 0.2
	done
}

is_refused_now() {
	[ "$(wire account "$1")" = "$2" ]
}

revoked_times() {
	[ "$(count sign_out)" -ge "$1" ]
}

# A name space of its own keeps the signals of a fault away from the machine.
survivors() {
	unshare --pid --fork --mount-proc bash -s -- "$@" <<-'END'
		command=$1
		most=$2
		shift 2
		for uid; do
			setpriv --reuid="$uid" --regid="$uid" --clear-groups \
				sleep 600 </dev/null >/dev/null 2>&1 &
			until grep -q "^Uid:[[:space:]]*$uid[[:space:]]" \
				"/proc/$!/status"; do :; done
			# It does not go when it is asked to.
			setpriv --reuid="$uid" --regid="$uid" --clear-groups \
				bash -c 'trap "" HUP TERM; while :; do sleep 1; done' \
				</dev/null >/dev/null 2>&1 &
		done
		"$command" end-sessions >&2
		status=$?
		# Whoever was killed may need a moment to be gone.
		for _ in $(seq 100); do
			left=$(cat /proc/[0-9]*/status 2>/dev/null |
				sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' |
				sort -un | grep -xF "$(printf '%s\n' "$@")")
			[ "$(grep -c . <<<"$left")" -gt "$most" ] || break
			sleep 0.1
		done
		for uid; do
			grep -qx "$uid" <<<"$left" && echo "$uid"
		done
		echo "$status"
	END
}

# left MOST UID...: those of them that still run something, at most so many soon,
# and how the command ended.
left() {
	survivors "$work/orgloginctl" "$@" 2>>"$work/ended" | xargs
}

# Nobody's number, and one that the host has beside its members'.
stranger=1900000001

sessions_that_end() {
	local alice carol
	alice=$(number alice | tr -cd 0-9)
	carol=$(number carol | tr -cd 0-9)
	is sessions_of_members_stay \
		"$(left 3 "$alice" "$carol" "$stranger")" \
		"$alice $carol $stranger 0"
	call _members '{"set":[{"name":"alice","status":"suspended"}]}'
	within is_refused_now alice member-suspended
	is t100_all_that_a_suspended_member_runs_ends \
		"$(left 3 "$alice" "$carol" "$stranger" 64991)" \
		"$carol $stranger 64991 0"
	is t90_told_to_the_administrator \
		"$(grep -c "sessions of alice ($alice): member-suspended" \
			"$work/ended")" 1
	is t100_once_more_ends_nothing "$(left 2 "$carol" "$stranger")" \
		"$carol $stranger 0"
	is t100_the_unit_is_stirred \
		"$([ -f "$state/end-sessions" ] && echo yes)" yes
	echo "alice:x:$alice:$alice::/:/bin/sh" >>"$work/passwd"
	is t75_a_local_user_of_that_number_stays "$(left 1 "$alice")" "$alice 0"
	head -n -1 "$work/passwd" >"$work/passwd.before"
	cat "$work/passwd.before" >"$work/passwd"
	call _members '{"remove":["alice"]}'
	"$build/orgloginctl" sync --full --accept-shrink >/dev/null
	is t100_so_it_does_for_who_was_removed "$(left 1 "$alice" "$carol")" \
		"$carol 0"
	end_daemon
	is t110_nobody_to_ask_ends_nothing "$(left 1 "$alice")" "$alice 1"
}

# What a list says by itself, each within its beat.
doors_that_close() {
	local name=$1 reason=$2 order=$3 before
	fresh
	"$build/orgloginctl" sync --full --accept-shrink >/dev/null
	control '{"device_options":{"interval":1,"auto_approve":"alice"}}'
	is "t90_signed_in_to_be_$name" "$(wire signin alice)" ok
	before=$(count sign_out)
	call _members "$order"
	within is_refused_now alice "$reason"
	is "t100_t104_no_door_is_open_to_who_is_$name" \
		"$(wire account alice) $(wire signin alice)" "$reason $reason"
	within revoked_times $((before + 1))
	is "t90_tokens_of_who_is_${name}_are_revoked" \
		"$(count sign_out)" $((before + 1))
	is "t102_the_service_cut_off_opens_nothing_to_who_is_$name" "$(
		control '{"endpoint":"*","status":503,"body":""}'
		wire account alice
	)" "$reason"
}

member_revocation() {
	end_daemon
	vault_key 1
	cp "$build/orgloginctl" "$work"
	refresh=2s
	login_lines='end_sessions = yes'
	fresh
	start_daemon
	wait_for_members
	doors_that_close suspended member-suspended \
		'{"set":[{"name":"alice","status":"suspended"}]}'
	doors_that_close removed not-a-member '{"remove":["alice"]}'
	fresh
	"$build/orgloginctl" sync --full --accept-shrink >/dev/null
	sessions_that_end
	refresh=
	login_lines=
	fresh
	start_daemon
}
