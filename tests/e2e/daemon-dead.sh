#!/bin/bash
# The daemon hangs, is dead, or its socket is gone: members are refused in one
# clear line and soon, names still resolve, and local people notice nothing.
. "$(dirname "$0")/lib/scenario.sh"

# Signals the daemon alone: systemctl also tries its helpers, of which it has
# none, and stumbles over that where the host's control groups are borrowed.
signal_daemon() {
	# shellcheck disable=SC2016 # expanded on the host
	host_exec sh -c \
		'kill -s "$1" "$(systemctl show -P MainPID orglogind.service)"' \
		sh "$1"
}

# Both ways in. The bound tells an answer from hanging, on a busy machine too;
# how long the module itself waits stands in pam_module/ask.h.
members_are_refused_soon() {
	local line=$1
	took ssh_login carol --within 20 -- id -un
	expect_refused
	expect_shown "$line"
	expect_not_shown 'Code:'
	[ "$TOOK_MS" -le 12000 ] || fail "by code it took $TOOK_MS ms"
	took ssh_login carol --key "$LAB/key" --within 20 -- id -un
	expect_refused
	expect_shown "$line"
	[ "$TOOK_MS" -le 12000 ] || fail "by key it took $TOOK_MS ms"
}

names_resolve() {
	took host_exec getent passwd carol >/dev/null
	[ "$TOOK_MS" -le 5000 ] || fail "a name took $TOOK_MS ms"
	host_exec id carol | grep -q org-members || fail 'groups are missing'
}

member_signs_in() {
	host_gives_key carol
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
}

t115_a_stopped_daemon_is_not_waited_for() {
	signal_daemon STOP
	members_are_refused_soon 'The sign-in service of this host does not answer.'
	expect_journal daemon-timeout
	names_resolve
}

t115_local_people_sign_in_beside_a_stopped_daemon() {
	locals_sign_in
	signal_daemon CONT
}

t40_a_killed_daemon_is_started_again() {
	signal_daemon KILL
	expect_within 15 daemon_answers
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
}

daemon_answers() {
	host_exec orgloginctl status >/dev/null 2>&1
}

t40_a_dead_daemon_lets_no_member_in() {
	host_exec systemctl stop orglogind.service orglogind.socket
	members_are_refused_soon 'The sign-in service of this host is not running.'
	expect_journal daemon-unreachable
	names_resolve
}

t40_local_people_sign_in_without_a_daemon() {
	locals_sign_in
	host_exec systemctl start orglogind.socket orglogind.service
	expect_within 15 daemon_answers
}

t40_a_missing_socket_lets_no_member_in() {
	host_exec rm /run/orglogin/orglogin.sock
	members_are_refused_soon 'The sign-in service of this host is not running.'
	locals_sign_in
}

host_own
run member_signs_in \
	t115_a_stopped_daemon_is_not_waited_for \
	t115_local_people_sign_in_beside_a_stopped_daemon \
	t40_a_killed_daemon_is_started_again \
	t40_a_dead_daemon_lets_no_member_in \
	t40_local_people_sign_in_without_a_daemon \
	t40_a_missing_socket_lets_no_member_in
