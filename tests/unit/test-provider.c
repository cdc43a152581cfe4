/*
 * test-provider.c - whom a verified ID Token proves, claim by claim.
 */
#include "rules/provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define ISSUER "https://id.example"

static const char domains[][NAME_MAIL_MAX + 1] = {"acme.example", "acme.test"};

/* A person at a plain OpenID Connect issuer, fresh each time. */
struct said {
	struct provider provider;
	struct claims claims;
	struct provider_token token;
	struct provider_person person;
};

static struct said *
oidc(struct said *said)
{
	*said = (struct said){
	    .provider =
		{
		    .type = PROVIDER_OIDC,
		    .issuer = ISSUER,
		    .domains = domains,
		    .domain_count = ARRAY_SIZE(domains),
		},
	    .claims =
		{
		    .iss = ISSUER,
		    .sub = "sub-ada",
		    .email = "ada@acme.example",
		    .email_verified = true,
		},
	    .token = {.claims = &said->claims},
	};
	return said;
}

static int
identify(struct said *said)
{
	return provider_identify(&said->provider, &said->token, &said->person);
}

static void
types_have_one_name_each(void **state)
{
	static const char *const strangers[] = {
	    "", "OIDC", "Google", "azure", "entra ", "entr", "oidcx"};
	static const char *const names[] = {"oidc", "google", "entra"};
	enum provider_type type = PROVIDER_OIDC;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_true(provider_from_name(names[i], &type));
		assert_string_equal(provider_name(type), names[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
		assert_false(provider_from_name(strangers[i], &type));
}

static void
an_oidc_person_is_the_subject_at_the_issuer(void **state)
{
	struct said said;

	assert_int_equal(identify(oidc(&said)), 0);
	assert_string_equal(said.person.issuer, ISSUER);
	assert_string_equal(said.person.subject, "sub-ada");
	assert_string_equal(said.person.mail, "ada@acme.example");
	(void)oidc(&said);
	said.provider.identity_claim = "employee";
	said.token.identity = "e-7";
	assert_int_equal(identify(&said), 0);
	assert_string_equal(said.person.subject, "e-7");
}

static void
t28_unverified_mail_and_foreign_claims_prove_nobody(void **state)
{
	struct said said;

	(void)oidc(&said);
	said.claims.email_verified = false;
	assert_int_equal(identify(&said), ERR_MAIL_UNVERIFIED);
	(void)oidc(&said);
	said.claims.preferred_username = "ada@acme.example";
	said.claims.hd = "acme.example";
	said.claims.email = "ada@evil.example";
	assert_int_equal(identify(&said), ERR_DOMAIN_NOT_ALLOWED);
}

static void
t29_no_claim_stands_in_for_a_missing_one(void **state)
{
	struct said said;

	for (int i = 0; i < 8; i++) {
		const char *gone = i % 2 == 0 ? NULL : "";

		(void)oidc(&said);
		said.claims.preferred_username = "ada";
		said.claims.oid = "sub-ada";
		if (i / 2 == 0)
			said.claims.iss = gone;
		else if (i / 2 == 1)
			said.claims.sub = gone;
		else if (i / 2 == 2)
			said.claims.email = gone;
		else
			said.provider.identity_claim = "employee";
		if (i / 2 == 3)
			said.token.identity = gone;
		assert_int_equal(identify(&said), ERR_TOKEN_CLAIM);
		assert_null(said.person.subject);
	}
}

static void
allowed_domains_are_whole_and_none_means_nobody(void **state)
{
	static const char *const others[] = {"ada@xacme.example",
	    "ada@acme.example.evil", "ada@sub.acme.example", "ada@example",
	    "ada@acme.exampl"};
	struct said said;

	(void)oidc(&said);
	said.provider.domain_count = 0;
	assert_int_equal(identify(&said), ERR_DOMAIN_NOT_ALLOWED);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		(void)oidc(&said);
		said.claims.email = others[i];
		assert_int_equal(identify(&said), ERR_DOMAIN_NOT_ALLOWED);
	}
	(void)oidc(&said);
	said.claims.email = "ada@ACME.Example";
	assert_int_equal(identify(&said), 0);
	said.claims.email = "ada@evil.example@acme.example";
	assert_int_equal(identify(&said), ERR_TOKEN_CLAIM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(types_have_one_name_each),
	    cmocka_unit_test(an_oidc_person_is_the_subject_at_the_issuer),
	    cmocka_unit_test(
		t28_unverified_mail_and_foreign_claims_prove_nobody),
	    cmocka_unit_test(t29_no_claim_stands_in_for_a_missing_one),
	    cmocka_unit_test(allowed_domains_are_whole_and_none_means_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
