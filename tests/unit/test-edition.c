/*
 * test-edition.c - a change that was shown stays so, whatever is being written
 * meanwhile; nobody who waits is forgotten.
 *
 * The publisher is replaced at link time: the test ends each whole list.
 */
#include "services/edition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"

static struct {
	publish_done_fn *fn; /* a whole list is on its way */
	void *arg;
	unsigned int starts, overlays, carries;
	size_t overlay_count; /* members of the last one */
	size_t carry_count;
	int start_fault, overlay_fault, carry_fault;
	bool adopt;
} pub;

int
publisher_new(struct loop *loop, const struct publish_options *options,
    struct publisher **ret_publisher)
{
	*ret_publisher = (struct publisher *)&pub;
	return 0;
}

void
publisher_free(struct publisher *publisher)
{
	pub.fn = NULL;
}

int
publish_start(struct publisher *publisher,
    const struct publish_content *content, publish_done_fn *fn, void *arg)
{
	assert_null(pub.fn);
	if (pub.start_fault != 0)
		return pub.start_fault;
	pub.starts++;
	pub.fn = fn;
	pub.arg = arg;
	return 0;
}

bool
publish_running(const struct publisher *publisher)
{
	return pub.fn != NULL;
}

int
publish_now(struct publisher *publisher, const struct publish_content *content,
    struct publish_result *ret_result)
{
	pub.starts++;
	*ret_result = (struct publish_result){.err = pub.start_fault};
	return pub.start_fault;
}

int
publish_changes(struct publisher *publisher,
    const struct publish_content *content, const struct member *const *changed,
    size_t count)
{
	pub.overlays++;
	pub.overlay_count = count;
	return pub.overlay_fault;
}

int
publish_carry(struct publisher *publisher, const struct member *const *changed,
    size_t count)
{
	pub.carries++;
	pub.carry_count = count;
	return pub.carry_fault;
}

bool
publish_adopt(
    struct publisher *publisher, const struct publish_content *content)
{
	return pub.adopt;
}

struct fixture {
	struct edition *edition;
	struct members *members;
	uint64_t generation;
	unsigned int told;
	int reason;
};

static void
on_source(void *arg, struct edition_source *ret_source)
{
	const struct fixture *f = arg;

	*ret_source = (struct edition_source){
	    .content = {.members = f->members, .generation = f->generation},
	    .users = 1};
}

