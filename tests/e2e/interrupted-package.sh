#!/bin/bash
# Installing or removing the package is killed at each of its steps: local
# people sign in all the same, and asking again finishes the work.
. "$(dirname "$0")/lib/scenario.sh"

steps='systemd-sysusers od mv cp sed deb-systemd-invoke invoke-rc.d
	pam-auth-update userdel'

# Puts a stand-in before each command that a maintainer script runs; it counts
# and, when /root/left reaches zero, kills the script in the place of the work.
lay_traps() {
	host_sh 'mkdir /root/traps
		echo 0 >/root/left
		for name; do
			real=$(command -v "$name")
			cat >"/root/traps/$name" <<-END
			#!/bin/sh
			if grep -q "orglogin\.p" /proc/\$PPID/cmdline; then
				left=\$((\$(cat /root/left) - 1))
				echo \$left >/root/left
				[ \$left -ne 0 ] || kill -KILL \$PPID
			fi
			exec $real "\$@"
			END
		done
		chmod +x /root/traps/*' $steps
}

# dpkg_killed_at N ARGUMENT...: dpkg, with its script killed at step N.
# Its status is 0 when the script has fewer steps.
dpkg_killed_at() {
	host_sh 'echo "$1" >/root/left
		shift
		PATH=/root/traps:$PATH DEBIAN_FRONTEND=noninteractive \
			dpkg "$@"' "$@" >"$LAB/dpkg.log" 2>&1
}

dpkg_whole() {
	dpkg_killed_at 0 "$@" || fail "$(tail -n 3 "$LAB/dpkg.log")"
}

# The package's scripts have sshd read its configuration again, and for a moment
# nobody listens, or who just knocked is dropped.
tries_password() {
	local try
	for try in 1 2 3 4 5; do
		ssh_login localuser --password "$1" -- id -un
		grep -Eq 'Connection (refused|reset)' <<<"$SHOWN" || return 0
		sleep 1
	done
}

local_user_is_let_in() {
	tries_password "$LOCAL_PASSWORD"
	[ "$STATUS" = 0 ] || fail "locked out at step $1"
	tries_password wrong
	[ "$STATUS" != 0 ] || fail "open to all at step $1"
}

t125_killed_installation_locks_nobody_out() {
	local step=1
	until dpkg_killed_at $step --install /root/orglogin.deb; do
		local_user_is_let_in $step
		dpkg_whole --configure orglogin
		dpkg_whole --purge orglogin
		step=$((step + 1))
	done
	[ "$step" -gt 6 ] || fail "was killed at $step steps only"
}

t125_killed_removal_locks_nobody_out() {
	local step=1
	until dpkg_killed_at $step --purge orglogin; do
		local_user_is_let_in $step
		dpkg_whole --purge orglogin
		dpkg_whole --install /root/orglogin.deb
		step=$((step + 1))
	done
	[ "$step" -gt 4 ] || fail "was killed at $step steps only"
}

t125_nothing_is_left_of_either() {
	expect_equal "$(host_sh 'find / -xdev -name "*orglogin*" \
		! -path "/proc/*" ! -path "/root/*" ! -path "/var/log/*"')" '' \
		'what is left'
	host_sh '! grep orglogin /etc/nsswitch.conf /etc/pam.d/* /etc/passwd'
}

host_own bare
org_install
host_sh 'dpkg --purge orglogin' >/dev/null 2>&1
lay_traps
run t125_killed_installation_locks_nobody_out \
	t125_killed_removal_locks_nobody_out \
	t125_nothing_is_left_of_either
