#!/bin/sh
# free-port.sh [WANTED]: prints a TCP port on which nothing of this machine
# listens: WANTED, or one at random when that is taken, with seven behind it that
# nobody else is given.
set -eu

taken() {
	awk -v port="$(printf %04X "$1")" \
		'$4 == "0A" && $2 ~ ":" port "$" { found = 1 }
		END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

for port in "$@" $(seq 20000 8 30000 | shuf -n 50); do
	if ! taken "$port"; then
		echo "$port"
		exit
	fi
done
echo "free-port.sh: none found" >&2
exit 1
