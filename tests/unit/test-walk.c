/*
 * test-walk.c - an enumeration goes on across publications.
 */
#include "nss_module/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "nss_module/group.h"
#include "nss_module/passwd.h"
#include "tests/unit/nsshost.h"
#include "tests/unit/snapset.h"

static const char *
next_user(struct nsshost *host, struct walk *walk, char *buffer)
{
	struct passwd pw;
	int os_error;
	struct passwd_answer answer = {&pw, buffer, 1024, &os_error};

	return passwd_next(&host->map, walk, &answer) == NSS_STATUS_SUCCESS
	    ? pw.pw_name
	    : NULL;
}

/* Publishes the standard set with bob replaced by somebody else, or not. */
static void
publish_with(struct nsshost *host, const char *name)
{
	struct snapwrite_input in = snapset_input();
	struct snapwrite_user users[4];
	struct snapset set;

	memcpy(users, in.users, sizeof(*users) * 3);
	users[3] = users[2];
	users[3].name = name;
	users[3].uid = SNAPSET_UID + 9;
	in.users = users;
	in.user_count = 4;
	set = snapset_of(&in);
	snapset_publish(host->path, set.bytes, set.size);
	snapset_done(&set);
}

static void
t71_a_publication_repeats_and_skips_nobody(void **state)
{
	struct nsshost *host = *state;
	struct walk walk;
	char buffer[1024];

	walk_start(&walk, WALK_USERS);
	assert_string_equal(next_user(host, &walk, buffer), "ada");
	publish_with(host, "aaa");
	assert_string_equal(next_user(host, &walk, buffer), "bob");
	publish_with(host, "carol");
	assert_string_equal(next_user(host, &walk, buffer), "carol");
	nsshost_publish(host, 3);
	assert_string_equal(next_user(host, &walk, buffer), "grace");
	assert_null(next_user(host, &walk, buffer));
	walk_start(&walk, WALK_USERS);
	assert_string_equal(next_user(host, &walk, buffer), "ada");
}

static void
t71_a_publication_at_every_step(void **state)
{
	static const char *const names[] = {"everyone", "nobody-here",
	    "org-admins", "org-members", "ada", "bob", "grace"};
	struct nsshost *host = *state;
	struct walk walk;
	char buffer[1024];

	walk_start(&walk, WALK_GROUPS);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct group gr;
		int os_error;
		struct group_answer answer = {
		    &gr, buffer, sizeof(buffer), &os_error};

		nsshost_publish(host, i + 2);
		assert_int_equal(
		    group_next(&host->map, &walk, &answer), NSS_STATUS_SUCCESS);
		assert_string_equal(gr.gr_name, names[i]);
	}
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, nsshost_setup, nsshost_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(t71_a_publication_repeats_and_skips_nobody),
	    TEST(t71_a_publication_at_every_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
