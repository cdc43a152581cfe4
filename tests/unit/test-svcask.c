/*
 * test-svcask.c - operations for a person, against a wire that the test plays.
 * Tokens are believed for their channel here; services/keys has its own tests.
 */
#include "services/svcask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/netlab.h"
#include "tests/unit/profiles.h"

static const char *const lines[] = {
    "operation|password_login|steps|login, me",
    "operation|mfa_verify|steps|verify, me",
    "operation|refresh|steps|refresh",
    "operation|switch_org|steps|switch",
    "operation|invite|steps|invite",
    "operation|member|steps|one",
    "operation|signin|steps|exchange",
    "request|exchange|method|POST",
    "request|exchange|path|/exchange",
    "request|exchange|body|{\"t\":\"{id_token}\"}",
    "request|exchange|take.jwt|jwt=/token",
    "request|exchange|maybe.refresh|refresh_token=/refresh",
    "request|login|method|POST",
    "request|login|path|/login",
    "request|login|body|{\"m\":\"{mail}\",\"p\":\"{password}\"}",
    "request|login|take.jwt|jwt=/token",
    "request|login|take.refresh|refresh_token=/refresh",
    "request|verify|method|POST",
    "request|verify|path|/verify",
    "request|verify|body|{\"c\":\"{code}\",\"s\":\"{session_token}\"}",
    "request|verify|take.jwt|jwt=/token",
    "request|me|method|GET",
    "request|me|path|/me",
    "request|me|header.a|Authorization: Bearer {jwt}",
    "request|refresh|method|POST",
    "request|refresh|path|/refresh",
    "request|refresh|body|r={refresh_token}",
    "request|refresh|body_type|form",
    "request|refresh|take.jwt|jwt=/token",
    "request|refresh|maybe.refresh|refresh_token=/refresh",
    "request|switch|method|POST",
    "request|switch|path|/switch",
    "request|switch|header.a|Authorization: Bearer {jwt}",
    "request|switch|body|{\"o\":\"{organization}\"}",
    "request|switch|take.jwt|jwt=/token",
    "request|invite|method|POST",
    "request|invite|path|/invite",
    "request|invite|header.a|Authorization: Bearer {jwt}",
    "request|invite|forward|yes",
    "request|invite|body|{\"m\":\"{mail}\",\"r\":\"{role}\"}",
    "request|one|method|GET",
    "request|one|path|/members/{member}",
    "outcome|mfa||",
    "outcome|mfa|request|login",
    "outcome|mfa|at|/mfa_required",
    "outcome|mfa|is|true",
    "outcome|mfa|reason|service-mfa-required",
    "outcome|mfa|take.session|session_token=/session_token",
    "error|wrong||",
    "error|wrong|request|login",
    "error|wrong|status|401",
    "error|wrong|reason|password-wrong",
    "person||request|me",
    "person||subject|/id",
    "person||scopes|/can",
    "person||state|/status",
    "forward||header.id|X-Id: {subject}",
    "forward||header.org|X-Org: {organization}",
    "forward||header.roles|X-Roles: {roles}",
    "token||subject|/sub",
    "token||organization|/org",
    "token||roles|/roles",
    "token||lifetime|60s",
    "members||id|/id",
    "members||mail|/mail",
    "members||roles|/roles",
    "states||absent|Active",
    "states||waiting|Pending",
    NULL,
};

static struct profile *profile;
static struct svcflight_site site;
static struct svcask_home home;
static struct orgtoken_rules rules;
static struct clock_fake fake;

/* What came back, once. */
static struct {
	unsigned int calls;
	int reason;
	char subject[64];
	char jwt[1024];
	char refresh_token[64];
	char session_token[64];
	size_t roles;
	size_t scopes;
	int64_t expires_s;
} got;

static void
keep(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text == NULL ? "" : text);
}

static void
on_standing(void *arg, const struct idsvc_standing *standing)
{
	got.calls++;
	got.reason = standing->reason;
	got.roles = standing->role_count;
	got.scopes = standing->scope_count;
	got.expires_s = standing->expires_s;
	keep(got.subject, sizeof(got.subject), standing->subject);
	keep(got.jwt, sizeof(got.jwt), standing->jwt);
	keep(got.refresh_token, sizeof(got.refresh_token),
	    standing->refresh_token);
	keep(got.session_token, sizeof(got.session_token),
	    standing->session_token);
}

