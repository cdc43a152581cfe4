/*
 * test-pamstack.c - PAM service files as they stand on hosts, and what is read
 * out of them.
 */
#include "cli/pamstack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/planted.h"

#define FOLDER "/etc/pam.d/"

/* "LEVEL FILE:LINE MODULE|ARGUMENTS" of each line, one a line. */
static void
expect(struct planted *host, const char *phase, const char *wanted)
{
	PAMSTACK_AUTO struct pamstack stack = {0};
	char text[4096] = "";
	size_t len = 0;

	assert_int_equal(pamstack_load(&host->host, "door", phase, &stack), 0);
	for (size_t i = 0; i < stack.count; i++) {
		const struct pamstack_line *line = &stack.lines[i];

		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%u %s:%u %s|%s\n", line->level, line->file, line->number,
		    line->substack ? "substack" : line->module,
		    line->arguments);
		assert_true(len < sizeof(text));
	}
	assert_string_equal(text, wanted);
}

static void
lines_of_the_phase_are_read(void **state)
{
	struct planted *host = *state;

	planted_file(host, FOLDER "door",
	    "#%PAM-1.0\n"
	    "\n"
	    "auth required pam_a.so\n"
	    "  ACCOUNT\tRequired  /lib/security/pam_b.so  one [two three] # x\n"
	    "-account optional pam_c.so\n"
	    "account [success=1 \\\n"
	    "  default=ignore] \\\n"
	    "  pam_d.so four\n"
	    "password required pam_e.so\n"
	    "session required pam_f.so",
	    0644);
	expect(host, "account",
	    "0 /etc/pam.d/door:4 pam_b.so|one [two three] \n"
	    "0 /etc/pam.d/door:5 pam_c.so|\n"
	    "0 /etc/pam.d/door:6 pam_d.so|four\n");
	expect(host, "auth", "0 /etc/pam.d/door:3 pam_a.so|\n");
}

static void
included_files_stand_in_their_place(void **state)
{
	struct planted *host = *state;

	planted_file(host, FOLDER "door",
	    "@include common\n"
	    "account include common\n"
	    "account substack common\n"
	    "account required pam_last.so\n",
	    0644);
	planted_file(host, "/usr/lib/pam.d/common",
	    "auth required pam_auth.so\naccount required pam_c.so\n"
	    "account substack inner\n",
	    0644);
	planted_file(host, FOLDER "inner", "account required pam_i.so\n", 0644);
	expect(host, "account",
	    "0 /usr/lib/pam.d/common:2 pam_c.so|\n"
	    "0 /usr/lib/pam.d/common:3 substack|\n"
	    "1 /etc/pam.d/inner:1 pam_i.so|\n"
	    "0 /usr/lib/pam.d/common:2 pam_c.so|\n"
	    "0 /usr/lib/pam.d/common:3 substack|\n"
	    "1 /etc/pam.d/inner:1 pam_i.so|\n"
	    "0 /etc/pam.d/door:3 substack|\n"
	    "1 /usr/lib/pam.d/common:2 pam_c.so|\n"
	    "1 /usr/lib/pam.d/common:3 substack|\n"
	    "2 /etc/pam.d/inner:1 pam_i.so|\n"
	    "0 /etc/pam.d/door:4 pam_last.so|\n");
	/* The administrator's own comes first. */
	planted_file(
	    host, FOLDER "common", "account required pam_o.so\n", 0644);
	planted_file(host, FOLDER "door", "@include common\n", 0644);
	expect(host, "account", "0 /etc/pam.d/common:1 pam_o.so|\n");
	expect(host, "auth", "");
}

