# scim.sh: sourced by run.sh: members from a SCIM server, a real one and one
# that misbehaves.
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with run.sh

# scim_settings URL TOKEN
scim_settings() {
	rm -f "$etc/scim.token"
	printf '%s\n' "$2" >"$etc/scim.token"
	chown "$uid" "$etc/scim.token"
	chmod 0400 "$etc/scim.token"
	service_lines=$(printf '%s\n' 'profile = none' '[directory]' \
		'type = scim' "url = $1" "token_file = $etc/scim.token")
}

# scim METHOD PATH [BODY]: as an identity provider writes to the server.
scim() {
	curl -sS --fail-with-body --max-time 20 --cacert "$work/tls/ca.pem" \
		-H 'authorization: Bearer scim-token' \
		-H 'content-type: application/scim+json' \
		-X "$1" "https://localhost:$scim_port/scim/v2/$2" \
		${3:+-d "$3"} >/dev/null
}

patch() {
	scim PATCH "$1" '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":['"$2"']}'
}

# lever NAME [FIELD=VALUE]...
lever() {
	local name=$1
	shift
	curl -sS --fail-with-body --max-time 20 --cacert "$work/tls/ca.pem" \
		"https://localhost:$scim_port/_test/$name" -X POST \
		"${@/#/-d}"
}

explained() {
	"$build/orgloginctl" explain "$1" --json
}

known() {
	"$build/orgloginctl" members --json | grep -o '"id":"usr_' | wc -l
}

# becomes NAME WANTED COMMAND...: within a few beats.
becomes() {
	local name=$1 wanted=$2 deadline=$((SECONDS + 40))
	shift 2
	until [ "$("$@")" = "$wanted" ] || [ "$SECONDS" -gt "$deadline" ]; do
		sleep 0.2
	done
	is "$name" "$("$@")" "$wanted"
}

scim_people() {
	fresh
	start_daemon
	wait_for_members
	is scim_a_member_signs_in "$(wire signin carol)" ok
	is scim_a_group_is_a_role_by_its_id \
		"$(explained bob | grep -c org-admins)" 1
	is scim_a_stranger_is_nobody "$(wire account mallory)" not-a-member
	lever bulk count=70 >/dev/null
	lever requests >/dev/null
	is scim_pages "$(synced)" ok
	is scim_all_pages_count "$(known)" 75
	is scim_users_came_in_pages "$(lever requests |
		grep -o 'Users?startIndex=[0-9]*' | tr '\n' ' ')" \
		'Users?startIndex=1 Users?startIndex=21 Users?startIndex=41 Users?startIndex=61 '
	is scim_a_member_of_the_last_page "$(wire account user74)" ok
	is scim_it_stands "$(synced)" ok
	is scim_every_page_was_asked_whether "$(lever requests |
		grep -o '"status":[0-9]*' | sort | uniq -c | tr -s ' ')" \
		' 5 "status":304'
}

scim_changes() {
	patch Users/usr_bob '{"op":"replace","value":{"active":false}}'
	is scim_deactivated "$(synced) $(wire account bob)" \
		'ok member-deactivated'
	patch Groups/grp_OrganizationAdmin \
		'{"op":"add","path":"members","value":[{"value":"usr_dave"}]}'
	patch Groups/grp_owner '{"op":"replace","value":{"displayName":"grp_OrganizationAdmin"}}'
	synced >/dev/null
	is scim_joins_a_group "$(explained dave | grep -c org-admins)" 1
	is scim_a_group_of_that_name_is_another \
		"$(explained alice | grep -c org-admins)" 0
	scim DELETE Users/usr_user74
	is scim_deleted "$(synced) $(wire account user74)" 'ok not-a-member'
	lever options groups=1 >/dev/null
	is scim_users_name_their_groups "$(synced)" ok
	is scim_in_either_direction "$(explained dave | grep -c org-admins)" 1
}

