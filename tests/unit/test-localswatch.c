/*
 * test-localswatch.c - a change of the host's own files is told, however the
 * file was changed, and once for a burst.
 */
#include "services/localswatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"

struct fixture {
	struct dirlab lab;
	struct loop *loop;
	struct localswatch *watch;
	struct loop_timer *guard;
	unsigned int calls;
	bool late;
};

static void
on_change(void *arg)
{
	struct fixture *f = arg;

	f->calls++;
}

static void
on_guard(void *arg)
{
	struct fixture *f = arg;

	f->late = true;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	dirlab_init(&f->lab);
	assert_int_equal(loop_new(&f->loop), 0);
	assert_int_equal(
	    localswatch_new(f->loop, f->lab.folder, on_change, f, &f->watch),
	    0);
	assert_int_equal(loop_timer_new(f->loop, on_guard, f, &f->guard), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	localswatch_free(f->watch);
	loop_timer_free(f->guard);
	loop_free(f->loop);
	dirlab_done(&f->lab);
	free(f);
	return 0;
}

/* Turns until fn was called, or for so long. */
static void
turn(struct fixture *f, int64_t most_ms)
{
	f->late = false;
	loop_timer_start(f->guard, most_ms);
	while (f->calls == 0 && !f->late)
		loop_turn(f->loop, true);
}

static void
expect_call(struct fixture *f)
{
	f->calls = 0;
	turn(f, 10000);
	assert_int_equal(f->calls, 1);
}

static void
t75_every_way_to_change_a_file_is_seen(void **state)
{
	struct fixture *f = *state;
	char other[128];
	FILE *file = NULL;

	(void)snprintf(other, sizeof(other), "%s/passwd+", f->lab.folder);
	dirlab_write(other, "root:x:0:0::/:/bin/sh\n");
	assert_int_equal(rename(other, f->lab.passwd), 0);
	expect_call(f);
	/* the watch stays with the name, not with the file of before */
	file = fopen(f->lab.passwd, "ae");
	assert_non_null(file);
	assert_true(fputs("ada:x:1001:1001::/:/bin/sh\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	expect_call(f);
	dirlab_write(f->lab.subuid, "ada:100000:65536\n");
	expect_call(f);
	assert_int_equal(unlink(f->lab.group), 0);
	expect_call(f);
	dirlab_write(f->lab.group, "root:x:0:\n");
	expect_call(f);
}

static void
a_burst_is_one_call_and_other_files_are_none(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 20; i++) {
		dirlab_write(f->lab.passwd, "root:x:0:0::/:/bin/sh\n");
		dirlab_write(f->lab.group, "root:x:0:\n");
		loop_turn(f->loop, false);
	}
	expect_call(f);
	f->calls = 0;
	dirlab_write(f->lab.members, "{}\n");
	turn(f, 3L * LOCALSWATCH_DELAY_MS);
	assert_int_equal(f->calls, 0);
}

static void
what_cannot_be_watched_is_no_fault(void **state)
{
	struct fixture *f = *state;
	struct localswatch *watch = NULL;

	assert_int_equal(
	    localswatch_new(f->loop, "/nowhere", on_change, f, &watch), 0);
	localswatch_free(watch);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(t75_every_way_to_change_a_file_is_seen),
	    TEST(a_burst_is_one_call_and_other_files_are_none),
	    TEST(what_cannot_be_watched_is_no_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
