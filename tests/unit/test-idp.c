/*
 * test-idp.c - the provider's answers as its callers hear them, over a network
 * and a key set that the test plays.
 */
#include "services/idp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/keys.h"

#define ISSUER "https://id.example"
#define DISCOVERY                                        \
	"{\"issuer\":\"" ISSUER                          \
	"\",\"device_authorization_endpoint\":\"" ISSUER \
	"/device\",\"token_endpoint\":\"" ISSUER         \
	"/token\",\"jwks_uri\":\"" ISSUER "/keys\"}"
#define DEVICE                                                       \
	"{\"device_code\":\"d&1\",\"user_code\":\"GQVQ-JKEC\","      \
	"\"verification_uri\":\"" ISSUER "/go\",\"expires_in\":600," \
	"\"interval\":5}"
#define TOKENS "{\"id_token\":\"h.p.s\",\"access_token\":\"x\"}"
#define REQUESTS_MAX 64

struct sent {
	char method[8];
	char url[128];
	char body[512];
	http_fn *fn;
	void *arg;
	bool open;
};

static struct world {
	struct clock_fake clock;
	struct sent sent[REQUESTS_MAX];
	size_t sent_count;
	char jwks_uri[128];
	unsigned int warmed;
	/* the verification under way */
	keys_fn *keys_fn;
	void *keys_arg;
	uint64_t keys_id;
	unsigned int verifications;
	struct token_policy policy;
	struct idp *idp;
} world;

struct heard {
	uint64_t id;
	int calls;
	int reason;
	enum grant_event event;
	char code[32];
	char subject[32];
	char id_token[32];
};

int
http_start(struct http *http, const struct http_request *request, http_fn *fn,
    void *arg, uint64_t *ret_id)
{
	struct sent *s = &world.sent[world.sent_count];

	assert_true(world.sent_count < REQUESTS_MAX);
	/* T16: not a byte to another host. */
	assert_int_equal(strncmp(request->url, ISSUER "/", 19), 0);
	snprintf(s->method, sizeof(s->method), "%s", request->method);
	snprintf(s->url, sizeof(s->url), "%s", request->url);
	snprintf(s->body, sizeof(s->body), "%.*s", (int)request->body_len,
	    request->body == NULL ? "" : (const char *)request->body);
	s->fn = fn;
	s->arg = arg;
	s->open = true;
	*ret_id = ++world.sent_count;
	return ERR_OK;
}

void
http_cancel(struct http *http, uint64_t id)
{
	if (id != 0)
		world.sent[id - 1].open = false;
}

int
keys_new(struct loop *loop, struct http *http, const struct clock *clock,
    const struct keys_reasons *reasons, struct keys **ret_keys)
{
	assert_int_equal(reasons->tls, ERR_PROVIDER_TLS);
	*ret_keys = (struct keys *)&world;
	return ERR_OK;
}

void
keys_free(struct keys *keys)
{
}

int
keys_set_url(struct keys *keys, const char *url)
{
	snprintf(world.jwks_uri, sizeof(world.jwks_uri), "%s", url);
	return ERR_OK;
}

void
keys_warm(struct keys *keys)
{
	world.warmed++;
}

int
keys_verify(struct keys *keys, const char *text,
    const struct token_policy *policy, keys_fn *fn, void *arg, uint64_t *ret_id)
{
	assert_string_equal(text, "h.p.s");
	world.policy = *policy;
	world.keys_fn = fn;
	world.keys_arg = arg;
	world.keys_id = *ret_id = ++world.verifications;
	return ERR_OK;
}

void
keys_cancel(struct keys *keys, uint64_t id)
{
	if (id != 0 && id == world.keys_id)
		world.keys_id = 0;
}

static int
make(const char *secret)
{
	static const char domains[][NAME_MAIL_MAX + 1] = {"acme.example"};
	const struct idp_options options = {
	    .name = "corp",
	    .title = "Corp",
	    .type = PROVIDER_OIDC,
	    .issuer = ISSUER,
	    .client_id = "host 1",
	    .client_secret = secret,
	    .domains = domains,
	    .domain_count = 1,
	};

	world = (struct world){0};
	clock_fake_init(&world.clock, 1800000000, 1000);
	return idp_new(NULL, NULL, &world.clock.clock, &options, &world.idp);
}

static int
set_up(void **state)
{
	return make(NULL);
}

static int
tear_down(void **state)
{
	idp_free(world.idp);
	for (size_t i = 0; i < world.sent_count; i++)
		assert_false(world.sent[i].open);
	return 0;
}

static struct sent *
open_request(void)
{
	for (size_t i = 0; i < world.sent_count; i++)
		if (world.sent[i].open)
			return &world.sent[i];
	return NULL;
}

