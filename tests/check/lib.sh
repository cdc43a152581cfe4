# shellcheck shell=sh disable=SC2034 # its variables are for the checks
# Sourced by every check: where the tree is, which files it holds and how a
# violation is told. A check prints file:line: what for each violation and fails
# when it printed anything; it fails as well when it found nothing to look at.
# $top_srcdir and $top_builddir name other trees than the one around the script.

set -eu
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "${top_srcdir:-$here/../..}" && pwd)
if [ -n "${top_builddir:-}" ]; then
	build=$(cd "$top_builddir" && pwd)
elif [ -d "$root/build" ]; then
	build=$root/build
else
	build=$root
fi
cd "$root"

# The product's own folders: what is installed is built from these alone.
product='^(common|pam_module|nss_module|cli|helper)/'

# tracked REGEX: the tree's files whose path matches, one a line.
tracked()
{
	if [ -e .git ]; then
		git ls-files
	else
		find . -name .git -prune -o -name node_modules -prune -o \
		    -path './build*' -prune -o -type f -print | sed 's|^\./||'
	fi | sort | awk -v want="$1" '$0 ~ want' | while IFS= read -r file; do
		[ ! -f "$file" ] || printf '%s\n' "$file"
	done
}

# need TOOL...: without its tool a check fails, it is never skipped.
need()
{
	for tool; do
		command -v "$tool" >/dev/null || {
			echo "tests/check/packages: $tool is not installed"
			exit 1
		}
	done
}

# code FILE...: FILE:LINE:CODE with comments and the text of strings removed.
code()
{
	awk -f "$here/code.awk" "$@"
}

# c_flags: what the compiler needs to read any source of the tree.
c_flags()
{
	printf '%s\n' -std=gnu11 -D_GNU_SOURCE -I. -Ihelper '-DORGLOGIN_VERSION=""' \
	    '-DORGLOGIN_SBINDIR=""' '-DORGLOGIN_SYSCONFDIR=""' \
	    '-DORGLOGIN_LOCALSTATEDIR=""' '-DORGLOGIN_RUNSTATEDIR=""' '-DORGLOGIN_DATADIR=""' \
	    '-DORGLOGIN_PAMDIR=""' '-DORGLOGIN_NSSDIR=""'
	[ ! -f "$build/Makefile" ] ||
		sed -n 's/^DEFS = //p' "$build/Makefile" | tr ' ' '\n' |
		    grep '^-DHAVE_' || true
	for lib in libcurl libcjson libjwt libcrypto sqlite3 libuv; do
		pkg-config --cflags "$lib" 2>/dev/null || true
	done
}

# finish TEXT: the verdict; TEXT holds the violations, if any.
finish()
{
	[ -z "$1" ] || {
		printf '%s\n' "$1"
		exit 1
	}
}
