/*
 * test-reply.c - outcomes, statuses and media types.
 */
#include "services/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/err.h"

static int
reason(enum http_outcome outcome)
{
	const struct http_response response = {.outcome = outcome};

	return reply_reason(&response);
}

static void
each_outcome_has_its_reason(void **state)
{
	assert_int_equal(reason(HTTP_ANSWERED), 0);
	assert_int_equal(reason(HTTP_UNREACHABLE), ERR_SERVICE_UNREACHABLE);
	assert_int_equal(reason(HTTP_TLS_REFUSED), ERR_SERVICE_TLS);
	assert_int_equal(reason(HTTP_BAD_ANSWER), ERR_SERVICE_MALFORMED);
}

static void
only_2xx_is_good(void **state)
{
	static const int statuses[] = {100, 199, 300, 304, 400, 404, 500};

	assert_true(reply_good(&(struct http_response){.status = 200}));
	assert_true(reply_good(&(struct http_response){.status = 299}));
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		assert_false(
		    reply_good(&(struct http_response){.status = statuses[i]}));
}

static bool
is(const char *content_type)
{
	const struct http_response response = {.content_type = content_type};

	return reply_is(&response, "application/json");
}

static void
a_media_type_may_have_parameters(void **state)
{
	assert_true(is("application/json"));
	assert_true(is("application/json;charset=utf-8"));
	assert_true(is("application/json \t; charset=utf-8"));
	assert_true(is("application/json "));
	assert_false(is("application/jsonp"));
	assert_false(is("application/json+x"));
	assert_false(is("application/json x;y"));
	assert_false(is("text/html"));
	assert_false(is(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_outcome_has_its_reason),
	    cmocka_unit_test(only_2xx_is_good),
	    cmocka_unit_test(a_media_type_may_have_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
