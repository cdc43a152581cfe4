# Decisions without I/O: plain values in, plain values out.
noinst_LTLIBRARIES += librules.la

librules_la_LIBADD = libwire.la
librules_la_SOURCES =
librules_la_SOURCES += helper/rules/access.c helper/rules/access.h
librules_la_SOURCES += helper/rules/cutoff.c helper/rules/cutoff.h
librules_la_SOURCES += helper/rules/grant.c helper/rules/grant.h
librules_la_SOURCES += helper/rules/paste.c helper/rules/paste.h
librules_la_SOURCES += helper/rules/questions.c helper/rules/questions.h
librules_la_SOURCES += helper/rules/provider.c helper/rules/provider.h
librules_la_SOURCES += helper/rules/refusal.c helper/rules/refusal.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-access
tests_unit_test_access_SOURCES = tests/unit/test-access.c
tests_unit_test_access_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_access_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-questions
tests_unit_test_questions_SOURCES = tests/unit/test-questions.c
tests_unit_test_questions_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_questions_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-paste
tests_unit_test_paste_SOURCES = tests/unit/test-paste.c
tests_unit_test_paste_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_paste_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-grant
tests_unit_test_grant_SOURCES = tests/unit/test-grant.c
tests_unit_test_grant_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_grant_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-provider
tests_unit_test_provider_SOURCES = tests/unit/test-provider.c
tests_unit_test_provider_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_provider_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-cutoff
tests_unit_test_cutoff_SOURCES = tests/unit/test-cutoff.c
tests_unit_test_cutoff_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_cutoff_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-refusal
tests_unit_test_refusal_SOURCES = tests/unit/test-refusal.c
tests_unit_test_refusal_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_refusal_LDADD = librules.la $(UNIT_LIBS)
endif
librules_la_SOURCES += helper/rules/snapemit.c helper/rules/snapemit.h
librules_la_SOURCES += helper/rules/snapindex.c helper/rules/snapindex.h
librules_la_SOURCES += helper/rules/snapselect.c helper/rules/snapselect.h
librules_la_SOURCES += helper/rules/snapsort.c helper/rules/snapsort.h
librules_la_SOURCES += helper/rules/snapwrite.c helper/rules/snapwrite.h

noinst_PROGRAMS += tests/tools/mksnapshot
tests_tools_mksnapshot_SOURCES = tests/tools/mksnapshot.c
tests_tools_mksnapshot_LDADD = librules.la
librules_la_SOURCES += helper/rules/table.c helper/rules/table.h
librules_la_SOURCES += helper/rules/keyhash.c helper/rules/keyhash.h
librules_la_SOURCES += helper/rules/finder.c helper/rules/finder.h
librules_la_SOURCES += helper/rules/memberterms.c helper/rules/memberterms.h
librules_la_SOURCES += helper/rules/keysort.c helper/rules/keysort.h
librules_la_SOURCES += helper/rules/memberorder.c helper/rules/memberorder.h
librules_la_SOURCES += helper/rules/memberrecord.c helper/rules/memberrecord.h
librules_la_SOURCES += helper/rules/members.c helper/rules/members.h
librules_la_SOURCES += helper/rules/username.c helper/rules/username.h
librules_la_SOURCES += helper/rules/idmap.c helper/rules/idmap.h
librules_la_SOURCES += helper/rules/stamp.c helper/rules/stamp.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-snapemit
tests_unit_test_snapemit_SOURCES = tests/unit/test-snapemit.c
tests_unit_test_snapemit_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapemit_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-snapindex
tests_unit_test_snapindex_SOURCES = tests/unit/test-snapindex.c
tests_unit_test_snapindex_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapindex_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-snapsort
tests_unit_test_snapsort_SOURCES = tests/unit/test-snapsort.c
tests_unit_test_snapsort_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapsort_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-table
tests_unit_test_table_SOURCES = tests/unit/test-table.c
tests_unit_test_table_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_table_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-keyhash
tests_unit_test_keyhash_SOURCES = tests/unit/test-keyhash.c
tests_unit_test_keyhash_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_keyhash_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-finder
tests_unit_test_finder_SOURCES = tests/unit/test-finder.c
tests_unit_test_finder_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_finder_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-memberterms
tests_unit_test_memberterms_SOURCES = tests/unit/test-memberterms.c
tests_unit_test_memberterms_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_memberterms_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-keysort
tests_unit_test_keysort_SOURCES = tests/unit/test-keysort.c
tests_unit_test_keysort_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_keysort_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-memberorder
tests_unit_test_memberorder_SOURCES = tests/unit/test-memberorder.c
tests_unit_test_memberorder_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_memberorder_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-memberrecord
tests_unit_test_memberrecord_SOURCES = tests/unit/test-memberrecord.c
tests_unit_test_memberrecord_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_memberrecord_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-members
tests_unit_test_members_SOURCES = tests/unit/test-members.c
tests_unit_test_members_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_members_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-username
tests_unit_test_username_SOURCES = tests/unit/test-username.c
tests_unit_test_username_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_username_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idmap
tests_unit_test_idmap_SOURCES = tests/unit/test-idmap.c
tests_unit_test_idmap_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idmap_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-stamp
tests_unit_test_stamp_SOURCES = tests/unit/test-stamp.c
tests_unit_test_stamp_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_stamp_LDADD = librules.la $(UNIT_LIBS)
endif

