# What the modules, the command and the daemon share; libc only.
noinst_LTLIBRARIES += libsnapshot.la libwire.la

# Small enough for the NSS module: nothing here allocates, and the linker drops
# the functions that a user of the library does not call.
libsnapshot_la_CFLAGS = $(AM_CFLAGS) -ffunction-sections -fdata-sections \
	-fno-tree-slp-vectorize
libsnapshot_la_SOURCES =
libsnapshot_la_SOURCES += common/err.c common/err.h
libsnapshot_la_SOURCES += common/attrs.h common/paths.h common/times.h
libsnapshot_la_SOURCES += common/name.c common/name.h
libsnapshot_la_SOURCES += common/text.c common/text.h
libsnapshot_la_SOURCES += common/snapshot.h common/snapshot_format.h
libsnapshot_la_SOURCES += common/snapshot_hash.h
libsnapshot_la_SOURCES += common/snapshot_read.h common/snapshot_search.h
libsnapshot_la_SOURCES += common/snapshot.c common/snapshot_header.c
libsnapshot_la_SOURCES += common/snapshot_file.c common/snapshot_file.h
libsnapshot_la_SOURCES += common/snapshot_proof.c common/snapshot_proof.h
libsnapshot_la_SOURCES += common/snapshot_hidden.h
libsnapshot_la_SOURCES += common/snapshot_validate.c
libsnapshot_la_SOURCES += common/snapshot_find.h
libsnapshot_la_SOURCES += common/roster.c common/roster.h common/roster_find.h

libwire_la_SOURCES =
libwire_la_SOURCES += common/secret.c common/secret.h
libwire_la_SOURCES += common/buf.c common/buf.h
libwire_la_SOURCES += common/localuser.c common/localuser.h
libwire_la_SOURCES += common/num.c common/num.h
libwire_la_SOURCES += common/times.c
libwire_la_SOURCES += common/proto.c common/proto.h common/proto_admin.h common/proto_factors.h
libwire_la_SOURCES += common/client.c common/client.h
libwire_la_LIBADD = libsnapshot.la

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-err
tests_unit_test_err_SOURCES = tests/unit/test-err.c
tests_unit_test_err_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_err_LDADD = libsnapshot.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-secret
tests_unit_test_secret_SOURCES = tests/unit/test-secret.c
tests_unit_test_secret_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_secret_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free
tests_unit_test_secret_LDADD = libwire.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-buf
tests_unit_test_buf_SOURCES = tests/unit/test-buf.c
tests_unit_test_buf_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_buf_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=free -Wl,--wrap=calloc
tests_unit_test_buf_LDADD = libwire.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-localuser
tests_unit_test_localuser_SOURCES = tests/unit/test-localuser.c
tests_unit_test_localuser_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_localuser_LDADD = libwire.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-num
tests_unit_test_num_SOURCES = tests/unit/test-num.c
tests_unit_test_num_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_num_LDADD = libwire.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-times
tests_unit_test_times_SOURCES = tests/unit/test-times.c
tests_unit_test_times_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_times_LDADD = libwire.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-text
tests_unit_test_text_SOURCES = tests/unit/test-text.c
tests_unit_test_text_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_text_LDADD = libwire.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-proto
tests_unit_test_proto_SOURCES = tests/unit/test-proto.c
tests_unit_test_proto_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_proto_LDADD = libwire.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-client
tests_unit_test_client_SOURCES = tests/unit/test-client.c \
	tests/unit/fakedaemon.c tests/unit/fakedaemon.h
tests_unit_test_client_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_client_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lstat -Wl,--wrap=getsockopt
tests_unit_test_client_LDADD = libwire.la $(UNIT_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-name
tests_unit_test_name_SOURCES = tests/unit/test-name.c
tests_unit_test_name_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_name_LDADD = libsnapshot.la $(UNIT_LIBS)

# Members and files of them, made by the daemon's writer.
check_LTLIBRARIES += libsnapset.la
libsnapset_la_SOURCES = tests/unit/snapset.c tests/unit/snapset.h
libsnapset_la_SOURCES += tests/unit/snapform.c tests/unit/snapform.h
libsnapset_la_SOURCES += tests/unit/snapseal.c tests/unit/snapseal.h
libsnapset_la_LIBADD = librules.la

check_PROGRAMS += tests/unit/test-snapshot
tests_unit_test_snapshot_SOURCES = tests/unit/test-snapshot.c
tests_unit_test_snapshot_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapshot_LDADD = libsnapset.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-roster
tests_unit_test_roster_SOURCES = tests/unit/test-roster.c
tests_unit_test_roster_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_roster_LDADD = libsnapset.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-snapshot_file
tests_unit_test_snapshot_file_SOURCES = tests/unit/test-snapshot_file.c
tests_unit_test_snapshot_file_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapshot_file_LDADD = libsnapset.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-snapshot_proof
tests_unit_test_snapshot_proof_SOURCES = tests/unit/test-snapshot_proof.c
tests_unit_test_snapshot_proof_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapshot_proof_LDADD = libsnapset.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-snapshot_validate
tests_unit_test_snapshot_validate_SOURCES = tests/unit/test-snapshot_validate.c
tests_unit_test_snapshot_validate_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapshot_validate_LDADD = libsnapset.la $(UNIT_LIBS)
endif
