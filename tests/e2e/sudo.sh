#!/bin/bash
# An OrganizationAdmin uses sudo; nobody else does, whatever sudoers says.
. "$(dirname "$0")/lib/scenario.sh"

sudoers() {
	host_sh 'cat >/etc/sudoers.d/zz-lab; chmod 440 /etc/sudoers.d/zz-lab' \
		<<<"$1"
}

admin_becomes_root() {
	session_open bob bob --approve-as bob
	expect_status 0
	session_run bob --approve-as bob -- sudo id -un
	expect_status 0
	expect_line root
	session_run bob --approve-as bob -- sudo -i id -un
	expect_status 0
	expect_line root
	session_close bob
}

# sudoers itself does not know her.
developer_is_refused_by_sudoers() {
	session_open carol carol --approve-as carol
	expect_status 0
	session_run carol --approve-as carol -- sudo id -un
	expect_refused
}

t98_nopasswd_does_not_get_round_the_role() {
	sudoers 'carol ALL=(ALL:ALL) NOPASSWD: ALL'
	session_run carol -- sudo -n id -un
	expect_refused
	expect_shown 'This needs a role that you do not hold now.'
	expect_journal role-not-held
	session_run carol -- sudo -n -i id -un
	expect_refused
}

t98_no_authentication_does_not_get_round_the_role() {
	sudoers 'Defaults !authenticate
carol ALL=(ALL:ALL) ALL'
	session_run carol -- sudo -n id -un
	expect_refused
	session_run carol -- sudo -h other id -un
	expect_refused
	session_close carol
}

local_user_uses_sudo_as_ever() {
	host_sh 'rm -f /etc/sudoers.d/zz-lab'
	local_user_uses_sudo
}

host_shared
run admin_becomes_root \
	developer_is_refused_by_sudoers \
	t98_nopasswd_does_not_get_round_the_role \
	t98_no_authentication_does_not_get_round_the_role \
	local_user_uses_sudo_as_ever
