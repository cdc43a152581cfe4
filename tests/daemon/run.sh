#!/bin/bash
# run.sh BUILD: the daemon as a process against every misbehaviour that the
# scripted server knows. Prints "ok NAME" and "not ok NAME: why".
#
# Everything happens in a mount namespace of its own: the account `orglogin`,
# the configuration and the state exist there only.
set -euo pipefail

if [ -z "${DAEMON_NAMESPACE:-}" ]; then
	exec env DAEMON_NAMESPACE=1 unshare --mount --propagation private \
		"$0" "$@"
fi

# One run at a time: removing a mount point takes the mount of every namespace.
exec 9>/var/tmp/orglogin-daemon.lock
flock 9

tests=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD}" && pwd)
uid=64990
work=$(mktemp -d /var/tmp/orglogin-daemon.XXXXXX)
made=()
daemon=
service_lines=
refresh=
admin_role=
more_roles=
login_lines=
deadline=
under=()
provider_lines=
failed=0
. "$tests/daemon/scim.sh"
# shellcheck source=tests/daemon/sync.sh
. "$tests/daemon/sync.sh"
# shellcheck source=tests/daemon/states.sh
. "$tests/daemon/states.sh"
# shellcheck source=tests/daemon/ids.sh
. "$tests/daemon/ids.sh"
# shellcheck source=tests/daemon/keys.sh
. "$tests/daemon/keys.sh"
# shellcheck source=tests/daemon/names.sh
. "$tests/daemon/names.sh"
# shellcheck source=tests/daemon/dialects.sh
. "$tests/daemon/dialects.sh"
# shellcheck source=tests/daemon/profiles.sh
. "$tests/daemon/profiles.sh"
# shellcheck source=tests/daemon/questions.sh
. "$tests/daemon/questions.sh"
# shellcheck source=tests/daemon/factors.sh
. "$tests/daemon/factors.sh"
# shellcheck source=tests/daemon/alike.sh
. "$tests/daemon/alike.sh"
# shellcheck source=tests/daemon/clock.sh
. "$tests/daemon/clock.sh"
# shellcheck source=tests/daemon/offline.sh
. "$tests/daemon/offline.sh"
# shellcheck source=tests/daemon/pins.sh
. "$tests/daemon/pins.sh"
# shellcheck source=tests/daemon/vouching.sh
. "$tests/daemon/vouching.sh"
# shellcheck source=tests/daemon/tokens.sh
. "$tests/daemon/tokens.sh"
# shellcheck source=tests/daemon/records.sh
. "$tests/daemon/records.sh"
# shellcheck source=tests/daemon/revocation.sh
. "$tests/daemon/revocation.sh"

setting() {
	make -s -C "$build" --eval="show: ; @echo \$($1)" show | tail -n 1
}
etc=$(setting sysconfdir)/orglogin
state=$(setting localstatedir)/lib/orglogin
run=$(setting runstatedir)/orglogin
share=$(setting datadir)/orglogin