static void
reply(enum http_outcome outcome, int status, const char *body)
{
	struct sent *s = open_request();

	assert_non_null(s);
	s->open = false;
	s->fn(s->arg,
	    &(struct http_response){
		.outcome = outcome,
		.status = status,
		.body = (const uint8_t *)body,
		.body_len = strlen(body),
	    });
}

static void
on_device(void *arg, const struct idp_device *device)
{
	struct heard *h = arg;

	h->calls++;
	h->reason = device->reason;
	if (device->reason == 0)
		snprintf(h->code, sizeof(h->code), "%s", device->user_code);
}

static void
on_poll(void *arg, const struct idp_poll *poll)
{
	struct heard *h = arg;

	h->calls++;
	h->reason = poll->reason;
	h->event = poll->event;
	if (poll->identity != NULL) {
		snprintf(h->subject, sizeof(h->subject), "%s",
		    poll->identity->subject);
		snprintf(h->id_token, sizeof(h->id_token), "%s",
		    poll->identity->id_token);
	}
}

static void
start(struct heard *h)
{
	*h = (struct heard){.reason = 1};
	assert_int_equal(idp_device_start(world.idp, on_device, h, &h->id), 0);
	assert_int_equal(h->calls, 0);
}

static void
poll(struct heard *h)
{
	*h = (struct heard){.reason = 1};
	assert_int_equal(
	    idp_device_poll(world.idp, "d&1", (struct wall_time){1799999999},
		on_poll, h, &h->id),
	    0);
	assert_int_equal(h->calls, 0);
}

/* Discovery is known afterwards. */
static void
discover(void)
{
	struct heard h;

	start(&h);
	reply(HTTP_ANSWERED, 200, DISCOVERY);
	reply(HTTP_ANSWERED, 200, DEVICE);
	assert_int_equal(h.reason, 0);
}

static void
a_code_comes_after_discovery(void **state)
{
	struct heard h;

	assert_int_equal(idp_state(world.idp), ERR_NOT_FOUND);
	start(&h);
	assert_string_equal(world.sent[0].method, "GET");
	assert_string_equal(
	    world.sent[0].url, ISSUER "/.well-known/openid-configuration");
	reply(HTTP_ANSWERED, 200, DISCOVERY);
	assert_string_equal(world.jwks_uri, ISSUER "/keys");
	assert_int_equal(world.warmed, 1);
	assert_string_equal(world.sent[1].method, "POST");
	assert_string_equal(world.sent[1].url, ISSUER "/device");
	assert_string_equal(world.sent[1].body,
	    "scope=openid%20email%20profile&client_id=host%201");
	reply(HTTP_ANSWERED, 200, DEVICE);
	assert_int_equal(h.calls, 1);
	assert_int_equal(h.reason, 0);
	assert_string_equal(h.code, "GQVQ-JKEC");
	assert_int_equal(idp_state(world.idp), 0);
}

static void
discovery_is_read_once_an_hour_and_once_for_all(void **state)
{
	struct heard h[3];

	for (size_t i = 0; i < ARRAY_SIZE(h); i++)
		start(&h[i]);
	assert_int_equal(world.sent_count, 1);
	reply(HTTP_ANSWERED, 200, DISCOVERY);
	assert_int_equal(world.sent_count, 4);
	for (size_t i = 0; i < ARRAY_SIZE(h); i++)
		reply(HTTP_ANSWERED, 200, DEVICE);
	for (size_t i = 0; i < ARRAY_SIZE(h); i++)
		assert_int_equal(h[i].calls, 1);
	clock_fake_advance(&world.clock, 3600000);
	start(&h[0]);
	assert_string_equal(world.sent[4].url, ISSUER "/device");
	reply(HTTP_ANSWERED, 200, DEVICE);
	clock_fake_advance(&world.clock, 1);
	start(&h[0]);
	assert_string_equal(
	    world.sent[5].url, ISSUER "/.well-known/openid-configuration");
	/* While a newer one cannot be had the old one serves. */
	reply(HTTP_UNREACHABLE, 0, "");
	reply(HTTP_ANSWERED, 200, DEVICE);
	assert_int_equal(h[0].reason, 0);
}

struct failing {
	enum http_outcome outcome;
	int status;
	const char *body;
	int reason;
};

