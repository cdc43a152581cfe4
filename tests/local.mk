include tests/fuzz/local.mk
include tests/check/local.mk
include tests/identity/local.mk
include tests/e2e/local.mk
include tests/nss/local.mk
include tests/publish/local.mk
include tests/wallet/local.mk
include tests/state/local.mk
include tests/vectors/local.mk

EXTRA_DIST += tests/package/run.sh

# Speaks to the daemon as the PAM module does; for tests/daemon.
noinst_PROGRAMS += tests/tools/wire
tests_tools_wire_SOURCES = tests/tools/wire.c
tests_tools_wire_LDADD = libwire.la
# Runs operations of a profile; likewise.
noinst_PROGRAMS += tests/tools/ask
tests_tools_ask_SOURCES = tests/tools/ask.c
tests_tools_ask_LDADD = libservices.la
# Asks for names with the rights of its owner; likewise.
noinst_PROGRAMS += tests/tools/setuid-names
tests_tools_setuid_names_SOURCES = tests/tools/setuid-names.c
tests_tools_setuid_names_LDADD =
EXTRA_DIST += tests/daemon/alike.sh tests/daemon/dialects.sh
EXTRA_DIST += tests/daemon/run.sh tests/daemon/scim.sh tests/daemon/sync.sh \
	tests/daemon/states.sh \
	tests/daemon/ids.sh tests/daemon/keys.sh tests/daemon/services.sh \
	tests/daemon/names.sh tests/daemon/profiles.sh \
	tests/daemon/clock.sh tests/daemon/factors.sh tests/daemon/offline.sh \
	tests/daemon/pins.sh tests/daemon/questions.sh \
	tests/daemon/revocation.sh tests/daemon/vouching.sh \
	tests/daemon/records.sh tests/daemon/tokens.sh