end_daemon() {
	[ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null || :
	daemon=
}

cleanup() {
	end_daemon
	"$tests/identity/run.sh" stop "$work/identity" >/dev/null 2>&1 || :
	local folder
	for folder in "${made[@]}"; do
		umount "$folder" 2>/dev/null || :
		rmdir -p --ignore-fail-on-non-empty "$folder" 2>/dev/null || :
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

private_folder() {
	mkdir -p "$1"
	made+=("$1")
	mount -t tmpfs -o mode=0755 none "$1"
}

# The account, and a local user whose name a member has too.
private_accounts() {
	cp /etc/passwd /etc/group "$work"
	echo "orglogin:x:$uid:$uid::/:/usr/sbin/nologin" >>"$work/passwd"
	echo "erin:x:64991:64991::/:/bin/sh" >>"$work/passwd"
	mount --bind "$work/passwd" /etc/passwd
	mount --bind "$work/group" /etc/group
}

call() {
	curl -sS --fail-with-body --max-time 20 --cacert "$work/tls/ca.pem" \
		"https://localhost:$port/$1" -d "$2" >/dev/null
}
control() {
	call _control "$1"
}
count() {
	curl -sS --max-time 20 --cacert "$work/tls/ca.pem" \
		"https://localhost:$port/_log?endpoint=$1" |
		sed -n 's/.*"counters":{[^}]*"'"$1"'":\([0-9]*\).*/\1/p' | grep . ||
		echo 0
}

oidc_lines() {
	printf '%s\n' 'type = oidc' \
		"issuer = https://localhost:${issuer_port:-$port}" \
		'client_id = orglogin-host' 'allowed_domains = acme.test'
}

configuration() {
	cat <<-END
		[organization]
		id = org_acme
		name = Acme
		[provider corp]
		${provider_lines:-$(oidc_lines)}
		[service]
		$service_lines
		refresh = ${refresh:-15m}
		[login]
		allow_roles = owner, OrganizationAdmin, developer, member${more_roles:+, $more_roles}
		deadline = ${deadline:-10s}
		${login_lines:-}
		[role ${admin_role:-OrganizationAdmin}]
		groups = org-admins
		[audit]
		file = $state/audit.jsonl
		[tls]
		ca_file = $etc/ca.pem
	END
}

# One at a time: the one before is ended.
launch_daemon() {
	end_daemon
	configuration >"$etc/orglogin.conf"
	"${under[@]}" "$build/orglogind" >>"$work/log" 2>&1 &
	daemon=$!
}

# Ready to sign people in, or hindered for as long as the test is patient.
start_daemon() {
	local last=$((SECONDS + 20))
	launch_daemon
	until [ -S "$run/orglogin.sock" ] &&
		"$build/orgloginctl" status >/dev/null 2>&1 ||
		[ "$SECONDS" -gt "$last" ]; do
		sleep 0.1
	done
}

# One that answers, by what it knows from before.
start_cut_off_daemon() {
	local last=$((SECONDS + 20))
	launch_daemon
	until [ "$(wire account root)" = local-user ] ||
		[ "$SECONDS" -gt "$last" ]; do
		sleep 0.1
	done
}

# The first list is there.
wait_for_members() {
	local deadline=$((SECONDS + 20))
	until "$build/orgloginctl" members 2>/dev/null | grep -q carol ||
		[ "$SECONDS" -gt "$deadline" ]; do
		sleep 0.1
	done
}

wire() {
	"$work/wire" "$run/orglogin.sock" "$uid" "$@" 2>>"$work/prompts"
}

# everything as at the start; carol's next sign-in is approved by herself
fresh() {
	call _reset '{}'
	control '{"device_options":{"interval":1,"auto_approve":"carol"}}'
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: got $2, wanted $3"
		tail -n 3 "$work/log" | sed 's/^/    /'
		failed=1
	fi
}

# refused NAME REASON ORDER: carol's sign-in under one order to the server.
refused() {
	fresh
	control "$3"
	is "$1" "$(wire signin carol)" "$2"
}

good_sign_ins() {
	local alg
	fresh
	is a_member_signs_in "$(wire signin carol)" ok
	for alg in RS256 ES256 EdDSA PS256; do
		refused "algorithm_$alg" ok "{\"token\":\"id_token\",\"alg\":\"$alg\"}"
	done
	is t103_account_of_an_active_member "$(wire account carol)" ok
}

forged_tokens() {
	local forge reason
	while read -r forge reason; do
		refused "t1_t2_t3_id_token_$forge" "$reason" \
			"{\"token\":\"id_token\",\"forge\":\"$forge\"}"
		refused "t15_org_jwt_$forge" "$reason" \
			"{\"token\":\"org_jwt\",\"forge\":\"$forge\"}"
	done <<-END
		none token-algorithm
		none_with_signature token-algorithm
		hs256_public_pem token-algorithm
		hs256_public_der token-algorithm
		wrong_key token-signature
		embedded_jwk token-header
		bad_signature token-signature
		zero_signature token-signature
		no_signature token-signature
		duplicate_claims json-duplicate
	END
}

wrong_claims() {
	local name reason claims
	while IFS='|' read -r name reason claims; do
		refused "$name" "$reason" \
			"{\"token\":\"id_token\",\"claims\":$claims}"
	done <<-'END'
		t6_issuer_with_a_slash|token-issuer|{"iss":"https://localhost/"}
		t7_other_audience|token-audience|{"aud":"other"}
		t7_prefix_of_the_audience|token-audience|{"aud":"orglogin-hos"}
		t7_stranger_beside_us|token-audience|{"aud":["orglogin-host","x"]}
		t8_expired|token-expired|{"exp":{"in":-600}}
		t8_no_exp|token-claim|{"exp":null}
		t8_not_yet|token-not-yet-valid|{"iat":{"in":600},"exp":{"in":900}}
		t12_older_than_the_sign_in|token-stale|{"iat":{"in":-300}}
		t27_somebody_else|wrong-person|{"sub":"corp-bob","email":"bob@acme.test"}
		t28_unverified_mail|mail-unverified|{"email_verified":false}
		t28_foreign_domain|domain-not-allowed|{"email":"carol@evil.test"}
		t29_no_mail|token-claim|{"email":null}
		t29_no_sub|token-claim|{"sub":null}
	END
}

bad_provider() {
	local name reason order
	while IFS='|' read -r name reason order; do
		refused "$name" "$reason" "$order"
	done <<-'END'
		provider_500|provider-error|{"endpoint":"device","status":500,"body":""}
		provider_empty_body|provider-malformed|{"endpoint":"device","status":200,"body":""}
		provider_html|provider-malformed|{"endpoint":"device","status":200,"body":"<html>","content_type":"text/html"}
		t14_provider_redirects|provider-malformed|{"endpoint":"device","redirect":"https://localhost:1/"}
		t14_provider_oversize|provider-malformed|{"endpoint":"device","oversize":3000000}
		provider_drops_the_connection|provider-unreachable|{"endpoint":"device","close":true}
		provider_token_html|provider-malformed|{"endpoint":"token","status":200,"body":"<html>"}
		t25_user_code_with_control_bytes|provider-malformed|{"device":{"user_code":"AB\u001b[2J"}}
		t25_javascript_address|provider-malformed|{"device":{"verification_uri":"javascript:1"}}
		t21_declined|grant-declined|{"endpoint":"token","status":400,"body":"{\"error\":\"access_denied\"}"}
		t21_expired|grant-expired|{"endpoint":"token","status":400,"body":"{\"error\":\"expired_token\"}"}
		t17_never_approved|grant-expired|{"device_options":{"auto_approve":null}}
	END
	fresh
	control '{"endpoint":"device","delay_ms":4000}'
	is a_slow_provider_is_awaited "$(wire signin carol)" ok
}

bad_service() {
	local name reason order
	while IFS='|' read -r name reason order; do
		refused "$name" "$reason" "$order"
	done <<-'END'
		service_500|service-error|{"endpoint":"signin","status":500,"body":""}
		service_html|service-malformed|{"endpoint":"signin","status":200,"body":"<html>"}
		service_401|service-refused|{"endpoint":"signin","status":401,"body":"{}"}
		service_banned|member-suspended|{"endpoint":"signin","status":403,"body":"{\"code\":\"BANNED_USER\"}"}
		service_429|service-rate-limited|{"endpoint":"signin","status":429,"body":"{}"}
		service_token_cut|service-malformed|{"endpoint":"org_token","status":200,"body":"{\"token\":"}
		service_other_organisation|token-organization|{"token":"org_jwt","claims":{"organizationId":"org_side"}}
		service_other_person|wrong-person|{"token":"org_jwt","claims":{"sub":"usr_bob"}}
		service_no_roles|role-not-allowed|{"token":"org_jwt","claims":{"roles":[]}}
	END
	# What the organisation said last counts until it says otherwise.
	fresh
	is her_withdrawn_roles_stay_withdrawn "$(wire signin carol)" \
		role-not-allowed
	"$build/orgloginctl" sync >/dev/null
	is after_all_that_she_signs_in "$(wire signin carol)" ok
}

eligibility() {
	local before
	fresh
	call _members '{"set":[{"name":"bob","status":"suspended"},{"name":"dave","role":"guest"}]}'
	"$build/orgloginctl" sync >/dev/null
	before=$(count device)
	is t19_unknown "$(wire signin nobody-knows)" not-a-member
	is t19_local_user_of_the_same_name "$(wire signin erin)" local-user
	is t19_root "$(wire signin root)" local-user
	is t19_suspended "$(wire signin bob)" member-suspended
	is t19_role_not_allowed "$(wire signin dave)" role-not-allowed
	is t19_no_request_for_any_of_them "$(count device)" "$before"
	is t103_account_of_a_suspended_member "$(wire account bob)" \
		member-suspended
	fresh
	"$build/orgloginctl" sync >/dev/null
	is t103_account_after_the_suspension "$(wire account bob)" ok
}

one_at_a_time() {
	local first
	fresh
	control '{"device_options":{"auto_approve":null}}'
	wire signin carol >"$work/first" &
	first=$!
	until grep -q . <<<"$(curl -sS --cacert "$work/tls/ca.pem" \
		"https://localhost:$port/_device" | grep user_code)"; do
		sleep 0.1
	done
	is t23_a_second_sign_in_of_a_member "$(wire signin carol)" busy-member
	call _device '{"action":"approve","subject":"carol"}'
	wait "$first"
	is t23_the_first_goes_on "$(cat "$work/first")" ok
	fresh
	control '{"device_options":{"auto_approve":null}}'
	is t22_a_client_that_goes_away "$(wire knock carol)" prompt
	call _device '{"action":"approve","subject":"carol"}'
	sleep 2.5
	is t22_is_not_polled_for "$(count token)" 0
}

# Only who is named gets in, whoever approves.
binding_matrix() {
	local user person wanted
	for person in alice bob carol dave; do
		fresh
		control "{\"device_options\":{\"auto_approve\":\"$person\"}}"
		for user in alice bob carol dave; do
			wanted=wrong-person
			[ "$user" != "$person" ] || wanted=ok
			is "t27_${person}_approves_for_$user" \
				"$(wire signin $user)" $wanted
		done
	done
}

devices() {
	curl -sS --cacert "$work/tls/ca.pem" "https://localhost:$port/_device"
}

pace() {
	local first
	fresh
	control '{"device_options":{"auto_approve":null}}'
	wire signin carol >"$work/first" &
	first=$!
	until devices | grep -q user_code; do
		sleep 0.1
	done
	call _device '{"action":"slow_down","times":1}'
	sleep 2
	call _device '{"action":"approve","subject":"carol"}'
	wait "$first"
	is t21_approved_after_slow_down "$(cat "$work/first")" ok
	is t21_never_polled_early "$(devices | grep -o '"early":[0-9]*')" \
		'"early":0'
}

other_peers() {
	local peer
	for peer in 64991 65534; do
		is "t52_uid_${peer}_may_not_ask" "$(setpriv --reuid=$peer \
			--regid=$peer --clear-groups "$work/wire" \
			"$run/orglogin.sock" "$uid" account carol)" peer-refused
		is "t52_uid_${peer}_may_not_begin" "$(setpriv --reuid=$peer \
			--regid=$peer --clear-groups "$work/wire" \
			"$run/orglogin.sock" "$uid" signin carol)" peer-refused
	done
	is t50_another_daemon_is_not_believed "$("$work/wire" \
		"$run/orglogin.sock" 64992 account carol)" daemon-untrusted
}

# Nothing that a source does wrong removes anybody.
bad_lists() {
	local name order
	while IFS='|' read -r name order; do
		fresh
		control "$order"
		"$build/orgloginctl" sync >/dev/null 2>&1 &&
			is "t110_$name" accepted refused
		is "t110_$name" "$(wire account carol)" ok
	done <<-'END'
		list_500|{"endpoint":"members","status":500,"body":""}
		list_401|{"endpoint":"members","status":401,"body":"{}"}
		list_429|{"endpoint":"members","status":429,"body":"{}"}
		list_html|{"endpoint":"members","status":200,"body":"<html>"}
		list_half_a_page|{"endpoint":"members","truncate":200}
		list_empty|{"endpoint":"members","status":200,"body":"{\"members\":[],\"total\":0}"}
		list_short_of_its_total|{"endpoint":"members","status":200,"body":"{\"members\":[],\"total\":5}"}
	END
	told_to_wait service members
}

# told_to_wait WHO ENDPOINT: the next beat is as far off as the source asks.
told_to_wait() {
	local name header next
	while read -r name header; do
		fresh
		control '{"endpoint":"'"$2"'","status":503,"body":"","headers":{'"$header}}"
		"$build/orgloginctl" sync >/dev/null 2>&1 || :
		next=$({ "$build/orgloginctl" status --json || :; } |
			sed -n 's/.*"next_sync_s":\([0-9]*\).*/\1/p')
		is "$1_${name}_is_awaited" \
			"$([ "$next" -gt 1900 ] && [ "$next" -le 2000 ] &&
				echo yes || echo "$next")" yes
	done <<-END
		retry_after "retry-after":"2000"
		x_retry_after "x-retry-after":"2000"
		retry_after_a_date "retry-after":"$(LC_ALL=C date -u -d '+2000 sec' '+%a, %d %b %Y %T GMT')"
	END
	fresh
}

# synced [ARGUMENT]...: how `orgloginctl sync` ends.
synced() {
	{ "$build/orgloginctl" sync --json "$@" || :; } |
		sed -n 's/.*"reason":"\([a-z-]*\)".*/\1/p'
}

# A tagged list that stands is asked for once more and no further.
unchanged_list() {
	fresh
	control '{"endpoint":"members","headers":{"etag":"\"v1\""}}'
	is a_tagged_list "$(synced --full)" ok
	fresh
	control '{"endpoint":"members","status":304,"body":""}'
	is a_list_that_stands "$(synced) $(wire account carol)" 'ok ok'
	is t110_who_wants_everything_is_not_told_so "$(synced --full)" \
		service-error
	is t110_and_nobody_is_lost "$(wire account carol)" ok
	fresh
	"$build/orgloginctl" sync >/dev/null
}

sudden_loss() {
	fresh
	call _members '{"remove":["alice","bob","dave"]}'
	is t110_a_sudden_loss_is_held "$("$build/orgloginctl" sync --json |
		grep -o directory-shrunk)" directory-shrunk
	is t110_who_seems_lost_stays "$(wire account bob)" ok
	"$build/orgloginctl" sync --accept-shrink >/dev/null
	is t110_until_it_is_accepted "$(wire account bob)" not-a-member
	fresh
	"$build/orgloginctl" sync >/dev/null
	is t31_who_comes_back_is_the_same "$(number bob)" "$bob_number"
}

