/*
 * test-vault.c - what is kept opens with its key, for its member, in its
 * place, and nowhere else.
 */
#include "services/vault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "common/err.h"

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
#define OTHER_KEY \
	"ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECRET "a refresh token, say: 7c2b90d1"

struct fixture {
	char folder[64];
	char path[128]; /* of the database */
	char key[128];
	char credentials[128];
	char credential[160];
	struct db *db;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)umask(022);
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/test-vault.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->path, sizeof(f->path), "%s/state.db", f->folder);
	(void)snprintf(f->key, sizeof(f->key), "%s/vault.key", f->folder);
	(void)snprintf(f->credentials, sizeof(f->credentials), "%s/credentials",
	    f->folder);
	(void)snprintf(f->credential, sizeof(f->credential), "%s/orglogin.key",
	    f->credentials);
	assert_int_equal(mkdir(f->credentials, 0700), 0);
	assert_int_equal(
	    files_replace(f->key, KEY "\n", strlen(KEY) + 1, 0400), 0);
	assert_int_equal(db_open(f->path, &f->db), 0);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char beside[160];

	db_close(f->db);
	(void)snprintf(beside, sizeof(beside), "%s-journal", f->path);
	(void)unlink(f->path);
	(void)unlink(beside);
	(void)unlink(f->key);
	(void)unlink(f->credential);
	assert_int_equal(rmdir(f->credentials), 0);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static struct vault *
open_vault(const struct fixture *f)
{
	const struct vaultkeys_options options = {
	    .credentials = f->credentials, .path = f->key};
	struct vault *vault = NULL;

	assert_int_equal(vault_new(f->db, &options, &vault), 0);
	return vault;
}

static void
put(struct vault *vault, const char *member, const char *secret)
{
	assert_int_equal(
	    vault_put(vault, member, "tokens", secret, strlen(secret)), 0);
}

static void
holds(struct vault *vault, const char *member, const char *secret)
{
	struct buf out BUF_AUTO = {.limit = 1024};

	assert_int_equal(vault_read(vault, member, "tokens", &out), 0);
	assert_string_equal(buf_text(&out), secret);
}

static void
holds_none(struct vault *vault, const char *member, const char *kind)
{
	struct buf out BUF_AUTO = {.limit = 1024};

	assert_int_equal(vault_read(vault, member, kind, &out), ERR_NO_TOKEN);
	assert_int_equal(out.len, 0);
}

static void requires(struct vault *vault, const char *kind, int reason)
{
	struct buf out BUF_AUTO = {.limit = 1024};

	assert_int_equal(vault_require(vault, "u-1", kind, &out), reason);
	assert_int_equal(out.len > 0, reason == 0);
}

static void
run(struct db *db, const char *sql)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(db, sql, &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
}

static void
secrets_last_until_they_are_forgotten(void **state)
{
	struct fixture *f = *state;
	struct vault *vault VAULT_AUTO = open_vault(f);
	char next[16] = "";

	assert_int_equal(vault_state(vault), 0);
	holds_none(vault, "u-1", "tokens");
	put(vault, "u-1", SECRET);
	put(vault, "u-2", "another");
	put(vault, "u-1", "a newer one");
	vault_free(TAKE(vault));
	db_close(TAKE(f->db));
	assert_int_equal(db_open(f->path, &f->db), 0);
	vault = open_vault(f);
	holds(vault, "u-1", "a newer one");
	holds(vault, "u-2", "another");
	holds_none(vault, "u-1", "other");
	holds_none(vault, "U-1", "tokens");
	assert_int_equal(vault_next_member(vault, "", next, sizeof(next)), 0);
	assert_string_equal(next, "u-1");
	assert_int_equal(
	    vault_next_member(vault, "u-1", next, sizeof(next)), 0);
	assert_string_equal(next, "u-2");
	assert_int_equal(
	    vault_next_member(vault, "u-2", next, sizeof(next)), ERR_NOT_FOUND);
	assert_int_equal(vault_forget(vault, "u-1"), 0);
	holds_none(vault, "u-1", "tokens");
	holds(vault, "u-2", "another");
}

static void
one_kind_is_forgotten_without_the_others(void **state)
{
	struct fixture *f = *state;
	struct vault *vault VAULT_AUTO = open_vault(f);

	put(vault, "u-1", SECRET);
	put(vault, "u-2", "another");
	assert_int_equal(vault_put(vault, "u-1", VAULT_TOTP, "seed", 4), 0);
	assert_int_equal(vault_forget_kind(vault, "u-1", VAULT_TOKENS), 0);
	holds_none(vault, "u-1", VAULT_TOKENS);
	holds(vault, "u-2", "another");
	requires(vault, VAULT_TOTP, 0);
	assert_int_equal(vault_forget_kind(vault, "u-1", VAULT_TOTP), 0);
	assert_int_equal(vault_forget_kind(vault, "u-1", VAULT_TOTP), 0);
	requires(vault, VAULT_TOTP, ERR_NOT_FOUND);
}

