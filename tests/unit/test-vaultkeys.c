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

#include "common/err.h"
#include "tests/unit/keylab.h"

#define A KEYLAB_A
#define B KEYLAB_B

static int
set_up(void **state)
{
	return keylab_begin(state, VAULTKEYS_CREDENTIAL);
}

static int
read_keys(const struct keylab *f, struct vaultkeys *keys)
{
	const struct vaultkeys_options options = {
	    .credentials = f->folder, .path = f->path};

	return vaultkeys_read(&options, keys);
}

static void
a_second_line_is_the_key_before(void **state)
{
	struct keylab *f = *state;
	struct vaultkeys one VAULTKEYS_AUTO = {0};
	struct vaultkeys two VAULTKEYS_AUTO = {0};

	keylab_write(f->path, A "\n");
	assert_int_equal(read_keys(f, &one), 0);
	assert_false(one.credential);
	assert_string_equal(one.before.id, "");
	assert_ptr_equal(vaultkeys_find(&one, one.now.id), &one.now);
	assert_null(vaultkeys_find(&one, ""));
	assert_null(vaultkeys_find(&one, "0123456789abcdef"));

	keylab_write(f->path, B "\n" A "\n");
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
	struct keylab *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct vaultkeys keys VAULTKEYS_AUTO = {0};

		keylab_write(f->path, bad[i]);
		assert_int_equal(read_keys(f, &keys), ERR_MALFORMED);
		assert_memory_equal(&keys, &none, sizeof(none));
	}
}

static void
a_credential_that_is_there_counts(void **state)
{
	struct keylab *f = *state;
	struct vaultkeys keys VAULTKEYS_AUTO = {0};
	struct vaultkeys other VAULTKEYS_AUTO = {0};

	assert_int_equal(read_keys(f, &keys), ERR_NOT_FOUND);
	assert_false(keys.credential);
	keylab_write(f->path, A "\n");
	assert_int_equal(read_keys(f, &other), 0);
	keylab_write(f->beside, B "\n" A);
	assert_int_equal(read_keys(f, &keys), 0);
	assert_true(keys.credential);
	assert_string_not_equal(keys.now.id, other.now.id);
	assert_string_equal(keys.before.id, other.now.id);
	keylab_write(f->beside, "no key");
	assert_int_equal(read_keys(f, &keys), ERR_MALFORMED);
	assert_true(keys.credential);
	assert_string_equal(keys.now.id, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_second_line_is_the_key_before, set_up, keylab_end),
	    cmocka_unit_test_setup_teardown(
		t84_what_is_no_key_gives_none, set_up, keylab_end),
	    cmocka_unit_test_setup_teardown(
		a_credential_that_is_there_counts, set_up, keylab_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
