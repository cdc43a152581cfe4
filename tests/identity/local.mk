# tests/identity: the identity servers of the tests; selftest.sh tries them
EXTRA_DIST += \
	tests/identity/README.md \
	tests/identity/approve-browser.mjs \
	tests/identity/approve.sh \
	tests/identity/better-auth/device.html \
	tests/identity/better-auth/server.mjs \
	tests/identity/device-login.sh \
	tests/identity/levers.mjs \
	tests/identity/mkca.sh \
	tests/identity/modules.mjs \
	tests/identity/oidc-provider/server.mjs \
	tests/identity/package-lock.json \
	tests/identity/package.json \
	tests/identity/people.mjs \
	tests/identity/run.sh \
	tests/identity/selftest.sh \
	tests/identity/setup.sh