/* A token of u in this organisation, as an answer's field "token". */
static const char *
token_of(const char *organization, const char *subject, int64_t iat_s)
{
	static char text[1024];
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	char claims[512];
	size_t at = 0;
	uint32_t bits = 0;
	unsigned int have = 0;

	(void)snprintf(claims, sizeof(claims),
	    "{\"sub\":\"%s\",\"org\":\"%s\",\"roles\":[\"Member\"],"
	    "\"iat\":%lld,\"exp\":4600}",
	    subject, organization, (long long)iat_s);
	at = (size_t)snprintf(text, sizeof(text), "e30.");
	for (const char *p = claims; *p != '\0'; p++) {
		bits = bits << 8 | (uint8_t)*p;
		for (have += 8; have >= 6; have -= 6)
			text[at++] = digits[bits >> (have - 6) & 63];
	}
	if (have > 0)
		text[at++] = digits[bits << (6 - have) & 63];
	(void)snprintf(text + at, sizeof(text) - at, ".x");
	return text;
}

static void
answer_token(const char *organization, const char *subject, int64_t iat_s,
    const char *more)
{
	char body[2048];

	(void)snprintf(body, sizeof(body), "{\"token\":\"%s\"%s}",
	    token_of(organization, subject, iat_s), more);
	netlab_answer(200, body);
}

static struct svcask *
begin(struct idsvc_call call)
{
	struct svcask *ask = NULL;

	netlab_reset();
	memset(&got, 0, sizeof(got));
	clock_fake_init(&fake, 1000, 1000);
	site = (struct svcflight_site){.organization_id = "o",
	    .url = "https://org.test",
	    .profile = profile};
	home = (struct svcask_home){
	    .site = &site, .clock = &fake.clock, .rules = &rules};
	assert_int_equal(svcask_new(&home, &call, on_standing, NULL, &ask), 0);
	return ask;
}

static void
a_password_goes_to_the_service_and_brings_a_pair(void **state)
{
	struct svcask *ask = begin((struct idsvc_call){
	    .op = PROFILE_PASSWORD_LOGIN, .mail = "u@x", .password = "a\"b"});

	assert_string_equal(netlab()->body, "{\"m\":\"u@x\",\"p\":\"a\\\"b\"}");
	answer_token("o", "u", 1000, ",\"refresh\":\"r1\"");
	assert_string_equal(netlab()->url, "https://org.test/me");
	netlab_answer(200, "{\"id\":\"u\",\"can\":[\"a\",\"b\"]}");
	assert_int_equal(got.calls, 1);
	assert_int_equal(got.reason, 0);
	assert_string_equal(got.subject, "u");
	assert_string_equal(got.refresh_token, "r1");
	assert_string_equal(got.jwt, token_of("o", "u", 1000));
	assert_int_equal(got.roles, 1);
	assert_int_equal(got.scopes, 2);
	/* The profile says that it is used for a minute. */
	assert_int_equal(got.expires_s, 1060);
	svcask_free(ask);
}

static void
a_second_factor_is_asked_for_with_the_sessions_token(void **state)
{
	struct svcask *ask = begin((struct idsvc_call){
	    .op = PROFILE_PASSWORD_LOGIN, .mail = "u@x", .password = "p"});

	netlab_answer(200, "{\"mfa_required\":true,\"session_token\":\"s1\"}");
	assert_int_equal(got.reason, ERR_SERVICE_MFA);
	assert_string_equal(got.session_token, "s1");
	svcask_free(ask);
	ask = begin((struct idsvc_call){
	    .op = PROFILE_MFA_VERIFY, .code = "123456", .session_token = "s1"});
	assert_string_equal(netlab()->body, "{\"c\":\"123456\",\"s\":\"s1\"}");
	answer_token("o", "u", 1000, "");
	netlab_answer(200, "{\"id\":\"u\"}");
	assert_int_equal(got.reason, 0);
	svcask_free(ask);
	/* Asked for without a token to go on with, it is no answer. */
	ask = begin((struct idsvc_call){
	    .op = PROFILE_PASSWORD_LOGIN, .mail = "u@x", .password = "p"});
	netlab_answer(200, "{\"mfa_required\":true}");
	assert_int_equal(got.reason, ERR_SERVICE_MALFORMED);
	svcask_free(ask);
}

static void
t111_a_wrong_password_is_told_from_any_other_refusal(void **state)
{
	static const struct {
		int status;
		int reason;
	} cases[] = {{401, ERR_PASSWORD_WRONG}, {403, ERR_SERVICE_REFUSED},
	    {429, ERR_SERVICE_RATE_LIMITED}, {500, ERR_SERVICE_ERROR},
	    {0, ERR_SERVICE_UNREACHABLE}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct svcask *ask =
		    begin((struct idsvc_call){.op = PROFILE_PASSWORD_LOGIN,
			.mail = "u@x",
			.password = "p"});

		netlab_answer(cases[i].status, "{}");
		assert_int_equal(got.reason, cases[i].reason);
		assert_int_equal(got.calls, 1);
		svcask_free(ask);
	}
}

