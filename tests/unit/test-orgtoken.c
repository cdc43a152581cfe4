/*
 * test-orgtoken.c - which token of the organisation is accepted, and what is
 * read out of it.
 */
#include "services/orgtoken.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/profiles.h"

#define NOW ((struct wall_time){1000})
#define STARTED ((struct wall_time){990})

static void
encode(char *out, size_t size, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t at = 0;

	for (const char *p = text; *p != '\0'; p++) {
		bits = bits << 8 | (uint8_t)*p;
		for (have += 8; have >= 6; have -= 6) {
			assert_true(at + 2 < size);
			out[at++] = digits[bits >> (have - 6) & 63];
		}
	}
	if (have > 0)
		out[at++] = digits[bits << (6 - have) & 63];
	out[at] = '\0';
}

static int
from_transport(const char *payload, const char *organization_issuer)
{
	struct profile *profile = profiles_sample();
	const struct idsvc_options options = {
	    .profile = profile,
	    .url = "https://org.test",
	    .jwt_issuer = organization_issuer,
	};
	struct orgtoken_rules rules = {0};
	struct token token TOKEN_AUTO = {0};
	struct token_policy policy = {0};
	char middle[2048];
	char text[4096];
	int r = 0;

	encode(middle, sizeof(middle), payload);
	(void)snprintf(text, sizeof(text), "e30.%s.c2ln", middle);
	assert_int_equal(orgtoken_rules_init(&rules, &options), 0);
	policy = orgtoken_policy(&rules, STARTED);
	r = orgtoken_from_transport(text, &policy, NOW, &token);
	orgtoken_rules_done(&rules);
	profile_free(profile);
	return r;
}

static void
transport_holds_the_claims_to_the_same_rules(void **state)
{
	static const struct {
		const char *payload;
		int reason;
	} cases[] = {
	    {"{\"iss\":\"https://org.test\",\"aud\":\"orglogin\",\"sub\":\"u\","
	     "\"iat\":1000,\"exp\":1300}",
		0},
	    {"{\"iss\":\"https://"
	     "other.test\",\"aud\":\"orglogin\",\"sub\":\"u\""
	     ",\"iat\":1000,\"exp\":1300}",
		ERR_TOKEN_ISSUER},
	    {"{\"iss\":\"https://org.test\",\"aud\":\"else\",\"sub\":\"u\","
	     "\"iat\":1000,\"exp\":1300}",
		ERR_TOKEN_AUDIENCE},
	    {"{\"iss\":\"https://org.test\",\"aud\":\"orglogin\",\"sub\":\"u\","
	     "\"iat\":800,\"exp\":900}",
		ERR_TOKEN_EXPIRED},
	    {"{\"iss\":\"https://org.test\",\"aud\":\"orglogin\",\"sub\":\"u\","
	     "\"iat\":900,\"exp\":1300}",
		ERR_TOKEN_STALE},
	    {"{\"iss\":\"https://org.test\",\"aud\":\"orglogin\",\"sub\":\"u\","
	     "\"sub\":\"v\",\"iat\":1000,\"exp\":1300}",
		ERR_JSON_DUPLICATE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(
		    from_transport(cases[i].payload, NULL), cases[i].reason);
	assert_int_equal(
	    from_transport(cases[0].payload, "https://configured.test"),
	    ERR_TOKEN_ISSUER);
}

static void
transport_refuses_what_is_no_token(void **state)
{
	static const char *const odd[] = {
	    "", "a", "a.b", "a.b.c.d", "e30.e30=.x", "e30.!!.x", "e30..x"};
	const struct token_policy policy = {0};

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		struct token token TOKEN_AUTO = {0};

		assert_int_not_equal(
		    orgtoken_from_transport(odd[i], &policy, NOW, &token), 0);
	}
}

static void
a_token_is_read_without_being_believed(void **state)
{
	struct json *json JSON_AUTO = NULL;

	/* {"sub":"u"} */
	assert_int_equal(orgtoken_peek("e30.eyJzdWIiOiJ1In0.x", &json), 0);
	assert_string_equal(json_string(json_at(json_root(json), "/sub")), "u");
	assert_int_not_equal(orgtoken_peek("e30.eyJzdWIiOiJ1In0", &json), 0);
}

/* What the profile's token may lack is told to the rules for claims. */
static unsigned int
lacking(const char *const *lines, int64_t *ret_started_s)
{
	struct profile *profile = profiles_sample();
	const struct idsvc_options options = {
	    .profile = profile, .url = "https://org.test"};
	struct orgtoken_rules rules = {0};
	struct token_policy policy = {0};

	profiles_add(profile, lines);
	assert_int_equal(orgtoken_rules_init(&rules, &options), 0);
	policy = orgtoken_policy(&rules, STARTED);
	*ret_started_s = policy.claims.started.s;
	orgtoken_rules_done(&rules);
	profile_free(profile);
	return policy.claims.may_lack;
}

static void
a_profile_says_what_its_token_lacks(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const lines[] = {
	    "token||may_lack|iat", "token||subject|/userId", NULL};
	int64_t started_s = 0;

	assert_int_equal(lacking(none, &started_s), 0);
	assert_int_equal(started_s, STARTED.s);
	assert_int_equal(
	    lacking(lines, &started_s), CLAIMS_LACK_IAT | CLAIMS_LACK_SUB);
	assert_int_equal(started_s, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(transport_holds_the_claims_to_the_same_rules),
	    cmocka_unit_test(transport_refuses_what_is_no_token),
	    cmocka_unit_test(a_token_is_read_without_being_believed),
	    cmocka_unit_test(a_profile_says_what_its_token_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