number() {
	"$build/orgloginctl" explain "$1" --json | grep -o '"uid":[0-9]*'
}

restart() {
	local before
	fresh
	is a_proof_is_recorded "$(wire signin carol)" ok
	before=$(number carol)
	end_daemon
	start_daemon
	is a_restart_keeps_numbers "$(number carol)" "$before"
	is a_restart_keeps_proofs "$("$build/orgloginctl" explain carol --json |
		grep -c '"proof_s":[0-9]')" 1
	end_daemon
	"$build/orglogind" --sync-once >>"$work/log" 2>&1 && status=0 || status=$?
	is sync_once_ends_well "$status" 0
	systemd-socket-activate --listen="$run/orglogin.sock" \
		"$build/orglogind" >>"$work/log" 2>&1 &
	daemon=$!
	until [ -S "$run/orglogin.sock" ]; do
		sleep 0.1
	done
	is started_by_its_socket "$(wire account carol)" ok
	end_daemon
	rm -f "$run/orglogin.sock"
}

moved_endpoints() {
	fresh
	control '{"discovery":{"token_endpoint":"https://127.0.0.1:1/token"}}'
	start_cut_off_daemon
	is t16_an_endpoint_elsewhere "$(wire signin carol)" provider-malformed
	end_daemon
	issuer_port=1
	start_cut_off_daemon
	is provider_down_at_start "$(wire signin carol)" provider-unreachable
	is provider_down_names_stay "$(wire account carol)" ok
	end_daemon
	issuer_port=
}

