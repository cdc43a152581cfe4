/*
 * test-providerset.c - each type of provider has what it needs and nothing
 * else, and several stand side by side.
 */
#include "providerset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/err.h"

#define TENANT "5b0c2d8e-1111-2222-3333-444455556666"
#define SECRET_FILE "test-providerset.secret"

static int
set_up(void **state)
{
	FILE *file = fopen(SECRET_FILE, "w");

	if (file == NULL || fputs("hush\n", file) < 0 || fclose(file) != 0 ||
	    chmod(SECRET_FILE, 0400) != 0)
		return -1;
	*state = calloc(1, sizeof(struct providerset));
	return *state == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	providerset_done(*state);
	free(*state);
	return remove(SECRET_FILE);
}

static struct providerset_entry *
add(struct providerset *set, const char *name, const char *type)
{
	struct providerset_entry *e = NULL;
	const char *why = NULL;

	assert_int_equal(providerset_open(set, name, &e, &why), 0);
	snprintf(e->type_name, sizeof(e->type_name), "%s", type);
	snprintf(e->client_id, sizeof(e->client_id), "host-1");
	e->domains.count = 1;
	snprintf(
	    e->domains.items[0], sizeof(e->domains.items[0]), "acme.example");
	if (strcmp(type, "oidc") == 0)
		snprintf(
		    e->issuer, sizeof(e->issuer), "https://%s.example", name);
	if (strcmp(type, "entra") == 0)
		snprintf(e->tenant, sizeof(e->tenant), TENANT);
	if (strcmp(type, "google") == 0)
		snprintf(e->client_secret_file, sizeof(e->client_secret_file),
		    "%s", SECRET_FILE);
	return e;
}

static void
three_types_stand_side_by_side(void **state)
{
	struct providerset *set = *state;
	struct conf_problem problem = {0};
	struct idp_options o;

	(void)add(set, "corp", "google");
	(void)add(set, "ms", "entra");
	(void)add(set, "keycloak", "oidc");
	assert_int_equal(providerset_complete(set, &problem), 0);
	o = providerset_options(&set->entries[0]);
	assert_int_equal(o.type, PROVIDER_GOOGLE);
	assert_string_equal(o.name, "corp");
	assert_string_equal(o.title, "Google");
	assert_string_equal(o.client_secret, "hush");
	assert_null(o.issuer);
	assert_null(o.identity_claim);
	assert_false(o.paste);
	o = providerset_options(&set->entries[1]);
	assert_int_equal(o.type, PROVIDER_ENTRA);
	assert_string_equal(o.tenant, TENANT);
	assert_string_equal(o.title, "Microsoft");
	assert_null(o.client_secret);
	o = providerset_options(&set->entries[2]);
	assert_int_equal(o.type, PROVIDER_OIDC);
	assert_string_equal(o.title, "keycloak");
	assert_string_equal(o.issuer, "https://keycloak.example");
	assert_string_equal(o.domains[0], "acme.example");
	assert_int_equal(o.domain_count, 1);
}

static void
two_of_one_type_are_told_apart_by_their_names(void **state)
{
	struct providerset *set = *state;
	struct conf_problem problem = {0};
	struct providerset_entry *other = NULL;

	(void)add(set, "here", "entra");
	other = add(set, "there", "entra");
	assert_int_equal(
	    providerset_complete(set, &problem), ERR_CONFIG_INVALID);
	assert_non_null(strstr(problem.text, "same issuer"));
	other->tenant[0] = '6';
	assert_int_equal(providerset_complete(set, &problem), 0);
	assert_string_equal(set->entries[0].title, "here");
	assert_string_equal(set->entries[1].title, "there");
	/* also where one of them calls itself something else */
	(void)add(set, "plain", "oidc");
	snprintf(set->entries[2].issuer, sizeof(set->entries[2].issuer),
	    "https://login.microsoftonline.com/" TENANT "/v2.0");
	assert_int_equal(
	    providerset_complete(set, &problem), ERR_CONFIG_INVALID);
}

static void
names_are_short_and_plain_and_there_are_eight(void **state)
{
	static const char *const bad[] = {"", "a b", "a\tb", "ä", "a/b", "a,b",
	    "x23456789012345678901234567890123"};
	struct providerset *set = *state;
	struct providerset_entry *e = NULL;
	const char *why = NULL;
	char name[8];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(providerset_open(set, bad[i], &e, &why),
		    ERR_CONFIG_INVALID);
	assert_null(e);
	for (int i = 0; i < PROVIDERSET_MAX; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		assert_int_equal(providerset_open(set, name, &e, &why), 0);
	}
	assert_int_equal(
	    providerset_open(set, "p8", &e, &why), ERR_CONFIG_INVALID);
	assert_non_null(strstr(why, "8"));
	assert_int_equal(providerset_open(set, "p3", &e, &why), 0);
	assert_ptr_equal(e, &set->entries[3]);
}

struct change {
	const char *type;
	size_t offset;
	const char *value;
	const char *told; /* NULL: taken */
};
#define OF(field) offsetof(struct providerset_entry, field)

