/*
 * test-svclist.c - lists in pages, against a wire that the test plays.
 */
#include "services/svclist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/netlab.h"
#include "tests/unit/profiles.h"

static struct profile *profile;
static struct svcflight_site site;

/* What came back. */
static struct {
	unsigned int calls;
	int reason;
	int state; /* what the owner was told */
	size_t members;
	enum source_gift gift;
	int64_t retry_after_s;
} got;

static void
on_state(void *arg, int reason)
{
	assert_ptr_equal(arg, &site);
	got.state = reason;
}

static void
on_members(void *arg, const struct source_result *result)
{
	struct members *members MEMBERS_AUTO = NULL;

	got.calls++;
	got.reason = result->reason;
	assert_int_equal(got.state, result->reason);
	got.gift = result->gift;
	got.retry_after_s = result->retry_after_s;
	if (result->reason == 0 && result->gift == SOURCE_GAVE_LIST) {
		members = TAKE(*result->members);
		got.members = members_count(members);
	}
}

static struct svclist *
make(const char *api_key)
{
	struct svclist *list = NULL;

	netlab_reset();
	memset(&got, 0, sizeof(got));
	site = (struct svcflight_site){
	    .profile = profile,
	    .url = "https://org.test",
	    .organization_id = "o 1",
	    .api_key = api_key,
	};
	assert_int_equal(svclist_new(&site, on_state, &site, &list), 0);
	return list;
}

static void
answer_tagged(int status, const char *body, const char *etag)
{
	netlab_reply(&(struct http_response){
	    .outcome = HTTP_ANSWERED,
	    .status = status,
	    .body = (const uint8_t *)body,
	    .body_len = strlen(body),
	    .content_type = "application/json",
	    .retry_after_s = -1,
	    .etag = etag,
	    .last_modified = "",
	});
}

static void
on_progress(void *arg, uint32_t done, uint32_t total)
{
}

static struct members *
on_known(void *arg)
{
	return NULL;
}

static int
fetch(struct svclist *list, enum source_order order)
{
	const struct source source = svclist_source(list);
	const struct source_request request = {.order = order,
	    .done = on_members,
	    .progress = on_progress,
	    .known = on_known};

	memset(&got, 0, sizeof(got));
	return source.fetch(source.self, &request);
}

static void
begin_members(struct svclist *list)
{
	assert_int_equal(fetch(list, SOURCE_WHOLE), 0);
}

static void
settle(struct svclist *list, bool taken)
{
	const struct source source = svclist_source(list);

	source.settle(source.self, taken);
}

static void
a_list_is_paged_to_its_end(void **state)
{
	struct svclist *list = make("secret key");

	begin_members(list);
	assert_string_equal(
	    netlab()->url, "https://org.test/m?o=o%201&l=2&f=0");
	assert_string_equal(netlab()->headers[0], "x-key: secret key");
	netlab_answer(
	    200, "{\"total\":3,\"members\":[{\"id\":\"a\"},{\"id\":\"b\"}]}");
	assert_int_equal(got.calls, 0);
	assert_string_equal(
	    netlab()->url, "https://org.test/m?o=o%201&l=2&f=2");
	netlab_answer(200, "{\"total\":3,\"members\":[{\"id\":\"c\"}]}");
	assert_int_equal(got.calls, 1);
	assert_int_equal(got.reason, 0);
	assert_int_equal(got.members, 3);
	svclist_free(list);
}

