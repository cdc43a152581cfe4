# A renewal, at the service or the provider, or a second factor, as a whole
# process that is killed, or on a disk that fails. Not under a sanitizer, which
# would trace the traced.
EVERYFAULT = tests/wallet/everyfault.c tests/wallet/everyfault.h \
	tests/publish/tracecalls.c tests/publish/tracecalls.h

if HAVE_CMOCKA
if !SANITIZED
check_PROGRAMS += tests/wallet/test-killed
tests_wallet_test_killed_SOURCES = tests/wallet/test-killed.c \
	$(EVERYFAULT) $(WALLETLAB)
tests_wallet_test_killed_CFLAGS = $(UNIT_CFLAGS)
tests_wallet_test_killed_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/wallet/test-vouched
tests_wallet_test_vouched_SOURCES = tests/wallet/test-vouched.c \
	$(EVERYFAULT) $(WALLETLAB)
tests_wallet_test_vouched_CFLAGS = $(UNIT_CFLAGS)
tests_wallet_test_vouched_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/wallet/test-tries
tests_wallet_test_tries_SOURCES = tests/wallet/test-tries.c \
	tests/publish/tracecalls.c tests/publish/tracecalls.h $(STATELAB) $(OTPCODE)
tests_wallet_test_tries_CFLAGS = $(UNIT_CFLAGS) $(OATH_CFLAGS)
tests_wallet_test_tries_LDADD = libservices.la $(OATH_LIBS) $(UNIT_LIBS)
endif
endif
