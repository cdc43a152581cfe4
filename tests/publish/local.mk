# Publishing as a whole process on a machine that fails. Not under a sanitizer,
# which would trace the traced, and judge a process that was killed.
if HAVE_CMOCKA
if !SANITIZED
check_PROGRAMS += tests/publish/test-crash
tests_publish_test_crash_SOURCES = tests/publish/test-crash.c \
	tests/publish/tracecalls.c tests/publish/tracecalls.h \
	tests/publish/reader.c tests/publish/reader.h $(PUBLISHLAB)
tests_publish_test_crash_CFLAGS = $(UNIT_CFLAGS)
tests_publish_test_crash_LDADD = libservices.la libnssmodule.la $(UNIT_LIBS)
endif
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/publish/test-full
tests_publish_test_full_SOURCES = tests/publish/test-full.c \
	tests/publish/reader.c tests/publish/reader.h $(PUBLISHLAB)
tests_publish_test_full_CFLAGS = $(UNIT_CFLAGS)
tests_publish_test_full_LDADD = libservices.la libnssmodule.la $(UNIT_LIBS)
endif