/* Lost and never put are told apart, with a key, another key, and none. */
static void
t94_what_does_not_open_is_not_taken_for_missing(void **state)
{
	struct fixture *f = *state;
	struct vault *vault VAULT_AUTO = open_vault(f);

	assert_int_equal(vault_put(vault, "u-1", VAULT_TOTP, "seed", 4), 0);
	run(f->db, "UPDATE vault SET sealed = substr(sealed, 2)");
	requires(vault, VAULT_TOTP, ERR_VAULT_KEY);
	requires(vault, VAULT_PIN, ERR_NOT_FOUND);
	vault_free(TAKE(vault));
	assert_int_equal(
	    files_replace(f->key, OTHER_KEY "\n", strlen(KEY) + 1, 0400), 0);
	vault = open_vault(f);
	requires(vault, VAULT_TOTP, ERR_VAULT_KEY);
	requires(vault, VAULT_PIN, ERR_NOT_FOUND);
	vault_free(TAKE(vault));
	assert_int_equal(unlink(f->key), 0);
	vault = open_vault(f);
	requires(vault, VAULT_TOTP, ERR_VAULT_KEY);
	requires(vault, VAULT_PIN, ERR_NOT_FOUND);
	assert_int_equal(vault_forget_kind(vault, "u-1", VAULT_TOTP), 0);
	requires(vault, VAULT_TOTP, ERR_NOT_FOUND);
}

/* The key in each of two forms, or none, beside one database. */
static void
t88_a_database_without_its_key_gives_nothing(void **state)
{
	struct fixture *f = *state;
	struct vault *vault VAULT_AUTO = open_vault(f);
	struct buf file BUF_AUTO = {.limit = (size_t)1 << 20};
	struct buf out BUF_AUTO = {.limit = 1024};

	put(vault, "u-1", SECRET);
	vault_free(TAKE(vault));
	db_close(TAKE(f->db));
	assert_int_equal(
	    files_read(f->path, FILES_SECRET, file.limit, &file), 0);
	assert_null(memmem(file.bytes, file.len, SECRET, strlen(SECRET)));
	assert_null(memmem(file.bytes, file.len, SECRET, 8));
	assert_non_null(memmem(file.bytes, file.len, "u-1", 3));

	assert_int_equal(db_open(f->path, &f->db), 0);
	assert_int_equal(unlink(f->key), 0);
	vault = open_vault(f);
	assert_int_equal(vault_state(vault), ERR_NOT_FOUND);
	assert_int_equal(
	    vault_read(vault, "u-1", "tokens", &out), ERR_VAULT_KEY);
	assert_int_equal(
	    vault_put(vault, "u-1", "tokens", "x", 1), ERR_VAULT_KEY);
	vault_free(TAKE(vault));

	assert_int_equal(
	    files_replace(f->key, OTHER_KEY "\n", strlen(KEY) + 1, 0400), 0);
	vault = open_vault(f);
	assert_int_equal(vault_state(vault), 0);
	holds_none(vault, "u-1", "tokens");
	/* Signing in again is all it takes. */
	put(vault, "u-1", "of the new sign-in");
	holds(vault, "u-1", "of the new sign-in");
}

static void
a_credential_comes_before_the_file(void **state)
{
	struct fixture *f = *state;
	struct vault *vault VAULT_AUTO = open_vault(f);

	put(vault, "u-1", SECRET);
	vault_free(TAKE(vault));
	assert_int_equal(
	    files_replace(f->credential, OTHER_KEY, strlen(OTHER_KEY), 0400),
	    0);
	vault = open_vault(f);
	assert_int_equal(vault_state(vault), 0);
	holds_none(vault, "u-1", "tokens");
	vault_free(TAKE(vault));
	/* The same key in both places is the same vault. */
	assert_int_equal(
	    files_replace(f->credential, KEY, strlen(KEY), 0400), 0);
	assert_int_equal(unlink(f->key), 0);
	vault = open_vault(f);
	holds(vault, "u-1", SECRET);
	vault_free(TAKE(vault));
	/* A bad one is not passed over. */
	assert_int_equal(
	    files_replace(f->key, KEY "\n", strlen(KEY) + 1, 0400), 0);
	assert_int_equal(files_replace(f->credential, "no key", 6, 0400), 0);
	vault = open_vault(f);
	assert_int_equal(vault_state(vault), ERR_MALFORMED);
}

