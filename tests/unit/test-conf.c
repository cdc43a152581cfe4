/*
 * test-conf.c - the grammar, told line by line, and the typed values.
 */
#include "base/conf.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/err.h"

static int
parse(struct conf *conf, const char *text, struct conf_problem *problem)
{
	return conf_parse(conf, "a.conf", text, strlen(text), problem);
}

static void
load(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	int c;

	assert_non_null(file);
	while ((c = getc(file)) != EOF)
		buf_put_u8(out, (uint8_t)c);
	fclose(file);
	assert_int_equal(buf_fault(out), 0);
}

static void
entry_is(const struct conf *conf, size_t index, const char *section,
    const char *key, const char *value)
{
	const struct conf_entry *entry = conf_entry(conf, index);
	char full[128];

	assert_non_null(entry);
	snprintf(full, sizeof(full), "%s%s%s", entry->section,
	    entry->word[0] == '\0' ? "" : " ", entry->word);
	assert_string_equal(full, section);
	assert_string_equal(entry->key, key);
	assert_string_equal(entry->value, value);
}

static void
the_designs_example_reads(void **state)
{
	CONF_AUTO struct conf *conf = NULL;
	struct conf_problem problem;

	assert_int_equal(conf_new(&conf), 0);
	assert_int_equal(parse(conf,
			     "# top\n"
			     "[organization]\n"
			     "name = Acme \xc3\x84rzte  ; shown to people\n"
			     "issuer =      ; oidc: required\n"
			     "\n"
			     "url =    ; token_file =      ; scim\n"
			     "[role OrganizationAdmin]     ; one a role\n"
			     "groups = org-admins, adm\n"
			     "[scope write:agents]\t#\n"
			     "groups=agent;writers#x\n"
			     "quoted = \" a ; b # c \"  # comment\n"
			     "body={\"mail\":\"{{mail}}\"}",
			     &problem),
	    0);
	assert_int_equal(conf_count(conf), 10);
	entry_is(conf, 0, "organization", "", "");
	entry_is(conf, 1, "organization", "name", "Acme \xc3\x84rzte");
	entry_is(conf, 2, "organization", "issuer", "");
	entry_is(conf, 3, "organization", "url", "");
	entry_is(conf, 4, "role OrganizationAdmin", "", "");
	entry_is(
	    conf, 5, "role OrganizationAdmin", "groups", "org-admins, adm");
	entry_is(conf, 6, "scope write:agents", "", "");
	entry_is(conf, 7, "scope write:agents", "groups", "agent;writers#x");
	entry_is(conf, 8, "scope write:agents", "quoted", " a ; b # c ");
	entry_is(
	    conf, 9, "scope write:agents", "body", "{\"mail\":\"{{mail}}\"}");
	assert_int_equal(conf_entry(conf, 5)->line, 8);
	assert_string_equal(conf_entry(conf, 5)->file, "a.conf");
	assert_null(conf_entry(conf, 10));
}

static void
each_odd_line_is_refused_with_its_number(void **state)
{
	static const char *const lines[] = {
	    "[s",
	    "[s] x",
	    "[s];x",
	    "[]",
	    "[ s]",
	    "[s ]",
	    "[s two words]",
	    "[s [x]",
	    "[s/x]",
	    "[1s]",
	    "key",
	    "= value",
	    "ke y = value",
	    "k\xc3\xa4y = value",
	    " key = value",
	    "\tcontinued",
	    "key = \"open",
	    "key = \"a\" b",
	    "key = \"a\";b",
	    "key =;x",
	    "key =#x",
	    "key = a\r",
	    "key = a\x01",
	    "key = a\x7f",
	    "key = \x1b[2J",
	    "\xef\xbb\xbf[s]",
	    "[first]",
	    "twice = 2",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		CONF_AUTO struct conf *conf = NULL;
		struct conf_problem problem = {""};
		char text[128];

		snprintf(
		    text, sizeof(text), "[first]\ntwice = 1\n%s\n", lines[i]);
		assert_int_equal(conf_new(&conf), 0);
		if (parse(conf, text, &problem) != ERR_CONFIG_INVALID)
			fail_msg("line accepted: %s", lines[i]);
		if (strncmp(problem.text, "a.conf:3: ", 10) != 0)
			fail_msg("%s: %s", lines[i], problem.text);
		assert_true(strlen(problem.text) > 15);
	}
}

