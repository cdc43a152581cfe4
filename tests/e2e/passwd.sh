#!/bin/bash
# passwd: local users change their passwords as ever, whatever became of the
# module; members are led to their PIN.
. "$(dirname "$0")/lib/scenario.sh"

NEW_PASSWORD=$LOCAL_PASSWORD-second

# change OLD NEW: by localuser, as at a keyboard.
change() {
	host_sh 'printf "%s\n%s\n%s\n" "$1" "$2" "$2" |
		setpriv --reuid=localuser --regid=localuser --init-groups \
			passwd 2>&1' "$1" "$2"
}

there_and_back() {
	change "$LOCAL_PASSWORD" "$NEW_PASSWORD" || fail 'it was not changed'
	ssh_login localuser --password "$NEW_PASSWORD" -- id -un
	expect_line localuser
	host_sh 'printf "%s\n%s\n" "$1" "$1" | passwd localuser 2>&1' \
		"$LOCAL_PASSWORD" || fail 'root could not change it'
	ssh_login localuser --password "$LOCAL_PASSWORD" -- id -un
	expect_line localuser
}

t112_local_users_change_their_passwords() {
	there_and_back
}

a_wrong_old_password_changes_nothing() {
	! change not-the-password "$NEW_PASSWORD" || fail 'it was changed'
	ssh_login localuser --password "$LOCAL_PASSWORD" -- id -un
	expect_line localuser
}

t112_also_without_the_module() {
	local module
	module=$(host_sh 'ls /usr/lib/*/security/pam_orglogin.so')
	host_sh 'mv "$1" "$1.away"' "$module"
	there_and_back
	host_sh 'mv "$1.away" "$1"' "$module"
}

t112_also_without_the_daemon() {
	host_sh 'systemctl stop orglogind.socket orglogind'
	there_and_back
	host_sh 'systemctl start orglogind.socket orglogind'
}

a_member_who_has_not_signed_in_is_told_to() {
	host_gives_key carol
	host_exec orgloginctl logout carol
	ssh_login carol --key "$LAB/key" -- 'passwd 2>&1 </dev/null; echo "it gave $?"'
	expect_shown 'orgloginctl login'
	expect_not_shown 'it gave 0'
}

host_shared
run t112_local_users_change_their_passwords \
	a_wrong_old_password_changes_nothing \
	t112_also_without_the_module \
	t112_also_without_the_daemon \
	a_member_who_has_not_signed_in_is_told_to
