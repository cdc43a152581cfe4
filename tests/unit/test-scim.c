/*
 * test-scim.c - the conversation with a SCIM server: what is asked, in which
 * order, and that no odd answer becomes a list.
 *
 * http is replaced at link time: the test gives every answer.
 */
#include "services/scim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/netlab.h"

#define NOW_S INT64_C(1772582400) /* 2026-03-04T00:00:00Z */
#define JSON "application/scim+json; charset=utf-8"

struct fixture {
	struct loop *loop;
	struct clock_fake clock;
	struct scim *scim;
	struct source source;
	struct members *members; /* as they stand */
	struct members *given;
	unsigned int calls;
	int reason;
	enum source_gift gift;
	int64_t retry_after_s;
};

static int
set_up(void **state)
{
	const struct scim_options options = {
	    .url = "https://scim.test/v2", .token = "hush"};
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	netlab_reset();
	clock_fake_init(&f->clock, NOW_S, 5000);
	assert_int_equal(loop_new(&f->loop), 0);
	assert_int_equal(
	    scim_new(f->loop, NULL, &f->clock.clock, &options, &f->scim), 0);
	assert_int_equal(members_new(&f->members), 0);
	f->source = scim_source(f->scim);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	scim_free(f->scim);
	loop_free(f->loop);
	assert_int_equal(netlab()->id, 0);
	members_free(f->members);
	members_free(f->given);
	free(f);
	return 0;
}

static void
on_done(void *arg, const struct source_result *result)
{
	struct fixture *f = arg;

	f->calls++;
	f->reason = result->reason;
	f->gift = result->gift;
	f->retry_after_s = result->retry_after_s;
	if (result->reason == 0 && result->gift != SOURCE_UNCHANGED)
		f->given = TAKE(*result->members);
}

static void
on_progress(void *arg, uint32_t done, uint32_t total)
{
	assert_in_range(done, 0, total);
}

static struct members *
on_known(void *arg)
{
	struct fixture *f = arg;

	return f->members;
}

static void
fetch(struct fixture *f, enum source_order order)
{
	const struct source_request request = {.order = order,
	    .done = on_done,
	    .progress = on_progress,
	    .known = on_known,
	    .arg = f};

	f->calls = 0;
	members_free(f->given);
	f->given = NULL;
	assert_int_equal(f->source.fetch(f->source.self, &request), 0);
	assert_int_equal(f->calls, 0);
}

/* What was given becomes what is known. */
static void
settle(struct fixture *f)
{
	assert_int_equal(f->calls, 1);
	assert_int_equal(f->reason, 0);
	f->source.settle(f->source.self, true);
	if (f->gift == SOURCE_GAVE_LIST) {
		members_free(f->members);
		f->members = TAKE(f->given);
	}
}

static void
answer_as(int status, const char *body, const char *etag, const char *type)
{
	netlab_reply(&(struct http_response){
	    .outcome = status == 0 ? HTTP_UNREACHABLE : HTTP_ANSWERED,
	    .status = status,
	    .body = (const uint8_t *)body,
	    .body_len = strlen(body),
	    .content_type = type,
	    .retry_after_s =
		status == 429 || status == 503 ? NETLAB_RETRY_AFTER_S : -1,
	    .etag = etag,
	    .last_modified = "",
	});
}

static void
answer(int status, const char *body)
{
	answer_as(status, body, "", JSON);
}

#define LIST(total, items)                                                 \
	"{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:"           \
	"ListResponse\"],\"totalResults\":" total ",\"Resources\":[" items \
	"]}"
#define NONE LIST("0", "")
#define AT(day) "\"meta\":{\"lastModified\":\"2026-03-" day "T00:00:00Z\"}"
#define ITEM(id, day) "{\"id\":\"" id "\"," AT(day) "}"
#define GROUP \
	LIST("1", "{\"id\":\"g\",\"members\":[{\"value\":\"a\"}]," AT("01") "}")
