/*
 * test-places.c - the module where something else lies at its path, where its
 * file is harmed under it, and in programs that others have prepared.
 */
#include "tests/nss/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/nss/people.h"

#define STRANGER 4242

/* What to find in place of the file; each is told at once and not believed. */
typedef void place_fn(void);

static void
a_link(void)
{
	people_publish(1);
	LAB_CHECK(rename(LAB_SNAPSHOT, "real") == 0);
	LAB_CHECK(symlink("real", LAB_SNAPSHOT) == 0);
}

static void
a_link_to_nothing(void)
{
	LAB_CHECK(symlink("nowhere", LAB_SNAPSHOT) == 0);
}

static void
a_link_to_itself(void)
{
	LAB_CHECK(symlink(LAB_SNAPSHOT, LAB_SNAPSHOT) == 0);
}

static void
a_fifo(void)
{
	LAB_CHECK(mkfifo(LAB_SNAPSHOT, 0644) == 0);
}

static void
a_folder(void)
{
	LAB_CHECK(mkdir(LAB_SNAPSHOT, 0755) == 0);
}

static void
a_socket(void)
{
	struct sockaddr_un address = {AF_UNIX, LAB_SNAPSHOT};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	LAB_CHECK(
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0);
	LAB_CHECK(listen(fd, 1) == 0);
}

/* Only root can make one; others take the one that is there. */
static void
a_device(void)
{
	if (mknod(LAB_SNAPSHOT, S_IFCHR | 0644, makedev(1, 5)))
		a_fifo();
}

static void
writable_by_a_group(void)
{
	people_publish(1);
	LAB_CHECK(chmod(LAB_SNAPSHOT, 0664) == 0);
}

static void
writable_by_all(void)
{
	people_publish(1);
	LAB_CHECK(chmod(LAB_SNAPSHOT, 0646) == 0);
}

static void
in_a_folder_of_a_group(void)
{
	people_publish(1);
	LAB_CHECK(chmod(".", 0775) == 0);
}

static void
in_a_folder_of_all(void)
{
	people_publish(1);
	LAB_CHECK(chmod(".", 01777) == 0);
}

/* Only root can give a file away; others give it to all. */
static void
of_a_stranger(void)
{
	people_publish(1);
	if (chown(LAB_SNAPSHOT, STRANGER, STRANGER))
		LAB_CHECK(chmod(LAB_SNAPSHOT, 0666) == 0);
}

static void
nothing_in_it(void)
{
	people_publish(1);
	LAB_CHECK(truncate(LAB_SNAPSHOT, 0) == 0);
}

static void
half_of_it(void)
{
	struct stat st;

	people_publish(1);
	LAB_CHECK(stat(LAB_SNAPSHOT, &st) == 0);
	LAB_CHECK(truncate(LAB_SNAPSHOT, st.st_size / 2) == 0);
}

static void
more_than_it(void)
{
	struct stat st;

	people_publish(1);
	LAB_CHECK(stat(LAB_SNAPSHOT, &st) == 0);
	LAB_CHECK(truncate(LAB_SNAPSHOT, st.st_size + 4096) == 0);
}

static place_fn *const places[] = {a_link, a_link_to_nothing, a_link_to_itself,
    a_fifo, a_folder, a_socket, a_device, writable_by_a_group, writable_by_all,
    in_a_folder_of_a_group, in_a_folder_of_all, of_a_stranger, nothing_in_it,
    half_of_it, more_than_it};

static void
clear(const struct lab *lab)
{
	void *state = (void *)(uintptr_t)lab;

	LAB_CHECK(lab_clear(&state) == 0);
}

/* First of all, and then beside one that was good. */
static void
look_at_each(const struct lab *lab)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		places[i]();
		people_unavailable(&lab->nss);
		clear(lab);
	}
	lab_set_clock(1000);
	people_publish(1);
	people_all(&lab->nss, 1);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		LAB_CHECK(rename(LAB_SNAPSHOT, "good") == 0);
		places[i]();
		lab_set_clock(1001 + (int64_t)i);
		people_all(&lab->nss, 1);
		clear(lab);
		people_publish(1);
		LAB_CHECK(chmod(".", 0755) == 0);
	}
	people_publish(2);
	lab_set_clock(2000);
	people_all(&lab->nss, 2);
}

static void
t60_whatever_lies_there(void **state)
{
	lab_run(*state, look_at_each, 0);
}