static void
t14_a_discovery_that_fails_tells_why(void **state)
{
	static const struct failing cases[] = {
	    {HTTP_UNREACHABLE, 0, "", ERR_PROVIDER_UNREACHABLE},
	    {HTTP_TLS_REFUSED, 0, "", ERR_PROVIDER_TLS},
	    {HTTP_BAD_ANSWER, 0, "", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 500, DISCOVERY, ERR_PROVIDER_ERROR},
	    {HTTP_ANSWERED, 404, "", ERR_PROVIDER_REFUSED},
	    {HTTP_ANSWERED, 200, "", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "<html>", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "{}", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"issuer\":\"" ISSUER "/\"}",
		ERR_TOKEN_ISSUER},
	    {HTTP_ANSWERED, 200, "{\"issuer\":\"" ISSUER "\"}",
		ERR_UNSUPPORTED},
	};
	struct heard h[2];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		start(&h[0]);
		start(&h[1]);
		reply(cases[i].outcome, cases[i].status, cases[i].body);
		assert_int_equal(h[0].calls, 1);
		assert_int_equal(h[0].reason, cases[i].reason);
		assert_int_equal(h[1].reason, cases[i].reason);
		assert_int_equal(idp_state(world.idp), cases[i].reason);
		assert_int_equal(world.sent_count, i + 1);
	}
}

static void
t16_a_moved_endpoint_gets_no_byte(void **state)
{
	static const char *const moved[] = {
	    "{\"issuer\":\"" ISSUER "\",\"device_authorization_endpoint\":"
	    "\"https://evil.example/d\",\"token_endpoint\":\"" ISSUER
	    "/token\",\"jwks_uri\":\"" ISSUER "/keys\"}",
	    "{\"issuer\":\"" ISSUER "\",\"device_authorization_endpoint\":"
	    "\"" ISSUER "/d\",\"token_endpoint\":\"https://evil.example/t\","
	    "\"jwks_uri\":\"" ISSUER "/keys\"}",
	    "{\"issuer\":\"" ISSUER "\",\"device_authorization_endpoint\":"
	    "\"" ISSUER "/d\",\"token_endpoint\":\"" ISSUER "/t\","
	    "\"jwks_uri\":\"https://evil.example/keys\"}",
	};
	struct heard h;

	idp_free(world.idp);
	assert_int_equal(make("hush"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(moved); i++) {
		start(&h);
		reply(HTTP_ANSWERED, 200, moved[i]);
		assert_int_equal(h.reason, ERR_PROVIDER_MALFORMED);
		assert_int_equal(world.sent_count, i + 1);
		assert_string_equal(world.sent[i].body, "");
	}
	assert_string_equal(world.jwks_uri, "");
}

static void
a_code_that_fails_tells_why(void **state)
{
	static const struct failing cases[] = {
	    {HTTP_UNREACHABLE, 0, "", ERR_PROVIDER_UNREACHABLE},
	    {HTTP_TLS_REFUSED, 0, "", ERR_PROVIDER_TLS},
	    {HTTP_BAD_ANSWER, 0, "", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 500, "", ERR_PROVIDER_ERROR},
	    {HTTP_ANSWERED, 502, "<html>", ERR_PROVIDER_ERROR},
	    {HTTP_ANSWERED, 500, DEVICE, ERR_PROVIDER_ERROR},
	    {HTTP_ANSWERED, 401, "{\"error\":\"invalid_client\"}",
		ERR_PROVIDER_REFUSED},
	    {HTTP_ANSWERED, 429, "{\"error\":\"slow_down\"}",
		ERR_PROVIDER_ERROR},
	    {HTTP_ANSWERED, 403, DEVICE, ERR_PROVIDER_REFUSED},
	    {HTTP_ANSWERED, 200, "", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "<html>", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "{}", ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200,
		"{\"device_code\":\"d\",\"user_code\":\"\\u001bABCD\","
		"\"verification_uri\":\"https://x/\",\"expires_in\":600}",
		ERR_PROVIDER_MALFORMED},
	};
	struct heard h;

	discover();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		start(&h);
		reply(cases[i].outcome, cases[i].status, cases[i].body);
		assert_int_equal(h.calls, 1);
		assert_int_equal(h.reason, cases[i].reason);
		assert_string_equal(h.code, "");
	}
}

static void
verified(int reason, const char *subject)
{
	struct token token TOKEN_AUTO = {.claims = {.iss = ISSUER,
					     .sub = subject,
					     .email = "ada@acme.example",
					     .email_verified = true}};

	assert_int_equal(json_parse("{}", 2, 2, &token.payload), 0);
	assert_int_not_equal(world.keys_id, 0);
	world.keys_id = 0;
	world.keys_fn(world.keys_arg, reason, reason == 0 ? &token : NULL);
}

