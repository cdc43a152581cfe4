#!/bin/bash
# Whatever of orglogin is broken, one at a time and all at once, root signs in
# at the console and local people sign in as ever; members never do.
. "$(dirname "$0")/lib/scenario.sh"

SNAPSHOT=/var/lib/orglogin/members.snapshot

member_is_refused() {
	ssh_login carol --key "$LAB/key" --within 30 -- id -un
	expect_refused
}

daemon_down() {
	host_exec systemctl stop orglogind.service orglogind.socket
}

snapshot_filled_with() {
	host_sh 'size=$(stat -c %s "$2"); head -c "$size" "$1" >"$2.new"
		chmod 644 "$2.new"; mv "$2.new" "$2"' "$1" "$SNAPSHOT"
}

key_of_the_member_works() {
	host_gives_key carol
	ssh_login carol --key "$LAB/key" -- id -un
	expect_status 0
}

t112_the_daemon_is_dead() {
	daemon_down
	locals_sign_in
	member_is_refused
}

t112_the_snapshot_is_noise() {
	snapshot_filled_with /dev/urandom
	locals_sign_in
	member_is_refused
}

t112_the_snapshot_is_zeroes() {
	snapshot_filled_with /dev/zero
	locals_sign_in
	member_is_refused
}

t112_the_snapshot_is_gone() {
	host_exec rm "$SNAPSHOT"
	locals_sign_in
	member_is_refused
}

t43_the_name_service_module_is_gone() {
	host_sh 'for f in /usr/lib/*/libnss_orglogin.so.2; do
		mv "$f" "$f.away"; done'
	locals_sign_in
	member_is_refused
}

t43_the_pam_module_is_gone() {
	host_sh 'for f in /usr/lib/*/security/pam_orglogin.so; do
		mv "$f" "$f.away"; done'
	locals_sign_in
	member_is_refused
}

t112_the_configuration_is_wrong_too() {
	host_sh 'echo "[nonsense]" >>/etc/orglogin/orglogin.conf'
	locals_sign_in
}

t43_with_only_the_pam_module_missing_a_member_stays_out() {
	host_sh 'sed -i "/nonsense/d" /etc/orglogin/orglogin.conf
		for f in /usr/lib/*/libnss_orglogin.so.2.away; do
			mv "$f" "${f%.away}"; done
		systemctl reset-failed
		systemctl start orglogind.socket orglogind.service'
	org_known || fail 'the host does not know its members again'
	member_is_refused
	ssh_login carol --password guess --within 30 -- id -un
	expect_refused
}

and_in_good_order_everybody_is_back() {
	host_sh 'for f in /usr/lib/*/security/pam_orglogin.so.away; do
		mv "$f" "${f%.away}"; done'
	ssh_login carol --key "$LAB/key" -- id -un
	expect_status 0
}

host_own
run key_of_the_member_works \
	t112_the_daemon_is_dead \
	t112_the_snapshot_is_noise \
	t112_the_snapshot_is_zeroes \
	t112_the_snapshot_is_gone \
	t43_the_name_service_module_is_gone \
	t43_the_pam_module_is_gone \
	t112_the_configuration_is_wrong_too \
	t43_with_only_the_pam_module_missing_a_member_stays_out \
	and_in_good_order_everybody_is_back
