/*
 * test-profiles.c - the command hands over to the daemon's program.
 */
#include "cli/profiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What a program that prints its arguments says, run in a process apart. */
static int
run(const char *word, const char *operand, const char *program, char *said,
    size_t size)
{
	int ends[2] = {-1, -1};
	int status = 0;
	ssize_t len = 0;
	pid_t child = -1;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const struct cli cli = {.out = stdout,
		    .err = stdout,
		    .name = word,
		    .file = operand,
		    .program = program};

		(void)dup2(ends[1], STDOUT_FILENO);
		status = profiles_command(&cli);
		(void)fflush(stdout);
		_exit(status);
	}
	assert_int_equal(close(ends[1]), 0);
	memset(said, 0, size);
	for (ssize_t got = 1; got > 0; len += got) {
		got = read(ends[0], said + len, size - 1 - (size_t)len);
		assert_true(got >= 0);
	}
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
it_becomes_the_daemons_program(void **state)
{
	char said[256];

	assert_int_equal(
	    run("check", "a b;c", "/bin/echo", said, sizeof(said)), 0);
	assert_string_equal(said, "--check-profile a b;c\n");
	assert_int_equal(
	    run("try", "signin", "/bin/echo", said, sizeof(said)), 0);
	assert_string_equal(said, "--try-profile signin\n");
}

static void
what_it_cannot_do_it_says(void **state)
{
	char said[256];

	assert_int_equal(
	    run("fly", "x", "/bin/echo", said, sizeof(said)), CLI_USAGE);
	assert_non_null(strstr(said, "profile check FILE"));
	assert_int_equal(
	    run("check", "x", "/nonexistent", said, sizeof(said)), CLI_NO);
	assert_non_null(strstr(said, "/nonexistent cannot be run"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_becomes_the_daemons_program),
	    cmocka_unit_test(what_it_cannot_do_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