#define FILTER(time) "&filter=meta.lastModified%20gt%20%22" time "%22"
#define GROUPS_URL "https://scim.test/v2/Groups?startIndex=1&count=100"
#define USERS_URL "https://scim.test/v2/Users?startIndex=1&count=500"
#define CONFIG_URL "https://scim.test/v2/ServiceProviderConfig"

/* One group and users a, b and c on two pages. */
static const char *const whole[] = {GROUP,
    LIST("3", ITEM("a", "01") "," ITEM("b", "03")), LIST("3", ITEM("c", "02"))};

static void
take_whole(struct fixture *f, const char *etag)
{
	fetch(f, SOURCE_WHOLE);
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		answer_as(200, whole[i], etag, JSON);
	settle(f);
	assert_int_equal(members_count(f->members), 3);
}

static void
groups_are_asked_for_then_users_page_by_page(void **state)
{
	struct fixture *f = *state;
	struct member a = {0};

	fetch(f, SOURCE_WHOLE);
	assert_string_equal(netlab()->method, "GET");
	assert_string_equal(netlab()->url, GROUPS_URL);
	assert_string_equal(netlab()->headers[0], "authorization: Bearer hush");
	answer(200, whole[0]);
	assert_string_equal(netlab()->url, USERS_URL);
	assert_string_equal(netlab()->headers[0], "authorization: Bearer hush");
	answer(200, whole[1]);
	/* On by what was received, not by what was asked for. */
	assert_string_equal(
	    netlab()->url, "https://scim.test/v2/Users?startIndex=3&count=500");
	answer_as(200, whole[2], "", "application/json");
	assert_int_equal(f->gift, SOURCE_GAVE_LIST);
	settle(f);
	assert_int_equal(members_count(f->members), 3);
	assert_true(members_get_id(f->members, "a", &a));
	assert_true(member_has_role(&a, "g"));
}

static const char *
lengthened(const char *body)
{
	static char text[300000];

	(void)snprintf(text, sizeof(text), "%*s", (int)sizeof(text) - 1, body);
	return text;
}

/* Nothing goes on from inside the answer. */
static void
answer_long(struct fixture *f, const char *body)
{
	answer(200, lengthened(body));
	assert_int_equal(netlab()->id, 0);
	assert_int_equal(f->calls, 0);
	while (netlab()->id == 0 && f->calls == 0)
		loop_turn(f->loop, true);
}

static void
long_answers_are_read_beside_the_loop(void **state)
{
	struct fixture *f = *state;
	struct member a = {0};

	fetch(f, SOURCE_WHOLE);
	answer(200, lengthened(whole[0]));
	f->source.cancel(f->source.self);
	fetch(f, SOURCE_WHOLE);
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		answer_long(f, whole[i]);
	settle(f);
	assert_int_equal(members_count(f->members), 3);
	assert_true(members_get_id(f->members, "a", &a));
	assert_true(member_has_role(&a, "g"));
}

static void
t110_no_fault_of_a_long_answer_gives_a_list(void **state)
{
	static const char *const bodies[] = {"{", "[]", LIST("3", "")};
	struct fixture *f = *state;

	for (size_t i = 0; i < 3 * ARRAY_SIZE(whole); i++) {
		fetch(f, SOURCE_WHOLE);
		for (size_t good = 0; good < i / 3; good++)
			answer(200, whole[good]);
		answer_long(f, bodies[i % 3]);
		assert_int_equal(f->reason, ERR_SERVICE_MALFORMED);
		assert_null(f->given);
	}
}

