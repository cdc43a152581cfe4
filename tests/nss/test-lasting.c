/*
 * test-lasting.c - the module in a process that lives on for long: what it
 * sees, what it keeps, and what it leaves to its host.
 */
#include "tests/nss/lab.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/num.h"
#include "tests/nss/people.h"
#include "tests/unit/descriptors.h"

#define PUBLICATIONS 1000
#define LOOPS 10000
#define PRIVATE_MAX_KB 8
#define ROOM_MAX_KB 4096 /* of addresses: some times the largest file */

/* What the process has of the module, by /proc/self/smaps. */
struct holdings {
	int maps;          /* of the file, current or replaced */
	int overlays;      /* likewise */
	uint64_t own_kb;   /* pages of the object that are its own */
	uint64_t other_kb; /* private pages that bear no name, heap excepted */
	uint64_t room_kb;  /* addresses of all these */
};

/* "Anonymous:            4 kB" */
static uint64_t
read_kb(const char *line)
{
	char digits[24];
	uint64_t kb = 0;

	LAB_CHECK(sscanf(line, "%*[^0-9]%20[0-9]", digits) == 1);
	LAB_CHECK(num_parse(digits, UINT32_MAX, &kb) == 0);
	return kb;
}

/* Which sum the lines of this map belong to; NULL for none. */
static uint64_t *
begin_map(struct holdings *holdings, const char *line)
{
	const char *name = strchr(line, '/');

	if (strstr(line, LAB_SNAPSHOT)) {
		holdings->maps++;
		return &holdings->own_kb;
	}
	if (strstr(line, LAB_OVERLAY)) {
		holdings->overlays++;
		return &holdings->own_kb;
	}
	if (strstr(line, "libnss_orglogin"))
		return &holdings->own_kb;
	return name || strchr(line, '[') ? NULL : &holdings->other_kb;
}

static struct holdings
read_holdings(void)
{
	struct holdings holdings = {0};
	uint64_t *sum = NULL;
	FILE *smaps = fopen("/proc/self/smaps", "r");
	char line[1024];

	LAB_CHECK(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (strchr(line, '-') && strchr(line, '-') < strchr(line, ' '))
			sum = begin_map(&holdings, line);
		else if (sum && strncmp(line, "Anonymous:", 10) == 0)
			*sum += read_kb(line);
		else if (sum && strncmp(line, "Size:", 5) == 0)
			holdings.room_kb += read_kb(line);
	}
	LAB_CHECK(fclose(smaps) == 0);
	return holdings;
}

/* The test's own pages are all touched before the first figure. */
static void
see_a_thousand(const struct lab *lab)
{
	struct holdings before;
	struct holdings now;
	size_t files;

	for (uint64_t i = 1; i <= 22; i++)
		people_publish(i);
	(void)read_holdings();
	(void)descriptors_count();
	before = read_holdings();
	files = descriptors_count();
	for (uint64_t i = 23; i < 23 + PUBLICATIONS; i++) {
		people_publish(i);
		LAB_CHECK(people_by_name(&lab->nss, 0) == i);
		LAB_CHECK(people_groups(&lab->nss) == (i % 2 ? 1 : 2));
		LAB_CHECK(people_by_id(&lab->nss, 2) == i);
		LAB_CHECK(
		    people_by_name(&lab->nss, 2002) == (i % 11 == 0 ? i : 0));
		now = read_holdings();
		LAB_CHECK(now.maps >= 1 && now.maps <= 2);
		LAB_CHECK(now.overlays <= 2);
		LAB_CHECK(now.own_kb + now.other_kb <=
		    before.other_kb + PRIVATE_MAX_KB);
		LAB_CHECK(now.room_kb <= before.room_kb + ROOM_MAX_KB);
	}
	LAB_CHECK(descriptors_count() == files);
}

static void
t63_a_thousand_publications(void **state)
{
	people_publish(1);
	lab_run(*state, see_a_thousand, 0);
}

/* What the host has open, by the lowest number: each holds its own digit. */
static void
open_own_files(int count)
{
	for (int i = 0; i < count; i++) {
		char name[] = "own0";
		int fd;

		name[3] = (char)('0' + i);
		fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
		LAB_CHECK(fd == i);
		LAB_CHECK(write(fd, name + 3, 1) == 1);
	}
}

static void
check_own_files(int count)
{
	for (int i = 0; i < count; i++) {
		struct stat st;
		char digit = 0;

		LAB_CHECK(pread(i, &digit, 1, 0) == 1 && digit == '0' + i);
		LAB_CHECK(fstat(i, &st) == 0 && st.st_size == 1);
	}
	/* And nothing else is open behind them. */
	LAB_CHECK(fcntl(count, F_GETFD) < 0);
}

/* With none to nine files of the host open, from 0 on. */
static void
close_and_look(const struct lab *lab)
{
	uint64_t generation = 1;

	for (int i = 0; i < LOOPS; i++) {
		int own = i % 10;

		(void)close_range(0, ~0u, 0);
		if (i % 3 == 0)
			people_publish(++generation);
		open_own_files(own);
		LAB_CHECK(people_by_name(&lab->nss, 1) == generation);
		LAB_CHECK(
		    people_list(&lab->nss, 0) == (generation % 2 ? 1 : 2));
		check_own_files(own);
	}
}

static void
t64_the_host_closes_and_reuses_descriptors(void **state)
{
	people_publish(1);
	lab_run(*state, close_and_look, 0);
}

/* No descriptor is left to the host: it may have none to spare. */
static void
look_with_none_to_spare(const struct lab *lab)
{
	const struct rlimit few = {64, 64};
	int last = -1;

	LAB_CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	for (int fd; (fd = open("/dev/null", O_RDONLY)) >= 0;)
		last = fd;
	LAB_CHECK(last > 0);
	people_unavailable(&lab->nss);
	LAB_CHECK(close(last) == 0);
	people_all(&lab->nss, 1);
	LAB_CHECK(open("/dev/null", O_RDONLY) == last);
	people_all(&lab->nss, 1);
}

static void
t64_no_descriptor_is_left(void **state)
{
	people_publish(1);
	lab_run(*state, look_with_none_to_spare, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, lab_clear)
	const struct CMUnitTest tests[] = {
	    TEST(t63_a_thousand_publications),
	    TEST(t64_the_host_closes_and_reuses_descriptors),
	    TEST(t64_no_descriptor_is_left),
	};

	return cmocka_run_group_tests(tests, lab_open, lab_close);
}
