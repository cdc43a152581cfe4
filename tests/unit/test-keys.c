/*
 * test-keys.c - when a key set is fetched, how long it serves, and that each
 * verification ends once; the network and the signature check are the test's.
 */
#include "services/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define URL "https://id.example/keys"

struct jwk_set {
	char kids[64]; /* one letter a key */
};

struct loop_timer {
	loop_fn *fn;
	void *arg;
	bool active;
};

static struct world {
	struct clock_fake clock;
	struct loop_timer *timer;
	unsigned int fetches;
	uint64_t transfer; /* under way; 0: none */
	http_fn *fn;
	void *arg;
	char url[64];
	struct keys *keys;
} world;

struct result {
	uint64_t id;
	int calls;
	int reason;
	bool token;
};

int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	world.timer = calloc(1, sizeof(*world.timer));
	assert_non_null(world.timer);
	*world.timer = (struct loop_timer){.fn = fn, .arg = arg};
	*ret_timer = world.timer;
	return ERR_OK;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	timer->active = true;
}

void
loop_timer_free(struct loop_timer *timer)
{
	free(timer);
}

int
http_start(struct http *http, const struct http_request *request, http_fn *fn,
    void *arg, uint64_t *ret_id)
{
	assert_int_equal(world.transfer, 0);
	assert_string_equal(request->method, "GET");
	assert_int_equal(request->body_limit_bytes, JWK_SET_MAX_BYTES);
	snprintf(world.url, sizeof(world.url), "%s", request->url);
	world.fn = fn;
	world.arg = arg;
	world.transfer = ++world.fetches;
	*ret_id = world.transfer;
	return ERR_OK;
}

void
http_cancel(struct http *http, uint64_t id)
{
	if (id != 0 && id == world.transfer)
		world.transfer = 0;
}

int
jwk_set_parse(const void *bytes, size_t len, struct jwk_set **ret_set)
{
	struct jwk_set *set = NULL;

	if (len == 0 || len >= sizeof(set->kids))
		return ERR_JSON_SYNTAX;
	set = calloc(1, sizeof(*set));
	assert_non_null(set);
	memcpy(set->kids, bytes, len);
	*ret_set = set;
	return ERR_OK;
}

void
jwk_set_free(struct jwk_set *set)
{
	free(set);
}

int
token_verify(const char *text, const struct jwk_set *keys,
    const struct token_policy *policy, struct wall_time now,
    struct token *ret_token)
{
	assert_int_equal(policy->jws.algs, JWK_ALG_ALL);
	if (text[0] == '!')
		return ERR_TOKEN_SIGNATURE;
	return strchr(keys->kids, text[0]) != NULL ? ERR_OK
						   : ERR_TOKEN_KEY_UNKNOWN;
}

int
token_verify_secret(const char *text, const struct jws_secret *secret,
    const struct token_policy *policy, struct wall_time now,
    struct token *ret_token)
{
	if (strcmp(text, secret->current) == 0)
		return ERR_OK;
	if (secret->previous != NULL && strcmp(text, secret->previous) == 0)
		return ERR_OK;
	return ERR_TOKEN_SECRET;
}

void
token_done(struct token *token)
{
}

static int
set_up(void **state)
{
	static const struct keys_reasons reasons = {
	    .unreachable = ERR_PROVIDER_UNREACHABLE,
	    .tls = ERR_PROVIDER_TLS,
	    .malformed = ERR_PROVIDER_MALFORMED,
	};

	world = (struct world){0};
	clock_fake_init(&world.clock, 1800000000, 1000);
	assert_int_equal(
	    keys_new(NULL, NULL, &world.clock.clock, &reasons, &world.keys), 0);
	assert_int_equal(keys_set_url(world.keys, URL), 0);
	return 0;
}

static int
tear_down(void **state)
{
	keys_free(world.keys);
	assert_int_equal(world.transfer, 0);
	return 0;
}

static void
turn(void)
{
	while (world.timer->active) {
		world.timer->active = false;
		world.timer->fn(world.timer->arg);
	}
}

static void
on_token(void *arg, int reason, const struct token *token)
{
	struct result *r = arg;

	r->calls++;
	r->reason = reason;
	r->token = token != NULL;
}

static void
ask(struct result *r, const char *kid)
{
	const struct token_policy policy = {.jws.algs = JWK_ALG_ALL};

	*r = (struct result){.reason = 1};
	assert_int_equal(
	    keys_verify(world.keys, kid, &policy, on_token, r, &r->id), 0);
	assert_int_equal(r->calls, 0);
	turn();
}

