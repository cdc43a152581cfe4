#!/bin/bash
# A role gives a group of the host; what the host's groups were before stays,
# and no name from the directory becomes one of them.
. "$(dirname "$0")/lib/scenario.sh"

FIRST_NUMBER=1879048192

sync_now() {
	host_exec orgloginctl sync --full >/dev/null
}

nsswitch_group() {
	host_sh 'sed -i "s/^group:.*/group: $1/" /etc/nsswitch.conf' "$1"
}

groups_of() {
	host_exec id -Gn "$1" | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//'
}

members_of() {
	host_exec getent group "$1" | cut -d: -f4 | tr ',' '\n' | sort | tr '\n' ' ' |
		sed 's/ $//'
}

a_role_gives_the_group_to_its_member() {
	host_exec gpasswd -a localuser adm >/dev/null
	sync_now
	expect_equal "$(groups_of bob)" 'adm bob org-admins org-members'
	expect_equal "$(groups_of localuser)" 'adm localuser sudo'
}

# As the package sets it up, the group itself is told from the file alone.
the_file_of_groups_stays_as_it_is() {
	expect_equal "$(members_of adm)" localuser 'adm'
	expect_equal "$(host_exec getent group 4)" \
		"$(host_exec grep ^adm: /etc/group)" 'the group by number'
}

with_merging_the_group_shows_both() {
	nsswitch_group 'files [SUCCESS=merge] orglogin systemd'
	expect_equal "$(members_of adm)" 'bob localuser' 'adm'
	expect_equal "$(host_exec getent group 4 | cut -d: -f1)" adm
	expect_equal "$(groups_of bob)" 'adm bob org-admins org-members'
	expect_equal "$(groups_of localuser)" 'adm localuser sudo'
	expect_equal "$(members_of sudo)" localuser 'sudo'
	expect_equal "$(members_of developers)" 'carol dave' 'developers'
	expect_equal "$(host_exec getent group | grep -c ^adm:)" 1 \
		'how often all groups name it'
}

a_session_holds_the_group() {
	host_gives_key bob
	ssh_login bob --key "$LAB/key" -- id -Gn
	expect_shown adm
	ssh_login carol --approve-as carol -- id -Gn
	expect_status 0
	expect_not_shown adm
}

# glibc asks every source for the groups of every user, root included.
t75_local_users_get_no_number_of_the_organisation() {
	local name
	for name in root daemon localuser; do
		org_person "$name" role=OrganizationAdmin
	done
	sync_now
	for name in root daemon localuser; do
		for number in $(host_exec id -G "$name"); do
			[ "$number" -lt "$FIRST_NUMBER" ] ||
				fail "$name is in group $number"
		done
		! host_exec getent group org-admins | grep -qw "$name" ||
			fail "$name is listed"
	done
	expect_equal "$(groups_of daemon)" daemon
}

# With a member comes a group of that name, which programs ask for by name.
t80_members_named_like_groups_of_power_get_none() {
	local name
	for name in docker lxd wheel libvirt; do
		org_person "$name" role=OrganizationAdmin
	done
	sync_now
	for name in docker lxd wheel libvirt; do
		! host_exec getent group "$name" >/dev/null ||
			fail "there is a group $name"
		! host_exec getent passwd "$name" >/dev/null ||
			fail "there is a user $name"
	done
	host_exec getent passwd carol >/dev/null || fail 'carol is unknown'
}

t80_roles_named_like_groups_of_the_host_give_nothing() {
	host_sh 'for g in docker lxd; do groupadd -f "$g"; done'
	org_person erin role=sudo,docker,adm,lxd,shadow,root,disk
	sync_now
	expect_equal "$(groups_of erin)" 'erin org-members'
	for name in sudo docker adm lxd shadow root disk; do
		! grep -qw erin <<<"$(members_of "$name")" || fail "erin is in $name"
	done
	SHOWN=$(host_exec sudo -l -U erin 2>&1 || :)
	expect_shown 'User erin is not allowed to run sudo'
}

# Whatever the administrator writes, by mistake or not knowing.
t80_the_configuration_cannot_give_root_by_a_group() {
	host_sh 'cat >/etc/orglogin/conf.d/50-lab.conf <<-END
		[role sudo]
		groups = docker, sudo, shadow
		local_groups = docker, lxd, shadow, root, disk
	END
	systemctl restart orglogind.service'
	sync_now || fail 'the daemon does not run'
	expect_equal "$(groups_of erin)" 'erin org-members'
	for name in sudo docker lxd shadow root disk; do
		! grep -qw erin <<<"$(members_of "$name")" || fail "erin is in $name"
		expect_journal "group not served group=\"$name\""
	done
}

in_the_end_everything_is_as_before() {
	host_sh 'rm /etc/orglogin/conf.d/50-lab.conf
		systemctl reset-failed orglogind.service
		systemctl start orglogind.socket
		systemctl restart orglogind.service
		groupdel docker; groupdel lxd; gpasswd -d localuser adm' >/dev/null
	nsswitch_group 'files orglogin systemd'
	org_known || fail 'the host does not know its members again'
	expect_equal "$(members_of adm)" '' 'adm'
}

host_shared
run a_role_gives_the_group_to_its_member \
	the_file_of_groups_stays_as_it_is \
	with_merging_the_group_shows_both \
	a_session_holds_the_group \
	t75_local_users_get_no_number_of_the_organisation \
	t80_members_named_like_groups_of_power_get_none \
	t80_roles_named_like_groups_of_the_host_give_nothing \
	t80_the_configuration_cannot_give_root_by_a_group \
	in_the_end_everything_is_as_before