static void
t110_no_failure_of_any_page_gives_a_list(void **state)
{
	static const struct {
		int status;
		const char *body;
		const char *type;
		int reason;
	} faults[] = {
	    {0, "", "", ERR_SERVICE_UNREACHABLE},
	    {500, "", "", ERR_SERVICE_ERROR},
	    {500, NONE, JSON, ERR_SERVICE_ERROR},
	    {501, "", "", ERR_SERVICE_ERROR},
	    {503, "{}", JSON, ERR_SERVICE_ERROR},
	    {429, "{}", JSON, ERR_SERVICE_RATE_LIMITED},
	    {401, "{\"detail\":\"no\"}", JSON, ERR_SERVICE_REFUSED},
	    {403, "", "", ERR_SERVICE_REFUSED},
	    {404, "<html></html>", "text/html", ERR_SERVICE_ERROR},
	    {400, "{}", JSON, ERR_SERVICE_ERROR},
	    {304, "", "", ERR_SERVICE_MALFORMED},
	    {200, "", JSON, ERR_SERVICE_MALFORMED},
	    {204, "", "", ERR_SERVICE_MALFORMED},
	    {200, "<html></html>", "text/html", ERR_SERVICE_MALFORMED},
	    {200, NONE, "text/html", ERR_SERVICE_MALFORMED},
	    {200, NONE, "", ERR_SERVICE_MALFORMED},
	    {200, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0", JSON,
		ERR_SERVICE_MALFORMED},
	    {200, LIST("3", ""), JSON, ERR_SERVICE_MALFORMED},
	    {200, LIST("9", ITEM("z", "01") "," ITEM("z", "01")), JSON,
		ERR_SERVICE_MALFORMED},
	    {200, LIST("\"3\"", ITEM("z", "01")), JSON, ERR_SERVICE_MALFORMED},
	    {200, "[]", JSON, ERR_SERVICE_MALFORMED},
	};
	struct fixture *f = *state;

	for (size_t page = 0; page < ARRAY_SIZE(whole); page++) {
		for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
			fetch(f, SOURCE_WHOLE);
			for (size_t good = 0; good < page; good++)
				answer(200, whole[good]);
			answer_as(faults[i].status, faults[i].body, "",
			    faults[i].type);
			assert_int_equal(f->calls, 1);
			assert_int_equal(f->reason, faults[i].reason);
			assert_null(f->given);
			assert_int_equal(f->retry_after_s,
			    faults[i].status == 429 || faults[i].status == 503
				? NETLAB_RETRY_AFTER_S
				: -1);
			assert_int_equal(netlab()->id, 0);
		}
	}
}

static void
transfers_that_fail_have_their_reasons(void **state)
{
	static const struct {
		enum http_outcome outcome;
		int reason;
	} cases[] = {
	    {HTTP_TLS_REFUSED, ERR_SERVICE_TLS},
	    {HTTP_BAD_ANSWER, ERR_SERVICE_MALFORMED},
	    {HTTP_UNREACHABLE, ERR_SERVICE_UNREACHABLE},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fetch(f, SOURCE_WHOLE);
		netlab_reply(
		    &(struct http_response){.outcome = cases[i].outcome,
			.body = (const uint8_t *)"",
			.content_type = "",
			.retry_after_s = -1});
		assert_int_equal(f->reason, cases[i].reason);
	}
}

static void
a_list_stands_when_all_its_pages_do(void **state)
{
	struct fixture *f = *state;

	take_whole(f, "\"v1\"");
	fetch(f, SOURCE_LIST);
	assert_string_equal(netlab()->url, GROUPS_URL);
	assert_string_equal(netlab()->condition, "if-none-match: \"v1\"");
	answer(304, "");
	assert_string_equal(netlab()->url, USERS_URL);
	answer(304, "");
	assert_string_equal(
	    netlab()->url, "https://scim.test/v2/Users?startIndex=3&count=500");
	assert_string_equal(netlab()->condition, "if-none-match: \"v1\"");
	answer(304, "");
	assert_int_equal(f->gift, SOURCE_UNCHANGED);
	settle(f);
	fetch(f, SOURCE_WHOLE);
	assert_string_equal(netlab()->condition, "");
	f->source.cancel(f->source.self);
	assert_int_equal(netlab()->id, 0);
}

