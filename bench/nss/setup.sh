#!/bin/bash
# setup.sh [USERS...]: makes the lab under $LAB: the programs, a Debian 12 with
# the peers in it, and the data. Runs from the build folder, as root; needs
# mmdebstrap and python3. Remove $LAB to undo it.
set -euo pipefail

: "${LAB:=/var/tmp/orglogin-nss}"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
packages=nscd,sssd-common,sssd-proxy,libnss-sss,libnss-systemd,strace,procps,iproute2

object() {
	"${CC:-cc}" -O2 -g -Wall -Wextra -D_GNU_SOURCE -I"$top" "$@"
}

mkdir -p "$LAB/bin" "$LAB/data" "$LAB/results"
object -o "$LAB/bin/nsstime" "$here"/nss{time,worker,keys,module}.c \
	"$top/common/num.c" -lpthread -ldl
object -o "$LAB/bin/mkfloor" "$here/mkfloor.c" "$top/common/num.c"
object -o "$LAB/bin/onelookup" "$here/onelookup.c"
for module in floor empty; do
	object -fPIC -shared -o "$LAB/bin/libnss_$module.so.2" "$here/$module.c"
done
make -s tests/tools/mksnapshot nss_module/libnss_orglogin.la
install tests/tools/mksnapshot "$LAB/bin/mksnapshot"
install nss_module/.libs/libnss_orglogin.so.2 "$LAB/bin/libnss_orglogin.so.2"

[ -d "$LAB/root" ] || mmdebstrap --quiet --variant=minbase \
	--include="$packages" bookworm "$LAB/root" \
	"$(grep -rhoE 'https?://[^ ]+' /etc/apt/sources.list \
		/etc/apt/sources.list.d/ 2>/dev/null | head -n 1)"
[ $# -gt 0 ] || set -- 1000 10000 100000 1000000
for users; do
	data=$LAB/data/$users
	if [ ! -f "$data/floor" ]; then
		python3 "$here/gen.py" "$users" "$data" \
			$([ "$users" -gt 10000 ] || echo --userdb)
		# shellcheck disable=SC2046 # four words
		"$LAB/bin/mkfloor" $(cat "$data/floor.args") "$data/floor"
	fi
	"$LAB/bin/mksnapshot" "$data/passwd" "$data/group" "$data/snapshot"
done
