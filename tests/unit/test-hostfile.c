/*
 * test-hostfile.c - files of the host: which are read, and their lines and
 * words.
 */
#include "cli/hostfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/planted.h"

static int
read_file(struct planted *host, const char *path, struct buf *out)
{
	buf_init(out, HOSTFILE_LIMIT_BYTES);
	return hostfile_read(&host->host, path, out);
}

static void
t60_only_plain_text_is_read_and_nothing_is_waited_for(void **state)
{
	struct planted *host = *state;
	struct buf text BUF_AUTO = {0};
	char path[HOSTFILE_PATH_SIZE];
	char *large = NULL;
	FILE *file = NULL;

	planted_file(host, "/plain", "one\ntwo", 0644);
	assert_int_equal(read_file(host, "/plain", &text), 0);
	assert_string_equal(buf_text(&text), "one\ntwo");
	buf_done(&text);
	planted_file(host, "/empty", "", 0644);
	assert_int_equal(read_file(host, "/empty", &text), 0);
	assert_string_equal(buf_text(&text), "");
	buf_done(&text);
	assert_int_equal(read_file(host, "/nowhere", &text), ERR_NOT_FOUND);
	assert_int_equal(read_file(host, "/plain/x", &text), ERR_NOT_FOUND);
	planted_folder(host, "/folder", 0755);
	assert_int_equal(read_file(host, "/folder", &text), ERR_INSECURE_FILE);
	assert_true(hostfile_path(&host->host, "/fifo", path));
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_int_equal(read_file(host, "/fifo", &text), ERR_INSECURE_FILE);
	assert_true(hostfile_path(&host->host, "/plain", path));
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite("a\0b", 1, 3, file), 3);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(read_file(host, "/plain", &text), ERR_MALFORMED);
	buf_done(&text);
	large = malloc(HOSTFILE_LIMIT_BYTES + 2);
	assert_non_null(large);
	memset(large, 'x', HOSTFILE_LIMIT_BYTES + 1);
	large[HOSTFILE_LIMIT_BYTES + 1] = '\0';
	planted_file(host, "/plain", large, 0644);
	assert_int_equal(read_file(host, "/plain", &text), ERR_TOO_LARGE);
	free(large);
}

static void
lines_are_joined_unless_a_comment_ends_them(void **state)
{
	HOSTFILE_LINES_AUTO struct hostfile_lines lines = {
	    .at = "one\n\ntwo \\\n three \\ \t\nfour # five \\\nsix \\ # "
		  "x\nseven\\",
	    .comment = hostfile_before_hash};
	HOSTFILE_LINES_AUTO struct hostfile_lines plain = {.at = "a \\\nb#\n"};

	assert_string_equal(hostfile_next(&lines), "one");
	assert_string_equal(hostfile_next(&lines), "");
	assert_string_equal(hostfile_next(&lines), "two   three  four ");
	assert_int_equal(lines.number, 3);
	assert_string_equal(hostfile_next(&lines), "six \\ ");
	assert_int_equal(lines.number, 6);
	assert_string_equal(hostfile_next(&lines), "seven");
	assert_null(hostfile_next(&lines));
	assert_string_equal(hostfile_next(&plain), "a \\");
	assert_string_equal(hostfile_next(&plain), "b#");
	assert_null(hostfile_next(&plain));
}

static void
words_are_parted_by_blanks(void **state)
{
	const char *at = " \tone two2\r three ";
	char word[5];

	assert_true(hostfile_word(&at, word, sizeof(word)));
	assert_string_equal(word, "one");
	assert_true(hostfile_word(&at, word, sizeof(word)));
	assert_string_equal(word, "two2");
	/* One that does not fit is the end, never a part of it. */
	assert_false(hostfile_word(&at, word, sizeof(word)));
	assert_string_equal(at, "");
	assert_false(hostfile_word(&at, word, sizeof(word)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLANTED_TEST(t60_only_plain_text_is_read_and_nothing_is_waited_for),
	    cmocka_unit_test(lines_are_joined_unless_a_comment_ends_them),
	    cmocka_unit_test(words_are_parted_by_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