/* T68: what was mapped goes on; what was not is not there, at once. */
static void
look_in_another_root(const struct lab *lab)
{
	LAB_CHECK(mkdir("root", 0755) == 0);
	/* Whoever may not change the root changes the folder. */
	if (geteuid() != 0)
		(void)unshare(CLONE_NEWUSER);
	if (chroot("root") == 0)
		LAB_CHECK(chdir("/") == 0);
	else
		LAB_CHECK(chdir("root") == 0);
	people_unavailable(&lab->nss);
	people_publish(2);
	people_all(&lab->nss, 2);
	LAB_CHECK(unlink(LAB_SNAPSHOT) == 0);
	lab_set_clock((int64_t)lab_now_s() + 20);
	people_all(&lab->nss, 2);
}

static void
t68_another_root(void **state)
{
	people_publish(1);
	lab_run(*state, look_in_another_root, 0);
}

/* T67: whoever follows `environ` meets a page that nobody may touch. */
static void
look_without_environment(const struct lab *lab)
{
	char **untouchable =
	    mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	LAB_CHECK(untouchable != MAP_FAILED);
	environ = untouchable;
	people_all(&lab->nss, 1);
	people_publish(2);
	people_all(&lab->nss, 2);
	LAB_CHECK(unlink(LAB_SNAPSHOT) == 0);
	people_all(&lab->nss, 2);
}

static void
t67_the_environment_is_not_read(void **state)
{
	people_publish(1);
	lab_run(*state, look_without_environment, 0);
}

/* T62: published as the daemon does, whatever becomes of the old file. */
static void
look_at_what_was_replaced(const struct lab *lab)
{
	const int64_t now = (int64_t)lab_now_s();
	int old = open(LAB_SNAPSHOT, O_RDWR);

	lab_set_clock(now);
	people_all(&lab->nss, 1);
	LAB_CHECK(rename(LAB_SNAPSHOT, "old") == 0);
	people_publish(2);
	LAB_CHECK(unlink("old") == 0);
	people_all(&lab->nss, 1);
	lab_set_clock(now + 2);
	people_all(&lab->nss, 2);
	LAB_CHECK(ftruncate(old, 0) == 0);
	people_all(&lab->nss, 2);
}

static void
t62_a_replaced_file_may_be_truncated(void **state)
{
	people_publish(1);
	lab_run(*state, look_at_what_was_replaced, 0);
}

/* T62: against the rule, somebody cuts the file itself.  A process that looks
 * when a second is over finds out before it touches what is gone. */
static void
look_at_what_was_cut(const struct lab *lab)
{
	static const off_t sizes[] = {0, 100, 4096, 8192, 12288};
	int64_t now = 1000;

	lab_set_clock(now);
	for (uint64_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		/* Of two thousand members. */
		people_publish(11 + 11 * i);
		lab_set_clock(++now);
		people_all(&lab->nss, 11 + 11 * i);
		LAB_CHECK(truncate(LAB_SNAPSHOT, sizes[i]) == 0);
		lab_set_clock(++now);
		people_unavailable(&lab->nss);
		people_unavailable(&lab->nss);
	}
	people_publish(64);
	people_all(&lab->nss, 64);
	people_publish(65);
	people_all(&lab->nss, 65);
}

static void
t62_a_file_that_is_cut_in_place(void **state)
{
	lab_run(*state, look_at_what_was_cut, 0);
}

/* The same of an overlay: what the base says still stands. */
static void
look_at_a_cut_overlay(const struct lab *lab)
{
	int64_t now = 1000;

	lab_set_clock(now);
	for (uint64_t i = 16; i <= 32; i += 16) {
		people_publish(i);
		people_all(&lab->nss, i);
		people_publish(i + 2);
		people_all(&lab->nss, i + 2);
		LAB_CHECK(truncate(LAB_OVERLAY, i == 16 ? 0 : 200) == 0);
		lab_set_clock(++now);
		people_all(&lab->nss, i);
		lab_set_clock(++now);
		people_publish(i + 3);
		people_all(&lab->nss, i + 3);
		people_publish(i + 8);
		people_all(&lab->nss, i + 8);
	}
}

static void
t62_an_overlay_that_is_cut_in_place(void **state)
{
	lab_run(*state, look_at_a_cut_overlay, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, lab_clear)
	const struct CMUnitTest tests[] = {
	    TEST(t60_whatever_lies_there),
	    TEST(t62_a_replaced_file_may_be_truncated),
	    TEST(t62_a_file_that_is_cut_in_place),
	    TEST(t62_an_overlay_that_is_cut_in_place),
	    TEST(t67_the_environment_is_not_read),
	    TEST(t68_another_root),
	};

	return cmocka_run_group_tests(tests, lab_open, lab_close);
}
