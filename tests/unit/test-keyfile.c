/*
 * test-keyfile.c - the key file is replaced whole, holds the old key until it
 * is settled, and is one command's at a time.
 */
#include "cli/keyfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/keylab.h"

#define A KEYLAB_A
#define B KEYLAB_B

static int
set_up(void **state)
{
	return keylab_begin(state, "vault.key.new");
}

static void
holds(const struct keylab *f, const char *wanted)
{
	char text[256] = "";
	FILE *file = fopen(f->path, "r");
	struct stat st;

	assert_non_null(file);
	(void)!fread(text, 1, sizeof(text) - 1, file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	assert_int_equal(st.st_mode & ALLPERMS, S_IRUSR);
	assert_int_equal(st.st_uid, geteuid());
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text, wanted);
	assert_int_equal(access(f->beside, F_OK), -1);
}

static void
both_keys_stand_in_it_until_it_is_settled(void **state)
{
	struct keylab *f = *state;
	struct keyfile file KEYFILE_AUTO = KEYFILE_NULL;
	char wanted[256];

	keylab_write(f->path, A "\n");
	assert_int_equal(keyfile_open(f->path, geteuid(), &file), 0);
	assert_string_equal(file.now, A);
	assert_string_equal(file.before, "");
	assert_int_equal(keyfile_renew(&file), 0);
	assert_int_equal(strspn(file.now, "0123456789abcdef"), KEYFILE_DIGITS);
	assert_string_not_equal(file.now, A);
	(void)snprintf(wanted, sizeof(wanted), "%s\n" A "\n", file.now);
	holds(f, wanted);
	assert_int_equal(keyfile_settle(&file), 0);
	(void)snprintf(wanted, sizeof(wanted), "%s\n", file.now);
	holds(f, wanted);
}

static void
a_host_without_a_key_is_given_one(void **state)
{
	struct keylab *f = *state;
	struct keyfile file KEYFILE_AUTO = KEYFILE_NULL;
	struct keyfile other KEYFILE_AUTO = KEYFILE_NULL;
	char wanted[256];

	assert_int_equal(keyfile_open(f->path, geteuid(), &file), 0);
	assert_int_equal(file.fd, -1);
	/* Another command is just writing one. */
	keylab_write(f->beside, "");
	assert_int_equal(keyfile_renew(&file), ERR_EXISTS);
	assert_int_equal(unlink(f->beside), 0);
	keyfile_close(&file);
	assert_int_equal(keyfile_open(f->path, geteuid(), &file), 0);
	assert_int_equal(keyfile_renew(&file), 0);
	(void)snprintf(wanted, sizeof(wanted), "%s\n", file.now);
	holds(f, wanted);
	assert_int_equal(
	    keyfile_open(f->path, geteuid(), &other), ERR_BUSY_HOST);
}

static void
only_one_command_has_it(void **state)
{
	struct keylab *f = *state;
	struct keyfile file KEYFILE_AUTO = KEYFILE_NULL;
	struct keyfile other KEYFILE_AUTO = KEYFILE_NULL;

	keylab_write(f->path, A "\n" B "\n");
	/* Left by one that was killed. */
	keylab_write(f->beside, A);
	assert_int_equal(keyfile_open(f->path, geteuid(), &file), 0);
	assert_string_equal(file.before, B);
	assert_int_equal(
	    keyfile_open(f->path, geteuid(), &other), ERR_BUSY_HOST);
	/* Also once the file is another. */
	assert_int_equal(keyfile_settle(&file), 0);
	holds(f, A "\n");
	assert_int_equal(
	    keyfile_open(f->path, geteuid(), &other), ERR_BUSY_HOST);
	keyfile_close(&file);
	assert_int_equal(keyfile_open(f->path, geteuid(), &other), 0);
}

static void
t84_what_is_no_key_file_is_left_alone(void **state)
{
	static const char *const bad[] = {"", "\n", A "0\n", A "\n" B "0",
	    A "\n\n", A "\n" B "\n" A, "x" A, A " " B};
	struct keylab *f = *state;
	struct keyfile file KEYFILE_AUTO = KEYFILE_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		keylab_write(f->path, bad[i]);
		assert_int_equal(
		    keyfile_open(f->path, geteuid(), &file), ERR_MALFORMED);
	}
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	assert_int_equal(
	    keyfile_open(f->path, geteuid(), &file), ERR_INSECURE_FILE);
	assert_int_equal(unlink(f->path), 0);
	keylab_write(f->beside, A "\n");
	assert_int_equal(symlink(f->beside, f->path), 0);
	assert_int_equal(
	    keyfile_open(f->path, geteuid(), &file), ERR_INSECURE_FILE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		both_keys_stand_in_it_until_it_is_settled, set_up, keylab_end),
	    cmocka_unit_test_setup_teardown(
		a_host_without_a_key_is_given_one, set_up, keylab_end),
	    cmocka_unit_test_setup_teardown(
		only_one_command_has_it, set_up, keylab_end),
	    cmocka_unit_test_setup_teardown(
		t84_what_is_no_key_file_is_left_alone, set_up, keylab_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