static void
each_type_has_what_it_needs_and_nothing_else(void **state)
{
	static const struct change changes[] = {
	    {"google", OF(issuer), "https://accounts.google.com", "issuer"},
	    {"google", OF(tenant), TENANT, "tenant"},
	    {"google", OF(client_secret_file), "", "client_secret_file"},
	    {"google", OF(identity_claim), "sub", NULL},
	    {"google", OF(identity_claim), "email", "identity_claim"},
	    {"google", OF(client_id), "", "client_id"},
	    {"entra", OF(issuer), "https://x.example", "issuer"},
	    {"entra", OF(tenant), "", "tenant"},
	    {"entra", OF(tenant), "common", "tenant"},
	    {"entra", OF(tenant), "organizations", "tenant"},
	    {"entra", OF(tenant), "acme.onmicrosoft.com", "tenant"},
	    {"entra", OF(tenant), "9188040d-6c67-4c5b-b112-36a304b66dad",
		"tenant"},
	    {"entra", OF(tenant), "5B0C2D8E-1111-2222-3333-444455556666",
		"tenant"},
	    {"entra", OF(identity_claim), "tid+oid", NULL},
	    {"entra", OF(identity_claim), "oid", "identity_claim"},
	    {"entra", OF(identity_claim), "sub", "identity_claim"},
	    {"oidc", OF(issuer), "", "issuer"},
	    {"oidc", OF(issuer), "http://id.example", "issuer"},
	    {"oidc", OF(issuer), "https://", "issuer"},
	    {"oidc", OF(issuer), "https://me@id.example", "issuer"},
	    {"oidc", OF(issuer), "https://id.example\\.evil", "issuer"},
	    {"oidc", OF(tenant), TENANT, "tenant"},
	    {"oidc", OF(identity_claim), "employee_id", NULL},
	    {"oidc", OF(identity_claim), "preferred_username",
		"identity_claim"},
	    {"oidc", OF(identity_claim), "Email", "identity_claim"},
	    {"oidc", OF(identity_claim), "upn", "identity_claim"},
	    {"oidc", OF(identity_claim), "a b", "identity_claim"},
	    {"oidc", OF(grant), "paste", "redirect_uri"},
	    {"oidc", OF(redirect_uri), "https://page.example/",
		"grant = paste"},
	    {"oidc", OF(client_secret_file), "/nonexistent", "/nonexistent"},
	    {"oidc", OF(type_name), "", "type"},
	    {"oidc", OF(type_name), "Google", "type"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct providerset *set = *state;
		const struct change *c = &changes[i];
		struct conf_problem problem = {0};
		struct providerset_entry *e = add(set, "corp", c->type);
		int r = ERR_OK;

		snprintf(
		    (char *)e + c->offset, SETTINGS_TEXT_SIZE, "%s", c->value);
		r = providerset_complete(set, &problem);
		assert_int_equal(r == 0, c->told == NULL);
		if (c->told != NULL)
			assert_non_null(strstr(problem.text, c->told));
		providerset_done(set);
	}
}

static void
a_page_to_paste_from_is_an_https_url(void **state)
{
	static const char *const bad[] = {"", "http://page.example/",
	    "https://page.example/#x", "page.example", "https://a b/"};
	struct providerset *set = *state;
	struct conf_problem problem = {0};
	struct providerset_entry *e = add(set, "corp", "oidc");
	struct idp_options o;

	snprintf(e->grant, sizeof(e->grant), "paste");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(
		    e->redirect_uri, sizeof(e->redirect_uri), "%s", bad[i]);
		assert_int_equal(
		    providerset_complete(set, &problem), ERR_CONFIG_INVALID);
	}
	snprintf(e->redirect_uri, sizeof(e->redirect_uri),
	    "https://page.example/orglogin/");
	assert_int_equal(providerset_complete(set, &problem), 0);
	o = providerset_options(e);
	assert_true(o.paste);
	assert_string_equal(o.redirect_uri, "https://page.example/orglogin/");
}

static void
a_domain_that_could_never_match_is_told(void **state)
{
	static const char *const bad[] = {
	    "@acme.example", ".acme.example", "*.acme.example", "acme example"};
	struct providerset *set = *state;
	struct conf_problem problem = {0};
	struct providerset_entry *e = add(set, "corp", "oidc");

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(e->domains.items[0], sizeof(e->domains.items[0]), "%s",
		    bad[i]);
		assert_int_equal(
		    providerset_complete(set, &problem), ERR_CONFIG_INVALID);
		assert_non_null(strstr(problem.text, "allowed_domains"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(three_types_stand_side_by_side),
	    TEST(two_of_one_type_are_told_apart_by_their_names),
	    TEST(names_are_short_and_plain_and_there_are_eight),
	    TEST(each_type_has_what_it_needs_and_nothing_else),
	    TEST(a_page_to_paste_from_is_an_https_url),
	    TEST(a_domain_that_could_never_match_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
