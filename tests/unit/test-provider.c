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

#define TENANT "5b0c2d8e-1111-2222-3333-444455556666"
#define OTHER_TENANT "5b0c2d8e-1111-2222-3333-444455556667"
#define OID "aaaaaaaa-1111-2222-3333-444455556666"
#define ENTRA "https://login.microsoftonline.com/"

static struct said *
google(struct said *said)
{
	(void)oidc(said);
	said->provider.type = PROVIDER_GOOGLE;
	said->provider.issuer = "https://accounts.google.com";
	said->claims.iss = "accounts.google.com";
	said->claims.hd = "acme.example";
	return said;
}

static struct said *
entra(struct said *said)
{
	(void)oidc(said);
	said->provider.type = PROVIDER_ENTRA;
	said->provider.issuer = ENTRA TENANT "/v2.0";
	said->provider.tenant = TENANT;
	said->claims.iss = said->provider.issuer;
	said->claims.tid = TENANT;
	said->claims.oid = OID;
	said->claims.email_verified = false;
	said->token.mail_of_owner = true;
	return said;
}

static void
t6_each_type_has_its_own_issuers(void **state)
{
	static const char *const tenants[] = {NULL, "", "common",
	    "organizations", "consumers", "acme.example",
	    "9188040d-6c67-4c5b-b112-36a304b66dad",
	    "5B0C2D8E-1111-2222-3333-444455556666", TENANT "/", " " TENANT,
	    "5b0c2d8e-1111-2222-3333-44445555666g",
	    "5b0c2d8e11112222-3333-4444-5555-6666"};
	const char *issuers[PROVIDER_ISSUERS_MAX];
	char issuer[PROVIDER_ISSUER_SIZE];
	struct said said;

	assert_true(provider_issuer(PROVIDER_GOOGLE, NULL, NULL, issuer));
	assert_string_equal(issuer, "https://accounts.google.com");
	assert_true(provider_issuer(PROVIDER_ENTRA, NULL, TENANT, issuer));
	assert_string_equal(issuer, ENTRA TENANT "/v2.0");
	for (size_t i = 0; i < ARRAY_SIZE(tenants); i++)
		assert_false(
		    provider_issuer(PROVIDER_ENTRA, NULL, tenants[i], issuer));
	assert_true(provider_issuer(PROVIDER_OIDC, ISSUER "/", NULL, issuer));
	assert_string_equal(issuer, ISSUER "/");
	assert_false(provider_issuer(PROVIDER_OIDC, NULL, NULL, issuer));
	assert_false(provider_issuer(PROVIDER_OIDC, "", NULL, issuer));
	/* Two spellings, for google only, even if another is called so. */
	assert_int_equal(
	    provider_issuers(&google(&said)->provider, issuers), 2);
	assert_string_equal(issuers[0], "https://accounts.google.com");
	assert_string_equal(issuers[1], "accounts.google.com");
	said.provider.type = PROVIDER_OIDC;
	assert_int_equal(provider_issuers(&said.provider, issuers), 1);
	assert_int_equal(provider_issuers(&entra(&said)->provider, issuers), 1);
	assert_string_equal(issuers[0], ENTRA TENANT "/v2.0");
	assert_int_equal(provider_document_issuers(&said.provider, issuers), 2);
	assert_string_equal(issuers[1], ENTRA "{tenantid}/v2.0");
	assert_int_equal(
	    provider_document_issuers(&google(&said)->provider, issuers), 1);
	assert_string_equal(issuers[0], "https://accounts.google.com");
}

