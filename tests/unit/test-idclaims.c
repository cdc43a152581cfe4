/*
 * test-idclaims.c - claims keep their order, and a name that is claimed is
 * known.
 */
#include "services/idclaims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
claims_keep_their_order_and_are_known_by_name(void **state)
{
	struct idclaims claims CLEANUP(idclaims_done) = {0};
	char name[NAME_USER_MAX + 1] = "";

	(void)state;
	assert_false(idclaims_has(&claims, "n0"));
	for (size_t i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "n%zu", i);
		assert_int_equal(idclaims_add(&claims, i * 3, name), 0);
	}
	assert_int_equal(claims.count, 100);
	assert_int_equal(claims.items[70]->row, 210);
	assert_string_equal(claims.items[70]->name, "n70");
	assert_true(idclaims_has(&claims, "n99"));
	assert_false(idclaims_has(&claims, "n100"));
	idclaims_done(&claims);
	assert_false(idclaims_has(&claims, "n99"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(claims_keep_their_order_and_are_known_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
