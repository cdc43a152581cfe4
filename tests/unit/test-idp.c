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
#include "base/loop.h"
#include "services/keys.h"
#include "tests/unit/idpcorp.h"

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
	/* the newest verification */
	char token[16];
	keys_fn *keys_fn;
	void *keys_arg;
	uint64_t keys_id;
	unsigned int verifications;
	struct token_policy policy;
	loop_fn *turn_fn;
	void *turn_arg;
	bool turn_due;
	const char *home; /* where all requests go to */
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
	assert_true(strncmp(request->url, world.home, strlen(world.home)) == 0);
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
	snprintf(world.token, sizeof(world.token), "%s", text);
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

int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	world.turn_fn = fn;
	world.turn_arg = arg;
	*ret_timer = (struct loop_timer *)&world;
	return ERR_OK;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	assert_int_equal(delay_ms, 0);
	world.turn_due = true;
}

void
loop_timer_free(struct loop_timer *timer)
{
}

static const char domains[][NAME_MAIL_MAX + 1] = {"acme.example"};

static int
make_from(const struct idp_options *options, const char *home)
{
	world = (struct world){.home = home};
	clock_fake_init(&world.clock, 1800000000, 1000);
	return idp_new(NULL, NULL, &world.clock.clock, options, &world.idp);
}

static int
make_with(const char *secret, const char *page)
{
	const struct idp_options options = {
	    .name = "corp",
	    .title = "Corp",
	    .type = PROVIDER_OIDC,
	    .issuer = ISSUER,
	    .client_id = "host 1",
	    .client_secret = secret,
	    .paste = page != NULL,
	    .redirect_uri = page,
	    .keeps = true,
	    .domains = domains,
	    .domain_count = 1,
	};

	return make_from(&options, ISSUER "/");
}