# No identity service: a file, and the provider's word alone.
profile_none() {
	find "$state" -mindepth 1 -delete
	service_lines=$(printf '%s\n' 'profile = none' '[directory]' \
		'type = file' "path = $etc/members.jsonl")
	cat >"$etc/members.jsonl" <<-END
		{"id":"u-1","email":"carol@acme.test","roles":["member"],"state":"Active","identity":{"issuer":"https://localhost:$port","subject":"corp-carol"}}
		{"id":"u-2","email":"bob@acme.test","roles":["OrganizationAdmin"],"state":"Suspended"}
		{"id":"u-3","email":"root@acme.test","roles":["member"],"state":"Active"}
	END
	fresh
	start_daemon
	wait_for_members
	is none_a_member_of_a_file_signs_in "$(wire signin carol)" ok
	is none_a_suspended_one_does_not "$(wire signin bob)" member-suspended
	is t32_a_member_named_root_is_nobody "$(wire account root)" local-user
	control '{"token":"id_token","claims":{"sub":"corp-other"}}'
	is t27_none_another_subject "$(wire signin carol)" wrong-person
	echo '{"id":"u-4",' >>"$etc/members.jsonl"
	is none_a_bad_line_is_told "$("$build/orgloginctl" sync --json |
		grep -o json-syntax)" json-syntax
	is none_the_last_list_stays "$(wire account carol)" ok
}

