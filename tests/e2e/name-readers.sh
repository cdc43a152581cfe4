#!/bin/bash
# The organisation gains, changes and loses a member: whoever reads names on the
# host sees it, also through nscd, unscd and systemd-userdbd, and in processes
# that have been running all the time.
. "$(dirname "$0")/lib/scenario.sh"

# host_has PACKAGE: of those that lie in the host as files.
host_has() {
	host_sh "DEBIAN_FRONTEND=noninteractive dpkg -i /var/cache/lab/${1}_*.deb" \
		>"$LAB/dpkg.log" 2>&1 || fail "$(tail -n 3 "$LAB/dpkg.log")"
}

host_lacks() {
	host_sh "DEBIAN_FRONTEND=noninteractive dpkg --purge $1" \
		>"$LAB/dpkg.log" 2>&1 || fail "$(tail -n 3 "$LAB/dpkg.log")"
}

# changed NAME FIELD=VALUE: at the organisation, and published on the host.
changed() {
	org_person "$@"
	host_exec orgloginctl sync >/dev/null
}

groups_of() {
	host_exec id -Gn "$1" 2>/dev/null
}

in_group() {
	grep -qw "$2" <<<"$(groups_of "$1")"
}

not_in_group() {
	! in_group "$1" "$2"
}

listed() {
	host_exec getent group "$2" | cut -d: -f4 | tr ',' '\n' | grep -qx "$1"
}

not_listed() {
	! listed "$1" "$2"
}

known() {
	host_exec getent passwd "$1" >/dev/null
}

unknown() {
	! known "$1"
}

# owner_is NAME: of the file that the member frank owned once.
owner_is() {
	[ "$(host_exec stat -c %U /tmp/of-frank)" = "$1" ] &&
		host_exec ls -l /tmp | grep of-frank | grep -qw "$1"
}

no_owner() {
	[ "$(host_exec stat -c %U /tmp/of-frank)" = UNKNOWN ]
}

# What a cache keeps for ten minutes, and at least for twenty seconds: frank
# joins, carol's role changes and changes back, frank leaves. Each is asked for
# before.
changes_are_seen() {
	unknown frank || fail 'frank is known already'
	in_group carol developers || fail 'carol is no developer'
	changed frank role=developer
	expect_within 15 known frank
	expect_within 15 in_group frank developers
	expect_within 15 listed frank developers
	host_sh 'install -o frank -g frank /dev/null /tmp/of-frank'
	owner_is frank || fail 'ls and stat do not know frank'
	changed carol role=OrganizationAdmin
	expect_within 15 in_group carol org-admins
	expect_within 15 not_in_group carol developers
	expect_within 15 not_listed carol developers
	changed carol role=developer
	expect_within 15 in_group carol developers
	changed frank gone=1
	expect_within 15 unknown frank
	expect_within 15 not_listed frank developers
	expect_within 15 no_owner
}

# So that the above can fail: a cache that nobody empties answers from before.
cache_is_stale_when_nobody_empties_it() {
	host_exec systemctl stop orglogin-nscd.path orglogin-nscd.service \
		orglogin-nscd-again.service
	in_group carol developers || fail 'carol is no developer'
	changed carol role=OrganizationAdmin
	in_group carol developers || fail 'there is no cache before the members'
	host_exec systemctl start orglogin-nscd.path orglogin-nscd.service
	expect_within 15 in_group carol org-admins
	changed carol role=developer
	expect_within 15 in_group carol developers
}

nobody_empties_where_no_cache_is() {
	! host_exec systemctl -q is-active orglogin-nscd.path ||
		fail 'the watch runs for nothing'
}

programs_without_a_cache_see_changes() {
	changes_are_seen
}

# More often than systemd likes to start anything.
nscd_is_emptied_however_often_the_list_changes() {
	host_sh 'for n in $(seq 300); do
		: >/var/lib/orglogin/lab && rm /var/lib/orglogin/lab
	done'
	host_exec systemctl -q is-active orglogin-nscd.path ||
		fail 'the watch gave up'
	changes_are_seen
}

nscd_sees_changes() {
	host_has nscd
	host_exec systemctl -q is-active orglogin-nscd.path ||
		fail 'the watch did not start with nscd'
	changes_are_seen
	cache_is_stale_when_nobody_empties_it
}

# Here five seconds, and three more for the cache.
nobody_need_ask_for_a_change_to_be_seen() {
	unknown frank || fail 'frank is known already'
	org_person frank role=developer
	expect_within 18 known frank
	org_person frank gone=1
	expect_within 18 unknown frank
}

# nscd keeps its cache in a file, and comes back with it.
nscd_forgets_at_its_start_what_changed_meanwhile() {
	in_group carol developers || fail 'carol is no developer'
	host_exec systemctl stop nscd.service
	nobody_empties_where_no_cache_is
	changed carol role=OrganizationAdmin
	host_exec systemctl start nscd.service
	expect_within 15 in_group carol org-admins
	changed carol role=developer
	expect_within 15 in_group carol developers
}

unscd_sees_changes() {
	host_lacks nscd
	host_has unscd
	changes_are_seen
	cache_is_stale_when_nobody_empties_it
	host_lacks unscd
}

record_tells() {
	host_exec userdbctl user "$1" 2>/dev/null | grep -q "$2"
}

no_record() {
	! host_exec userdbctl user "$1" >/dev/null 2>&1
}

userdbd_sees_changes() {
	host_has systemd-userdbd
	changes_are_seen
	no_record frank || fail 'frank has a record'
	changed frank role=developer
	expect_within 15 record_tells frank 'Disposition: regular'
	host_exec userdbctl groups-of-user frank | grep -q developers ||
		fail 'frank has no groups'
	host_exec userdbctl users-in-group developers | grep -q frank ||
		fail 'the group lacks frank'
	changed frank gone=1
	expect_within 15 no_record frank
}

# A job of each minute, in a cron that asked for its user before all changes:
# it does so for each crontab that it finds at its start.
cron_asked_before() {
	host_sh 'echo "* * * * * id -Gn >/tmp/job.new; mv /tmp/job.new /tmp/job" |
		crontab -u dave -
		systemctl restart cron.service'
	in_group dave developers || fail 'dave is no developer'
	changed dave role=OrganizationAdmin
}

job_told() {
	host_sh 'grep -qw "$1" /tmp/job 2>/dev/null' "$1"
}

cron_that_runs_on_gives_jobs_the_groups_of_now() {
	expect_within 75 job_told org-admins
	host_exec crontab -r -u dave
}

sessions_are_known_by_name() {
	host_gives_key carol
	session_open carol carol --key "$LAB/key"
	expect_status 0
	session_run carol -- id -Gn
	expect_shown developers
	host_exec loginctl --no-legend list-sessions | grep -qw carol ||
		fail 'no session of carol'
	host_exec loginctl user-status carol | grep -q '^carol (' ||
		fail 'logind does not know carol'
	host_exec systemctl -q is-active "user@$(host_exec id -u carol).service" ||
		fail 'carol has no service manager'
	session_close carol
}

host_own
cron_asked_before
run nobody_empties_where_no_cache_is \
	programs_without_a_cache_see_changes \
	nscd_sees_changes \
	nscd_is_emptied_however_often_the_list_changes \
	nobody_need_ask_for_a_change_to_be_seen \
	nscd_forgets_at_its_start_what_changed_meanwhile \
	unscd_sees_changes \
	userdbd_sees_changes \
	sessions_are_known_by_name \
	cron_that_runs_on_gives_jobs_the_groups_of_now
