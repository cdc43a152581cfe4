/*
 * test-idpperson.c - what a verified ID Token says, claim by claim and type by
 * type.
 */
#include "services/idpperson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define TENANT "5b0c2d8e-1111-2222-3333-444455556666"
#define ISSUER "https://login.microsoftonline.com/" TENANT "/v2.0"
#define GROUP "cccccccc-1111-2222-3333-444455556666"

static const char domains[][NAME_MAIL_MAX + 1] = {"acme.example"};

/* A token of one person, with more claims as JSON text. */
struct said {
	struct provider provider;
	struct token token;
	struct idpperson person;
};

static int
read_as(struct said *said, enum provider_type type, const char *more)
{
	char text[4096];

	*said = (struct said){
	    .provider =
		{
		    .type = type,
		    .issuer = ISSUER,
		    .tenant = TENANT,
		    .domains = domains,
		    .domain_count = 1,
		},
	};
	snprintf(text, sizeof(text),
	    "{\"iss\":\"" ISSUER "\",\"sub\":\"pairwise\",\"oid\":\"o-1\","
	    "\"tid\":\"" TENANT "\",\"hd\":\"acme.example\","
	    "\"name\":\"Ada L\",\"email\":\"ada@acme.example\"%s}",
	    more);
	assert_int_equal(
	    json_parse(text, strlen(text), sizeof(text), &said->token.payload),
	    0);
	assert_int_equal(token_read_claims(json_root(said->token.payload),
			     &said->token.claims),
	    0);
	if (type != PROVIDER_ENTRA)
		said->token.claims.email_verified = true;
	return idpperson_read(&said->provider, &said->token, &said->person);
}

static void
a_person_is_told_whole(void **state)
{
	struct said said;

	assert_int_equal(
	    read_as(&said, PROVIDER_ENTRA, ",\"xms_edov\":true"), 0);
	assert_string_equal(said.person.identity.type, "entra");
	assert_string_equal(said.person.identity.issuer, ISSUER);
	assert_string_equal(said.person.identity.subject, "o-1");
	assert_string_equal(said.person.identity.mail, "ada@acme.example");
	assert_string_equal(said.person.identity.name, "Ada L");
	assert_int_equal(said.person.identity.role_count, 0);
	assert_int_equal(said.person.identity.roles_reason, 0);
	token_done(&said.token);
}

static void
t28_xms_edov_in_each_form_and_in_no_other(void **state)
{
	static const struct {
		const char *more;
		int r;
		bool counts;
	} cases[] = {
	    {",\"xms_edov\":true", 0, true},
	    {",\"xms_edov\":1", 0, true},
	    {",\"xms_edov\":\"1\"", 0, true},
	    {",\"xms_edov\":\"true\"", 0, true},
	    {",\"xms_edov\":false", 0, false},
	    {",\"xms_edov\":0", 0, false},
	    {",\"xms_edov\":\"0\"", 0, false},
	    {"", 0, false},
	    {",\"email_verified\":true", 0, false},
	    {",\"xms_edov\":\"yes\"", ERR_TOKEN_CLAIM, false},
	    {",\"xms_edov\":null", ERR_TOKEN_CLAIM, false},
	    {",\"xms_edov\":2", ERR_TOKEN_CLAIM, false},
	    {",\"xms_edov\":[true]", ERR_TOKEN_CLAIM, false},
	};
	struct said said;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(
		    read_as(&said, PROVIDER_ENTRA, cases[i].more), cases[i].r);
		assert_int_equal(
		    said.person.identity.mail != NULL, cases[i].counts);
		token_done(&said.token);
	}
}

static void
t30_a_guest_in_each_form_is_foreign(void **state)
{
	static const struct {
		const char *more;
		int r;
	} cases[] = {
	    {",\"acct\":0", 0},
	    {",\"acct\":1", ERR_ACCOUNT_FOREIGN},
	    {",\"acct\":2", ERR_TOKEN_CLAIM},
	    {",\"acct\":\"1\"", ERR_TOKEN_CLAIM},
	    {",\"acct\":true", ERR_TOKEN_CLAIM},
	    {",\"idp\":\"live.com\"", ERR_ACCOUNT_FOREIGN},
	    {",\"idp\":7", ERR_TOKEN_CLAIM},
	    {",\"idtyp\":\"app\"", ERR_ACCOUNT_FOREIGN},
	    {",\"idtyp\":\"user\"", 0},
	    {",\"idtyp\":[\"user\"]", ERR_TOKEN_CLAIM},
	};
	struct said said;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(
		    read_as(&said, PROVIDER_ENTRA, cases[i].more), cases[i].r);
		token_done(&said.token);
	}
	/* They are Entra's words: elsewhere they mean nothing. */
	assert_int_equal(
	    read_as(&said, PROVIDER_GOOGLE, ",\"acct\":1,\"idp\":7"), 0);
	token_done(&said.token);
}

static void
t29_the_configured_claim_is_a_text_or_nobody(void **state)
{
	static const char *const bad[] = {"", ",\"emp\":\"\"", ",\"emp\":7",
	    ",\"emp\":null", ",\"emp\":[\"e-7\"]", ",\"Emp\":\"e-7\"",
	    ",\"emp\":\"e\\n7\""};
	struct said said;

	for (size_t i = 0; i <= ARRAY_SIZE(bad); i++) {
		int r = read_as(&said, PROVIDER_OIDC,
		    i < ARRAY_SIZE(bad) ? bad[i] : ",\"emp\":\"e-7\"");

		assert_int_equal(r, 0);
		assert_string_equal(said.person.identity.subject, "pairwise");
		said.provider.identity_claim = "emp";
		r = idpperson_read(&said.provider, &said.token, &said.person);
		if (i < ARRAY_SIZE(bad)) {
			assert_int_equal(r, ERR_TOKEN_CLAIM);
		} else {
			assert_int_equal(r, 0);
			assert_string_equal(
			    said.person.identity.subject, "e-7");
		}
		token_done(&said.token);
	}
}

