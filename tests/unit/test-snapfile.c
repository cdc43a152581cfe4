/*
 * test-snapfile.c - a file takes its place only when it is good, and marks go
 * into files that have them.
 */
#include "services/snapfile.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/snapform.h"

struct fixture {
	char *folder;
	char *path;
};

static int
setup(void **state)
{
	static struct fixture f;

	f.folder = snapset_new_folder();
	f.path = snapset_path(f.folder);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	snapset_remove_folder(f->folder);
	free(f->path);
	return 0;
}

static size_t
count_files(const struct fixture *f)
{
	DIR *folder = opendir(f->folder);
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count - 2;
}

/* A file of that generation, not yet shown. */
static struct snapfile *
write_file(const struct fixture *f, uint64_t generation)
{
	struct snapwrite_input input = snapset_input();
	struct snapfile *file = NULL;
	struct snapwrite_sink sink;

	input.generation = generation;
	assert_int_equal(snapfile_new(f->path, &file), 0);
	sink = snapfile_sink(file);
	assert_int_equal(snapwrite_stream(&input, &sink), 0);
	return file;
}

static void
it_takes_its_place_when_it_is_shown(void **state)
{
	const struct fixture *f = *state;
	struct snapfile *file = write_file(f, 5);
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	mode_t mask = umask(077);
	struct stat st;

	(void)umask(mask);
	assert_int_not_equal(access(f->path, F_OK), 0);
	assert_int_equal(snapfile_check(file), 0);
	assert_int_equal(snapfile_snapshot(file)->generation, 5);
	assert_int_equal(snapfile_mark_overlay(file, 1), 0);
	assert_int_equal(snapfile_show(file), 0);
	assert_int_equal(snapfile_sync(file), 0);
	snapfile_free(file);
	assert_int_equal(count_files(f), 1);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(snapshot_open(f->path, &snapshot), 0);
	assert_int_equal(snapshot_get_marks(&snapshot).overlay, 1);
}

static void
what_is_not_shown_leaves_nothing(void **state)
{
	const struct fixture *f = *state;
	struct snapfile *file = write_file(f, 5);

	assert_int_equal(count_files(f), 1);
	snapfile_free(file);
	assert_int_equal(count_files(f), 0);
}

static void
t61_bytes_that_did_not_last_are_found(void **state)
{
	const struct fixture *f = *state;
	struct snapfile *file = write_file(f, 5);
	struct snapwrite_sink sink = snapfile_sink(file);
	const uint8_t byte = 0x55;

	assert_int_equal(sink.write(sink.context, 700, &byte, 1), 0);
	assert_int_equal(snapfile_check(file), ERR_SNAPSHOT_INVALID);
	snapfile_free(file);
	file = write_file(f, 5);
	sink = snapfile_sink(file);
	assert_int_equal(sink.write(sink.context, 100000, &byte, 1), 0);
	assert_int_equal(snapfile_check(file), ERR_SNAPSHOT_INVALID);
	snapfile_free(file);
	assert_int_equal(count_files(f), 0);
}

/* Publishes the bytes, marks them in both ways, and reads the marks. */
static struct snapshot_marks
mark(const struct fixture *f, const struct snapset *set, int *ret_told)
{
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	int fd = -1;

	snapset_publish(f->path, set->bytes, set->size);
	fd = snapfile_open_standing(f->path);
	assert_true(fd >= 0);
	snapfile_supersede(fd);
	*ret_told = snapfile_tell_overlay(fd, 3);
	(void)close(fd);
	assert_int_equal(snapshot_open(f->path, &snapshot), 0);
	return snapshot_get_marks(&snapshot);
}

static void
marks_stand_where_each_version_has_them(void **state)
{
	const struct fixture *f = *state;
	struct snapset set = snapset_make(1);
	struct snapset old = snapform_version(&set, SNAPSHOT_VERSION_1);
	struct snapshot_marks marks;
	int told = 0;

	marks = mark(f, &set, &told);
	assert_int_equal(told, 0);
	assert_true(marks.superseded);
	assert_int_equal(marks.overlay, 3);
	marks = mark(f, &old, &told);
	assert_int_equal(told, ERR_SNAPSHOT_VERSION);
	assert_true(marks.superseded);
	assert_int_equal(marks.overlay, 0);
	snapset_done(&set);
	snapset_done(&old);
}

static void
nothing_else_is_marked(void **state)
{
	static const char text[512] = "not a snapshot";
	const struct fixture *f = *state;
	char there[sizeof(text)] = "";
	int fd = open(f->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	snapfile_supersede(fd);
	assert_int_equal(snapfile_tell_overlay(fd, 1), ERR_SNAPSHOT_VERSION);
	assert_int_equal(pread(fd, there, sizeof(there), 0), sizeof(there));
	assert_memory_equal(there, text, sizeof(text));
	(void)close(fd);
	snapfile_supersede(-1);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(symlink("elsewhere", f->path), 0);
	assert_int_equal(snapfile_open_standing(f->path), -1);
}

static void
only_leftovers_are_swept(void **state)
{
	const struct fixture *f = *state;
	struct snapset set = snapset_make(1);
	char left[256];
	int fd = -1;

	snapset_publish(f->path, set.bytes, set.size);
	(void)snprintf(left, sizeof(left), "%s/.new-0", f->folder);
	fd = open(left, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && close(fd) == 0);
	snapfile_sweep(f->path);
	assert_int_equal(count_files(f), 1);
	assert_int_equal(access(f->path, F_OK), 0);
	snapfile_sweep("/nonexistent/members.snapshot");
	snapset_done(&set);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	struct snapfile *file = NULL;

	assert_int_equal(snapfile_new("/nonexistent/members.snapshot", &file),
	    ERR_NOT_FOUND);
	assert_null(file);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_takes_its_place_when_it_is_shown),
	    TEST(what_is_not_shown_leaves_nothing),
	    TEST(t61_bytes_that_did_not_last_are_found),
	    TEST(marks_stand_where_each_version_has_them),
	    TEST(nothing_else_is_marked),
	    TEST(only_leftovers_are_swept),
	    TEST(a_folder_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
