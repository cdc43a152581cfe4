#!/bin/bash
# The organisation cannot be reached: who has a PIN comes back with it at the
# console, for as long as the administrator allows, over a reboot too, and by no
# clock that was set back.
ORG_LOGIN='offline_max_age = 11h'
. "$(dirname "$0")/lib/scenario.sh"

PIN=tulip-7-garden

at_console() {
	console_login "$@"
	[ "$STATUS" != 0 ] || console_logout
}

# allow LOGIN SUDO: for how long
allow() {
	ORG_LOGIN="offline_max_age = $1"
	ORG_SECTIONS="[sudo]
offline_max_age = $2"
	org_reconfigure
}

# clock_is OFFSET: as the daemon sees it; the time since boot stays as it is.
clock_is() {
	host_sh 'cat >/usr/local/lib/libfaketime.so.1
		printf "%s\n" "[Service]" \
			"Environment=LD_PRELOAD=/usr/local/lib/libfaketime.so.1" \
			"Environment=FAKETIME_DONT_FAKE_MONOTONIC=1" \
			"Environment=FAKETIME_DISABLE_SHM=1 FAKETIME=$1" \
			>/etc/systemd/system/orglogind.service.d/lab.conf
		systemctl daemon-reload
		systemctl restart orglogind.service' "$1" \
		</usr/lib/*/faketime/libfaketime.so.1
}

clock_is_right() {
	host_sh 'rm /etc/systemd/system/orglogind.service.d/lab.conf
		systemctl daemon-reload
		systemctl restart orglogind.service'
}

another_boot() {
	host_sh 'cat /proc/sys/kernel/random/uuid >/etc/boot-id'
	host_reboot || fail 'the host did not come up again'
}

three_of_them_set_a_pin() {
	local name
	for name in bob carol dave; do
		session_open "desk-$name" $name --approve-as $name
		expect_status 0
		session_run "desk-$name" --type "$PIN" --type "$PIN" -- \
			orgloginctl pin set
		expect_line 'The PIN is set.'
		session_close "desk-$name"
	done
}

one_is_suspended_before() {
	org_person dave status=suspended
	host_exec orgloginctl sync --full >/dev/null
	at_console dave
	expect_refused
	expect_shown 'Your account in the organisation is suspended.'
}

t107_the_pin_opens_without_organisation() {
	org_stop
	at_console carol --type "$PIN"
	expect_status 0
	expect_not_shown 'Open:'
	recorded auth user=carol service=login factor=pin verdict=allow ||
		fail 'no record'
}

# tells_until: she is told till when the PIN works.
tells_until() {
	at_console carol --type "$PIN"
	[ "$STATUS" = 0 ] && grep -q 'your PIN works until' <<<"$SHOWN"
}

it_says_how_long() {
	local minute told
	expect_within 90 tells_until
	told=$(sed -n 's/.*cannot be reached; your PIN works until \(..:..\)\.$/\1/p' \
		<<<"$SHOWN")
	for minute in 0 1 2 3 4 5 6; do
		[ "$told" != "$(date -u -d "11 hours $minute minutes ago" \
			+%H:%M)" ] || return 0
	done
	fail "told $told"
}

a_wrong_pin_does_not() {
	at_console carol --type wrong-1 --type wrong-2 --type wrong-3
	expect_refused
	expect_shown 'The PIN was wrong.'
}

t107_nor_that_of_the_suspended() {
	at_console dave --type "$PIN"
	expect_refused
	expect_shown 'Your account in the organisation is suspended.'
}

who_has_none_is_told_why_not() {
	at_console erin
	expect_refused
	expect_shown 'sign-in provider cannot be reached.'
	ssh_login carol --within 60 -- id -un
	expect_refused
	expect_shown 'sign-in provider cannot be reached.'
	expect_not_shown 'Login PIN:'
}

t102_sudo_has_a_limit_of_its_own() {
	console_login bob --type "$PIN"
	expect_status 0
	session_run "$(host_console)" -- sudo id -un
	expect_status 0
	expect_line root
	allow 11h 1s
	session_run "$(host_console)" -- sudo id -un
	expect_refused
	expect_journal role-stale
	console_logout
}

where_none_is_allowed_none_comes_in() {
	allow 0 15m
	at_console carol --type "$PIN"
	expect_refused
	expect_journal directory-stale
}

# In a container the daemon's own /proc tells the machine's boot. It is given
# another id for each boot of the host; the time since boot is the machine's, hence
# the long limits.
t109_after_a_reboot_it_goes_on() {
	host_sh 'mkdir -p /etc/orglogin/conf.d \
			/etc/systemd/system/orglogind.service.d
		printf "%s\n" "[directory]" "hard_age = 900d" \
			>/etc/orglogin/conf.d/50-lab.conf
		cat /proc/sys/kernel/random/uuid >/etc/boot-id
		id=/proc/sys/kernel/random/boot_id
		printf "%s\n" "[Service]" BindReadOnlyPaths=/etc/boot-id:$id \
			>/etc/systemd/system/orglogind.service.d/boot.conf
		systemctl daemon-reload'
	allow 900d 15m
	another_boot
	at_console carol --type "$PIN"
	expect_status 0
	expect_shown 'your PIN works until '
}

t109_not_with_a_clock_that_was_set_back() {
	clock_is -2h
	at_console carol --type "$PIN"
	expect_refused
	expect_shown "this host's clock was set back. Tell your administrator."
	expect_journal clock-set-back
}

t109_nor_after_another_reboot() {
	another_boot
	at_console carol --type "$PIN"
	expect_refused
	expect_shown "this host's clock was set back."
}

with_the_right_clock_it_opens_again() {
	clock_is_right
	at_console carol --type "$PIN"
	expect_status 0
}

the_organisation_is_back() {
	org_start
	expect_within 60 accepted at_console erin --approve-as erin
	expect_within 60 accepted at_console carol --type "$PIN"
	expect_not_shown 'cannot be reached'
}

host_own
run three_of_them_set_a_pin \
	one_is_suspended_before \
	t107_the_pin_opens_without_organisation \
	it_says_how_long \
	a_wrong_pin_does_not \
	t107_nor_that_of_the_suspended \
	who_has_none_is_told_why_not \
	t102_sudo_has_a_limit_of_its_own \
	where_none_is_allowed_none_comes_in \
	t109_after_a_reboot_it_goes_on \
	t109_not_with_a_clock_that_was_set_back \
	t109_nor_after_another_reboot \
	with_the_right_clock_it_opens_again \
	the_organisation_is_back
