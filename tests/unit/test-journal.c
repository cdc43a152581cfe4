/*
 * test-journal.c - the datagrams as a journal reads them, and one that reads
 * none.
 */
#include "base/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

static char folder[] = "/tmp/test-journal-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int listening = -1;
static struct journal *journal;

static void
listen_there(void)
{
	listening = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(listening >= 0);
	assert_int_equal(
	    bind(listening, (const struct sockaddr *)&address, sizeof(address)),
	    0);
}

static void
listen_no_more(void)
{
	close(listening);
	unlink(address.sun_path);
}

static int
set_up_group(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
	return 0;
}

static int
tear_down_group(void **state)
{
	return rmdir(folder);
}

static int
set_up(void **state)
{
	listen_there();
	return journal_open(address.sun_path, &journal);
}

static int
tear_down(void **state)
{
	journal_close(journal);
	listen_no_more();
	return 0;
}

static void
expect(const void *bytes, size_t len)
{
	char got[JOURNAL_RECORD_BYTES + 1];

	assert_int_equal(
	    recv(listening, got, sizeof(got), MSG_TRUNC), (ssize_t)len);
	assert_memory_equal(got, bytes, len);
}

static void
a_record_is_one_datagram(void **state)
{
	static const char want[] = "MESSAGE=a=b\nORGLOGIN_USER=\n";
	const struct journal_field fields[] = {
	    {"MESSAGE", "a=b"}, {"ORGLOGIN_USER", ""}};

	assert_int_equal(journal_send(journal, fields, 2), 0);
	expect(want, sizeof(want) - 1);
	assert_int_equal(recv(listening, folder, 0, 0), -1);
}

static void
a_newline_begins_no_field(void **state)
{
	static const char want[] = "A=1\nB\n"
				   "\x08\0\0\0\0\0\0\0"
				   "x\n_UID=0\n"
				   "C=2\n";
	const struct journal_field fields[] = {
	    {"A", "1"}, {"B", "x\n_UID=0"}, {"C", "2"}};

	assert_int_equal(journal_send(journal, fields, 3), 0);
	expect(want, sizeof(want) - 1);
}

static void
a_record_that_is_too_long_is_refused_whole(void **state)
{
	static char text[JOURNAL_RECORD_BYTES];
	const struct journal_field fields[] = {{"A", text}, {"B", "2"}};

	memset(text, 'x', sizeof(text) - 1);
	text[JOURNAL_RECORD_BYTES - 3] = '\0';
	assert_int_equal(journal_send(journal, fields, 1), 0);
	assert_int_equal(
	    recv(listening, text, 1, MSG_TRUNC), JOURNAL_RECORD_BYTES);
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(journal_send(journal, fields, 1), ERR_TOO_LARGE);
	assert_int_equal(journal_send(journal, &fields[1], 1), 0);
	expect("B=2\n", 4);
}

/* Were it to wait, this test would never end. */
static void
a_stuck_journal_is_not_waited_for(void **state)
{
	const struct journal_field field = {"MESSAGE", "m"};
	int r = 0;

	while (r == 0)
		r = journal_send(journal, &field, 1);
	assert_int_equal(r, ERR_NO_SPACE);
	expect("MESSAGE=m\n", 10);
}

static void
a_journal_that_comes_back_is_found(void **state)
{
	const struct journal_field field = {"MESSAGE", "m"};

	listen_no_more();
	assert_int_equal(journal_send(journal, &field, 1), ERR_NOT_FOUND);
	listen_there();
	assert_int_equal(journal_send(journal, &field, 1), 0);
	expect("MESSAGE=m\n", 10);
}

static void
a_path_that_is_too_long_is_refused(void **state)
{
	char path[200];
	struct journal *other = NULL;

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(journal_open(path, &other), ERR_INVALID_ARGUMENT);
	journal_close(other);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_record_is_one_datagram),
	    T(a_newline_begins_no_field),
	    T(a_record_that_is_too_long_is_refused_whole),
	    T(a_stuck_journal_is_not_waited_for),
	    T(a_journal_that_comes_back_is_found),
	    T(a_path_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
