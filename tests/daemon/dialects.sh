# dialects.sh: sourced by run.sh: sign-ins at Google and Entra ID, as fronts of
# oidc-provider under their real host names. /etc/hosts of this namespace leads
# there, so the daemon needs no switch for it.
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with run.sh

google_hosts='accounts.google.com oauth2.googleapis.com www.googleapis.com'
entra_host=login.microsoftonline.com
tenant=5b0c2d8e-1111-4222-8333-444455556666

# order JSON: what the front does wrong from now on.
order() {
	curl -sS --fail-with-body --max-time 20 --cacert "$TLS/ca.pem" \
		"https://$front/_test/front" --data-urlencode "orders=$1" \
		>/dev/null
}
seen() {
	curl -sS --max-time 20 --cacert "$TLS/ca.pem" -X POST \
		"https://$front/_test/seen"
}

# dialect NAME WANTED [ORDERS [approve|deny [PERSON]]]: carol's sign-in, whose
# code PERSON approves at oidc-provider's own page.
dialect() {
	local client code=
	order "${3:-"{}"}"
	: >"$work/prompts"
	wire signin carol >"$work/first" &
	client=$!
	while [ -z "$code" ] && kill -0 "$client" 2>/dev/null; do
		code=$(sed -n 's/^ *Code: *//p' "$work/prompts" | tail -n 1)
		sleep 0.1
	done
	[ -z "$code" ] || "$tests/identity/approve.sh" oidc-provider \
		"$TLS/ca.pem" "https://localhost:$corp_port/device" "$code" \
		"${5:-carol}" "${4:-approve}" >>"$work/log" 2>&1 || :
	wait "$client" || :
	is "$1" "$(cat "$work/first")" "$2"
}

dialects_of() {
	local name reason orders
	while IFS='|' read -r name reason orders; do
		dialect "$name" "$reason" "$orders"
	done
}

# Nothing is known, and then the members are.
start_anew() {
	end_daemon
	find "$state" -mindepth 1 -delete
	start_daemon
	wait_for_members
}

# A document or a key set is read when the daemon starts.
dialect_anew() {
	end_daemon
	order "$3"
	start_daemon
	dialect "$@"
}

shown() {
	grep -c "^ *Open: *$1\$" "$work/prompts"
}
logged() {
	grep -c "$1" "$work/log"
}

google() {
	front=accounts.google.com
	provider_lines=$(printf '%s\n' 'type = google' \
		'client_id = orglogin-host' 'allowed_domains = acme.test' \
		"client_secret_file = $etc/google.secret")
	start_anew
	dialect google_a_member_signs_in ok
	is google_shows_its_page "$(shown https://www.google.com/device)" 1
	is t16_google_hears_its_secret_with_the_tokens_only "$(seen |
		jq -c '[.device.client_secret, .token.client_secret, .device.scope]')" \
		'[null,"google-secret","openid email profile"]'
	dialect google_declined grant-declined '{}' deny
	dialect t27_google_somebody_else wrong-person '{}' approve bob
	dialects_of <<-'END'
		t6_google_its_short_issuer|ok|{"claims":{"iss":"accounts.google.com"}}
		t6_google_a_slash|token-issuer|{"claims":{"iss":"https://accounts.google.com/"}}
		t6_google_http|token-issuer|{"claims":{"iss":"http://accounts.google.com"}}
		t7_google_another_client|token-audience|{"claims":{"aud":"other"}}
		t7_google_another_azp|token-audience|{"claims":{"azp":"other"}}
		t30_google_a_private_account|account-foreign|{"claims":{"hd":null}}
		t30_google_another_domain|domain-not-allowed|{"claims":{"hd":"evil.test"}}
		t12_google_an_older_token|token-stale|{"claims":{"iat":1700000000}}
		t29_google_no_sub|token-claim|{"claims":{"sub":null}}
		google_a_stored_person_needs_no_mail|ok|{"claims":{"email_verified":false}}
		t111_google_over_its_limit|provider-error|{"device":{"status":403,"body":"{\"error_code\":\"rate_limit_exceeded\"}"}}
		t111_google_an_administrators_rule|provider-policy|{"token":{"status":400,"body":"{\"error\":\"admin_policy_enforced\"}"}}
		t111_google_slow_down_is_403|grant-expired|{"token":{"status":403,"body":"{\"error\":\"slow_down\"}"}}
		t25_google_a_page_elsewhere|provider-malformed|{"device":{"status":200,"body":"{\"device_code\":\"d\",\"user_code\":\"ABCD-EFGH\",\"expires_in\":9,\"verification_url\":\"https://evil.test/\"}"}}
	END
	seen >/dev/null
	dialect_anew t16_google_a_moved_endpoint provider-malformed \
		'{"discovery":{"token_endpoint":"https://accounts.google.com/token"}}'
	is t16_google_nobody_heard_the_secret "$(seen)" '{}'
	end_daemon
}