static void
t110_a_page_that_changed_makes_all_be_read_anew(void **state)
{
	struct fixture *f = *state;

	take_whole(f, "\"v1\"");
	fetch(f, SOURCE_LIST);
	answer(304, "");
	answer_as(200, LIST("1", ITEM("a", "01")), "\"v2\"", JSON);
	assert_int_equal(f->calls, 0);
	assert_string_equal(netlab()->url, GROUPS_URL);
	assert_string_equal(netlab()->condition, "");
	answer(200, GROUP);
	answer(200, LIST("1", ITEM("a", "01")));
	assert_int_equal(f->gift, SOURCE_GAVE_LIST);
	assert_int_equal(members_count(f->given), 1);
}

static void
what_was_not_taken_is_asked_for_whole(void **state)
{
	struct fixture *f = *state;

	take_whole(f, "\"v1\"");
	fetch(f, SOURCE_LIST);
	answer_as(200, NONE, "\"v2\"", JSON);
	answer_as(200, NONE, "\"v2\"", JSON);
	assert_int_equal(members_count(f->given), 0);
	f->source.settle(f->source.self, false);
	fetch(f, SOURCE_LIST);
	assert_string_equal(netlab()->condition, "");
}

/* Up to the first request of changes, the server having said what it can. */
static void
ask_for_changes(struct fixture *f)
{
	fetch(f, SOURCE_CHANGES);
	assert_string_equal(netlab()->url, CONFIG_URL);
	answer(200, "{\"filter\":{\"supported\":true}}");
}

static void
changes_are_asked_for_since_the_newest(void **state)
{
	struct fixture *f = *state;

	take_whole(f, "");
	ask_for_changes(f);
	/* A minute earlier: times are not stored in their order. */
	assert_string_equal(
	    netlab()->url, GROUPS_URL FILTER("2026-03-02T23:59:00Z"));
	answer(200, NONE);
	assert_string_equal(
	    netlab()->url, USERS_URL FILTER("2026-03-02T23:59:00Z"));
	answer(200,
	    LIST("2",
		"{\"id\":\"a\",\"active\":false," AT("03") "}," ITEM(
		    "n", "03")));
	assert_int_equal(f->gift, SOURCE_GAVE_CHANGES);
	assert_int_equal(members_count(f->given), 2);
	settle(f);
	/* What the server can is asked once. */
	fetch(f, SOURCE_CHANGES);
	assert_string_equal(
	    netlab()->url, GROUPS_URL FILTER("2026-03-02T23:59:00Z"));
	answer(200, LIST("1", ITEM("h", "04")));
	answer(200, NONE);
	settle(f);
	fetch(f, SOURCE_CHANGES);
	assert_string_equal(
	    netlab()->url, GROUPS_URL FILTER("2026-03-03T23:59:00Z"));
}

static void
a_time_that_lies_ahead_hides_nothing(void **state)
{
	struct fixture *f = *state;

	fetch(f, SOURCE_WHOLE);
	answer(200, NONE);
	answer(200, LIST("1", ITEM("a", "28")));
	settle(f);
	ask_for_changes(f);
	assert_string_equal(
	    netlab()->url, GROUPS_URL FILTER("2026-03-03T23:59:00Z"));
}

static void
changes_that_were_taken_end_what_stood(void **state)
{
	struct fixture *f = *state;

	take_whole(f, "\"v1\"");
	ask_for_changes(f);
	answer(200, NONE);
	answer(200, LIST("1", ITEM("n", "03")));
	settle(f);
	/* The server could go back to the list that it had tagged so. */
	fetch(f, SOURCE_LIST);
	assert_string_equal(netlab()->condition, "");
}

/* Whole pages follow at once; and until the next whole list no more asking. */
static void
falls_back(struct fixture *f)
{
	assert_int_equal(f->calls, 0);
	assert_string_equal(netlab()->url, GROUPS_URL);
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		answer(200, whole[i]);
	assert_int_equal(f->gift, SOURCE_GAVE_LIST);
	settle(f);
	fetch(f, SOURCE_CHANGES);
	assert_string_equal(netlab()->url, GROUPS_URL);
	f->source.cancel(f->source.self);
	take_whole(f, "");
}

