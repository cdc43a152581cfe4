#!/bin/bash
# The people whom the host knew before: they sign in by password, key and at
# the console, and use sudo, on a host without orglogin. This proves the lab.
. "$(dirname "$0")/lib/scenario.sh"

local_user_signs_in_by_keyboard_interactive() {
	host_sh 'echo KbdInteractiveAuthentication yes \
		>/etc/ssh/sshd_config.d/05-kbd.conf; systemctl restart ssh'
	ssh_login localuser --password "$LOCAL_PASSWORD" -- id -un
	expect_status 0
	expect_shown '(localuser@127.0.0.1) Password: '
	expect_line localuser
}

wrong_password_is_refused() {
	ssh_login localuser --password wrong -- id -un
	expect_refused
}

host_own bare
run local_user_signs_in_by_password \
	local_user_signs_in_by_keyboard_interactive \
	wrong_password_is_refused \
	local_user_signs_in_by_key \
	root_signs_in_at_the_console \
	local_user_uses_sudo \
	cron_runs_jobs_of_local_users