static void
t30_a_google_person_is_of_an_allowed_hd(void **state)
{
	static const char *const others[] = {"acme.example.evil",
	    "sub.acme.example", "example", "xacme.example", "acme.exampl",
	    "acme.example."};
	struct said said;

	assert_int_equal(identify(google(&said)), 0);
	assert_string_equal(said.person.issuer, "https://accounts.google.com");
	assert_string_equal(said.person.subject, "sub-ada");
	assert_string_equal(said.person.mail, "ada@acme.example");
	/* A private account, whatever its mail says. */
	for (int i = 0; i < 2; i++) {
		(void)google(&said);
		said.claims.hd = i == 0 ? NULL : "";
		assert_int_equal(identify(&said), ERR_ACCOUNT_FOREIGN);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		(void)google(&said);
		said.claims.hd = others[i];
		assert_int_equal(identify(&said), ERR_DOMAIN_NOT_ALLOWED);
	}
	(void)google(&said);
	said.provider.domain_count = 0;
	assert_int_equal(identify(&said), ERR_DOMAIN_NOT_ALLOWED);
	/* A mail that does not count binds nobody, but hides nobody either. */
	(void)google(&said);
	said.claims.email_verified = false;
	assert_int_equal(identify(&said), 0);
	assert_null(said.person.mail);
	assert_int_equal(said.person.mail_reason, ERR_MAIL_UNVERIFIED);
	(void)google(&said);
	said.claims.email = "ada@gmail.example";
	assert_int_equal(identify(&said), 0);
	assert_null(said.person.mail);
	assert_int_equal(said.person.mail_reason, ERR_DOMAIN_NOT_ALLOWED);
}

static void
t30_an_entra_person_is_oid_of_our_tenant(void **state)
{
	static const char *const tenants[] = {OTHER_TENANT,
	    "9188040d-6c67-4c5b-b112-36a304b66dad", "common", TENANT "x",
	    "5B0C2D8E-1111-2222-3333-444455556666"};
	struct said said;

	assert_int_equal(identify(entra(&said)), 0);
	assert_string_equal(said.person.issuer, ENTRA TENANT "/v2.0");
	assert_string_equal(said.person.subject, OID);
	assert_string_equal(said.person.mail, "ada@acme.example");
	for (size_t i = 0; i < ARRAY_SIZE(tenants); i++) {
		(void)entra(&said);
		said.claims.tid = tenants[i];
		assert_int_equal(identify(&said), ERR_TOKEN_ISSUER);
	}
}

static void
t30_guests_and_applications_are_nobody(void **state)
{
	static const struct {
		const char *home;
		int r;
	} homes[] = {
	    {ENTRA TENANT "/v2.0", 0},
	    {"https://sts.windows.net/" TENANT "/", 0},
	    {"https://sts.windows.net/" TENANT, ERR_ACCOUNT_FOREIGN},
	    {"https://sts.windows.net/" OTHER_TENANT "/", ERR_ACCOUNT_FOREIGN},
	    {ENTRA OTHER_TENANT "/v2.0", ERR_ACCOUNT_FOREIGN},
	    {"live.com", ERR_ACCOUNT_FOREIGN},
	    {"google.com", ERR_ACCOUNT_FOREIGN},
	    {"mail", ERR_ACCOUNT_FOREIGN},
	    {"", ERR_ACCOUNT_FOREIGN},
	};
	struct said said;

	for (size_t i = 0; i < ARRAY_SIZE(homes); i++) {
		(void)entra(&said);
		said.token.home = homes[i].home;
		assert_int_equal(identify(&said), homes[i].r);
	}
	(void)entra(&said);
	said.token.guest = true;
	assert_int_equal(identify(&said), ERR_ACCOUNT_FOREIGN);
	(void)entra(&said);
	said.token.idtyp = "app";
	assert_int_equal(identify(&said), ERR_ACCOUNT_FOREIGN);
	said.token.idtyp = "user";
	assert_int_equal(identify(&said), 0);
	said.claims.sub = OID;
	assert_int_equal(identify(&said), ERR_ACCOUNT_FOREIGN);
}

/* nOAuth: anybody can write any mail into a tenant of their own. */
static void
t28_an_entra_mail_counts_only_in_a_domain_of_the_tenant(void **state)
{
	struct said said;

	(void)entra(&said);
	said.token.mail_of_owner = false;
	said.claims.email_verified = true;
	assert_int_equal(identify(&said), 0);
	assert_null(said.person.mail);
	assert_int_equal(said.person.mail_reason, ERR_MAIL_UNVERIFIED);
	/* What a token says against a person counts unverified. */
	said.claims.email = "ada@evil.example";
	assert_int_equal(identify(&said), ERR_DOMAIN_NOT_ALLOWED);
	said.claims.email = NULL;
	assert_int_equal(identify(&said), 0);
	assert_null(said.person.mail);
	assert_int_equal(said.person.mail_reason, ERR_TOKEN_CLAIM);
	said.provider.domain_count = 0;
	assert_int_equal(identify(&said), ERR_DOMAIN_NOT_ALLOWED);
}

