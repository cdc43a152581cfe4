#!/bin/sh
# bench-signins.sh [BUILD]: many sign-ins under way at once: how late their polls
# reach the provider, and how large the daemon is meanwhile. As root. README.md
# explains it.
#
# IDENTITY_DIR names an installation of tests/identity/setup.sh to share.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tests=$here/../tests
build=$(cd "${1:-$here/../build}" && pwd)
signins=1000
seconds=60

if [ -z "${BENCH_NAMESPACE:-}" ]; then
	BENCH_NAMESPACE=yes exec unshare --mount "$0" "$build"
fi
holder=
# shellcheck source=bench/daemonlab.sh
. "$here/daemonlab.sh"

all_held()
{
	grep -q '^holding' "$work/hold.log"
}

# Each gap between two polls of one code, less the interval of 5 s: so the way to
# the provider and back is counted as late, and its own queue too.
tell_lateness()
{
	order _device | grep -o '"polls":\[[0-9,]*\]' | tr -c '0-9\n' ' ' |
	    awk '{ for (i = 2; i <= NF; i++) print $i - $(i - 1) - 5000 }' |
	    sort -n | awk '
	{ late[NR] = $1 }
	END {
		printf "polls: %d, late by %d ms (median), %d ms (p99), %d ms (max)\n",
		    NR, late[int(NR / 2)], late[int(NR * 0.99)], late[NR]
	}'
}

start_identity $((signins + 100))
prepare_host
prepare_trust
start_daemon env
until_true "list of $((signins + 100)) members" members_there $((signins + 100))
tell_size 'at rest'

mkfifo "$work/stop"
"$build/bench/bench-signins" hold $signins <"$work/stop" >"$work/hold.log" &
holder=$!
exec 3>"$work/stop"
until_true 'sign-ins under way' all_held
sleep $seconds
tell_size "$signins sign-ins under way"
tell_lateness
exec 3>&-
wait $holder || fail "the sign-ins were not held"
holder=
