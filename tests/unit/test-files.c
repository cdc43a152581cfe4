/*
 * test-files.c - what is believed, and what survives when any system call of a
 * replacement fails.  The calls are wrapped at link time and fail one by one.
 */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/secret.h"
#include "tests/unit/failcalls.h"

#define OLD "the old content"
#define NEW_BYTES 10000

struct fixture {
	char folder[64];
	char path[128];
};

static void
remove_all(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' &&
		    (entry->d_name[1] == '\0' || entry->d_name[1] == '.'))
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) != 0)
			(void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	if (dir != NULL)
		closedir(dir);
	(void)rmdir(folder);
}

static int
count_files(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = -2; /* . and .. */

	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		closedir(dir);
	return count;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	umask(022);
	snprintf(f->folder, sizeof(f->folder), "/tmp/test-files.XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/file", f->folder);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	remove_all(f->folder);
	free(f);
	return 0;
}

static void
make(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
read_gives(const char *path, enum files_privacy privacy, int fault)
{
	BUF_AUTO struct buf out = {.limit = 100};

	buf_put_text(&out, "<");
	assert_int_equal(files_read(path, privacy, 99, &out), fault);
	assert_string_equal(buf_text(&out), fault == 0 ? "<" OLD : "<");
}

static void
t60_modes_of_the_file(void **state)
{
	struct fixture *f = *state;

	make(f->path, OLD, 0644);
	read_gives(f->path, FILES_PUBLIC, 0);
	read_gives(f->path, FILES_SECRET, ERR_INSECURE_FILE);
	make(f->path, OLD, 0600);
	read_gives(f->path, FILES_SECRET, 0);
	make(f->path, OLD, 0604);
	read_gives(f->path, FILES_SECRET, ERR_INSECURE_FILE);
	make(f->path, OLD, 0620);
	read_gives(f->path, FILES_PUBLIC, ERR_INSECURE_FILE);
	make(f->path, OLD, 0602);
	read_gives(f->path, FILES_PUBLIC, ERR_INSECURE_FILE);
}

/* Group's read bit is root's own only on a file of root:root. */
static void
t60_group_may_read_a_secret_of_root_only(void **state)
{
	struct fixture *f = *state;
	bool root = geteuid() == 0;

	make(f->path, OLD, 0440);
	read_gives(f->path, FILES_SECRET, root ? 0 : ERR_INSECURE_FILE);
	if (root)
		assert_int_equal(chown(f->path, 0, 12345), 0);
	read_gives(f->path, FILES_SECRET, ERR_INSECURE_FILE);
}

static void
t60_foreign_owner(void **state)
{
	struct fixture *f = *state;

	if (geteuid() == 0) {
		make(f->path, OLD, 0644);
		assert_int_equal(chown(f->path, 12345, 12345), 0);
		read_gives(f->path, FILES_PUBLIC, ERR_INSECURE_FILE);
		read_gives(f->path, FILES_SECRET, ERR_INSECURE_FILE);
		assert_int_equal(chown(f->path, 0, 0), 0);
		assert_int_equal(chown(f->folder, 12345, 0), 0);
		read_gives(f->path, FILES_PUBLIC, ERR_INSECURE_FILE);
	} else {
		/* Root's files are believed by everybody. */
		BUF_AUTO struct buf out = {.limit = 1 << 20};

		assert_int_equal(
		    files_read("/etc/passwd", FILES_PUBLIC, 1 << 20, &out), 0);
	}
}

static void
t60_symbolic_links(void **state)
{
	struct fixture *f = *state;
	char link[160];

	snprintf(link, sizeof(link), "%s.link", f->path);
	assert_int_equal(symlink("file", link), 0);
	read_gives(link, FILES_PUBLIC, ERR_NOT_FOUND);
	make(f->path, OLD, 0600);
	read_gives(link, FILES_PUBLIC, 0);
	read_gives(link, FILES_SECRET, ERR_INSECURE_FILE);
	make(f->path, OLD, 0606);
	read_gives(link, FILES_PUBLIC, ERR_INSECURE_FILE);
}

/* The alarm ends the test if opening blocks. */
static void
t60_fifos_devices_and_folders_do_not_block(void **state)
{
	struct fixture *f = *state;

	alarm(10);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	read_gives(f->path, FILES_PUBLIC, ERR_INSECURE_FILE);
	read_gives(f->path, FILES_SECRET, ERR_INSECURE_FILE);
	alarm(0);
	read_gives("/dev/null", FILES_PUBLIC, ERR_INSECURE_FILE);
	read_gives("/dev/zero", FILES_SECRET, ERR_INSECURE_FILE);
	read_gives(f->folder, FILES_PUBLIC, ERR_INSECURE_FILE);
}

static void
t60_folders_that_others_may_write(void **state)
{
	struct fixture *f = *state;

	make(f->path, OLD, 0600);
	assert_int_equal(chmod(f->folder, 0777), 0);
	read_gives(f->path, FILES_SECRET, ERR_INSECURE_FILE);
	assert_int_equal(chmod(f->folder, 0770), 0);
	read_gives(f->path, FILES_PUBLIC, ERR_INSECURE_FILE);
	assert_int_equal(chmod(f->folder, 01777), 0);
	read_gives(f->path, FILES_SECRET, 0);
}

static void
missing_and_odd_paths(void **state)
{
	struct fixture *f = *state;
	char path[5000];

	read_gives(f->path, FILES_PUBLIC, ERR_NOT_FOUND);
	read_gives("", FILES_PUBLIC, ERR_INVALID_ARGUMENT);
	read_gives("/tmp/", FILES_PUBLIC, ERR_INVALID_ARGUMENT);
	read_gives("/nowhere/file", FILES_PUBLIC, ERR_NOT_FOUND);
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	read_gives(path, FILES_PUBLIC, ERR_INVALID_ARGUMENT);
	path[0] = '/';
	path[4800] = '/';
	read_gives(path, FILES_PUBLIC, ERR_INVALID_ARGUMENT);
}

static void
the_limit_is_exact(void **state)
{
	struct fixture *f = *state;
	BUF_AUTO struct buf out = {.limit = 100};

	make(f->path, OLD, 0600);
	assert_int_equal(
	    files_read(f->path, FILES_PUBLIC, strlen(OLD) - 1, &out),
	    ERR_TOO_LARGE);
	assert_int_equal(
	    files_read(f->path, FILES_PUBLIC, strlen(OLD), &out), 0);
}

/* A file whose size is told as 0 and that holds more all the same. */
static void
a_file_that_grows_is_held_to_the_limit(void **state)
{
	BUF_AUTO struct buf out = {.limit = 100};

	assert_int_equal(files_read("/proc/sys/kernel/random/boot_id",
			     FILES_PUBLIC, 4, &out),
	    ERR_TOO_LARGE);
	assert_int_equal(out.len, 0);
	assert_int_equal(files_read("/proc/sys/kernel/random/boot_id",
			     FILES_PUBLIC, 64, &out),
	    0);
	assert_int_equal(out.len, 37);
}

static void
secret_gives(const char *path, const char *text, int fault, const char *want)
{
	CLEANUP(secret_string_cleanup) char *secret = NULL;

	make(path, text, 0600);
	assert_int_equal(files_read_secret(path, &secret), fault);
	if (fault == 0)
		assert_string_equal(secret, want);
	else
		assert_null(secret);
}

static void
a_secret_is_the_first_line(void **state)
{
	struct fixture *f = *state;
	char *secret = NULL;

	secret_gives(f->path, "hunter2", 0, "hunter2");
	secret_gives(f->path, "hunter2\n", 0, "hunter2");
	secret_gives(f->path, "hunter2 \nprevious\n", 0, "hunter2 ");
	secret_gives(f->path, "", ERR_MALFORMED, NULL);
	secret_gives(f->path, "\nhunter2\n", ERR_MALFORMED, NULL);
	secret_gives(f->path, "hunter2\r\n", ERR_MALFORMED, NULL);
	make(f->path, "hunter2", 0644);
	assert_int_equal(
	    files_read_secret(f->path, &secret), ERR_INSECURE_FILE);
}

static void
two_secrets_are_two_lines_and_no_more(void **state)
{
	static const char *const bad[] = {"", "\n", "one\n\n", "one\n\ntwo\n",
	    "one\ntwo\nthree", "one\ntwo\n\n", "one\nt\two\n"};
	struct fixture *f = *state;
	char *first = NULL;
	char *second = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make(f->path, bad[i], 0400);
		assert_int_equal(files_read_secrets(f->path, &first, &second),
		    ERR_MALFORMED);
		assert_true(first == NULL && second == NULL);
	}
	make(f->path, "one\n", 0400);
	assert_int_equal(files_read_secrets(f->path, &first, &second), 0);
	assert_string_equal(first, "one");
	assert_null(second);
	secret_free_string(first);
	make(f->path, "one\ntwo", 0400);
	assert_int_equal(files_read_secrets(f->path, &first, &second), 0);
	assert_string_equal(first, "one");
	assert_string_equal(second, "two");
	secret_free_string(first);
	secret_free_string(second);
	make(f->path, "one\n", 0444);
	assert_int_equal(
	    files_read_secrets(f->path, &first, &second), ERR_INSECURE_FILE);
}