entra() {
	front=$entra_host
	provider_lines=$(printf '%s\n' 'type = entra' "tenant = $tenant" \
		'client_id = orglogin-host' 'allowed_domains = acme.test')
	order '{}'
	start_anew
	dialect t28_entra_a_mail_of_nobodys_domain_binds_nobody mail-unverified \
		'{"claims":{"xms_edov":null,"email_verified":true}}'
	dialect entra_a_member_signs_in ok
	is entra_shows_its_page "$(shown https://microsoft.com/devicelogin)" 1
	dialect entra_declined grant-declined '{}' deny
	dialect t27_entra_somebody_else wrong-person '{}' approve bob
	dialects_of <<-'END'
		entra_a_stored_person_needs_no_mail|ok|{"claims":{"xms_edov":null}}
		t31_entra_sub_is_not_the_person|ok|{"claims":{"sub":"another"}}
		t6_entra_the_template_itself|token-issuer|{"claims":{"iss":"https://login.microsoftonline.com/{tenantid}/v2.0"}}
		t6_entra_another_tenant|token-issuer|{"claims":{"iss":"https://login.microsoftonline.com/5b0c2d8e-1111-4222-8333-444455556667/v2.0"}}
		t6_entra_private_accounts|token-issuer|{"claims":{"iss":"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"}}
		t30_entra_another_tid|token-issuer|{"claims":{"tid":"5b0c2d8e-1111-4222-8333-444455556667"}}
		t29_entra_no_oid|token-claim|{"claims":{"oid":null}}
		t30_entra_a_guest|account-foreign|{"claims":{"acct":1}}
		t30_entra_a_guest_of_another_idp|account-foreign|{"claims":{"idp":"live.com"}}
		t30_entra_an_application|account-foreign|{"claims":{"idtyp":"app"}}
		t28_entra_a_foreign_mail|domain-not-allowed|{"claims":{"email":"carol@evil.test"}}
		t111_entra_conditional_access|provider-policy|{"token":{"status":400,"body":"{\"error\":\"invalid_grant\",\"error_codes\":[53003],\"trace_id\":\"0fe9-c2d1\",\"error_description\":\"carol@acme.test\"}"}}
		t111_entra_a_disabled_account|account-disabled|{"token":{"status":400,"body":"{\"error\":\"invalid_grant\",\"error_codes\":[50057]}"}}
		t111_entra_no_public_clients|provider-refused|{"device":{"status":401,"body":"{\"error\":\"invalid_client\",\"error_codes\":[7000218]}"}}
	END
	is t111_entra_the_administrator_reads_what_to_do "$(logged \
		'codes="53003" trace="0fe9-c2d1".*grant = paste')" 1
	is t111_entra_no_description_is_logged "$(logged carol@acme.test)" 0
	dialect_anew entra_a_document_with_the_template ok \
		'{"discovery":{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0"}}'
	dialect_anew t6_entra_a_key_of_another_tenant token-key-unfit \
		'{"keys":{"issuer":"https://login.microsoftonline.com/5b0c2d8e-1111-4222-8333-444455556667/v2.0"}}'
	dialect_anew t16_entra_a_moved_endpoint provider-malformed \
		'{"discovery":{"jwks_uri":"https://www.googleapis.com/keys"}}'
	end_daemon
}

# carol_has KEY: what explain tells of carol, as JSON.
carol_has() {
	"$build/orgloginctl" explain carol --json | jq -c ".$1"
}

# claimed NAME WANTED CLAIMS: a sign-in with these claims, and what the account
# phase says after it.
claimed() {
	dialect "$1" "$2" "{\"claims\":$3}"
	is "$1_account" "$(wire account carol)" "$2"
}

# Whether the name service shows carol in the group of that role.
is_in_group() {
	is "$1" "$(getent group org-admins | grep -c ':carol$')" "$2"
}

# Roles of Entra's own token, where the list gives none.
claimed_roles() {
	local names group=0a1b2c3d-0000-4000-8000-000000000001
	more_roles="Corp.User, $group"
	admin_role=$group
	cp "$etc/members.jsonl" "$work/members.jsonl"
	sed -i 's/"roles":\["member"\]/"roles":[]/' "$etc/members.jsonl"
	start_anew
	is claimed_nothing_before_a_sign_in "$(wire account carol)" \
		role-not-allowed
	claimed claimed_nothing role-not-allowed '{}'
	claimed claimed_an_app_role ok '{"roles":["Corp.User"]}'
	is claimed_is_explained "$(carol_has claimed)" '["Corp.User"]'
	start_daemon
	is claimed_outlives_the_daemon "$(wire account carol)" ok
	claimed t37_claimed_a_groups_name role-not-allowed \
		'{"groups":["Corp.User"]}'
	claimed claimed_a_group_by_its_id ok "{\"groups\":[\"$group\"]}"
	is claimed_groups_are_explained "$(carol_has groups)" \
		'["org-members","org-admins"]'
	install_names
	is_in_group claimed_gives_its_groups 1
	claimed claimed_too_many_groups groups-overage \
		'{"_claim_names":{"groups":"src1"}}'
	is_in_group claimed_takes_its_groups 0
	remove_names
	is claimed_tells_why "$(carol_has claimed_reason)" '"groups-overage"'
	claimed claimed_app_roles_are_enough ok \
		'{"roles":["Corp.User"],"_claim_names":{"groups":"src1"}}'
	sed -i 's/Active/Suspended/' "$etc/members.jsonl"
	"$build/orgloginctl" sync >/dev/null
	is t103_claimed_gives_no_state "$(wire account carol)" member-suspended
	end_daemon
	cp "$work/members.jsonl" "$etc/members.jsonl"
	more_roles=
	admin_role=
}

