# sync.sh: sourced by run.sh: large lists, slow sources, a daemon that is killed
# in the middle, files that are damaged.
# shellcheck shell=bash disable=SC2154 # variables shared with run.sh

# until_there WHAT COMMAND...: within 20 s.
until_there() {
	local deadline=$((SECONDS + 20)) what=$1
	shift
	until "$@"; do
		[ "$SECONDS" -le "$deadline" ] || {
			is "$what" missing there
			return 1
		}
		sleep 0.1
	done
}

# told FIELD: a number that status tells.
told() {
	"$build/orgloginctl" status --json |
		grep -o "\"$1\": *[-0-9]*" | grep -o '[-0-9]*$'
}

asked_for_members() {
	[ "$(count members)" -gt "$1" ]
}

# The list comes a few bytes a second: nobody who asks meanwhile waits for it.
slow_sources() {
	local answered=0 before slow_sync slow_signin still
	fresh
	"$build/orgloginctl" sync >/dev/null
	control '{"endpoint":"members","drip_bytes_per_s":20}'
	control '{"endpoint":"device","drip_bytes_per_s":20}'
	before=$(count members)
	"$build/orgloginctl" sync >/dev/null 2>&1 &
	slow_sync=$!
	wire signin bob >/dev/null 2>&1 &
	slow_signin=$!
	until_there t118_a_slow_list asked_for_members "$before"
	for _ in $(seq 40); do
		[ "$(wire account carol)" = ok ] && answered=$((answered + 1))
	done
	is t118_answers_while_a_list_drips "$answered" 40
	kill -0 "$slow_sync" 2>/dev/null && still=yes || still=no
	is t118_the_list_dripped_all_the_time "$still" yes
	is t118_a_running_sync_is_told "$(told next_sync_s)" 0
	kill "$slow_sync" "$slow_signin" 2>/dev/null || :
	wait "$slow_sync" "$slow_signin" 2>/dev/null || :
	fresh
	end_daemon
	start_daemon
}

# Whatever moment the process dies at, numbers and names stay what they were.
killed_in_a_sync() {
	local round carol_number far before client
	fresh
	call _members '{"bulk":3000}'
	"$build/orgloginctl" sync >/dev/null
	carol_number=$(number carol)
	far=$(number user2500)
	before=$(told members)
	for round in 1 2 3 4 5 6 7 8; do
		call _members "{\"set\":[{\"name\":\"user1$round\",\"email\":\"other$round@acme.test\"}],\"bulk\":200}"
		"$build/orgloginctl" sync >/dev/null 2>&1 &
		client=$!
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
		kill -KILL "$daemon"
		wait "$daemon" "$client" 2>/dev/null || :
		start_daemon
		[ "$(number carol) $(number user2500)" = "$carol_number $far" ] ||
			is "t61_numbers_after_kill_$round" \
				"$(number carol) $(number user2500)" \
				"$carol_number $far"
	done
	"$build/orgloginctl" sync >/dev/null
	is t61_a_killed_sync_is_made_up_for "$(told members)" "$((before + 1600))"
	is t77_numbers_stay_through_kills "$(number carol) $(number user2500)" \
		"$carol_number $far"
	is t77_no_number_stands_twice "$("$build/orgloginctl" members --json |
		grep -o '"uid": *[1-9][0-9]*' | sort | uniq -d | wc -l)" 0
	fresh
	"$build/orgloginctl" sync --accept-shrink >/dev/null
}

# damage FILE HOW
damage() {
	case $2 in
	zeroed) head -c "$(stat -c %s "$1")" /dev/zero >"$work/damaged" ;;
	cut) head -c "$(($(stat -c %s "$1") / 2))" "$1" >"$work/damaged" ;;
	empty) : >"$work/damaged" ;;
	random) head -c 8192 /dev/urandom >"$work/damaged" ;;
	esac
	cat "$work/damaged" >"$1"
}

damaged_files() {
	local how file published_before status same
	fresh
	"$build/orgloginctl" sync >/dev/null
	"$build/orgloginctl" ids export "$work/ids.json"
	published_before=$(told published)
	for file in members.snapshot members.overlay; do
		for how in zeroed cut empty random; do
			end_daemon
			[ -e "$state/$file" ] || cp -p "$state/members.snapshot" \
				"$state/$file"
			damage "$state/$file" "$how"
			start_daemon
			is "t116_${file}_$how" \
				"$(wire account carol) $(told published)" \
				"ok $published_before"
		done
	done
	end_daemon
	cp -p "$state/private/state.db" "$work/state.db"
	cp "$state/members.snapshot" "$work/before"
	for how in zeroed cut empty random; do
		cp -p "$work/state.db" "$state/private/state.db"
		damage "$state/private/state.db" "$how"
		: >"$work/log"
		start_cut_off_daemon
		is "t83_t116_state_${how}_refuses_every_sign_in" \
			"$(wire account carol) $(wire signin carol)" \
			'state-damaged state-damaged'
		is "t83_t116_state_${how}_is_told" "$({
			"$build/orgloginctl" status --json || :
			cat "$work/log"
		} | grep -c 'state.db is damaged: put a copy of the backup')" 2
		is "t83_t116_state_${how}_takes_no_list" \
			"$(synced)" state-damaged
		head -n 1 "$work/ids.json" | "$build/orgloginctl" ids import - \
			2>/dev/null && status=0 || status=$?
		is "t83_t116_state_${how}_takes_no_map" "$status" 1
		end_daemon
		# 78: nobody needs to try again before somebody has mended it.
		"$build/orglogind" --sync-once >>"$work/log" 2>&1 && status=0 ||
			status=$?
		is "t83_t116_state_${how}_fails_a_sync" "$status" 78
		cmp -s "$state/members.snapshot" "$work/before" && same=yes ||
			same=no
		is "t116_the_last_list_stays_$how" "$same" yes
	done
	cp -p "$work/state.db" "$state/private/state.db"
	start_daemon
	is t116_a_copy_put_back_serves "$(wire account carol)" ok
}
