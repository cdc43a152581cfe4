# shellcheck shell=bash disable=SC2034,SC2154 # run.sh sources this and sets the rest
# vouching.sh: whether a provider still stands by who comes back with a PIN, for
# dialects.sh: asked with what its sign-in gave, where no service can be.

# How often oidc-provider did this: refresh_token, revoked.
corp() {
	curl -sS --max-time 20 --cacert "$TLS/ca.pem" -X POST \
		"https://localhost:$corp_port/_test/counts" | jq ".$1 // 0"
}
banned() {
	curl -sS --max-time 20 --cacert "$TLS/ca.pem" -d "banned=$2" \
		"https://localhost:$corp_port/_test/people/$1" >/dev/null
}

# more_than WHAT BEFORE: by how many, once it is more.
more_than() {
	local deadline=$((SECONDS + 20))
	until [ "$(corp "$1")" -gt "$2" ] || [ "$SECONDS" -gt "$deadline" ]; do
		sleep 0.1
	done
	echo $(($(corp "$1") - $2))
}

# comes_back NAME WANTED [ORDERS]: carol's PIN, while the front does so.
# grant-expired: a full sign-in was wanted, which nobody approves.
comes_back() {
	order "${3:-"{}"}"
	is "$1" "$(at_console carol "$pin")" "$2"
}

# signs_in_with_pin NAME: fully, and sets a PIN.
signs_in_with_pin() {
	dialect "${1}_signs_in" ok
	is "${1}_sets_a_pin" "$(sets_pin "$(uid_of carol)" carol "$pin")" ok
}

vouched_by_oidc() {
	local before
	front=$entra_host
	issuer_port=$corp_port
	provider_lines=
	start_anew
	signs_in_with_pin oidc
	before=$(corp refresh_token)
	comes_back oidc_a_pin_counts_with_the_providers_word ok
	is oidc_which_is_asked_once "$(more_than refresh_token "$before")" 1
	start_daemon
	wait_for_members
	comes_back t26_oidc_what_rotated_outlives_the_daemon ok
	banned carol 1
	comes_back t90_oidc_whom_the_provider_dropped_must_sign_in grant-expired
	banned carol 0
	comes_back t107_oidc_also_when_it_comes_to_like_her_again grant-expired
	dialect oidc_which_she_does ok
	comes_back oidc_and_comes_back ok
	before=$(corp revoked)
	"$build/orgloginctl" logout carol >/dev/null
	is t90_oidc_logout_revokes "$(more_than revoked "$before")" 1
	comes_back t90_oidc_who_signed_out_must_sign_in grant-expired
	signs_in_with_pin oidc_again
	before=$(corp revoked)
	sed -i 's/Active/Suspended/' "$etc/members.jsonl"
	"$build/orgloginctl" sync >/dev/null
	is t90_oidc_a_suspension_revokes "$(more_than revoked "$before")" 1
	sed -i 's/Suspended/Active/' "$etc/members.jsonl"
	issuer_port=
	end_daemon
}