static void
t29_google_and_entra_fall_back_on_nothing(void **state)
{
	struct said said;

	for (int i = 0; i < 2; i++) {
		const char *gone = i == 0 ? NULL : "";

		(void)google(&said);
		said.claims.sub = gone;
		assert_int_equal(identify(&said), ERR_TOKEN_CLAIM);
		(void)entra(&said);
		said.claims.oid = gone;
		said.claims.preferred_username = OID;
		assert_int_equal(identify(&said), ERR_TOKEN_CLAIM);
		(void)entra(&said);
		said.claims.tid = gone;
		assert_int_equal(identify(&said), ERR_TOKEN_CLAIM);
	}
	(void)entra(&said);
	said.claims.oid = "a\nb";
	assert_int_equal(identify(&said), ERR_TOKEN_CLAIM);
}

static const struct {
	enum provider_type type;
	enum provider_endpoint endpoint;
	const char *url;
	bool allowed;
} endpoints[] = {
    {PROVIDER_GOOGLE, PROVIDER_TOKEN, "https://oauth2.googleapis.com/token",
	true},
    {PROVIDER_GOOGLE, PROVIDER_DEVICE,
	"https://oauth2.googleapis.com/device/code", true},
    {PROVIDER_GOOGLE, PROVIDER_AUTHORIZE,
	"https://accounts.google.com/o/oauth2/v2/auth", true},
    {PROVIDER_GOOGLE, PROVIDER_KEYS,
	"https://www.googleapis.com/oauth2/v3/certs", true},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN, "https://www.googleapis.com/token",
	false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN, "https://accounts.google.com/token",
	false},
    {PROVIDER_GOOGLE, PROVIDER_KEYS, "https://oauth2.googleapis.com/x", false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN,
	"https://oauth2.googleapis.com.evil.example/token", false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN,
	"https://evil-oauth2.googleapis.com/token", false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN,
	"https://oauth2.googleapis.com:8443/token", false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN,
	"https://oauth2.googleapis.com@evil.example/token", false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN,
	"https://evil.example\\oauth2.googleapis.com/", false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN,
	"https://evil.example/?oauth2.googleapis.com", false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN, "http://oauth2.googleapis.com/token",
	false},
    {PROVIDER_GOOGLE, PROVIDER_TOKEN, "https://OAUTH2.googleapis.com/token",
	false},
    {PROVIDER_ENTRA, PROVIDER_TOKEN, ENTRA TENANT "/oauth2/v2.0/token", true},
    {PROVIDER_ENTRA, PROVIDER_KEYS, ENTRA TENANT "/discovery/v2.0/keys", true},
    {PROVIDER_ENTRA, PROVIDER_TOKEN, "https://login.microsoftonline.us/token",
	false},
    {PROVIDER_ENTRA, PROVIDER_TOKEN,
	"https://login.microsoftonline.com.evil.example/", false},
    {PROVIDER_ENTRA, PROVIDER_TOKEN, "https://oauth2.googleapis.com/token",
	false},
    {PROVIDER_OIDC, PROVIDER_TOKEN, ISSUER "/token", true},
    {PROVIDER_OIDC, PROVIDER_TOKEN, ISSUER ":443/token", false},
    {PROVIDER_OIDC, PROVIDER_TOKEN, "https://oauth2.googleapis.com/token",
	false},
};

static void
t16_each_endpoint_is_on_its_own_host(void **state)
{
	struct said said;

	for (size_t i = 0; i < ARRAY_SIZE(endpoints); i++) {
		switch (endpoints[i].type) {
		case PROVIDER_GOOGLE:
			(void)google(&said);
			break;
		case PROVIDER_ENTRA:
			(void)entra(&said);
			break;
		case PROVIDER_OIDC:
			(void)oidc(&said);
			break;
		}
		assert_int_equal(provider_endpoint_allowed(&said.provider,
				     endpoints[i].endpoint, endpoints[i].url),
		    endpoints[i].allowed);
	}
}