# Where a whole list is slow, only what changed is asked for.
scim_deltas() {
	lever reset >/dev/null
	lever bulk count=70 >/dev/null
	lever options delay=60 >/dev/null
	refresh=1s
	start_daemon
	becomes scim_delta_begins_whole ok wire account bob
	patch Users/usr_bob '{"op":"replace","value":{"active":false}}'
	becomes scim_delta_deactivated member-deactivated wire account bob
	patch Groups/grp_OrganizationAdmin \
		'{"op":"add","path":"members","value":[{"value":"usr_dave"}]}'
	becomes scim_delta_joins_a_group 1 admin_count dave
	is scim_delta_was_asked_for "$(lever requests |
		grep -o 'Groups?startIndex=1&count=100&filter=meta.last' |
		sort -u)" 'Groups?startIndex=1&count=100&filter=meta.last'
	scim DELETE Users/usr_user74
	becomes scim_delta_deletions_show_in_a_whole_list not-a-member \
		wire account user74
	lever options filter=0 >/dev/null
	patch Users/usr_bob '{"op":"replace","value":{"active":true}}'
	becomes scim_delta_an_ignored_filter_misleads_nobody ok \
		wire account bob
	is scim_delta_nobody_was_lost "$(known)" 74
	end_daemon
	refresh=
}

admin_count() {
	explained "$1" | grep -c org-admins || :
}

scim_directory() {
	end_daemon
	find "$state" -mindepth 1 -delete
	scim_port=$("$tests/tools/free-port.sh" 9843)
	SCIM_SERVER_PORT=$scim_port "$tests/identity/run.sh" start \
		"$work/identity" scim-server >/dev/null
	scim_settings "https://localhost:$scim_port/scim/v2" scim-token
	admin_role=grp_OrganizationAdmin
	more_roles='grp_member, grp_developer, grp_OrganizationAdmin'
	scim_people
	scim_changes
	end_daemon
	scim_deltas
	scim_settings "https://localhost:$scim_port/scim/v2" wrong-token
	start_cut_off_daemon
	is scim_a_wrong_token_is_told "$(synced)" service-refused
	is scim_the_servers_words_are_logged \
		"$(grep -c 'no such token' "$work/log")" 1
	is scim_the_last_list_stays "$(wire account carol)" ok
	end_daemon
	admin_role= more_roles=
}

# Each order, on the first page and on one in the middle: nobody is lost.
scim_faults() {
	local name reason order kind
	while IFS='|' read -r name reason order; do
		for kind in scim_groups scim_users; do
			for at in startIndex=1 startIndex=3; do
				fresh
				control '{"endpoint":"'$kind'","match":"'$at'&",'"$order}"
				is "t110_${name}_${kind}_$at" "$(synced)" "$reason"
				is "t110_${name}_${kind}_${at}_nobody_is_lost" \
					"$(wire account carol) $(known)" 'ok 5'
			done
		done
	done <<-'END'
		500|service-error|"status":500,"body":""
		503_later|service-error|"status":503,"body":"{}","headers":{"retry-after":"7"}
		429|service-rate-limited|"status":429,"body":"{}","headers":{"x-retry-after":"7"}
		401|service-refused|"status":401,"body":"{}"
		404|service-error|"status":404,"body":"{}"
		html|service-malformed|"status":200,"body":"<html>","content_type":"text/html"
		html_as_json|service-malformed|"status":200,"body":"<html>"
		empty|service-malformed|"status":200,"body":""
		cut|service-unreachable|"truncate":200
		redirect|service-malformed|"redirect":"https://localhost:1/"
		gone|service-unreachable|"close":true
		empty_page|service-malformed|"status":200,"body":"{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":5,\"Resources\":[]}"
		no_total|service-malformed|"status":200,"body":"{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"Resources\":[]}"
		error_as_200|service-malformed|"status":200,"body":"{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"500\"}"
	END
}

scim_oddities() {
	local name reason order
	while IFS='|' read -r name reason order; do
		fresh
		control '{"scim":'"$order}"
		is "t110_scim_$name" "$(synced)" "$reason"
		is "t110_scim_${name}_nobody_is_lost" \
			"$(wire account carol) $(known)" 'ok 5'
	done <<-'END'
		always_the_first_page|service-malformed|{"ignore_start":true}
		a_total_that_grows|service-malformed|{"growing":true}
		a_total_of_the_page|directory-shrunk|{"total_of_page":true}
		lower_case|ok|{"lower_case":true}
		tags|ok|{"etag":true}
		pages_of_one|ok|{"page":1}
	END
}

scim_that_misbehaves() {
	end_daemon
	find "$state" -mindepth 1 -delete
	scim_settings "https://localhost:$port/scim" scripted-scim-token
	fresh
	start_daemon
	wait_for_members
	is scim_scripted_people "$(known)" 5
	is t27_scim_no_reference_is_followed "$(wire account mallory)" \
		not-a-member
	scim_faults
	scim_oddities
	told_to_wait scim scim_users
	end_daemon
}
