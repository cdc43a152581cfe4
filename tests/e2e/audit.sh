#!/bin/bash
# The administrator finds in the journal, by its fields, who came in, who was
# refused and why; in a file too, which Debian rotates; members see their own
# part of it, and nobody finds a secret.
file=/var/log/orglogin/audit.jsonl
ORG_SECTIONS="[audit]
file = $file"
. "$(dirname "$0")/lib/scenario.sh"

PIN=kanarienvogel-4711

# message_id KIND: as the manual tells it.
message_id() {
	awk -v kind="$1" '$1 == ".It" && $2 == "Li" { now = $3 }
	    $1 == ".D1" && now == kind { print $2 }' \
		"$tests/../man/orglogin-audit.7"
}

# records KIND FIELD=VALUE...: as JSON, those since this function began.
records() {
	host_exec journalctl --sync
	host_exec journalctl --since "@$began" -o json \
		"MESSAGE_ID=$(message_id "$1")" "ORGLOGIN_KIND=$1" "${@:2}"
}

on_record() {
	[ -n "$(records "$@")" ]
}

expect_record() {
	on_record "$@" || fail "no record $*"
}

secret() {
	[ -n "$1" ] || fail 'there is no secret to look for'
	echo "$1" >>"$LAB/secrets"
}

a_sign_in_by_ssh() {
	: >"$LAB/secrets"
	session_open carol carol --approve-as carol
	expect_status 0
	local of_hers=(ORGLOGIN_USER=carol ORGLOGIN_MEMBER_ID=usr_carol
		"ORGLOGIN_UID=$(host_exec id -u carol)" ORGLOGIN_CALLER_UID=0
		ORGLOGIN_SERVICE=sshd ORGLOGIN_RHOST=127.0.0.1
		ORGLOGIN_VERDICT=allow ORGLOGIN_REASON=ok
		SYSLOG_IDENTIFIER=orglogind PRIORITY=5
		_SYSTEMD_UNIT=orglogind.service)
	expect_record auth "${of_hers[@]}" ORGLOGIN_TTY=ssh \
		ORGLOGIN_FACTOR=provider
	expect_record account "${of_hers[@]}"
	expect_record session-opened "${of_hers[@]}"
	secret "$(code_of "$(term_all carol)")"
}

one_that_is_declined() {
	ssh_login dave --deny-as dave -- id -un
	expect_refused
	expect_record auth ORGLOGIN_USER=dave ORGLOGIN_SERVICE=sshd \
		ORGLOGIN_VERDICT=deny ORGLOGIN_REASON=grant-declined
}

one_by_somebody_else() {
	ssh_login dave --approve-as erin -- id -un
	expect_refused
	expect_record auth ORGLOGIN_USER=dave ORGLOGIN_VERDICT=deny \
		ORGLOGIN_REASON=wrong-person
	[ -z "$(records session-opened ORGLOGIN_USER=dave)" ] ||
		fail 'a session is on record'
}

# The request's id joins our records to sshd's own lines.
one_by_key_and_its_end() {
	local pid
	host_gives_key carol
	ssh_login carol --key "$LAB/key" -- id -un
	expect_status 0
	pid=$(records account ORGLOGIN_USER=carol | tail -n 1 |
		jq -r .ORGLOGIN_REQUEST)
	host_exec journalctl --since "@$began" -o cat "_PID=$pid" |
		grep -q '^Accepted publickey for carol ' ||
		fail "process $pid is not the one that took the key"
	expect_record account ORGLOGIN_REQUEST="$pid" ORGLOGIN_VERDICT=allow
	expect_record session-opened ORGLOGIN_REQUEST="$pid"
	expect_within 10 on_record session-closed ORGLOGIN_REQUEST="$pid"
}

sudo_that_is_granted() {
	session_open bob bob --approve-as bob
	session_run bob --approve-as bob -- sudo id -un
	expect_status 0
	expect_record account ORGLOGIN_USER=bob ORGLOGIN_SERVICE=sudo \
		ORGLOGIN_ROLE=OrganizationAdmin ORGLOGIN_VERDICT=allow \
		"ORGLOGIN_CALLER_UID=$(host_exec id -u bob)"
	session_close bob
}

sudo_that_is_refused() {
	host_sh 'cat >/etc/sudoers.d/zz-lab; chmod 440 /etc/sudoers.d/zz-lab' \
		<<<'carol ALL=(ALL:ALL) NOPASSWD: ALL'
	session_run carol -- sudo -n id -un
	host_sh 'rm -f /etc/sudoers.d/zz-lab'
	expect_refused
	expect_record account ORGLOGIN_USER=carol ORGLOGIN_SERVICE=sudo \
		ORGLOGIN_ROLE=OrganizationAdmin ORGLOGIN_VERDICT=deny \
		ORGLOGIN_REASON=role-not-held
}

what_she_does_with_her_sign_in() {
	local hers
	hers="ORGLOGIN_CALLER_UID=$(host_exec id -u carol)"
	session_run carol --type "$PIN" --type "$PIN" -- orgloginctl pin set
	expect_status 0
	secret "$PIN"
	expect_record pin-set ORGLOGIN_USER=carol "$hers"
	secret "$(host_exec runuser -u carol orgloginctl token)"
	expect_record token-given ORGLOGIN_USER=carol \
		ORGLOGIN_OBJECT=org_acme "$hers"
	session_run carol -- orgloginctl pin remove
	expect_record pin-removed ORGLOGIN_USER=carol "$hers"
	session_run carol -- orgloginctl vault rotate
	expect_refused
	expect_record request-refused "$hers" ORGLOGIN_REASON=peer-refused
	session_run carol -- orgloginctl logout
	expect_record logged-out ORGLOGIN_USER=carol "$hers"
}

