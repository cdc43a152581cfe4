#!/bin/bash
# The host boots: members are known before anybody asks for them, from the list
# on disk, also when the daemon never comes up.
. "$(dirname "$0")/lib/scenario.sh"

# Units that look a member up before nss-user-lookup.target is reached: by
# asking, and by systemd itself, for a unit that runs as her.
early_units() {
	host_sh 'cd /etc/systemd/system
		cat >early-names.service <<-END
		[Unit]
		DefaultDependencies=no
		After=local-fs.target
		Wants=nss-user-lookup.target
		Before=nss-user-lookup.target orglogind.socket orglogind.service
		[Service]
		Type=oneshot
		ExecStart=/bin/sh -c "getent passwd carol; id -Gn carol"
		StandardOutput=truncate:/early-names
		[Install]
		WantedBy=multi-user.target
		END
		cat >early-as-carol.service <<-END
		[Unit]
		DefaultDependencies=no
		After=local-fs.target
		Before=nss-user-lookup.target orglogind.socket orglogind.service
		[Service]
		Type=oneshot
		User=carol
		ExecStart=/bin/sh -c "id -un; id -Gn"
		StandardOutput=truncate:/early-as-carol
		[Install]
		WantedBy=multi-user.target
		END
		systemctl enable early-names.service early-as-carol.service'
}

# A file that a job of each start leaves behind.
jobs_at_start() {
	host_sh 'for user in carol keyuser; do
		echo "@reboot id -Gn >/tmp/job-$user.new;" \
			"mv /tmp/job-$user.new /tmp/job-$user" |
			crontab -u $user -
	done
	rm -f /tmp/job-*'
}

job_ran() {
	host_sh 'grep -qw "$1" "/tmp/job-$1"' "$1" 2>/dev/null
}

early_answers_are_right() {
	expect_equal "$(host_exec sed -n 1p /early-names)" \
		"$(host_exec getent passwd carol)" 'what was asked early'
	SHOWN=$(host_exec sed -n 2p /early-names)
	expect_shown developers
	SHOWN=$(host_exec cat /early-as-carol)
	expect_line carol
	expect_shown developers
	expect_equal "$(host_exec systemctl show -P Result \
		early-as-carol.service)" success 'the unit that runs as her'
	host_sh 'rm /early-names /early-as-carol'
}

t113_members_are_known_at_boot_without_the_daemon() {
	host_exec systemctl mask orglogind.service orglogind.socket 2>/dev/null
	early_units 2>/dev/null
	jobs_at_start
	host_reboot || fail 'the host did not come up again'
	! host_exec systemctl -q is-active orglogind.service ||
		fail 'the daemon runs'
	early_answers_are_right
	host_exec id -Gn carol | grep -qw org-members ||
		fail 'carol is unknown after the boot'
}

her_job_was_refused() {
	grep -q 'user=carol service=cron .*reason=daemon-unreachable' \
		<<<"$(host_journal -t CRON)"
}

# Cron cannot tell whether she is a member still; nobody else waits for that.
t113_jobs_of_members_wait_for_nobody_then() {
	expect_within 60 job_ran keyuser
	expect_within 60 her_job_was_refused
	! job_ran carol || fail 'her job ran though nobody vouched for her'
	! grep -q ORPHAN <<<"$(host_journal -t cron)" ||
		fail 'cron did not know her'
}

t113_jobs_of_members_run_at_boot() {
	host_exec systemctl unmask orglogind.service orglogind.socket 2>/dev/null
	host_exec systemctl enable orglogind.service 2>/dev/null
	jobs_at_start
	org_stop
	host_reboot || fail 'the host did not come up again'
	early_answers_are_right
	expect_within 60 job_ran carol
	expect_within 60 job_ran keyuser
	org_start
}

active_since() {
	host_exec systemctl show -P ActiveEnterTimestampMonotonic "$1"
}

# Nothing that it waits for may wait for names, or for the network.
t113_the_daemon_starts_before_names_are_wanted() {
	local after
	! host_journal -t systemd | grep -i 'ordering cycle' ||
		fail 'units wait for each other'
	after=$(host_exec systemctl show -P After orglogind.service \
		orglogind.socket)
	! grep -Eq 'nss-user-lookup|nss-lookup|network' <<<"$after" ||
		fail "it waits for $after"
	host_exec systemctl show -P Before orglogind.service |
		grep -qw nss-user-lookup.target || fail 'names do not wait for it'
	[ "$(active_since orglogind.service)" -le \
		"$(active_since nss-user-lookup.target)" ] ||
		fail 'names were said to be there before the daemon'
}

# Its account is of the host; nobody who is asked for it asks the daemon.
t113_the_daemon_does_not_look_itself_up() {
	host_sh 'systemctl stop orglogind.socket orglogind.service
		strace -f -qq -e trace=connect -o /tmp/start -p 1 &
		until grep -q "^TracerPid:.*[1-9]" /proc/1/status; do
			sleep 0.1
		done
		systemctl start orglogind.socket orglogind.service
		until orgloginctl status >/dev/null 2>&1; do sleep 0.1; done
		kill $!
		wait || :'
	! host_exec grep -q orglogin.sock /tmp/start || fail 'it called itself'
	host_exec grep -q connect /tmp/start || fail 'nothing was seen'
}

host_own
run t113_members_are_known_at_boot_without_the_daemon \
	t113_jobs_of_members_wait_for_nobody_then \
	t113_jobs_of_members_run_at_boot \
	t113_the_daemon_starts_before_names_are_wanted \
	t113_the_daemon_does_not_look_itself_up
