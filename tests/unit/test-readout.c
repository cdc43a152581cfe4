/*
 * test-readout.c - members, lists and refusals out of answers.
 */
#include "services/readout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/profiles.h"

static struct json *
parse(const char *text)
{
	struct json *json = NULL;

	assert_int_equal(json_parse(text, strlen(text), 65536, &json), 0);
	return json;
}

static int
read_list(const char *text, enum profile_list form, struct readout_list *list)
{
	const struct profile_listing at = {.at = "/l", .form = form};
	char whole[1024];
	struct json *json JSON_AUTO = NULL;

	(void)snprintf(whole, sizeof(whole), "{\"l\":%s}", text);
	json = parse(whole);
	return readout_list(json_root(json), &at, list);
}

static void
lists_come_in_four_forms(void **state)
{
	struct readout_list list;

	assert_int_equal(read_list("[\"a\",\"B:c\"]", PROFILE_ARRAY, &list), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[1], "B:c");
	assert_int_equal(read_list("\" a, b ,,c\"", PROFILE_COMMA, &list), 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0], "a");
	assert_string_equal(list.items[1], "b");
	assert_string_equal(list.items[2], "c");
	assert_int_equal(read_list("\"a  b:c \"", PROFILE_SPACE, &list), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[1], "b:c");
	assert_int_equal(read_list("\"admin\"", PROFILE_STRING, &list), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(read_list("null", PROFILE_ARRAY, &list), 0);
	assert_int_equal(list.count, 0);
}

static void
t101_a_string_is_no_array_and_an_array_no_string(void **state)
{
	struct readout_list list;

	assert_int_equal(read_list("\"admin\"", PROFILE_ARRAY, &list),
	    ERR_SERVICE_MALFORMED);
	assert_int_equal(read_list("[\"admin\"]", PROFILE_COMMA, &list),
	    ERR_SERVICE_MALFORMED);
	assert_int_equal(read_list("[\"admin\"]", PROFILE_STRING, &list),
	    ERR_SERVICE_MALFORMED);
	assert_int_equal(read_list("[\"a\",1]", PROFILE_ARRAY, &list),
	    ERR_SERVICE_MALFORMED);
	assert_int_equal(
	    read_list("7", PROFILE_STRING, &list), ERR_SERVICE_MALFORMED);
}

/* It can only ever take a role away, never make another one. */
static void
what_is_no_role_id_is_left_out(void **state)
{
	struct readout_list list;

	assert_int_equal(
	    read_list("[\"a b\",\"\",\"ok\",\"x\\ny\"]", PROFILE_ARRAY, &list),
	    0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0], "ok");
}

static void
a_member_is_read_where_the_profile_says(void **state)
{
	struct profile *profile = profiles_sample();
	struct readout_member one;
	struct json *json JSON_AUTO =
	    parse("{\"id\":\"u1\",\"role\":\"a,b\",\"status\":\"locked\","
		  "\"created\":\"1970-01-01T00:01:00Z\",\"login\":\"u.n\","
		  "\"user\":{\"mail\":\"u@x.test\",\"name\":\"U\"}}");

	assert_int_equal(readout_member(profile, json_root(json), &one), 0);
	assert_string_equal(one.member.id, "u1");
	assert_string_equal(one.member.mail, "u@x.test");
	assert_string_equal(one.member.name, "U");
	assert_string_equal(one.member.username, "u.n");
	assert_int_equal(one.member.role_count, 2);
	assert_int_equal(one.member.state, MEMBER_SUSPENDED);
	assert_int_equal(one.member.created_s, 60);
	assert_int_equal(one.member.uid, 0);
	profile_free(profile);
}

static int
read_member(const char *text, struct readout_member *one)
{
	struct profile *profile = profiles_sample();
	struct json *json JSON_AUTO = parse(text);
	int r = readout_member(profile, json_root(json), one);

	profile_free(profile);
	return r;
}

static void
odd_fields_only_take_away(void **state)
{
	struct readout_member one;

	assert_int_equal(
	    read_member("{\"id\":\"u\",\"status\":\"odd\"}", &one), 0);
	assert_int_equal(one.member.state, MEMBER_UNKNOWN);
	assert_int_equal(read_member("{\"id\":\"u\",\"status\":7}", &one), 0);
	assert_int_equal(one.member.state, MEMBER_UNKNOWN);
	assert_int_equal(
	    read_member("{\"id\":\"u\",\"status\":null}", &one), 0);
	assert_int_equal(one.member.state, MEMBER_ACTIVE);
	assert_int_equal(
	    read_member("{\"id\":\"u\",\"user\":{\"mail\":\"no mail\","
			"\"name\":\"a:b\"}}",
		&one),
	    0);
	assert_string_equal(one.member.mail, "");
	assert_string_equal(one.member.name, "");
}

