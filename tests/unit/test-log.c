/*
 * test-log.c - the lines as they reach stderr, which is a pipe here, and that
 * no text from outside can forge one.
 */
#include "base/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned int writes;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	if (fd == STDERR_FILENO)
		writes++;
	return __real_write(fd, bytes, len);
}

static int saved_stderr = -1;
static int lines_fd = -1;

static int
set_up(void **state)
{
	int fds[2];

	unsetenv("JOURNAL_STREAM");
	saved_stderr = dup(STDERR_FILENO);
	if (saved_stderr < 0 || pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0)
		return -1;
	if (dup2(fds[1], STDERR_FILENO) < 0)
		return -1;
	close(fds[1]);
	lines_fd = fds[0];
	writes = 0;
	log_open(LOG_LEVEL_INFO);
	return 0;
}

static int
tear_down(void **state)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(lines_fd);
	return 0;
}

/* What reached stderr since the last call. */
static const char *
written(void)
{
	static char text[65536];
	ssize_t n = read(lines_fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
a_line_is_a_message_and_fields(void **state)
{
	log_info("sync finished", LOG_NUMBER("members", 12),
	    LOG_TEXT("role", "a b"), LOG_NUMBER("low", INT64_MIN));
	assert_string_equal(written(),
	    "sync finished members=12 role=\"a b\" "
	    "low=-9223372036854775808\n");
	log_error("plain");
	assert_string_equal(written(), "plain\n");
	assert_int_equal(writes, 2);
}

static void
levels_above_the_limit_are_dropped(void **state)
{
	log_debug("quiet");
	assert_string_equal(written(), "");
	log_open(LOG_LEVEL_ERROR);
	log_warning("quiet");
	log_notice("quiet");
	assert_string_equal(written(), "");
	log_open(LOG_LEVEL_DEBUG);
	log_debug("heard");
	assert_string_equal(written(), "heard\n");
}

static void
text_cannot_forge_a_line(void **state)
{
	log_info("m", LOG_TEXT("a", "x\" b=\"y"), LOG_TEXT("c", "\n<3>forged"),
	    LOG_TEXT("d", "\x1b[2J\\\x7f\xc3\xa4"), LOG_TEXT("e", ""));
	assert_string_equal(written(),
	    "m a=\"x\\x22 b=\\x22y\" c=\"\\x0a<3>forged\" "
	    "d=\"\\x1b[2J\\x5c\\x7f\\xc3\\xa4\" e=\"\"\n");
}

static void
long_text_is_cut(void **state)
{
	char text[300];
	char want[400];

	memset(text, 'x', sizeof(text));
	text[256] = '\0';
	snprintf(want, sizeof(want), "m t=\"%s\"\n", text);
	log_info("m", LOG_TEXT("t", text));
	assert_string_equal(written(), want);
	snprintf(want, sizeof(want), "m t=\"%s\"...\n", text);
	text[256] = 'y';
	text[299] = '\0';
	log_info("m", LOG_TEXT("t", text));
	assert_string_equal(written(), want);
}

static void
a_line_that_is_too_long_still_ends(void **state)
{
	struct log_field fields[21];
	const char *line;
	char text[257];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 20; i++)
		fields[i] = LOG_TEXT("k", text);
	fields[20] = LOG_END;
	log_write(LOG_LEVEL_ERROR, "m", fields);
	line = written();
	assert_true(strlen(line) <= 8192);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_int_equal(writes, 1);
}

/* Stderr as a service has it: a socket, whose other end the journal reads. */
static void
become_a_service(void)
{
	char stream[64];
	struct stat st;
	int fds[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_true(dup2(fds[0], STDERR_FILENO) >= 0);
	assert_true(dup2(fds[1], lines_fd) >= 0);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(fcntl(lines_fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
}

/* Were it waited for, this test would never end. */
static void
a_journal_that_reads_nothing_is_not_waited_for(void **state)
{
	become_a_service();
	log_open(LOG_LEVEL_INFO);
	for (int i = 0; i < 100000; i++)
		log_info("m");
	assert_memory_equal(written(), "<6>m\n<6>m\n", 10);
}

static void
a_line_for_another_channel_is_cut_to_fit(void **state)
{
	char line[16];

	log_format(line, sizeof(line), "m",
	    LOG_FIELDS_(LOG_NUMBER("a", 12), LOG_TEXT("b", "x\n")));
	assert_string_equal(line, "m a=12 b=\"x\\x0a");
	assert_string_equal(written(), "");
}

static void
levels_are_told_to_the_journal_only(void **state)
{
	assert_false(log_is_journal());
	become_a_service();
	log_open(LOG_LEVEL_DEBUG);
	log_error("a");
	log_warning("b");
	log_notice("c");
	log_info("d");
	log_debug("e");
	assert_string_equal(written(), "<3>a\n<4>b\n<5>c\n<6>d\n<7>e\n");
	assert_true(log_is_journal());
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_open(LOG_LEVEL_DEBUG);
	log_error("a");
	assert_string_equal(written(), "a\n");
}

#define LOG_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LOG_TEST(a_line_is_a_message_and_fields),
	    LOG_TEST(levels_above_the_limit_are_dropped),
	    LOG_TEST(text_cannot_forge_a_line),
	    LOG_TEST(long_text_is_cut),
	    LOG_TEST(a_line_that_is_too_long_still_ends),
	    LOG_TEST(a_line_for_another_channel_is_cut_to_fit),
	    LOG_TEST(levels_are_told_to_the_journal_only),
	    LOG_TEST(a_journal_that_reads_nothing_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
