# ids.sh: sourced by run.sh: the numbers, seen, carried out, lost and mended.
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with run.sh

ctl() {
	"$build/orgloginctl" "$@"
}

# Names and numbers, in an order of their own.
numbers() {
	ctl ids | awk 'NR > 1 { print $1, $2, $NF }' | sort
}

first_finding() {
	ctl ids check --json | grep -o '"reason":"[a-z-]*"' | head -n 1 |
		cut -d'"' -f4
}

people_in_a_file() {
	local person
	for person in "$@"; do
		printf '{"id":"u-%s","email":"%s","roles":["member"],"state":"Active"}\n' \
			"$person" "$person@acme.test"
	done >"$etc/members.json"
	service_lines=$(printf '%s\n' 'profile = none' '[directory]' \
		'type = file' "path = $etc/members.json")
}

lost_numbers() {
	local before status
	end_daemon
	people_in_a_file ada grace erin wheel
	echo '{"id":"u-ada2","email":"Ada@b.test","roles":[],"state":"Active"}' \
		>>"$etc/members.json"
	start_cut_off_daemon
	ctl sync --accept-shrink >/dev/null
	before=$(numbers)
	is t75_who_is_left_out_is_told "$(ctl ids check --json |
		grep -o '"reason":"[a-z-]*","number":0,"key":"[a-z0-9-]*"' |
		cut -d'"' -f4,10 | sort | tr '\n' ' ')" \
		'local-user"u-erin name-privileged"u-wheel name-taken"u-ada2 '
	is explain_says_whose_the_name_is "$(ctl explain Ada@b.test --json |
		grep -o '"taken":"[^"]*"')" \
		'"taken":"ada is the name of the member u-ada"'
	is t32_explain_says_whom_a_local_user_displaced \
		"$(ctl explain erin --json | grep -o '"taken":"[^"]*"')" \
		'"taken":"without that local user the member u-erin (erin@acme.test) would have the name"'
	is ids_are_for_root "$(setpriv --reuid "$uid" --clear-groups \
		"$build/orgloginctl" ids --json 2>&1 | grep -o '([a-z-]*)')" \
		'(peer-refused)'
	ctl ids export "$work/ids.json"
	cp "$state/members.snapshot" "$work/before"
	end_daemon
	rm "$state/private/state.db"
	start_cut_off_daemon
	is t77_a_lost_map_is_told "$(first_finding)" state-damaged
	ctl ids check >/dev/null && status=0 || status=$?
	is t77_a_lost_map_fails_the_check "$status" 1
	is t77_the_status_says_how_to_mend_it "$(ctl status --json |
		grep -c 'orgloginctl ids import FILE')" 1
	is t83_a_member_hears_what_is_wrong \
		"$(wire account ada) $(wire signin ada)" \
		'state-damaged state-damaged'
	is t77_nothing_is_given_meanwhile "$(synced)" state-damaged
	cmp -s "$state/members.snapshot" "$work/before" && status=same ||
		status=another
	is t77_the_last_list_stays "$status" same
	head -n 2 "$work/ids.json" >"$work/cut.json"
	ctl ids import "$work/cut.json" 2>/dev/null && status=0 || status=$?
	is t77_a_cut_map_is_refused "$status" 1
	ctl ids import - <"$work/ids.json" >/dev/null && status=0 || status=$?
	is t77_the_map_comes_in "$status" 0
	is t77_members_are_taken_over_again "$(synced)" ok
	is t77_with_the_numbers_of_before "$(numbers)" "$before"
	end_daemon
	start_daemon
	is t77_and_after_a_restart "$(numbers)" "$before"
}