static int
make(const char *secret)
{
	return make_with(secret, NULL);
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
	struct token token TOKEN_AUTO = {.claims = IDPCORP_CLAIMS(subject)};

	assert_int_equal(json_parse("{}", 2, 2, &token.payload), 0);
	assert_int_not_equal(world.keys_id, 0);
	assert_string_equal(world.token, "h.p.s");
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

#define PLAIN "scope=openid%20email%20profile&"
#define OFFLINE "scope=openid%20email%20profile%20offline_access&"
#define SCOPES ",\"scopes_supported\":[\"openid\",\"offline_access\"]}"

static void
who_may_have_no_refresh_token_is_asked_for_none_again(void **state)
{
	char document[1024];
	struct heard h;

	snprintf(document, sizeof(document), "%.*s" SCOPES,
	    (int)strlen(DISCOVERY) - 1, DISCOVERY);
	start(&h);
	reply(HTTP_ANSWERED, 200, document);
	assert_non_null(strstr(world.sent[1].body, OFFLINE));
	reply(HTTP_ANSWERED, 400, "{\"error\":\"invalid_scope\"}");
	assert_int_equal(h.calls, 0);
	assert_non_null(strstr(world.sent[2].body, PLAIN));
	reply(HTTP_ANSWERED, 200, DEVICE);
	assert_int_equal(h.reason, 0);
	start(&h);
	assert_non_null(strstr(world.sent[3].body, PLAIN));
	/* Once is enough: this is another trouble. */
	reply(HTTP_ANSWERED, 400, "{\"error\":\"invalid_scope\"}");
	assert_int_equal(h.reason, ERR_PROVIDER_REFUSED);
	assert_int_equal(world.sent_count, 4);
}

static void
a_renewal_waits_for_discovery(void **state)
{
	struct heard h = {.reason = 1};

	for (int status = 500; status >= 200; status -= 300) {
		h = (struct heard){.reason = 1};
		assert_int_equal(
		    idp_refresh(world.idp, "r1", NULL, on_poll, &h, &h.id), 0);
		assert_int_equal(h.calls, 0);
		reply(HTTP_ANSWERED, status, DISCOVERY);
		assert_int_equal(h.calls, status == 500);
		assert_int_equal(
		    h.reason, status == 500 ? ERR_PROVIDER_UNREACHABLE : 1);
	}
	assert_string_equal(world.sent[2].url, ISSUER "/token");
	assert_non_null(strstr(world.sent[2].body, "refresh_token=r1"));
	reply(HTTP_ANSWERED, 200, "{\"access_token\":\"x\"}");
	assert_int_equal(h.event, GRANT_APPROVED);
}

#define GOOGLE_DISCOVERY                                              \
	"{\"issuer\":\"https://accounts.google.com\","                \
	"\"device_authorization_endpoint\":"                          \
	"\"https://oauth2.googleapis.com/device/code\","              \
	"\"token_endpoint\":\"https://oauth2.googleapis.com/token\"," \
	"\"jwks_uri\":\"https://www.googleapis.com/oauth2/v3/certs\"}"

static void
google_is_asked_in_its_own_way(void **state)
{
	const struct idp_options options = {
	    .name = "g",
	    .title = "Google",
	    .type = PROVIDER_GOOGLE,
	    .client_id = "host-1",
	    .client_secret = "hush",
	    .keeps = true,
	    .domains = domains,
	    .domain_count = 1,
	};
	struct heard h;

	idp_free(world.idp);
	assert_int_equal(make_from(&options, "https://"), 0);
	assert_string_equal(
	    idp_issuer(world.idp), "https://accounts.google.com");
	start(&h);
	assert_string_equal(world.sent[0].url,
	    "https://accounts.google.com/.well-known/openid-configuration");
	reply(HTTP_ANSWERED, 200, GOOGLE_DISCOVERY);
	assert_string_equal(
	    world.sent[1].url, "https://oauth2.googleapis.com/device/code");
	/* T16: the secret goes with the tokens only; no offline_access. */
	assert_string_equal(world.sent[1].body,
	    "scope=openid%20email%20profile&client_id=host-1");
	reply(HTTP_ANSWERED, 200,
	    "{\"device_code\":\"d&1\",\"user_code\":\"GQVQ-JKEC\","
	    "\"verification_url\":\"https://www.google.com/device\","
	    "\"expires_in\":1800,\"interval\":5}");
	assert_int_equal(h.reason, 0);
	poll(&h);
	assert_non_null(strstr(world.sent[2].body, "&client_secret=hush"));
	reply(HTTP_ANSWERED, 428, "{\"error\":\"authorization_pending\"}");
	assert_int_equal(h.event, GRANT_PENDING);
	poll(&h);
	reply(HTTP_ANSWERED, 200, TOKENS);
	/* T6: both spellings, and no third. */
	assert_int_equal(world.policy.claims.issuer_count, 2);
	assert_string_equal(
	    world.policy.claims.issuers[1], "accounts.google.com");
	assert_int_equal(world.policy.jws.key_issuer_count, 0);
	idp_cancel(world.idp, h.id);
}

#define TENANT "5b0c2d8e-1111-2222-3333-444455556666"
#define ENTRA "https://login.microsoftonline.com/" TENANT

static void
entra_is_asked_in_its_own_way(void **state)
{
	const struct idp_options options = {
	    .name = "e",
	    .title = "Microsoft",
	    .type = PROVIDER_ENTRA,
	    .tenant = TENANT,
	    .client_id = "app 1",
	    .keeps = true,
	    .domains = domains,
	    .domain_count = 1,
	};
	struct heard h;

	idp_free(world.idp);
	assert_int_equal(make_from(&options, ENTRA "/"), 0);
	assert_string_equal(idp_issuer(world.idp), ENTRA "/v2.0");
	start(&h);
	assert_string_equal(world.sent[0].url,
	    ENTRA "/v2.0/.well-known/openid-configuration?appid=app%201");
	reply(HTTP_ANSWERED, 200,
	    "{\"issuer\":\"https://login.microsoftonline.com/{tenantid}/v2.0\","
	    "\"device_authorization_endpoint\":\"" ENTRA
	    "/oauth2/v2.0/devicecode\",\"token_endpoint\":\"" ENTRA
	    "/oauth2/v2.0/token\",\"jwks_uri\":\"" ENTRA "/keys\"}");
	assert_string_equal(world.sent[1].url, ENTRA "/oauth2/v2.0/devicecode");
	assert_string_equal(world.sent[1].body,
	    "scope=openid%20email%20profile%20offline_access&client_id=app%"
	    "201");
	reply(HTTP_ANSWERED, 400,
	    "{\"error\":\"unauthorized_client\",\"error_codes\":[530035]}");
	assert_int_equal(h.reason, ERR_PROVIDER_POLICY);
	poll(&h);
	reply(HTTP_ANSWERED, 400,
	    "{\"error\":\"invalid_grant\",\"error_codes\":[53003]}");
	assert_int_equal(h.event, GRANT_FAILED);
	assert_int_equal(h.reason, ERR_PROVIDER_POLICY);
	poll(&h);
	reply(HTTP_ANSWERED, 400, "{\"error\":\"authorization_declined\"}");
	assert_int_equal(h.event, GRANT_DENIED);
	poll(&h);
	reply(HTTP_ANSWERED, 200, TOKENS);
	assert_int_equal(world.policy.claims.issuer_count, 1);
	assert_string_equal(world.policy.claims.issuers[0], ENTRA "/v2.0");
	/* T6: of the keys of all tenants, ours and the common ones. */
	assert_int_equal(world.policy.jws.key_issuer_count, 2);
	assert_string_equal(world.policy.jws.key_issuers[0], ENTRA "/v2.0");
	assert_string_equal(world.policy.jws.key_issuers[1],
	    "https://login.microsoftonline.com/{tenantid}/v2.0");
	idp_cancel(world.idp, h.id);
}

static void
t12_an_access_token_of_another_answer_is_refused(void **state)
{
	/* at_hash of "x" by SHA-256 (OIDC Core 3.1.3.6) */
	static const struct {
		const char *answer;
		const char *at_hash;
		int r;
	} cases[] = {
	    {TOKENS, "LXEWQrcmsEQBYnyp-6wy9Q", 0},
	    {TOKENS, "LXEWQrcmsEQBYnyp-6wy9A", ERR_TOKEN_CLAIM},
	    {TOKENS, "", ERR_TOKEN_CLAIM},
	    {"{\"id_token\":\"h.p.s\",\"access_token\":\"y\"}",
		"LXEWQrcmsEQBYnyp-6wy9Q", ERR_TOKEN_CLAIM},
	    {"{\"id_token\":\"h.p.s\"}", "LXEWQrcmsEQBYnyp-6wy9Q",
		ERR_TOKEN_CLAIM},
	};
	struct heard h;

	discover();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct token token TOKEN_AUTO = {
		    .claims = {.iss = ISSUER,
			.sub = "sub-ada",
			.email = "ada@acme.example",
			.email_verified = true,
			.at_hash = cases[i].at_hash}};

		assert_int_equal(json_parse("{}", 2, 2, &token.payload), 0);
		poll(&h);
		reply(HTTP_ANSWERED, 200, cases[i].answer);
		world.keys_id = 0;
		world.keys_fn(world.keys_arg, 0, &token);
		assert_int_equal(h.calls, 1);
		assert_int_equal(h.reason, cases[i].r);
		assert_int_equal(
		    h.event, cases[i].r == 0 ? GRANT_APPROVED : GRANT_FAILED);
	}
}

