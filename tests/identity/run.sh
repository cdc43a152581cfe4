#!/bin/sh
# run.sh start|stop STATE [SERVER]...: the identity servers, on 127.0.0.1.
# Pid files and logs go to STATE/run. "start" without names means oidc-provider
# and better-auth, and returns when each answers; "stop" means all.
# A server started again has its old keys, and Better Auth its old store too
# (DB= keeps it in memory).
# IDENTITY_DIR names a folder of setup.sh to share (default: STATE itself).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || { echo "usage: run.sh start|stop STATE [SERVER]..." >&2; exit 2; }
verb=$1
mkdir -p "$2/run"
state=$(cd "$2" && pwd)
shift 2
run=$state/run
install=${IDENTITY_DIR:-$state}

port_of()
{
	case $1 in
	better-auth) echo "${BETTER_AUTH_PORT:-9441}" ;;
	oidc-provider) echo "${OIDC_PROVIDER_PORT:-9442}" ;;
	scripted) echo "${SCRIPTED_PORT:-9443}" ;;
	scim-server) echo "${SCIM_SERVER_PORT:-9449}" ;;
	google | entra) echo 443 ;;
	*) echo "run.sh: no server $1" >&2; exit 2 ;;
	esac
}

# The fronts have the port of https, so an address of loopback each.
address_of()
{
	case $1 in
	google) echo "${GOOGLE_ADDRESS:-127.44.0.1}" ;;
	entra) echo "${ENTRA_ADDRESS:-127.44.0.2}" ;;
	*) echo 127.0.0.1 ;;
	esac
}

# No zombie. The command line does not tell: it is empty also for a moment while
# a program starts.
exists()
{
	grep -qs '^State:[[:space:]]*[^XZ]' "/proc/$1/status"
}

# The pid file may be older than the machine's last boot.
alive()
{
	[ -s "$run/$1.pid" ] &&
	    grep -qs "$here/$1/server.mjs" "/proc/$(cat "$run/$1.pid")/cmdline"
}

# The pid is the server's own, so that it can be stopped and signalled.
start()
{
	alive "$1" && return
	port=$(port_of "$1")
	: >"$run/$1.log"
	PORT=$port ADDRESS=$(address_of "$1") OIDC=https://localhost:$(port_of oidc-provider) \
	KEYFILE=${KEYFILE:-$run/host.key} DB=${DB-$run/better-auth.db} \
	KEYS=$run/oidc-provider.keys setsid "$install/node" \
	    "$here/$1/server.mjs" </dev/null >"$run/$1.log" 2>&1 &
	echo $! >"$run/$1.pid"

	deadline=$(($(date +%s) + 60))
	until grep -q '^ready ' "$run/$1.log"; do
		if ! exists $! || [ "$(date +%s)" -ge $deadline ]; then
			echo "run.sh: $1 did not start:" >&2
			cat "$run/$1.log" >&2
			stop "$1"
			exit 1
		fi
		sleep 0.1
	done
}

stop()
{
	alive "$1" || { rm -f "$run/$1.pid"; return 0; }
	pid=$(cat "$run/$1.pid")
	kill "$pid"
	kill -CONT "$pid"
	for _ in $(seq 50); do
		alive "$1" || break
		sleep 0.1
	done
	! alive "$1" || kill -KILL "$pid"
	rm -f "$run/$1.pid"
}

case $verb in
start)
	"$here/setup.sh" "$install"
	# Better Auth reads the issuer's discovery when it starts.
	[ $# -gt 0 ] || set -- oidc-provider better-auth
	for server; do
		start "$server"
	done
	;;
stop)
	[ $# -gt 0 ] || set -- google entra better-auth oidc-provider \
	    scripted scim-server
	for server; do
		stop "$server"
	done
	;;
*)
	echo "run.sh: $verb?" >&2
	exit 2
	;;
esac
