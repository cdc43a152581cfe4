# shellcheck shell=bash disable=SC2154 # sourced by run.sh
# One sign-in for the host and for the organisation's services: tokens given to
# their member alone, renewed, switched, kept over a restart, forgotten; and
# nowhere in plain on the disk or in the log.

# as NAME COMMAND...: by the uid of that member, or by a number.
as() {
	local who=$1
	shift
	case $who in
	[0-9]*) ;;
	*) who=$(number "$who" | tr -cd 0-9) ;;
	esac
	setpriv --reuid="$who" --regid="$who" --clear-groups \
		"$work/orgloginctl" "$@"
}

# What a command of a member's is refused with, or what it says.
refusal() {
	{ as "$@" 2>&1 >/dev/null || :; } | sed -n 's/.*(\([a-z-]*\))$/\1/p'
}

# The claims of a token.
claim() {
	cut -d. -f2 | tr '_-' '/+' | sed 's/$/==/' | base64 -d 2>/dev/null |
		sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'
}

agents() {
	curl -sS --max-time 20 --cacert "$work/tls/ca.pem" "$@" \
		"https://localhost:$port/api/agents"
}

# sign_in NAME: approved by the same person.
token_sign_in() {
	control "{\"device_options\":{\"auto_approve\":\"$1\"}}"
	wire signin "$1"
}

vault_key() {
	printf '%064d\n' "$1" >"$etc/vault.key.new"
	chown "$uid" "$etc/vault.key.new"
	chmod 0400 "$etc/vault.key.new"
	mv "$etc/vault.key.new" "$etc/vault.key"
}

tokens_for_services() {
	local first second
	is no_token_before_a_sign_in "$(refusal alice token)" no-token
	is alice_signs_in_for_tokens "$(token_sign_in alice)" ok
	first=$(as alice token)
	is t52_a_token_of_ones_own "$(claim sub <<<"$first")" usr_alice
	is curl_takes_all_headers_as_one \
		"$(agents -H "$(as alice token --headers)")" \
		'usr_alice org_acme usr_alice org_acme'
	is curl_takes_them_as_lines \
		"$(as alice token --headers | agents -H @-)" \
		'usr_alice org_acme usr_alice org_acme'
	is curl_takes_them_over_http2 \
		"$(agents --http2 -H "$(as alice token --headers)")" \
		'usr_alice org_acme usr_alice org_acme'
	is a_token_that_lasts_costs_nothing "$(as alice token)" "$first"
	is t52_carol_has_none_of_hers "$(refusal carol token)" no-token
	is t52_root_is_given_none "$(refusal 0 token)" not-a-member
	is t52_a_stranger_is_given_none "$(refusal 65534 token)" not-a-member
	is t52_carol_may_not_log_alice_out "$(refusal carol logout alice)" \
		peer-refused
	second=$(as alice token --organization org_side)
	is a_token_for_another_organisation \
		"$(claim organizationId <<<"$second")" org_side
	is the_active_one_stays "$(as alice token)" "$first"
	end_daemon
	start_daemon
	is a_restart_keeps_tokens "$(as alice token)" "$first"
	is switch_org_is_told "$(as alice switch-org org_side)" \
		'You work in org_side now.'
	is and_changes_the_active_one \
		"$(as alice token | claim organizationId)" org_side
	is a_foreign_organisation_is_refused \
		"$(refusal alice switch-org org_other)" token-organization
	is an_invitation "$(as alice invite eve@acme.test --role member)" \
		'The invitation is on its way.'
	is reaches_the_service "$(count invite)" 1
	is resending_is_told_as_unsupported "$(refusal alice resend carol)" \
		unsupported
}

renewed_tokens() {
	local before
	fresh
	control '{"token":"org_jwt","times":1,"claims":{"exp":{"in":25}}}'
	is signed_in_with_a_short_token "$(token_sign_in alice)" ok
	before=$(count org_token)
	is t26_it_is_renewed_ahead "$(as alice token | claim sub)" usr_alice
	is t26_once "$(count org_token)" $((before + 1))
	as alice token >/dev/null
	is t26_and_then_lasts "$(count org_token)" $((before + 1))
	control '{"token":"org_jwt","times":1,"claims":{"exp":{"in":25}}}'
	is signed_in_with_another "$(token_sign_in alice)" ok
	control '{"token":"org_jwt","times":1,"claims":{"sub":"usr_bob"}}'
	is t27_a_renewal_in_anothers_name "$(refusal alice token)" wrong-person
	is t27_ends_it_all "$(refusal alice token)" no-token
}

forgotten_tokens() {
	fresh
	"$build/orgloginctl" sync >/dev/null
	is signed_in_to_log_out "$(token_sign_in alice)" ok
	is logout_is_told "$(as alice logout)" 'The sign-in of alice is forgotten.'
	is what_is_forgotten_is_gone "$(refusal alice token)" no-token
	until [ "$(count sign_out)" -gt 0 ]; do sleep 0.1; done
	is and_revoked "$(count sign_out)" 1
	is the_proof_is_gone_too "$("$build/orgloginctl" explain alice --json |
		grep -c '"proof_s":null')" 1
	is signed_in_to_be_suspended "$(token_sign_in alice)" ok
	call _members '{"set":[{"name":"alice","status":"suspended"}]}'
	"$build/orgloginctl" sync >/dev/null
	is t90_a_suspended_member_has_no_token "$(refusal alice token)" \
		member-suspended
	until [ "$(count sign_out)" -gt 1 ]; do sleep 0.1; done
	is t90_it_is_revoked "$(count sign_out)" 2
	call _members '{"set":[{"name":"alice","status":"active"}]}'
	"$build/orgloginctl" sync >/dev/null
	is t90_and_gone_for_good "$(refusal alice token)" no-token
}