/* Two live device flows of one provider, ten minutes apart, and what it gives
 * each: T12 is about what happens where these are swapped. */
static const struct flow {
	const char *code;
	int64_t started_s;
	const char *answer;
	const char *id_token;
	const char *at_hash;
	const char *subject;
} flows[2] = {
    {"code-a", 1799999400, "{\"id_token\":\"h.a.s\",\"access_token\":\"x\"}",
	"h.a.s", "LXEWQrcmsEQBYnyp-6wy9Q", "sub-ada"},
    {"code-b", 1800000000, "{\"id_token\":\"h.b.s\",\"access_token\":\"y\"}",
	"h.b.s", "ofzkNjhU_4iM_0uOeHXWAA", "sub-bob"},
};

static void
poll_flow(const struct flow *flow, struct heard *h)
{
	*h = (struct heard){.reason = 1};
	assert_int_equal(
	    idp_device_poll(world.idp, flow->code,
		(struct wall_time){flow->started_s}, on_poll, h, &h->id),
	    0);
}

/* The claims of the token that was given to be verified, judged as its flow
 * asked for; the signature is good. */
static void
judge_given(void)
{
	const struct flow *of =
	    strcmp(world.token, flows[0].id_token) == 0 ? &flows[0] : &flows[1];
	struct token token TOKEN_AUTO = {
	    .claims = {.iss = ISSUER,
		.sub = of->subject,
		.audiences = {"host 1"},
		.audience_count = 1,
		.iat = {true, of->started_s + 5},
		.exp = {true, of->started_s + 3600},
		.email = "ada@acme.example",
		.email_verified = true,
		.at_hash = of->at_hash}};
	int r = claims_check(&world.policy.claims, &token.claims,
	    (struct wall_time){flows[1].started_s + 10});

	assert_string_equal(world.token, of->id_token);
	assert_int_equal(json_parse("{}", 2, 2, &token.payload), 0);
	world.keys_id = 0;
	world.keys_fn(world.keys_arg, r, r == 0 ? &token : NULL);
}

