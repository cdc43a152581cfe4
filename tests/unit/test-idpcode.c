/*
 * test-idpcode.c - a refresh token exchanged: what rotated is kept before
 * anything is used, and what comes proves whom it names, or nobody.
 *
 * A code's exchange is seen as behaviour in test-idp.c.
 */
#include "services/idpcode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "common/err.h"
#include "tests/unit/idpcorp.h"
#include "tests/unit/netlab.h"

#define NOW INT64_C(1800000000)

static const char domains[][NAME_MAIL_MAX + 1] = {"acme.example"};

static struct {
	struct idpself *self;
	struct idpdoc *doc;
	struct idpcode *code;
	struct token_policy policy;
	char verified[16]; /* the text that is being verified */
	keys_fn *keys_fn;
	void *keys_arg;
	/* what was heard */
	char rotated[32];
	unsigned int calls;
	enum grant_event event;
	int reason;
	char subject[32];
	char refresh[32];
} world;

int
keys_verify(struct keys *keys, const char *text,
    const struct token_policy *policy, keys_fn *fn, void *arg, uint64_t *ret_id)
{
	(void)snprintf(world.verified, sizeof(world.verified), "%s", text);
	world.policy = *policy;
	world.keys_fn = fn;
	world.keys_arg = arg;
	*ret_id = 1;
	return ERR_OK;
}

void
keys_cancel(struct keys *keys, uint64_t id)
{
	if (id != 0)
		world.keys_fn = NULL;
}

/* Of discovery, which is not asked here. */
int
keys_set_url(struct keys *keys, const char *url)
{
	fail();
	return ERR_INTERNAL;
}

void
keys_warm(struct keys *keys)
{
	fail();
}

static void
on_rotated(void *arg, const char *refresh_token)
{
	/* Before anything else of the answer. */
	assert_null(world.keys_fn);
	assert_int_equal(world.calls, 0);
	(void)snprintf(
	    world.rotated, sizeof(world.rotated), "%s", refresh_token);
}

static void
on_end(void *arg, const struct idp_poll *poll)
{
	const struct idp_identity *identity = poll->identity;

	world.calls++;
	world.event = poll->event;
	world.reason = poll->reason;
	if (identity != NULL)
		(void)snprintf(world.subject, sizeof(world.subject), "%s",
		    identity->subject);
	if (identity != NULL && identity->refresh_token != NULL)
		(void)snprintf(world.refresh, sizeof(world.refresh), "%s",
		    identity->refresh_token);
	idpcode_free(TAKE(world.code));
}

static void
end_world(void)
{
	idpcode_free(TAKE(world.code));
	idpdoc_free(TAKE(world.doc));
	idpself_free(TAKE(world.self));
}

static void
begin(bool keeps, const char *code)
{
	const struct idp_options options = {
	    IDPCORP_OPTIONS,
	    .keeps = keeps,
	    .domains = domains,
	    .domain_count = 1,
	};
	struct json *json JSON_AUTO = NULL;
	struct idpcode_parts parts = {0};
	const struct idpcode_given given = {
	    .code = code,
	    .refresh_token = code == NULL ? "r&1" : NULL,
	    .rotated = on_rotated,
	    .started = {NOW},
	};

	end_world();
	memset(&world, 0, sizeof(world));
	netlab_reset();
	assert_int_equal(idpself_new(&options, &world.self), 0);
	assert_int_equal(
	    json_parse(DISCOVERY, strlen(DISCOVERY), 4096, &json), 0);
	assert_int_equal(
	    idpdoc_read(json_root(json), &world.self->rules, false, &world.doc),
	    0);
	parts.self = world.self;
	parts.doc = world.doc;
	assert_int_equal(
	    idpcode_start(&parts, &given, on_end, NULL, &world.code), 0);
}

static void
verified(int reason, const char *subject)
{
	struct token token TOKEN_AUTO = {.claims = IDPCORP_CLAIMS(subject)};
	keys_fn *fn = TAKE(world.keys_fn);

	assert_non_null(fn);
	assert_string_equal(world.verified, "h.p.s");
	assert_int_equal(json_parse("{}", 2, 2, &token.payload), 0);
	fn(world.keys_arg, reason, reason == 0 ? &token : NULL);
}

