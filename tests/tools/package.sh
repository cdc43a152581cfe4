#!/bin/bash
# package.sh OUT: builds the Debian packages of this tree in OUT, from a copy,
# so that the tree stays clean. Does nothing when they are newer than all of it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
mkdir -p "${1:?usage: package.sh OUT}"
out=$(cd "$1" && pwd)

# What git knows, or in an unpacked archive all files.
files() {
	git -C "$tree" ls-files -z --cached --others --exclude-standard \
		2>/dev/null || (cd "$tree" && find . -type f -print0)
}

# One name for the contents of the tree.
state() {
	cd "$tree"
	files | sort -z | xargs -0 sha256sum 2>/dev/null | sha256sum
}

exec 9>"$out/lock"
flock 9
now=$(state)
[ "$now" != "$(cat "$out/state" 2>/dev/null)" ] || exit 0
"$here/install.sh" build package
rm -rf "$out/source" "$out"/*.deb
mkdir "$out/source"
(cd "$tree" && files | xargs -0 cp --parents -P -t "$out/source" 2>/dev/null) ||
	:
cd "$out/source"
if ! DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
	dpkg-buildpackage -b -us -uc >"$out/log" 2>&1 </dev/null; then
	tail -n 40 "$out/log" >&2
	echo "package.sh: dpkg-buildpackage failed" >&2
	exit 1
fi
rm -rf "$out/source"
echo "$now" >"$out/state"
