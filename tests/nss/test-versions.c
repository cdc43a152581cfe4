/*
 * test-versions.c - T120: the module where a package of another version left
 * its files, or puts them there while a program runs.
 *
 * versions/1.snapshot was written by the last writer of version 1: the fourth
 * part of what people.h calls generation 1.
 */
#include "tests/nss/lab.h"

#include <err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/snapshot_format.h"
#include "tests/nss/people.h"
#include "tests/unit/snapform.h"

static struct snapset *
get_old_file(void)
{
	static uint8_t bytes[4096];
	static struct snapset file = {.bytes = bytes};

	return &file;
}

/* Before the lab leaves the folder that the sources are found from. */
static int
open_all(void **state)
{
	const char *sources = getenv("top_srcdir");
	struct snapset *old = get_old_file();
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/tests/nss/versions/1.snapshot",
	    sources ? sources : "..");
	file = fopen(path, "r");
	if (!file)
		err(1, "%s", path);
	old->size = fread(old->bytes, 1, 4096, file);
	if (old->size == 0 || !feof(file) || fclose(file))
		err(1, "%s", path);
	return lab_open(state);
}

static void
publish_old(void)
{
	const struct snapset *old = get_old_file();

	snapset_publish(LAB_SNAPSHOT, old->bytes, old->size);
}

/* A file as it may come one day: right in all but its version. */
static void
publish_future(void)
{
	struct snapwrite_input in = snapset_input();
	struct snapset set = snapset_of(&in);
	struct snapshot_header *header = (void *)set.bytes;

	header->start.version = SNAPSHOT_VERSION_2 + 1;
	snapform_seal(&set);
	snapset_publish(LAB_SNAPSHOT, set.bytes, set.size);
	snapset_done(&set);
}

static void
look_in_old(const struct lab *lab)
{
	people_all(&lab->nss, 1);
}

static void
t120_a_file_of_version_1(void **state)
{
	publish_old();
	lab_run(*state, look_in_old, 0);
}

/* What cannot be read is not guessed at, and nothing is read beside it. */
static void
look_in_future(const struct lab *lab)
{
	people_unavailable(&lab->nss);
	people_unavailable(&lab->nss);
	people_publish(2);
	people_all(&lab->nss, 2);
}

static void
t120_a_file_of_a_version_to_come(void **state)
{
	publish_future();
	lab_run(*state, look_in_future, 0);
}

/* The package goes forth and back under a program: each file that can be read
 * is, and one that cannot leaves the last in place.  Generations of which 8 is
 * a divisor are whole lists; two more are an overlay. */
static void
look_from_version_to_version(const struct lab *lab)
{
	for (uint64_t i = 8; i < 80; i += 16) {
		publish_old();
		people_all(&lab->nss, 1);
		people_publish(i);
		people_all(&lab->nss, i);
		people_publish(i + 2);
		people_all(&lab->nss, i + 2);
		publish_old();
		people_all(&lab->nss, 1);
		lab_set_clock(1000 + (int64_t)i);
		publish_future();
		people_all(&lab->nss, 1);
		lab_set_clock(2000 + (int64_t)i);
		people_all(&lab->nss, 1);
		people_publish(i + 8);
		lab_set_clock(3000 + (int64_t)i);
		people_all(&lab->nss, i + 8);
	}
}

static void
t120_from_version_to_version(void **state)
{
	lab_run(*state, look_from_version_to_version, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, lab_clear)
	const struct CMUnitTest tests[] = {
	    TEST(t120_a_file_of_version_1),
	    TEST(t120_a_file_of_a_version_to_come),
	    TEST(t120_from_version_to_version),
	};

	return cmocka_run_group_tests(tests, open_all, lab_close);
}
