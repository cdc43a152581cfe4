#!/bin/sh
# bench-sync.sh [BUILD [MEMBERS]]: what a complete list costs the daemon, and
# what it does to those who ask meanwhile, measured on the built daemon, held to
# one processor, against the scripted identity server. As root. README.md
# explains the figures.
#
# The state is on the disk of the temporary folder: every commit waits for it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tests=$here/../tests
build=$(cd "${1:-$here/../build}" && pwd)
members=${2:-100000}

if [ -z "${BENCH_NAMESPACE:-}" ]; then
	BENCH_NAMESPACE=yes exec unshare --mount "$0" "$build" "$members"
fi
# shellcheck source=bench/daemonlab.sh
. "$here/daemonlab.sh"

# shellcheck disable=SC2154 # bench-signins names state
prepare_disk()
{
	mkdir "$work/state"
	chown 64990:64990 "$work/state"
	mount --bind "$work/state" "$state"
}

measure()
{
	echo "$1"
	"$build/bench/bench-sync" "$2" "$daemon" bob
	sed -n 's/^Vm\(HWM\|RSS\):[[:space:]]*/  \1 /p' "/proc/$daemon/status"
}

start_identity 5
prepare_host
prepare_trust
prepare_disk
start_daemon taskset -c 0
until_true 'list of 5 members' members_there 5

measure 'checks alone' rest
order _members "{\"bulk\":$((members - 5))}" >/dev/null
measure "a first list of $members" sync
members_there "$members" || fail "not all are published"
measure 'the same list again' sync
order _members '{"set":[{"name":"carol","role":"OrganizationAdmin"}]}' >/dev/null
measure 'one member changed' sync
ls -l "$work/state" "$work/state/private"
kill "$daemon"
wait "$daemon" || fail "the daemon ended badly"
daemon=