static void
t12_id_tokens_of_two_live_flows_do_not_swap(void **state)
{
	struct {
		const char *answer;
		int reason;
	} cases[2][3] = {
	    {
		{flows[0].answer, 0},
		/* younger than this flow, so that only at_hash tells */
		{"{\"id_token\":\"h.b.s\",\"access_token\":\"x\"}",
		    ERR_TOKEN_CLAIM},
		{"{\"id_token\":\"h.b.s\"}", ERR_TOKEN_CLAIM},
	    },
	    {
		{flows[1].answer, 0},
		/* issued before this flow began, also all of its answer */
		{"{\"id_token\":\"h.a.s\",\"access_token\":\"y\"}",
		    ERR_TOKEN_STALE},
		{flows[0].answer, ERR_TOKEN_STALE},
	    },
	};

	discover();
	for (size_t i = 0; i < ARRAY_SIZE(cases[0]); i++) {
		for (size_t flow = 0; flow < ARRAY_SIZE(flows); flow++) {
			const int reason = cases[flow][i].reason;
			struct heard h[2];

			poll_flow(&flows[flow], &h[0]);
			reply(HTTP_ANSWERED, 200, cases[flow][i].answer);
			/* The other is live all the while, and untouched. */
			poll_flow(&flows[1 - flow], &h[1]);
			judge_given();
			assert_int_equal(h[0].calls, 1);
			assert_int_equal(h[0].reason, reason);
			assert_int_equal(h[0].event,
			    reason == 0 ? GRANT_APPROVED : GRANT_FAILED);
			assert_string_equal(h[0].subject,
			    reason == 0 ? flows[flow].subject : "");
			assert_int_equal(h[1].calls, 0);
			idp_cancel(world.idp, h[1].id);
		}
	}
}

#define HELPFUL_DISCOVERY                                \
	"{\"issuer\":\"" ISSUER                          \
	"\",\"device_authorization_endpoint\":\"" ISSUER \
	"/device\",\"authorization_endpoint\":\"" ISSUER \
	"/auth\",\"token_endpoint\":\"" ISSUER           \
	"/token\",\"jwks_uri\":\"" ISSUER                \
	"/keys\",\"userinfo_endpoint\":\"" ISSUER        \
	"/userinfo\",\"introspection_endpoint\":\"" ISSUER "/introspect\"}"

/* All that is asked in a sign-in; the keys are asked for elsewhere, at the
 * address that is looked at here. */
static void
expect_three_requests(void)
{
	static const char *const wanted[] = {ISSUER
	    "/.well-known/openid-configuration",
	    ISSUER "/device", ISSUER "/token"};

	assert_int_equal(world.sent_count, ARRAY_SIZE(wanted));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_string_equal(world.sent[i].url, wanted[i]);
	assert_string_equal(world.jwks_uri, ISSUER "/keys");
}

/* Nothing but the ID Token says who it is, whatever it lacks: so nobody can
 * answer with another subject. */
static void
t13_userinfo_is_never_asked(void **state)
{
	static const struct claims lacking[] = {
	    {.iss = ISSUER,
		.sub = "sub-ada",
		.email = "ada@acme.example",
		.email_verified = true},
	    {.iss = ISSUER, .sub = "sub-ada"},
	    {.iss = ISSUER},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lacking); i++) {
		struct token token TOKEN_AUTO = {.claims = lacking[i]};
		struct heard h;

		assert_int_equal(json_parse("{}", 2, 2, &token.payload), 0);
		idp_free(world.idp);
		assert_int_equal(make(NULL), 0);
		start(&h);
		reply(HTTP_ANSWERED, 200, HELPFUL_DISCOVERY);
		reply(HTTP_ANSWERED, 200, DEVICE);
		poll(&h);
		reply(HTTP_ANSWERED, 200, TOKENS);
		world.keys_id = 0;
		world.keys_fn(world.keys_arg, 0, &token);
		assert_int_equal(h.calls, 1);
		assert_int_equal(h.event == GRANT_APPROVED, i == 0);
		expect_three_requests();
	}
}

