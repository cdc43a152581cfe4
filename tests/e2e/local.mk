# tests/e2e: scenarios on booted Debian hosts; run.sh runs them
EXTRA_DIST += \
	.ci/run \
	try \
	tests/e2e/audit.sh \
	tests/e2e/browser-approval.sh \
	tests/e2e/console-login.sh \
	tests/e2e/cron.sh \
	tests/e2e/daemon-dead.sh \
	tests/e2e/declined-code.sh \
	tests/e2e/doctor.sh \
	tests/e2e/early-boot.sh \
	tests/e2e/everything-broken.sh \
	tests/e2e/interrupted-package.sh \
	tests/e2e/invitation.sh \
	tests/e2e/key-login.sh \
	tests/e2e/large-organization.sh \
	tests/e2e/local-groups.sh \
	tests/e2e/local-user-added.sh \
	tests/e2e/local-users.sh \
	tests/e2e/name-readers.sh \
	tests/e2e/offline.sh \
	tests/e2e/passwd.sh \
	tests/e2e/paste.sh \
	tests/e2e/password.sh \
	tests/e2e/people-of-the-host.sh \
	tests/e2e/pin.sh \
	tests/e2e/provider-dead.sh \
	tests/e2e/purge.sh \
	tests/e2e/revocation.sh \
	tests/e2e/role-withdrawn.sh \
	tests/e2e/run.sh \
	tests/e2e/ssh-login.sh \
	tests/e2e/step-up.sh \
	tests/e2e/su.sh \
	tests/e2e/sudo.sh \
	tests/e2e/tokens.sh \
	tests/e2e/totp.sh \
	tests/e2e/two-providers.sh \
	tests/e2e/unknown-user.sh \
	tests/e2e/vault-key.sh \
	tests/e2e/wrong-person.sh \
	tests/e2e/lib/factors.sh \
	tests/e2e/lib/host.sh \
	tests/e2e/lib/image.sh \
	tests/e2e/lib/lab.sh \
	tests/e2e/lib/locals.sh \
	tests/e2e/lib/org.sh \
	tests/e2e/lib/person.sh \
	tests/e2e/lib/scenario.sh \
	tests/e2e/lib/service.sh \
	tests/e2e/lib/terminal.sh \
	tests/tools/free-port.sh \
	tests/tools/install.sh \
	tests/tools/package.sh \
	tests/tools/tally.sh \
	tests/tools/packages/build \
	tests/tools/packages/host \
	tests/tools/packages/identity \
	tests/tools/packages/image \
	tests/tools/packages/npm \
	tests/tools/packages/package \
	tests/tools/packages/readers

# In EXTRA_DIST its name would mean the target: make dist would run all tests.
dist-hook:
	cp -p $(srcdir)/check $(distdir)/check