static void
t101_roles_are_texts_in_an_array(void **state)
{
	static const struct {
		enum provider_type type;
		const char *more;
		const char *roles; /* joined by spaces */
		int reason;
	} cases[] = {
	    {PROVIDER_ENTRA, ",\"roles\":[\"Admin\",\"User\"]", "Admin User",
		0},
	    {PROVIDER_ENTRA, ",\"roles\":[\"admin\",\"Admin \"]", "admin", 0},
	    {PROVIDER_ENTRA, ",\"roles\":\"Admin\"", "", ERR_TOKEN_CLAIM},
	    {PROVIDER_ENTRA, ",\"roles\":{\"Admin\":1}", "", ERR_TOKEN_CLAIM},
	    {PROVIDER_ENTRA, ",\"roles\":[\"User\",7]", "", ERR_TOKEN_CLAIM},
	    {PROVIDER_ENTRA, ",\"roles\":null", "", ERR_TOKEN_CLAIM},
	    {PROVIDER_ENTRA, ",\"Roles\":[\"Admin\"]", "", 0},
	    {PROVIDER_ENTRA, ",\"roles\":[\"Admin,User\",\"\"]", "", 0},
	    {PROVIDER_ENTRA, ",\"roles\":[\"User\"],\"groups\":[\"" GROUP "\"]",
		"User " GROUP, 0},
	    /* a group's name is not its id */
	    {PROVIDER_ENTRA, ",\"groups\":[\"Admins\",\"" GROUP "\"]", GROUP,
		0},
	    {PROVIDER_ENTRA, ",\"groups\":\"" GROUP "\"", "", ERR_TOKEN_CLAIM},
	    {PROVIDER_OIDC, ",\"roles\":[\"Admin\"]", "Admin", 0},
	    {PROVIDER_OIDC, ",\"groups\":[\"" GROUP "\"]", "", 0},
	    {PROVIDER_GOOGLE, ",\"roles\":[\"Admin\"]", "", 0},
	};
	struct said said;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct idp_identity *who = &said.person.identity;
		char roles[256] = "";

		assert_int_equal(
		    read_as(&said, cases[i].type, cases[i].more), 0);
		for (size_t k = 0; k < who->role_count; k++)
			snprintf(roles + strlen(roles),
			    sizeof(roles) - strlen(roles), "%s%s",
			    k == 0 ? "" : " ", who->roles[k]);
		assert_string_equal(roles, cases[i].roles);
		assert_int_equal(who->roles_reason, cases[i].reason);
		token_done(&said.token);
	}
}

static void
groups_that_were_left_out_are_told_unless_app_roles_are_there(void **state)
{
	static const struct {
		const char *more;
		size_t count;
		int reason;
	} cases[] = {
	    {",\"_claim_names\":{\"groups\":\"src1\"}", 0, ERR_GROUPS_OVERAGE},
	    {",\"hasgroups\":true", 0, ERR_GROUPS_OVERAGE},
	    {",\"hasgroups\":\"true\"", 0, ERR_GROUPS_OVERAGE},
	    {",\"hasgroups\":[]", 0, ERR_GROUPS_OVERAGE},
	    {",\"hasgroups\":false,\"groups\":[\"" GROUP "\"]", 1, 0},
	    {",\"_claim_names\":{\"other\":\"src1\"}", 0, 0},
	    {",\"_claim_names\":{\"groups\":\"src1\"},\"roles\":[\"User\"]", 1,
		0},
	};
	struct said said;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(
		    read_as(&said, PROVIDER_ENTRA, cases[i].more), 0);
		assert_int_equal(
		    said.person.identity.role_count, cases[i].count);
		assert_int_equal(
		    said.person.identity.roles_reason, cases[i].reason);
		token_done(&said.token);
	}
}

static void
more_roles_than_are_kept_are_none(void **state)
{
	char more[4000] = ",\"roles\":[\"r\"";
	struct said said;

	for (int i = 0; i < IDPPERSON_ROLES_MAX; i++)
		snprintf(more + strlen(more), sizeof(more) - strlen(more),
		    ",\"r%d\"", i);
	snprintf(more + strlen(more), sizeof(more) - strlen(more), "]");
	assert_int_equal(read_as(&said, PROVIDER_ENTRA, more), 0);
	assert_int_equal(said.person.identity.roles_reason, ERR_GROUPS_OVERAGE);
	assert_int_equal(said.person.identity.role_count, 0);
	token_done(&said.token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_person_is_told_whole),
	    cmocka_unit_test(t28_xms_edov_in_each_form_and_in_no_other),
	    cmocka_unit_test(t30_a_guest_in_each_form_is_foreign),
	    cmocka_unit_test(t29_the_configured_claim_is_a_text_or_nobody),
	    cmocka_unit_test(t101_roles_are_texts_in_an_array),
	    cmocka_unit_test(
		groups_that_were_left_out_are_told_unless_app_roles_are_there),
	    cmocka_unit_test(more_roles_than_are_kept_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