static void
answer(enum http_outcome outcome, int status, const char *kids)
{
	assert_int_not_equal(world.transfer, 0);
	world.transfer = 0;
	world.fn(world.arg,
	    &(struct http_response){
		.outcome = outcome,
		.status = status,
		.body = (const uint8_t *)kids,
		.body_len = strlen(kids),
	    });
	turn();
}

static void
check(const struct result *r, int reason)
{
	assert_int_equal(r->calls, 1);
	assert_int_equal(r->reason, reason);
	assert_int_equal(r->token, reason == 0);
}

static void
load(const char *kids)
{
	struct result r;

	ask(&r, kids);
	answer(HTTP_ANSWERED, 200, kids);
	check(&r, 0);
}

static void
many_verifications_share_one_fetch(void **state)
{
	struct result r[5];

	for (size_t i = 0; i < ARRAY_SIZE(r); i++)
		ask(&r[i], i == 3 ? "!" : "a");
	assert_int_equal(world.fetches, 1);
	assert_string_equal(world.url, URL);
	answer(HTTP_ANSWERED, 200, "ab");
	for (size_t i = 0; i < ARRAY_SIZE(r); i++)
		check(&r[i], i == 3 ? ERR_TOKEN_SIGNATURE : 0);
	ask(&r[0], "b");
	check(&r[0], 0);
	assert_int_equal(world.fetches, 1);
}

static void
t11_an_unknown_kid_leads_to_one_fetch_in_five_minutes(void **state)
{
	struct result r;
	struct result other;

	load("a");
	ask(&r, "z");
	assert_int_equal(world.fetches, 2);
	ask(&other, "y");
	answer(HTTP_ANSWERED, 200, "a");
	check(&r, ERR_TOKEN_KEY_UNKNOWN);
	check(&other, ERR_TOKEN_KEY_UNKNOWN);
	for (int i = 0; i < 1000; i++) {
		ask(&r, "z");
		check(&r, ERR_TOKEN_KEY_UNKNOWN);
	}
	assert_int_equal(world.fetches, 2);
	clock_fake_advance(&world.clock, KEYS_REFETCH_FLOOR_MS - 1);
	ask(&r, "z");
	check(&r, ERR_TOKEN_KEY_UNKNOWN);
	clock_fake_advance(&world.clock, 1);
	ask(&r, "z");
	assert_int_equal(world.fetches, 3);
	answer(HTTP_ANSWERED, 200, "z");
	check(&r, 0);
	/* T11: the key that is gone from the set verifies no more. */
	ask(&r, "a");
	check(&r, ERR_TOKEN_KEY_UNKNOWN);
}

static void
t11_a_failed_refetch_keeps_the_set(void **state)
{
	struct result r;

	load("a");
	ask(&r, "z");
	answer(HTTP_ANSWERED, 500, "z");
	check(&r, ERR_TOKEN_KEY_UNKNOWN);
	ask(&r, "a");
	check(&r, 0);
	assert_int_equal(world.fetches, 2);
}

static void
a_set_older_than_an_hour_is_fetched_anew(void **state)
{
	struct result r;

	load("a");
	clock_fake_advance(&world.clock, KEYS_FRESH_MS);
	ask(&r, "a");
	check(&r, 0);
	assert_int_equal(world.fetches, 1);
	clock_fake_advance(&world.clock, 1);
	ask(&r, "a");
	assert_int_equal(r.calls, 0);
	assert_int_equal(world.fetches, 2);
	answer(HTTP_ANSWERED, 200, "b");
	/* The new set is asked once more for a kid that it lacks. */
	answer(HTTP_ANSWERED, 200, "b");
	check(&r, ERR_TOKEN_KEY_UNKNOWN);
}

static void
an_old_set_serves_during_an_outage_for_a_day(void **state)
{
	struct result r;
	unsigned int before = 0;

	load("a");
	clock_fake_advance(&world.clock, KEYS_FRESH_MS + 1);
	ask(&r, "a");
	answer(HTTP_UNREACHABLE, 0, "");
	check(&r, 0);
	/* Not asked again for every token. */
	before = world.fetches;
	for (int i = 0; i < 100; i++) {
		ask(&r, "a");
		check(&r, 0);
	}
	assert_int_equal(world.fetches, before);
	clock_fake_advance(&world.clock, KEYS_MAX_AGE_MS);
	ask(&r, "a");
	answer(HTTP_UNREACHABLE, 0, "");
	check(&r, ERR_PROVIDER_UNREACHABLE);
}

struct outage {
	enum http_outcome outcome;
	int status;
	const char *body;
	int reason;
};

