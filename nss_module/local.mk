# The name service module: a convenience library, which the tests link too, and
# the shared object that glibc loads.
noinst_LTLIBRARIES += libnssmodule.la
libnssmodule_la_SOURCES = \
	nss_module/group.c nss_module/group.h \
	nss_module/map.c nss_module/map.h \
	nss_module/pack.c nss_module/pack.h \
	nss_module/passwd.c nss_module/passwd.h \
	nss_module/walk.c nss_module/walk.h
# Words stored one by one and loaded in pairs make the processor wait.
libnssmodule_la_CFLAGS = $(AM_CFLAGS) -ffunction-sections -fdata-sections \
	-fno-tree-slp-vectorize
libnssmodule_la_LIBADD = libsnapshot.la

nss_LTLIBRARIES = nss_module/libnss_orglogin.la
nss_module_libnss_orglogin_la_SOURCES =
nss_module_libnss_orglogin_la_LIBADD = libnssmodule.la
nss_module_libnss_orglogin_la_LDFLAGS = $(AM_LDFLAGS) -version-info 2:0:0 \
	-shared -Wl,-z,nodelete -Wl,-z,defs -Wl,--gc-sections \
	-Wl,--version-script=$(top_srcdir)/nss_module/nss_orglogin.map
nss_module_libnss_orglogin_la_DEPENDENCIES = libnssmodule.la \
	nss_module/nss_orglogin.map
EXTRA_DIST += nss_module/nss_orglogin.map

if HAVE_CMOCKA
# A published snapshot and a map over it, as a process has them.
check_LTLIBRARIES += libnsshost.la
libnsshost_la_SOURCES = tests/unit/nsshost.c tests/unit/nsshost.h
libnsshost_la_LIBADD = libnssmodule.la libsnapset.la

check_PROGRAMS += tests/unit/test-pack
tests_unit_test_pack_SOURCES = tests/unit/test-pack.c
tests_unit_test_pack_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pack_LDADD = libnssmodule.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-map
tests_unit_test_map_SOURCES = tests/unit/test-map.c
tests_unit_test_map_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_map_LDADD = libnsshost.la $(UNIT_LIBS)

# Not under a sanitizer, whose own calls and symbols they would judge.
if !SANITIZED
check_PROGRAMS += tests/unit/test-nssload
tests_unit_test_nssload_SOURCES = tests/unit/test-nssload.c
tests_unit_test_nssload_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_nssload_LDADD = $(UNIT_LIBS)
EXTRA_tests_unit_test_nssload_DEPENDENCIES = nss_module/libnss_orglogin.la
endif

check_PROGRAMS += tests/unit/test-walk
tests_unit_test_walk_SOURCES = tests/unit/test-walk.c
tests_unit_test_walk_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_walk_LDADD = libnsshost.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-passwd
tests_unit_test_passwd_SOURCES = tests/unit/test-passwd.c
tests_unit_test_passwd_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_passwd_LDADD = libnsshost.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-group
tests_unit_test_group_SOURCES = tests/unit/test-group.c
tests_unit_test_group_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_group_LDADD = libnsshost.la $(UNIT_LIBS)
endif
