/*
 * test-idsvc.c - the executor against a network that the test plays.
 *
 * http and keys are replaced at link time: the test sees every request and
 * gives every answer, so order, content and cancellation are exact.
 */
#include "services/idsvc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/keys.h"
#include "tests/unit/profiles.h"

/* The one transfer or verification that is under way. */
static struct {
	uint64_t id;
	http_fn *fn;
	void *arg;
	char method[8];
	char url[512];
	char header[512];
	char body[512];
	unsigned int requests;
} net;
static struct {
	uint64_t id;
	keys_fn *fn;
	void *arg;
	char text[256];
	char url[256];
} ring;
static uint64_t last_id;

int
http_start(struct http *http, const struct http_request *request, http_fn *fn,
    void *arg, uint64_t *ret_id)
{
	assert_int_equal(net.id, 0);
	net.id = *ret_id = ++last_id;
	net.fn = fn;
	net.arg = arg;
	net.requests++;
	(void)snprintf(net.method, sizeof(net.method), "%s", request->method);
	(void)snprintf(net.url, sizeof(net.url), "%s", request->url);
	(void)snprintf(
	    net.header, sizeof(net.header), "%s", request->headers[0]);
	(void)snprintf(net.body, sizeof(net.body), "%.*s",
	    (int)request->body_len, (const char *)request->body);
	return 0;
}

void
http_cancel(struct http *http, uint64_t id)
{
	if (id == net.id)
		net.id = 0;
}

int
keys_new(struct loop *loop, struct http *http, const struct clock *clock,
    const struct keys_reasons *reasons, struct keys **ret_keys)
{
	*ret_keys = (struct keys *)&ring;
	return 0;
}

void
keys_free(struct keys *keys)
{
}

int
keys_set_url(struct keys *keys, const char *url)
{
	(void)snprintf(ring.url, sizeof(ring.url), "%s", url);
	return 0;
}

int
keys_set_secret(struct keys *keys, const char *current, const char *previous)
{
	return ERR_OK;
}

void
keys_warm(struct keys *keys)
{
}

int
keys_verify(struct keys *keys, const char *text,
    const struct token_policy *policy, keys_fn *fn, void *arg, uint64_t *ret_id)
{
	assert_string_equal(policy->claims.client_id, "orglogin");
	assert_string_equal(policy->claims.issuers[0], "https://org.test");
	ring.id = *ret_id = ++last_id;
	ring.fn = fn;
	ring.arg = arg;
	(void)snprintf(ring.text, sizeof(ring.text), "%s", text);
	return 0;
}

void
keys_cancel(struct keys *keys, uint64_t id)
{
	if (id == ring.id)
		ring.id = 0;
}

/* Answers the transfer under way. */
static void
answer(enum http_outcome outcome, int status, const char *body)
{
	http_fn *fn = net.fn;
	const struct http_response response = {
	    .outcome = outcome,
	    .status = status,
	    .body = (const uint8_t *)body,
	    .body_len = strlen(body),
	    .content_type = "application/json",
	    .retry_after_s = status == 429 ? 17 : -1,
	    .etag = "",
	    .last_modified = "",
	};

	assert_int_not_equal(net.id, 0);
	net.id = 0;
	fn(net.arg, &response);
}

static void
verified(int reason, const char *payload)
{
	struct token token TOKEN_AUTO = {0};
	keys_fn *fn = ring.fn;

	assert_int_not_equal(ring.id, 0);
	ring.id = 0;
	assert_int_equal(
	    json_parse(payload, strlen(payload), 4096, &token.payload), 0);
	fn(ring.arg, reason, reason == 0 ? &token : NULL);
}

/* What came back, once. */
static struct {
	unsigned int calls;
	int reason;
	char subject[64];
	size_t roles;
} got;

static void
on_standing(void *arg, const struct idsvc_standing *standing)
{
	got.calls++;
	got.reason = standing->reason;
	got.roles = standing->role_count;
	(void)snprintf(got.subject, sizeof(got.subject), "%s",
	    standing->subject == NULL ? "" : standing->subject);
}

static void
on_members(void *arg, const struct source_result *result)
{
	got.calls++;
	got.reason = result->reason;
}

