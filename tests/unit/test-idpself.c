/*
 * test-idpself.c - a provider's configuration outlives what it was read from.
 */
#include "services/idpself.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static void
all_is_copied(void **state)
{
	char text[] = "https://id.example";
	char domains[1][NAME_MAIL_MAX + 1] = {"acme.example"};
	const struct idp_options options = {
	    .name = text,
	    .type = PROVIDER_OIDC,
	    .title = text,
	    .issuer = text,
	    .client_id = text,
	    .client_secret = text,
	    .identity_claim = text,
	    .paste = true,
	    .redirect_uri = text,
	    .domains = (const char(*)[NAME_MAIL_MAX + 1]) domains,
	    .domain_count = 1,
	};
	struct idpself *self = NULL;

	assert_int_equal(idpself_new(&options, &self), 0);
	memset(text, 'x', sizeof(text) - 1);
	memset(domains[0], 'x', 12);
	assert_string_equal(self->name, "https://id.example");
	assert_string_equal(self->title, "https://id.example");
	assert_string_equal(self->client_id, "https://id.example");
	assert_string_equal(self->client_secret, "https://id.example");
	assert_string_equal(self->redirect_uri, "https://id.example");
	assert_string_equal(self->rules.issuer, "https://id.example");
	assert_string_equal(self->rules.identity_claim, "https://id.example");
	assert_string_equal(self->rules.domains[0], "acme.example");
	assert_int_equal(self->rules.domain_count, 1);
	idpself_free(self);
}

static void
what_is_not_there_stays_absent(void **state)
{
	const struct idp_options options = {
	    .name = "corp",
	    .type = PROVIDER_OIDC,
	    .title = "Corp",
	    .issuer = "https://id.example",
	    .client_id = "host",
	    .redirect_uri = "https://page.example", /* without paste */
	};
	struct idp_options none = options;
	struct idpself *self = NULL;

	assert_int_equal(idpself_new(&options, &self), 0);
	assert_null(self->client_secret);
	assert_null(self->redirect_uri);
	assert_null(self->rules.identity_claim);
	assert_int_equal(self->rules.domain_count, 0);
	idpself_free(self);
	none.issuer = NULL;
	assert_int_equal(idpself_new(&none, &self), ERR_INVALID_ARGUMENT);
	none.issuer = "";
	assert_int_equal(idpself_new(&none, &self), ERR_INVALID_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_is_copied),
	    cmocka_unit_test(what_is_not_there_stays_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