static void
a_server_without_filters_is_asked_for_lists(void **state)
{
	static const struct {
		int status;
		const char *body;
		const char *type;
	} configs[] = {
	    {200, "{\"filter\":{\"supported\":false}}", JSON},
	    {200, "{}", JSON},
	    {200, "nonsense", JSON},
	    {200, "{\"filter\":{\"supported\":true}}", "text/html"},
	    {404, "", ""},
	    {403, "{}", JSON},
	    {501, "{}", JSON},
	};
	struct fixture *f = *state;

	take_whole(f, "");
	for (size_t i = 0; i < ARRAY_SIZE(configs); i++) {
		fetch(f, SOURCE_CHANGES);
		assert_string_equal(netlab()->url, CONFIG_URL);
		answer_as(
		    configs[i].status, configs[i].body, "", configs[i].type);
		falls_back(f);
	}
}

static void
a_filter_that_is_ignored_or_refused_is_dropped(void **state)
{
	struct fixture *f = *state;

	take_whole(f, "");
	/* Everything comes back, old ones too. */
	ask_for_changes(f);
	answer(200, GROUP);
	falls_back(f);
	ask_for_changes(f);
	answer(200, NONE);
	answer(200, whole[1]);
	falls_back(f);
	ask_for_changes(f);
	answer(400, "{\"scimType\":\"invalidFilter\",\"status\":\"400\"}");
	falls_back(f);
	ask_for_changes(f);
	answer(200, NONE);
	answer(501, "");
	falls_back(f);
}

static void
t110_changes_that_fail_are_none(void **state)
{
	static const struct {
		int status;
		const char *body;
		int reason;
	} faults[] = {
	    {0, "", ERR_SERVICE_UNREACHABLE},
	    {401, "", ERR_SERVICE_REFUSED},
	    {429, "", ERR_SERVICE_RATE_LIMITED},
	    {500, "", ERR_SERVICE_ERROR},
	    {200, "", ERR_SERVICE_MALFORMED},
	    {200, LIST("2", ""), ERR_SERVICE_MALFORMED},
	    {200, LIST("2", ITEM("z", "03") "," ITEM("z", "03")),
		ERR_SERVICE_MALFORMED},
	};
	struct fixture *f = *state;

	take_whole(f, "");
	ask_for_changes(f);
	answer(200, NONE);
	answer(200, NONE);
	settle(f);
	for (size_t page = 0; page < 2; page++) {
		for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
			fetch(f, SOURCE_CHANGES);
			if (page == 1)
				answer(200, NONE);
			answer(faults[i].status, faults[i].body);
			assert_int_equal(f->calls, 1);
			assert_int_equal(f->reason, faults[i].reason);
			assert_null(f->given);
		}
	}
}

static void
a_list_without_times_has_no_changes(void **state)
{
	struct fixture *f = *state;

	fetch(f, SOURCE_WHOLE);
	answer(200, NONE);
	answer(200, LIST("1", "{\"id\":\"a\"}"));
	settle(f);
	fetch(f, SOURCE_CHANGES);
	assert_string_equal(netlab()->url, GROUPS_URL);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(groups_are_asked_for_then_users_page_by_page),
	    TEST(long_answers_are_read_beside_the_loop),
	    TEST(t110_no_fault_of_a_long_answer_gives_a_list),
	    TEST(t110_no_failure_of_any_page_gives_a_list),
	    TEST(transfers_that_fail_have_their_reasons),
	    TEST(a_list_stands_when_all_its_pages_do),
	    TEST(t110_a_page_that_changed_makes_all_be_read_anew),
	    TEST(what_was_not_taken_is_asked_for_whole),
	    TEST(changes_are_asked_for_since_the_newest),
	    TEST(a_time_that_lies_ahead_hides_nothing),
	    TEST(changes_that_were_taken_end_what_stood),
	    TEST(a_server_without_filters_is_asked_for_lists),
	    TEST(a_filter_that_is_ignored_or_refused_is_dropped),
	    TEST(t110_changes_that_fail_are_none),
	    TEST(a_list_without_times_has_no_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
