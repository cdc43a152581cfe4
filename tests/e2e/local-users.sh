#!/bin/bash
# Signing in as a local account never reaches the daemon or the network.
. "$(dirname "$0")/lib/scenario.sh"

# traced PID...: those of the host that still live.
traced() {
	host_sh 'for pid; do
		[ ! -e "/proc/$pid" ] ||
			grep -q "^TracerPid:.*[1-9]" "/proc/$pid/status"
	done' "$@"
}

# What processes of sshd, login, sudo, su and cron connect to while $@ runs.
connections_of() {
	local pids pid
	host_sh 'rm -f /tmp/connects'
	pids=$(host_sh 'pgrep -x sshd; pgrep -x agetty; pgrep -x login; pgrep -x cron' \
		2>/dev/null || :)
	term_open trace nsenter -t "$(cat "$(host_dir)/leader")" \
		-m -u -i -p -r -w -- strace -f -qq -e trace=connect \
		-o /tmp/connects $(printf -- '-p %s ' $pids)
	expect_within 20 traced $pids
	"$@"
	term_key trace C-c
	term_wait_end trace 10 || :
	term_close trace
	host_sh 'cat /tmp/connects'
}

t45_local_sign_ins_cause_no_call_to_the_daemon() {
	local seen
	seen=$(connections_of locals_without_cron) || fail "$(cat "$LAB/reason")"
	! grep -q orglogin.sock <<<"$seen" || fail 'the daemon was called'
	! grep -Eq 'AF_INET6?.*htons\(4?43|htons\(944' <<<"$seen" ||
		fail 'the network was used'
}

locals_without_cron() {
	root_signs_in_at_the_console >&2
	local_user_signs_in_by_password >&2
	local_user_signs_in_by_key >&2
}

# So that the test above can fail.
a_member_causes_one() {
	local seen
	host_gives_key carol
	seen=$(connections_of ssh_login carol --key "$LAB/key" -- true)
	grep -q orglogin.sock <<<"$seen" || fail 'no call was seen'
}

t112_local_people_sign_in_at_normal_speed() {
	locals_sign_in
}

host_shared
run t45_local_sign_ins_cause_no_call_to_the_daemon \
	a_member_causes_one \
	t112_local_people_sign_in_at_normal_speed