static void
t84_a_key_that_is_no_good_is_refused(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		int state;
	} cases[] = {
	    {KEY "\n", 0440, ERR_INSECURE_FILE},
	    {KEY "\n", 0404, ERR_INSECURE_FILE},
	    {KEY "\n", 0620, ERR_INSECURE_FILE},
	    {"\n", 0400, ERR_MALFORMED},
	    {KEY "0\n", 0400, ERR_MALFORMED},
	    {" " KEY "\n", 0400, ERR_MALFORMED},
	    {"0x" KEY, 0400, ERR_MALFORMED},
	    {"g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		0400, ERR_MALFORMED},
	    {KEY, 0400, 0},
	    {KEY "\r\n", 0400, ERR_MALFORMED},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vault *vault VAULT_AUTO = NULL;

		assert_int_equal(chown(f->key, geteuid(), 65534), 0);
		assert_int_equal(files_replace(f->key, cases[i].text,
				     strlen(cases[i].text), 0400),
		    0);
		assert_int_equal(chown(f->key, geteuid(), 65534), 0);
		assert_int_equal(chmod(f->key, cases[i].mode), 0);
		vault = open_vault(f);
		assert_int_equal(vault_state(vault), cases[i].state);
	}
}

static void
t85_a_row_opens_in_its_own_place_only(void **state)
{
	struct fixture *f = *state;
	struct vault *vault VAULT_AUTO = open_vault(f);

	put(vault, "u-1", "of the first");
	run(f->db, "CREATE TEMP TABLE old AS SELECT * FROM vault");
	put(vault, "u-1", "of the first, newer");
	put(vault, "u-2", "of the second");
	assert_int_equal(vault_put(vault, "u-1", "totp", "seed", 4), 0);
	/* another member's */
	run(f->db,
	    "UPDATE vault SET (version, sealed) = (SELECT version, sealed"
	    " FROM vault WHERE member = 'u-1' AND kind = 'tokens')"
	    " WHERE member = 'u-2'");
	holds_none(vault, "u-2", "tokens");
	/* another kind */
	run(f->db,
	    "UPDATE vault SET (version, sealed) = (SELECT version, sealed"
	    " FROM vault WHERE member = 'u-1' AND kind = 'tokens')"
	    " WHERE kind = 'totp'");
	holds_none(vault, "u-1", "totp");
	/* an old one under the number of the newer */
	run(f->db,
	    "UPDATE vault SET sealed = (SELECT sealed FROM old)"
	    " WHERE member = 'u-1' AND kind = 'tokens'");
	holds_none(vault, "u-1", "tokens");
	/* cut, emptied, and told to be of another key */
	put(vault, "u-1", "again");
	run(f->db, "UPDATE vault SET sealed = substr(sealed, 1, 27)");
	holds_none(vault, "u-1", "tokens");
	run(f->db, "UPDATE vault SET sealed = x''");
	holds_none(vault, "u-1", "tokens");
	put(vault, "u-1", "again");
	run(f->db, "UPDATE vault SET key_id = 'none'");
	holds_none(vault, "u-1", "tokens");
}

static void
the_count_never_goes_back(void **state)
{
	struct fixture *f = *state;
	struct vault *vault VAULT_AUTO = open_vault(f);

	put(vault, "u-1", "first");
	run(f->db, "CREATE TEMP TABLE old AS SELECT * FROM vault");
	assert_int_equal(vault_forget(vault, "u-1"), 0);
	put(vault, "u-1", "second");
	run(f->db, "UPDATE vault SET sealed = (SELECT sealed FROM old)");
	holds_none(vault, "u-1", "tokens");
}

static void
what_is_too_large_is_refused(void **state)
{
	struct fixture *f = *state;
	struct vault *vault VAULT_AUTO = open_vault(f);
	char *large = calloc(1, VAULT_SECRET_MAX_BYTES + 1);

	assert_non_null(large);
	assert_int_equal(vault_put(vault, "u-1", "tokens", large,
			     VAULT_SECRET_MAX_BYTES + 1),
	    ERR_TOO_LARGE);
	assert_int_equal(
	    vault_put(vault, "u-1", "tokens", large, VAULT_SECRET_MAX_BYTES),
	    0);
	free(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		secrets_last_until_they_are_forgotten, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		one_kind_is_forgotten_without_the_others, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		t94_what_does_not_open_is_not_taken_for_missing, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		t88_a_database_without_its_key_gives_nothing, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		a_credential_comes_before_the_file, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		t84_a_key_that_is_no_good_is_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		t85_a_row_opens_in_its_own_place_only, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		the_count_never_goes_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_is_too_large_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
