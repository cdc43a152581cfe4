#!/bin/bash
# lab.sh USERS PEER...: times each peer at that size, one after the other, and
# prints the lines of nsstime. Each runs in mount, process and network
# namespaces of its own: what it puts over /etc and what it starts ends with it.
set -euo pipefail

: "${LAB:=/var/tmp/orglogin-nss}"
here=$(cd "$(dirname "$0")" && pwd)
export LAB

# Inside the namespaces: the Debian with the lab's folders in it.
enter() {
	local root=$LAB/root folder
	mount --make-rprivate /
	mkdir -p "$root"/{bench,lab}
	mount --bind "$here" "$root/bench"
	mount --rbind "$LAB" "$root/lab"
	mount --rbind /dev "$root/dev"
	mount -t proc proc "$root/proc"
	for folder in tmp run var/lib/sss var/cache/nscd var/log var/lib/orglogin; do
		mkdir -p "$root/$folder"
		mount -t tmpfs -o mode=0755 tmpfs "$root/$folder"
	done
	ip link set lo up
	exec chroot "$root" /bin/bash /bench/inlab.sh "$@"
}

if [ "${1:-}" = --inside ]; then
	shift
	enter "$@"
fi
[ $# -ge 2 ] || {
	echo 'usage: lab.sh USERS PEER...' >&2
	exit 2
}
users=$1
shift
for peer; do
	timeout -s KILL 600 unshare --mount --pid --ipc --net --fork \
		--kill-child -- "$0" --inside "$peer" "$users" |
		tee "$LAB/results/$peer.$users.tsv"
done
