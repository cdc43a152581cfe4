# The rules of HACKING.md as scripts; each prints file:line: what and fails.
dist_check_SCRIPTS += \
	tests/check/banned.sh \
	tests/check/docs.sh \
	tests/check/duplicates.sh \
	tests/check/exports.sh \
	tests/check/fences.sh \
	tests/check/format.sh \
	tests/check/headers.sh \
	tests/check/layers.sh \
	tests/check/leaks.sh \
	tests/check/links.sh \
	tests/check/manuals.sh \
	tests/check/paste.sh \
	tests/check/selftest.sh \
	tests/check/sizes.sh \
	tests/check/tests.sh \
	tests/check/units.sh

EXTRA_DIST += \
	tests/check/code.awk \
	tests/check/lib.sh \
	tests/check/parsers \
	tests/check/sizes.allow \
	tests/check/untested.allow \
	tests/tools/packages/checks
