#!/bin/bash
# A member's cron jobs run while she is active, and end when she is suspended.
. "$(dirname "$0")/lib/scenario.sh"

jobs_of_an_active_member_run() {
	cron_runs carol || fail 'the job did not run'
}

t104_jobs_of_a_suspended_member_do_not() {
	org_person carol status=suspended
	expect_within 60 no_job
}

no_job() {
	! cron_runs carol 1
}

jobs_of_local_users_run() {
	cron_runs_jobs_of_local_users
}

host_shared
run jobs_of_an_active_member_run \
	t104_jobs_of_a_suspended_member_do_not \
	jobs_of_local_users_run
