#!/bin/bash
# An organisation of 20,000 people in 200 groups, told by a file: names and
# groups answer as ever, nobody waits while the list is read or published, and
# one who has just joined signs in.
. "$(dirname "$0")/lib/scenario.sh"

PEOPLE=20000
GROUPS_OF_ROLES=200

# people COUNT: lines of the member file; number n holds the role r(n mod 200).
people() {
	seq "$1" | awk -v groups=$GROUPS_OF_ROLES '{
		printf "{\"id\":\"u-%d\",\"email\":\"p%d@acme.test\",", $1, $1
		printf "\"roles\":[\"r%d\"],\"state\":\"Active\"}\n", $1 % groups
	}'
}

large_config() {
	local n
	org_config | sed -e 's/^type = service$/type = file\npath = \/etc\/orglogin\/members/' \
		-e '/^\[service\]$/,/^$/c [service]\nprofile = none\n' \
		-e 's/^allow_roles = .*/&, r7/' -e 's/^refresh = .*/refresh = 60s/'
	for n in $(seq 0 $((GROUPS_OF_ROLES - 1))); do
		printf '\n[role r%d]\ngroups = g%d\n' "$n" "$n"
	done
}

becomes_large() {
	large_config | host_sh 'cat >/etc/orglogin/orglogin.conf'
	people $PEOPLE | host_sh 'cat >/etc/orglogin/members'
	host_exec systemctl restart orglogind.service
	host_exec orgloginctl sync --full --accept-shrink >/dev/null
	expect_within 60 all_are_known
}

count_of() {
	host_exec getent "$1" | grep -c "$2"
}

all_are_known() {
	[ "$(count_of passwd '^p[0-9]*:\*:')" = $PEOPLE ]
}

everybody_and_every_group_is_listed() {
	expect_equal "$(count_of group '^g[0-9]*:')" $GROUPS_OF_ROLES 'groups'
	expect_equal "$(host_exec getent group org-members | cut -d: -f4 |
		tr ',' '\n' | wc -l)" $PEOPLE 'members of org-members'
	expect_equal "$(host_exec getent group g7 | cut -d: -f4 | tr ',' '\n' |
		wc -l)" $((PEOPLE / GROUPS_OF_ROLES)) 'members of g7'
	expect_equal "$(host_exec id -Gn p19007 | tr ' ' '\n' | sort | tr '\n' ' ')" \
		'g7 org-members p19007 '
	expect_equal "$(host_sh 'getent passwd | cut -d: -f3 | sort | uniq -d')" '' \
		'numbers that two have'
}

# Asks for names without end; what took longer than twenty seconds is told.
asks_all_the_time() {
	host_sh 'while [ ! -e /tmp/enough ]; do
		timeout 20 id p19007 >/dev/null || echo "id: $?"
		timeout 20 getent group g7 >/dev/null || echo "getent: $?"
		timeout 20 getent passwd nobody-of-that-name >/dev/null ||
			[ $? = 2 ] || echo "stranger: blocked"
		timeout 20 orgloginctl status >/dev/null || echo "status: $?"
	done'
}

nobody_waits_while_the_list_changes() {
	local asking n
	asks_all_the_time >"$LAB/waited" 2>&1 &
	asking=$!
	for n in 1 2 3; do
		people $((PEOPLE + n)) | host_sh 'cat >/etc/orglogin/members'
		host_exec orgloginctl sync --full >/dev/null
		expect_within 20 knows "p$((PEOPLE + n))"
	done
	host_sh 'touch /tmp/enough'
	wait $asking || fail 'asking ended'
	host_sh 'rm /tmp/enough'
	expect_equal "$(cat "$LAB/waited")" '' 'what was answered late or wrong'
}

knows() {
	host_exec getent passwd "$1" >/dev/null
}

one_who_has_just_joined_signs_in() {
	host_sh 'echo "{\"id\":\"u-carol\",\"email\":\"carol@acme.test\",\"roles\":[\"r7\"],\"state\":\"Active\"}" >>/etc/orglogin/members'
	host_exec orgloginctl sync --full >/dev/null
	expect_within 20 knows carol
	ssh_login carol --approve-as carol -- 'id -un; id -Gn'
	expect_status 0
	expect_line carol
	expect_shown g7
}

# Half of a file, as while it is being copied, or none of it.
t110_a_broken_file_removes_nobody() {
	host_sh 'head -c 1000000 /etc/orglogin/members >/etc/orglogin/half
		mv /etc/orglogin/half /etc/orglogin/members'
	! host_exec orgloginctl sync --full >/dev/null 2>&1 ||
		fail 'a sync succeeded on half a file'
	all_but_nobody || fail 'somebody is gone'
	host_exec rm /etc/orglogin/members
	! host_exec orgloginctl sync --full >/dev/null 2>&1 ||
		fail 'a sync succeeded without a file'
	all_but_nobody || fail 'somebody is gone'
}

all_but_nobody() {
	[ "$(count_of passwd '^p[0-9]*:\*:')" = $((PEOPLE + 3)) ] && knows carol
}

host_own
run becomes_large \
	everybody_and_every_group_is_listed \
	nobody_waits_while_the_list_changes \
	one_who_has_just_joined_signs_in \
	t110_a_broken_file_removes_nobody