static void
fill(char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)('a' + i % 23);
}

static void
replace_sets_content_and_mode(void **state)
{
	struct fixture *f = *state;
	BUF_AUTO struct buf out = {.limit = NEW_BYTES};
	char bytes[NEW_BYTES];
	struct stat st;

	fill(bytes, sizeof(bytes));
	umask(077);
	assert_int_equal(files_replace(f->path, "x", 1, 0600), 0);
	assert_int_equal(files_replace(f->path, bytes, sizeof(bytes), 0644), 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(files_read(f->path, FILES_PUBLIC, NEW_BYTES, &out), 0);
	assert_int_equal(out.len, NEW_BYTES);
	assert_memory_equal(out.bytes, bytes, NEW_BYTES);
	assert_int_equal(files_replace(f->path, NULL, 0, 0600), 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(count_files(f->folder), 1);
}

static void
replace_does_not_write_through_a_link(void **state)
{
	struct fixture *f = *state;
	char link[160];

	snprintf(link, sizeof(link), "%s.link", f->path);
	make(f->path, OLD, 0600);
	assert_int_equal(symlink("file", link), 0);
	assert_int_equal(files_replace(link, "new", 3, 0600), 0);
	read_gives(f->path, FILES_SECRET, 0);
	assert_int_equal(files_replace(f->folder, "x", 1, 0600), ERR_IO);
}

/* One replacement with its n-th call failing; false: it has no n-th call. */
static bool
fails_whole(struct fixture *f, int n, int error)
{
	BUF_AUTO struct buf out = {.limit = NEW_BYTES};
	char bytes[NEW_BYTES];
	bool is_old;
	bool is_new;
	bool hit;
	int r;

	fill(bytes, sizeof(bytes));
	make(f->path, OLD, 0600);
	failcalls_arm(n, error);
	r = files_replace(f->path, bytes, sizeof(bytes), 0600);
	hit = failcalls_disarm();
	assert_int_equal(files_read(f->path, FILES_SECRET, NEW_BYTES, &out), 0);
	is_old = out.len == strlen(OLD) && memcmp(out.bytes, OLD, out.len) == 0;
	is_new = out.len == NEW_BYTES && memcmp(out.bytes, bytes, out.len) == 0;
	assert_true(is_old || is_new);
	assert_true(r != 0 || is_new);
	assert_int_equal(count_files(f->folder), 1);
	return hit;
}

static void
t61_any_call_fails_and_the_file_is_whole(void **state)
{
	struct fixture *f = *state;
	static const int errors[] = {
	    ENOSPC, EIO, EDQUOT, EINTR, FAILCALLS_SHORT};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		int n = 1;

		while (fails_whole(f, n, errors[i]))
			n++;
		/* open, openat, fchmod, write, fsync, pread, close, renameat
		 * and the folder's fsync. */
		assert_true(n > 9);
	}
}

static void
t61_a_full_disk_is_told_as_such(void **state)
{
	struct fixture *f = *state;

	make(f->path, OLD, 0600);
	failcalls_arm(4, ENOSPC); /* write */
	assert_int_equal(files_replace(f->path, "new", 3, 0600), ERR_NO_SPACE);
	assert_true(failcalls_disarm());
	read_gives(f->path, FILES_SECRET, 0);
}

static void
a_folder_is_made_or_checked(void **state)
{
	struct fixture *f = *state;
	char path[160];
	struct stat st;

	umask(077);
	assert_int_equal(files_ensure_folder(f->path, 0755), 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(files_ensure_folder(f->path, 0755), 0);
	assert_int_equal(chmod(f->path, 0775), 0);
	assert_int_equal(files_ensure_folder(f->path, 0755), ERR_INSECURE_FILE);
	snprintf(path, sizeof(path), "%s.link", f->path);
	assert_int_equal(chmod(f->path, 0700), 0);
	assert_int_equal(symlink("file", path), 0);
	assert_int_equal(files_ensure_folder(path, 0755), ERR_INSECURE_FILE);
	snprintf(path, sizeof(path), "%s/a/b", f->path);
	assert_int_equal(files_ensure_folder(path, 0755), ERR_NOT_FOUND);
	snprintf(path, sizeof(path), "%s.plain", f->path);
	make(path, "x", 0600);
	assert_int_equal(files_ensure_folder(path, 0755), ERR_INSECURE_FILE);
}

#define FILES_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

static void
whoever_watches_a_file_is_stirred(void **state)
{
	struct fixture *f = *state;
	char event[sizeof(struct inotify_event) + NAME_MAX + 1];
	char other[160];
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	assert_true(fd >= 0);
	assert_int_equal(files_stir(f->path), 0);
	assert_true(inotify_add_watch(fd, f->path, IN_CLOSE_WRITE) >= 0);
	assert_int_equal(files_stir(f->path), 0);
	assert_true(read(fd, event, sizeof(event)) > 0);
	(void)snprintf(other, sizeof(other), "%s/link", f->folder);
	assert_int_equal(symlink(f->path, other), 0);
	assert_int_equal(files_stir(other), ERR_IO);
	assert_true(read(fd, event, sizeof(event)) < 0);
	assert_int_equal(close(fd), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FILES_TEST(t60_modes_of_the_file),
	    FILES_TEST(t60_group_may_read_a_secret_of_root_only),
	    FILES_TEST(t60_foreign_owner),
	    FILES_TEST(t60_symbolic_links),
	    FILES_TEST(t60_fifos_devices_and_folders_do_not_block),
	    FILES_TEST(t60_folders_that_others_may_write),
	    FILES_TEST(missing_and_odd_paths),
	    FILES_TEST(whoever_watches_a_file_is_stirred),
	    FILES_TEST(the_limit_is_exact),
	    FILES_TEST(a_file_that_grows_is_held_to_the_limit),
	    FILES_TEST(a_secret_is_the_first_line),
	    FILES_TEST(two_secrets_are_two_lines_and_no_more),
	    FILES_TEST(replace_sets_content_and_mode),
	    FILES_TEST(replace_does_not_write_through_a_link),
	    FILES_TEST(t61_any_call_fails_and_the_file_is_whole),
	    FILES_TEST(t61_a_full_disk_is_told_as_such),
	    FILES_TEST(a_folder_is_made_or_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
