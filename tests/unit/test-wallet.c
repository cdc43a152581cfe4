/*
 * test-wallet.c - a sign-in that brought nothing to keep is no fault.
 */
#include "services/wallet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
a_sign_in_without_tokens_is_no_fault(void **state)
{
	const struct wallet_options options = {0};
	const struct idsvc_standing standing = {.subject = "u-1"};
	struct wallet *wallet = NULL;

	assert_int_equal(wallet_new(&options, &wallet), 0);
	assert_int_equal(wallet_keep(wallet, "u-1", &standing), 0);
	wallet_free(wallet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sign_in_without_tokens_is_no_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