wrong_certificates() {
	local kind ports
	ports=$(curl -sS --cacert "$work/tls/ca.pem" \
		"https://localhost:$port/_ports")
	for kind in wrong_host self_signed expired tls11; do
		end_daemon
		issuer_port=$(sed -n 's/.*"'$kind'":\([0-9]*\).*/\1/p' <<<"$ports")
		fresh
		start_cut_off_daemon
		is "t14_$kind" "$(wire signin carol)" provider-tls
	done
	end_daemon
	issuer_port=
}

odd_configurations() {
	local line wanted
	while IFS='|' read -r wanted line; do
		{ configuration && printf '%b\n' "$line"; } >"$etc/orglogin.conf"
		status=0
		"$build/orglogind" --check-config >"$work/said" 2>&1 || status=$?
		is "configuration: $line" "$status $(grep -o \
			"orglogin.conf:[0-9]*: .*$wanted" "$work/said" |
			sed "s/:.*: .*$wanted/: $wanted/")" \
			"78 orglogin.conf: $wanted"
	done <<-'END'
		unknown section|[nonsense]
		unknown key|[sudo]\ncolour = blue
		bad value|[sudo]\nmax_age = soon
	END
}

for folder in "$etc" "$state" "$run" "$share"; do
	private_folder "$folder"