/* A paste that is under way. */
struct pasting {
	uint64_t id;
	int calls;
	int reason;
	char url[2048];
	struct idp_attempt *attempt;
};

static void
on_paste(void *arg, int reason, const char *url, struct idp_attempt *attempt)
{
	struct pasting *p = arg;

	p->calls++;
	p->reason = reason;
	p->attempt = attempt;
	snprintf(p->url, sizeof(p->url), "%s", url == NULL ? "" : url);
	assert_int_equal(url == NULL, attempt == NULL);
}

static void
take_turn(void)
{
	assert_true(world.turn_due);
	world.turn_due = false;
	world.turn_fn(world.turn_arg);
}

#define PASTE_DISCOVERY                                                   \
	"{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER \
	"/auth\",\"token_endpoint\":\"" ISSUER                            \
	"/token\",\"jwks_uri\":\"" ISSUER "/keys\"}"

static void
make_paste(void)
{
	idp_free(world.idp);
	assert_int_equal(make_with(NULL, "https://page.example/"), 0);
	assert_int_equal(idp_grant(world.idp), IDP_GRANT_PASTE);
}

static void
begin_paste(struct pasting *p)
{
	*p = (struct pasting){.reason = 1};
	assert_int_equal(idp_paste_start(world.idp, on_paste, p, &p->id), 0);
	assert_int_equal(p->calls, 0);
	if (world.turn_due)
		take_turn();
	else
		reply(HTTP_ANSWERED, 200, PASTE_DISCOVERY);
	assert_int_equal(p->calls, 1);
	assert_int_equal(p->reason, 0);
}

/* The value of a name in a URL's query. */
static void
query_value(const char *url, const char *name, char *out, size_t out_size)
{
	const char *at = strstr(url, name);

	assert_non_null(at);
	at += strlen(name);
	snprintf(out, out_size, "%.*s", (int)strcspn(at, "&"), at);
}

static int
redeem(struct pasting *p, const char *typed, struct heard *h)
{
	*h = (struct heard){.reason = 1};
	return idp_paste_redeem(
	    world.idp, p->attempt, typed, on_poll, h, &h->id);
}

static void
a_pasted_code_is_redeemed_with_all_that_ties_it(void **state)
{
	struct pasting p;
	struct heard h;
	char typed[256];
	char state_text[64];
	char nonce[64];

	make_paste();
	begin_paste(&p);
	query_value(p.url, "&state=", state_text, sizeof(state_text));
	query_value(p.url, "&nonce=", nonce, sizeof(nonce));
	snprintf(typed, sizeof(typed), "4/0A.b.%s\n", state_text);
	assert_int_equal(redeem(&p, typed, &h), 0);
	assert_string_equal(world.sent[1].url, ISSUER "/token");
	assert_non_null(strstr(world.sent[1].body,
	    "grant_type=authorization_code&code=4%2F0A.b&redirect_uri="
	    "https%3A%2F%2Fpage.example%2F&code_verifier="));
	assert_non_null(strstr(world.sent[1].body, "&client_id=host%201"));
	/* The attempt may go while the answer is awaited. */
	idp_attempt_free(p.attempt);
	reply(HTTP_ANSWERED, 200, TOKENS);
	assert_string_equal(world.policy.claims.nonce, nonce);
	assert_int_equal(world.policy.claims.started.s, 1800000000);
	verified(0, "sub-ada");
	assert_int_equal(h.event, GRANT_APPROVED);
	assert_string_equal(h.subject, "sub-ada");
	/* Once discovery is known, the next comes from the loop all the same.
	 */
	begin_paste(&p);
	assert_int_equal(world.sent_count, 2);
	idp_attempt_free(p.attempt);
}

