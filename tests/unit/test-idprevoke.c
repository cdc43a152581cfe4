/*
 * test-idprevoke.c - a token is given up at the provider, with a few tries and
 * no more.
 */
#include "services/idprevoke.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "common/err.h"
#include "tests/unit/idpcorp.h"
#include "tests/unit/netlab.h"

#define DOCUMENT                                         \
	"{\"issuer\":\"" ISSUER                          \
	"\",\"device_authorization_endpoint\":\"" ISSUER \
	"/device\",\"token_endpoint\":\"" ISSUER         \
	"/token\",\"jwks_uri\":\"" ISSUER "/keys\"%s}"
#define REVOCATION ",\"revocation_endpoint\":\"" ISSUER "/revoke\""
#define TIMERS_MAX 128

struct loop_timer {
	loop_fn *fn;
	void *arg;
	int64_t delay_ms; /* -1: not running */
};

static struct {
	struct loop_timer *timers[TIMERS_MAX]; /* NULL: freed */
	size_t timer_count;
	struct idpself *self;
	struct idpdoc *doc; /* NULL: not known yet */
	unsigned int fetches;
	struct idprevoke *revoke;
} world;

int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	assert_true(world.timer_count < TIMERS_MAX);
	*t = (struct loop_timer){fn, arg, -1};
	world.timers[world.timer_count++] = t;
	*ret_timer = t;
	return ERR_OK;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	timer->delay_ms = delay_ms;
}

void
loop_timer_free(struct loop_timer *timer)
{
	for (size_t i = 0; i < world.timer_count; i++)
		if (world.timers[i] == timer)
			world.timers[i] = NULL;
	free(timer);
}

const struct idpdoc *
idpfind_doc(const struct idpfind *find)
{
	return world.doc;
}

int
idpfind_fetch(struct idpfind *find)
{
	world.fetches++;
	return ERR_OK;
}

int
idpfind_transport(const struct http_response *response)
{
	return response->outcome == HTTP_ANSWERED ? ERR_OK
						  : ERR_PROVIDER_UNREACHABLE;
}

/* The delay of the one that is running, which runs out; -1: none does. */
static int64_t
pass(void)
{
	for (size_t i = 0; i < world.timer_count; i++) {
		struct loop_timer *t = world.timers[i];

		if (t != NULL && t->delay_ms >= 0) {
			int64_t delay_ms = t->delay_ms;

			t->delay_ms = -1;
			t->fn(t->arg);
			return delay_ms;
		}
	}
	return -1;
}

static void
know(const char *more)
{
	struct json *json JSON_AUTO = NULL;
	char text[512];

	(void)snprintf(text, sizeof(text), DOCUMENT, more);
	assert_int_equal(json_parse(text, strlen(text), 4096, &json), 0);
	assert_int_equal(
	    idpdoc_read(json_root(json), &world.self->rules, false, &world.doc),
	    0);
}

static int
set_up(void **state)
{
	const struct idp_options options = {
	    IDPCORP_OPTIONS,
	};
	struct idprevoke_options parts = {0};

	memset(&world, 0, sizeof(world));
	netlab_reset();
	assert_int_equal(idpself_new(&options, &world.self), 0);
	parts.self = world.self;
	return idprevoke_new(&parts, &world.revoke);
}

static int
tear_down(void **state)
{
	idprevoke_free(world.revoke);
	idpdoc_free(world.doc);
	idpself_free(world.self);
	for (size_t i = 0; i < world.timer_count; i++)
		assert_null(world.timers[i]);
	assert_int_equal(netlab()->id, 0);
	return 0;
}

static void
t90_a_token_is_given_up_once(void **state)
{
	know(REVOCATION);
	idprevoke_give(world.revoke, "r&1");
	assert_int_equal(netlab()->requests, 0);
	assert_int_equal(pass(), 0);
	assert_string_equal(netlab()->url, ISSUER "/revoke");
	assert_string_equal(netlab()->body,
	    "token=r%261&token_type_hint=refresh_token&client_id=host"
	    "&client_secret=hush");
	netlab_answer(200, "");
	assert_int_equal(pass(), -1);
	assert_int_equal(netlab()->requests, 1);
}

static void
t90_it_is_tried_again_and_not_for_ever(void **state)
{
	static const int later[] = {0, 500, 429, 503};

	know(REVOCATION);
	idprevoke_give(world.revoke, "r1");
	for (unsigned int i = 0; i < IDPREVOKE_TRIES; i++) {
		assert_int_equal(pass(), i == 0 ? 0 : 5000 << (i - 1));
		netlab_answer(later[i], "");
	}
	assert_int_equal(pass(), -1);
	assert_int_equal(netlab()->requests, IDPREVOKE_TRIES);
	/* A refusal is an answer. */
	idprevoke_give(world.revoke, "r2");
	assert_int_equal(pass(), 0);
	netlab_answer(400, "{\"error\":\"invalid_token\"}");
	assert_int_equal(pass(), -1);
}

static void
it_waits_until_the_provider_is_known(void **state)
{
	idprevoke_give(world.revoke, "r1");
	assert_int_equal(pass(), 0);
	assert_int_equal(world.fetches, 1);
	assert_int_equal(netlab()->requests, 0);
	know(REVOCATION);
	assert_int_equal(pass(), 5000);
	assert_int_equal(netlab()->requests, 1);
}

static void
without_an_endpoint_nothing_is_sent(void **state)
{
	/* T16: nor anywhere else. */
	static const char *const none[] = {
	    "", ",\"revocation_endpoint\":\"https://evil.example/revoke\""};

	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		idpdoc_free(TAKE(world.doc));
		know(none[i]);
		idprevoke_give(world.revoke, "r1");
		assert_int_equal(pass(), 0);
		assert_int_equal(pass(), -1);
		assert_int_equal(netlab()->requests, 0);
	}
}

static void
t20_so_many_at_once(void **state)
{
	for (int i = 0; i < IDPREVOKE_MAX + 5; i++)
		idprevoke_give(world.revoke, "r1");
	assert_int_equal(world.timer_count, IDPREVOKE_MAX);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(t90_a_token_is_given_up_once),
	    TEST(t90_it_is_tried_again_and_not_for_ever),
	    TEST(it_waits_until_the_provider_is_known),
	    TEST(without_an_endpoint_nothing_is_sent),
	    TEST(t20_so_many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
