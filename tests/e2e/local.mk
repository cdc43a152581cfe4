# tests/e2e: scenarios on booted Debian hosts; run.sh runs them
EXTRA_DIST += \
	.ci/run \
	check \
	tests/e2e/lib/host.sh \
	tests/e2e/lib/image.sh \
	tests/e2e/lib/lab.sh \
	tests/e2e/lib/org.sh \
	tests/e2e/lib/person.sh \
	tests/e2e/lib/scenario.sh \
	tests/e2e/lib/terminal.sh \
	tests/e2e/people-of-the-host.sh \
	tests/e2e/run.sh \
	tests/tools/free-port.sh \
	tests/tools/install.sh \
	tests/tools/package.sh \
	tests/tools/packages/build \
	tests/tools/packages/host \
	tests/tools/packages/identity \
	tests/tools/packages/image \
	tests/tools/packages/npm \
	tests/tools/packages/package \
	tests/tools/tally.sh
