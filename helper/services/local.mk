# Long-lived things that do I/O and keep state.
noinst_LTLIBRARIES += libservices.la

libservices_la_LIBADD = librules.la libbase.la
libservices_la_SOURCES =
libservices_la_SOURCES += helper/services/idpdoc.c helper/services/idpdoc.h
libservices_la_SOURCES += helper/services/audit.c helper/services/audit.h
libservices_la_SOURCES += helper/services/proofs.c helper/services/proofs.h
libservices_la_SOURCES += helper/services/attempts.c helper/services/attempts.h
libservices_la_SOURCES += helper/services/pin.c helper/services/pin.h
libservices_la_SOURCES += helper/services/totp.c helper/services/totp.h
libservices_la_SOURCES += helper/services/vault.c helper/services/vault.h
libservices_la_SOURCES += helper/services/vaultkeys.c \
	helper/services/vaultkeys.h
libservices_la_SOURCES += helper/services/rotation.c \
	helper/services/rotation.h
libservices_la_SOURCES += helper/services/purse.c helper/services/purse.h
libservices_la_SOURCES += helper/services/purses.c helper/services/purses.h
libservices_la_SOURCES += helper/services/renewal.c helper/services/renewal.h
libservices_la_SOURCES += helper/services/wallet.c helper/services/wallet.h
libservices_la_SOURCES += helper/services/revocation.c \
	helper/services/revocation.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-audit
tests_unit_test_audit_SOURCES = tests/unit/test-audit.c
tests_unit_test_audit_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_audit_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=log_write
tests_unit_test_audit_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-proofs
tests_unit_test_proofs_SOURCES = tests/unit/test-proofs.c
tests_unit_test_proofs_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_proofs_LDADD = libservices.la $(UNIT_LIBS)

STATELAB = tests/unit/statelab.c tests/unit/statelab.h
OTPCODE = tests/unit/otpcode.c tests/unit/otpcode.h

