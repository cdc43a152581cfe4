#!/bin/sh
# bench-daemon.sh [BUILD]: the daemon's figures, measured on the built daemon
# against the scripted identity server: resident size, wakeups, the way to a
# code, and what the PAM module adds to a sudo. As root. README.md explains them.
#
# All happens in a mount namespace of its own: the account of the daemon and its
# folders exist there only, and no login of the machine is touched.
# IDENTITY_DIR names an installation of tests/identity/setup.sh to share.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tests=$here/../tests
build=$(cd "${1:-$here/../build}" && pwd)
rounds=500
signins=100
idle_s=30

if [ -z "${BENCH_NAMESPACE:-}" ]; then
	BENCH_NAMESPACE=yes exec unshare --mount "$0" "$build"
fi
holder=
# shellcheck source=bench/daemonlab.sh
. "$here/daemonlab.sh"

# Two folders of PAM services that differ by our module alone, which stands there
# as often as on a Debian host: common-account and sudo's own gate.
prepare_stacks()
{
	module=$build/pam_module/.libs/pam_orglogin.so
	mkdir "$work/with" "$work/without"
	cat >"$work/without/sudo" <<-END
	auth required pam_permit.so
	account required pam_permit.so
	END
	cat >"$work/with/sudo" <<-END
	auth required $module
	auth required pam_permit.so
	account required $module
	account required $module require_role=OrganizationAdmin
	account required pam_permit.so
	END
}

all_held()
{
	grep -q '^holding' "$work/hold.log"
}

# How often any thread of the daemon has gone to sleep, so how often it woke.
sleeps()
{
	awk '/^voluntary_ctxt_switches:/ { n += $2 } END { print n }' \
	    /proc/"$daemon"/task/*/status
}

connections()
{
	order _log | sed 's/.*"connections":\([0-9]*\).*/\1/'
}

start_identity 1000
prepare_host
prepare_trust
prepare_stacks
start_daemon env
until_true 'list of 1,000 members' members_there 1000
tell_size 'with 1,000 members'

before=$(connections)
"$build/bench/bench-signins" code $rounds "$IDENTITY_DIR/tls/ca.pem" \
    "$url/scripted/device"
echo "code: connections opened for $rounds codes  $(($(connections) - before - 1))"

mkfifo "$work/stop"
"$build/bench/bench-signins" hold $signins <"$work/stop" >"$work/hold.log" &
holder=$!
exec 3>"$work/stop"
until_true 'sign-ins under way' all_held
# Each is polled twice.
sleep 11
tell_size "$signins sign-ins under way"
echo "polls: connections opened by $signins sign-ins  $(($(connections) - before - 1))"
exec 3>&-
wait $holder || fail "the sign-ins were not held"
holder=

order _control '{"device_options":{"interval":1,"auto_approve":"bob"}}' >/dev/null
"$build/bench/bench-pam" "$work/with" "$work/without" bob $rounds

# The server closes an idle connection after 5 s.
sleep 7
tell_size 'afterwards'
before=$(sleeps)
sleep $idle_s
echo "idle: wakeups in $idle_s s  $(($(sleeps) - before))"
kill "$daemon"
wait "$daemon" || fail "the daemon ended badly"
daemon=
