#!/bin/sh
# bench-seen.sh [BUILD [MEMBERS]]: how long after the daemon can know of a
# member's new role the name service tells it: from the moment when the service
# was asked for the organisation's token of a sign-in, which tells the role, to
# the first answer of the NSS module with it. As root. README.md explains it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tests=$here/../tests
build=$(cd "${1:-$here/../build}" && pwd)
members=${2:-100000}
changes=40

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

start_identity "$members"
prepare_host
prepare_trust
prepare_disk
start_daemon env
until_true "list of $members members" members_there "$members"
order _control '{"device_options":{"interval":1,"auto_approve":"bob"}}' >/dev/null

"$build/bench/bench-seen" bob $changes >"$work/seen" &
holder=$!
i=0
while [ $i -lt $changes ]; do
	role=member
	[ $((i % 2)) -eq 0 ] || role=OrganizationAdmin
	order _members "{\"set\":[{\"name\":\"bob\",\"role\":\"$role\"}]}" \
	    >/dev/null
	# shellcheck disable=SC2154 # likewise socket_dir
	"$build/tests/tools/wire" "$socket_dir/orglogin.sock" 64990 signin bob \
	    >"$work/verdict" 2>&1
	grep -qx ok "$work/verdict" || fail "a sign-in failed"
	i=$((i + 1))
done
wait $holder || fail "not every change was seen"
holder=
order '_log?endpoint=org_token' | grep -o '"ms":[0-9]*' | cut -d: -f2 >"$work/told"
paste "$work/told" "$work/seen" | awk '{ print $2 - $1 }' | sort -n |
    awk -v members="$members" '
    { ms[NR] = $1 }
    END {
	printf "seen: %d changes of one member among %d: " \
	    "p50 %.1f ms, p95 %.1f ms, max %.1f ms\n", NR, members,
	    ms[int((NR + 1) / 2)], ms[int(NR * 0.95)], ms[NR]
    }'
kill "$daemon"
wait "$daemon" || fail "the daemon ended badly"
daemon=