check_PROGRAMS += tests/unit/test-attempts
tests_unit_test_attempts_SOURCES = tests/unit/test-attempts.c $(STATELAB)
tests_unit_test_attempts_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_attempts_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-pin
tests_unit_test_pin_SOURCES = tests/unit/test-pin.c $(STATELAB)
tests_unit_test_pin_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pin_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-vaultkeys
tests_unit_test_vaultkeys_SOURCES = tests/unit/test-vaultkeys.c $(KEYLAB)
tests_unit_test_vaultkeys_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_vaultkeys_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-rotation
tests_unit_test_rotation_SOURCES = tests/unit/test-rotation.c
tests_unit_test_rotation_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_rotation_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-totp
tests_unit_test_totp_SOURCES = tests/unit/test-totp.c $(STATELAB) $(OTPCODE)
tests_unit_test_totp_CFLAGS = $(UNIT_CFLAGS) $(OATH_CFLAGS)
tests_unit_test_totp_LDADD = libservices.la $(OATH_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-vault
tests_unit_test_vault_SOURCES = tests/unit/test-vault.c
tests_unit_test_vault_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_vault_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-purse
tests_unit_test_purse_SOURCES = tests/unit/test-purse.c
tests_unit_test_purse_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_purse_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-purses
tests_unit_test_purses_SOURCES = tests/unit/test-purses.c $(WALLETLAB)
tests_unit_test_purses_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_purses_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-renewal
tests_unit_test_renewal_SOURCES = tests/unit/test-renewal.c
tests_unit_test_renewal_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_renewal_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-wallet
WALLETLAB = tests/unit/walletlab.c tests/unit/walletlab.h
tests_unit_test_wallet_SOURCES = tests/unit/test-wallet.c $(WALLETLAB)
tests_unit_test_wallet_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_wallet_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-vouching
tests_unit_test_vouching_SOURCES = tests/unit/test-vouching.c $(WALLETLAB)
tests_unit_test_vouching_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_vouching_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-revocation
tests_unit_test_revocation_SOURCES = tests/unit/test-revocation.c $(WALLETLAB)
tests_unit_test_revocation_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_revocation_LDADD = libservices.la $(UNIT_LIBS)

SIGNINLAB = tests/unit/signinlab.c tests/unit/signinlab.h

check_PROGRAMS += tests/unit/test-confirming
tests_unit_test_confirming_SOURCES = tests/unit/test-confirming.c \
	$(SIGNINLAB)
tests_unit_test_confirming_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_confirming_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-choosing
tests_unit_test_choosing_SOURCES = tests/unit/test-choosing.c \
	$(SIGNINLAB)
tests_unit_test_choosing_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_choosing_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-second
tests_unit_test_second_SOURCES = tests/unit/test-second.c \
	$(SIGNINLAB)
tests_unit_test_second_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_second_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-unlocking
tests_unit_test_unlocking_SOURCES = tests/unit/test-unlocking.c \
	$(SIGNINLAB)
tests_unit_test_unlocking_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_unlocking_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-tries
tests_unit_test_tries_SOURCES = tests/unit/test-tries.c
tests_unit_test_tries_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_tries_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-dialogue
tests_unit_test_dialogue_SOURCES = tests/unit/test-dialogue.c \
	$(SIGNINLAB)
tests_unit_test_dialogue_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_dialogue_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-proving
tests_unit_test_proving_SOURCES = tests/unit/test-proving.c \
	$(SIGNINLAB)
tests_unit_test_proving_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_proving_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-svcstanding
tests_unit_test_svcstanding_SOURCES = tests/unit/test-svcstanding.c
tests_unit_test_svcstanding_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_svcstanding_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-ways
tests_unit_test_ways_SOURCES = tests/unit/test-ways.c \
	$(SIGNINLAB)
tests_unit_test_ways_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_ways_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-eligible
tests_unit_test_eligible_SOURCES = tests/unit/test-eligible.c \
	$(SIGNINLAB)
tests_unit_test_eligible_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_eligible_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-signin
tests_unit_test_signin_SOURCES = tests/unit/test-signin.c $(SIGNINLAB)
tests_unit_test_signin_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_signin_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-standing
tests_unit_test_standing_SOURCES = tests/unit/test-standing.c
tests_unit_test_standing_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_standing_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-binding
tests_unit_test_binding_SOURCES = tests/unit/test-binding.c
tests_unit_test_binding_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_binding_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idpdoc
tests_unit_test_idpdoc_SOURCES = tests/unit/test-idpdoc.c \
	tests/unit/jsontext.c tests/unit/jsontext.h
tests_unit_test_idpdoc_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idpdoc_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idpanswer
tests_unit_test_idpanswer_SOURCES = tests/unit/test-idpanswer.c \
	tests/unit/jsontext.c tests/unit/jsontext.h
tests_unit_test_idpanswer_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idpanswer_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-keys
tests_unit_test_keys_SOURCES = tests/unit/test-keys.c
tests_unit_test_keys_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_keys_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idp
tests_unit_test_idp_SOURCES = tests/unit/test-idp.c tests/unit/idpcorp.h
tests_unit_test_idp_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idp_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idpcode
tests_unit_test_idpcode_SOURCES = tests/unit/test-idpcode.c \
	tests/unit/idpcorp.h $(NETLAB)
tests_unit_test_idpcode_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idpcode_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idprevoke
tests_unit_test_idprevoke_SOURCES = tests/unit/test-idprevoke.c \
	tests/unit/idpcorp.h $(NETLAB)
tests_unit_test_idprevoke_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idprevoke_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idpform
tests_unit_test_idpform_SOURCES = tests/unit/test-idpform.c
tests_unit_test_idpform_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idpform_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idppaste
tests_unit_test_idppaste_SOURCES = tests/unit/test-idppaste.c
tests_unit_test_idppaste_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idppaste_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idpperson
tests_unit_test_idpperson_SOURCES = tests/unit/test-idpperson.c
tests_unit_test_idpperson_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idpperson_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idpself
tests_unit_test_idpself_SOURCES = tests/unit/test-idpself.c
tests_unit_test_idpself_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idpself_LDADD = libservices.la $(UNIT_LIBS)
endif

# The directory: who the members are on this host.
libservices_la_SOURCES += helper/services/meta.c helper/services/meta.h
libservices_la_SOURCES += helper/services/locals.c helper/services/locals.h
libservices_la_SOURCES += helper/services/localswatch.c \
	helper/services/localswatch.h
libservices_la_SOURCES += helper/services/memberjson.c \
	helper/services/memberjson.h
libservices_la_SOURCES += helper/services/idclaims.c helper/services/idclaims.h
libservices_la_SOURCES += helper/services/idcells.c helper/services/idcells.h
libservices_la_SOURCES += helper/services/idindex.c helper/services/idindex.h
libservices_la_SOURCES += helper/services/idrows.c helper/services/idrows.h
libservices_la_SOURCES += helper/services/ids.c helper/services/ids.h
libservices_la_SOURCES += helper/services/memberships.c \
	helper/services/memberships.h
libservices_la_SOURCES += helper/services/idline.c helper/services/idline.h
libservices_la_SOURCES += helper/services/idread.c helper/services/idread.h
libservices_la_SOURCES += helper/services/idcarry.c \
	helper/services/idcarry.h
libservices_la_SOURCES += helper/services/shells.c helper/services/shells.h
libservices_la_SOURCES += helper/services/draft.c helper/services/draft.h
libservices_la_SOURCES += helper/services/overlay.c helper/services/overlay.h
libservices_la_SOURCES += helper/services/snapfile.c \
	helper/services/snapfile.h
libservices_la_SOURCES += helper/services/idcheck.c \
	helper/services/idcheck.h
libservices_la_SOURCES += helper/services/idadmin.c \
	helper/services/idadmin.h
libservices_la_SOURCES += helper/services/publish.c helper/services/publish.h
libservices_la_SOURCES += helper/services/identities.c \
	helper/services/identities.h
libservices_la_SOURCES += helper/services/memberstore.c \
	helper/services/memberstore.h
libservices_la_SOURCES += helper/services/confirmed.c \
	helper/services/confirmed.h
libservices_la_SOURCES += helper/services/amend.c helper/services/amend.h
libservices_la_SOURCES += helper/services/reconcile.c \
	helper/services/reconcile.h
libservices_la_SOURCES += helper/services/roll.c helper/services/roll.h
libservices_la_SOURCES += helper/services/edition.c helper/services/edition.h
libservices_la_SOURCES += helper/services/directory.c \
	helper/services/directory.h
libservices_la_SOURCES += helper/services/sync.c helper/services/sync.h
libservices_la_SOURCES += helper/services/source.h
libservices_la_SOURCES += helper/services/memberfile.c \
	helper/services/memberfile.h

DIRLAB = tests/unit/dirlab.c tests/unit/dirlab.h
NETLAB = tests/unit/netlab.c tests/unit/netlab.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-idline
tests_unit_test_idline_SOURCES = tests/unit/test-idline.c
tests_unit_test_idline_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idline_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idcheck
tests_unit_test_idcheck_SOURCES = tests/unit/test-idcheck.c $(DIRLAB)
tests_unit_test_idcheck_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idcheck_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idadmin
tests_unit_test_idadmin_SOURCES = tests/unit/test-idadmin.c $(DIRLAB)
tests_unit_test_idadmin_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idadmin_LDADD = libservices.la $(UNIT_LIBS)

# Through to the name service.
check_PROGRAMS += tests/unit/test-accounts
tests_unit_test_accounts_SOURCES = tests/unit/test-accounts.c $(DIRLAB)
tests_unit_test_accounts_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_accounts_LDADD = libnssmodule.la libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-shells
tests_unit_test_shells_SOURCES = tests/unit/test-shells.c $(DIRLAB)
tests_unit_test_shells_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_shells_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idread
tests_unit_test_idread_SOURCES = tests/unit/test-idread.c $(DIRLAB)
tests_unit_test_idread_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idread_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idcarry
tests_unit_test_idcarry_SOURCES = tests/unit/test-idcarry.c $(DIRLAB)
tests_unit_test_idcarry_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idcarry_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-ids
tests_unit_test_ids_SOURCES = tests/unit/test-ids.c $(DIRLAB)
tests_unit_test_ids_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_ids_LDADD = libservices.la $(UNIT_LIBS)

PUBLISHLAB = tests/unit/publishlab.c tests/unit/publishlab.h $(DIRLAB)

check_PROGRAMS += tests/unit/test-draft
tests_unit_test_draft_SOURCES = tests/unit/test-draft.c $(PUBLISHLAB)
tests_unit_test_draft_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_draft_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-snapfile
tests_unit_test_snapfile_SOURCES = tests/unit/test-snapfile.c
tests_unit_test_snapfile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_snapfile_LDADD = libservices.la libsnapset.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-overlay
tests_unit_test_overlay_SOURCES = tests/unit/test-overlay.c $(PUBLISHLAB)
tests_unit_test_overlay_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_overlay_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-publish
tests_unit_test_publish_SOURCES = tests/unit/test-publish.c $(PUBLISHLAB) \
	$(FAILCALLS)
tests_unit_test_publish_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_publish_LDFLAGS = $(AM_LDFLAGS) $(FAILCALLS_WRAP) \
	-Wl,--wrap=madvise
tests_unit_test_publish_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-memberships
tests_unit_test_memberships_SOURCES = tests/unit/test-memberships.c $(DIRLAB)
tests_unit_test_memberships_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_memberships_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-meta
tests_unit_test_meta_SOURCES = tests/unit/test-meta.c $(DIRLAB)
tests_unit_test_meta_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_meta_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-localswatch
tests_unit_test_localswatch_SOURCES = tests/unit/test-localswatch.c $(DIRLAB)
tests_unit_test_localswatch_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_localswatch_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-locals
tests_unit_test_locals_SOURCES = tests/unit/test-locals.c $(DIRLAB)
tests_unit_test_locals_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_locals_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-memberjson
tests_unit_test_memberjson_SOURCES = tests/unit/test-memberjson.c $(DIRLAB)
tests_unit_test_memberjson_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_memberjson_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idclaims
tests_unit_test_idclaims_SOURCES = tests/unit/test-idclaims.c
tests_unit_test_idclaims_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idclaims_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idcells
tests_unit_test_idcells_SOURCES = tests/unit/test-idcells.c
tests_unit_test_idcells_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idcells_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idindex
tests_unit_test_idindex_SOURCES = tests/unit/test-idindex.c
tests_unit_test_idindex_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idindex_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idrows
tests_unit_test_idrows_SOURCES = tests/unit/test-idrows.c $(DIRLAB)
tests_unit_test_idrows_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idrows_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-identities
tests_unit_test_identities_SOURCES = tests/unit/test-identities.c $(DIRLAB)
tests_unit_test_identities_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_identities_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-memberstore
tests_unit_test_memberstore_SOURCES = tests/unit/test-memberstore.c $(DIRLAB)
tests_unit_test_memberstore_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_memberstore_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-confirmed
tests_unit_test_confirmed_SOURCES = tests/unit/test-confirmed.c $(DIRLAB)
tests_unit_test_confirmed_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_confirmed_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-roll
tests_unit_test_roll_SOURCES = tests/unit/test-roll.c $(DIRLAB)
tests_unit_test_roll_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_roll_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-edition
tests_unit_test_edition_SOURCES = tests/unit/test-edition.c $(DIRLAB)
tests_unit_test_edition_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_edition_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-directory
tests_unit_test_directory_SOURCES = tests/unit/test-directory.c $(DIRLAB)
tests_unit_test_directory_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_directory_LDADD = libservices.la $(UNIT_LIBS)
endif

libservices_la_SOURCES += helper/services/token.c helper/services/token.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-token
tests_unit_test_token_SOURCES = tests/unit/test-token.c \
	tests/unit/vectors.c tests/unit/vectors.h
tests_unit_test_token_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_token_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=log_write
tests_unit_test_token_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-corpus
tests_unit_test_corpus_SOURCES = tests/unit/test-corpus.c \
	tests/unit/vectors.c tests/unit/vectors.h
tests_unit_test_corpus_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_corpus_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=jwk_verify -Wl,--wrap=crypto_hmac_sha256
tests_unit_test_corpus_LDADD = libservices.la $(UNIT_LIBS)
endif

# Whom the daemon speaks to, and who gets in.
libservices_la_SOURCES += helper/services/binding.c helper/services/binding.h
libservices_la_SOURCES += helper/services/fill.c helper/services/fill.h
libservices_la_SOURCES += helper/services/idp.c helper/services/idp.h
libservices_la_SOURCES += helper/services/idpanswer.c \
	helper/services/idpanswer.h
libservices_la_SOURCES += helper/services/idpcode.c helper/services/idpcode.h
libservices_la_SOURCES += helper/services/idpfind.c helper/services/idpfind.h
libservices_la_SOURCES += helper/services/idpform.c helper/services/idpform.h
libservices_la_SOURCES += helper/services/idppaste.c helper/services/idppaste.h
libservices_la_SOURCES += helper/services/idpperson.c helper/services/idpperson.h
libservices_la_SOURCES += helper/services/vouching.c \
	helper/services/vouching.h
libservices_la_SOURCES += helper/services/idprevoke.c \
	helper/services/idprevoke.h
libservices_la_SOURCES += helper/services/idpsend.c helper/services/idpsend.h
libservices_la_SOURCES += helper/services/idpself.c helper/services/idpself.h
libservices_la_SOURCES += helper/services/idsvc.c helper/services/idsvc.h
libservices_la_SOURCES += helper/services/keys.c helper/services/keys.h
libservices_la_SOURCES += helper/services/orgtoken.c \
	helper/services/orgtoken.h
libservices_la_SOURCES += helper/services/profilefile.c \
	helper/services/profilefile.h
libservices_la_SOURCES += helper/services/readout.c helper/services/readout.h
libservices_la_SOURCES += helper/services/reply.c helper/services/reply.h
libservices_la_SOURCES += helper/services/svcask.c helper/services/svcask.h
libservices_la_SOURCES += helper/services/svcfacts.c helper/services/svcfacts.h
libservices_la_SOURCES += helper/services/svcforward.c \
	helper/services/svcforward.h
libservices_la_SOURCES += helper/services/svcflight.c \
	helper/services/svcflight.h
libservices_la_SOURCES += helper/services/svclist.c helper/services/svclist.h
libservices_la_SOURCES += helper/services/svcsend.c helper/services/svcsend.h
libservices_la_SOURCES += helper/services/svctrace.c helper/services/svctrace.h
libservices_la_SOURCES += helper/services/visited.c helper/services/visited.h
libservices_la_SOURCES += helper/services/signin.c \
	helper/services/signins.c helper/services/signin.h \
	helper/services/signinframe.h
libservices_la_SOURCES += helper/services/confirming.c \
	helper/services/confirming.h
libservices_la_SOURCES += helper/services/dialogue.c helper/services/dialogue.h
libservices_la_SOURCES += helper/services/eligible.c helper/services/eligible.h
libservices_la_SOURCES += helper/services/proving.c helper/services/proving.h
libservices_la_SOURCES += helper/services/svcstanding.c \
	helper/services/svcstanding.h
libservices_la_SOURCES += helper/services/ways.c helper/services/ways.h
libservices_la_SOURCES += helper/services/choosing.c helper/services/choosing.h
libservices_la_SOURCES += helper/services/second.c helper/services/second.h
libservices_la_SOURCES += helper/services/tries.c helper/services/tries.h
libservices_la_SOURCES += helper/services/unlocking.c \
	helper/services/unlocking.h
libservices_la_SOURCES += helper/services/standing.c \
	helper/services/standing.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-fill
tests_unit_test_fill_SOURCES = tests/unit/test-fill.c
tests_unit_test_fill_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_fill_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-reply
tests_unit_test_reply_SOURCES = tests/unit/test-reply.c
tests_unit_test_reply_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_reply_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-visited
tests_unit_test_visited_SOURCES = tests/unit/test-visited.c
tests_unit_test_visited_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_visited_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-memberfile
tests_unit_test_memberfile_SOURCES = tests/unit/test-memberfile.c
tests_unit_test_memberfile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_memberfile_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-svcsend
tests_unit_test_svcsend_SOURCES = tests/unit/test-svcsend.c
tests_unit_test_svcsend_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_svcsend_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-scim
tests_unit_test_scim_SOURCES = tests/unit/test-scim.c $(NETLAB)
tests_unit_test_scim_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_scim_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-readout
tests_unit_test_readout_SOURCES = tests/unit/test-readout.c $(PROFILES)
tests_unit_test_readout_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_readout_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-matrix
tests_unit_test_matrix_SOURCES = tests/unit/test-matrix.c \
	tests/unit/signer.c tests/unit/signer.h $(PROFILES)
tests_unit_test_matrix_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_matrix_LDADD = libservices.la $(CRYPTO_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-orgtoken
tests_unit_test_orgtoken_SOURCES = tests/unit/test-orgtoken.c $(PROFILES)
tests_unit_test_orgtoken_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_orgtoken_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-sync
tests_unit_test_sync_SOURCES = tests/unit/test-sync.c $(PROFILES) $(DIRLAB) \
	$(NETLAB)
tests_unit_test_sync_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_sync_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-svcflight
tests_unit_test_svcflight_SOURCES = tests/unit/test-svcflight.c $(PROFILES) \
	$(NETLAB)
tests_unit_test_svcflight_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_svcflight_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-svcfacts
tests_unit_test_svcfacts_SOURCES = tests/unit/test-svcfacts.c $(PROFILES)
tests_unit_test_svcfacts_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_svcfacts_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-svcask
tests_unit_test_svcask_SOURCES = tests/unit/test-svcask.c $(PROFILES) \
	$(NETLAB)
tests_unit_test_svcask_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_svcask_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-profilefile
tests_unit_test_profilefile_SOURCES = tests/unit/test-profilefile.c
tests_unit_test_profilefile_CFLAGS = $(UNIT_CFLAGS) \
	-DPROFILES_FOLDER='"$(abs_top_srcdir)/packaging/profiles"'
tests_unit_test_profilefile_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-svctrace
tests_unit_test_svctrace_SOURCES = tests/unit/test-svctrace.c
tests_unit_test_svctrace_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_svctrace_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-svcforward
tests_unit_test_svcforward_SOURCES = tests/unit/test-svcforward.c $(PROFILES)
tests_unit_test_svcforward_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_svcforward_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-svclist
tests_unit_test_svclist_SOURCES = tests/unit/test-svclist.c $(PROFILES) \
	$(NETLAB)
tests_unit_test_svclist_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_svclist_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-idsvc
tests_unit_test_idsvc_SOURCES = tests/unit/test-idsvc.c $(PROFILES)
tests_unit_test_idsvc_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_idsvc_LDADD = libservices.la $(UNIT_LIBS)
endif

# A SCIM server as the source of members.
libservices_la_SOURCES += helper/services/scimread.c \
	helper/services/scimread.h
libservices_la_SOURCES += helper/services/scim.c helper/services/scim.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-scimread
tests_unit_test_scimread_SOURCES = tests/unit/test-scimread.c
tests_unit_test_scimread_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_scimread_LDADD = libservices.la $(UNIT_LIBS)
endif

libservices_la_SOURCES += helper/services/lastroles.c \
	helper/services/lastroles.h
libservices_la_SOURCES += helper/services/rolewatch.c \
	helper/services/rolewatch.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-lastroles
tests_unit_test_lastroles_SOURCES = tests/unit/test-lastroles.c $(DIRLAB)
tests_unit_test_lastroles_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_lastroles_LDADD = libservices.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-rolewatch
tests_unit_test_rolewatch_SOURCES = tests/unit/test-rolewatch.c
tests_unit_test_rolewatch_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_rolewatch_LDADD = libservices.la $(UNIT_LIBS)
endif
