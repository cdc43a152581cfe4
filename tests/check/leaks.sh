#!/bin/sh
# Nothing tells where the tree was written: no path of this clone or of its
# owner, no package registry other than the public ones.
. "$(dirname "$0")/lib.sh"

texts=$(tracked '.')
[ -n "$texts" ] || finish 'leaks: no files found'

# Directories of this machine that mean nothing elsewhere.
places()
{
	printf '%s\n' "$root" "$build" "${HOME:-}"
	dirname "$root"
	if [ -e .git ]; then
		git rev-parse --path-format=absolute --git-common-dir |
		    sed 's|/[^/]*$||; p; s|/[^/]*$||'
	fi
}

# Hosts the machine's package managers are told to use.
hosts()
{
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
	    sed -n 's|.*[a-z+]://\([^/: ]*\).*|\1|p'
	for file in "${HOME:-/}/.npmrc" /etc/npmrc /usr/etc/npmrc \
	    /etc/pip.conf "${HOME:-/}/.config/pip/pip.conf"; do
		[ ! -f "$file" ] || sed -n 's|.*https\{0,1\}://\([^/: ]*\).*|\1|p' "$file"
	done
	printf '%s\n' "${npm_config_registry:-}" "${PIP_INDEX_URL:-}" |
	    sed -n 's|^https\{0,1\}://\([^/: ]*\).*|\1|p'
}

# shellcheck disable=SC2086 # no path of the tree holds a blank
finish "$({ places; hosts; } | sort -u |
    grep -Ev '^(/|/root|/home|/tmp|/usr|/srv|/var/tmp|localhost|127\.0\.0\.1|)$' |
    grep -Ev '^(deb|security|ftp|snapshot)\.debian\.org$|^registry\.npmjs\.org$|^pypi\.org$' |
    awk '
# A path counts from its own beginning to the end of a component.
function names(text, word,    at, before, after)
{
	at = index(text, word)
	before = at > 1 ? substr(text, at - 1, 1) : " "
	after = substr(text " ", at + length(word), 1)
	return at && (word !~ /^\// ||
	    before !~ /[A-Za-z0-9_.}-]/ && after !~ /[A-Za-z0-9_.*-]/)
}

NR == FNR {
	secret[$0] = 1
	next
}
{
	for (word in secret)
		if (names($0, word))
			print FILENAME ":" FNR ": names " word
	if (FILENAME ~ /package-lock\.json$/ && /"resolved": *"/ &&
	    !/"resolved": *"https:\/\/registry\.npmjs\.org\//)
		print FILENAME ":" FNR ": resolves from a private registry"
}' - $texts)"
