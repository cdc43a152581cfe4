/*
 * test-idpdoc.c - a discovery document is believed only as the issuer's own,
 * and no endpoint leaves the issuer's origin.
 */
#include "services/idpdoc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/jsontext.h"

#define ISSUER "https://id.example:8443/realm"

static const struct provider oidc = {.type = PROVIDER_OIDC, .issuer = ISSUER};

static int
read_text(const char *text, struct idpdoc **ret_doc)
{
	struct json *json JSON_AUTO = NULL;

	assert_int_equal(json_parse(text, strlen(text), 65536, &json), 0);
	return idpdoc_read(json_root(json), &oidc, false, ret_doc);
}

/* A document whose named member has this value (JSON text; NULL: absent). */
static int
read_with(const char *name, const char *value, struct idpdoc **ret_doc)
{
	static const struct json_member members[] = {
	    {"issuer", "\"" ISSUER "\""},
	    {"device_authorization_endpoint",
		"\"https://id.example:8443/realm/device\""},
	    {"token_endpoint", "\"https://id.example:8443/token?x=1\""},
	    {"jwks_uri", "\"https://id.example:8443/keys\""},
	    {"revocation_endpoint", NULL},
	    {"scopes_supported", NULL},
	};
	char text[8192];

	json_text(
	    text, sizeof(text), members, ARRAY_SIZE(members), name, value);
	return read_text(text, ret_doc);
}

static void
a_good_document_gives_its_endpoints(void **state)
{
	struct idpdoc *doc IDPDOC_AUTO = NULL;

	assert_int_equal(read_with("", NULL, &doc), 0);
	assert_string_equal(
	    idpdoc_begin_endpoint(doc), "https://id.example:8443/realm/device");
	assert_string_equal(
	    idpdoc_token_endpoint(doc), "https://id.example:8443/token?x=1");
	assert_string_equal(
	    idpdoc_jwks_uri(doc), "https://id.example:8443/keys");
}

static void
what_is_good_to_have_stops_nobody(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		const char *revocation; /* NULL: none */
		bool lists;
	} cases[] = {
	    {"", NULL, NULL, false},
	    {"revocation_endpoint", "\"https://id.example:8443/revoke\"",
		"https://id.example:8443/revoke", false},
	    /* T16: no token goes elsewhere */
	    {"revocation_endpoint", "\"https://id.example/revoke\"", NULL,
		false},
	    {"revocation_endpoint", "7", NULL, false},
	    {"scopes_supported", "[\"openid\",\"offline_access\"]", NULL, true},
	    {"scopes_supported", "[\"openid\",7,\"offline\"]", NULL, false},
	    {"scopes_supported", "\"offline_access\"", NULL, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct idpdoc *doc IDPDOC_AUTO = NULL;

		assert_int_equal(
		    read_with(cases[i].name, cases[i].value, &doc), 0);
		if (cases[i].revocation == NULL)
			assert_null(idpdoc_revocation_endpoint(doc));
		else
			assert_string_equal(idpdoc_revocation_endpoint(doc),
			    cases[i].revocation);
		assert_int_equal(idpdoc_lists_offline(doc), cases[i].lists);
	}
}

static void
t6_another_issuers_document_is_refused(void **state)
{
	static const char *const issuers[] = {"\"" ISSUER "/\"",
	    "\"https://id.example:8443/Realm\"", "\"https://id.example:8443\"",
	    "\"http://id.example:8443/realm\"",
	    "\"https://ID.example:8443/realm\"", "\"https://id.example/realm\"",
	    "\" " ISSUER "\"", "\"\""};
	static const char *const kinds[] = {
	    NULL, "null", "7", "[\"" ISSUER "\"]"};
	struct idpdoc *doc = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(issuers); i++)
		assert_int_equal(
		    read_with("issuer", issuers[i], &doc), ERR_TOKEN_ISSUER);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		assert_int_equal(read_with("issuer", kinds[i], &doc),
		    ERR_PROVIDER_MALFORMED);
	assert_int_equal(read_text("[]", &doc), ERR_PROVIDER_MALFORMED);
	assert_null(doc);
}

static void
t16_an_endpoint_of_another_origin_is_refused(void **state)
{
	static const char *const endpoints[] = {
	    "device_authorization_endpoint", "token_endpoint", "jwks_uri"};
	static const char *const urls[] = {"\"https://evil.example:8443/x\"",
	    "\"https://id.example/x\"", "\"https://id.example:443/x\"",
	    "\"https://id.example:84430/x\"", "\"https://id.example:844/x\"",
	    "\"http://id.example:8443/x\"",
	    "\"https://id.example:8443@evil.example/x\"",
	    "\"https://id.example:8443.evil.example/x\"",
	    "\"https://id.example:8443\\\\.evil.example/x\"",
	    "\"https://evil.example/https://id.example:8443/x\"",
	    "\"//id.example:8443/x\"", "\"/x\"", "\"\"", "\"https://\"",
	    "\"HTTPS://id.example:8443/x\"", "\" https://id.example:8443/x\"",
	    "7", "null", "[]"};
	char longest[2048] = "\"https://id.example:8443/";
	struct idpdoc *doc = NULL;

	memset(longest + strlen(longest), 'x', 1200);
	longest[strlen(longest) - 1] = '"';
	for (size_t e = 0; e < ARRAY_SIZE(endpoints); e++) {
		for (size_t i = 0; i < ARRAY_SIZE(urls); i++)
			assert_int_equal(read_with(endpoints[e], urls[i], &doc),
			    ERR_PROVIDER_MALFORMED);
		assert_int_equal(read_with(endpoints[e], longest, &doc),
		    ERR_PROVIDER_MALFORMED);
		assert_int_equal(read_with(endpoints[e], NULL, &doc),
		    e == 0 ? ERR_UNSUPPORTED : ERR_PROVIDER_MALFORMED);
	}
	assert_null(doc);
}

