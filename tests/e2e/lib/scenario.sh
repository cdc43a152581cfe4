# scenario.sh: what every scenario starts with.
#
# A scenario is a script with functions, each one thing that must hold, and a
# last line `run FUNCTION...`. A function fails by `fail REASON` or one of the
# expect_ calls. Alone it makes and removes all it needs; under run.sh it
# shares the lab, and the host that host_shared gives.
set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scenario=$(basename "$0" .sh)
failed=0
booted=()

. "$tests/e2e/lib/terminal.sh"
. "$tests/e2e/lib/host.sh"
. "$tests/e2e/lib/org.sh"
. "$tests/e2e/lib/person.sh"
. "$tests/e2e/lib/factors.sh"
. "$tests/e2e/lib/locals.sh"
. "$tests/e2e/lib/lab.sh"

fail() {
	echo "$*" >"$LAB/reason"
	exit 1
}

expect_status() {
	[ "$STATUS" = "$1" ] || fail "status $STATUS instead of $1"
}

# expect_shown TEXT: TEXT was shown, as it stands.
expect_shown() {
	grep -Fq -- "$1" <<<"$SHOWN" || fail "did not show \"$1\""
}

expect_line() {
	grep -Fxq -- "$1" <<<"$SHOWN" || fail "did not show the line \"$1\""
}

expect_not_shown() {
	! grep -Fq -- "$1" <<<"$SHOWN" || fail "showed \"$1\""
}

expect_refused() {
	case $STATUS in
	0) fail "was let in" ;;
	timeout) fail "hung" ;;
	esac
}

# refused CALL..., accepted CALL...: how a sign-in or a command of a session
# went; for expect_within.
refused() {
	"$@"
	case $STATUS in
	0 | timeout) return 1 ;;
	esac
}

accepted() {
	"$@"
	[ "$STATUS" = 0 ]
}

expect_equal() {
	[ "$1" = "$2" ] || fail "${3:-value} is \"$1\" instead of \"$2\""
}

# expect_journal TEXT: the administrator finds TEXT in the journal since this
# function began.
expect_journal() {
	host_exec journalctl --sync
	grep -Fq -- "$1" <<<"$(host_journal --since "@$began")" ||
		fail "the journal does not tell \"$1\""
}

# expect_within SECONDS COMMAND...: COMMAND holds at the latest then.
expect_within() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -le "$deadline" ] || fail "not in time: $*"
		sleep 0.5
	done
}

# took COMMAND...: runs it and leaves its milliseconds in TOOK_MS.
took() {
	local from=${EPOCHREALTIME/[.,]/}
	"$@"
	TOOK_MS=$(((${EPOCHREALTIME/[.,]/} - from) / 1000))
}

# host_shared: the host that scenarios use which break nothing. Who wants another
# organisation there sets ORG_PROFILE and the like before.
host_shared() {
	HOST=web1
	if [ ! -e "$(host_dir)/ready" ]; then
		host_boot web1
		org_join
		touch "$(host_dir)/ready"
	else
		org_reset
		org_configure
		host_exec orgloginctl sync --full --accept-shrink >/dev/null
	fi
}

# host_own [bare]: a host of this scenario alone; bare: without orglogin.
host_own() {
	booted+=("$scenario")
	host_boot "$scenario"
	[ "${1:-}" = bare ] || org_join
}

evidence() {
	local name
	for name in $(tail -n 3 "$LAB/term/opened" 2>/dev/null); do
		echo "--- terminal $name"
		term_all "$name" | tail -n 40
		echo
	done
	echo "--- journal of $HOST"
	host_journal --since "@$began" -n 40 -t orglogind -t sshd -t sudo -t su -t login \
		-t cron -t CRON 2>&1 || :
}

run() {
	local name
	for name in "$@"; do
		rm -f "$LAB/term/opened" "$LAB/reason"
		began=$(date +%s)
		if (trap - EXIT; "$name"); then
			echo "ok $scenario: ${name//_/ }"
		else
			failed=1
			echo "not ok $scenario: ${name//_/ }:" \
				"$(cat "$LAB/reason" 2>/dev/null || echo broke off)"
			evidence | sed 's/^/    /'
		fi
	done
	exit $failed
}

lab_begin