static void
on_progress(void *arg, uint32_t done, uint32_t total)
{
}

static struct members *
on_known(void *arg)
{
	return NULL;
}

static struct clock_fake fake;
static struct profile *profile;

static struct idsvc *
make(const char *api_key)
{
	struct idsvc *idsvc = NULL;
	const struct idsvc_options options = {
	    .profile = profile,
	    .url = "https://org.test",
	    .organization_id = "o 1",
	    .api_key = api_key,
	};

	memset(&net, 0, sizeof(net));
	memset(&ring, 0, sizeof(ring));
	memset(&got, 0, sizeof(got));
	clock_fake_init(&fake, 1000, 1000);
	assert_int_equal(
	    idsvc_new(NULL, NULL, &fake.clock, &options, &idsvc), 0);
	assert_string_equal(ring.url, "https://org.test/jwks");
	return idsvc;
}

static uint64_t
begin_signin(struct idsvc *idsvc)
{
	const struct idsvc_call call = {.op = PROFILE_SIGNIN,
	    .id_token = "the\"token",
	    .issuer = "https://idp.test",
	    .subject = "s",
	    .mail = "m@x.test",
	    .name = "n"};
	uint64_t id = 0;

	assert_int_equal(idsvc_ask(idsvc, &call, on_standing, NULL, &id), 0);
	return id;
}

static void
a_signin_goes_step_by_step(void **state)
{
	struct idsvc *idsvc = make("key");

	(void)begin_signin(idsvc);
	assert_string_equal(net.method, "POST");
	assert_string_equal(net.url, "https://org.test/exchange");
	assert_string_equal(net.body, "{\"t\":\"the\\\"token\"}");
	answer(HTTP_ANSWERED, 200, "{\"token\":\"session-1\"}");
	assert_string_equal(net.method, "GET");
	assert_string_equal(net.header, "Authorization: Bearer session-1");
	assert_string_equal(net.body, "");
	answer(HTTP_ANSWERED, 200, "{\"token\":\"a.b.c\"}");
	assert_string_equal(ring.text, "a.b.c");
	verified(0, "{\"sub\":\"u\",\"org\":\"o 1\",\"roles\":[\"a\",\"b\"]}");
	assert_int_equal(got.calls, 1);
	assert_int_equal(got.reason, 0);
	assert_string_equal(got.subject, "u");
	assert_int_equal(got.roles, 2);
	assert_int_equal(net.requests, 2);
	idsvc_free(idsvc);
}

static void
a_token_of_another_organisation_is_refused(void **state)
{
	struct idsvc *idsvc = make("key");

	(void)begin_signin(idsvc);
	answer(HTTP_ANSWERED, 200, "{\"token\":\"session-1\"}");
	answer(HTTP_ANSWERED, 200, "{\"token\":\"a.b.c\"}");
	verified(0, "{\"sub\":\"u\",\"org\":\"o 2\",\"roles\":[\"a\"]}");
	assert_int_equal(got.calls, 1);
	assert_int_equal(got.reason, ERR_TOKEN_ORGANIZATION);
	idsvc_free(idsvc);
}

static void
a_token_that_is_not_verified_is_refused_by_its_reason(void **state)
{
	struct idsvc *idsvc = make("key");

	(void)begin_signin(idsvc);
	answer(HTTP_ANSWERED, 200, "{\"token\":\"session-1\"}");
	answer(HTTP_ANSWERED, 200, "{\"token\":\"a.b.c\"}");
	verified(ERR_TOKEN_SIGNATURE, "{}");
	assert_int_equal(got.reason, ERR_TOKEN_SIGNATURE);
	assert_int_equal(got.calls, 1);
	idsvc_free(idsvc);
}

