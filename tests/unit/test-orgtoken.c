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

static int
read_claims(const char *text, struct orgtoken *org, struct json **ret_json)
{
	struct profile *profile = profiles_sample();
	int r = 0;

	assert_int_equal(json_parse(text, strlen(text), 4096, ret_json), 0);
	r = orgtoken_read(&profile->claims, json_root(*ret_json), org);
	profile_free(profile);
	return r;
}

static void
a_person_of_no_organisation_is_told_so(void **state)
{
	struct json *json JSON_AUTO = NULL;
	struct orgtoken org;

	assert_int_equal(
	    read_claims(
		"{\"sub\":\"u\",\"org\":null,\"roles\":[]}", &org, &json),
	    ERR_TOKEN_ORGANIZATION);
}

static void
claims_are_read_where_the_profile_says(void **state)
{
	struct json *json JSON_AUTO = NULL;
	struct orgtoken org;

	assert_int_equal(
	    read_claims("{\"sub\":\"u\",\"org\":\"o\",\"roles\":[\"a\",\"b\"]}",
		&org, &json),
	    0);
	assert_string_equal(org.subject, "u");
	assert_string_equal(org.organization, "o");
	assert_int_equal(org.roles.count, 2);
	assert_int_equal(org.scopes.count, 0);
}

static void
t29_a_missing_claim_is_a_refusal(void **state)
{
	static const char *const lacking[] = {
	    "{\"org\":\"o\",\"roles\":[]}",
	    "{\"sub\":\"\",\"org\":\"o\",\"roles\":[]}",
	    "{\"sub\":7,\"org\":\"o\",\"roles\":[]}",
	    "{\"sub\":\"u\",\"roles\":[]}",
	    "{\"sub\":\"u\",\"org\":7,\"roles\":[]}",
	    "{\"sub\":\"u\",\"org\":\"o\",\"roles\":\"admin\"}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lacking); i++) {
		struct json *json JSON_AUTO = NULL;
		struct orgtoken org;

		assert_int_equal(
		    read_claims(lacking[i], &org, &json), ERR_TOKEN_CLAIM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(transport_holds_the_claims_to_the_same_rules),
	    cmocka_unit_test(transport_refuses_what_is_no_token),
	    cmocka_unit_test(a_person_of_no_organisation_is_told_so),
	    cmocka_unit_test(claims_are_read_where_the_profile_says),
	    cmocka_unit_test(t29_a_missing_claim_is_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