vouched_by_entra() {
	front=$entra_host
	provider_lines=$(printf '%s\n' 'type = entra' "tenant = $tenant" \
		'client_id = orglogin-host' 'allowed_domains = acme.test')
	order '{}'
	start_anew
	seen >/dev/null
	signs_in_with_pin entra
	is entra_is_asked_for_a_refresh_token "$(seen | jq -r .device.scope)" \
		'openid email profile offline_access'
	comes_back entra_a_pin_counts_with_the_providers_word ok
	is entra_which_is_asked_with_it "$(seen | jq -r .token.grant_type)" \
		refresh_token
	while IFS='|' read -r name reason orders; do
		comes_back "$name" "$reason" "$orders"
	done <<-'END'
		t107_entra_silence_is_bridged|ok|{"token":{"status":503}}
		t107_entra_a_page_is_silence|ok|{"token":{"status":200,"body":"<html>"}}
		t107_entra_an_unknown_word_is_not|provider-error|{"token":{"status":400,"body":"{\"error\":\"a_new_one\"}"}}
		t107_entra_nor_another_secret|provider-refused|{"token":{"status":401,"body":"{\"error\":\"invalid_client\"}"}}
		t30_entra_a_guest_now|account-foreign|{"claims":{"acct":1}}
		t107_entra_a_policy_is_told_by_a_full_sign_in|provider-policy|{"token":{"status":400,"body":"{\"error\":\"invalid_grant\",\"error_codes\":[53003]}"}}
		entra_and_she_comes_back|ok|{}
	END
	login_lines='offline_max_age = 0'
	start_daemon
	wait_for_members
	comes_back t107_entra_silence_and_no_time_for_it offline-too-long \
		'{"token":{"status":503}}'
	login_lines=
	start_daemon
	wait_for_members
	comes_back t27_entra_somebody_elses_token wrong-person \
		'{"claims":{"oid":"9a1b2c3d-0000-4000-8000-000000000001"}}'
	comes_back t27_entra_ends_it_all grant-expired
	dialect entra_signs_in_once_more ok
	comes_back t90_entra_a_disabled_account account-disabled \
		'{"token":{"status":400,"body":"{\"error\":\"invalid_grant\",\"error_codes\":[50057]}"}}'
	is t90_entra_loses_the_pin "$(pin_state carol)" pin-not-set
	is t90_entra_on_record "$("$build/orgloginctl" audit --json |
		grep -c 'account-disabled.*revoked\|revoked.*account-disabled')" 1
	end_daemon
}

# A role that only Entra's tokens tell, where it is wanted now.
vouched_role() {
	more_roles='Corp.User'
	cp "$etc/members.jsonl" "$work/members.jsonl"
	sed -i 's/"roles":\["member"\]/"roles":[]/' "$etc/members.jsonl"
	start_anew
	dialect entra_tells_a_role ok '{"claims":{"roles":["Corp.User"]}}'
	is entra_a_pin_of_hers "$(sets_pin "$(uid_of carol)" carol "$pin")" ok
	comes_back t98_entra_a_role_that_is_still_told ok \
		'{"claims":{"roles":["Corp.User"]}}'
	comes_back t98_entra_a_role_withdrawn_a_moment_ago role-not-allowed
	is t98_entra_for_keys_too "$(wire account carol)" role-not-allowed
	cp "$work/members.jsonl" "$etc/members.jsonl"
	more_roles=
	end_daemon
}

vouched_by_google() {
	local before
	front=accounts.google.com
	provider_lines=$(printf '%s\n' 'type = google' \
		'client_id = orglogin-host' 'allowed_domains = acme.test' \
		"client_secret_file = $etc/google.secret")
	order '{}'
	start_anew
	seen >/dev/null
	signs_in_with_pin google
	is google_is_not_asked_for_offline_access \
		"$(seen | jq -r .device.scope)" 'openid email profile'
	comes_back google_a_pin_counts_with_the_providers_word ok
	is t16_google_which_hears_its_secret \
		"$(seen | jq -c '[.token.grant_type, .token.client_secret]')" \
		'["refresh_token","google-secret"]'
	before=$(corp revoked)
	dialect google_signs_in_again ok
	comes_back google_and_the_new_one_counts ok
	is google_the_old_one_is_not_revoked "$(corp revoked)" "$before"
	"$build/orgloginctl" logout carol >/dev/null
	is t90_google_logout_revokes "$(more_than revoked "$before")" 1
	is t16_google_without_its_secret \
		"$(seen | jq -c '[.revoke.token_type_hint, .revoke.client_secret]')" \
		'["refresh_token",null]'
	comes_back t90_google_who_signed_out_must_sign_in grant-expired
	end_daemon
}

vouching() {
	vault_key 9
	vouched_by_oidc
	vouched_by_entra
	vouched_role
	vouched_by_google
	rm -f "$etc/vault.key"
}
