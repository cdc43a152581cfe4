/*
 * test-memberfile.c - a file is read in slices, and told to stand when it does.
 */
#include "services/memberfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "common/err.h"

struct fixture {
	char folder[64];
	char path[96];
	struct loop *loop;
	struct clock_fake clock;
	struct memberfile *file;
	struct source source;
	unsigned int calls;
	int reason;
	enum source_gift gift;
	size_t members;
	char first[64];
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->folder, sizeof(f->folder), "/tmp/test-memberfile.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/members", f->folder);
	clock_fake_init(&f->clock, (int64_t)time(NULL) + 3600, 5000);
	assert_int_equal(loop_new(&f->loop), 0);
	assert_int_equal(
	    memberfile_new(f->loop, &f->clock.clock, f->path, &f->file), 0);
	f->source = memberfile_source(f->file);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	memberfile_free(f->file);
	loop_free(f->loop);
	(void)remove(f->path);
	assert_int_equal(remove(f->folder), 0);
	free(f);
	return 0;
}

static void
put(struct fixture *f, const char *text)
{
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(f->path, 0644), 0);
}

#define LINE(id)                                                       \
	"{\"id\":\"" id "\",\"email\":\"" id "@x.test\",\"roles\":[]," \
	"\"state\":\"Active\"}\n"

static void
on_done(void *arg, const struct source_result *result)
{
	struct fixture *f = arg;
	struct members *members MEMBERS_AUTO = NULL;
	struct member first = {0};

	f->calls++;
	f->reason = result->reason;
	f->gift = result->gift;
	f->members = 0;
	f->first[0] = '\0';
	assert_int_equal(result->retry_after_s, -1);
	if (result->reason != 0 || result->gift != SOURCE_GAVE_LIST)
		return;
	members = TAKE(*result->members);
	f->members = members_count(members);
	if (members_get(members, 0, &first))
		snprintf(f->first, sizeof(f->first), "%s", first.id);
}

static struct members *
on_known(void *arg)
{
	return NULL;
}

static int
begin(struct fixture *f, enum source_order order)
{
	const struct source_request request = {
	    .order = order, .done = on_done, .known = on_known, .arg = f};

	f->calls = 0;
	return f->source.fetch(f->source.self, &request);
}

/* Returns how many turns of the loop it took. */
static unsigned int
fetch(struct fixture *f, enum source_order order)
{
	unsigned int turns = 0;

	assert_int_equal(begin(f, order), 0);
	assert_int_equal(f->calls, 0);
	for (; f->calls == 0 && turns < 10000; turns++)
		loop_turn(f->loop, true);
	assert_int_equal(f->calls, 1);
	return turns;
}

static void
a_file_stands_while_nothing_of_it_changes(void **state)
{
	struct fixture *f = *state;

	put(f, LINE("a") LINE("b"));
	(void)fetch(f, SOURCE_LIST);
	assert_int_equal(f->gift, SOURCE_GAVE_LIST);
	assert_int_equal(f->members, 2);
	f->source.settle(f->source.self, true);
	for (int i = 0; i < 3; i++) {
		(void)fetch(f, i == 1 ? SOURCE_CHANGES : SOURCE_LIST);
		assert_int_equal(f->reason, 0);
		assert_int_equal(f->gift, SOURCE_UNCHANGED);
		f->source.settle(f->source.self, true);
	}
	/* The same bytes, written again. */
	put(f, LINE("a") LINE("b"));
	(void)fetch(f, SOURCE_LIST);
	assert_int_equal(f->gift, SOURCE_UNCHANGED);
	f->source.settle(f->source.self, true);
	(void)fetch(f, SOURCE_WHOLE);
	assert_int_equal(f->gift, SOURCE_GAVE_LIST);
	f->source.settle(f->source.self, true);
	/* The same size. */
	put(f, LINE("a") LINE("c"));
	(void)fetch(f, SOURCE_LIST);
	assert_int_equal(f->gift, SOURCE_GAVE_LIST);
}

static void
a_list_that_was_not_taken_is_given_again(void **state)
{
	struct fixture *f = *state;

	put(f, LINE("a"));
	(void)fetch(f, SOURCE_LIST);
	f->source.settle(f->source.self, false);
	(void)fetch(f, SOURCE_LIST);
	assert_int_equal(f->gift, SOURCE_GAVE_LIST);
	f->source.settle(f->source.self, true);
	(void)fetch(f, SOURCE_LIST);
	assert_int_equal(f->gift, SOURCE_UNCHANGED);
	/* It stands, but the directory could not say so. */
	f->source.settle(f->source.self, false);
	(void)fetch(f, SOURCE_LIST);
	assert_int_equal(f->gift, SOURCE_GAVE_LIST);
}

