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

work=$(mktemp -d)
IDENTITY_DIR=${IDENTITY_DIR:-$work/identity}
export IDENTITY_DIR
daemon=
holder=

end()
{
	for pid in $holder $daemon; do
		kill "$pid" 2>/dev/null || true
	done
	"$tests/identity/run.sh" stop "$work" scripted
	rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM

fail()
{
	echo "bench-daemon.sh: $*" >&2
	[ ! -s "$work/daemon.log" ] || tail -5 "$work/daemon.log" >&2
	exit 1
}

# until_true WHAT COMMAND...: within a minute.
until_true()
{
	what=$1
	shift
	deadline=$(($(date +%s) + 60))
	until "$@"; do
		[ "$(date +%s)" -lt $deadline ] || fail "no $what"
		sleep 0.2
	done
}

# order PATH JSON: tells the scripted server something.
order()
{
	curl -fsS --cacert "$IDENTITY_DIR/tls/ca.pem" -o "$work/order" \
	    ${2:+-d "$2"} "$url/$1"
	cat "$work/order"
}

# shellcheck disable=SC2154 # bench-signins names config and the folders
prepare_host()
{
	eval "$("$build/bench/bench-signins" paths)"
	sed '/^orglogin:/d' /etc/passwd >"$work/passwd"
	sed '/^orglogin:/d' /etc/group >"$work/group"
	echo 'orglogin:x:64990:64990::/nonexistent:/usr/sbin/nologin' >>"$work/passwd"
	echo 'orglogin:x:64990:' >>"$work/group"
	mount --bind "$work/passwd" /etc/passwd
	mount --bind "$work/group" /etc/group
	for folder in "${config%/*}" "$profiles" "$state" "$socket_dir"; do
		mkdir -p "$folder"
		mount -t tmpfs -o mode=755 bench "$folder"
	done
	chown 64990:64990 "$state" "$socket_dir"
	cp "$here"/../packaging/profiles/*.conf "$profiles/"
	(umask 077 && printf %s scripted-host-key >"${config%/*}/host.key")
	chown 64990 "${config%/*}/host.key"
	cat >"$config" <<-END
	[organization]
	id = org_acme
	name = Acme
	[provider corp]
	type = oidc
	issuer = $url
	client_id = orglogin-host
	allowed_domains = acme.test
	[service]
	profile = better-auth
	url = $url
	api_key_file = ${config%/*}/host.key
	[directory]
	refresh = 15m
	[login]
	allow_roles = OrganizationAdmin, member
	[sudo]
	max_age = 15m
	[role OrganizationAdmin]
	groups = org-admins
	END
}

# The throw-away CA among those of the system, as it is where nothing is set.
prepare_trust()
{
	certs=/etc/ssl/certs
	ca=$IDENTITY_DIR/tls/ca.pem
	cp -a $certs "$work/certs"
	cp "$ca" "$work/certs/$(openssl x509 -hash -noout -in "$ca").0"
	cat "$ca" >>"$work/certs/ca-certificates.crt"
	mount --bind "$work/certs" $certs
}

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

members_there()
{
	"$build/orgloginctl" status --json >"$work/status" 2>&1 &&
	    grep -q '"published": *1000' "$work/status"
}

all_held()
{
	grep -q '^holding' "$work/hold.log"
}

tell_size()
{
	awk -v what="$1" '
	/^(VmHWM|VmRSS|RssAnon|RssFile|Pss):/ { kb[$1] = $2 }
	END {
		printf "size: %-28s resident %d kB (anonymous %d, files %d)" \
		    "   proportional %d kB   peak %d kB\n", what, kb["VmRSS:"],
		    kb["RssAnon:"], kb["RssFile:"], kb["Pss:"], kb["VmHWM:"]
	}' "/proc/$daemon/status" "/proc/$daemon/smaps_rollup"
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

SCRIPTED_PORT=0 "$tests/identity/run.sh" start "$work" scripted
url=$(sed -n 's/^ready \([^ ]*\).*/\1/p' "$work/run/scripted.log")
order _members '{"bulk":995}' >/dev/null
prepare_host
prepare_trust
prepare_stacks

# With the environment that the unit gives.
# shellcheck disable=SC2046 # no value there holds a blank
env -i $(sed -n 's/^Environment=//p' "$here/../packaging/orglogind.service.in") \
    "$build/orglogind" >"$work/daemon.log" 2>&1 &
daemon=$!
until_true 'list of 1,000 members' members_there
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
