include helper/base/local.mk
include helper/rules/local.mk
include helper/services/local.mk
include helper/front/local.mk

sbin_PROGRAMS += orglogind
orglogind_SOURCES = helper/main.c \
	helper/daemon.c helper/daemon.h \
	helper/profiletool.c helper/profiletool.h \
	helper/settings.c helper/settings.h \
	helper/keytable.c helper/keytable.h \
	helper/providerset.c helper/providerset.h \
	helper/factorset.c helper/factorset.h
orglogind_LDADD = libfront.la

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-keytable
tests_unit_test_keytable_SOURCES = tests/unit/test-keytable.c \
	helper/keytable.c helper/providerset.c
tests_unit_test_keytable_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_keytable_LDADD = libfront.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-providerset
tests_unit_test_providerset_SOURCES = tests/unit/test-providerset.c \
	helper/providerset.c
tests_unit_test_providerset_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_providerset_LDADD = libfront.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-profiletool
tests_unit_test_profiletool_SOURCES = tests/unit/test-profiletool.c \
	helper/profiletool.c
tests_unit_test_profiletool_CFLAGS = $(UNIT_CFLAGS) \
	-DPROFILES_FOLDER='"$(abs_top_srcdir)/packaging/profiles"'
tests_unit_test_profiletool_LDADD = libfront.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-settings
tests_unit_test_settings_SOURCES = tests/unit/test-settings.c \
	helper/settings.c helper/keytable.c helper/providerset.c \
	helper/factorset.c
tests_unit_test_settings_CFLAGS = $(UNIT_CFLAGS) \
	-DPROFILES_FOLDER='"$(abs_top_srcdir)/packaging/profiles"'
tests_unit_test_settings_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=profilefile_read
tests_unit_test_settings_LDADD = libfront.la $(UNIT_LIBS)
endif