# A new key while members have tokens, also where the daemon or the command is
# killed in the middle of it.
rotated_key() {
	local i first last
	is signed_in_before_a_rotation "$(token_sign_in alice)" ok
	first=$(cat "$etc/vault.key")
	is a_member_may_not_rotate "$(refusal alice vault rotate)" peer-refused
	is a_rotation "$("$build/orgloginctl" vault rotate | head -n 1)" \
		"Members' secrets are sealed with a new key."
	is t84_its_key_is_the_daemons "$(stat -c '%a %u' "$etc/vault.key")" \
		"400 $uid"
	is its_key_is_another_and_alone "$(grep -c . "$etc/vault.key") $(
		grep -cF "$first" "$etc/vault.key")" '1 0'
	is tokens_survive_a_rotation "$(as alice token | claim sub)" usr_alice
	start_daemon
	is and_a_restart_after_it "$(as alice token | claim sub)" usr_alice
	for i in 0 1 2 3 4 5 6 7; do
		"$build/orgloginctl" vault rotate >/dev/null 2>&1 &
		last=$!
		sleep "0.0$i"
		kill -9 "$daemon" "$last" 2>/dev/null || :
		wait "$daemon" "$last" 2>/dev/null || :
		daemon=
		start_daemon
	done
	is t89_a_killed_rotation_is_gone_on_with \
		"$("$build/orgloginctl" vault rotate --json |
			grep -c '"lost":0')" 1
	is t89_and_lost_nothing "$(as alice token | claim sub)" usr_alice
	is t89_nothing_lies_beside_the_key "$(ls "$etc" | grep -c 'key.new')" 0
	end_daemon
	cp -p "$etc/vault.key" "$work/kept.key"
	printf '%s\n' "$first" >"$etc/vault.key"
	start_daemon
	is t88_the_key_of_before_opens_nothing "$(refusal alice token)" no-token
	end_daemon
	cp -p "$work/kept.key" "$etc/vault.key"
	start_daemon
	is t88_the_new_one_does "$(as alice token | claim sub)" usr_alice
}

# With the state of this host and another key, as of a copied disk.
another_key() {
	is signed_in_before_the_key_changes "$(token_sign_in alice)" ok
	end_daemon
	vault_key 2
	start_daemon
	is t88_another_key_opens_nothing "$(refusal alice token)" no-token
	is t88_a_new_sign_in_is_all_it_takes "$(token_sign_in alice)" ok
	is t88_and_gives_tokens "$(as alice token | claim sub)" usr_alice
	end_daemon
	rm "$etc/vault.key"
	start_daemon
	is a_lost_key_is_told "$(refusal alice token)" vault-key
	is a_lost_key_locks_nobody_out "$(token_sign_in alice)" ok
}

# A member at a terminal of his own, whom the browser approves.
login_at_a_terminal() {
	control '{"device_options":{"auto_approve":"carol"}}'
	is login_at_a_terminal "$(script -qec "setpriv --reuid=$(number carol |
		tr -cd 0-9) --clear-groups $work/orgloginctl login" /dev/null \
		</dev/null | grep -o 'You are signed in.')" 'You are signed in.'
	is login_brings_tokens "$(as carol token | claim sub)" usr_carol
}

# Every secret that the service gave out or took, against disk and log.
no_secret_in_plain() {
	local found=0 secret
	curl -sS --cacert "$work/tls/ca.pem" "https://localhost:$port/_log" |
		grep -o '"authorization":"Bearer [^"]*"' |
		sed 's/.*Bearer //; s/"$//' | sort -u >"$work/secrets"
	is t87_there_are_secrets_to_look_for \
		"$([ "$(wc -l <"$work/secrets")" -gt 2 ] && echo yes)" yes
	while read -r secret; do
		! grep -raqF -- "$secret" "$state" "$work/log" || found=1
	done <"$work/secrets"
	is t87_t88_none_stands_on_the_disk_or_in_the_log "$found" 0
}

member_tokens() {
	mkdir -p "$etc/profiles"
	cp "$tests/../packaging/profiles/better-auth.conf" "$etc/profiles/"
	cat >>"$etc/profiles/better-auth.conf" <<-'END'

		[forward]
		header.id = X-User-Id: {subject}
		header.org = X-Active-Org: {organization}
	END
	end_daemon
	vault_key 1
	cp "$build/orgloginctl" "$work"
	fresh
	start_daemon
	"$build/orgloginctl" sync >/dev/null
	tokens_for_services
	login_at_a_terminal
	no_secret_in_plain
	renewed_tokens
	forgotten_tokens
	rotated_key
	another_key
	rm -r "$etc/profiles"
	end_daemon
	fresh
	start_daemon
}