static void
on_result(void *arg, const struct publish_result *result)
{
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct edition_options options = {
	    .publish = {.path = "/nonexistent"},
	    .source = on_source,
	    .result = on_result,
	    .arg = f};

	assert_non_null(f);
	memset(&pub, 0, sizeof(pub));
	f->members =
	    dirlab_members(DIRLAB_LINES(dirlab_line("a", "a@x.test", ""),
		dirlab_line("b", "b@x.test", "")));
	f->generation = 1;
	assert_int_equal(edition_new(NULL, &options, &f->edition), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	edition_free(f->edition);
	members_free(f->members);
	free(f);
	return 0;
}

/* The whole list that is on its way stands, or does not. */
static void
end_whole(int err)
{
	publish_done_fn *fn = pub.fn;

	assert_non_null(fn);
	pub.fn = NULL;
	fn(pub.arg, &(struct publish_result){.err = err});
}

/* One member changes, as a new generation. */
static int
change(struct fixture *f, const char *id)
{
	f->generation++;
	edition_touch(f->edition, id);
	return edition_show(f->edition);
}

static void
on_told(void *arg, int reason)
{
	struct fixture *f = arg;

	f->told++;
	f->reason = reason;
}

static uint64_t
wait_for(struct fixture *f)
{
	uint64_t id = 0;

	assert_int_equal(edition_wait(f->edition, on_told, f, &id), 0);
	assert_int_not_equal(id, 0);
	return id;
}

static void
begin(struct fixture *f)
{
	pub.adopt = true;
	assert_int_equal(edition_begin(f->edition), 0);
	assert_int_equal(pub.starts, 0);
	assert_int_equal(edition_generation(f->edition), 1);
}

static void
at_the_start_a_good_file_serves_on(void **state)
{
	struct fixture *f = *state;

	pub.start_fault = ERR_NO_SPACE;
	assert_int_equal(edition_begin(f->edition), ERR_NO_SPACE);
	assert_int_equal(edition_generation(f->edition), 0);
	pub.start_fault = 0;
	assert_int_equal(edition_begin(f->edition), 0);
	assert_int_equal(pub.starts, 2);
	pub.starts = 0;
	begin(f);
}

static void
an_overlay_holds_all_changes_since_the_whole_list(void **state)
{
	struct fixture *f = *state;

	begin(f);
	assert_int_equal(change(f, "a"), 0);
	assert_int_equal(pub.overlay_count, 1);
	assert_int_equal(change(f, "a"), 0);
	assert_int_equal(pub.overlay_count, 1);
	assert_int_equal(change(f, "b"), 0);
	assert_int_equal(pub.overlay_count, 2);
	assert_int_equal(edition_generation(f->edition), f->generation);
	assert_int_equal(pub.starts, 0);
	/* A new whole list has them all. */
	assert_int_equal(edition_show_whole(f->edition), 0);
	end_whole(0);
	assert_int_equal(change(f, "b"), 0);
	assert_int_equal(pub.overlay_count, 1);
}

static void
what_does_not_fit_is_waited_for(void **state)
{
	struct fixture *f = *state;

	begin(f);
	pub.overlay_fault = ERR_TOO_LARGE;
	assert_int_equal(change(f, "a"), ERR_TOO_LARGE);
	assert_int_equal(pub.starts, 1);
	(void)wait_for(f);
	assert_int_equal(edition_generation(f->edition), 0);
	end_whole(0);
	assert_int_equal(f->told, 1);
	assert_int_equal(f->reason, 0);
	assert_int_equal(edition_generation(f->edition), f->generation);
	assert_false(edition_running(f->edition));
}

static void
a_change_meanwhile_is_seen_at_once_and_goes_with_the_list(void **state)
{
	struct fixture *f = *state;

	begin(f);
	assert_int_equal(edition_show_whole(f->edition), 0);
	assert_int_equal(change(f, "a"), 0);
	assert_int_equal(pub.overlays, 1);
	assert_int_equal(pub.carry_count, 1);
	assert_int_equal(change(f, "b"), 0);
	assert_int_equal(pub.carry_count, 2);
	end_whole(0);
	assert_int_equal(edition_generation(f->edition), f->generation);
	assert_int_equal(pub.starts, 1);
	/* They are over the new list from now on. */
	assert_int_equal(change(f, "b"), 0);
	assert_int_equal(pub.overlay_count, 2);
}

/* A change that fits neither over the old list nor to the one on its way. */
static void
wait_for_no_room(struct fixture *f)
{
	begin(f);
	assert_int_equal(edition_show_whole(f->edition), 0);
	pub.carry_fault = ERR_TOO_LARGE;
	pub.overlay_fault = ERR_TOO_LARGE;
	assert_int_equal(change(f, "a"), ERR_TOO_LARGE);
	(void)wait_for(f);
}

static void
what_could_not_go_with_it_is_shown_over_it(void **state)
{
	struct fixture *f = *state;

	wait_for_no_room(f);
	/* The new list leaves room for it: nobody waits any longer. */
	pub.overlay_fault = 0;
	end_whole(0);
	assert_int_equal(f->told, 1);
	assert_int_equal(edition_generation(f->edition), f->generation);
}

static void
what_fits_nowhere_takes_another_list(void **state)
{
	struct fixture *f = *state;

	wait_for_no_room(f);
	end_whole(0);
	assert_int_equal(f->told, 0);
	assert_int_equal(pub.starts, 2);
	end_whole(0);
	assert_int_equal(f->told, 1);
	assert_int_equal(f->reason, 0);
	assert_false(edition_running(f->edition));
}

static void
whoever_waits_is_told_of_a_fault(void **state)
{
	struct fixture *f = *state;
	uint64_t gone = 0;

	begin(f);
	assert_int_equal(edition_show_whole(f->edition), 0);
	(void)wait_for(f);
	gone = wait_for(f);
	edition_cancel(f->edition, gone);
	edition_cancel(f->edition, 4711);
	end_whole(ERR_NO_SPACE);
	assert_int_equal(f->told, 1);
	assert_int_equal(f->reason, ERR_NO_SPACE);
	/* The list before stands, but is not what there is. */
	assert_int_equal(edition_generation(f->edition), 0);
	assert_int_equal(
	    edition_wait(f->edition, on_told, f, &gone), ERR_NOT_FOUND);
}

static void
an_overlay_that_cannot_be_written_is_tried_again(void **state)
{
	struct fixture *f = *state;

	begin(f);
	pub.overlay_fault = ERR_IO;
	assert_int_equal(change(f, "a"), ERR_IO);
	assert_int_equal(edition_generation(f->edition), 0);
	assert_int_equal(pub.starts, 0);
	pub.overlay_fault = 0;
	assert_int_equal(change(f, "b"), 0);
	assert_int_equal(pub.overlay_count, 2);
}

static void
a_list_is_written_before_the_overlay_is_full(void **state)
{
	struct fixture *f = *state;
	char id[16];

	begin(f);
	for (unsigned int i = 0; i < 511; i++) {
		(void)snprintf(id, sizeof(id), "gone-%u", i);
		assert_int_equal(change(f, id), 0);
	}
	assert_int_equal(pub.starts, 0);
	assert_int_equal(change(f, "a"), 0);
	assert_int_equal(pub.starts, 1);
	assert_int_equal(pub.overlay_count, 512);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(at_the_start_a_good_file_serves_on),
	    TEST(an_overlay_holds_all_changes_since_the_whole_list),
	    TEST(what_does_not_fit_is_waited_for),
	    TEST(a_change_meanwhile_is_seen_at_once_and_goes_with_the_list),
	    TEST(what_could_not_go_with_it_is_shown_over_it),
	    TEST(what_fits_nowhere_takes_another_list),
	    TEST(whoever_waits_is_told_of_a_fault),
	    TEST(an_overlay_that_cannot_be_written_is_tried_again),
	    TEST(a_list_is_written_before_the_overlay_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
