/*
 * test-cutoff.c - which reasons end somebody, which are silence; all others
 * deny.
 */
#include "rules/cutoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/err.h"

static const int ended[] = {ERR_NOT_A_MEMBER, ERR_MEMBER_DEACTIVATED,
    ERR_MEMBER_SUSPENDED, ERR_ACCOUNT_DISABLED, ERR_ROLE_NOT_ALLOWED};
static const int silent[] = {ERR_PROVIDER_UNREACHABLE, ERR_PROVIDER_TLS,
    ERR_PROVIDER_MALFORMED, ERR_SERVICE_UNREACHABLE, ERR_SERVICE_TLS,
    ERR_SERVICE_ERROR, ERR_SERVICE_MALFORMED, ERR_SERVICE_RATE_LIMITED,
    ERR_TIMED_OUT};

static bool
is_one_of(int reason, const int *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == reason)
			return true;
	}
	return false;
}

static void
t111_each_reason_has_one_meaning(void **state)
{
	for (int reason = ERR_OK; reason > -(int)ERR_INDEX_COUNT; reason--) {
		enum cutoff wanted = CUTOFF_DENY;

		if (is_one_of(reason, ended, ARRAY_SIZE(ended)))
			wanted = CUTOFF_ENDED;
		else if (is_one_of(reason, silent, ARRAY_SIZE(silent)))
			wanted = CUTOFF_SILENT;
		assert_int_equal(cutoff_meaning(reason), wanted);
	}
}

/* A host that knows nothing takes nothing from anybody. */
static void
t110_what_the_host_lacks_ends_nobody(void **state)
{
	static const int lacks[] = {ERR_STATE_DAMAGED, ERR_DIRECTORY_STALE,
	    ERR_DIRECTORY_SHRUNK, ERR_NOT_CONFIGURED, ERR_MEMBER_EXCLUDED,
	    ERR_MEMBER_STATE_UNKNOWN, ERR_MEMBER_PENDING, ERR_LOCAL_USER,
	    ERR_VAULT_KEY, ERR_NO_MEMORY, ERR_IO};

	for (size_t i = 0; i < ARRAY_SIZE(lacks); i++)
		assert_int_equal(cutoff_meaning(lacks[i]), CUTOFF_DENY);
}

static void
t111_a_stranger_denies(void **state)
{
	assert_int_equal(
	    cutoff_meaning(-(int)ERR_INDEX_COUNT - 1), CUTOFF_DENY);
	assert_int_equal(cutoff_meaning(-ERR_NOT_A_MEMBER), CUTOFF_DENY);
	assert_int_equal(cutoff_meaning(INT32_MIN), CUTOFF_DENY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t111_each_reason_has_one_meaning),
	    cmocka_unit_test(t110_what_the_host_lacks_ends_nobody),
	    cmocka_unit_test(t111_a_stranger_denies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
