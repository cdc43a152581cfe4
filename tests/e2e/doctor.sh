#!/bin/bash
# An administrator asks what is wrong with the host: nothing after installing,
# then each thing that breaks is named, and its remedy mends it.
. "$(dirname "$0")/lib/scenario.sh"

# What the command says as root, in SHOWN and STATUS.
doctor() {
	STATUS=0
	SHOWN=$(host_exec orgloginctl doctor 2>&1) || STATUS=$?
}

expect_well() {
	doctor
	expect_status 0
	expect_shown '0 fatal, '
}

# expect_fatal CHECK TEXT: it is found, and is the exit status.
expect_fatal() {
	doctor
	expect_status 1
	grep -E "^FATAL +$1 " <<<"$SHOWN" | grep -Fq -- "$2" ||
		fail "no fatal $1 tells \"$2\""
}

pam_profile() {
	host_sh 'DEBIAN_FRONTEND=noninteractive pam-auth-update "$1" orglogin \
		2>/dev/null' "$1"
}

nothing_is_wrong_after_installing() {
	doctor
	expect_status 0
	expect_shown '0 fatal, '
	expect_shown 'orglogin.conf and what it names are right.'
	expect_shown 'members are published, confirmed '
	expect_shown 'No member gets past orglogin by '
	expect_shown 'sudo-i asks whether a member holds a role now.'
	expect_shown 'The daemon starts with the host.'
	expect_equal "$(host_exec orgloginctl doctor --json |
		jq -r '.[] | select(.severity == "fatal" or
			(.severity == "warning" and .name != "clock")).text')" \
		'' 'what it warns of'
}

everybody_may_ask_for_what_they_may_see() {
	STATUS=0
	SHOWN=$(host_exec runuser -u localuser -- orgloginctl doctor 2>&1) ||
		STATUS=$?
	expect_status 0
	expect_shown 'unseen  configuration'
	expect_shown 'unseen  sudo'
	expect_shown 'Only root can see what is in '
	expect_shown 'Root sees all of it.'
	expect_shown 'No member gets past orglogin by '
}

t105_sudo_without_the_account_phase_is_found() {
	host_sh 'echo "carol ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/zz-lab
		echo "Defaults env_reset, !pam_acct_mgmt" >/etc/sudoers.d/zz-lab2
		chmod 440 /etc/sudoers.d/zz-lab*'
	# The gate really is gone.
	expect_equal "$(host_exec runuser -u carol -- sudo -n id -un)" root
	expect_fatal sudo '!pam_acct_mgmt" in /etc/sudoers.d/zz-lab2:1'
	host_exec rm /etc/sudoers.d/zz-lab2
	! host_exec runuser -u carol -- sudo -n id -un 2>/dev/null ||
		fail "no gate"
	doctor
	host_exec rm /etc/sudoers.d/zz-lab
	expect_status 0
}

t105_lost_account_lines_are_found() {
	pam_profile --disable
	expect_fatal pam 'Members get in without orglogin being asked'
	expect_shown ' sshd, '
	expect_shown 'remedy: pam-auth-update --enable orglogin'
	pam_profile --enable
	expect_well
}

t99_a_line_before_ours_is_found() {
	host_sh 'cp /etc/pam.d/sshd /root/sshd
		sed -i "/^@include common-account/i \
account sufficient pam_unix.so" /etc/pam.d/sshd'
	expect_fatal pam 'by way of /etc/pam.d/sshd:'
	host_exec mv /root/sshd /etc/pam.d/sshd
	expect_well
}

t105_a_lost_file_of_sudo_is_found() {
	host_exec mv /etc/pam.d/sudo /root/sudo
	expect_fatal sudo 'sudo asks for no role'
	host_exec mv /root/sudo /etc/pam.d/sudo
	expect_well
}

a_wrong_order_of_names_is_found() {
	host_sh 'cp /etc/nsswitch.conf /root/nsswitch.conf
		sed -i "s/^passwd:.*/passwd: orglogin files systemd/
			s/^group:.*/group: files [NOTFOUND=return] orglogin/" \
			/etc/nsswitch.conf'
	expect_fatal nsswitch 'passwd names orglogin before files'
	expect_fatal nsswitch 'an action in brackets ends the search'
	host_exec mv /root/nsswitch.conf /etc/nsswitch.conf
	expect_well
}

t84_a_key_that_others_can_read_is_found() {
	host_exec chmod 0444 /etc/orglogin/vault.key
	expect_fatal files '/etc/orglogin/vault.key can be read by others'
	expect_shown 'orgloginctl vault rotate'
	host_sh 'chown orglogin: /etc/orglogin/vault.key
		chmod 0400 /etc/orglogin/vault.key
		orgloginctl vault rotate >/dev/null'
	expect_well
}

a_refused_configuration_is_found() {
	host_sh 'echo "nonsense = 1" >>/etc/orglogin/orglogin.conf'
	expect_fatal configuration 'orglogin.conf:'
	host_sh 'sed -i "/^nonsense/d" /etc/orglogin/orglogin.conf'
	expect_well
}

sshd_without_pam_is_found() {
	host_sh 'echo "UsePAM no" >/etc/ssh/sshd_config.d/00-lab.conf'
	expect_fatal sshd 'sshd does not use PAM'
	host_exec rm /etc/ssh/sshd_config.d/00-lab.conf
	expect_well
}

a_daemon_that_does_not_run_is_found() {
	host_exec systemctl stop orglogind.socket orglogind.service
	expect_fatal daemon 'no member gets in'
	host_exec systemctl restart orglogind.socket orglogind.service
	expect_within 20 well
}

well() {
	doctor
	[ "$STATUS" = 0 ]
}

host_own
run nothing_is_wrong_after_installing \
	everybody_may_ask_for_what_they_may_see \
	t105_sudo_without_the_account_phase_is_found \
	t105_lost_account_lines_are_found \
	t99_a_line_before_ours_is_found \
	t105_a_lost_file_of_sudo_is_found \
	a_wrong_order_of_names_is_found \
	t84_a_key_that_others_can_read_is_found \
	a_refused_configuration_is_found \
	sshd_without_pam_is_found \
	a_daemon_that_does_not_run_is_found