# paste_in NAME WANTED [PERSON [TEXT]]: carol's sign-in by a pasted code; TEXT
# instead of what the page shows, with %s for that.
paste_in() {
	local client url= shown
	: >"$work/prompts"
	rm -f "$work/typed"
	mkfifo "$work/typed"
	wire signin carol <"$work/typed" >"$work/first" &
	client=$!
	exec 8>"$work/typed"
	while [ -z "$url" ] && kill -0 "$client" 2>/dev/null; do
		url=$(grep -o 'https://[^ ]*code_challenge[^ ]*' \
			"$work/prompts" | tail -n 1 || :)
		sleep 0.1
	done
	shown=$("$tests/identity/approve-paste.sh" "$TLS/ca.pem" "$url" \
		"${3:-carol}" 2>>"$work/log") || :
	# A paste that is refused is asked for again; nobody may be there any more.
	# shellcheck disable=SC2059 # the format is the test's
	(
		trap '' PIPE
		for _ in 1 2 3; do
			printf "${4-%s}\n" "$shown" >&8
		done
	) 2>>"$work/log" || :
	exec 8>&-
	wait "$client" || :
	is "$1" "$(cat "$work/first")" "$2"
}

# The same three, where device codes are blocked.
pastes_at() {
	local name=$1
	provider_lines=$(printf '%s\n' "$2" 'client_id = orglogin-paste' \
		'allowed_domains = acme.test' 'grant = paste' \
		'redirect_uri = https://paste.acme.test/')
	start_anew
	paste_in "paste_${name}_a_member_signs_in" ok
	paste_in "t27_paste_${name}_somebody_else" wrong-person bob
	paste_in "t12_paste_${name}_another_state" paste-wrong carol '%s0'
	paste_in "t12_paste_${name}_nothing" paste-wrong carol ''
	is "paste_${name}_asks_by_S256" \
		"$(grep -c code_challenge_method=S256 "$work/prompts")" 1
	end_daemon
}

# Entra's codes are longer than sudo, su and login read into an answer.
paste_in_pieces() {
	provider_lines=$(sed s/orglogin-paste/orglogin-paste-long/ \
		<<<"$provider_lines")
	start_anew
	paste_in t12_paste_in_pieces ok
	is t12_paste_in_pieces_asks_for_each_of_four \
		"$(grep -o 'piece [2-4] of 4: ' "$work/prompts" | tr -d '\n')" \
		'piece 2 of 4: piece 3 of 4: piece 4 of 4: '
	paste_in t27_paste_in_pieces_of_somebody_else wrong-person bob
	paste_in t12_paste_in_pieces_and_the_last_is_another paste-wrong carol \
		'%s0'
	end_daemon
}

pastes() {
	front=accounts.google.com
	order '{}'
	pastes_at google "$(printf '%s\n' 'type = google' \
		"client_secret_file = $etc/google.secret")"
	front=$entra_host
	order '{}'
	pastes_at entra "$(printf '%s\n' 'type = entra' "tenant = $tenant")"
	paste_in_pieces
	pastes_at oidc "$(printf '%s\n' 'type = oidc' \
		"issuer = https://localhost:$corp_port")"
}

dialects() {
	cp /etc/hosts "$work/hosts"
	printf '%s\n' "127.44.0.1 $google_hosts" "127.44.0.2 $entra_host" \
		>>"$work/hosts"
	mount --bind "$work/hosts" /etc/hosts
	corp_port=$("$tests/tools/free-port.sh" 9644)
	OIDC_PROVIDER_PORT=$corp_port "$tests/identity/run.sh" start \
		"$work/identity" oidc-provider google entra >/dev/null
	rm -f "$etc/google.secret"
	printf 'google-secret\n' >"$etc/google.secret"
	chown "$uid" "$etc/google.secret"
	chmod 0400 "$etc/google.secret"
	service_lines=$(printf '%s\n' 'profile = none' '[directory]' \
		'type = file' "path = $etc/members.jsonl")
	cat >"$etc/members.jsonl" <<-'END'
		{"id":"u-1","email":"carol@acme.test","roles":["member"],"state":"Active"}
		{"id":"u-2","email":"bob@acme.test","roles":["member"],"state":"Active"}
	END
	google
	entra
	claimed_roles
	vouching
	pastes
	provider_lines=
	"$tests/identity/run.sh" stop "$work/identity" oidc-provider google \
		entra >/dev/null
}
