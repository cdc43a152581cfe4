/*
 * test-linefile.c - lines in a file that is rotated, full, or not ours.
 */
#include "base/linefile.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

static struct lab {
	char folder[64];
	char path[80];
	char aside[80];
	struct linefile *file;
	size_t room; /* bytes that the disk still takes */
	int error;   /* of a write that took none */
} lab;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	if (fd <= STDERR_FILENO)
		return __real_write(fd, bytes, len);
	if (lab.room == 0) {
		errno = lab.error;
		return -1;
	}
	if (len > lab.room)
		len = lab.room;
	lab.room -= len;
	return __real_write(fd, bytes, len);
}

static int
set_up(void **state)
{
	lab = (struct lab){.folder = "/tmp/test-linefile-XXXXXX",
	    .room = SIZE_MAX,
	    .error = ENOSPC};
	if (mkdtemp(lab.folder) == NULL)
		return -1;
	snprintf(lab.path, sizeof(lab.path), "%s/a", lab.folder);
	snprintf(lab.aside, sizeof(lab.aside), "%s/b", lab.folder);
	return linefile_new(lab.path, &lab.file);
}

static int
tear_down(void **state)
{
	linefile_free(lab.file);
	unlink(lab.path);
	unlink(lab.aside);
	return rmdir(lab.folder);
}

static int
append(const char *line)
{
	return linefile_append(lab.file, line, strlen(line));
}

static void
expect(const char *path, const char *text)
{
	char got[256] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, got, sizeof(got) - 1) >= 0);
	close(fd);
	assert_string_equal(got, text);
}

static void
lines_follow_what_is_there(void **state)
{
	struct stat st;
	mode_t umask_before = umask(0077);

	assert_int_equal(append("1\n"), 0);
	umask(umask_before);
	assert_int_equal(append("2\n"), 0);
	expect(lab.path, "1\n2\n");
	assert_int_equal(stat(lab.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	linefile_free(lab.file);
	assert_int_equal(linefile_new(lab.path, &lab.file), 0);
	assert_int_equal(append("3\n"), 0);
	expect(lab.path, "1\n2\n3\n");
}

static void
a_rotated_file_is_left_alone(void **state)
{
	assert_int_equal(append("1\n"), 0);
	assert_int_equal(rename(lab.path, lab.aside), 0);
	assert_int_equal(append("2\n"), 0);
	expect(lab.aside, "1\n");
	expect(lab.path, "2\n");
	assert_int_equal(unlink(lab.path), 0);
	assert_int_equal(append("3\n"), 0);
	expect(lab.path, "3\n");
	/* Who rotates may have made the new one. */
	assert_int_equal(rename(lab.path, lab.aside), 0);
	assert_int_equal(close(open(lab.path, O_CREAT | O_EXCL, 0640)), 0);
	assert_int_equal(append("4\n"), 0);
	expect(lab.aside, "3\n");
	expect(lab.path, "4\n");
}

static void
a_full_disk_is_told_and_tried_again(void **state)
{
	assert_int_equal(append("1\n"), 0);
	lab.room = 0;
	assert_int_equal(append("2\n"), ERR_NO_SPACE);
	lab.error = EIO;
	assert_int_equal(append("2\n"), ERR_IO);
	lab.room = SIZE_MAX;
	assert_int_equal(append("3\n"), 0);
	expect(lab.path, "1\n3\n");
}

static void
a_piece_of_a_line_is_ended_before_the_next(void **state)
{
	lab.room = 3;
	assert_int_equal(append("12345\n"), ERR_NO_SPACE);
	assert_int_equal(append("6\n"), ERR_NO_SPACE);
	lab.room = 1;
	assert_int_equal(append("7\n"), ERR_NO_SPACE);
	lab.room = SIZE_MAX;
	assert_int_equal(append("8\n"), 0);
	expect(lab.path, "123\n8\n");
}

static void
a_link_is_not_followed(void **state)
{
	assert_int_equal(symlink(lab.aside, lab.path), 0);
	assert_int_equal(append("1\n"), ERR_INSECURE_FILE);
	assert_int_equal(access(lab.aside, F_OK), -1);
	assert_int_equal(unlink(lab.path), 0);
	assert_int_equal(append("1\n"), 0);
	assert_int_equal(rename(lab.path, lab.aside), 0);
	assert_int_equal(link(lab.aside, lab.path), 0);
	linefile_free(lab.file);
	assert_int_equal(linefile_new(lab.path, &lab.file), 0);
	assert_int_equal(append("2\n"), ERR_INSECURE_FILE);
	expect(lab.aside, "1\n");
}

static void
what_others_may_write_is_refused(void **state)
{
	assert_int_equal(append("1\n"), 0);
	assert_int_equal(chmod(lab.path, 0660), 0);
	linefile_free(lab.file);
	assert_int_equal(linefile_new(lab.path, &lab.file), 0);
	assert_int_equal(append("2\n"), ERR_INSECURE_FILE);
	assert_int_equal(chmod(lab.path, 0640), 0);
	assert_int_equal(chmod(lab.folder, 0777), 0);
	assert_int_equal(append("3\n"), ERR_INSECURE_FILE);
	assert_int_equal(chmod(lab.folder, 0700), 0);
	assert_int_equal(append("4\n"), 0);
	expect(lab.path, "1\n4\n");
}

static void
a_fifo_or_a_folder_holds_nobody_up(void **state)
{
	assert_int_equal(mkfifo(lab.path, 0600), 0);
	assert_int_not_equal(append("1\n"), 0);
	assert_int_equal(unlink(lab.path), 0);
	assert_int_equal(mkdir(lab.path, 0700), 0);
	assert_int_not_equal(append("1\n"), 0);
	assert_int_equal(rmdir(lab.path), 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(lines_follow_what_is_there),
	    T(a_rotated_file_is_left_alone),
	    T(a_full_disk_is_told_and_tried_again),
	    T(a_piece_of_a_line_is_ended_before_the_next),
	    T(a_link_is_not_followed),
	    T(what_others_may_write_is_refused),
	    T(a_fifo_or_a_folder_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
