/*
 * test-idsfile.c - orgloginctl ids: what it shows, when it fails, and files
 * that come through whole or not at all.
 */
#include "cli/idsfile.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/unit/clihost.h"

static const struct proto_done done = {.reason = "ok"};
static const struct proto_done damaged = {.reason = "state-damaged"};
static const struct proto_progress progress = {512, 0};

static const struct proto_ids_row ada = {.kind = "user",
    .key = "u-17",
    .number = 1879050000,
    .name = "ada",
    .home = "ada",
    .live = 1,
    .created_s = 7};
static const struct proto_ids_row gone = {.kind = "user",
    .key = "u\x1b",
    .organization = "else",
    .number = 1879050001,
    .home = "bob"};
static const struct proto_ids_row group = {
    .kind = "group", .key = "org-members", .number = 1879050002, .live = 1};
static const struct fakedaemon_step rows[] = {
    {FAKEDAEMON_REPLY, PROTO_IDS_ROW, &ada, NULL, 0},
    {FAKEDAEMON_MORE, PROTO_PROGRESS, &progress, NULL, 0},
    {FAKEDAEMON_MORE, PROTO_IDS_ROW, &gone, NULL, 0},
    {FAKEDAEMON_MORE, PROTO_IDS_ROW, &group, NULL, 0},
    {FAKEDAEMON_MORE, PROTO_DONE, &done, NULL, 0},
};

static void
rows_are_one_a_line(void **state)
{
	struct clihost *host = *state;

	fakedaemon_start(&host->daemon, rows, ARRAY_SIZE(rows));
	assert_int_equal(clihost_run(host, "ids"), CLI_OK);
	assert_string_equal(host->out,
	    "NAME                 NUMBER     KIND   STATE      MEMBER\n"
	    "ada                  1879050000 user   live       u-17\n"
	    "-                    1879050001 user   tombstone  u\\x1b  of "
	    "else\n"
	    "org-members          1879050002 group  live       org-members\n");
}

static void
rows_as_json(void **state)
{
	struct clihost *host = *state;

	fakedaemon_start(&host->daemon, rows, ARRAY_SIZE(rows));
	assert_int_equal(clihost_run(host, "ids --json"), CLI_OK);
	assert_non_null(strstr(host->out,
	    "[{\"name\":\"ada\",\"number\":1879050000,\"kind\":\"user\","
	    "\"state\":\"live\",\"key\":\"u-17\",\"home\":\"ada\","
	    "\"organization\":\"\",\"created_s\":7},"));
	assert_non_null(strstr(host->out, "\"key\":\"u\\u001b\""));
	assert_non_null(strstr(host->out, "}]\n"));
}

static void
t83_only_a_fatal_finding_fails(void **state)
{
	static const struct proto_ids_finding warning = {.fatal = 0,
	    .reason = "local-user",
	    .key = "u-17",
	    .text = "The member is left out.",
	    .remedy = "rename"};
	static const struct proto_ids_finding fatal = {.fatal = 1,
	    .reason = "id-taken",
	    .number = 1879050000,
	    .key = "u-17",
	    .text = "A local user has the number.",
	    .remedy = "another number"};
	static const struct fakedaemon_step sound[] = {
	    {FAKEDAEMON_REPLY, PROTO_IDS_FINDING, &warning, NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_DONE, &done, NULL, 0},
	    {FAKEDAEMON_NEXT, 0, NULL, NULL, 0},
	    {FAKEDAEMON_REPLY, PROTO_IDS_FINDING, &warning, NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_IDS_FINDING, &fatal, NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_DONE, &done, NULL, 0},
	    {FAKEDAEMON_NEXT, 0, NULL, NULL, 0},
	    {FAKEDAEMON_REPLY, PROTO_IDS_FINDING, &fatal, NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_DONE, &done, NULL, 0},
	};
	struct clihost *host = *state;

	fakedaemon_start(&host->daemon, sound, ARRAY_SIZE(sound));
	assert_int_equal(clihost_run(host, "ids check"), CLI_OK);
	assert_non_null(strstr(host->out, "warning local-user  u-17\n"));
	assert_non_null(strstr(host->out, "are sound."));
	assert_int_equal(clihost_run(host, "ids check"), CLI_NO);
	assert_non_null(
	    strstr(host->out, "FATAL   id-taken  u-17  1879050000\n"));
	assert_non_null(strstr(host->out, "remedy:        another number\n"));
	assert_non_null(strstr(host->out, "must be mended."));
	assert_int_equal(clihost_run(host, "ids check --json"), CLI_NO);
	assert_non_null(
	    strstr(host->out, "[{\"fatal\":true,\"reason\":\"id-taken\","));
}

static void
words_that_are_not_understood_ask_nothing(void **state)
{
	static const char *const lines[] = {"ids chek", "ids check file",
	    "ids export", "ids import", "ids export a b", "ids -x"};
	struct clihost *host = *state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(clihost_run(host, lines[i]), CLI_USAGE);
	assert_false(fakedaemon_was_called(&host->daemon));
}

/* A folder of its own, with the path of a file in it. */
struct file {
	char folder[32];
	char path[64];
	char command[96]; /* that works on it */
};

static void
file_init(struct file *file, const char *command)
{
	memcpy(file->folder, "/tmp/idsfile.XXXXXX", 20);
	assert_non_null(mkdtemp(file->folder));
	(void)snprintf(file->path, sizeof(file->path), "%s/map", file->folder);
	(void)snprintf(
	    file->command, sizeof(file->command), "%s %s", command, file->path);
}

