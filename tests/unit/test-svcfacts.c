/*
 * test-svcfacts.c - what is said of a person, and by whom.
 */
#include "services/svcfacts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/profiles.h"

static int
read_claims(const char *text, struct svcfacts *org, struct json **ret_json)
{
	struct profile *profile = profiles_sample();
	int r = 0;

	assert_int_equal(json_parse(text, strlen(text), 4096, ret_json), 0);
	*org = (struct svcfacts){0};
	r = svcfacts_of_token(profile, json_root(*ret_json), org);
	profile_free(profile);
	return r;
}

static void
a_person_of_no_organisation_is_told_so(void **state)
{
	struct json *json JSON_AUTO = NULL;
	struct svcfacts org;

	assert_int_equal(
	    read_claims(
		"{\"sub\":\"u\",\"org\":null,\"roles\":[]}", &org, &json),
	    ERR_TOKEN_ORGANIZATION);
}

static void
claims_are_read_where_the_profile_says(void **state)
{
	struct json *json JSON_AUTO = NULL;
	struct svcfacts org;

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
		struct svcfacts org;

		assert_int_equal(
		    read_claims(lacking[i], &org, &json), ERR_TOKEN_CLAIM);
	}
}

static const char *const more[] = {"token||system_role|/system",
    "token||name|/name", "token||mail|/mail", "token||organizations|/orgs",
    "token||organizations_item|/id", "person||request|token",
    "person||subject|/id", "person||organization|/tenant",
    "person||state|/status", "person||scopes|/can", "person||scopes_form|space",
    "members||one|/member", "members||scopes|/can", NULL};

static struct json *
parse(const char *text)
{
	struct json *json = NULL;

	assert_int_equal(json_parse(text, strlen(text), 4096, &json), 0);
	return json;
}

/* A good token, then what an answer says of the person. */
static int
read_person(const char *answer, struct svcfacts *facts)
{
	struct profile *profile = profiles_sample();
	struct json *token JSON_AUTO =
	    parse("{\"sub\":\"u\",\"org\":\"o\",\"roles\":[\"Member\"]}");
	struct json *json JSON_AUTO = parse(answer);
	int r = 0;

	profiles_add(profile, more);
	*facts = (struct svcfacts){0};
	assert_int_equal(
	    svcfacts_of_token(profile, json_root(token), facts), 0);
	r = svcfacts_of_person(profile, json_root(json), facts);
	profile_free(profile);
	return r;
}

static void
t101_a_system_role_is_no_role_of_the_organisation(void **state)
{
	struct profile *profile = profiles_sample();
	struct svcfacts facts = {0};
	struct json *json JSON_AUTO =
	    parse("{\"sub\":\"u\",\"org\":\"o\",\"roles\":[\"Member\"],"
		  "\"system\":\"Owner\",\"name\":\"Ada\",\"mail\":\"no mail\","
		  "\"orgs\":[{\"id\":\"o\"},{\"id\":\"p\"}]}");

	profiles_add(profile, more);
	assert_int_equal(
	    svcfacts_of_token(profile, json_root(json), &facts), 0);
	assert_string_equal(facts.system_role, "Owner");
	assert_int_equal(facts.roles.count, 1);
	assert_string_equal(facts.roles.items[0], "Member");
	assert_int_equal(facts.organizations.count, 2);
	assert_string_equal(facts.organizations.items[1], "p");
	assert_string_equal(facts.name, "Ada");
	assert_null(facts.mail);
	profile_free(profile);
}