/* Neither a form's field nor a format. */
static void
t37_what_is_pasted_stays_one_value(void **state)
{
	struct pasting p;
	struct heard h;
	char typed[256];
	char state_text[64];
	const char *at = NULL;

	make_paste();
	begin_paste(&p);
	query_value(p.url, "&state=", state_text, sizeof(state_text));
	snprintf(
	    typed, sizeof(typed), "x&client_id=evil&%%s%%n;'--.%s", state_text);
	assert_int_equal(redeem(&p, typed, &h), 0);
	assert_non_null(strstr(world.sent[1].body,
	    "&code=x%26client_id%3Devil%26%25s%25n%3B%27--&redirect_uri="));
	at = strstr(world.sent[1].body, "client_id=");
	assert_non_null(at);
	assert_null(strstr(at + 1, "client_id="));
	reply(HTTP_ANSWERED, 400, "{\"error\":\"invalid_grant\"}");
	idp_attempt_free(p.attempt);
}

static void
t12_codes_of_two_live_pastes_do_not_swap(void **state)
{
	struct pasting p[2];
	struct heard h;
	char states[2][64];
	char typed[256];

	make_paste();
	for (int i = 0; i < 2; i++) {
		begin_paste(&p[i]);
		query_value(p[i].url, "&state=", states[i], sizeof(states[i]));
	}
	for (int i = 0; i < 2; i++) {
		snprintf(typed, sizeof(typed), "code.%s", states[1 - i]);
		assert_int_equal(redeem(&p[i], typed, &h), ERR_PASTE_WRONG);
		assert_int_equal(redeem(&p[i], "", &h), ERR_PASTE_WRONG);
	}
	assert_int_equal(world.sent_count, 1);
	for (int i = 0; i < 2; i++) {
		snprintf(typed, sizeof(typed), "code.%s", states[i]);
		assert_int_equal(redeem(&p[i], typed, &h), 0);
		reply(HTTP_ANSWERED, 400, "{\"error\":\"invalid_grant\"}");
		assert_int_equal(h.reason, ERR_GRANT_LOST);
		/* A code is sent once. */
		assert_int_equal(redeem(&p[i], typed, &h), ERR_PASTE_WRONG);
		idp_attempt_free(p[i].attempt);
	}
	assert_int_equal(world.sent_count, 3);
}

static void
t22_a_paste_that_was_cancelled_is_never_called(void **state)
{
	struct pasting p = {.reason = 1};
	struct heard h;
	char typed[256];
	char state_text[64];

	make_paste();
	assert_int_equal(idp_paste_start(world.idp, on_paste, &p, &p.id), 0);
	idp_cancel(world.idp, p.id);
	reply(HTTP_ANSWERED, 200, PASTE_DISCOVERY);
	assert_int_equal(idp_paste_start(world.idp, on_paste, &p, &p.id), 0);
	idp_cancel(world.idp, p.id);
	take_turn();
	assert_int_equal(p.calls, 0);
	begin_paste(&p);
	query_value(p.url, "&state=", state_text, sizeof(state_text));
	snprintf(typed, sizeof(typed), "code.%s", state_text);
	assert_int_equal(redeem(&p, typed, &h), 0);
	idp_cancel(world.idp, h.id);
	assert_null(open_request());
	assert_int_equal(h.calls, 0);
	idp_attempt_free(p.attempt);
}

static void
a_paste_without_discovery_tells_why(void **state)
{
	struct pasting p = {.reason = 1};
	uint64_t id = 0;

	assert_int_equal(idp_grant(world.idp), IDP_GRANT_DEVICE);
	assert_int_equal(
	    idp_paste_start(world.idp, on_paste, &p, &id), ERR_UNSUPPORTED);
	make_paste();
	assert_int_equal(idp_paste_start(world.idp, on_paste, &p, &id), 0);
	reply(HTTP_UNREACHABLE, 0, "");
	assert_int_equal(p.calls, 1);
	assert_int_equal(p.reason, ERR_PROVIDER_UNREACHABLE);
	assert_null(p.attempt);
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
	    T(who_may_have_no_refresh_token_is_asked_for_none_again),
	    T(a_renewal_waits_for_discovery),
	    T(google_is_asked_in_its_own_way),
	    T(entra_is_asked_in_its_own_way),
	    T(t12_an_access_token_of_another_answer_is_refused),
	    T(t12_id_tokens_of_two_live_flows_do_not_swap),
	    T(t13_userinfo_is_never_asked),
	    T(a_pasted_code_is_redeemed_with_all_that_ties_it),
	    T(t37_what_is_pasted_stays_one_value),
	    T(t12_codes_of_two_live_pastes_do_not_swap),
	    T(t22_a_paste_that_was_cancelled_is_never_called),
	    T(a_paste_without_discovery_tells_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
