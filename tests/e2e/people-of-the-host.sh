#!/bin/bash
# The people whom the host knew before: they sign in by password, key and at
# the console, and use sudo, on a host without orglogin. This proves the lab.
. "$(dirname "$0")/lib/scenario.sh"

local_user_signs_in_by_password() {
	ssh_login localuser --password "$LOCAL_PASSWORD" -- id -un
	expect_status 0
	expect_line localuser
}

local_user_signs_in_by_keyboard_interactive() {
	host_sh 'echo KbdInteractiveAuthentication yes \
		>/etc/ssh/sshd_config.d/05-kbd.conf; systemctl reload ssh'
	ssh_login localuser --password "$LOCAL_PASSWORD" -- id -un
	expect_status 0
	expect_shown '(localuser@127.0.0.1) Password: '
	expect_line localuser
}

wrong_password_is_refused() {
	ssh_login localuser --password wrong -- id -un
	expect_refused
	expect_not_shown 'localuser:'
}

local_user_signs_in_by_key() {
	ssh_login keyuser --key "$(host_key)" -- id -un
	expect_status 0
	expect_line keyuser
}

root_signs_in_at_the_console() {
	console_login root --password "$ROOT_PASSWORD"
	expect_status 0
	session_run "$(host_console)" -- id -un
	expect_line root
	console_logout
}

local_user_uses_sudo_in_an_open_session() {
	session_open desk localuser --password "$LOCAL_PASSWORD"
	expect_status 0
	session_run desk --password "$LOCAL_PASSWORD" -- sudo id -un
	expect_status 0
	expect_line root
	session_run desk -- sudo -n id -un
	expect_status 0
	session_close desk
}

cron_runs_jobs() {
	cron_runs keyuser || fail "the job did not run"
}

host_own bare
run local_user_signs_in_by_password \
	local_user_signs_in_by_keyboard_interactive \
	wrong_password_is_refused \
	local_user_signs_in_by_key \
	root_signs_in_at_the_console \
	local_user_uses_sudo_in_an_open_session \
	cron_runs_jobs
