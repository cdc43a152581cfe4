# shellcheck shell=bash disable=SC2034,SC2154 # sourced by run.sh
# keys.sh - keys and secrets that change while people sign in, and clocks.

# signs_with SECRET: the service's tokens are HS256 from now on.
signs_with() {
	fresh
	control "{\"token\":\"org_jwt\",\"secret\":\"$1\"}"
}

codes() {
	devices | grep -o '"user_code"' | wc -l
}

# A sign-in that waits for its approval; $first is its process.
waiting_sign_in() {
	local before
	before=$(codes)
	control '{"device_options":{"auto_approve":null}}'
	wire signin carol >"$work/first" &
	first=$!
	until [ "$(codes)" -gt "$before" ]; do
		sleep 0.1
	done
}

# Not in a subshell, which has no children to wait for.
approve() {
	call _device '{"action":"approve","subject":"carol"}'
	wait "$first" || :
}

# rotation WHO ENDPOINT: keys change between code and approval. The set is
# fetched once more, and then not for five minutes, whoever asks.
rotation() {
	local first
	end_daemon
	fresh
	start_daemon
	is "$1_keys_are_fetched" "$(wire signin carol)" ok
	is "$1_keys_are_fetched_once" "$(count "$2")" 1
	waiting_sign_in
	control "{\"jwks\":\"$1\",\"op\":\"rotate\"}"
	approve
	is "t11_$1_keys_rotate_during_a_sign_in" "$(cat "$work/first")" ok
	is "t11_$1_keys_are_fetched_anew" "$(count "$2")" 2
	control '{"device_options":{"interval":1,"auto_approve":"carol"}}'
	is "$1_keys_of_the_new_generation" "$(wire signin carol)" ok
	control "{\"jwks\":\"$1\",\"op\":\"rotate\"}"
	is "t11_$1_keys_that_rotate_at_once_again" "$(wire signin carol)" \
		token-key-unknown
	is "t11_$1_keys_are_not_fetched_for_it" "$(count "$2")" 2
}

rotations() {
	local giant
	rotation issuer jwks
	rotation service org_jwks
	end_daemon
	giant=$(printf '{"kty":"oct"},%.0s' {1..64})
	fresh
	control '{"jwks":"issuer","op":"replace","keys":['"$giant"'{}]}'
	start_daemon
	is t11_a_giant_set "$(wire signin carol)" provider-malformed
	end_daemon
	fresh
	control '{"jwks":"issuer","op":"malformed"}'
	start_daemon
	is a_malformed_set "$(wire signin carol)" provider-malformed
	end_daemon
	fresh
	start_daemon
}

# with_secrets LINE...: a daemon whose jwt_secret_file holds these lines.
with_secrets() {
	end_daemon
	(umask 077 && printf '%s\n' "$@" >"$etc/jwt.secret")
	chown "$uid" "$etc/jwt.secret"
	start_daemon
}

shared_secrets() {
	local lines=$service_lines
	local one='the secret of the first year, long' two
	two='the secret of the second year, long'
	service_lines=${lines/\[directory\]/jwt_check = secret
jwt_secret_file = $etc/jwt.secret
[directory]}
	with_secrets "$one"
	signs_with "$one"
	is hs256_a_member_signs_in "$(wire signin carol)" ok
	signs_with "$two"
	is hs256_another_secret "$(wire signin carol)" token-secret
	is hs256_is_explained "$(grep -c \
		'changed in one place only previous_secret="none"' \
		"$work/log")" 1
	with_secrets "$two" "$one"
	signs_with "$one"
	is hs256_the_previous_secret_during_a_rotation \
		"$(wire signin carol)" ok
	is hs256_the_previous_secret_is_told \
		"$(grep -c 'signed with the previous secret' "$work/log")" 1
	signs_with "$two"
	is hs256_the_secret_during_a_rotation "$(wire signin carol)" ok
	signs_with 'the secret of no year at all, long'
	is hs256_neither "$(wire signin carol)" token-secret
	is hs256_neither_is_explained "$(grep -c \
		'changed in one place only previous_secret="differs too"' \
		"$work/log")" 1
	with_secrets "$two"
	signs_with "$one"
	is hs256_a_secret_that_was_rotated_away "$(wire signin carol)" \
		token-secret
	fresh
	is t1_hs256_no_other_algorithm "$(wire signin carol)" token-algorithm
	is t1_hs256_no_set_is_fetched "$(count org_jwks)" 0
	is no_secret_in_the_log "$(grep -c 'the secret of' "$work/log")" 0
	end_daemon
	chmod 0644 "$etc/jwt.secret"
	"$build/orglogind" --check-config >"$work/said" 2>&1 || :
	is t60_a_jwt_secret_that_all_can_read \
		"$(grep -o 'jwt.secret: insecure-file' "$work/said")" \
		'jwt.secret: insecure-file'
	service_lines=$lines
	fresh
	start_daemon
}

# A token that is out of its time is told apart from one that is forged.
clocks() {
	local before
	before=$(grep -c 'a clock is wrong' "$work/log") || :
	refused t8_a_slow_clock_there token-expired \
		'{"token":"id_token","claims":{"exp":{"in":-3600}}}'
	is t8_is_told_in_seconds "$(grep -c \
		'reason="token-expired".* off_s=36[0-9][0-9]$' "$work/log")" 1
	refused t8_a_fast_clock_there token-not-yet-valid \
		'{"token":"org_jwt","claims":{"iat":{"in":900},"exp":{"in":1900}}}'
	is t8_is_told_in_seconds_too "$(grep -c \
		'reason="token-not-yet-valid".* off_s=[89][0-9][0-9]$' \
		"$work/log")" 1
	refused t8_an_expired_forgery token-signature \
		'{"token":"id_token","forge":"bad_signature","claims":{"exp":{"in":-3600}}}'
	is t8_a_forgery_is_no_clock \
		"$(grep -c 'a clock is wrong' "$work/log")" $((before + 2))
}
