#!/bin/bash
# run.sh PACKAGES BUILD: what is shipped, beside what it does. T122: each
# program and module is built hard. T124: the packages of two builds are equal
# byte for byte, and an archive of the sources is what git knows.
# Prints "ok NAME" and "not ok NAME".
set -uo pipefail

packages=$(cd "${1:?usage: run.sh PACKAGES BUILD}" && pwd)
build=$(cd "${2:?usage: run.sh PACKAGES BUILD}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d /var/tmp/orglogin-package.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
failed=0

# verdict NAME [PROBLEM]
verdict() {
	if [ -z "${2:-}" ]; then
		echo "ok $1"
	else
		printf '%s\nnot ok %s\n' "$2" "$1"
		failed=1
	fi
}

# soft FILE: what is soft about it, a line each
soft() {
	local header dynamic imports
	header=$(readelf --file-header --program-headers --wide "$1")
	dynamic=$(readelf --dynamic --wide "$1")
	imports=$(nm -D --undefined-only "$1")
	grep -q 'Type: *DYN' <<<"$header" || echo "not position independent"
	grep -q 'GNU_RELRO' <<<"$header" || echo "no RELRO"
	grep -Eq 'GNU_STACK.* RW ' <<<"$header" || echo "the stack is executable"
	grep -Eq 'LOAD.* RWE ' <<<"$header" && echo "writable code"
	grep -Eq '\(FLAGS.*(BIND_NOW|NOW)' <<<"$dynamic" || echo "binds late"
	grep -Eq '\((RPATH|RUNPATH|TEXTREL)\)' <<<"$dynamic" &&
		echo "has a run path or text relocations"
	grep -q ' __stack_chk_fail' <<<"$imports" || echo "no stack protector"
}

# fortified FILE: some call of it is checked; small ones may have none
fortified() {
	grep -Eq ' __[a-z]+_chk(@|$)' <<<"$(nm -D --undefined-only "$1")"
}

hardened() {
	local root=$scratch/root file count=0
	for file in "$packages"/*.deb; do
		dpkg-deb --extract "$file" "$root" || return
	done
	while IFS= read -r file; do
		head -c 4 "$file" | grep -q ELF || continue
		case $file in *.debug | */usr/lib/debug/*) continue ;; esac
		count=$((count + 1))
		verdict "t122-${file##*/}" "$(soft "$file")"
	done < <(find "$root" -type f | sort)
	verdict t122-all-were-seen \
		"$([ "$count" -ge 4 ] || echo "only $count programs and modules")"
	verdict t122-fortified \
		"$(fortified "$root/usr/sbin/orglogind" || echo "no checked call")"
}

# The second build is another folder's, and later.
same_twice() {
	local file problem=
	"$tree/tests/tools/package.sh" "$scratch/again" >"$scratch/log" 2>&1 ||
		problem=$(tail -n 20 "$scratch/log")
	for file in "$packages"/*.deb; do
		cmp -s "$file" "$scratch/again/${file##*/}" ||
			problem="$problem ${file##*/} differs"
	done
	verdict t124-two-builds-are-equal "$problem"
}

# But what autogen.sh makes, and what is for git alone.
archive_is_git() {
	local archive problem
	if [ ! -e "$tree/.git" ]; then
		echo "skip t124-the-archive-is-what-git-knows: no git here"
		return
	fi
	make -s -C "$build" dist >"$scratch/log" 2>&1 || {
		verdict t124-the-archive-is-what-git-knows "$(tail "$scratch/log")"
		return
	}
	archive=$(find "$build" -maxdepth 1 -name 'orglogin-*.tar.xz')
	problem=$(diff <(git -C "$tree" ls-files | grep -v '^\.gitignore$' | sort) \
		<(tar -tf "$archive" | sed 's|^[^/]*/||' | grep -v '/$' |
			grep -Ev '^(build-aux|m4)/|^(aclocal\.m4|configure|Makefile\.in)$|^$' |
			sort))
	rm -f "$archive"
	verdict t124-the-archive-is-what-git-knows "$problem"
}

hardened
same_twice
archive_is_git
exit "$failed"
