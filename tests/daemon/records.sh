# shellcheck shell=bash disable=SC2154 # sourced by run.sh
# What the daemon records: in the file, in its memory, and what a file that
# cannot be written costs.

# records_of NAME ARGUMENT...: the records that orgloginctl shows to that member,
# or to a number.
records_of() {
	as "$1" audit --json "${@:2}" | jq -c '[.[] | [.kind, .reason, .user]]'
}

records() {
	local file=$state/audit.jsonl alice
	cp "$build/orgloginctl" "$work"
	start_daemon
	alice=$(number alice | tr -cd 0-9)
	is record_of_a_decision "$(wire account alice)" ok
	is record_is_told "$(records_of 0 -n 1)" '[["account","ok","alice"]]'
	is record_is_in_the_file "$(tail -n 1 "$file" |
		jq -r '[.kind, .verdict, .reason, .user, .uid] | join(" ")')" \
		"account allow ok alice $alice"
	is record_file_is_private "$(stat -c '%a %u' "$file")" "640 $uid"
	is record_of_a_stranger_is_not_hers "$(wire account carol)" ok
	is record_is_shown_to_its_member "$(records_of alice -n 1)" \
		'[["account","ok","alice"]]'
	is record_is_shown_to_no_other "$(refusal alice audit carol)" \
		peer-refused
	is every_line_is_json "$(jq -c . "$file" | wc -l)" "$(wc -l <"$file")"

	mv "$file" "$file.1"
	is a_rotated_file "$(wire account alice)" ok
	is a_rotated_file_begins_anew "$(wc -l <"$file")" 1
	rm "$file"
	mkdir "$file"
	is t119_a_file_that_fails_refuses_nobody "$(wire account alice)" ok
	is t119_a_file_that_fails_is_told "$({ "$build/orgloginctl" status \
		--json || :; } | jq -r '.healthy, .audit_lost' | paste -sd ' ')" \
		'false 1'
	rmdir "$file"
	is a_file_that_works_again "$(wire account alice)" ok
	is a_file_that_works_again_is_told "$({ "$build/orgloginctl" status \
		--json || :; } | jq -r .audit_state)" ok
}