static void
t17_only_a_verified_id_token_approves(void **state)
{
	struct heard h;

	discover();
	poll(&h);
	assert_string_equal(world.sent[2].url, ISSUER "/token");
	assert_string_equal(world.sent[2].body,
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
	    "&device_code=d%261&client_id=host%201");
	reply(HTTP_ANSWERED, 200, TOKENS);
	assert_int_equal(h.calls, 0);
	assert_int_equal(world.policy.claims.issuer_count, 1);
	assert_string_equal(world.policy.claims.issuers[0], ISSUER);
	assert_string_equal(world.policy.claims.client_id, "host 1");
	assert_int_equal(world.policy.claims.may_lack, 0);
	/* T12: an older token belongs to another flow. */
	assert_int_equal(world.policy.claims.started.s, 1799999999);
	verified(0, "sub-ada");
	assert_int_equal(h.calls, 1);
	assert_int_equal(h.event, GRANT_APPROVED);
	assert_string_equal(h.subject, "sub-ada");
	assert_string_equal(h.id_token, "h.p.s");
	poll(&h);
	reply(HTTP_ANSWERED, 200, TOKENS);
	verified(ERR_TOKEN_SIGNATURE, "sub-ada");
	assert_int_equal(h.event, GRANT_FAILED);
	assert_int_equal(h.reason, ERR_TOKEN_SIGNATURE);
	assert_string_equal(h.subject, "");
}

static void
t17_no_other_answer_approves(void **state)
{
	static const struct {
		enum http_outcome outcome;
		int status;
		const char *body;
		enum grant_event event;
		int reason;
	} cases[] = {
	    {HTTP_UNREACHABLE, 0, "", GRANT_NO_ANSWER,
		ERR_PROVIDER_UNREACHABLE},
	    {HTTP_TLS_REFUSED, 0, "", GRANT_FAILED, ERR_PROVIDER_TLS},
	    {HTTP_BAD_ANSWER, 0, "", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "<html>", GRANT_FAILED,
		ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"access_token\":\"x\"}", GRANT_FAILED,
		ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"id_token\":7}", GRANT_FAILED,
		ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 200,
		"{\"id_token\":\"h.p.s\",\"id_token\":\"h.p.s\"}", GRANT_FAILED,
		ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 201, TOKENS, GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 400, TOKENS, GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {HTTP_ANSWERED, 500, TOKENS, GRANT_NO_ANSWER, ERR_PROVIDER_ERROR},
	    {HTTP_ANSWERED, 400, "{\"error\":\"authorization_pending\"}",
		GRANT_PENDING, 0},
	    {HTTP_ANSWERED, 428, "{\"error\":\"authorization_pending\"}",
		GRANT_PENDING, 0},
	    {HTTP_ANSWERED, 403, "{\"error\":\"slow_down\"}", GRANT_SLOW_DOWN,
		0},
	    {HTTP_ANSWERED, 429, "", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR},
	    {HTTP_ANSWERED, 400, "{\"error\":\"access_denied\"}", GRANT_DENIED,
		ERR_GRANT_DECLINED},
	};
	struct heard h;

	discover();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		poll(&h);
		reply(cases[i].outcome, cases[i].status, cases[i].body);
		assert_int_equal(h.calls, 1);
		assert_int_equal(h.event, cases[i].event);
		assert_int_equal(h.reason, cases[i].reason);
	}
	assert_int_equal(world.verifications, 0);
}

static void
t22_a_cancelled_request_is_never_called(void **state)
{
	struct heard h;

	/* while waiting for discovery */
	start(&h);
	idp_cancel(world.idp, h.id);
	reply(HTTP_ANSWERED, 200, DISCOVERY);
	assert_int_equal(h.calls, 0);
	assert_int_equal(world.sent_count, 1);
	/* while asking for a code, polling, verifying */
	start(&h);
	idp_cancel(world.idp, h.id);
	assert_null(open_request());
	poll(&h);
	idp_cancel(world.idp, h.id);
	idp_cancel(world.idp, h.id);
	assert_null(open_request());
	poll(&h);
	reply(HTTP_ANSWERED, 200, TOKENS);
	idp_cancel(world.idp, h.id);
	assert_int_equal(world.keys_id, 0);
	assert_int_equal(h.calls, 0);
	/* and at the end, with one of each under way */
	start(&h);
	poll(&h);
}

static void
a_secret_goes_into_the_body_encoded(void **state)
{
	struct heard h;

	idp_free(world.idp);
	assert_int_equal(make("s&c=r%t+"), 0);
	start(&h);
	reply(HTTP_ANSWERED, 200, DISCOVERY);
	assert_non_null(
	    strstr(world.sent[1].body, "client_secret=s%26c%3Dr%25t%2B"));
	assert_null(strstr(world.sent[1].url, "secret"));
	reply(HTTP_ANSWERED, 200, DEVICE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_code_comes_after_discovery),
	    T(discovery_is_read_once_an_hour_and_once_for_all),
	    T(t14_a_discovery_that_fails_tells_why),
	    T(t16_a_moved_endpoint_gets_no_byte),
	    T(a_code_that_fails_tells_why),
	    T(t17_only_a_verified_id_token_approves),
	    T(t17_no_other_answer_approves),
	    T(t22_a_cancelled_request_is_never_called),
	    T(a_secret_goes_into_the_body_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
