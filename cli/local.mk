# The operator's command: a client like the PAM module, common only.
bin_PROGRAMS += orgloginctl
noinst_LTLIBRARIES += libcli.la

libcli_la_SOURCES = \
	cli/authenticator.c cli/authenticator.h \
	cli/cli.c cli/cli.h \
	cli/commands.c cli/commands.h \
	cli/doctor.c cli/doctor.h \
	cli/doctor_daemon.c cli/doctor_daemon.h \
	cli/doctor_files.c cli/doctor_files.h \
	cli/doctor_nss.c cli/doctor_nss.h \
	cli/doctor_pam.c cli/doctor_pam.h \
	cli/doctor_sshd.c cli/doctor_sshd.h \
	cli/doctor_sudo.c cli/doctor_sudo.h \
	cli/endsessions.c cli/endsessions.h \
	cli/explain.c cli/explain.h \
	cli/factors.c cli/factors.h \
	cli/findings.c cli/findings.h \
	cli/hostfile.c cli/hostfile.h \
	cli/hostrun.c cli/hostrun.h \
	cli/hostuids.c cli/hostuids.h \
	cli/ids.c cli/ids.h \
	cli/idsfile.c cli/idsfile.h \
	cli/invite.c cli/invite.h \
	cli/json_out.c cli/json_out.h \
	cli/keyfile.c cli/keyfile.h \
	cli/listing.c cli/listing.h \
	cli/login.c cli/login.h \
	cli/memberlist.c cli/memberlist.h \
	cli/pamstack.c cli/pamstack.h \
	cli/pamwalk.c cli/pamwalk.h \
	cli/pincode.c cli/pincode.h \
	cli/profiles.c cli/profiles.h \
	cli/records.c cli/records.h \
	cli/qr.c cli/qr.h \
	cli/show.c cli/show.h \
	cli/status.c cli/status.h \
	cli/syncnow.c cli/syncnow.h \
	cli/terminal.c cli/terminal.h \
	cli/token.c cli/token.h \
	cli/vault.c cli/vault.h
libcli_la_CFLAGS = $(AM_CFLAGS) $(QRENCODE_CFLAGS)
libcli_la_LIBADD = libwire.la $(QRENCODE_LIBS)

orgloginctl_SOURCES = cli/main.c
orgloginctl_LDADD = libcli.la

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-json_out
tests_unit_test_json_out_SOURCES = tests/unit/test-json_out.c
tests_unit_test_json_out_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_json_out_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-show
tests_unit_test_show_SOURCES = tests/unit/test-show.c
tests_unit_test_show_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_show_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-qr
tests_unit_test_qr_SOURCES = tests/unit/test-qr.c
tests_unit_test_qr_CFLAGS = $(UNIT_CFLAGS) $(QRENCODE_CFLAGS)
tests_unit_test_qr_LDADD = libcli.la $(UNIT_LIBS) $(QRENCODE_LIBS)

check_PROGRAMS += tests/unit/test-idsfile
tests_unit_test_idsfile_SOURCES = tests/unit/test-idsfile.c \
	tests/unit/clihost.c tests/unit/clihost.h \
	tests/unit/fakedaemon.c tests/unit/fakedaemon.h
tests_unit_test_idsfile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idsfile_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lstat -Wl,--wrap=getsockopt
tests_unit_test_idsfile_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-clitoken
tests_unit_test_clitoken_SOURCES = tests/unit/test-clitoken.c \
	tests/unit/clihost.c tests/unit/clihost.h \
	tests/unit/fakedaemon.c tests/unit/fakedaemon.h
tests_unit_test_clitoken_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_clitoken_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lstat -Wl,--wrap=getsockopt
tests_unit_test_clitoken_LDADD = libcli.la $(UNIT_LIBS)

KEYLAB = tests/unit/keylab.c tests/unit/keylab.h

check_PROGRAMS += tests/unit/test-keyfile
tests_unit_test_keyfile_SOURCES = tests/unit/test-keyfile.c $(KEYLAB)
tests_unit_test_keyfile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_keyfile_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-clivault
tests_unit_test_clivault_SOURCES = tests/unit/test-clivault.c $(KEYLAB) \
	tests/unit/clihost.c tests/unit/clihost.h \
	tests/unit/fakedaemon.c tests/unit/fakedaemon.h
tests_unit_test_clivault_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_clivault_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lstat -Wl,--wrap=getsockopt
tests_unit_test_clivault_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-login
tests_unit_test_login_SOURCES = tests/unit/test-login.c \
	tests/unit/person.c tests/unit/person.h \
	tests/unit/clihost.c tests/unit/clihost.h \
	tests/unit/fakedaemon.c tests/unit/fakedaemon.h
tests_unit_test_login_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_login_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lstat -Wl,--wrap=getsockopt
tests_unit_test_login_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-factors
tests_unit_test_factors_SOURCES = tests/unit/test-factors.c \
	tests/unit/person.c tests/unit/person.h \
	tests/unit/clihost.c tests/unit/clihost.h \
	tests/unit/fakedaemon.c tests/unit/fakedaemon.h
tests_unit_test_factors_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_factors_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lstat -Wl,--wrap=getsockopt
tests_unit_test_factors_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-commands
tests_unit_test_commands_SOURCES = tests/unit/test-commands.c \
	tests/unit/clihost.c tests/unit/clihost.h \
	tests/unit/fakedaemon.c tests/unit/fakedaemon.h
tests_unit_test_commands_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_commands_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lstat -Wl,--wrap=getsockopt
tests_unit_test_commands_LDADD = libcli.la $(UNIT_LIBS)

PLANTED = tests/unit/planted.c tests/unit/planted.h

check_PROGRAMS += tests/unit/test-doctor
tests_unit_test_doctor_SOURCES = tests/unit/test-doctor.c $(PLANTED)
tests_unit_test_doctor_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_doctor_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-doctor_nss
tests_unit_test_doctor_nss_SOURCES = tests/unit/test-doctor_nss.c $(PLANTED)
tests_unit_test_doctor_nss_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_doctor_nss_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-doctor_pam
tests_unit_test_doctor_pam_SOURCES = tests/unit/test-doctor_pam.c $(PLANTED)
tests_unit_test_doctor_pam_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_doctor_pam_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-doctor_sudo
tests_unit_test_doctor_sudo_SOURCES = tests/unit/test-doctor_sudo.c $(PLANTED)
tests_unit_test_doctor_sudo_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_doctor_sudo_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-doctor_sshd
tests_unit_test_doctor_sshd_SOURCES = tests/unit/test-doctor_sshd.c $(PLANTED)
tests_unit_test_doctor_sshd_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_doctor_sshd_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-hostfile
tests_unit_test_hostfile_SOURCES = tests/unit/test-hostfile.c $(PLANTED)
tests_unit_test_hostfile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_hostfile_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-pamwalk
tests_unit_test_pamwalk_SOURCES = tests/unit/test-pamwalk.c $(PLANTED)
tests_unit_test_pamwalk_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pamwalk_LDADD = libcli.la $(UNIT_LIBS) -lpam

check_PROGRAMS += tests/unit/test-pamstack
tests_unit_test_pamstack_SOURCES = tests/unit/test-pamstack.c $(PLANTED)
tests_unit_test_pamstack_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pamstack_LDADD = libcli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-profiles
tests_unit_test_profiles_SOURCES = tests/unit/test-profiles.c
tests_unit_test_profiles_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_profiles_LDADD = libcli.la $(UNIT_LIBS)
endif
