# The shared object of the NSS module under what whole programs do to it.
if HAVE_CMOCKA
check_LTLIBRARIES += libnsslab.la
libnsslab_la_SOURCES = \
	tests/nss/lab.c tests/nss/lab.h \
	tests/nss/people.c tests/nss/people.h
libnsslab_la_CFLAGS = $(UNIT_CFLAGS)
libnsslab_la_LIBADD = libsnapset.la libwire.la

# The object finds the lab's clock_gettime() only if the program exports it.
LAB_LINK = $(AM_LDFLAGS) -Wl,--export-dynamic
LAB_LIBS = libnsslab.la $(UNIT_LIBS)

check_PROGRAMS += tests/nss/test-storm
tests_nss_test_storm_SOURCES = tests/nss/test-storm.c
tests_nss_test_storm_CFLAGS = $(UNIT_CFLAGS)
tests_nss_test_storm_LDFLAGS = $(LAB_LINK)
tests_nss_test_storm_LDADD = $(LAB_LIBS)
EXTRA_tests_nss_test_storm_DEPENDENCIES = nss_module/libnss_orglogin.la

check_PROGRAMS += tests/nss/test-places
tests_nss_test_places_SOURCES = tests/nss/test-places.c
tests_nss_test_places_CFLAGS = $(UNIT_CFLAGS)
tests_nss_test_places_LDFLAGS = $(LAB_LINK)
tests_nss_test_places_LDADD = $(LAB_LIBS)
EXTRA_tests_nss_test_places_DEPENDENCIES = nss_module/libnss_orglogin.la

check_PROGRAMS += tests/nss/test-buffers
tests_nss_test_buffers_SOURCES = tests/nss/test-buffers.c
tests_nss_test_buffers_CFLAGS = $(UNIT_CFLAGS)
tests_nss_test_buffers_LDFLAGS = $(LAB_LINK)
tests_nss_test_buffers_LDADD = $(LAB_LIBS)
EXTRA_tests_nss_test_buffers_DEPENDENCIES = nss_module/libnss_orglogin.la

check_PROGRAMS += tests/nss/test-glibc
tests_nss_test_glibc_SOURCES = tests/nss/test-glibc.c
tests_nss_test_glibc_CFLAGS = $(UNIT_CFLAGS)
tests_nss_test_glibc_LDFLAGS = $(LAB_LINK)
tests_nss_test_glibc_LDADD = $(LAB_LIBS)
EXTRA_tests_nss_test_glibc_DEPENDENCIES = nss_module/libnss_orglogin.la

check_PROGRAMS += tests/nss/test-versions
tests_nss_test_versions_SOURCES = tests/nss/test-versions.c
tests_nss_test_versions_CFLAGS = $(UNIT_CFLAGS)
tests_nss_test_versions_LDFLAGS = $(LAB_LINK)
tests_nss_test_versions_LDADD = $(LAB_LIBS)
EXTRA_tests_nss_test_versions_DEPENDENCIES = nss_module/libnss_orglogin.la

# What ./check runs once more under ThreadSanitizer, which does not see the locks
# inside glibc, and under valgrind.
NSS_STORMS = tests/nss/test-buffers \
	tests/nss/test-places tests/nss/test-storm
nss-storms: $(NSS_STORMS) nss_module/libnss_orglogin.la

# Not under a sanitizer, whose own calls and pages they would judge.
if !SANITIZED
check_PROGRAMS += tests/nss/test-lasting
tests_nss_test_lasting_SOURCES = tests/nss/test-lasting.c \
	tests/unit/descriptors.c tests/unit/descriptors.h
tests_nss_test_lasting_CFLAGS = $(UNIT_CFLAGS)
tests_nss_test_lasting_LDFLAGS = $(LAB_LINK)
tests_nss_test_lasting_LDADD = $(LAB_LIBS)
EXTRA_tests_nss_test_lasting_DEPENDENCIES = nss_module/libnss_orglogin.la

check_PROGRAMS += tests/nss/test-sandbox
tests_nss_test_sandbox_SOURCES = tests/nss/test-sandbox.c
tests_nss_test_sandbox_CFLAGS = $(UNIT_CFLAGS)
tests_nss_test_sandbox_LDFLAGS = $(LAB_LINK)
tests_nss_test_sandbox_LDADD = $(LAB_LIBS)
EXTRA_tests_nss_test_sandbox_DEPENDENCIES = nss_module/libnss_orglogin.la
endif
endif
EXTRA_DIST += tests/nss/run.sh tests/nss/versions/1.snapshot