static void
t16_a_secret_goes_where_it_is_wanted_only(void **state)
{
	struct said said;

	assert_true(
	    provider_wants_secret(&oidc(&said)->provider, PROVIDER_DEVICE));
	assert_true(provider_wants_secret(&said.provider, PROVIDER_TOKEN));
	assert_false(
	    provider_wants_secret(&google(&said)->provider, PROVIDER_DEVICE));
	assert_true(provider_wants_secret(&said.provider, PROVIDER_TOKEN));
	assert_false(
	    provider_wants_secret(&entra(&said)->provider, PROVIDER_DEVICE));
	assert_true(provider_wants_secret(&said.provider, PROVIDER_TOKEN));
	assert_false(provider_wants_secret(&said.provider, PROVIDER_KEYS));
	assert_false(
	    provider_wants_secret(&google(&said)->provider, PROVIDER_REVOKE));
	assert_true(
	    provider_wants_secret(&oidc(&said)->provider, PROVIDER_REVOKE));
}

static void
google_is_never_asked_for_offline_access(void **state)
{
	struct said said;

	for (int paste = 0; paste < 2; paste++) {
		for (int listed = 0; listed < 2; listed++) {
			assert_false(provider_asks_offline(
			    &google(&said)->provider, paste, listed));
			assert_true(provider_asks_offline(
			    &entra(&said)->provider, paste, listed));
			assert_int_equal(
			    provider_asks_offline(
				&oidc(&said)->provider, paste, listed),
			    listed && !paste);
		}
	}
}

static void
t25_a_person_is_sent_to_pages_of_the_provider_only(void **state)
{
	static const struct {
		const char *issuer; /* NULL google, "" entra */
		const char *url;
		bool allowed;
	} cases[] = {
	    {NULL, "https://www.google.com/device", true},
	    {NULL, "https://google.com/device", true},
	    {NULL, "https://google.com.evil.example/device", false},
	    {NULL, "https://evilgoogle.com/device", false},
	    {NULL, "https://microsoft.com/devicelogin", false},
	    {"", "https://microsoft.com/devicelogin", true},
	    {"", "https://www.microsoft.com/link", true},
	    {"", "https://login.microsoft.com/device", true},
	    {"", "https://notmicrosoft.com/devicelogin", false},
	    {"", "https://microsoft.com:8443/devicelogin", false},
	    {"", "http://microsoft.com/devicelogin", false},
	    {"https://id.acme.example", "https://id.acme.example/x", true},
	    {"https://id.acme.example", "https://id.acme.example:8/x", true},
	    {"https://id.acme.example", "https://go.acme.example/x", true},
	    {"https://id.acme.example", "https://acme.example/x", true},
	    {"https://id.acme.example", "https://xacme.example/x", false},
	    {"https://id.acme.example", "https://evil.example/x", false},
	    {"https://id.acme.example", "https://id.acme.example@e/x", false},
	    {"https://id.acme.example", "https://id.acme.example/\x1b", false},
	    {"https://id.example", "https://go.example/x", false},
	    {"https://localhost:8443", "https://localhost:9/x", true},
	    {"https://localhost:8443", "https://example/x", false},
	};
	struct said said;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].issuer == NULL)
			(void)google(&said);
		else if (cases[i].issuer[0] == '\0')
			(void)entra(&said);
		else
			oidc(&said)->provider.issuer = cases[i].issuer;
		assert_int_equal(
		    provider_page_allowed(&said.provider, cases[i].url),
		    cases[i].allowed);
	}
	assert_true(provider_page_member(&said.provider, "verification_uri"));
	assert_true(provider_page_member(&said.provider, "verification_url"));
	assert_false(provider_page_member(&said.provider, "message"));
	assert_false(
	    provider_page_member(&google(&said)->provider, "verification_uri"));
	assert_false(
	    provider_page_member(&entra(&said)->provider, "verification_url"));
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
	    cmocka_unit_test(t6_each_type_has_its_own_issuers),
	    cmocka_unit_test(t30_a_google_person_is_of_an_allowed_hd),
	    cmocka_unit_test(t30_an_entra_person_is_oid_of_our_tenant),
	    cmocka_unit_test(t30_guests_and_applications_are_nobody),
	    cmocka_unit_test(
		t28_an_entra_mail_counts_only_in_a_domain_of_the_tenant),
	    cmocka_unit_test(t29_google_and_entra_fall_back_on_nothing),
	    cmocka_unit_test(t16_each_endpoint_is_on_its_own_host),
	    cmocka_unit_test(t16_a_secret_goes_where_it_is_wanted_only),
	    cmocka_unit_test(google_is_never_asked_for_offline_access),
	    cmocka_unit_test(
		t25_a_person_is_sent_to_pages_of_the_provider_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
