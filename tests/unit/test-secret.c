/*
 * test-secret.c - secrets are wiped before their memory is given back, which
 * is seen by standing between the code and free().
 */
#include "common/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *watched;
static size_t watched_len;
static bool seen_clean;

void __real_free(void *mem);
void __wrap_free(void *mem);

void
__wrap_free(void *mem)
{
	if (mem != NULL && mem == watched) {
		seen_clean = true;
		for (size_t i = 0; i < watched_len; i++)
			seen_clean = seen_clean && watched[i] == 0;
	}
	__real_free(mem);
}

static void
wipe_clears_every_byte(void **state)
{
	char bytes[64];

	memset(bytes, 'x', sizeof(bytes));
	secret_wipe(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0);
	secret_wipe(NULL, 0);
}

static void
a_string_is_wiped_before_free(void **state)
{
	char *s = secret_dup("hunter2 and more", 7);

	assert_non_null(s);
	assert_string_equal(s, "hunter2");
	watched = s;
	watched_len = 7;
	seen_clean = false;
	secret_free_string(s);
	assert_true(seen_clean);
	secret_free_string(NULL);
}

static void
a_cleanup_wipes_too(void **state)
{
	seen_clean = false;
	{
		CLEANUP(secret_string_cleanup)
		char *s = secret_dup("swordfish", 9);

		watched = s;
		watched_len = 9;
	}
	assert_true(seen_clean);
}

static void
equal_looks_at_every_byte(void **state)
{
	uint8_t a[32];
	uint8_t b[32];

	memset(a, 0x5a, sizeof(a));
	for (size_t i = 0; i < sizeof(a); i++) {
		memcpy(b, a, sizeof(a));
		b[i] ^= 1;
		assert_false(secret_equal(a, b, sizeof(a)));
		assert_true(secret_equal(a, b, i));
	}
	assert_true(secret_equal(a, a, sizeof(a)));
	assert_true(secret_equal(NULL, NULL, 0));
}

static void
an_impossible_copy_is_refused(void **state)
{
	assert_null(secret_dup("x", SIZE_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wipe_clears_every_byte),
	    cmocka_unit_test(a_string_is_wiped_before_free),
	    cmocka_unit_test(a_cleanup_wipes_too),
	    cmocka_unit_test(equal_looks_at_every_byte),
	    cmocka_unit_test(an_impossible_copy_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