#define TENANT "5b0c2d8e-1111-2222-3333-444455556666"
#define ENTRA "https://login.microsoftonline.com/"

static const struct provider google = {
    .type = PROVIDER_GOOGLE, .issuer = "https://accounts.google.com"};
static const struct provider entra = {
    .type = PROVIDER_ENTRA, .tenant = TENANT, .issuer = ENTRA TENANT "/v2.0"};

static int
read_of(const struct provider *provider, bool paste, const char *issuer,
    const char *begin, const char *token)
{
	struct json *json JSON_AUTO = NULL;
	struct idpdoc *doc IDPDOC_AUTO = NULL;
	char text[2048];

	snprintf(text, sizeof(text),
	    "{\"issuer\":\"%s\",\"%s\":\"%s\",\"token_endpoint\":\"%s\","
	    "\"jwks_uri\":\"%s\"}",
	    issuer,
	    paste ? "authorization_endpoint" : "device_authorization_endpoint",
	    begin, token,
	    provider->type == PROVIDER_GOOGLE
		? "https://www.googleapis.com/oauth2/v3/certs"
		: ENTRA TENANT "/discovery/v2.0/keys");
	assert_int_equal(json_parse(text, strlen(text), 2048, &json), 0);
	return idpdoc_read(json_root(json), provider, paste, &doc);
}

static void
t6_entras_template_stands_for_our_tenant_only(void **state)
{
	static const struct {
		const char *issuer;
		int r;
	} cases[] = {
	    {ENTRA TENANT "/v2.0", 0},
	    {ENTRA "{tenantid}/v2.0", 0},
	    {ENTRA "{TenantId}/v2.0", ERR_TOKEN_ISSUER},
	    {ENTRA "{tenantid}/v2.0/", ERR_TOKEN_ISSUER},
	    {ENTRA TENANT "/v1.0", ERR_TOKEN_ISSUER},
	    {ENTRA TENANT, ERR_TOKEN_ISSUER},
	    {ENTRA "5b0c2d8e-1111-2222-3333-444455556667/v2.0",
		ERR_TOKEN_ISSUER},
	    {ENTRA "common/v2.0", ERR_TOKEN_ISSUER},
	    {ENTRA "9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
		ERR_TOKEN_ISSUER},
	    {"https://sts.windows.net/" TENANT "/", ERR_TOKEN_ISSUER},
	    {"https://accounts.google.com", ERR_TOKEN_ISSUER},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(read_of(&entra, false, cases[i].issuer,
				     ENTRA TENANT "/oauth2/v2.0/devicecode",
				     ENTRA TENANT "/oauth2/v2.0/token"),
		    cases[i].r);
	/* At an issuer that is not Entra it is a text like any other. */
	assert_int_equal(read_of(&google, false, ENTRA "{tenantid}/v2.0",
			     "https://oauth2.googleapis.com/device/code",
			     "https://oauth2.googleapis.com/token"),
	    ERR_TOKEN_ISSUER);
}

static void
t16_google_and_entra_keep_to_their_hosts(void **state)
{
	const char *issuer = google.issuer;

	assert_int_equal(read_of(&google, false, issuer,
			     "https://oauth2.googleapis.com/device/code",
			     "https://oauth2.googleapis.com/token"),
	    0);
	assert_int_equal(read_of(&google, true, issuer,
			     "https://accounts.google.com/o/oauth2/v2/auth",
			     "https://oauth2.googleapis.com/token"),
	    0);
	assert_int_equal(read_of(&google, true, issuer,
			     "https://accounts.google.com.evil.example/auth",
			     "https://oauth2.googleapis.com/token"),
	    ERR_PROVIDER_MALFORMED);
	assert_int_equal(read_of(&google, false, issuer,
			     "https://oauth2.googleapis.com/device/code",
			     "https://accounts.google.com/token"),
	    ERR_PROVIDER_MALFORMED);
	assert_int_equal(
	    read_of(&entra, false, entra.issuer,
		"https://login.microsoftonline.us/" TENANT "/devicecode",
		ENTRA TENANT "/oauth2/v2.0/token"),
	    ERR_PROVIDER_MALFORMED);
}

static void
a_paste_needs_an_authorization_endpoint(void **state)
{
	struct json *json JSON_AUTO = NULL;
	struct idpdoc *doc IDPDOC_AUTO = NULL;
	static const char text[] = "{\"issuer\":\"" ISSUER "\",\
\"authorization_endpoint\":\"https://id.example:8443/auth\",\
\"token_endpoint\":\"https://id.example:8443/t\",\
\"authorization_response_iss_parameter_supported\":true,\
\"jwks_uri\":\"https://id.example:8443/k\"}";

	assert_int_equal(json_parse(text, strlen(text), 2048, &json), 0);
	assert_int_equal(
	    idpdoc_read(json_root(json), &oidc, false, &doc), ERR_UNSUPPORTED);
	assert_int_equal(idpdoc_read(json_root(json), &oidc, true, &doc), 0);
	assert_string_equal(
	    idpdoc_begin_endpoint(doc), "https://id.example:8443/auth");
	assert_true(idpdoc_tells_issuer(doc));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_document_gives_its_endpoints),
	    cmocka_unit_test(what_is_good_to_have_stops_nobody),
	    cmocka_unit_test(t6_another_issuers_document_is_refused),
	    cmocka_unit_test(t16_an_endpoint_of_another_origin_is_refused),
	    cmocka_unit_test(t6_entras_template_stands_for_our_tenant_only),
	    cmocka_unit_test(t16_google_and_entra_keep_to_their_hosts),
	    cmocka_unit_test(a_paste_needs_an_authorization_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
