#!/bin/bash
# The administrator adds a local user with the name or the number of a member:
# the host's own wins, and the member is back when that user is deleted.
. "$(dirname "$0")/lib/scenario.sh"

uid_of() {
	host_exec id -u "$1"
}

resolves() {
	host_exec getent "$@" >/dev/null
}

resolves_not() {
	! resolves "$@"
}

is_member_of() {
	host_exec id -Gn "$1" | grep -qw "$2"
}

# adds PASSWD|GROUP LINE: useradd looks names up and would refuse what this is
# about; vipw, like much that manages hosts, puts a new file in the place.
adds() {
	host_sh '(cat "/etc/$1" && echo "$2") >"/etc/$1.new"
		mv "/etc/$1.new" "/etc/$1"' "$1" "$2"
}

adds_user() {
	adds group "$1:x:$2:"
	adds passwd "$1:x:$2:$2::/home/$1:/bin/bash"
	host_sh 'pwconv
		install -d -m 700 -o "$2" -g "$2" "/home/$1"' "$1" "$2"
}

# Her sessions, and what logind keeps running for her, end first.
deletes_user() {
	host_exec loginctl terminate-user "$1" 2>/dev/null || :
	expect_within 20 host_exec userdel -r "$1" 2>/dev/null
}

useradd_refuses_what_a_member_has() {
	! host_exec useradd carol 2>/dev/null || fail 'it did not'
	! host_exec useradd -u "$(uid_of carol)" clash 2>/dev/null ||
		fail 'it took her number'
}

t75_a_local_user_with_a_members_name_wins() {
	uid_of erin >"$LAB/erin"
	adds_user erin 4711
	host_sh 'echo "erin:$1" | chpasswd' "$LOCAL_PASSWORD"
	expect_equal "$(uid_of erin)" 4711 'her number'
	expect_within 30 resolves_not passwd "$(cat "$LAB/erin")"
	expect_within 30 resolves_not group "$(cat "$LAB/erin")"
	expect_equal "$(host_exec id -Gn erin)" erin 'her groups'
	! host_exec getent group org-members | grep -qw erin ||
		fail 'the group lists her'
}

t75_pam_treats_her_as_local() {
	ssh_login erin --password "$LOCAL_PASSWORD" -- id -u
	expect_status 0
	expect_line 4711
	expect_not_shown 'Open:'
	ssh_login erin --password wrong -- id -u
	expect_refused
	expect_not_shown 'Open:'
}

the_administrator_is_told_why() {
	SHOWN=$(host_exec orgloginctl members)
	expect_shown 'left out: local-user (erin@acme.test)'
}

the_member_is_back_after_userdel() {
	deletes_user erin
	expect_within 30 resolves passwd erin
	expect_equal "$(uid_of erin)" "$(cat "$LAB/erin")" 'her number'
	expect_within 30 is_member_of erin org-members
	ssh_login erin --approve-as erin -- id -u
	expect_status 0
	expect_line "$(cat "$LAB/erin")"
}

t75_a_local_user_with_a_members_number_wins() {
	uid_of carol >"$LAB/carol"
	adds_user clash "$(cat "$LAB/carol")"
	expect_within 30 resolves_not passwd carol
	expect_equal "$(host_exec id -un "$(cat "$LAB/carol")")" clash
	host_exec id -Gn clash >"$LAB/groups"
	expect_equal "$(cat "$LAB/groups")" clash 'the groups of the local user'
	ssh_login carol --password guess --within 30 -- id -un
	expect_refused
	expect_not_shown 'Code:'
	deletes_user clash
	expect_within 30 resolves passwd carol
	expect_equal "$(uid_of carol)" "$(cat "$LAB/carol")" 'her number'
}

t75_a_local_group_with_a_group_of_the_organisation_wins() {
	is_member_of carol developers || fail 'carol is no developer'
	adds group developers:x:4712:
	expect_equal "$(host_exec getent group developers)" developers:x:4712:
	expect_within 30 is_no_developer
	host_exec groupdel developers
	expect_within 30 is_member_of carol developers
}

is_no_developer() {
	! is_member_of carol developers
}

# The directory is not asked meanwhile: what happens comes from the files.
host_own
host_sh 'sed -i "s/^refresh = .*/refresh = 15m/" /etc/orglogin/orglogin.conf
	systemctl restart orglogind.service'
run useradd_refuses_what_a_member_has \
	t75_a_local_user_with_a_members_name_wins \
	t75_pam_treats_her_as_local \
	the_administrator_is_told_why \
	the_member_is_back_after_userdel \
	t75_a_local_user_with_a_members_number_wins \
	t75_a_local_group_with_a_group_of_the_organisation_wins