static void
a_key_needs_a_section(void **state)
{
	CONF_AUTO struct conf *conf = NULL;
	struct conf_problem problem;

	assert_int_equal(conf_new(&conf), 0);
	assert_int_equal(
	    parse(conf, "\nkey = value\n", &problem), ERR_CONFIG_INVALID);
	assert_string_equal(
	    problem.text, "a.conf:2: a key stands before the first section");
}

static void
a_nul_byte_is_refused(void **state)
{
	CONF_AUTO struct conf *conf = NULL;
	struct conf_problem problem;

	assert_int_equal(conf_new(&conf), 0);
	assert_int_equal(
	    conf_parse(conf, "a.conf", "[s]\nk = a\0b\n", 12, &problem),
	    ERR_CONFIG_INVALID);
}

static void
the_bounds_are_exact(void **state)
{
	CONF_AUTO struct conf *conf = NULL;
	struct conf_problem problem;
	char *text = calloc(1, CONF_FILE_MAX_BYTES + 2);

	assert_non_null(text);
	assert_int_equal(conf_new(&conf), 0);
	memset(text, '\n', CONF_FILE_MAX_BYTES + 1);
	assert_int_equal(
	    conf_parse(conf, "f", text, CONF_FILE_MAX_BYTES, &problem), 0);
	assert_int_equal(
	    conf_parse(conf, "f", text, CONF_FILE_MAX_BYTES + 1, &problem),
	    ERR_CONFIG_INVALID);
	memset(text, '#', CONF_LINE_MAX + 1);
	assert_int_equal(
	    conf_parse(conf, "f", text, CONF_LINE_MAX, &problem), 0);
	assert_int_equal(
	    conf_parse(conf, "f", text, CONF_LINE_MAX + 1, &problem),
	    ERR_CONFIG_INVALID);
	free(text);
}

static void
the_number_of_entries_is_bounded(void **state)
{
	CONF_AUTO struct conf *conf = NULL;
	struct conf_problem problem;
	char text[32];

	assert_int_equal(conf_new(&conf), 0);
	for (int i = 0; i < CONF_ENTRIES_MAX; i++) {
		snprintf(text, sizeof(text), "[s w%d]", i);
		assert_int_equal(parse(conf, text, &problem), 0);
	}
	assert_int_equal(parse(conf, "[s w0]", &problem), 0);
	assert_int_equal(parse(conf, "[t]", &problem), ERR_CONFIG_INVALID);
	assert_int_equal(conf_count(conf), CONF_ENTRIES_MAX);
}

static void
a_later_file_replaces_single_values(void **state)
{
	CONF_AUTO struct conf *conf = NULL;
	struct conf_problem problem;
	static const char *const later = "[s]\nb = 3\nc = 4\n";

	assert_int_equal(conf_new(&conf), 0);
	assert_int_equal(parse(conf, "[s]\na = 1\nb = 2\n", &problem), 0);
	assert_int_equal(
	    conf_parse(conf, "b.conf", later, strlen(later), &problem), 0);
	assert_int_equal(conf_count(conf), 4);
	entry_is(conf, 0, "s", "", "");
	entry_is(conf, 1, "s", "a", "1");
	entry_is(conf, 2, "s", "b", "3");
	entry_is(conf, 3, "s", "c", "4");
	assert_string_equal(conf_entry(conf, 1)->file, "a.conf");
	assert_string_equal(conf_entry(conf, 2)->file, "b.conf");
	assert_int_equal(conf_entry(conf, 2)->line, 2);
}

static void
names_are_compared_byte_for_byte(void **state)
{
	CONF_AUTO struct conf *conf = NULL;
	struct conf_problem problem;

	assert_int_equal(conf_new(&conf), 0);
	assert_int_equal(
	    parse(conf, "[role A]\nk = 1\nK = 2\n[role a]\n[role]\n", &problem),
	    0);
	assert_int_equal(conf_count(conf), 5);
}

static void
a_problem_never_overflows(void **state)
{
	struct conf_entry entry = {.line = 7};
	struct conf_problem problem;
	char file[600];

	memset(file, 'f', sizeof(file) - 1);
	file[sizeof(file) - 1] = '\0';
	entry.file = file;
	conf_problem_set(&problem, &entry, "%s", file);
	assert_int_equal(strlen(problem.text), sizeof(problem.text) - 1);
	entry.file = "f";
	conf_problem_set(&problem, &entry, "%d is wrong", 3);
	assert_string_equal(problem.text, "f:7: 3 is wrong");
}

