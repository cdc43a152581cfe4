#!/bin/sh
# bench-accounts.sh [BUILD]: an account check at the daemon's socket, and a PIN
# beside scrypt with the state on the disk of the temporary folder. As root.
# README.md explains the figures; bench-sync.sh has the checks during a sync.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tests=$here/../tests
build=$(cd "${1:-$here/../build}" && pwd)

if [ -z "${BENCH_NAMESPACE:-}" ]; then
	BENCH_NAMESPACE=yes exec unshare --mount "$0" "$build"
fi
# shellcheck source=bench/daemonlab.sh
. "$here/daemonlab.sh"

start_identity 1000
prepare_host
prepare_trust
start_daemon env
until_true 'list of 1000 members' members_there 1000
"$build/bench/bench-accounts" account bob
"$build/bench/bench-accounts" account bob
mkdir "$work/pin" "$work/memory"
"$build/bench/bench-accounts" pin "$work/pin"
mount -t tmpfs bench "$work/memory"
echo 'the same without a disk:'
"$build/bench/bench-accounts" pin "$work/memory"
umount "$work/memory"
