/*
 * test-dbfile.c - a database's file is ours alone, or is not opened.
 */
#include "base/dbfile.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

static char folder[] = "/dev/shm/test-dbfile.XXXXXX";

static const char *
in_folder(const char *name)
{
	static char path[sizeof(folder) + 16];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
t84_it_is_made_for_us_alone(void **state)
{
	struct stat st;
	mode_t mask = umask(0);

	assert_int_equal(dbfile_check(in_folder("db"), 0), ERR_NOT_FOUND);
	assert_int_equal(dbfile_check(in_folder("db"), O_CREAT | O_EXCL), 0);
	assert_int_equal(stat(in_folder("db"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(
	    dbfile_check(in_folder("db"), O_CREAT | O_EXCL), ERR_IO);
	(void)umask(mask);
}

static void
t116_what_is_no_file_of_ours_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0601};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(chmod(in_folder("db"), modes[i]), 0);
		assert_int_equal(
		    dbfile_check(in_folder("db"), 0), ERR_INSECURE_FILE);
	}
	assert_int_equal(chmod(in_folder("db"), 0600), 0);
	assert_int_equal(dbfile_check(in_folder("db"), 0), 0);
	assert_int_equal(symlink("db", in_folder("link")), 0);
	assert_int_equal(dbfile_check(in_folder("link"), 0), ERR_INSECURE_FILE);
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	assert_int_equal(dbfile_check(in_folder("pipe"), 0), ERR_INSECURE_FILE);
	assert_int_equal(mkdir(in_folder("folder"), 0700), 0);
	assert_int_equal(
	    dbfile_check(in_folder("folder"), 0), ERR_INSECURE_FILE);
	assert_int_equal(mkdir(in_folder("db-journal"), 0700), 0);
	assert_int_equal(dbfile_check(in_folder("db"), 0), ERR_INSECURE_FILE);
	assert_int_equal(rmdir(in_folder("db-journal")), 0);
	assert_int_equal(symlink("pipe", in_folder("db-journal")), 0);
	assert_int_equal(dbfile_check(in_folder("db"), 0), ERR_INSECURE_FILE);
	assert_int_equal(unlink(in_folder("db-journal")), 0);
	assert_int_equal(dbfile_check(in_folder("db"), 0), 0);
}

static void
a_folder_that_is_not_there_does_not_last(void **state)
{
	assert_int_equal(dbfile_sync_folder(in_folder("db")), 0);
	assert_int_equal(dbfile_sync_folder(in_folder("none/db")), ERR_IO);
}

static int
set_up(void **state)
{
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)unlink(in_folder("db"));
	(void)unlink(in_folder("link"));
	(void)unlink(in_folder("pipe"));
	(void)rmdir(in_folder("folder"));
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t84_it_is_made_for_us_alone),
	    cmocka_unit_test(t116_what_is_no_file_of_ours_is_refused),
	    cmocka_unit_test(a_folder_that_is_not_there_does_not_last),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