static void
a_refreshed_token_may_be_old_and_may_keep_its_refresh_token(void **state)
{
	struct svcask *ask = begin(
	    (struct idsvc_call){.op = PROFILE_REFRESH, .refresh_token = "r&1"});

	assert_string_equal(netlab()->body, "r=r%261");
	answer_token("o", "u", 100, "");
	assert_int_equal(got.reason, 0);
	assert_string_equal(got.refresh_token, "");
	svcask_free(ask);
	ask = begin(
	    (struct idsvc_call){.op = PROFILE_REFRESH, .refresh_token = "r1"});
	answer_token("o", "u", 1000, ",\"refresh\":\"r2\"");
	assert_string_equal(got.refresh_token, "r2");
	svcask_free(ask);
	ask = begin(
	    (struct idsvc_call){.op = PROFILE_REFRESH, .refresh_token = "r1"});
	answer_token("o", "u", 1000, ",\"refresh\":7");
	assert_int_equal(got.reason, ERR_SERVICE_MALFORMED);
	svcask_free(ask);
}

static void
t26_a_rotated_refresh_token_is_told_also_with_a_failure(void **state)
{
	struct svcask *ask = begin(
	    (struct idsvc_call){.op = PROFILE_REFRESH, .refresh_token = "r1"});

	answer_token("o", "", 1000, ",\"refresh\":\"r2\"");
	assert_int_equal(got.reason, ERR_TOKEN_CLAIM);
	assert_string_equal(got.refresh_token, "r2");
	assert_string_equal(got.jwt, "");
	svcask_free(ask);
}

static void
t15_an_old_token_is_no_sign_in(void **state)
{
	struct svcask *ask =
	    begin((struct idsvc_call){.op = PROFILE_SIGNIN, .id_token = "i"});

	answer_token("o", "u", 900, "");
	assert_int_equal(got.reason, ERR_TOKEN_STALE);
	svcask_free(ask);
}

static void
who_signed_in_to_another_organisation_is_switched_over_once(void **state)
{
	struct svcask *ask =
	    begin((struct idsvc_call){.op = PROFILE_SIGNIN, .id_token = "i"});

	answer_token("other", "u", 1000, ",\"refresh\":\"r1\"");
	assert_int_equal(got.calls, 0);
	assert_string_equal(netlab()->url, "https://org.test/switch");
	assert_string_equal(netlab()->body, "{\"o\":\"o\"}");
	answer_token("o", "u", 1000, "");
	assert_int_equal(got.reason, 0);
	assert_string_equal(got.refresh_token, "r1");
	assert_int_equal(netlab()->requests, 2);
	svcask_free(ask);
	ask = begin((struct idsvc_call){.op = PROFILE_SIGNIN, .id_token = "i"});
	answer_token("other", "u", 1000, "");
	answer_token("other", "u", 1000, "");
	assert_int_equal(got.reason, ERR_TOKEN_ORGANIZATION);
	assert_int_equal(netlab()->requests, 2);
	svcask_free(ask);
	/* A switch brings the same person, or nobody. */
	ask = begin((struct idsvc_call){.op = PROFILE_SIGNIN, .id_token = "i"});
	answer_token("other", "u", 1000, "");
	answer_token("o", "v", 1000, "");
	assert_int_equal(got.reason, ERR_TOKEN_SUBJECT);
	svcask_free(ask);
}

static void
the_organisation_asked_for_is_the_one_that_counts(void **state)
{
	struct svcask *ask = begin((struct idsvc_call){
	    .op = PROFILE_SWITCH_ORG, .jwt = "a.b.c", .organization = "p"});

	answer_token("o", "u", 1000, "");
	assert_int_equal(got.reason, ERR_TOKEN_ORGANIZATION);
	svcask_free(ask);
	ask = begin((struct idsvc_call){
	    .op = PROFILE_SWITCH_ORG, .jwt = "a.b.c", .organization = "p"});
	answer_token("p", "u", 1000, "");
	assert_int_equal(got.reason, 0);
	svcask_free(ask);
}

