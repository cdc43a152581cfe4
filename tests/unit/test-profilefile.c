/*
 * test-profilefile.c - a profile's file, and where its problems are.
 */
#include "services/profilefile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

#ifndef PROFILES_FOLDER
#define PROFILES_FOLDER "packaging/profiles"
#endif

/* What was told, in order. */
static struct {
	size_t count;
	char sentences[16][256];
} told;

static void
on_problem(void *arg, const char *sentence)
{
	assert_true(told.count < 16);
	(void)snprintf(told.sentences[told.count++], sizeof(told.sentences[0]),
	    "%s", sentence);
}

static int
read_text(const char *text, struct profile **ret_profile)
{
	char path[] = "/tmp/profileXXXXXX";
	int fd = mkstemp(path);
	int r = 0;

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	memset(&told, 0, sizeof(told));
	r = profilefile_read(path, on_problem, NULL, ret_profile);
	assert_int_equal(unlink(path), 0);
	return r;
}

static void
every_problem_is_told_with_its_line(void **state)
{
	struct profile *profile = NULL;

	assert_int_equal(read_text("[operation signin]\n"
				   "steps = a\n"
				   "[request a]\n"
				   "verb = GET\n"
				   "path = nowhere\n"
				   "[token]\n"
				   "roles_form = tree\n",
			     &profile),
	    ERR_CONFIG_INVALID);
	assert_null(profile);
	assert_int_equal(told.count, 3);
	assert_non_null(strstr(told.sentences[0], ":4: "));
	assert_non_null(strstr(told.sentences[1], ":5: "));
	assert_non_null(strstr(told.sentences[2], ":7: "));
}

static void
what_is_missing_is_told_where_its_section_begins(void **state)
{
	struct profile *profile = NULL;

	assert_int_equal(read_text("# a comment\n"
				   "[operation signin]\n"
				   "steps = a\n"
				   "[token]\n"
				   "subject = /sub\n"
				   "[request a]\n"
				   "method = GET\n"
				   "path = /{password}\n",
			     &profile),
	    ERR_CONFIG_INVALID);
	assert_int_equal(told.count, 4);
	assert_non_null(strstr(told.sentences[0], ":6: "));
	assert_non_null(strstr(told.sentences[1], ":2: "));
	assert_non_null(strstr(told.sentences[2], ":4: "));
}

static void
what_is_no_file_of_sections_is_told_once(void **state)
{
	struct profile *profile = NULL;

	assert_int_equal(
	    read_text("steps = a\n", &profile), ERR_CONFIG_INVALID);
	assert_int_equal(told.count, 1);
	memset(&told, 0, sizeof(told));
	assert_int_equal(
	    profilefile_read("/nonexistent/x", on_problem, NULL, &profile),
	    ERR_NOT_FOUND);
	assert_int_equal(told.count, 0);
}

/* What ships can be executed, and has the operations that it should have. */
static void
the_shipped_profiles_are_whole(void **state)
{
#define HAS(op) (1u << PROFILE_##op)
	static const struct {
		const char *name;
		unsigned int ops;
	} shipped[] = {
	    {"percus",
		HAS(SIGNIN) | HAS(SWITCH_ORG) | HAS(MEMBERS) | HAS(MEMBER) |
		    HAS(ACCEPT_INVITATION) | HAS(INVITE) |
		    HAS(RESEND_INVITATION)},
	    {"monozu",
		HAS(SIGNIN) | HAS(PASSWORD_LOGIN) | HAS(MFA_VERIFY) |
		    HAS(REFRESH) | HAS(MEMBERS) | HAS(MEMBER)},
	    {"lira",
		HAS(SIGNIN) | HAS(PASSWORD_LOGIN) | HAS(MEMBERS) | HAS(INVITE)},
	    {"eloquent",
		HAS(SIGNIN) | HAS(PASSWORD_LOGIN) | HAS(SWITCH_ORG) |
		    HAS(MEMBERS)},
	    {"apso", HAS(SIGNIN) | HAS(RENEW) | HAS(SWITCH_ORG) | HAS(MEMBERS)},
	    {"better-auth",
		HAS(SIGNIN) | HAS(RENEW) | HAS(SWITCH_ORG) | HAS(INVITE) |
		    HAS(REVOKE) | HAS(MEMBERS)},
	};
#undef HAS

	for (size_t i = 0; i < ARRAY_SIZE(shipped); i++) {
		struct profile *profile = NULL;
		unsigned int ops = 0;
		char path[512];

		memset(&told, 0, sizeof(told));
		(void)snprintf(path, sizeof(path), PROFILES_FOLDER "/%s.conf",
		    shipped[i].name);
		if (profilefile_read(path, on_problem, NULL, &profile) != 0)
			fail_msg("%s", told.sentences[0]);
		for (size_t op = 0; op < PROFILE_OP_COUNT; op++)
			ops |= profile->ops[op].present ? 1u << op : 0;
		if (ops != shipped[i].ops)
			fail_msg("%s: operations %x", shipped[i].name, ops);
		profile_free(profile);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_problem_is_told_with_its_line),
	    cmocka_unit_test(what_is_missing_is_told_where_its_section_begins),
	    cmocka_unit_test(what_is_no_file_of_sections_is_told_once),
	    cmocka_unit_test(the_shipped_profiles_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
