# shellcheck shell=bash disable=SC2034,SC2154 # run.sh sources this and sets the rest
# alike.sh: wrong codes and wrong PINs, for run.sh: whatever is wrong with one,
# it is told and costs the same; and what the daemon and the module look at then.

# The time of day at the daemon, a minute after the one before.
a_minute_later() {
	clock_moves $((moved_s + 60))
}

code_then() {
	code_of "$1" "@$(($(date +%s) + moved_s + ${2:-0}))"
}

# told_and_counted KIND FACTOR COMMAND...: types wrong ones; what was shown, the
# verdict, and how many tries FACTOR of carol's has then.
told_and_counted() {
	local kind=$1 factor=$2
	shift 2
	: >"$work/prompts"
	"$@" >"$work/verdict"
	{
		cat "$work/prompts" "$work/verdict"
		"$build/orgloginctl" "$factor" status carol --json
	} >"$work/told-$factor-$kind"
}

# All that was told of FACTOR is the same as of the kind `other`.
is_alike() {
	local factor=$1 told kind
	for told in "$work/told-$factor"-*; do
		kind=${told##*-}
		is "t97_${factor}_$kind" \
			"$(cmp -s "$told" "$work/told-$factor-other" &&
				echo alike)" alike
	done
	is "t97_${factor}_is_asked_for_three_times" "$(grep -c "$2" \
		"$work/told-$factor-other") $(tail -n 1 \
		"$work/told-$factor-other" | sed 's/.*"failures":\([0-9]*\).*/\1/')" \
		'3 3'
}

