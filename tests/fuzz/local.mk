# Each parser of untrusted bytes has a fuzzer.  Without --enable-fuzzing it is
# linked with replay.c, and `make check` runs it over its seeds.
FUZZERS =
if FUZZING
noinst_PROGRAMS += $(FUZZERS)
FUZZ_MAIN =
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(FUZZERS)
FUZZ_MAIN = tests/fuzz/replay.c
FUZZ_LINK = $(AM_LDFLAGS)
endif
EXTRA_DIST += tests/fuzz/seeds tests/fuzz/replay.c tests/fuzz/fuzz.h \
	tests/unit/peek.h

FUZZERS += tests/fuzz/fuzz-conf
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz-conf.c $(FUZZ_MAIN)
tests_fuzz_fuzz_conf_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_conf_LDADD = libbase.la

FUZZERS += tests/fuzz/fuzz-hostconf
tests_fuzz_fuzz_hostconf_SOURCES = tests/fuzz/fuzz-hostconf.c $(FUZZ_MAIN)
tests_fuzz_fuzz_hostconf_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_hostconf_LDADD = libcli.la

FUZZERS += tests/fuzz/fuzz-json
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz-json.c $(FUZZ_MAIN)
tests_fuzz_fuzz_json_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_json_LDADD = libbase.la

FUZZERS += tests/fuzz/fuzz-jwk
tests_fuzz_fuzz_jwk_SOURCES = tests/fuzz/fuzz-jwk.c $(FUZZ_MAIN)
tests_fuzz_fuzz_jwk_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_jwk_LDADD = libbase.la

FUZZERS += tests/fuzz/fuzz-jws
tests_fuzz_fuzz_jws_SOURCES = tests/fuzz/fuzz-jws.c $(FUZZ_MAIN)
tests_fuzz_fuzz_jws_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_jws_LDADD = libbase.la

FUZZERS += tests/fuzz/fuzz-token
tests_fuzz_fuzz_token_SOURCES = tests/fuzz/fuzz-token.c $(FUZZ_MAIN)
tests_fuzz_fuzz_token_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_token_LDADD = libservices.la

FUZZERS += tests/fuzz/fuzz-proto
tests_fuzz_fuzz_proto_SOURCES = tests/fuzz/fuzz-proto.c $(FUZZ_MAIN)
tests_fuzz_fuzz_proto_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_proto_LDADD = libwire.la

FUZZERS += tests/fuzz/fuzz-snapshot
tests_fuzz_fuzz_snapshot_SOURCES = tests/fuzz/fuzz-snapshot.c $(FUZZ_MAIN) \
	tests/unit/snapseal.c tests/unit/snapseal.h
tests_fuzz_fuzz_snapshot_CFLAGS = $(AM_CFLAGS)
tests_fuzz_fuzz_snapshot_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_snapshot_LDADD = libsnapshot.la

FUZZERS += tests/fuzz/fuzz-members
tests_fuzz_fuzz_members_SOURCES = tests/fuzz/fuzz-members.c $(FUZZ_MAIN)
tests_fuzz_fuzz_members_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_members_LDADD = libservices.la

FUZZERS += tests/fuzz/fuzz-profile
tests_fuzz_fuzz_profile_SOURCES = tests/fuzz/fuzz-profile.c $(FUZZ_MAIN)
tests_fuzz_fuzz_profile_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_profile_LDADD = libservices.la

FUZZERS += tests/fuzz/fuzz-scim
tests_fuzz_fuzz_scim_SOURCES = tests/fuzz/fuzz-scim.c $(FUZZ_MAIN)
tests_fuzz_fuzz_scim_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_scim_LDADD = libservices.la

FUZZERS += tests/fuzz/fuzz-idline
tests_fuzz_fuzz_idline_SOURCES = tests/fuzz/fuzz-idline.c $(FUZZ_MAIN)
tests_fuzz_fuzz_idline_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_idline_LDADD = libservices.la