what_an_owner_does_for_others() {
	local hers
	session_open alice alice --approve-as alice
	hers="ORGLOGIN_CALLER_UID=$(host_exec id -u alice)"
	session_run alice -- orgloginctl switch-org org_side
	expect_status 0
	expect_record organization-switched ORGLOGIN_USER=alice \
		ORGLOGIN_OBJECT=org_side "$hers"
	session_run alice -- orgloginctl switch-org org_acme
	session_run alice -- orgloginctl invite new@acme.test --role member
	expect_status 0
	expect_record invited ORGLOGIN_USER=alice \
		ORGLOGIN_OBJECT=new@acme.test "$hers"
	session_close alice
}

what_the_administrator_does() {
	secret "$(host_exec head -n 1 /etc/orglogin/vault.key)"
	host_exec orgloginctl vault rotate >/dev/null
	secret "$(host_exec head -n 1 /etc/orglogin/vault.key)"
	secret "$(host_exec cat /etc/orglogin/api.key)"
	expect_equal "$(records vault-rotated ORGLOGIN_CALLER_UID=0 | wc -l)" \
		1 'how often it is on record'
}

a_suspension() {
	session_open erin erin --approve-as erin
	session_close erin
	org_person erin status=suspended
	expect_within 60 on_record revoked ORGLOGIN_USER=erin \
		ORGLOGIN_REASON=member-suspended ORGLOGIN_CALLER_UID=0
}

# shown USER [ARGUMENT...]: whom the records are about that USER is shown.
shown() {
	host_exec runuser -u "$1" -- orgloginctl audit --json "${@:2}" |
		jq -r '.[].user' | sort -u | xargs
}

root_is_shown_all_and_she_her_own() {
	expect_equal "$(shown root -n 1000 | grep -o 'bob carol dave erin')" \
		'bob carol dave erin' 'what root is shown'
	expect_equal "$(shown root bob)" bob 'what root is shown of bob'
	expect_equal "$(shown carol)" carol 'what she is shown'
	session_run carol -- orgloginctl audit
	expect_status 0
	expect_shown 'KIND '
	expect_shown 'role-not-held service=sudo'
	session_run carol -- orgloginctl audit bob
	expect_refused
	expect_not_shown sudo
	expect_shown '(peer-refused)'
}

# numbers PATH: of the lines of that file.
numbers() {
	host_exec cat "$1" | jq -r .number
}

her_key_is_used() {
	ssh_login carol --key "$LAB/key" -- id -un
	expect_status 0
}

# What logrotate did last month, so that Debian's own unit has to do it now.
rotate() {
	host_sh "mkdir -p /var/lib/logrotate
		{ echo 'logrotate state -- version 2'
		echo '\"$file\" 2020-1-1-1:0:0'; } >/var/lib/logrotate/status
		systemctl start logrotate.service"
}

the_file_holds_the_same() {
	expect_equal "$(host_exec stat -c '%a %U' "$file")" '640 orglogin' \
		'who may read it'
	expect_equal "$(host_exec cat "$file" | jq -c 'select(.kind == "auth"
		and .user == "dave") | .reason' | xargs)" \
		'grant-declined wrong-person' 'what it tells of dave'
	expect_equal "$(host_exec orgloginctl audit --json -n 1000 |
		jq -r '.[].number' | tail -n 1)" "$(numbers "$file" | tail -n 1)" \
		'the number of the last record'
}

t119_a_rotated_file_loses_no_record() {
	local before
	before=$(numbers "$file" | tail -n 1)
	rotate
	host_sh 'test -s "$1.1" && ! test -e "$1"' "$file" ||
		fail 'it was not rotated'
	her_key_is_used
	expect_equal "$(numbers "$file" | head -n 1)" $((before + 1)) \
		'the first number of the new file'
	rotate
	her_key_is_used
	expect_equal "$(host_sh 'zcat "$1.2.gz" | cat - "$1.1" "$1"' "$file" |
		jq -r .number | awk 'NR > 1 && $1 != last + 1 { print last }
		    { last = $1 }')" '' 'where numbers are missing'
	expect_equal "$(host_exec stat -c '%a %U' "$file")" '640 orglogin' \
		'who may read it'
	host_exec orgloginctl status >/dev/null || fail 'status is not well'
}

t87_no_secret_is_in_the_journal_or_the_file() {
	local found
	expect_equal "$(wc -l <"$LAB/secrets")" 6 'secrets that are looked for'
	host_exec journalctl --sync
	host_copy "$LAB/secrets" /root/secrets
	found=$(host_sh 'journalctl --boot --all -o json --no-pager |
			grep -Fo -f /root/secrets || :
		zcat -f /var/log/orglogin/* | grep -Fo -f /root/secrets || :
		rm /root/secrets')
	expect_equal "$found" '' 'what was found'
	session_close carol
	host_sh 'rm -f /var/log/orglogin/*'
}

host_shared
run a_sign_in_by_ssh \
	one_that_is_declined \
	one_by_somebody_else \
	one_by_key_and_its_end \
	sudo_that_is_granted \
	sudo_that_is_refused \
	what_she_does_with_her_sign_in \
	what_an_owner_does_for_others \
	what_the_administrator_does \
	a_suspension \
	root_is_shown_all_and_she_her_own \
	the_file_holds_the_same \
	t119_a_rotated_file_loses_no_record \
	t87_no_secret_is_in_the_journal_or_the_file
