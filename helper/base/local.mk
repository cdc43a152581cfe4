# The daemon's edges: the kernel and the third-party libraries, each in one file.
noinst_LTLIBRARIES += libbase.la

libbase_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(CJSON_CFLAGS) \
	$(JWT_CFLAGS) $(CRYPTO_CFLAGS) $(OATH_CFLAGS) $(SQLITE_CFLAGS) \
	$(UV_CFLAGS)
libbase_la_LIBADD = libwire.la $(CURL_LIBS) $(CJSON_LIBS) $(JWT_LIBS) \
	$(CRYPTO_LIBS) $(OATH_LIBS) $(SQLITE_LIBS) $(UV_LIBS)
libbase_la_SOURCES =
libbase_la_SOURCES += helper/base/clock.c helper/base/clock.h
libbase_la_SOURCES += helper/base/loop.c helper/base/loop.h
libbase_la_SOURCES += helper/base/otp.c helper/base/otp.h
libbase_la_SOURCES += helper/base/privilege.c helper/base/privilege.h
libbase_la_SOURCES += helper/base/files.c helper/base/files.h
libbase_la_SOURCES += helper/base/footprint.c helper/base/footprint.h
libbase_la_SOURCES += helper/base/conf.c helper/base/conf.h
libbase_la_SOURCES += helper/base/log.c helper/base/log.h
libbase_la_SOURCES += helper/base/linefile.c helper/base/linefile.h
libbase_la_SOURCES += helper/base/journal.c helper/base/journal.h
libbase_la_SOURCES += helper/base/http.c helper/base/http.h
libbase_la_SOURCES += helper/base/httpform.c helper/base/httpform.h
libbase_la_SOURCES += helper/base/httppolicy.c helper/base/httppolicy.h
libbase_la_SOURCES += helper/base/db.c helper/base/db.h
libbase_la_SOURCES += helper/base/dbfile.c helper/base/dbfile.h
libbase_la_SOURCES += helper/base/pagesum.c helper/base/pagesum.h
libbase_la_SOURCES += helper/base/schema.c helper/base/schema.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-otp
tests_unit_test_otp_SOURCES = tests/unit/test-otp.c
tests_unit_test_otp_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_otp_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-clock
tests_unit_test_clock_SOURCES = tests/unit/test-clock.c
tests_unit_test_clock_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_clock_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-privilege
tests_unit_test_privilege_SOURCES = tests/unit/test-privilege.c
tests_unit_test_privilege_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_privilege_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-footprint
tests_unit_test_footprint_SOURCES = tests/unit/test-footprint.c
tests_unit_test_footprint_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_footprint_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc_trim
tests_unit_test_footprint_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-loop
tests_unit_test_loop_SOURCES = tests/unit/test-loop.c
tests_unit_test_loop_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_loop_LDADD = libbase.la $(UNIT_LIBS)

FAILCALLS = tests/unit/failcalls.c tests/unit/failcalls.h
FAILCALLS_WRAP = -Wl,--wrap=open -Wl,--wrap=openat -Wl,--wrap=fchmod \
	-Wl,--wrap=write -Wl,--wrap=pwrite -Wl,--wrap=fsync \
	-Wl,--wrap=pread \
	-Wl,--wrap=close -Wl,--wrap=renameat -Wl,--wrap=mmap

check_PROGRAMS += tests/unit/test-files
tests_unit_test_files_SOURCES = tests/unit/test-files.c $(FAILCALLS)
tests_unit_test_files_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_files_LDFLAGS = $(AM_LDFLAGS) $(FAILCALLS_WRAP)
tests_unit_test_files_LDADD = libbase.la $(UNIT_LIBS)
endif

# Text and tokens from outside.
libbase_la_SOURCES += helper/base/crypto.c helper/base/crypto.h
libbase_la_SOURCES += helper/base/jwk.c helper/base/jwk.h
libbase_la_SOURCES += helper/base/jwksig.c helper/base/jwksig.h
libbase_la_SOURCES += helper/base/jws.c helper/base/jws.h
libbase_la_SOURCES += helper/base/jws-samples.h
libbase_la_SOURCES += helper/base/jwtsig.c helper/base/jwtsig.h
libbase_la_SOURCES += helper/base/json.c helper/base/json.h
libbase_la_SOURCES += helper/base/jsoncheck.c helper/base/jsoncheck.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-jsoncheck
tests_unit_test_jsoncheck_SOURCES = tests/unit/test-jsoncheck.c
tests_unit_test_jsoncheck_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_jsoncheck_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-json
tests_unit_test_json_SOURCES = tests/unit/test-json.c
tests_unit_test_json_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_json_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free
tests_unit_test_json_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-conf
tests_unit_test_conf_SOURCES = tests/unit/test-conf.c
tests_unit_test_conf_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_conf_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-log
tests_unit_test_log_SOURCES = tests/unit/test-log.c
tests_unit_test_log_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_log_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=write
tests_unit_test_log_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-linefile
tests_unit_test_linefile_SOURCES = tests/unit/test-linefile.c
tests_unit_test_linefile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_linefile_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=write
tests_unit_test_linefile_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-journal
tests_unit_test_journal_SOURCES = tests/unit/test-journal.c
tests_unit_test_journal_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_journal_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-schema
tests_unit_test_schema_SOURCES = tests/unit/test-schema.c
tests_unit_test_schema_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_schema_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-db
tests_unit_test_db_SOURCES = tests/unit/test-db.c
tests_unit_test_db_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_db_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-dbfile
tests_unit_test_dbfile_SOURCES = tests/unit/test-dbfile.c
tests_unit_test_dbfile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_dbfile_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-pagesum
tests_unit_test_pagesum_SOURCES = tests/unit/test-pagesum.c
tests_unit_test_pagesum_CFLAGS = $(UNIT_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_pagesum_LDADD = libbase.la $(SQLITE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-crypto
tests_unit_test_crypto_SOURCES = tests/unit/test-crypto.c
tests_unit_test_crypto_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_crypto_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-jwk
tests_unit_test_jwk_SOURCES = tests/unit/test-jwk.c \
	tests/unit/vectors.c tests/unit/vectors.h
tests_unit_test_jwk_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_jwk_LDADD = libbase.la $(CRYPTO_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-jwksig
tests_unit_test_jwksig_SOURCES = tests/unit/test-jwksig.c
tests_unit_test_jwksig_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_jwksig_LDADD = libbase.la $(CRYPTO_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-jws
tests_unit_test_jws_SOURCES = tests/unit/test-jws.c \
	tests/unit/vectors.c tests/unit/vectors.h
tests_unit_test_jws_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_jws_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=jwk_verify -Wl,--wrap=jwtsig_verify \
	-Wl,--wrap=jwtsig_verify_secret -Wl,--wrap=crypto_hmac_sha256
tests_unit_test_jws_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-jwtsig
tests_unit_test_jwtsig_SOURCES = tests/unit/test-jwtsig.c \
	tests/unit/vectors.c tests/unit/vectors.h
tests_unit_test_jwtsig_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_jwtsig_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-http
tests_unit_test_http_SOURCES = tests/unit/test-http.c
tests_unit_test_http_SOURCES += tests/unit/tls-server.c tests/unit/tls-server.h
tests_unit_test_http_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_http_LDADD = libbase.la $(UNIT_LIBS) -lssl -lcrypto

check_PROGRAMS += tests/unit/test-httpform
tests_unit_test_httpform_SOURCES = tests/unit/test-httpform.c
tests_unit_test_httpform_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_httpform_LDADD = libbase.la $(UNIT_LIBS)
endif