static void
durations(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
	} good[] = {{"0", 0}, {"0s", 0}, {"90s", 90}, {"15m", 900},
	    {"12h", 43200}, {"7d", 604800},
	    {"2147483647d", INT64_C(2147483647) * 86400}};
	static const char *const bad[] = {"", "s", "90", "-1s", "+1s", " 1s",
	    "1s ", "1 s", "1.5h", "1S", "01s", "1ms", "1w", "2147483648s",
	    "99999999999999999999s", "1h30m", "0x1s"};
	int64_t s = -7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(conf_duration(bad[i], &s));
	assert_int_equal(s, -7);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(conf_duration(good[i].text, &s));
		assert_true(s == good[i].s);
	}
}

static void
percents_flags_and_numbers(void **state)
{
	unsigned int percent = 7;
	uint32_t number = 7;
	bool flag = false;

	assert_true(conf_percent("0%", &percent) && percent == 0);
	assert_true(conf_percent("100%", &percent) && percent == 100);
	assert_false(conf_percent("101%", &percent));
	assert_false(conf_percent("20", &percent));
	assert_false(conf_percent("20 %", &percent));
	assert_false(conf_percent("20%%", &percent));
	assert_true(conf_flag("yes", &flag) && flag);
	assert_true(conf_flag("off", &flag) && !flag);
	assert_true(conf_flag("true", &flag) && flag);
	assert_false(conf_flag("Yes", &flag));
	assert_false(conf_flag("", &flag));
	assert_false(conf_flag("1", &flag));
	assert_true(conf_u32("4294967295", &number) && number == UINT32_MAX);
	assert_true(conf_u32("0", &number) && number == 0);
	assert_false(conf_u32("4294967296", &number));
	assert_false(conf_u32("-1", &number));
	assert_false(conf_u32("010", &number));
	assert_false(conf_u32("1 ", &number));
	assert_false(conf_u32("", &number));
}

static void
list_gives(const char *value, const char *joined, bool want_bad)
{
	const char *cursor = value;
	bool bad = false;
	char all[64] = "";
	char part[6];
	size_t len = 0;

	while (conf_list_next(&cursor, part, sizeof(part), &bad))
		len += (size_t)snprintf(
		    all + len, sizeof(all) - len, "<%s>", part);
	assert_string_equal(all, joined);
	assert_int_equal(bad, want_bad);
	assert_false(conf_list_next(&cursor, part, sizeof(part), &bad));
}

static void
lists(void **state)
{
	list_gives("", "", false);
	list_gives("  ", "", false);
	list_gives("a", "<a>", false);
	list_gives(" a ,b b\t, c", "<a><b b><c>", false);
	list_gives("a,,b", "<a>", true);
	list_gives("a,", "", true);
	list_gives("a, ", "", true);
	list_gives(",a", "", true);
	list_gives(",", "", true);
	list_gives("12345,a", "<12345><a>", false);
	list_gives("a,123456", "<a>", true);
}

/* The names of the fuzzer's seeds tell the truth. */
static void
good_seeds_read_and_bad_ones_do_not(void **state)
{
	const char *top = getenv("top_srcdir");
	char folder[4096];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/conf",
	    top == NULL ? "." : top);
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		CONF_AUTO struct conf *conf = NULL;
		BUF_AUTO struct buf seed = {.limit = CONF_FILE_MAX_BYTES};
		struct conf_problem problem;
		char path[4400];

		if (strchr(entry->d_name, '-') == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		load(path, &seed);
		assert_int_equal(conf_new(&conf), 0);
		if ((conf_parse(conf, "seed", buf_text(&seed), seed.len,
			 &problem) == 0) ==
		    (strncmp(entry->d_name, "bad-", 4) == 0))
			fail_msg("%s is not what it says", entry->d_name);
		count++;
	}
	closedir(dir);
	assert_true(count >= 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_designs_example_reads),
	    cmocka_unit_test(each_odd_line_is_refused_with_its_number),
	    cmocka_unit_test(a_key_needs_a_section),
	    cmocka_unit_test(a_nul_byte_is_refused),
	    cmocka_unit_test(the_bounds_are_exact),
	    cmocka_unit_test(the_number_of_entries_is_bounded),
	    cmocka_unit_test(a_later_file_replaces_single_values),
	    cmocka_unit_test(names_are_compared_byte_for_byte),
	    cmocka_unit_test(a_problem_never_overflows),
	    cmocka_unit_test(durations),
	    cmocka_unit_test(percents_flags_and_numbers),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(good_seeds_read_and_bad_ones_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