static void
who_may_name_himself_spoils_no_list(void **state)
{
	struct profile *profile = profiles_sample();
	struct readout_member one;
	struct json *json JSON_AUTO =
	    parse("{\"id\":\"u\",\"login\":\"\xc3\xa4\"}");

	assert_int_equal(readout_member(profile, json_root(json), &one), 0);
	assert_string_equal(one.member.username, "");
	profile_free(profile);
}

static void
t110_an_unusable_id_spoils_the_answer(void **state)
{
	struct readout_member one;

	assert_int_equal(read_member("{}", &one), ERR_SERVICE_MALFORMED);
	assert_int_equal(
	    read_member("{\"id\":\"\"}", &one), ERR_SERVICE_MALFORMED);
	assert_int_equal(
	    read_member("{\"id\":7}", &one), ERR_SERVICE_MALFORMED);
	assert_int_equal(
	    read_member("{\"id\":\"a b\\n\"}", &one), ERR_SERVICE_MALFORMED);
	assert_int_equal(read_member("\"u\"", &one), ERR_SERVICE_MALFORMED);
}

struct page {
	const char *text;
	int reason;
	bool more;
};

/* Reads pages one after another; only the last may fail. */
static void
read_pages(const struct page *pages, size_t count)
{
	struct profile *profile = profiles_sample();
	struct members *members MEMBERS_AUTO = NULL;
	struct readout_paging paging = {.total = -1};

	assert_int_equal(members_new(&members), 0);
	for (size_t i = 0; i < count; i++) {
		struct json *json JSON_AUTO = parse(pages[i].text);
		bool more = false;

		assert_int_equal(readout_page(profile, json_root(json), &paging,
				     members, &more),
		    pages[i].reason);
		if (pages[i].reason == 0)
			assert_int_equal(more, pages[i].more);
	}
	profile_free(profile);
}
#define PAGES(...)                                     \
	read_pages((const struct page[]){__VA_ARGS__}, \
	    ARRAY_SIZE(((const struct page[]){__VA_ARGS__})))

static void
pages_go_on_until_the_total(void **state)
{
	PAGES({"{\"total\":3,\"members\":[{\"id\":\"a\"},{\"id\":\"b\"}]}", 0,
		  true},
	    {"{\"total\":3,\"members\":[{\"id\":\"c\"}]}", 0, false});
	PAGES({"{\"total\":0,\"members\":[]}", 0, false});
}

static void
t110_a_list_that_is_not_complete_is_no_list(void **state)
{
	const int bad = ERR_SERVICE_MALFORMED;

	PAGES({"{\"total\":3,\"members\":[{\"id\":\"a\"}]}", 0, true},
	    {"{\"total\":3,\"members\":[]}", bad, false});
	PAGES({"{\"total\":3,\"members\":[{\"id\":\"a\"}]}", 0, true},
	    {"{\"total\":2,\"members\":[{\"id\":\"b\"}]}", bad, false});
	PAGES({"{\"total\":3,\"members\":[{\"id\":\"a\"}]}", 0, true},
	    {"{\"total\":3,\"members\":[{\"id\":\"a\"}]}", bad, false});
	PAGES({"{\"total\":1,\"members\":[{\"id\":\"a\"},{\"id\":\"b\"}]}", bad,
	    false});
	PAGES({"{\"members\":[{\"id\":\"a\"}]}", bad, false});
	PAGES({"{\"total\":-1,\"members\":[]}", bad, false});
	PAGES({"{\"total\":\"1\",\"members\":[]}", bad, false});
	PAGES({"{\"total\":1,\"members\":{}}", bad, false});
	PAGES({"{\"total\":1}", bad, false});
	PAGES({"[]", bad, false});
	PAGES({"null", bad, false});
}

static int
refusal(int status, const char *text)
{
	struct profile *profile = profiles_sample();
	struct json *json JSON_AUTO = text == NULL ? NULL : parse(text);
	int r = readout_error(
	    profile, "list", status, json == NULL ? NULL : json_root(json));

	profile_free(profile);
	return r;
}

