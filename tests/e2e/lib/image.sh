#!/bin/bash
# image.sh ROOT: unpacks a fresh Debian of this machine's own release in ROOT.
#
# The Debian is made once by mmdebstrap and kept as a tar in
# ${ORGLOGIN_CACHE:-/var/cache/orglogin-tests}, named by what went into it, so
# that a changed package list or release makes a new one. Several runs may ask
# at once; one of them makes it. The packages of the list `readers` lie in it as
# files, in /var/cache/lab, for a scenario to install.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tools=$(cd "$here/../../tools" && pwd)
cache=${ORGLOGIN_CACHE:-/var/cache/orglogin-tests}
packages=/var/cache/lab
work=

fail() {
	echo "image.sh: $*" >&2
	exit 1
}

tidy() {
	[ -z "$work" ] || rm -rf "$work"
}

# The archives that this machine's own apt uses, in either of its formats:
# versions then fit the libraries that the package was built against.
sources() {
	apt-get indextargets --format \
		'$(ORIGIN) deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' | sed -n 's/^Debian //p' | sort -u
}

make_image() {
	local image=$1 names=$2 readers=$3
	work=$(mktemp -d "$cache/making.XXXXXX")
	sources >"$work/sources.list"
	[ -s "$work/sources.list" ] ||
		fail "apt of this machine has no Debian archive"
	echo "image.sh: making a Debian image (once, a minute or two)" >&2
	mmdebstrap --variant=minbase --quiet \
		--include="$(echo $names | tr ' ' ,)" \
		--customize-hook='rm -f "$1"/etc/ssh/ssh_host_*' \
		--customize-hook="mkdir \"\$1$packages\" &&
			chroot \"\$1\" sh -c 'cd $packages &&
			apt-get download -q $(echo $readers)'" \
		"$suite" "$work/image.tar" "$work/sources.list" \
		>"$work/log" 2>&1 </dev/null || {
		tail -n 40 "$work/log" >&2
		fail "mmdebstrap failed"
	}
	mv "$work/image.tar" "$image"
}

root=${1:?usage: image.sh ROOT}
trap tidy EXIT
mkdir -p "$cache" "$root"
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:?}")
names=$("$tools/install.sh" --list image)
readers=$("$tools/install.sh" --list readers)
key=$({
	echo "$names" "$readers"
	sources
	cat "$0"
} | sha256sum | cut -c1-16)
image=$cache/$suite-$key.tar
exec 9>"$cache/lock"
flock 9
[ -s "$image" ] || make_image "$image" "$names" "$readers"
flock -u 9
tar -C "$root" --numeric-owner --xattrs --xattrs-include='*' -xpf "$image"
