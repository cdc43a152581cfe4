# tests/identity: the identity servers of the tests; selftest.sh tries them
EXTRA_DIST += \
	tests/identity/README.md \
	tests/identity/approve-browser.mjs \
	tests/identity/approve-paste.sh \
	tests/identity/approve.sh \
	tests/identity/better-auth/device.html \
	tests/identity/better-auth/server.mjs \
	tests/identity/device-login.sh \
	tests/identity/entra/server.mjs \
	tests/identity/front.mjs \
	tests/identity/google/server.mjs \
	tests/identity/levers.mjs \
	tests/identity/mkca.sh \
	tests/identity/modules.mjs \
	tests/identity/oidc-provider/server.mjs \
	tests/identity/package-lock.json \
	tests/identity/package.json \
	tests/identity/paste-page.mjs \
	tests/identity/people.mjs \
	tests/identity/run.sh \
	tests/identity/scim-server/server.mjs \
	tests/identity/scripted/documented.mjs \
	tests/identity/scripted/faults.mjs \
	tests/identity/scripted/issuer.mjs \
	tests/identity/scripted/scim.mjs \
	tests/identity/scripted/selftest.mjs \
	tests/identity/scripted/server.mjs \
	tests/identity/scripted/service.mjs \
	tests/identity/scripted/tokens.mjs \
	tests/identity/selftest.sh \
	tests/identity/setup.sh \
	tests/tools/packages/browser \
	tests/tools/packages/identity \
	tests/tools/packages/npm