static void
what_only_wants_to_be_done_needs_no_token(void **state)
{
	struct svcask *ask = begin((struct idsvc_call){.op = PROFILE_INVITE,
	    .jwt = token_of("o", "u", 1000),
	    .mail = "new@x",
	    .role = "Member"});

	assert_string_equal(
	    netlab()->body, "{\"m\":\"new@x\",\"r\":\"Member\"}");
	/* Behind Authorization, accept and content-type. */
	assert_string_equal(netlab()->headers[3], "X-Id: u");
	assert_string_equal(netlab()->headers[4], "X-Org: o");
	assert_string_equal(netlab()->headers[5], "X-Roles: Member");
	netlab_answer(204, "");
	assert_int_equal(got.calls, 1);
	assert_int_equal(got.reason, 0);
	assert_string_equal(got.subject, "");
	assert_string_equal(got.jwt, "");
	svcask_free(ask);
}

static void
a_state_that_is_not_active_is_told_with_the_person(void **state)
{
	struct svcask *ask = begin((struct idsvc_call){
	    .op = PROFILE_PASSWORD_LOGIN, .mail = "u@x", .password = "p"});

	answer_token("o", "u", 1000, ",\"refresh\":\"r\"");
	netlab_answer(200, "{\"id\":\"u\",\"status\":\"waiting\"}");
	assert_int_equal(got.reason, ERR_MEMBER_PENDING);
	assert_string_equal(got.subject, "u");
	svcask_free(ask);
	ask = begin((struct idsvc_call){.op = PROFILE_MEMBER, .member = "u"});
	assert_string_equal(netlab()->url, "https://org.test/members/u");
	netlab_answer(200, "{\"id\":\"u\",\"mail\":\"u@x\",\"roles\":[\"a\"]}");
	assert_int_equal(got.reason, 0);
	assert_int_equal(got.roles, 1);
	svcask_free(ask);
}

/* T34: no id of a member leads to another place of the service. */
static void
t34_no_id_is_a_path(void **state)
{
	static const char *const ids[] = {
	    "../admin", "a/b", "a?b", "a#b", "/", ".a", "%2e%2e"};
	struct svcask *ask = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		ask = begin((struct idsvc_call){
		    .op = PROFILE_MEMBER, .member = ids[i]});
		assert_null(
		    strpbrk(netlab()->url + strlen("https://org.test/members/"),
			"/?#"));
		svcask_free(ask);
	}
	netlab_reset();
	for (int dots = 1; dots <= 2; dots++) {
		const struct idsvc_call call = {
		    .op = PROFILE_MEMBER, .member = dots == 1 ? "." : ".."};

		assert_int_equal(
		    svcask_new(&home, &call, on_standing, NULL, &ask),
		    ERR_CONFIG_INVALID);
	}
	assert_int_equal(netlab()->requests, 0);
}

/* T37: a value is filled in once, and is never a template or a format. */
static void
t37_a_value_is_no_template(void **state)
{
	struct svcask *ask =
	    begin((struct idsvc_call){.op = PROFILE_PASSWORD_LOGIN,
		.mail = "{password}%s%n",
		.password = "p"});

	assert_string_equal(
	    netlab()->body, "{\"m\":\"{password}%s%n\",\"p\":\"p\"}");
	svcask_free(ask);
}

static void
t22_a_freed_ask_calls_nobody(void **state)
{
	struct svcask *ask =
	    begin((struct idsvc_call){.op = PROFILE_SIGNIN, .id_token = "i"});

	svcask_free(ask);
	assert_int_equal(netlab()->id, 0);
	assert_int_equal(got.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_password_goes_to_the_service_and_brings_a_pair),
	    cmocka_unit_test(
		a_second_factor_is_asked_for_with_the_sessions_token),
	    cmocka_unit_test(
		t111_a_wrong_password_is_told_from_any_other_refusal),
	    cmocka_unit_test(
		a_refreshed_token_may_be_old_and_may_keep_its_refresh_token),
	    cmocka_unit_test(
		t26_a_rotated_refresh_token_is_told_also_with_a_failure),
	    cmocka_unit_test(t15_an_old_token_is_no_sign_in),
	    cmocka_unit_test(
		who_signed_in_to_another_organisation_is_switched_over_once),
	    cmocka_unit_test(the_organisation_asked_for_is_the_one_that_counts),
	    cmocka_unit_test(what_only_wants_to_be_done_needs_no_token),
	    cmocka_unit_test(
		a_state_that_is_not_active_is_told_with_the_person),
	    cmocka_unit_test(t34_no_id_is_a_path),
	    cmocka_unit_test(t37_a_value_is_no_template),
	    cmocka_unit_test(t22_a_freed_ask_calls_nobody),
	};
	int failed = 0;

	profile = profiles_make(lines);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	profile_free(profile);
	return failed;
}
