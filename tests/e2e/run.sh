#!/bin/bash
# run.sh [SCENARIO...]: runs the named scenarios of this folder, or all.
#
# One lab serves all of them: the identity servers, and one host for the
# scenarios that break nothing. When one of them fails the next gets a new
# host. The last line is "N passed, N failed, N skipped".
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tests=$(dirname "$here")
booted=()
. "$here/lib/terminal.sh"
. "$here/lib/host.sh"
. "$here/lib/org.sh"
. "$here/lib/lab.sh"

# one SCENARIO: its lines go to the screen and, those that count, to a file.
one() {
	timeout --foreground -k 30 900 "$here/$1.sh" </dev/null 2>&1 | tee "$LAB/out"
	local status=${PIPESTATUS[0]}
	grep -E '^(not )?ok ' "$LAB/out" >"$LAB/lines" || :
	if [ "$status" != 0 ] && ! grep -q '^not ok ' "$LAB/lines"; then
		echo "not ok $1: ended with status $status" |
			tee -a "$LAB/lines"
	fi
	cat "$LAB/lines" >>"$LAB/result"
	[ "$status" = 0 ] || host_stop web1
}

unset ORGLOGIN_LAB
lab_begin
export ORGLOGIN_LAB=$LAB
: >"$LAB/result"
[ $# -gt 0 ] || set -- $(cd "$here" && ls ./*.sh | sed 's,^\./,,; s,\.sh$,,' |
	grep -vx run)
for scenario in "$@"; do
	one "$scenario"
done
passed=$(grep -c '^ok ' "$LAB/result")
failed=$(grep -c '^not ok ' "$LAB/result")
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
