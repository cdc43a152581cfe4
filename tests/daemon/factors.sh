# shellcheck shell=bash disable=SC2034,SC2154 # run.sh sources this and sets the rest
# factors.sh: second factors of the host's own, for run.sh: enrolment at a
# sign-in, codes after it, with a key, used twice, and a code of nobody.

# code_of KEY [WHEN]: the code of an authenticator with this key.
code_of() {
	oathtool --totp --base32 --now "${2:-now}" "$1"
}

# enrols NAME: signs in, adds the key that is shown, types its code; the reason
# of the verdict, with key and code in the folder.
enrols() {
	local deadline=$((SECONDS + 20)) key=
	: >"$work/prompts"
	rm -f "$work/typed"
	mkfifo "$work/typed"
	wire signin "$1" <"$work/typed" >"$work/verdict" &
	local person=$!
	exec 8>"$work/typed"
	until [ -n "$key" ] || [ "$SECONDS" -gt "$deadline" ]; do
		sleep 0.1
		key=$(sed -n 's/^  \([A-Z2-7]\{4\}\( [A-Z2-7]*\)*\)$/\1/p' \
			"$work/prompts" | tr -d ' ')
	done
	echo "$key" >"$work/key"
	code_of "$key" | tee "$work/code" >&8
	exec 8>&-
	wait "$person"
	cat "$work/verdict"
}

second_factors() {
	local key code
	end_daemon
	find "$state" -mindepth 1 -delete
	service_lines=$(printf '%s\n' 'profile = better-auth' \
		"url = https://localhost:$port" "api_key_file = $etc/host.key" \
		'[totp]' 'mode = required' '[directory]')
	vault_key 8
	fresh
	start_daemon
	wait_for_members

	is t94_required_and_left_empty "$(answers carol '' '' '')" mfa-code-wrong
	is t94_required_and_gone_away "$(answers carol)" cancelled
	is t94_enrolment_by_a_code_of_nobody \
		"$(answers carol 000000 000000 x)" mfa-code-wrong
	is enrolment_at_a_sign_in "$(enrols carol)" ok
	key=$(cat "$work/key")
	code=$(cat "$work/code")
	is t91_a_code_opens_once \
		"$(answers carol "$code" '' '')" mfa-code-wrong
	start_daemon
	wait_for_members
	is t91_nor_after_a_restart \
		"$(answers carol "$code" '' '')" mfa-code-wrong
	is t94_a_code_is_not_skipped "$(answers carol '' '' '')" mfa-code-wrong
	is t94_nor_by_going_away "$(answers carol)" cancelled
	fresh
	code=$(code_of "$key" '+30 seconds')
	is a_key_and_a_code "$(wire bykey carol <<<"$code")" ok
	is a_key_and_a_code_ask_nobody "$(costs)" ' on 0'
	is t91_nor_with_a_key "$(
		printf '%s\n' "$code" x x | wire bykey carol
	)" mfa-code-wrong
	end_daemon
	service_lines=$better_auth_lines
}