static void
t26_what_rotated_is_told_before_it_is_used(void **state)
{
	begin(true, NULL);
	assert_string_equal(netlab()->url, ISSUER "/token");
	assert_string_equal(netlab()->body,
	    "grant_type=refresh_token&refresh_token=r%261&client_id=host"
	    "&client_secret=hush");
	netlab_answer(200,
	    "{\"access_token\":\"a\",\"id_token\":\"h.p.s\","
	    "\"refresh_token\":\"r2\"}");
	assert_string_equal(world.rotated, "r2");
	assert_int_equal(world.calls, 0);
	/* OIDC Core 12.2: ours, issued just now; no nonce came with it. */
	assert_string_equal(world.policy.claims.client_id, "host");
	assert_string_equal(world.policy.claims.issuers[0], ISSUER);
	assert_int_equal(world.policy.claims.started.s, NOW);
	assert_null(world.policy.claims.nonce);
	verified(0, "sub-ada");
	assert_int_equal(world.calls, 1);
	assert_int_equal(world.event, GRANT_APPROVED);
	assert_string_equal(world.subject, "sub-ada");
	/* Also where the rest of the answer is worth nothing. */
	begin(true, NULL);
	netlab_answer(200, "{\"id_token\":\"h.p.s\",\"refresh_token\":\"r3\"}");
	verified(ERR_TOKEN_SIGNATURE, "sub-ada");
	assert_string_equal(world.rotated, "r3");
	assert_int_equal(world.event, GRANT_FAILED);
	assert_int_equal(world.reason, ERR_TOKEN_SIGNATURE);
	assert_string_equal(world.subject, "");
}

static void
a_renewal_without_an_id_token_proves_nobody_anew(void **state)
{
	begin(true, NULL);
	netlab_answer(200, "{\"access_token\":\"a\"}");
	assert_int_equal(world.calls, 1);
	assert_int_equal(world.event, GRANT_APPROVED);
	assert_int_equal(world.reason, 0);
	assert_string_equal(world.subject, "");
	assert_string_equal(world.rotated, "");
	/* And an answer without anything is none. */
	begin(true, NULL);
	netlab_answer(200, "{}");
	assert_int_equal(world.event, GRANT_FAILED);
	assert_int_equal(world.reason, ERR_PROVIDER_MALFORMED);
}

static void
t107_a_renewal_that_fails_tells_an_end_from_silence(void **state)
{
	static const struct {
		int status; /* 0: unreachable */
		const char *body;
		int reason;
	} cases[] = {
	    {0, "", ERR_PROVIDER_UNREACHABLE},
	    {500, "", ERR_PROVIDER_UNREACHABLE},
	    {503, "{}", ERR_PROVIDER_UNREACHABLE},
	    {200, "<html>", ERR_PROVIDER_MALFORMED},
	    {400, "{\"error\":\"invalid_grant\"}", ERR_NO_TOKEN},
	    {400, "{\"error\":\"invalid_grant\",\"error_codes\":[50057]}",
		ERR_ACCOUNT_DISABLED},
	    {401, "{\"error\":\"invalid_client\"}", ERR_PROVIDER_REFUSED},
	    {400, "{\"error\":\"authorization_pending\"}",
		ERR_PROVIDER_REFUSED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(true, NULL);
		netlab_answer(cases[i].status, cases[i].body);
		assert_int_equal(world.calls, 1);
		assert_int_not_equal(world.event, GRANT_APPROVED);
		assert_int_equal(world.reason, cases[i].reason);
	}
}

static void
a_sign_in_tells_a_refresh_token_where_it_is_kept_only(void **state)
{
	for (int keeps = 0; keeps < 2; keeps++) {
		begin(keeps, "d1");
		netlab_answer(200,
		    "{\"access_token\":\"a\",\"id_token\":\"h.p.s\","
		    "\"refresh_token\":\"r1\"}");
		verified(0, "sub-ada");
		assert_int_equal(world.event, GRANT_APPROVED);
		assert_string_equal(world.refresh, keeps ? "r1" : "");
		assert_string_equal(world.rotated, "");
	}
}

static int
tear_down(void **state)
{
	end_world();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t26_what_rotated_is_told_before_it_is_used),
	    cmocka_unit_test(a_renewal_without_an_id_token_proves_nobody_anew),
	    cmocka_unit_test(
		t107_a_renewal_that_fails_tells_an_end_from_silence),
	    cmocka_unit_test(
		a_sign_in_tells_a_refresh_token_where_it_is_kept_only),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