static void
a_set_that_cannot_be_had_fails_by_its_reason(void **state)
{
	static const struct outage cases[] = {
	    {HTTP_TLS_REFUSED, 0, "", ERR_PROVIDER_TLS},
	    {HTTP_BAD_ANSWER, 0, "", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 500, "a", ERR_PROVIDER_UNREACHABLE},
	    {HTTP_ANSWERED, 404, "a", ERR_PROVIDER_UNREACHABLE},
	    {HTTP_ANSWERED, 204, "", ERR_PROVIDER_UNREACHABLE},
	    {HTTP_ANSWERED, 200, "", ERR_PROVIDER_MALFORMED},
	    {HTTP_UNREACHABLE, 0, "", ERR_PROVIDER_UNREACHABLE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct result r[2];

		ask(&r[0], "a");
		ask(&r[1], "a");
		answer(cases[i].outcome, cases[i].status, cases[i].body);
		check(&r[0], cases[i].reason);
		check(&r[1], cases[i].reason);
		assert_int_equal(world.fetches, i + 1);
	}
}

static void
a_cancelled_verification_is_never_called(void **state)
{
	struct result r[3];

	for (size_t i = 0; i < ARRAY_SIZE(r); i++)
		ask(&r[i], "a");
	keys_cancel(world.keys, r[1].id);
	keys_cancel(world.keys, r[1].id);
	keys_cancel(world.keys, 0);
	answer(HTTP_ANSWERED, 200, "a");
	check(&r[0], 0);
	check(&r[2], 0);
	assert_int_equal(r[1].calls, 0);
	/* Freed with the rest while one waits. */
	clock_fake_advance(&world.clock, KEYS_FRESH_MS + 1);
	ask(&r[1], "a");
	assert_int_equal(r[1].calls, 0);
}

static void
another_url_drops_the_set(void **state)
{
	struct result r;

	load("a");
	assert_int_equal(keys_set_url(world.keys, URL), 0);
	ask(&r, "a");
	check(&r, 0);
	assert_int_equal(keys_set_url(world.keys, URL "/2"), 0);
	ask(&r, "a");
	assert_int_equal(r.calls, 0);
	assert_string_equal(world.url, URL "/2");
	answer(HTTP_ANSWERED, 200, "b");
	answer(HTTP_ANSWERED, 200, "b");
	check(&r, ERR_TOKEN_KEY_UNKNOWN);
}

static void
warming_fetches_ahead_and_once(void **state)
{
	struct result r;

	keys_warm(world.keys);
	keys_warm(world.keys);
	assert_int_equal(world.fetches, 1);
	answer(HTTP_ANSWERED, 200, "a");
	keys_warm(world.keys);
	ask(&r, "a");
	check(&r, 0);
	assert_int_equal(world.fetches, 1);
}

static void
warming_fetches_anew_what_is_old_and_nothing_else(void **state)
{
	struct result r;

	load("a");
	clock_fake_advance(&world.clock, KEYS_FRESH_MS);
	keys_warm(world.keys);
	assert_int_equal(world.fetches, 1);
	clock_fake_advance(&world.clock, 1);
	keys_warm(world.keys);
	assert_int_equal(world.fetches, 2);
	answer(HTTP_UNREACHABLE, 0, "");
	/* Not again at once, and the old set serves meanwhile. */
	keys_warm(world.keys);
	assert_int_equal(world.fetches, 2);
	ask(&r, "a");
	check(&r, 0);
	clock_fake_advance(&world.clock, 60 * 1000);
	keys_warm(world.keys);
	assert_int_equal(world.fetches, 3);
	answer(HTTP_ANSWERED, 200, "b");
	ask(&r, "b");
	check(&r, 0);
	assert_int_equal(world.fetches, 3);
}

static void
t11_a_removed_key_stops_at_the_next_refresh(void **state)
{
	struct result r;

	load("ab");
	ask(&r, "a");
	check(&r, 0);
	clock_fake_advance(&world.clock, KEYS_FRESH_MS + 1);
	keys_warm(world.keys);
	answer(HTTP_ANSWERED, 200, "b");
	ask(&r, "a");
	answer(HTTP_ANSWERED, 200, "b");
	check(&r, ERR_TOKEN_KEY_UNKNOWN);
	ask(&r, "b");
	check(&r, 0);
}

static void
t11_a_giant_or_broken_set_replaces_none(void **state)
{
	static const struct outage cases[] = {
	    {HTTP_BAD_ANSWER, 0, "b", 0}, /* as one over the limit is told */
	    {HTTP_ANSWERED, 200, "", 0},
	    {HTTP_ANSWERED, 301, "b", 0},
	    {HTTP_TLS_REFUSED, 0, "b", 0},
	};
	struct result r;

	load("a");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		clock_fake_advance(&world.clock, KEYS_FRESH_MS + 1);
		ask(&r, "a");
		answer(cases[i].outcome, cases[i].status, cases[i].body);
		check(&r, 0);
		/* Its kid is unknown, and the floor stands since this one. */
		ask(&r, "b");
		if (world.transfer != 0)
			answer(HTTP_UNREACHABLE, 0, "");
		check(&r, ERR_TOKEN_KEY_UNKNOWN);
	}
}

