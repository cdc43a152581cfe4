#!/bin/sh
# install.sh PURPOSE...: installs the Debian packages that are missing of the
# lists packages/PURPOSE. install.sh --list PURPOSE... only prints the names.
#
# A line is one package, or alternatives "new | old" of which the first that
# this release knows is taken. Says nothing when there is nothing to do.
set -eu

lists=$(dirname "$0")/packages
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

fail() {
	echo "install.sh: $*" >&2
	exit 1
}

# Alternatives need apt's lists, which a fresh machine may not have yet.
read_known() {
	known=$(apt-cache pkgnames)
	is_known libc6 && return
	quietly apt-get update -q
	known=$(apt-cache pkgnames)
}

is_known() {
	echo "$known" | grep -qx "$1"
}

choose() {
	for name in $(echo "$1" | tr '|' ' '); do
		if is_known "$name"; then
			echo "$name"
			return
		fi
	done
	fail "none of these packages is known to apt: $1"
}

lines() {
	for purpose in "$@"; do
		[ -r "$lists/$purpose" ] || fail "no list packages/$purpose"
		sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' \
			"$lists/$purpose"
	done | sort -u
}

wanted() {
	all=$(lines "$@")
	case $all in
	*'|'*) read_known ;;
	esac
	echo "$all" | while read -r line; do
		case $line in
		*'|'*) choose "$line" ;;
		*) echo "$line" ;;
		esac
	done
}

missing() {
	for name in $1; do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$name" \
			2>/dev/null) || state=
		[ "$state" = installed ] || echo "$name"
	done
}

quietly() {
	log=$(mktemp)
	if ! "$@" >"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		rm -f "$log"
		fail "failed: $*"
	fi
	rm -f "$log"
}

[ $# -gt 0 ] || fail "usage: install.sh [--list] PURPOSE..."
if [ "$1" = --list ]; then
	shift
	wanted "$@"
	exit
fi

names=$(wanted "$@")
todo=$(missing "$names")
[ -n "$todo" ] || exit 0
[ "$(id -u)" = 0 ] || fail "run as root to install:" $todo
quietly apt-get update -q
quietly apt-get install -y -q --no-install-recommends $todo