static void
file_done(struct file *file)
{
	(void)unlink(file->path);
	/* nothing else was left behind */
	assert_int_equal(rmdir(file->folder), 0);
}

static void
expect_content(const struct file *file, const char *wanted)
{
	char text[256] = "";
	struct stat status;
	FILE *from = fopen(file->path, "re");

	assert_non_null(from);
	(void)!fread(text, 1, sizeof(text) - 1, from);
	assert_int_equal(fstat(fileno(from), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(fclose(from), 0);
	assert_string_equal(text, wanted);
}

static void
t61_an_export_is_whole_or_the_old_file_stays(void **state)
{
	static const struct proto_ids_lines lines[] = {{"head\n"}, {"a\nb\n"}};
	static const struct proto_verdict_reply refusal = {.reason = "io"};
	static const struct fakedaemon_step steps[] = {
	    {FAKEDAEMON_REPLY, PROTO_IDS_LINES, &lines[0], NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_IDS_LINES, &lines[1], NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_DONE, &done, NULL, 0},
	    {FAKEDAEMON_NEXT, 0, NULL, NULL, 0},
	    {FAKEDAEMON_REPLY, PROTO_IDS_LINES, &lines[1], NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_VERDICT, &refusal, NULL, 0},
	    {FAKEDAEMON_NEXT, 0, NULL, NULL, 0},
	    {FAKEDAEMON_REPLY, PROTO_IDS_LINES, &lines[0], NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_DONE, &damaged, NULL, 0},
	    {FAKEDAEMON_NEXT, 0, NULL, NULL, 0},
	    {FAKEDAEMON_REPLY, PROTO_IDS_LINES, &lines[0], NULL, 0},
	    {FAKEDAEMON_MORE, PROTO_DONE, &done, NULL, 0},
	};
	struct clihost *host = *state;
	struct file file;

	file_init(&file, "ids export");
	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(clihost_run(host, file.command), CLI_OK);
	expect_content(&file, "head\na\nb\n");
	assert_int_equal(clihost_run(host, file.command), CLI_NO);
	expect_content(&file, "head\na\nb\n");
	/* what is left of a damaged map is worth a file, and no success */
	assert_int_equal(clihost_run(host, file.command), CLI_NO);
	assert_non_null(strstr(host->err, "(state-damaged)"));
	expect_content(&file, "head\n");
	assert_int_equal(clihost_run(host, "ids export -"), CLI_OK);
	assert_string_equal(host->out, "head\n");
	file_done(&file);
}

static void
an_import_goes_in_portions_of_whole_lines(void **state)
{
	static const struct fakedaemon_step steps[] = {
	    {FAKEDAEMON_REPLY, PROTO_DONE, &done, NULL, 0},
	    {FAKEDAEMON_REPLY, PROTO_DONE, &done, NULL, 0},
	    {FAKEDAEMON_REPLY, PROTO_DONE, &done, NULL, 0},
	};
	struct clihost *host = *state;
	struct proto_ids_import seen = {0};
	enum proto_type type = PROTO_DONE;
	struct file file;
	FILE *to = NULL;
	char begins[32];
	size_t total = 0;

	file_init(&file, "ids import");
	to = fopen(file.path, "we");
	assert_non_null(to);
	for (int i = 0; i < 3000; i++)
		assert_int_equal(fprintf(to, "line %04d\n", i), 10);
	assert_int_equal(fclose(to), 0);
	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(clihost_run(host, file.command), CLI_OK);
	assert_int_equal(
	    fakedaemon_saw(&host->daemon, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		size_t len = 0;

		assert_int_equal(
		    fakedaemon_saw(&host->daemon, &type, &seen, sizeof(seen)),
		    FAKEDAEMON_REQUEST);
		assert_int_equal(type, PROTO_IDS_IMPORT);
		len = strlen(seen.lines);
		assert_int_equal(seen.first, i == 0);
		assert_int_equal(seen.last, i + 1 == ARRAY_SIZE(steps));
		assert_int_equal(len % 10, 0);
		(void)snprintf(
		    begins, sizeof(begins), "line %04zu\n", total / 10);
		assert_memory_equal(seen.lines, begins, 10);
		total += len;
	}
	assert_int_equal(total, 30000);
	file_done(&file);
}

static void
a_refused_import_says_why(void **state)
{
	static const struct proto_done refused = {
	    .reason = "exists", .text = "line 3: a number for the second time"};
	static const struct fakedaemon_step steps[] = {
	    {FAKEDAEMON_REPLY, PROTO_DONE, &refused, NULL, 0},
	};
	struct clihost *host = *state;
	struct file file;
	FILE *to = NULL;

	file_init(&file, "ids import");
	assert_int_equal(clihost_run(host, file.command), CLI_NO);
	assert_false(fakedaemon_was_called(&host->daemon));
	to = fopen(file.path, "we");
	assert_non_null(to);
	assert_int_equal(fclose(to), 0);
	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(clihost_run(host, file.command), CLI_NO);
	assert_non_null(
	    strstr(host->err, "line 3: a number for the second time (exists)"));
	file_done(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLIHOST_TEST(rows_are_one_a_line),
	    CLIHOST_TEST(rows_as_json),
	    CLIHOST_TEST(t83_only_a_fatal_finding_fails),
	    CLIHOST_TEST(words_that_are_not_understood_ask_nothing),
	    CLIHOST_TEST(t61_an_export_is_whole_or_the_old_file_stays),
	    CLIHOST_TEST(an_import_goes_in_portions_of_whole_lines),
	    CLIHOST_TEST(a_refused_import_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
