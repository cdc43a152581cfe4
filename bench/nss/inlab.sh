#!/bin/bash
# inlab.sh PEER USERS: what lab.sh runs in the lab. A peer is a file of peers/
# that sets
#   MODULE   the service to call directly ("" for none)
#   DIRECT   operations to time directly     (default: all)
#   THROUGH  operations to time through glibc
#   WARM     keys to ask for ahead, and MOST keys in all (default: all)
#   CLOCK    -c to count processor time, for a module that asks nobody
# and defines peer_up, which puts the data in place and starts daemons.
set -u
peer=$1 users=$2
data=/lab/data/$users
export NSSFLOOR_FILE=$data/floor LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
MODULE='' DIRECT='' THROUGH='pwnam pwuid initgroups pwnam-miss' WARM='' MOST=''
CLOCK=''
objects=/usr/lib/$(uname -m)-linux-gnu

# over FILE < CONTENT: in this namespace only.
over() {
	local file
	file=$(mktemp /tmp/over.XXXXXX)
	cat >"$file"
	chmod 0644 "$file"
	[ -e "$1" ] || : >"$1"
	mount --bind "$file" "$1"
}

nsswitch() {
	printf 'passwd: %s\ngroup: %s\n' "$1" "$1" | over /etc/nsswitch.conf
}

# install_module NAME: as glibc looks for it.
install_module() {
	over "$objects/libnss_$1.so.2" <"/lab/bin/libnss_$1.so.2"
}

members_in_etc() {
	cat /etc/passwd "$data/passwd" >/tmp/passwd
	cat /etc/group "$data/group" >/tmp/group
	over /etc/passwd </tmp/passwd
	over /etc/group </tmp/group
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.2
	done
}

note() {
	printf '%s\t%s\tnote\t%s\n' "$peer" "$users" "$*"
}

# time_module LABEL SERVICE OPERATION...
time_module() {
	/lab/bin/nsstime -f /lab/bin/libnss_floor.so.2 -k "$data/keys" -T 2 \
		${WARM:+-w "$WARM"} ${MOST:+-K "$MOST"} ${CLOCK:+-c} "$1" "$users" "${@:2}"
}

calls() {
	strace -f -o /tmp/strace "$@" >/dev/null 2>&1
	grep -c '(' /tmp/strace
}

# System calls of a fresh process beyond those of one that asks for nothing.
count_first_calls() {
	local base
	base=$(calls /lab/bin/onelookup none)
	note "first_lookup_calls=$(($(calls /lab/bin/onelookup passwd \
		"$(head -n 1 "$data/keys/user")") - base))"
}

. "/bench/peers/$peer.sh"
began=$(date +%s%N)
peer_up || {
	note 'did not start'
	tail -n 5 /tmp/*.log 2>/dev/null
	exit 1
}
note "ready_ms=$((($(date +%s%N) - began) / 1000000))"
# shellcheck disable=SC2086 # lists of words
[ -z "$MODULE" ] || {
	time_module "$peer" "$MODULE" $DIRECT
	/lab/bin/nsstime -k "$data/keys" -R "$peer" "$users" "$MODULE"
}
# shellcheck disable=SC2086
[ -z "$THROUGH" ] || CLOCK='' time_module "$peer@glibc" glibc $THROUGH
count_first_calls