static void
t110_a_failing_page_is_no_list(void **state)
{
	static const struct {
		int status;
		const char *body;
		int reason;
	} cases[] = {
	    {500, "", ERR_SERVICE_ERROR},
	    {429, "{}", ERR_SERVICE_RATE_LIMITED},
	    {401, "", ERR_SERVICE_REFUSED},
	    {200, "", ERR_SERVICE_MALFORMED},
	    {200, "<html>", ERR_SERVICE_MALFORMED},
	    {200, "{\"total\":3,\"members\":[{\"id\":\"c\"}",
		ERR_SERVICE_MALFORMED},
	    {200, "{\"total\":3,\"members\":[]}", ERR_SERVICE_MALFORMED},
	    {200, "{\"total\":3,\"members\":[{\"id\":\"a\"}]}",
		ERR_SERVICE_MALFORMED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct svclist *list = make("key");

		begin_members(list);
		netlab_answer(200,
		    "{\"total\":3,\"members\":[{\"id\":\"a\"},{\"id\":\"b\"}]"
		    "}");
		netlab_answer(cases[i].status, cases[i].body);
		assert_int_equal(got.calls, 1);
		assert_int_equal(got.reason, cases[i].reason);
		assert_int_equal(got.members, 0);
		assert_int_equal(got.retry_after_s,
		    cases[i].status == 429 ? NETLAB_RETRY_AFTER_S : -1);
		svclist_free(list);
	}
}

static void
a_key_that_is_needed_and_missing_is_told(void **state)
{
	struct svclist *list = make(NULL);

	assert_int_equal(fetch(list, SOURCE_WHOLE), ERR_CONFIG_INVALID);
	assert_int_equal(netlab()->requests, 0);
	svclist_free(list);
}

#define FIRST "{\"total\":3,\"members\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"
#define SECOND "{\"total\":3,\"members\":[{\"id\":\"c\"}]}"

/* A list of two pages with their tags, taken over or not. */
static struct svclist *
listed(const char *first_tag, const char *second_tag, bool taken)
{
	struct svclist *list = make("key");

	begin_members(list);
	assert_string_equal(netlab()->condition, "");
	answer_tagged(200, FIRST, first_tag);
	answer_tagged(200, SECOND, second_tag);
	assert_int_equal(got.members, 3);
	settle(list, taken);
	return list;
}

static void
a_list_stands_when_all_its_pages_do(void **state)
{
	struct svclist *list = listed("\"p1\"", "W/\"p2\"", true);

	for (int i = 0; i < 2; i++) {
		assert_int_equal(fetch(list, SOURCE_LIST), 0);
		assert_string_equal(
		    netlab()->condition, "if-none-match: \"p1\"");
		netlab_answer(304, "");
		assert_int_equal(got.calls, 0);
		assert_string_equal(
		    netlab()->url, "https://org.test/m?o=o%201&l=2&f=2");
		assert_string_equal(
		    netlab()->condition, "if-none-match: W/\"p2\"");
		netlab_answer(304, "");
		assert_int_equal(got.calls, 1);
		assert_int_equal(got.reason, 0);
		assert_int_equal(got.gift, SOURCE_UNCHANGED);
		settle(list, true);
	}
	/* Who wants it whole is not answered so. */
	begin_members(list);
	assert_string_equal(netlab()->condition, "");
	netlab_answer(304, "");
	assert_int_equal(got.reason, ERR_SERVICE_ERROR);
	svclist_free(list);
}

static void
t110_a_page_that_changed_makes_the_list_be_read_anew(void **state)
{
	struct svclist *list = listed("\"p1\"", "\"p2\"", true);

	assert_int_equal(fetch(list, SOURCE_LIST), 0);
	netlab_answer(304, "");
	/* The second page alone would be a list of one. */
	answer_tagged(
	    200, "{\"total\":1,\"members\":[{\"id\":\"c\"}]}", "\"p2b\"");
	assert_int_equal(got.calls, 0);
	assert_string_equal(
	    netlab()->url, "https://org.test/m?o=o%201&l=2&f=0");
	assert_string_equal(netlab()->condition, "");
	answer_tagged(200, FIRST, "\"p1\"");
	assert_string_equal(netlab()->condition, "");
	answer_tagged(200, SECOND, "\"p2b\"");
	assert_int_equal(got.members, 3);
	settle(list, true);
	/* The first page changed: its answer is the first of the new list. */
	assert_int_equal(fetch(list, SOURCE_LIST), 0);
	answer_tagged(200, FIRST, "\"p1b\"");
	assert_string_equal(netlab()->condition, "");
	netlab_answer(304, "");
	assert_int_equal(got.reason, ERR_SERVICE_ERROR);
	svclist_free(list);
}

static void
a_list_that_was_not_taken_or_not_tagged_is_asked_for_whole(void **state)
{
	struct svclist *lists[] = {listed("\"p1\"", "\"p2\"", false),
	    listed("\"p1\"", "", true), listed("", "\"p2\"", true)};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		assert_int_equal(fetch(lists[i], SOURCE_LIST), 0);
		assert_string_equal(netlab()->condition, "");
		const struct source source = svclist_source(lists[i]);

		source.cancel(source.self);
		assert_int_equal(netlab()->id, 0);
		svclist_free(lists[i]);
	}
	/* What was taken before it is not sure any more either. */
	lists[0] = listed("\"p1\"", "\"p2\"", true);
	begin_members(lists[0]);
	netlab_answer(200, FIRST);
	netlab_answer(200, SECOND);
	settle(lists[0], false);
	assert_int_equal(fetch(lists[0], SOURCE_LIST), 0);
	assert_string_equal(netlab()->condition, "");
	svclist_free(lists[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_paged_to_its_end),
	    cmocka_unit_test(t110_a_failing_page_is_no_list),
	    cmocka_unit_test(a_list_stands_when_all_its_pages_do),
	    cmocka_unit_test(
		t110_a_page_that_changed_makes_the_list_be_read_anew),
	    cmocka_unit_test(
		a_list_that_was_not_taken_or_not_tagged_is_asked_for_whole),
	    cmocka_unit_test(a_key_that_is_needed_and_missing_is_told),
	};
	int failed = 0;

	profile = profiles_sample();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	profile_free(profile);
	return failed;
}
