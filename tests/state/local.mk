# Each write of the state as a whole process that is killed, or on a disk that
# fails. Not under a sanitizer, which would trace the traced.
if HAVE_CMOCKA
if !SANITIZED
check_PROGRAMS += tests/state/test-writes
tests_state_test_writes_SOURCES = tests/state/test-writes.c \
	tests/state/writes.c tests/state/writes.h \
	tests/publish/tracecalls.c tests/publish/tracecalls.h $(STATELAB)
tests_state_test_writes_CFLAGS = $(UNIT_CFLAGS) $(OATH_CFLAGS)
tests_state_test_writes_LDADD = libservices.la libcli.la $(OATH_LIBS) \
	$(UNIT_LIBS)
endif
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/state/test-full
tests_state_test_full_SOURCES = tests/state/test-full.c \
	tests/state/writes.c tests/state/writes.h $(STATELAB)
tests_state_test_full_CFLAGS = $(UNIT_CFLAGS) $(OATH_CFLAGS)
tests_state_test_full_LDADD = libservices.la libcli.la $(OATH_LIBS) \
	$(UNIT_LIBS)
endif