/* libpam installs a line that fails for each of them. */
static void
what_is_not_understood_fails(void **state)
{
	struct planted *host = *state;

	planted_file(host, FOLDER "door",
	    "acount required pam_a.so\n"
	    "account\n"
	    "account required\n"
	    "account requred pam_b.so\n"
	    "account [success] pam_c.so\n"
	    "account [succes=ok] pam_c.so\n"
	    "account [success=yes] pam_c.so\n"
	    "account [success=0] pam_c.so\n"
	    "account include nowhere\n"
	    "@include nowhere\n"
	    "@include\n",
	    0644);
	expect(host, "account",
	    "0 /etc/pam.d/door:2 |\n"
	    "0 /etc/pam.d/door:3 |\n"
	    "0 /etc/pam.d/door:4 |\n"
	    "0 /etc/pam.d/door:5 |\n"
	    "0 /etc/pam.d/door:6 |\n"
	    "0 /etc/pam.d/door:7 |\n"
	    "0 /etc/pam.d/door:8 |\n"
	    "0 /etc/pam.d/door:9 |\n"
	    "0 /etc/pam.d/door:10 |\n"
	    "0 /etc/pam.d/door:11 |\n");
	expect(host, "auth",
	    "0 /etc/pam.d/door:1 |\n"
	    "0 /etc/pam.d/door:10 |\n"
	    "0 /etc/pam.d/door:11 |\n");
}

static void
files_without_an_end_have_one(void **state)
{
	struct planted *host = *state;
	PAMSTACK_AUTO struct pamstack stack = {0};
	static char many[(PAMSTACK_LINES_MAX + 1) * 24 + 1];

	planted_file(host, FOLDER "door", "@include door\n", 0644);
	expect(host, "account", "0 /etc/pam.d/door:1 |\n");
	planted_file(host, FOLDER "door", "", 0644);
	expect(host, "account", "");
	for (size_t i = 0; i <= PAMSTACK_LINES_MAX; i++)
		(void)snprintf(
		    many + strlen(many), 25, "account optional pam_a\n");
	planted_file(host, FOLDER "door", many, 0644);
	assert_int_equal(pamstack_load(&host->host, "door", "account", &stack),
	    ERR_TOO_LARGE);
	planted_remove(host, FOLDER "door");
	assert_int_equal(pamstack_load(&host->host, "door", "account", &stack),
	    ERR_NOT_FOUND);
	planted_folder(host, FOLDER "door", 0755);
	assert_int_equal(pamstack_load(&host->host, "door", "account", &stack),
	    ERR_INSECURE_FILE);
}

static void
controls_are_read(void **state)
{
	int actions[PAMSTACK_CODES];

	assert_true(pamstack_control("required", actions));
	assert_int_equal(actions[PAMSTACK_SUCCESS], PAMSTACK_OK);
	assert_int_equal(actions[PAMSTACK_IGNORE], PAMSTACK_GO_ON);
	assert_int_equal(actions[PAMSTACK_AUTH_ERR], PAMSTACK_BAD);
	assert_true(pamstack_control("REQUISITE", actions));
	assert_int_equal(actions[PAMSTACK_AUTH_ERR], PAMSTACK_DIE);
	assert_true(pamstack_control("sufficient", actions));
	assert_int_equal(actions[PAMSTACK_SUCCESS], PAMSTACK_DONE);
	assert_int_equal(actions[PAMSTACK_AUTH_ERR], PAMSTACK_GO_ON);
	assert_true(pamstack_control("optional", actions));
	assert_int_equal(actions[PAMSTACK_SUCCESS], PAMSTACK_OK);
	/* Brackets, as the library reads them. */
	assert_true(pamstack_control(
	    "[success = 2 perm_denied=die\tdefault=ignore auth_err=reset",
	    actions));
	assert_int_equal(actions[PAMSTACK_SUCCESS], 2);
	assert_int_equal(actions[PAMSTACK_PERM_DENIED], PAMSTACK_DIE);
	assert_int_equal(actions[PAMSTACK_IGNORE], PAMSTACK_GO_ON);
	assert_int_equal(actions[PAMSTACK_AUTH_ERR], PAMSTACK_RESET);
	assert_true(pamstack_control("[success=ok", actions));
	assert_int_equal(actions[PAMSTACK_AUTH_ERR], PAMSTACK_BAD);
	/* What is not understood is bad as a whole. */
	assert_false(pamstack_control("[success=ok default=maybe", actions));
	assert_int_equal(actions[PAMSTACK_SUCCESS], PAMSTACK_BAD);
	assert_false(pamstack_control("[success=99999", actions));
	assert_false(pamstack_control("", actions));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLANTED_TEST(lines_of_the_phase_are_read),
	    PLANTED_TEST(included_files_stand_in_their_place),
	    PLANTED_TEST(what_is_not_understood_fails),
	    PLANTED_TEST(files_without_an_end_have_one),
	    cmocka_unit_test(controls_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