/* Many lines of all lengths, so that chunks end everywhere in them. */
static void
put_many(struct fixture *f, int count)
{
	static const char name[] = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	for (int i = 0; i < count; i++)
		fprintf(file,
		    "{\"id\":\"m%d\",\"email\":\"m%d@x.test\",\"roles\":[],"
		    "\"state\":\"Active\",\"name\":\"%.*s\"}%s",
		    i, i, i % 43, name, i + 1 < count ? "\n" : "");
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(f->path, 0644), 0);
}

static void
a_large_file_is_read_in_slices(void **state)
{
	struct fixture *f = *state;

	put_many(f, 5000);
	assert_true(fetch(f, SOURCE_LIST) > 5);
	assert_int_equal(f->reason, 0);
	assert_int_equal(f->members, 5000);
}

/* A second write within the same tick leaves all times as they were. */
static void
a_young_file_is_read_again(void **state)
{
	struct fixture *f = *state;

	put_many(f, 5000);
	(void)fetch(f, SOURCE_LIST);
	f->source.settle(f->source.self, true);
	assert_int_equal(fetch(f, SOURCE_LIST), 1);
	assert_int_equal(f->gift, SOURCE_UNCHANGED);
	/* By this clock it was written a moment ago. */
	clock_fake_init(&f->clock, (int64_t)time(NULL) - 3600, 5000);
	put_many(f, 5000);
	(void)fetch(f, SOURCE_LIST);
	f->source.settle(f->source.self, true);
	assert_true(fetch(f, SOURCE_LIST) > 5);
	assert_int_equal(f->gift, SOURCE_UNCHANGED);
}

static void
a_file_that_is_written_meanwhile_is_no_list(void **state)
{
	struct fixture *f = *state;
	FILE *file = NULL;

	put_many(f, 5000);
	assert_int_equal(begin(f, SOURCE_LIST), 0);
	loop_turn(f->loop, true);
	loop_turn(f->loop, true);
	assert_int_equal(f->calls, 0);
	/* Every line of it is good. */
	file = fopen(f->path, "a");
	assert_non_null(file);
	assert_true(fputs("\n" LINE("z"), file) >= 0);
	assert_int_equal(fclose(file), 0);
	while (f->calls == 0)
		loop_turn(f->loop, true);
	assert_int_equal(f->reason, ERR_IO);
	assert_int_equal(f->members, 0);
}

static void
t110_a_bad_file_is_no_list(void **state)
{
	static const char *const texts[] = {"{}\n", LINE("a") "{\"id\":\n",
	    LINE("a") LINE("a"), LINE("a") "nonsense",
	    LINE("a") "\r\n" LINE("b")};
	struct fixture *f = *state;
	char *longest = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		put(f, texts[i]);
		(void)fetch(f, SOURCE_LIST);
		assert_int_not_equal(f->reason, 0);
	}
	longest = calloc(1, 200000);
	assert_non_null(longest);
	memset(longest, ' ', 199999);
	put(f, longest);
	(void)fetch(f, SOURCE_LIST);
	assert_int_equal(f->reason, ERR_TOO_LARGE);
	free(longest);
	assert_int_equal(chmod(f->path, 0666), 0);
	assert_int_equal(begin(f, SOURCE_LIST), ERR_INSECURE_FILE);
	assert_int_equal(remove(f->path), 0);
	assert_int_equal(begin(f, SOURCE_LIST), ERR_NOT_FOUND);
	assert_int_equal(f->calls, 0);
}

static void
a_fetch_can_be_cancelled(void **state)
{
	struct fixture *f = *state;

	put(f, LINE("a"));
	assert_int_equal(begin(f, SOURCE_LIST), 0);
	f->source.cancel(f->source.self);
	loop_turn(f->loop, false);
	loop_turn(f->loop, false);
	assert_int_equal(f->calls, 0);
	(void)fetch(f, SOURCE_LIST);
	assert_int_equal(f->members, 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_file_stands_while_nothing_of_it_changes),
	    TEST(a_young_file_is_read_again),
	    TEST(a_list_that_was_not_taken_is_given_again),
	    TEST(a_large_file_is_read_in_slices),
	    TEST(a_file_that_is_written_meanwhile_is_no_list),
	    TEST(t110_a_bad_file_is_no_list),
	    TEST(a_fetch_can_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