static void
refusals_have_their_reasons(void **state)
{
	assert_int_equal(
	    refusal(403, "{\"code\":\"BANNED\"}"), ERR_MEMBER_SUSPENDED);
	assert_int_equal(
	    refusal(401, "{\"code\":\"BANNED\"}"), ERR_SERVICE_REFUSED);
	assert_int_equal(
	    refusal(403, "{\"code\":\"OTHER\"}"), ERR_SERVICE_REFUSED);
	assert_int_equal(refusal(403, NULL), ERR_SERVICE_REFUSED);
	assert_int_equal(refusal(429, NULL), ERR_SERVICE_RATE_LIMITED);
	assert_int_equal(refusal(500, NULL), ERR_SERVICE_ERROR);
	assert_int_equal(refusal(408, "{}"), ERR_SERVICE_ERROR);
	assert_int_equal(refusal(302, "{}"), ERR_SERVICE_ERROR);
	assert_int_equal(refusal(400, "{}"), ERR_SERVICE_REFUSED);
	assert_int_equal(refusal(404, "{}"), ERR_SERVICE_REFUSED);
}

/* T111: one table, and what stands in none of its lines lets nobody in. */
static void
t111_what_a_refusal_means_is_decided_by_a_table(void **state)
{
	static const char *const lines[] = {"error|wrong||",
	    "error|wrong|request|token", "error|wrong|status|401",
	    "error|wrong|reason|password-wrong", "error|off||",
	    "error|off|at|/disabled", "error|off|is|true",
	    "error|off|reason|member-deactivated", "error|code||",
	    "error|code|at|/n", "error|code|is|7",
	    "error|code|reason|member-pending", "outcome|mfa||",
	    "outcome|mfa|request|token", "outcome|mfa|at|/mfa",
	    "outcome|mfa|is|true", "outcome|mfa|reason|service-mfa-required",
	    NULL};
	static const struct {
		const char *request;
		int status;
		const char *text;
		int reason; /* 0: no outcome */
	} cases[] = {
	    {"token", 401, "{}", ERR_PASSWORD_WRONG},
	    {"list", 401, "{}", 0},
	    {"list", 400, "{\"disabled\":true}", ERR_MEMBER_DEACTIVATED},
	    {"list", 400, "{\"disabled\":\"true\"}", ERR_MEMBER_DEACTIVATED},
	    {"list", 400, "{\"disabled\":false}", 0},
	    {"list", 400, "{\"disabled\":1}", 0},
	    {"list", 400, "{\"disabled\":null}", 0},
	    {"list", 200, "{\"disabled\":true}", 0},
	    {"list", 400, "{\"n\":7}", ERR_MEMBER_PENDING},
	    {"list", 400, "{\"n\":70}", 0},
	    {"list", 400, "{\"n\":{}}", 0},
	    {"token", 200, "{\"mfa\":true}", ERR_SERVICE_MFA},
	    {"token", 201, "{\"mfa\":true}", ERR_SERVICE_MFA},
	    {"token", 200, "{\"mfa\":false}", 0},
	    {"list", 200, "{\"mfa\":true}", 0},
	    {"token", 400, "{\"mfa\":true}", 0},
	    {"token", 200, "[]", 0},
	};
	struct profile *profile = profiles_sample();

	profiles_add(profile, lines);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json *json JSON_AUTO = parse(cases[i].text);
		const struct profile_outcome *outcome = readout_outcome(profile,
		    cases[i].request, cases[i].status, json_root(json));

		assert_int_equal(
		    outcome == NULL ? 0 : outcome->reason, cases[i].reason);
	}
	assert_null(readout_outcome(profile, "token", 200, NULL));
	profile_free(profile);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists_come_in_four_forms),
	    cmocka_unit_test(t101_a_string_is_no_array_and_an_array_no_string),
	    cmocka_unit_test(what_is_no_role_id_is_left_out),
	    cmocka_unit_test(a_member_is_read_where_the_profile_says),
	    cmocka_unit_test(odd_fields_only_take_away),
	    cmocka_unit_test(who_may_name_himself_spoils_no_list),
	    cmocka_unit_test(t110_an_unusable_id_spoils_the_answer),
	    cmocka_unit_test(pages_go_on_until_the_total),
	    cmocka_unit_test(t110_a_list_that_is_not_complete_is_no_list),
	    cmocka_unit_test(refusals_have_their_reasons),
	    cmocka_unit_test(t111_what_a_refusal_means_is_decided_by_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
