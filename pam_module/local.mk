# The PAM module: libpam and common, nothing else.
pamlib_LTLIBRARIES = pam_module/pam_orglogin.la
pamlibdir = $(pamdir)
noinst_LTLIBRARIES += libpamphases.la

# Everything but the entry points, which the tests link as it is.
libpamphases_la_SOURCES = \
	pam_module/account.c pam_module/account.h \
	pam_module/ask.c pam_module/ask.h \
	pam_module/converse.c pam_module/converse.h \
	pam_module/member.c pam_module/member.h \
	pam_module/options.c pam_module/options.h \
	pam_module/outcome.c pam_module/outcome.h \
	pam_module/pinchange.c pam_module/pinchange.h \
	pam_module/request.c pam_module/request.h \
	pam_module/signon.c pam_module/signon.h \
	pam_module/who.c pam_module/who.h
libpamphases_la_LIBADD = libwire.la -lpam

pam_module_pam_orglogin_la_SOURCES = pam_module/pam_orglogin.c
pam_module_pam_orglogin_la_LIBADD = libpamphases.la
pam_module_pam_orglogin_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-shared -Wl,--version-script=$(srcdir)/pam_module/pam_orglogin.map \
	-Wl,-z,defs
EXTRA_pam_module_pam_orglogin_la_DEPENDENCIES = \
	pam_module/pam_orglogin.map
EXTRA_DIST += pam_module/pam_orglogin.map

if HAVE_CMOCKA
FAKEPAM_WRAPS = -Wl,--wrap=lstat -Wl,--wrap=getsockopt \
	-Wl,--wrap=pam_get_user \
	-Wl,--wrap=pam_get_item -Wl,--wrap=pam_getenv \
	-Wl,--wrap=pam_set_data \
	-Wl,--wrap=pam_get_data -Wl,--wrap=pam_prompt -Wl,--wrap=pam_syslog
PAMHOST_SOURCES = tests/unit/fakedaemon.c tests/unit/fakedaemon.h \
	tests/unit/fakepam.c tests/unit/fakepam.h \
	tests/unit/pamhost.c tests/unit/pamhost.h
PAMHOST_LDADD = libpamphases.la librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-options
tests_unit_test_options_SOURCES = tests/unit/test-options.c
tests_unit_test_options_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_options_LDADD = libpamphases.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-outcome
tests_unit_test_outcome_SOURCES = tests/unit/test-outcome.c
tests_unit_test_outcome_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_outcome_LDADD = libpamphases.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-converse
tests_unit_test_converse_SOURCES = tests/unit/test-converse.c \
	tests/unit/fakepam.c tests/unit/fakepam.h
tests_unit_test_converse_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_converse_LDFLAGS = $(AM_LDFLAGS) \
	$(FAKEPAM_WRAPS) -Wl,--wrap=free
tests_unit_test_converse_LDADD = libpamphases.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-ask
tests_unit_test_ask_SOURCES = tests/unit/test-ask.c $(PAMHOST_SOURCES)
tests_unit_test_ask_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_ask_LDFLAGS = $(AM_LDFLAGS) $(FAKEPAM_WRAPS)
tests_unit_test_ask_LDADD = $(PAMHOST_LDADD)

check_PROGRAMS += tests/unit/test-member
tests_unit_test_member_SOURCES = tests/unit/test-member.c $(PAMHOST_SOURCES)
tests_unit_test_member_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_member_LDFLAGS = $(AM_LDFLAGS) $(FAKEPAM_WRAPS)
tests_unit_test_member_LDADD = $(PAMHOST_LDADD)

# Both modules, side by side.
check_PROGRAMS += tests/unit/test-nameforms
tests_unit_test_nameforms_SOURCES = tests/unit/test-nameforms.c
tests_unit_test_nameforms_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_nameforms_LDADD = libnsshost.la libpamphases.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-who
tests_unit_test_who_SOURCES = tests/unit/test-who.c $(PAMHOST_SOURCES)
tests_unit_test_who_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_who_LDFLAGS = $(AM_LDFLAGS) $(FAKEPAM_WRAPS)
tests_unit_test_who_LDADD = $(PAMHOST_LDADD)

check_PROGRAMS += tests/unit/test-request
tests_unit_test_request_SOURCES = tests/unit/test-request.c $(PAMHOST_SOURCES)
tests_unit_test_request_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_request_LDFLAGS = $(AM_LDFLAGS) $(FAKEPAM_WRAPS)
tests_unit_test_request_LDADD = $(PAMHOST_LDADD)

check_PROGRAMS += tests/unit/test-signon
tests_unit_test_signon_SOURCES = tests/unit/test-signon.c $(PAMHOST_SOURCES)
tests_unit_test_signon_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_signon_LDFLAGS = $(AM_LDFLAGS) $(FAKEPAM_WRAPS)
tests_unit_test_signon_LDADD = $(PAMHOST_LDADD)

check_PROGRAMS += tests/unit/test-account
tests_unit_test_account_SOURCES = tests/unit/test-account.c $(PAMHOST_SOURCES)
tests_unit_test_account_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_account_LDFLAGS = $(AM_LDFLAGS) $(FAKEPAM_WRAPS)
tests_unit_test_account_LDADD = $(PAMHOST_LDADD)

check_PROGRAMS += tests/unit/test-pinchange
tests_unit_test_pinchange_SOURCES = tests/unit/test-pinchange.c \
	$(PAMHOST_SOURCES)
tests_unit_test_pinchange_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pinchange_LDFLAGS = $(AM_LDFLAGS) $(FAKEPAM_WRAPS) \
	-Wl,--wrap=getuid
tests_unit_test_pinchange_LDADD = $(PAMHOST_LDADD)

check_PROGRAMS += tests/unit/test-pamfaults
tests_unit_test_pamfaults_SOURCES = tests/unit/test-pamfaults.c \
	tests/unit/descriptors.c tests/unit/descriptors.h $(PAMHOST_SOURCES)
tests_unit_test_pamfaults_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pamfaults_LDFLAGS = $(AM_LDFLAGS) $(FAKEPAM_WRAPS) \
	-Wl,--wrap=open -Wl,--wrap=read -Wl,--wrap=close -Wl,--wrap=fstat \
	-Wl,--wrap=stat -Wl,--wrap=mmap -Wl,--wrap=munmap \
	-Wl,--wrap=socket -Wl,--wrap=connect -Wl,--wrap=poll \
	-Wl,--wrap=send -Wl,--wrap=recv -Wl,--wrap=clock_gettime \
	-Wl,--wrap=time -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=strdup -Wl,--wrap=free
tests_unit_test_pamfaults_LDADD = $(PAMHOST_LDADD)

check_PROGRAMS += tests/unit/test-pam_orglogin
tests_unit_test_pam_orglogin_SOURCES = tests/unit/test-pam_orglogin.c \
	tests/unit/descriptors.c tests/unit/descriptors.h
tests_unit_test_pam_orglogin_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pam_orglogin_LDADD = -lpam -ldl $(UNIT_LIBS)
EXTRA_tests_unit_test_pam_orglogin_DEPENDENCIES = pam_module/pam_orglogin.la
endif