librules_la_SOURCES += helper/rules/claims.c helper/rules/claims.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-claims
tests_unit_test_claims_SOURCES = tests/unit/test-claims.c
tests_unit_test_claims_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_claims_LDADD = librules.la $(UNIT_LIBS)
endif
librules_la_SOURCES += helper/rules/template.c helper/rules/template.h
librules_la_SOURCES += helper/rules/profile.c helper/rules/profile.h \
	helper/rules/profileset.c
librules_la_SOURCES += helper/rules/profilecheck.c helper/rules/profilecheck.h
librules_la_SOURCES += helper/rules/backoff.c helper/rules/backoff.h
librules_la_SOURCES += helper/rules/weakpin.c helper/rules/weakpin.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-snapselect
tests_unit_test_snapselect_SOURCES = tests/unit/test-snapselect.c
tests_unit_test_snapselect_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapselect_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-snapwrite
tests_unit_test_snapwrite_SOURCES = tests/unit/test-snapwrite.c
tests_unit_test_snapwrite_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapwrite_LDADD = libsnapset.la $(UNIT_LIBS)
check_PROGRAMS += tests/unit/test-weakpin
tests_unit_test_weakpin_SOURCES = tests/unit/test-weakpin.c
tests_unit_test_weakpin_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_weakpin_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-backoff
tests_unit_test_backoff_SOURCES = tests/unit/test-backoff.c
tests_unit_test_backoff_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_backoff_LDADD = librules.la $(UNIT_LIBS)

PROFILES = tests/unit/profiles.c tests/unit/profiles.h

check_PROGRAMS += tests/unit/test-template
tests_unit_test_template_SOURCES = tests/unit/test-template.c
tests_unit_test_template_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_template_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-profilecheck
tests_unit_test_profilecheck_SOURCES = tests/unit/test-profilecheck.c \
	$(PROFILES)
tests_unit_test_profilecheck_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_profilecheck_LDADD = librules.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-profile
tests_unit_test_profile_SOURCES = tests/unit/test-profile.c $(PROFILES)
tests_unit_test_profile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_profile_LDADD = librules.la $(UNIT_LIBS)
endif

librules_la_SOURCES += helper/rules/rolebook.c helper/rules/rolebook.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-rolebook
tests_unit_test_rolebook_SOURCES = tests/unit/test-rolebook.c
tests_unit_test_rolebook_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_rolebook_LDADD = librules.la $(UNIT_LIBS)
endif

librules_la_SOURCES += helper/rules/changes.c helper/rules/changes.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-changes
tests_unit_test_changes_SOURCES = tests/unit/test-changes.c
tests_unit_test_changes_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_changes_LDADD = librules.la $(UNIT_LIBS)
endif

librules_la_SOURCES += helper/rules/tokenroles.c helper/rules/tokenroles.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-tokenroles
tests_unit_test_tokenroles_SOURCES = tests/unit/test-tokenroles.c
tests_unit_test_tokenroles_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_tokenroles_LDADD = librules.la $(UNIT_LIBS)
endif