# A code that opens nothing at this moment, nor in the next.
code_of_nobody() {
	local step code=000000 right=
	for step in -60 -30 0 30 60; do
		right="$right $(code_then "$1" $step)"
	done
	while grep -q "$code" <<<"$right"; do
		code=$(printf %06d $((10#$code + 1)))
	done
	echo "$code"
}

# A right code in between ends what was counted.
wrong_code() {
	local key=$1 kind=$2 typed=$3
	told_and_counted "$kind" totp wire bykey carol \
		< <(printf '%s\n' "$typed" "$typed" "$typed")
	a_minute_later
	wire bykey carol <<<"$(code_then "$key")" >>"$work/rights"
}

alike_codes() {
	local key=$1 used
	: >"$work/rights"
	a_minute_later
	used=$(code_then "$key")
	wire bykey carol <<<"$used" >>"$work/rights"
	wrong_code "$key" used "$used"
	wrong_code "$key" other "$(code_of_nobody "$key")"
	wrong_code "$key" early "$(code_then "$key" 300)"
	wrong_code "$key" late "$(code_then "$key" -300)"
	wrong_code "$key" short 12345
	wrong_code "$key" long 1234567
	wrong_code "$key" letters 12a456
	wrong_code "$key" sentence 'what is this?'
	wrong_code "$key" foreign '٠١٢٣٤٥'
	wrong_code "$key" endless "$(printf '%01000d' 0)"
	is t97_right_codes_open_all_the_time \
		"$(sort "$work/rights" | uniq -c | xargs)" '11 ok'
	is_alike totp 'Authenticator code:'
}

# What the kernel is asked for by the daemon until traced() ends it.
traces() {
	: >"$work/tracer"
	strace -f -p "$daemon" -e "trace=$1" -o "$work/calls" \
		2>"$work/tracer" &
	tracer=$!
	local last=$((SECONDS + 20))
	until grep -q attached "$work/tracer" || [ "$SECONDS" -gt "$last" ]; do
		sleep 0.1
	done
}

traced() {
	kill -INT "$tracer"
	wait "$tracer" || :
}

# The memory that a PIN's work takes.
works() {
	grep -cE 'mmap\(NULL, (1[6-9]|[2-9][0-9]|1[0-9][0-9])[0-9]{6},' \
		"$work/calls" || :
}

wrong_pin() {
	local kind=$1
	shift
	traces mmap
	told_and_counted "$kind" pin at_console carol "$@"
	traced
	works >>"$work/works"
	at_console carol "$pin" >>"$work/rights"
}

alike_pins() {
	: >"$work/rights"
	: >"$work/works"
	wrong_pin other other-1 other-2 other-3
	wrong_pin length "${pin%e}f" "${pin%e}g" "${pin%e}h"
	wrong_pin beginning "${pin%e}" "${pin%se}" "${pin%rse}"
	wrong_pin longer "${pin}1" "${pin}22" "${pin}333"
	wrong_pin weak 1 123456 password
	wrong_pin foreign 'é' '٠١٢٣٤٥' 'ключ 47'
	wrong_pin endless "$(printf '%01000d' 0)" "$(printf '%01000d' 1)" 0
	is t97_right_pins_open_all_the_time \
		"$(sort "$work/rights" | uniq -c | xargs)" '7 ok'
	is t97_each_costs_the_same_work \
		"$(sort "$work/works" | uniq -c | xargs)" '7 3'
	is_alike pin 'Login PIN:'
}

# Nothing of a member's own is looked at when a code or a PIN is judged.
looked_at() {
	local key=$1
	traces open,openat,openat2,stat,newfstatat,statx,access,faccessat2,readlink
	a_minute_later
	is t96_a_code_opens "$(wire bykey carol <<<"$(code_then "$key")")" ok
	is t96_a_pin_opens "$(at_console carol "$pin" "$(code_then "$key" \
		30)")" ok
	traced
	is t96_something_is_looked_at \
		"$(grep -q "$state/" "$work/calls" && echo yes)" yes
	is t96_and_nothing_in_any_home "$(grep -cE '"(/home|/root|~)' \
		"$work/calls")" 0
	is t96_only_what_is_the_hosts "$(grep -o '"/[^"]*"' "$work/calls" |
		tr -d '"' | grep -vE "^($state|$etc|$work/clock|/etc|/proc|/dev|/usr|/lib|/run|/var/run)(/|$)" |
		sort -u | xargs)" ''
}

# The same through the module itself, in a program as login is one.
looked_at_by_the_module() {
	local key=$1
	mkdir -p "$work/pam.d"
	printf '%s required %s\n' auth "$module" account "$module" \
		>"$work/pam.d/login"
	mount --bind "$work/pam.d" /etc/pam.d
	a_minute_later
	is t96_the_module_lets_her_in "$(printf '%s\n' "$pin" "$(
		code_then "$key")" | strace -f -o "$work/calls" \
		-e trace=open,openat,openat2,stat,newfstatat,statx,access,readlink \
		pamtester login carol authenticate acct_mgmt 2>&1 |
		grep -c successful)" 1
	umount /etc/pam.d
	is t96_it_looks_at_the_list_of_members \
		"$(grep -c "$state/members.snapshot" "$work/calls" |
			grep -c '^[1-9]')" 1
	is t96_and_at_nothing_in_any_home \
		"$(grep -cE '"(/home|/root|~)' "$work/calls")" 0
}

# Whatever was typed is gone from the daemon's memory too.
remembers() {
	local from to found=0 range
	while read -r range _; do
		from=$((16#${range%-*} / 4096))
		to=$((16#${range#*-} / 4096))
		! dd if="/proc/$daemon/mem" bs=4096 skip=$from \
			count=$((to - from)) 2>/dev/null |
			grep -aqF -- "$1" || found=$((found + 1))
	done < <(grep '^[0-9a-f-]* rw' "/proc/$daemon/maps")
	echo $found
}

alike() {
	local lines=$better_auth_lines key
	local module=$build/pam_module/.libs/pam_orglogin.so
	better_auth_lines=${lines/\[dir/[totp]
mode = required
[dir}
	moving_clock MALLOC_MMAP_THRESHOLD_=131072
	new_daemon
	approves carol
	is t97_carol_enrols "$(enrols carol)" ok
	key=$(cat "$work/key")
	is t97_carol_has_a_pin "$(sets_pin "$(uid_of carol)" carol "$pin")" ok
	alike_codes "$key"
	is t49_the_daemon_knows_its_host "$(remembers org_acme |
		grep -c '^[1-9]')" 1
	looked_at "$key"
	looked_at_by_the_module "$key"
	is t49_and_no_pin "$(remembers "$pin")" 0
	better_auth_lines=$lines
	clock_moves 0
	new_daemon
	approves carol
	is t97_carol_signs_in "$(wire signin carol)" ok
	is t97_and_sets_it "$(sets_pin "$(uid_of carol)" carol "$pin")" ok
	alike_pins
	is t49_no_pin_is_left "$(remembers "$pin")" 0
	end_daemon
	still_clock
}