done
private_accounts
chown "$uid:$uid" "$state" "$run"
mkdir "$share/profiles"
cp "$tests"/../packaging/profiles/*.conf "$share/profiles"
export TLS=$work/tls
"$tests/identity/mkca.sh" "$TLS"
port=$("$tests/tools/free-port.sh" 9643)
SCRIPTED_PORT=$port "$tests/identity/run.sh" start "$work/identity" scripted \
	>/dev/null
cp "$work/tls/ca.pem" "$etc"
printf 'scripted-host-key\n' >"$etc/host.key"
chown "$uid" "$etc/host.key"
chmod 0400 "$etc/host.key"

chmod 0711 "$work"
cp "$build/tests/tools/wire" "$work"
service_lines=$(printf '%s\n' 'profile = better-auth' \
	"url = https://localhost:$port" "api_key_file = $etc/host.key" \
	'[directory]')
better_auth_lines=$service_lines

fresh
start_daemon
bob_number=$(number bob)
good_sign_ins
rotations
shared_secrets
clocks
forged_tokens
wrong_claims
bad_provider
bad_service
eligibility
one_at_a_time
binding_matrix
pace
other_peers
bad_lists
unchanged_list
sudden_loss
slow_sources
killed_in_a_sync
damaged_files
bad_states
published_names
member_tokens
records
member_revocation
restart
moved_endpoints
wrong_certificates
each_profile
odd_configurations
passwords
invitations
second_factors
pins
offline
alike
fewest_round_trips
profile_none
scim_directory
scim_that_misbehaves
lost_numbers
dialects
exit "$failed"
