/*
 * test-vaultkeys.c - one key, or a key and the one before it, from a file or a
 * credential.
 */
#include "services/vaultkeys.h"

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

#define A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define B "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

struct fixture {
	char folder[64];
	char path[80];
	char credential[80];
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/test-keys.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->path, sizeof(f->path), "%s/vault.key", f->folder);
	(void)snprintf(f->credential, sizeof(f->credential),
	    "%s/" VAULTKEYS_CREDENTIAL, f->folder);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	(void)unlink(f->credential);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static void
write_file(const char *path, const char *text)
{
	assert_int_equal(files_replace(path, text, strlen(text), 0400), 0);
}

static int
read_keys(const struct fixture *f, struct vaultkeys *keys)
{
	const struct vaultkeys_options options = {
	    .credentials = f->folder, .path = f->path};

	return vaultkeys_read(&options, keys);
}

static void
a_second_line_is_the_key_before(void **state)
{
	struct fixture *f = *state;
	struct vaultkeys one VAULTKEYS_AUTO = {0};
	struct vaultkeys two VAULTKEYS_AUTO = {0};

	write_file(f->path, A "\n");
	assert_int_equal(read_keys(f, &one), 0);
	assert_false(one.credential);
	assert_string_equal(one.before.id, "");
	assert_ptr_equal(vaultkeys_find(&one, one.now.id), &one.now);
	assert_null(vaultkeys_find(&one, ""));
	assert_null(vaultkeys_find(&one, "0123456789abcdef"));

	write_file(f->path, B "\n" A "\n");
	assert_int_equal(read_keys(f, &two), 0);
	assert_string_not_equal(two.now.id, one.now.id);
	assert_string_equal(two.before.id, one.now.id);
	assert_memory_equal(
	    two.before.bytes, one.now.bytes, sizeof(one.now.bytes));
	assert_ptr_equal(vaultkeys_find(&two, one.now.id), &two.before);
}

static void
t84_what_is_no_key_gives_none(void **state)
{
	static const char *const bad[] = {"", "\n", A "\nx\n", A "\n\n" B,
	    A "\n" B "\n" A "\n", A " " B, A "\n" B "0\n", "\n" A, A "\n "};
	static const struct vaultkeys none;
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct vaultkeys keys VAULTKEYS_AUTO = {0};

		write_file(f->path, bad[i]);
		assert_int_equal(read_keys(f, &keys), ERR_MALFORMED);
		assert_memory_equal(&keys, &none, sizeof(none));
	}
}

static void
a_credential_that_is_there_counts(void **state)
{
	struct fixture *f = *state;
	struct vaultkeys keys VAULTKEYS_AUTO = {0};
	struct vaultkeys other VAULTKEYS_AUTO = {0};

	assert_int_equal(read_keys(f, &keys), ERR_NOT_FOUND);
	assert_false(keys.credential);
	write_file(f->path, A "\n");
	assert_int_equal(read_keys(f, &other), 0);
	write_file(f->credential, B "\n" A);
	assert_int_equal(read_keys(f, &keys), 0);
	assert_true(keys.credential);
	assert_string_not_equal(keys.now.id, other.now.id);
	assert_string_equal(keys.before.id, other.now.id);
	write_file(f->credential, "no key");
	assert_int_equal(read_keys(f, &keys), ERR_MALFORMED);
	assert_true(keys.credential);
	assert_string_equal(keys.now.id, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_second_line_is_the_key_before, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		t84_what_is_no_key_gives_none, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_credential_that_is_there_counts, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
