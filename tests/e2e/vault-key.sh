#!/bin/bash
# What a sign-in brings is kept under a key, which the administrator changes,
# loses, or binds to the host or its TPM: the copied data of a host is good for
# nothing elsewhere, and whoever lost a sign-in signs in again.
. "$(dirname "$0")/lib/scenario.sh"

key=/etc/orglogin/vault.key
sealed=/etc/credstore.encrypted/orglogin.key

signs_in() {
	ssh_login carol --approve-as carol -- id -un
	expect_status 0
	expect_line carol
}

# token_of_hers: what the host keeps for her, or why it gives none.
token_of_hers() {
	host_exec runuser -u carol orgloginctl token 2>&1 || :
}

expect_token() {
	[[ $(token_of_hers) == eyJ* ]] || fail 'there is no token of hers'
}

expect_no_token() {
	SHOWN=$(token_of_hers)
	expect_not_shown eyJ
	expect_shown "($1)"
}

vault() {
	host_exec orgloginctl vault --json | jq -r ".$1"
}

expect_vault() {
	expect_equal "$(vault state) $(vault credential) $(vault lost)" "$1" \
		'what the vault tells'
}

is_settled() {
	[ "$(vault running 2>"$LAB/sealing")" = false ]
}

# systemd counts starts in a row, and these are many.
restart() {
	host_sh 'systemctl reset-failed orglogind.service
		systemctl restart orglogind.service'
	expect_within 20 is_settled
}

# The daemon died of nothing since it was started by hand.
expect_healthy() {
	expect_equal "$(host_exec systemctl show -P NRestarts -P ActiveState \
		orglogind.service | xargs)" '0 active' 'its unit'
	host_exec orgloginctl status >/dev/null || fail 'status is not well'
}

she_signs_in_and_has_a_token() {
	signs_in
	expect_token
	expect_vault 'ok false 0'
}

t84_a_new_key_while_she_is_signed_in() {
	local before
	before=$(host_exec sha256sum "$key")
	SHOWN=$(host_exec orgloginctl vault rotate)
	expect_line "Members' secrets are sealed with a new key."
	[ "$(host_exec sha256sum "$key")" != "$before" ] ||
		fail 'the key is the old one'
	expect_equal "$(host_exec stat -c '%a %U %s' "$key")" \
		'400 orglogin 65' 'whose the key is'
	expect_token
	restart
	expect_token
	expect_vault 'ok false 0'
	expect_healthy
}

t88_copied_data_is_useless_on_another_host() {
	local token
	token=$(token_of_hers)
	host_exec systemctl stop orglogind.socket orglogind.service
	host_exec tar -C /var/lib -cf - orglogin >"$LAB/data.tar"
	host_exec systemctl start orglogind.socket orglogind.service
	SHOWN=$(tr -d '\0' <"$LAB/data.tar" | grep -Fao -e "$token" || :)
	expect_equal "$SHOWN" '' 'what holds her token'
	HOST=vault-thief
	host_sh 'systemctl stop orglogind.socket orglogind.service
		rm -rf /var/lib/orglogin
		tar -C /var/lib -xpf -
		chown -R orglogin: /var/lib/orglogin
		systemctl start orglogind.socket orglogind.service' \
		<"$LAB/data.tar"
	expect_within 20 is_settled
	[ "$(vault lost)" -ge 1 ] || fail 'its secrets open'
	expect_no_token no-token
	expect_healthy
}

t88_who_signs_in_there_is_kept_there() {
	HOST=vault-thief
	signs_in
	expect_token
	expect_healthy
}

a_lost_key_costs_a_sign_in_and_no_more() {
	local number
	number=$(host_exec id -u carol)
	host_exec rm "$key"
	restart
	expect_no_token vault-key
	signs_in
	expect_no_token vault-key
	expect_equal "$(host_exec id -u carol)" "$number" 'her number'
	SHOWN=$(host_exec orgloginctl vault rotate)
	expect_line "Members' secrets are sealed with a new key."
	signs_in
	expect_token
	expect_healthy
}

# seal_up OPTION...: as orglogind(8) tells.
seal_up() {
	host_sh 'mkdir -p -m 0700 /etc/credstore.encrypted
		systemd-creds encrypt "$@" --name=orglogin.key \
			/etc/orglogin/vault.key \
			/etc/credstore.encrypted/orglogin.key 2>&1
		shred -u /etc/orglogin/vault.key' "$@" >"$LAB/sealing" ||
		fail "$(cat "$LAB/sealing")"
}

a_key_sealed_to_this_host() {
	seal_up --with-key=host
	restart
	expect_vault 'ok true 0'
	expect_token
	expect_healthy
}

it_is_not_rotated_by_the_command() {
	SHOWN=$(host_exec orgloginctl vault rotate 2>&1) && STATUS=0 || STATUS=$?
	expect_status 3
	expect_shown 'See orglogind(8).'
	expect_token
}

