#!/bin/sh
# tally.sh FILE-OR-DIRECTORY...: adds up test results as "PASSED FAILED SKIPPED".
#
# Of a build directory it reads automake's NAME.trs and NAME.log; of a file the
# lines "ok NAME" and "not ok NAME". A program on cmocka counts as its test
# cases, any other as one.
set -eu

program() {
	awk -v result="$(sed -n 's/^:global-test-result: *//p' "$1")" '
	match($0, /^\[  (PASSED|FAILED|SKIPPED) *\] [0-9]+ test/) {
		split($0, word, /[] []+/)
		count[word[2]] += word[3]
	}
	END {
		cases = count["PASSED"] + count["FAILED"] + count["SKIPPED"]
		if (!cases && result == "PASS")
			count["PASSED"] = 1
		if (!cases && result == "SKIP")
			count["SKIPPED"] = 1
		# It broke off before its summary.
		if (result !~ /^(PASS|SKIP)$/ && !count["FAILED"])
			count["FAILED"] = 1
		print count["PASSED"] + 0, count["FAILED"] + 0, \
		    count["SKIPPED"] + 0
	}' "${1%.trs}.log"
}

lines() {
	awk '/^ok / { passed++ } /^not ok / { failed++ }
	END { print passed + 0, failed + 0, 0 }' "$1"
}

for place; do
	if [ -d "$place" ]; then
		find "$place" -name '*.trs' | sort | while read -r trs; do
			program "$trs"
		done
	else
		lines "$place"
	fi
done | awk '{ for (i = 1; i <= 3; i++) sum[i] += $i }
END { print sum[1] + 0, sum[2] + 0, sum[3] + 0 }'
