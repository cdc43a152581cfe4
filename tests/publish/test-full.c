/*
 * test-full.c - T119: the disk or its inodes are used up, or it is read-only.
 * Nothing new is published, and that is told; what stands is read on, by who
 * has it open and by who comes new, and nothing is left behind.
 *
 * In a mount namespace of its own, on a tmpfs of 64 KiB.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/publish/reader.h"
#include "tests/unit/publishlab.h"

struct fixture {
	struct publishlab *lab;
	struct map map; /* of somebody who reads all the time */
	struct stat standing;
	char folder[96];
	char path[128];
	char filler[128];
};

static void
mount_small(const struct fixture *f, unsigned long flags, const char *options)
{
	assert_int_equal(mount("none", f->folder, "tmpfs", flags, options), 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	void *lab = NULL;

	assert_non_null(f);
	assert_int_equal(publishlab_setup(&lab), 0);
	f->lab = lab;
	(void)snprintf(
	    f->folder, sizeof(f->folder), "%s/small", f->lab->lab.folder);
	(void)snprintf(
	    f->path, sizeof(f->path), "%s/members.snapshot", f->folder);
	(void)snprintf(f->filler, sizeof(f->filler), "%s/filler", f->folder);
	assert_int_equal(mkdir(f->folder, 0755), 0);
	f->lab->options.path = f->path;
	f->map.path = f->path;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	void *lab = f->lab;

	assert_int_equal(umount2(f->folder, MNT_DETACH), 0);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return publishlab_teardown(&lab);
}

/* One member stands, and two are to be published. */
static void
begin(struct fixture *f)
{
	struct publishlab *lab = f->lab;

	ASSIGN(lab, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(publishlab_run(lab), 0);
	assert_int_equal(stat(f->path, &f->standing), 0);
	ASSIGN(lab, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
}

static bool
finds(struct fixture *f, const char *name)
{
	bool answered = false;
	bool found = reader_finds(&f->map, name, &answered);

	assert_true(answered);
	return found;
}

/* Neither list nor change goes out, for that reason; all is as it was. */
static void
expect_refused(struct fixture *f, int reason)
{
	struct roster roster ROSTER_AUTO = {0};
	struct stat st;

	assert_int_equal(publishlab_run(f->lab), reason);
	assert_int_equal(CHANGE(f->lab, "u-1", "u-2"), reason);
	assert_int_equal(reader_count_leftovers(f->folder), 0);
	assert_true(finds(f, "ada"));
	assert_false(finds(f, "bob"));
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_ino, f->standing.st_ino);
	publishlab_open_roster(f->lab, &roster);
	assert_int_equal(roster.base.user_count, 1);
	assert_false(snapshot_get_marks(&roster.base).superseded);
	assert_int_equal(snapshot_get_marks(&roster.base).overlay, 0);
}

/* It is over: the same publisher goes on. */
static void
expect_published(struct fixture *f)
{
	assert_int_equal(CHANGE(f->lab, "u-1", "u-2"), 0);
	assert_true(finds(f, "bob"));
	assert_int_equal(publishlab_run(f->lab), 0);
	assert_true(finds(f, "bob"));
}

static void
t119_a_full_disk(void **state)
{
	static const char block[4096];
	struct fixture *f = *state;
	int fd = -1;

	mount_small(f, 0, "size=64k,mode=755");
	begin(f);
	fd = open(f->filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) == (ssize_t)sizeof(block))
		continue;
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(close(fd), 0);
	expect_refused(f, ERR_NO_SPACE);
	assert_int_equal(unlink(f->filler), 0);
	expect_published(f);
}

static void
t119_no_inode_left(void **state)
{
	struct fixture *f = *state;
	char name[160];
	int fd = -1;
	int made = 0;

	mount_small(f, 0, "size=64k,mode=755,nr_inodes=8");
	begin(f);
	do {
		(void)snprintf(name, sizeof(name), "%s-%d", f->filler, made++);
		fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	} while (fd >= 0 && close(fd) == 0);
	assert_int_equal(errno, ENOSPC);
	expect_refused(f, ERR_NO_SPACE);
	for (made -= 2; made >= 0; made--) {
		(void)snprintf(name, sizeof(name), "%s-%d", f->filler, made);
		assert_int_equal(unlink(name), 0);
	}
	expect_published(f);
}

static void
t119_a_disk_that_is_read_only(void **state)
{
	struct fixture *f = *state;

	mount_small(f, 0, "size=64k,mode=755");
	begin(f);
	mount_small(f, MS_REMOUNT | MS_RDONLY, "size=64k,mode=755");
	expect_refused(f, ERR_IO);
	mount_small(f, MS_REMOUNT, "size=64k,mode=755");
	expect_published(f);
}

static int
enter_namespace(void **state)
{
	int kinds = CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER);

	return unshare(kinds) == 0 &&
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
	    ? 0
	    : -1;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(t119_a_full_disk),
	    TEST(t119_no_inode_left),
	    TEST(t119_a_disk_that_is_read_only),
	};

	return cmocka_run_group_tests(tests, enter_namespace, NULL);
}
