/*
 * test-idpform.c - each byte of a value arrives as itself, and as nothing else.
 */
#include "services/idpform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
t37_only_unreserved_bytes_stand_as_they_are(void **state)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._";

	for (int byte = 1; byte < 256; byte++) {
		const char value[] = {(char)byte, '\0'};
		struct buf form BUF_AUTO = {0};
		struct buf expected BUF_AUTO = {0};

		buf_init(&form, 16);
		buf_init(&expected, 16);
		idpform_put(&form, "n", value);
		if (strchr(plain, byte) != NULL)
			buf_put_format(&expected, "n=%c", byte);
		else
			buf_put_format(&expected, "n=%%%02X", byte);
		assert_string_equal(buf_text(&form), buf_text(&expected));
	}
}

static void
t37_an_ampersand_stands_between_two_and_in_none(void **state)
{
	struct buf form BUF_AUTO = {0};

	buf_init(&form, 256);
	idpform_put(&form, "a", "1&b=2");
	idpform_put(&form, "c", "");
	idpform_put(&form, "d", "x y+z");
	assert_string_equal(buf_text(&form), "a=1%26b%3D2&c=&d=x%20y%2Bz");
}

static void
what_does_not_fit_is_a_fault(void **state)
{
	struct buf form BUF_AUTO = {0};

	buf_init(&form, 8);
	idpform_put(&form, "name", "value");
	assert_int_not_equal(buf_fault(&form), 0);
	assert_null(buf_text(&form));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t37_only_unreserved_bytes_stand_as_they_are),
	    cmocka_unit_test(t37_an_ampersand_stands_between_two_and_in_none),
	    cmocka_unit_test(what_does_not_fit_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
