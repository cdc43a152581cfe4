# shellcheck shell=bash disable=SC2154 # run.sh sources this and sets the rest
# states.sh: files of the daemon that are not what they were, for run.sh: it
# starts, tells why, and lets nobody in by what it cannot read. What of a file
# can still be used goes on.

# replaced FILE HOW: as damage() does it, and in more ways. undo_replaced() puts
# back what was there.
replaced() {
	rm -rf "$work/before"
	[ ! -e "$1" ] || cp -a "$1" "$work/before"
	case $2 in
	folder)
		rm -f "$1"
		mkdir -m 0700 "$1"
		;;
	for_all) chmod 0644 "$1" ;;
	linked)
		rm -f "$1"
		ln -s "$work/before" "$1"
		;;
	*)
		[ -e "$1" ] || : >"$1"
		damage "$1" "$2"
		;;
	esac
	chown -h "$uid:$uid" "$1"
}

undo_replaced() {
	rm -rf "$1"
	[ ! -e "$work/before" ] || cp -a "$work/before" "$1"
}

# started_with FILE HOW: the daemon with that file; then it is mended.
started_with() {
	end_daemon
	replaced "$1" "$2"
	: >"$work/log"
	start_cut_off_daemon
}

mended() {
	end_daemon
	undo_replaced "$1"
}

# What the next list brings, and nothing has to be known for.
t116_lists() {
	local file how
	for file in members.snapshot members.overlay; do
		started_with "$state/$file" folder
		is "t116_${file}_a_folder_serves_what_is_known" \
			"$(wire account carol) $(wire account bob)" \
			'ok member-suspended'
		mended "$state/$file"
		start_daemon
		"$build/orgloginctl" sync >/dev/null
		is "t116_${file}_is_made_again" "$(wire account carol) $(head -c 1 \
			"$state/members.snapshot" | wc -c)" 'ok 1'
	done
	for how in folder random; do
		started_with "$state/audit.jsonl" "$how"
		is "t116_audit_${how}_hinders_nobody" "$(wire account carol)" ok
		is "t116_audit_${how}_is_told_if_it_takes_nothing" "$(grep -c \
			'audit file not written' "$work/log")" \
			"$([ "$how" = folder ] && echo 1 || echo 0)"
		mended "$state/audit.jsonl"
		started_with "$state/end-sessions" "$how"
		is "t116_end_sessions_${how}_hinders_nobody" \
			"$(wire account carol)" ok
		mended "$state/end-sessions"
	done
}

t116_keys() {
	local how
	for how in folder zeroed random cut empty for_all linked; do
		started_with "$etc/vault.key" "$how"
		is "t116_key_${how}_is_told" "$(grep -c \
			'the vault has no key' "$work/log")" 1
		is "t116_key_${how}_keeps_nothing_and_lets_members_in" \
			"$(wire account carol) $(wire signin carol)" 'ok ok'
		is "t116_key_${how}_has_no_pin" "$(sets_pin "$(uid_of carol)" \
			carol "$pin" | tail -n 1)" vault-key
		mended "$etc/vault.key"
	done
}

t116_states() {
	local file how carol_number=$1
	while read -r file how; do
		started_with "$state/private/$file" "$how"
		is "t116_${file}_${how}_lets_nobody_in" \
			"$(wire account carol) $(wire signin carol)" \
			'state-damaged state-damaged'
		is "t116_${file}_${how}_is_told" "$(grep -c \
			'is no file of the daemon.s alone.*insecure-file' \
			"$work/log")" 1
		mended "$state/private/$file"
	done <<-END
		state.db folder
		state.db for_all
		state.db linked
		state.db-journal folder
		state.db-journal linked
	END
	for how in zeroed random cut empty; do
		started_with "$state/private/state.db-journal" "$how"
		is "t116_journal_${how}_changes_nothing" \
			"$(wire account carol) $(wire account bob) $(number carol)" \
			"ok member-suspended $carol_number"
		mended "$state/private/state.db-journal"
	done
}

# One bit, wherever it is. What was deleted lies in pages that nobody reads.
t116_bits() {
	local pages page place bit
	end_daemon
	cp -p "$state/private/state.db" "$work/before"
	mapfile -t pages < <(sqlite3 "file:$work/before?immutable=1" \
		'SELECT pageno FROM dbstat ORDER BY random() LIMIT 3')
	is t116_pages_in_use_are_known "${#pages[@]}" 3
	for page in "${pages[@]}"; do
		place=$(((page - 1) * 4096 + RANDOM % 4096))
		bit=$(od -An -tu1 -j "$place" -N 1 "$work/before")
		# shellcheck disable=SC2059 # the format is the byte
		printf "\\x$(printf %x $((bit ^ 1 << RANDOM % 8)))" |
			dd of="$state/private/state.db" bs=1 seek="$place" \
				conv=notrunc status=none
		start_cut_off_daemon
		is "t116_a_bit_of_the_state_lets_nobody_in" \
			"$(wire account carol)" state-damaged
		end_daemon
		cp -p "$work/before" "$state/private/state.db"
	done
	start_daemon
	is t116_mended_it_serves "$(wire account carol) $(wire signin carol)" \
		'ok ok'
}

t116_no_folder() {
	local status=0
	end_daemon
	mv "$state/private" "$work/private"
	: >"$state/private"
	chown "$uid" "$state/private"
	launch_daemon
	wait "$daemon" || status=$?
	is t116_without_its_folder_it_is_not_started_again "$status" 78
	daemon=
	rm "$state/private"
	mv "$work/private" "$state/private"
}

bad_states() {
	local carol_number
	fresh
	call _members '{"set":[{"name":"bob","status":"suspended"}]}'
	start_daemon
	"$build/orgloginctl" sync >/dev/null
	vault_key 6
	carol_number=$(number carol)
	t116_lists
	t116_keys
	t116_states "$carol_number"
	t116_bits
	t116_no_folder
	fresh
	start_daemon
	"$build/orgloginctl" sync >/dev/null
}