it_is_rotated_as_the_manual_tells() {
	local before
	before=$(host_exec sha256sum "$sealed")
	host_sh 'cd /etc/credstore.encrypted; umask 077
		(openssl rand -hex 32; systemd-creds decrypt orglogin.key) >/run/two
		systemd-creds encrypt --name=orglogin.key /run/two orglogin.key' \
		2>"$LAB/sealing"
	restart
	expect_vault 'ok true 0'
	host_sh 'cd /etc/credstore.encrypted; umask 077
		head -n 1 /run/two |
			systemd-creds encrypt --name=orglogin.key - orglogin.key
		shred -u /run/two' 2>"$LAB/sealing"
	restart
	expect_vault 'ok true 0'
	[ "$(host_exec sha256sum "$sealed")" != "$before" ] ||
		fail 'the key is the old one'
	expect_token
}

it_is_there_after_a_reboot() {
	host_reboot
	expect_within 30 is_settled
	expect_vault 'ok true 0'
	expect_token
	expect_healthy
}

# The status is what the manual tells an administrator to look for.
opens_not() {
	! host_exec systemctl restart orglogind.service 2>"$LAB/sealing" ||
		fail 'it opened'
	SHOWN=$(host_exec systemctl status orglogind.service \
		2>"$LAB/sealing" || :)
	expect_shown 'status=243/CREDENTIALS'
}

t88_it_opens_on_no_other_host() {
	host_exec cat "$sealed" >"$LAB/sealed"
	HOST=vault-thief
	host_sh 'mkdir -p -m 0700 /etc/credstore.encrypted
		cat >/etc/credstore.encrypted/orglogin.key' <"$LAB/sealed"
	opens_not
	host_gives_key carol
	ssh_login carol --key "$LAB/key" --within 30 -- id -un
	expect_refused
	host_exec getent passwd carol >/dev/null || fail 'she has no name'
	host_exec rm /etc/credstore.encrypted/orglogin.key
	restart
	signs_in
	expect_token
}

# By a drop-in of the administrator's, from wherever.
a_key_given_by_a_drop_in() {
	host_sh 'mkdir -p /run/systemd/system/orglogind.service.d
		umask 077
		systemd-creds decrypt /etc/credstore.encrypted/orglogin.key \
			/root/given.key
		rm /etc/credstore.encrypted/orglogin.key
		printf "[Service]\nLoadCredential=orglogin.key:/root/given.key\n" \
			>/run/systemd/system/orglogind.service.d/key.conf
		systemctl daemon-reload'
	restart
	expect_vault 'ok true 0'
	expect_token
	expect_healthy
}

# tpm NAME: one of that name is there, and the host's systemd uses it.
tpm() {
	local port
	port=$("$tests/tools/free-port.sh")
	rm -rf "${LAB:?}/$1"
	mkdir "$LAB/$1"
	term_open "$1" swtpm socket --tpm2 --tpmstate dir="$LAB/$1" \
		--server type=tcp,port="$port",bindaddr=127.0.0.1 \
		--ctrl type=tcp,port=$((port + 1)),bindaddr=127.0.0.1 \
		--flags not-need-init,startup-clear
	echo "swtpm:host=127.0.0.1,port=$port" >"$LAB/$1/device"
	expect_within 20 is_taken "$port"
	use_tpm "$1"
}

is_taken() {
	[ "$("$tests/tools/free-port.sh" "$1")" != "$1" ]
}

use_tpm() {
	host_sh 'mkdir -p /etc/systemd/system.conf.d
		printf "[Manager]\nManagerEnvironment=SYSTEMD_TPM2_DEVICE=%s\n" \
			"$1" >/etc/systemd/system.conf.d/tpm.conf
		systemctl daemon-reexec' "$(cat "$LAB/$1/device")"
}

a_key_sealed_to_the_tpm() {
	tpm tpm
	host_sh 'rm /run/systemd/system/orglogind.service.d/key.conf
		mv /root/given.key /etc/orglogin/vault.key
		systemctl daemon-reload'
	seal_up --with-key=tpm2 --tpm2-device="$(cat "$LAB/tpm/device")"
	restart
	expect_vault 'ok true 0'
	expect_token
	expect_healthy
}

t88_another_tpm_opens_nothing() {
	tpm another-tpm
	opens_not
	use_tpm tpm
	restart
	expect_token
}

host_own
booted+=(vault-thief)
host_boot vault-thief
org_join
HOST=$scenario
run she_signs_in_and_has_a_token \
	t84_a_new_key_while_she_is_signed_in \
	t88_copied_data_is_useless_on_another_host \
	t88_who_signs_in_there_is_kept_there \
	a_lost_key_costs_a_sign_in_and_no_more \
	a_key_sealed_to_this_host \
	it_is_not_rotated_by_the_command \
	it_is_rotated_as_the_manual_tells \
	it_is_there_after_a_reboot \
	t88_it_opens_on_no_other_host \
	a_key_given_by_a_drop_in \
	a_key_sealed_to_the_tpm \
	t88_another_tpm_opens_nothing
