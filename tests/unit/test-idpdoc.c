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

static int
read_text(const char *text, struct idpdoc **ret_doc)
{
	struct json *json JSON_AUTO = NULL;

	assert_int_equal(json_parse(text, strlen(text), 65536, &json), 0);
	return idpdoc_read(json_root(json), ISSUER, ret_doc);
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
	assert_string_equal(idpdoc_device_endpoint(doc),
	    "https://id.example:8443/realm/device");
	assert_string_equal(
	    idpdoc_token_endpoint(doc), "https://id.example:8443/token?x=1");
	assert_string_equal(
	    idpdoc_jwks_uri(doc), "https://id.example:8443/keys");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_document_gives_its_endpoints),
	    cmocka_unit_test(t6_another_issuers_document_is_refused),
	    cmocka_unit_test(t16_an_endpoint_of_another_origin_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
