#!/bin/bash
# The package is purged: the host is as it was before, and its people sign in.
. "$(dirname "$0")/lib/scenario.sh"

# What decides who gets in, as it stands on the host.
login_state() {
	host_sh 'cd /etc; sha256sum pam.d/* nsswitch.conf ssh/sshd_config \
		ssh/sshd_config.d/*; sshd -T | sort
		getent passwd | cut -d: -f1 | sort'
}

t126_purge_restores_pam_names_and_sshd() {
	host_sh 'cp -p /etc/pam.d/sudo /etc/pam.d/sudo-i /root
		sed -i "/^group:/ s/files/files [SUCCESS=merge]/" \
			/etc/nsswitch.conf'
	login_state >"$LAB/before"
	org_join
	host_exec grep -q 'files \[SUCCESS=merge\] orglogin \[SUCCESS=merge\]' \
		/etc/nsswitch.conf || fail 'what came after files sees less'
	ssh_login bob --approve-as bob -- id -un
	expect_status 0
	host_sh 'mv /root/sudo /root/sudo-i /etc/pam.d
		rm /etc/sudoers.d/orglogin
		DEBIAN_FRONTEND=noninteractive apt-get purge -y orglogin' \
		>"$LAB/purge.log" 2>&1 || fail "$(tail -n 3 "$LAB/purge.log")"
	login_state >"$LAB/after"
	cmp -s "$LAB/before" "$LAB/after" ||
		fail "$(diff "$LAB/before" "$LAB/after" | head -n 5)"
}

t126_purge_leaves_nothing_behind() {
	local left
	left=$(host_sh 'find / -xdev -name "*orglogin*" \
		! -path "/proc/*" ! -path "/root/*" ! -path "/var/log/*"')
	expect_equal "$left" '' 'what is left'
	expect_equal "$(host_exec systemctl --failed --no-legend)" '' \
		'failed units'
}

t126_local_people_sign_in_after_the_purge() {
	locals_sign_in
}

t126_members_are_unknown_after_the_purge() {
	ssh_login bob --password guess --within 30 -- id -un
	expect_refused
	expect_not_shown 'Code:'
}

# The administrator forgot to take the gate out of sudo's file.
t43_a_forgotten_gate_does_not_shut_local_people_out() {
	host_sh 'cat >>/etc/pam.d/sudo' <"$tests/../packaging/examples/pam-sudo"
	local_user_uses_sudo
}

host_own bare
run t126_purge_restores_pam_names_and_sshd \
	t126_purge_leaves_nothing_behind \
	t126_local_people_sign_in_after_the_purge \
	t126_members_are_unknown_after_the_purge \
	t43_a_forgotten_gate_does_not_shut_local_people_out
