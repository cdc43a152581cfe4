/*
 * test-sync.c - the list is fetched when it should be, and no failure of its
 * source takes anybody away.
 *
 * http is replaced at link time: the test gives every answer.  Everything
 * between the answer and members.snapshot is real.
 */
#include "services/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/snapshot.h"
#include "services/confirmed.h"
#include "services/idsvc.h"
#include "services/memberfile.h"
#include "tests/unit/dirlab.h"
#include "tests/unit/netlab.h"
#include "tests/unit/peek.h"
#include "tests/unit/profiles.h"

struct fixture {
	struct dirlab lab;
	struct loop *loop;
	struct clock_fake clock;
	struct db *db;
	struct directory *directory;
	struct profile *profile;
	struct idsvc *idsvc;
	struct memberfile *file;
	struct sync *sync;
	unsigned int calls;
	int reason;
	uint64_t cancel_other; /* from inside the callback */
};

static void
open_service(struct fixture *f)
{
	const struct idsvc_options options = {.profile = f->profile,
	    .url = "https://org.test",
	    .organization_id = "org_acme",
	    .api_key = "key",
	    .jwt_transport = true};

	assert_int_equal(
	    idsvc_new(f->loop, NULL, &f->clock.clock, &options, &f->idsvc), 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct directory_options options;

	assert_non_null(f);
	netlab_reset();
	dirlab_begin(&f->lab, &f->clock);
	options = dirlab_options(&f->lab);
	assert_int_equal(loop_new(&f->loop), 0);
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	assert_int_equal(directory_new(f->loop, f->db, &f->clock.clock,
			     &options, &f->directory),
	    0);
	assert_int_equal(directory_load(f->directory), 0);
	f->profile = profiles_sample();
	open_service(f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sync_free(f->sync);
	memberfile_free(f->file);
	directory_free(f->directory);
	idsvc_free(f->idsvc);
	profile_free(f->profile);
	loop_free(f->loop);
	dirlab_close(&f->lab, f->db, NULL, NULL, NULL);
	free(f);
	return 0;
}

static struct source
open_file(struct fixture *f, const char *path)
{
	assert_int_equal(
	    memberfile_new(f->loop, &f->clock.clock, path, &f->file), 0);
	return memberfile_source(f->file);
}

static void
open_sync(struct fixture *f, const char *file_path)
{
	const struct sync_options options = {.directory = f->directory,
	    .source = file_path == NULL ? idsvc_source(f->idsvc)
					: open_file(f, file_path),
	    .refresh_s = 60};

	assert_int_equal(
	    sync_new(f->loop, &f->clock.clock, &options, &f->sync), 0);
}

static void
on_done(void *arg, int reason)
{
	struct fixture *f = arg;

	f->calls++;
	f->reason = reason;
	if (f->cancel_other != 0)
		sync_cancel(f->sync, f->cancel_other);
}

static uint64_t
ask(struct fixture *f, bool accept)
{
	uint64_t id = 0;

	assert_int_equal(sync_now(f->sync, accept, on_done, NULL, f, &id), 0);
	return id;
}

/* Turns the loop until a request is out or the answer is in. */
static void
turn(struct fixture *f)
{
	unsigned int before = f->calls;

	for (int i = 0; i < 1000 && netlab()->id == 0 && f->calls == before;
	     i++)
		loop_turn(f->loop, true);
	assert_true(netlab()->id != 0 || f->calls != before);
}

/* Until the source is asked again or its list has taken effect. */
static void
settle(struct fixture *f)
{
	for (int i = 0;
	     i < 1000 && netlab()->id == 0 && sync_next_ms(f->sync) == 0; i++)
		loop_turn(f->loop, true);
	assert_true(netlab()->id != 0 || sync_next_ms(f->sync) != 0);
}

static void
answer(
    struct fixture *f, enum http_outcome outcome, int status, const char *body)
{
	if (outcome == HTTP_ANSWERED || outcome == HTTP_UNREACHABLE)
		netlab_answer(status, body);
	else
		netlab_reply(&(struct http_response){
		    .outcome = outcome, .retry_after_s = -1});
	settle(f);
}

/* Six members on three pages. */
#define PAGE(a, b)                                                            \
	"{\"total\":6,\"members\":[{\"id\":\"" a "\",\"user\":{\"mail\":\"" a \
	"@x.test\"},\"role\":\"owner\"},"                                     \
	"{\"id\":\"" b "\",\"user\":{\"mail\":\"" b "@x.test\"}}]}"
static const char *const pages[] = {
    PAGE("a", "b"), PAGE("c", "d"), PAGE("e", "f")};

static void
answer_all(struct fixture *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		answer(f, HTTP_ANSWERED, 200, pages[i]);
}

static size_t
known(struct fixture *f)
{
	return members_count(directory_members(f->directory));
}

static void
a_list_is_fetched_and_published(void **state)
{
	struct fixture *f = *state;

	open_sync(f, NULL);
	assert_int_equal(sync_state(f->sync), ERR_NOT_FOUND);
	assert_int_equal(sync_next_ms(f->sync), -1);
	sync_start(f->sync);
	turn(f);
	answer_all(f);
	assert_int_equal(sync_state(f->sync), 0);
	assert_int_equal(known(f), 6);
	assert_int_equal(dirlab_published(&f->lab), 6);
	assert_in_range(sync_next_ms(f->sync), 48000, 60000);
}

static void
t110_no_failure_of_any_page_removes_anybody(void **state)
{
	static const struct {
		enum http_outcome outcome;
		int status;
		const char *body;
		int reason;
	} faults[] = {
	    {HTTP_UNREACHABLE, 0, "", ERR_SERVICE_UNREACHABLE},
	    {HTTP_TLS_REFUSED, 0, "", ERR_SERVICE_TLS},
	    {HTTP_BAD_ANSWER, 0, "", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 500, "", ERR_SERVICE_ERROR},
	    {HTTP_ANSWERED, 500, "{\"total\":0,\"members\":[]}",
		ERR_SERVICE_ERROR},
	    {HTTP_ANSWERED, 429, "{}", ERR_SERVICE_RATE_LIMITED},
	    {HTTP_ANSWERED, 401, "", ERR_SERVICE_REFUSED},
	    {HTTP_ANSWERED, 404, "<html></html>", ERR_SERVICE_REFUSED},
	    {HTTP_ANSWERED, 200, "", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "null", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "[]", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "<html></html>", ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"total\":6,\"members\":[{\"id\":\"a\"",
		ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"total\":6,\"members\":[]}",
		ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"total\":6,\"members\":{}}",
		ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"members\":[{\"id\":\"a\"}]}",
		ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, "{\"total\":6,\"members\":[{\"id\":\"\"}]}",
		ERR_SERVICE_MALFORMED},
	    {HTTP_ANSWERED, 200, PAGE("z", "z"), ERR_SERVICE_MALFORMED},
	};
	struct fixture *f = *state;

	open_sync(f, NULL);
	ask(f, false);
	turn(f);
	answer_all(f);
	assert_int_equal(f->reason, 0);
	for (size_t page = 0; page < ARRAY_SIZE(pages); page++) {
		for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
			f->calls = 0;
			ask(f, true);
			turn(f);
			for (size_t good = 0; good < page; good++)
				answer(f, HTTP_ANSWERED, 200, pages[good]);
			answer(f, faults[i].outcome, faults[i].status,
			    faults[i].body);
			assert_int_equal(f->calls, 1);
			assert_int_equal(f->reason, faults[i].reason);
			assert_int_equal(sync_state(f->sync), faults[i].reason);
			assert_int_equal(known(f), 6);
			assert_int_equal(dirlab_published(&f->lab), 6);
		}
	}
}

/* One fetch that ends with its first answer. */
static void
fetch(struct fixture *f, bool accept, int status, const char *body)
{
	ask(f, accept);
	turn(f);
	answer(f, status == 0 ? HTTP_UNREACHABLE : HTTP_ANSWERED, status, body);
}

static void
t110_an_empty_list_is_held_until_it_is_accepted(void **state)
{
	static const char nobody[] = "{\"total\":0,\"members\":[]}";
	struct fixture *f = *state;

	open_sync(f, NULL);
	ask(f, false);
	turn(f);
	answer_all(f);
	fetch(f, false, 200, nobody);
	assert_int_equal(f->reason, ERR_DIRECTORY_SHRUNK);
	assert_int_equal(dirlab_published(&f->lab), 6);
	/* The word of one caller does not outlive its fetch. */
	fetch(f, true, 500, "");
	fetch(f, false, 200, nobody);
	assert_int_equal(f->reason, ERR_DIRECTORY_SHRUNK);
	assert_int_equal(dirlab_published(&f->lab), 6);
	fetch(f, true, 200, nobody);
	assert_int_equal(f->reason, 0);
	assert_int_equal(dirlab_published(&f->lab), 0);
}

static void
t109_a_beat_without_an_answer_stores_how_old_the_list_is(void **state)
{
	struct fixture *f = *state;
	struct confirmed stored = {0};

	open_sync(f, NULL);
	ask(f, false);
	turn(f);
	answer_all(f);
	assert_int_equal(confirmed_load(f->db, &stored), 0);
	assert_int_equal(stored.age_ms, 0);
	clock_fake_advance(&f->clock, 120000);
	fetch(f, false, 0, "");
	assert_int_equal(confirmed_load(f->db, &stored), 0);
	assert_int_equal(stored.age_ms, 120000);
	assert_int_equal(directory_age_ms(f->directory), 120000);
	ask(f, false);
	turn(f);
	answer_all(f);
	assert_int_equal(directory_age_ms(f->directory), 0);
}

static void
a_failing_source_is_asked_again_later_and_later(void **state)
{
	struct fixture *f = *state;

	open_sync(f, NULL);
	sync_start(f->sync);
	turn(f);
	answer(f, HTTP_UNREACHABLE, 0, "");
	assert_int_equal(sync_next_ms(f->sync), 5000);
	fetch(f, false, 0, "");
	assert_int_equal(sync_next_ms(f->sync), 10000);
	fetch(f, false, 429, "");
	assert_int_equal(sync_next_ms(f->sync), NETLAB_RETRY_AFTER_S * 1000);
	ask(f, false);
	turn(f);
	answer_all(f);
	assert_in_range(sync_next_ms(f->sync), 48000, 60000);
}

static void
who_asks_meanwhile_joins_the_fetch(void **state)
{
	struct fixture *f = *state;
	uint64_t gone = 0;

	open_sync(f, NULL);
	ask(f, false);
	turn(f);
	ask(f, false);
	gone = ask(f, false);
	sync_cancel(f->sync, gone);
	sync_cancel(f->sync, 4711);
	answer_all(f);
	assert_int_equal(f->calls, 2);
	assert_int_equal(netlab()->requests, 3);
}

static void
a_waiter_cancelled_by_another_is_not_called(void **state)
{
	struct fixture *f = *state;
	uint64_t first = 0;

	open_sync(f, NULL);
	first = ask(f, false);
	turn(f);
	ask(f, false);
	/* Whoever is told first takes the other one away. */
	f->cancel_other = first;
	answer_all(f);
	assert_int_equal(f->calls, 1);
}

static void
a_sync_can_be_freed_at_any_time(void **state)
{
	struct fixture *f = *state;

	open_sync(f, NULL);
	ask(f, false);
	turn(f);
	answer(f, HTTP_ANSWERED, 200, pages[0]);
	sync_free(f->sync);
	f->sync = NULL;
	assert_int_equal(netlab()->id, 0);
	assert_int_equal(f->calls, 0);
}

static int
read_file_once(struct fixture *f, const char *text)
{
	if (text != NULL)
		dirlab_write(f->lab.members, text);
	ask(f, false);
	turn(f);
	return f->reason;
}

#define LINE(id)                                                       \
	"{\"id\":\"" id "\",\"email\":\"" id "@x.test\",\"roles\":[]," \
	"\"state\":\"Active\"}\n"

static void
a_file_is_read_line_by_line(void **state)
{
	struct fixture *f = *state;

	open_sync(f, f->lab.members);
	assert_int_equal(read_file_once(f, LINE("a") "\n" LINE("b")), 0);
	assert_int_equal(dirlab_published(&f->lab), 2);
	assert_non_null(peek_user(directory_members(f->directory), "b"));
	/* The last line needs no newline. */
	assert_int_equal(read_file_once(f,
			     LINE("a") "{\"id\":\"b\",\"email\":\"b@x.test\","
				       "\"roles\":[],\"state\":\"Suspended\"}"),
	    0);
	assert_int_equal(peek_id(directory_members(f->directory), "b")->state,
	    MEMBER_SUSPENDED);
}

static void
t110_a_bad_file_removes_nobody(void **state)
{
	static const char *const texts[] = {"", "\n\n", "{}\n",
	    LINE("a") "{\"id\":\n", LINE("a") LINE("a"),
	    LINE("a") LINE("b") "nonsense", LINE("a") "\r\n" LINE("b")};
	struct fixture *f = *state;

	open_sync(f, f->lab.members);
	assert_int_equal(read_file_once(f, LINE("a") LINE("b")), 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_not_equal(read_file_once(f, texts[i]), 0);
		assert_int_equal(known(f), 2);
		assert_int_equal(dirlab_published(&f->lab), 2);
	}
	dirlab_write(f->lab.members, LINE("a"));
	assert_int_equal(chmod(f->lab.members, 0666), 0);
	assert_int_equal(read_file_once(f, NULL), ERR_INSECURE_FILE);
	assert_int_equal(remove(f->lab.members), 0);
	assert_int_equal(read_file_once(f, NULL), ERR_NOT_FOUND);
	assert_int_equal(dirlab_published(&f->lab), 2);
}

/* A source of which the test gives every answer. */
static struct {
	struct source_request request;
	bool asked;
	unsigned int fetches;
	int settled; /* -1: not yet */
	int fault;
} stub;

static int
stub_fetch(void *self, const struct source_request *request)
{
	assert_false(stub.asked);
	stub.request = *request;
	stub.asked = stub.fault == 0;
	stub.fetches++;
	stub.settled = -1;
	return stub.fault;
}

static void
stub_cancel(void *self)
{
	stub.asked = false;
}

static void
stub_settle(void *self, bool taken)
{
	assert_int_equal(stub.settled, -1);
	stub.settled = taken;
}

static void
open_stub(struct fixture *f)
{
	const struct sync_options options = {.directory = f->directory,
	    .source = {NULL, stub_fetch, stub_cancel, stub_settle},
	    .refresh_s = 60};

	memset(&stub, 0, sizeof(stub));
	assert_int_equal(
	    sync_new(f->loop, &f->clock.clock, &options, &f->sync), 0);
}

/* The source's answer, took_ms after it was asked; until all is done. */
static void
give(struct fixture *f, int reason, enum source_gift gift,
    struct members *members, int64_t took_ms)
{
	const struct source_result result = {.reason = reason,
	    .gift = gift,
	    .members = &members,
	    .retry_after_s = -1};
	unsigned int before = f->calls;

	assert_true(stub.asked);
	stub.asked = false;
	clock_fake_advance(&f->clock, took_ms);
	stub.request.done(stub.request.arg, &result);
	members_free(members);
	for (int i = 0; i < 1000 && f->calls == before && !stub.asked; i++)
		loop_turn(f->loop, true);
}

/* Asks with these wants until the source is asked; returns how. */
static enum source_order
ask_stub(struct fixture *f, unsigned int wants)
{
	uint64_t id = 0;

	assert_int_equal(sync_now(f->sync, wants, on_done, NULL, f, &id), 0);
	for (int i = 0; i < 1000 && !stub.asked; i++)
		loop_turn(f->loop, true);
	assert_true(stub.asked);
	return stub.request.order;
}

static void
give_list(
    struct fixture *f, int64_t took_ms, const char *const *lines, size_t count)
{
	give(f, 0, SOURCE_GAVE_LIST, dirlab_members(lines, count), took_ms);
	assert_int_equal(f->reason, 0);
	assert_int_equal(stub.settled, 1);
}

#define ABC DIRLAB_LINES(LINE("a"), LINE("b"), LINE("c"))

static void
a_quick_list_is_asked_for_each_time(void **state)
{
	struct fixture *f = *state;

	open_stub(f);
	assert_int_equal(ask_stub(f, 0), SOURCE_WHOLE);
	give_list(f, 14999, ABC);
	for (int i = 0; i < 9; i++) {
		assert_int_equal(ask_stub(f, 0), SOURCE_LIST);
		give(f, 0, SOURCE_UNCHANGED, NULL, 1);
		assert_int_equal(f->reason, 0);
		assert_int_equal(stub.settled, 1);
	}
	/* Now and then nothing is believed to stand. */
	assert_int_equal(ask_stub(f, 0), SOURCE_WHOLE);
	give(f, ERR_SERVICE_ERROR, SOURCE_GAVE_LIST, NULL, 1);
	assert_int_equal(f->reason, ERR_SERVICE_ERROR);
	assert_int_equal(ask_stub(f, 0), SOURCE_WHOLE);
	give_list(f, 1, ABC);
	assert_int_equal(ask_stub(f, 0), SOURCE_LIST);
	assert_int_equal(known(f), 3);
}

static void
a_slow_list_is_followed_by_changes(void **state)
{
	struct fixture *f = *state;

	open_stub(f);
	assert_int_equal(ask_stub(f, 0), SOURCE_WHOLE);
	give_list(f, 15000, ABC);
	for (int i = 0; i < 9; i++) {
		assert_int_equal(ask_stub(f, 0), SOURCE_CHANGES);
		give(f, 0, SOURCE_GAVE_CHANGES, dirlab_members(NULL, 0), 1);
		assert_int_equal(f->reason, 0);
	}
	/* Who was removed shows here only. */
	assert_int_equal(ask_stub(f, 0), SOURCE_WHOLE);
	give_list(f, 15000, DIRLAB_LINES(LINE("a"), LINE("b")));
	assert_int_equal(known(f), 2);
	assert_int_equal(ask_stub(f, 0), SOURCE_CHANGES);
	give(f, ERR_SERVICE_MALFORMED, SOURCE_GAVE_LIST, NULL, 1);
	/* After a failure not even the changes are known. */
	assert_int_equal(ask_stub(f, 0), SOURCE_LIST);
}

static void
changes_join_and_replace_but_remove_nobody(void **state)
{
	struct fixture *f = *state;
	struct member member = {0};

	open_stub(f);
	(void)ask_stub(f, 0);
	give_list(f, 15000, ABC);
	(void)ask_stub(f, 0);
	give(f, 0, SOURCE_GAVE_CHANGES,
	    dirlab_members(DIRLAB_LINES(LINE("d"),
		"{\"id\":\"b\",\"email\":\"b@x.test\",\"roles\":[],"
		"\"state\":\"Deactivated\"}")),
	    1);
	assert_int_equal(f->reason, 0);
	assert_int_equal(stub.settled, 1);
	assert_int_equal(known(f), 4);
	assert_true(
	    members_get_id(directory_members(f->directory), "b", &member));
	assert_int_equal(member.state, MEMBER_DEACTIVATED);
	assert_int_equal(dirlab_published(&f->lab), 4);
}

static void
on_shown(void *arg, int reason)
{
	assert_int_equal(reason, 0);
}

/* The directory is no longer what the source said: its word that it stands
 * would freeze what the sign-in said. */
static void
an_edit_makes_unchanged_say_nothing(void **state)
{
	struct member member = dirlab_member("a", "a@x.test");
	struct fixture *f = *state;
	uint64_t id = 0;

	open_stub(f);
	(void)ask_stub(f, 0);
	give_list(f, 1, ABC);
	assert_int_equal(
	    directory_update(f->directory, &member, on_shown, f, &id), 0);
	assert_int_equal(ask_stub(f, 0), SOURCE_LIST);
	f->calls = 0;
	give(f, 0, SOURCE_UNCHANGED, NULL, 1);
	assert_int_equal(f->calls, 0);
	assert_true(stub.asked);
	assert_int_equal(stub.request.order, SOURCE_WHOLE);
	give_list(f, 1, ABC);
	assert_int_equal(f->calls, 1);
	assert_true(
	    members_get_id(directory_members(f->directory), "a", &member));
	assert_int_equal(member.role_count, 0);
	assert_int_equal(ask_stub(f, 0), SOURCE_LIST);
	give(f, 0, SOURCE_UNCHANGED, NULL, 1);
	assert_int_equal(f->calls, 2);
}

static void
t110_a_list_that_is_held_is_not_settled(void **state)
{
	struct fixture *f = *state;

	open_stub(f);
	(void)ask_stub(f, 0);
	give_list(f, 1, ABC);
	(void)ask_stub(f, 0);
	give(
	    f, 0, SOURCE_GAVE_LIST, dirlab_members(DIRLAB_LINES(LINE("a"))), 1);
	assert_int_equal(f->reason, ERR_DIRECTORY_SHRUNK);
	assert_int_equal(stub.settled, 0);
	assert_int_equal(known(f), 3);
	assert_int_equal(ask_stub(f, SYNC_ACCEPT_SHRINK), SOURCE_WHOLE);
	give_list(f, 1, DIRLAB_LINES(LINE("a")));
	assert_int_equal(known(f), 1);
}

static void
who_wants_everything_is_not_told_of_less(void **state)
{
	struct fixture *f = *state;
	uint64_t id = 0;

	open_stub(f);
	(void)ask_stub(f, 0);
	give_list(f, 1, ABC);
	assert_int_equal(ask_stub(f, 0), SOURCE_LIST);
	assert_int_equal(
	    sync_now(f->sync, SYNC_WHOLE, on_done, NULL, f, &id), 0);
	f->calls = 0;
	give(f, 0, SOURCE_UNCHANGED, NULL, 1);
	assert_int_equal(f->calls, 1);
	for (int i = 0; i < 1000 && !stub.asked; i++)
		loop_turn(f->loop, true);
	assert_int_equal(stub.request.order, SOURCE_WHOLE);
	/* A second one joins what is on its way. */
	assert_int_equal(
	    sync_now(f->sync, SYNC_WHOLE, on_done, NULL, f, &id), 0);
	give_list(f, 1, ABC);
	assert_int_equal(f->calls, 3);
	assert_int_equal(stub.fetches, 3);
}

static void
who_wants_everything_joins_it(void **state)
{
	struct fixture *f = *state;
	uint64_t id = 0;

	open_stub(f);
	assert_int_equal(ask_stub(f, 0), SOURCE_WHOLE);
	assert_int_equal(
	    sync_now(f->sync, SYNC_WHOLE, on_done, NULL, f, &id), 0);
	give_list(f, 1, ABC);
	assert_int_equal(f->calls, 2);
	assert_int_equal(sync_next_ms(f->sync), -1);
}

static void
a_source_that_cannot_begin_is_told(void **state)
{
	struct fixture *f = *state;
	uint64_t id = 0;

	open_stub(f);
	stub.fault = ERR_NOT_FOUND;
	assert_int_equal(sync_now(f->sync, 0, on_done, NULL, f, &id), 0);
	for (int i = 0; i < 1000 && f->calls == 0; i++)
		loop_turn(f->loop, true);
	assert_int_equal(f->reason, ERR_NOT_FOUND);
	assert_int_equal(sync_state(f->sync), ERR_NOT_FOUND);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_list_is_fetched_and_published),
	    TEST(t110_no_failure_of_any_page_removes_anybody),
	    TEST(t110_an_empty_list_is_held_until_it_is_accepted),
	    TEST(t109_a_beat_without_an_answer_stores_how_old_the_list_is),
	    TEST(a_failing_source_is_asked_again_later_and_later),
	    TEST(who_asks_meanwhile_joins_the_fetch),
	    TEST(a_waiter_cancelled_by_another_is_not_called),
	    TEST(a_sync_can_be_freed_at_any_time),
	    TEST(a_quick_list_is_asked_for_each_time),
	    TEST(a_slow_list_is_followed_by_changes),
	    TEST(changes_join_and_replace_but_remove_nobody),
	    TEST(an_edit_makes_unchanged_say_nothing),
	    TEST(t110_a_list_that_is_held_is_not_settled),
	    TEST(who_wants_everything_is_not_told_of_less),
	    TEST(who_wants_everything_joins_it),
	    TEST(a_source_that_cannot_begin_is_told),
	    TEST(a_file_is_read_line_by_line),
	    TEST(t110_a_bad_file_removes_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
