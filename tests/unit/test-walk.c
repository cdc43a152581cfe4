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

/* Overlays that come and go, and take the one just told away. */
static void
t71_an_overlay_repeats_and_skips_nobody(void **state)
{
	struct nsshost *host = *state;
	struct walk walk;
	char buffer[1024];

	nsshost_publish_base(host, 2);
	walk_start(&walk, WALK_USERS);
	assert_string_equal(next_user(host, &walk, buffer), "ada");
	nsshost_publish_overlay(host, 1, "aaa");
	nsshost_publish_overlay(host, 2, "carol");
	assert_string_equal(next_user(host, &walk, buffer), "carol");
	nsshost_publish_overlay(host, 3, "dave");
	assert_string_equal(next_user(host, &walk, buffer), "dave");
	nsshost_publish_overlay(host, 4, "dave");
	assert_string_equal(next_user(host, &walk, buffer), "grace");
	nsshost_publish_base(host, 3);
	assert_null(next_user(host, &walk, buffer));
	walk_start(&walk, WALK_USERS);
	assert_string_equal(next_user(host, &walk, buffer), "ada");
	assert_string_equal(next_user(host, &walk, buffer), "bob");
	nsshost_publish_overlay(host, 1, "bart");
	assert_string_equal(next_user(host, &walk, buffer), "grace");
}

static void
t71_groups_and_private_ones_across_overlays(void **state)
{
	static const char *const names[] = {"everyone", "nobody-here",
	    "org-admins", "org-members", "ada", "carol", "grace"};
	struct nsshost *host = *state;
	struct walk walk;
	char buffer[1024];

	nsshost_publish_base(host, 2);
	walk_start(&walk, WALK_GROUPS);
	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct group gr;
		int os_error;
		struct group_answer answer = {
		    &gr, buffer, sizeof(buffer), &os_error};

		nsshost_publish_overlay(host, i + 1, "carol");
		assert_int_equal(
		    group_next(&host->map, &walk, &answer), NSS_STATUS_SUCCESS);
		assert_string_equal(gr.gr_name, names[i]);
	}
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
	    TEST(t71_an_overlay_repeats_and_skips_nobody),
	    TEST(t71_groups_and_private_ones_across_overlays),
	    TEST(t71_a_publication_at_every_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