static void
every_bad_answer_ends_a_signin_with_its_reason(void **state)
{
	static const struct {
		enum http_outcome outcome;
		int status;
		const char *body;
		int reason;
	} cases[] = {
	    {HTTP_UNREACHABLE, 0, "", ERR_SERVICE_UNREACHABLE},
	    {HTTP_TLS_REFUSED, 0, "", ERR_SERVICE_TLS},
	    {HTTP_BAD_ANSWER, 0, "", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "<html>", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "null", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"token\":7}", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"token\":\"\"}", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"Token\":\"x\"}", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 401, "{}", ERR_SERVICE_REFUSED},
	    {HTTP_ANSWERED, 403, "{\"code\":\"BANNED\"}", ERR_MEMBER_SUSPENDED},
	    {HTTP_ANSWERED, 429, "busy", ERR_SERVICE_RATE_LIMITED},
	    {HTTP_ANSWERED, 500, "", ERR_SERVICE_ERROR},
	    {HTTP_ANSWERED, 302, "", ERR_SERVICE_ERROR},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct idsvc *idsvc = make("key");

		(void)begin_signin(idsvc);
		answer(cases[i].outcome, cases[i].status, cases[i].body);
		assert_int_equal(got.calls, 1);
		assert_int_equal(got.reason, cases[i].reason);
		assert_int_equal(idsvc_state(idsvc), cases[i].reason);
		assert_int_equal(net.requests, 1);
		assert_int_equal(ring.id, 0);
		idsvc_free(idsvc);
	}
}

/* Into a header it would be a line of its own. */
static void
t35_a_value_with_a_line_end_is_not_taken(void **state)
{
	static const char *const bodies[] = {
	    "{\"token\":\"a\\r\\nX-Admin: 1\"}",
	    "{\"token\":\"a\\nX-Admin: 1\"}", "{\"token\":\"a\\r\"}",
	    "{\"token\":\"\\u007f\"}", "{\"token\":\"\\u001b[2J\"}"};

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct idsvc *idsvc = make("key");

		(void)begin_signin(idsvc);
		answer(HTTP_ANSWERED, 200, bodies[i]);
		assert_int_equal(got.calls, 1);
		assert_int_equal(got.reason, ERR_SERVICE_MALFORMED);
		assert_int_equal(net.requests, 1);
		idsvc_free(idsvc);
	}
}

static void
t22_a_cancelled_signin_calls_nobody(void **state)
{
	struct idsvc *idsvc = make("key");
	uint64_t id = begin_signin(idsvc);

	idsvc_cancel(idsvc, id);
	assert_int_equal(net.id, 0);
	id = begin_signin(idsvc);
	answer(HTTP_ANSWERED, 200, "{\"token\":\"session-1\"}");
	answer(HTTP_ANSWERED, 200, "{\"token\":\"a.b.c\"}");
	idsvc_cancel(idsvc, id);
	assert_int_equal(ring.id, 0);
	idsvc_cancel(idsvc, id);
	idsvc_cancel(idsvc, 4711);
	assert_int_equal(got.calls, 0);
	idsvc_free(idsvc);
}

static void
the_list_of_members_is_asked_with_the_hosts_key(void **state)
{
	struct idsvc *idsvc = make("secret key");
	const struct source source = idsvc_source(idsvc);
	const struct source_request request = {
	    .done = on_members, .progress = on_progress, .known = on_known};

	assert_int_equal(source.fetch(source.self, &request), 0);
	assert_string_equal(net.header, "x-key: secret key");
	answer(HTTP_ANSWERED, 500, "");
	assert_int_equal(got.calls, 1);
	assert_int_equal(got.reason, ERR_SERVICE_ERROR);
	assert_int_equal(idsvc_state(idsvc), ERR_SERVICE_ERROR);
	idsvc_free(idsvc);
}

static int
make_profile(void **state)
{
	profile = profiles_sample();
	return 0;
}

static int
free_profile(void **state)
{
	profile_free(profile);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_signin_goes_step_by_step),
	    cmocka_unit_test(a_token_of_another_organisation_is_refused),
	    cmocka_unit_test(
		a_token_that_is_not_verified_is_refused_by_its_reason),
	    cmocka_unit_test(every_bad_answer_ends_a_signin_with_its_reason),
	    cmocka_unit_test(t35_a_value_with_a_line_end_is_not_taken),
	    cmocka_unit_test(t22_a_cancelled_signin_calls_nobody),
	    cmocka_unit_test(the_list_of_members_is_asked_with_the_hosts_key),
	};

	return cmocka_run_group_tests(tests, make_profile, free_profile);
}