/* Each names another kid, as somebody does who wants us to fetch. */
static void
t11_a_flood_of_unknown_kids_leads_to_one_fetch(void **state)
{
	struct result r[26];
	char kid[2] = "A";

	load("a");
	for (size_t i = 0; i < ARRAY_SIZE(r); i++, kid[0]++)
		ask(&r[i], kid);
	assert_int_equal(world.fetches, 2);
	answer(HTTP_ANSWERED, 200, "aM");
	for (size_t i = 0; i < ARRAY_SIZE(r); i++)
		check(&r[i], i == 'M' - 'A' ? 0 : ERR_TOKEN_KEY_UNKNOWN);
	assert_int_equal(world.fetches, 2);
}

static void
t4_what_is_refused_otherwise_leads_to_no_fetch(void **state)
{
	struct result r;

	load("a");
	for (int i = 0; i < 100; i++) {
		ask(&r, "!jku");
		check(&r, ERR_TOKEN_SIGNATURE);
	}
	assert_int_equal(world.fetches, 1);
}

#define SECRET "a secret of at least 32 bytes: 1"
#define PREVIOUS "a secret of at least 32 bytes: 0"

static void
with_secret(const char *current, const char *previous)
{
	static const struct keys_reasons reasons = {0};

	keys_free(world.keys);
	world.keys = NULL;
	assert_int_equal(
	    keys_new(NULL, NULL, &world.clock.clock, &reasons, &world.keys), 0);
	assert_int_equal(keys_set_secret(world.keys, current, previous), 0);
}

static void
t1_with_a_secret_no_set_is_ever_fetched(void **state)
{
	struct result r;

	with_secret(SECRET, NULL);
	keys_warm(world.keys);
	ask(&r, SECRET);
	check(&r, 0);
	ask(&r, PREVIOUS);
	check(&r, ERR_TOKEN_SECRET);
	clock_fake_advance(&world.clock, KEYS_MAX_AGE_MS * 2);
	keys_warm(world.keys);
	ask(&r, "a");
	check(&r, ERR_TOKEN_SECRET);
	assert_int_equal(keys_set_url(world.keys, URL), ERR_INVALID_ARGUMENT);
	assert_int_equal(world.fetches, 0);
}

static void
the_previous_secret_is_accepted_where_there_is_one(void **state)
{
	struct result r;

	with_secret(SECRET, PREVIOUS);
	ask(&r, SECRET);
	check(&r, 0);
	ask(&r, PREVIOUS);
	check(&r, 0);
	ask(&r, "another");
	check(&r, ERR_TOKEN_SECRET);
}

static void
a_secret_that_is_short_or_comes_late_is_refused(void **state)
{
	static const struct keys_reasons reasons = {0};
	struct keys *keys = NULL;

	assert_int_equal(
	    keys_set_secret(world.keys, SECRET, NULL), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    keys_new(NULL, NULL, &world.clock.clock, &reasons, &keys), 0);
	assert_int_equal(
	    keys_set_secret(keys, SECRET + 1, NULL), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    keys_set_secret(keys, SECRET, ""), ERR_INVALID_ARGUMENT);
	keys_free(keys);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(many_verifications_share_one_fetch),
	    T(t11_an_unknown_kid_leads_to_one_fetch_in_five_minutes),
	    T(t11_a_failed_refetch_keeps_the_set),
	    T(a_set_older_than_an_hour_is_fetched_anew),
	    T(an_old_set_serves_during_an_outage_for_a_day),
	    T(a_set_that_cannot_be_had_fails_by_its_reason),
	    T(a_cancelled_verification_is_never_called),
	    T(another_url_drops_the_set),
	    T(warming_fetches_ahead_and_once),
	    T(warming_fetches_anew_what_is_old_and_nothing_else),
	    T(t11_a_removed_key_stops_at_the_next_refresh),
	    T(t11_a_giant_or_broken_set_replaces_none),
	    T(t11_a_flood_of_unknown_kids_leads_to_one_fetch),
	    T(t4_what_is_refused_otherwise_leads_to_no_fetch),
	    T(t1_with_a_secret_no_set_is_ever_fetched),
	    T(the_previous_secret_is_accepted_where_there_is_one),
	    T(a_secret_that_is_short_or_comes_late_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
