#!/bin/sh
# The units stay locked: systemd's own score is at most 1.4, and nothing hides
# the uids of peers from the daemon (T57).
. "$(dirname "$0")/lib.sh"

need systemd-analyze
service=$build/packaging/orglogind.service
[ -f "$service" ] || finish "units: $service is missing"

finish "$(
	awk '/^(PrivateUsers|DynamicUser|User=root)/ {
		print "packaging/orglogind.service.in:" FNR ": " $0
	}' "$service"
	for service in "$build"/packaging/*.service; do
		systemd-analyze security --offline=yes --threshold=14 \
		    --no-pager "$service" >/dev/null 2>&1 ||
			echo "packaging/${service##*/}.in:1:" \
			    "exposure is above 1.4"
	done
)"
