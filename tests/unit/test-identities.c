/*
 * test-identities.c - one member one identity, one identity one member, for
 * good.
 */
#include "services/identities.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/err.h"

#define AT ((struct wall_time){1767323045})
#define IDENTITIES_AUTO CLEANUP(identities_cleanup)
DEFINE_CLEANUP(struct identities, identities, identities_free)

static void
t28_a_binding_is_never_shared_nor_replaced(void **state)
{
	struct db *db DB_AUTO = NULL;
	IDENTITIES_AUTO struct identities *ids = NULL;
	IDENTITIES_AUTO struct identities *again = NULL;
	const char *issuer = NULL;
	const char *subject = NULL;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(identities_new(db, &ids), 0);
	assert_false(identities_get(ids, "u-1", &issuer, &subject));
	assert_int_equal(identities_bind(ids, "u-1", "https://i", "s", AT), 0);
	assert_int_equal(identities_bind(ids, "u-1", "https://i", "s", AT), 0);
	assert_int_equal(
	    identities_bind(ids, "u-1", "https://i", "t", AT), ERR_EXISTS);
	assert_int_equal(
	    identities_bind(ids, "u-2", "https://i", "s", AT), ERR_EXISTS);
	/* The same subject of another issuer is another person. */
	assert_int_equal(identities_bind(ids, "u-2", "https://j", "s", AT), 0);
	assert_int_equal(identities_new(db, &again), 0);
	assert_true(identities_get(again, "u-2", &issuer, &subject));
	assert_string_equal(issuer, "https://j");
	assert_string_equal(subject, "s");
	assert_string_equal(identities_owner(again, "https://i", "s"), "u-1");
	assert_null(identities_owner(again, "https://i", "S"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t28_a_binding_is_never_shared_nor_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