/* Role ids are compared byte for byte: none becomes another one. */
static void
t101_a_look_alike_stays_another_role(void **state)
{
	static const char *const alike[] = {"organizationadmin",
	    "ORGANIZATIONADMIN", "OrganizationAdmin2", "xOrganizationAdmin",
	    "OrganizationAdmin.", "Organization-Admin", "Admin"};
	static const char *const nothing[] = {" OrganizationAdmin",
	    "OrganizationAdmin ", "Organization Admin", "OrganizationAdmin,x",
	    "\\u00d6rganizationAdmin", "OrganizationAdmin\\n", ""};
	struct profile *profile = profiles_sample();
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(alike) + ARRAY_SIZE(nothing); i++) {
		struct json *json JSON_AUTO = NULL;
		struct svcfacts facts = {0};
		const char *role = i < ARRAY_SIZE(alike)
		    ? alike[i]
		    : nothing[i - ARRAY_SIZE(alike)];

		(void)snprintf(text, sizeof(text),
		    "{\"sub\":\"u\",\"org\":\"o\",\"roles\":[\"%s\"]}", role);
		json = parse(text);
		assert_int_equal(
		    svcfacts_of_token(profile, json_root(json), &facts), 0);
		assert_int_equal(
		    facts.roles.count, i < ARRAY_SIZE(alike) ? 1 : 0);
		for (size_t r = 0; r < facts.roles.count; r++)
			assert_string_not_equal(
			    facts.roles.items[r], "OrganizationAdmin");
	}
	profile_free(profile);
}

static void
an_answer_adds_to_what_the_token_says(void **state)
{
	struct svcfacts facts;

	assert_int_equal(
	    read_person("{\"id\":\"u\",\"tenant\":\"o\",\"can\":\"a:b c:d\","
			"\"status\":\"active\"}",
		&facts),
	    0);
	assert_int_equal(facts.state, 0);
	assert_int_equal(facts.roles.count, 1);
	assert_int_equal(facts.scopes.count, 2);
	assert_int_equal(
	    read_person("{\"id\":\"u\",\"status\":\"locked\"}", &facts), 0);
	assert_int_equal(facts.state, ERR_MEMBER_SUSPENDED);
	assert_int_equal(
	    read_person("{\"id\":\"u\",\"status\":\"what\"}", &facts), 0);
	assert_int_equal(facts.state, ERR_MEMBER_STATE_UNKNOWN);
}

static void
t15_an_answer_about_somebody_else_is_refused(void **state)
{
	struct svcfacts facts;

	assert_int_equal(
	    read_person("{\"id\":\"v\"}", &facts), ERR_TOKEN_SUBJECT);
	assert_int_equal(read_person("{\"id\":\"u\",\"tenant\":\"p\"}", &facts),
	    ERR_TOKEN_ORGANIZATION);
	assert_int_equal(
	    read_person("{\"can\":\"a:b\"}", &facts), ERR_SERVICE_MALFORMED);
	assert_int_equal(
	    read_person("{\"id\":7}", &facts), ERR_SERVICE_MALFORMED);
	assert_int_equal(read_person("{\"id\":\"u\",\"can\":[\"a\"]}", &facts),
	    ERR_SERVICE_MALFORMED);
}

static int
read_member(const char *answer, struct svcfacts *facts)
{
	struct profile *profile = profiles_sample();
	struct json *json JSON_AUTO = parse(answer);
	int r = 0;

	profiles_add(profile, more);
	*facts = (struct svcfacts){0};
	r = svcfacts_of_member(profile, json_root(json), facts);
	profile_free(profile);
	return r;
}

static void
one_member_is_read_as_in_the_list(void **state)
{
	struct svcfacts facts;

	assert_int_equal(
	    read_member("{\"member\":{\"id\":\"u\",\"role\":\"a,b\","
			"\"status\":\"locked\",\"can\":[\"x\"]}}",
		&facts),
	    0);
	assert_int_equal(facts.roles.count, 2);
	assert_int_equal(facts.scopes.count, 1);
	assert_int_equal(facts.state, ERR_MEMBER_SUSPENDED);
	assert_int_equal(read_member("{\"member\":{\"role\":\"a\"}}", &facts),
	    ERR_SERVICE_MALFORMED);
	assert_int_equal(
	    read_member("{\"id\":\"u\"}", &facts), ERR_SERVICE_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_person_of_no_organisation_is_told_so),
	    cmocka_unit_test(claims_are_read_where_the_profile_says),
	    cmocka_unit_test(t29_a_missing_claim_is_a_refusal),
	    cmocka_unit_test(t101_a_system_role_is_no_role_of_the_organisation),
	    cmocka_unit_test(t101_a_look_alike_stays_another_role),
	    cmocka_unit_test(an_answer_adds_to_what_the_token_says),
	    cmocka_unit_test(t15_an_answer_about_somebody_else_is_refused),
	    cmocka_unit_test(one_member_is_read_as_in_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
