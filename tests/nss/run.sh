#!/bin/bash
# run.sh BUILD [TOOL...]: the storms of a build, each under the tool, which is
# a command such as valgrind. Prints "ok NAME" and "not ok NAME".
set -uo pipefail

build=$(cd "${1:?usage: run.sh BUILD [TOOL...]}" && pwd)
shift
tool=$(basename "${1:-$build}")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
cd "$build" && make -s nss-storms >"$log" 2>&1 || {
	cat "$log"
	exit 1
}

for program in $(make -s --eval='show: ; @echo $(NSS_STORMS)' show); do
	name=$tool-${program##*/test-}
	if "$@" "$program" >"$log" 2>&1; then
		echo "ok $name"
	else
		cat "$log"
		echo "not ok $name"
		failed=1
	fi
done
exit "$failed"
