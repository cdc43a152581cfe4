# locals.sh: the accounts that a host has of its own, and that no state of
# orglogin may ever touch. Needs scenario.sh.

root_signs_in_at_the_console() {
	console_login root --password "$ROOT_PASSWORD"
	expect_status 0
	session_run "$(host_console)" -- id -un
	expect_line root
	console_logout
}

local_user_signs_in_by_password() {
	ssh_login localuser --password "$LOCAL_PASSWORD" -- id -un
	expect_status 0
	expect_line localuser
}

local_user_signs_in_by_key() {
	ssh_login keyuser --key "$LAB/key" -- id -un
	expect_status 0
	expect_line keyuser
}

local_user_uses_sudo() {
	session_open local localuser --password "$LOCAL_PASSWORD"
	expect_status 0
	session_run local --password "$LOCAL_PASSWORD" -- sudo id -un
	expect_status 0
	expect_line root
	session_run local -- sudo -n id -un
	expect_status 0
	session_run local --password "$ROOT_PASSWORD" -- su -c "'id -un'"
	expect_line root
	session_close local
}

cron_runs_jobs_of_local_users() {
	cron_runs keyuser || fail "the job did not run"
}

# All of it; the bound tells working from hanging.
locals_sign_in() {
	local step
	for step in root_signs_in_at_the_console \
		local_user_signs_in_by_password \
		local_user_signs_in_by_key \
		local_user_uses_sudo \
		cron_runs_jobs_of_local_users; do
		took "$step"
		[ "$TOOK_MS" -le 30000 ] || fail "$step took $TOOK_MS ms"
	done
}
