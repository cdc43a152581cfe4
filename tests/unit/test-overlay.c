/*
 * test-overlay.c - what changed since the base is seen over it, and over the
 * next one where that was on its way.
 */
#include "services/overlay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/publishlab.h"

static uint32_t
count_in(const struct roster *roster, const char *group)
{
	struct snapshot_group there;
	uint32_t count = 0;

	assert_int_equal(roster_group_by_name(roster, group, &there), 0);
	assert_int_equal(roster_count_members(roster, &there, &count), 0);
	return count;
}

static void
a_change_is_seen_over_the_base(void **state)
{
	struct publishlab *f = *state;
	struct roster roster ROSTER_AUTO = {0};
	struct snapshot before SNAPSHOT_AUTO = {0};
	struct snapshot_user user;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""),
	    dirlab_line("u-3", "cyd@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &before);
	/* One is renamed, one suspended, one joins, one leaves. */
	ASSIGN(f, dirlab_line("u-1", "eve@x.example", ""),
	    "{\"id\":\"u-2\",\"email\":\"bob@x.example\",\"roles\":"
	    "[\"OrganizationAdmin\"],\"state\":\"Suspended\"}",
	    dirlab_line("u-4", "dan@x.example", ""));
	assert_int_equal(CHANGE(f, "u-1", "u-2", "u-3", "u-4"), 0);
	assert_int_equal(snapshot_get_marks(&before).overlay, 1);
	assert_false(snapshot_get_marks(&before).superseded);
	publishlab_open_roster(f, &roster);
	assert_int_equal(
	    roster_user_by_name(&roster, "ada", &user), ERR_NOT_FOUND);
	assert_int_equal(
	    roster_user_by_name(&roster, "cyd", &user), ERR_NOT_FOUND);
	assert_int_equal(roster_user_by_name(&roster, "eve", &user), 0);
	assert_string_equal(user.home, "/home/ada");
	assert_true(publishlab_has_gid(&user, 4));
	assert_int_equal(roster_user_by_name(&roster, "bob", &user), 0);
	assert_int_equal(user.gid_count, 0);
	assert_int_equal(roster_user_by_name(&roster, "dan", &user), 0);
	assert_int_equal(user.gid_count, 3);
	assert_int_equal(count_in(&roster, "org-members"), 2);
	assert_int_equal(count_in(&roster, "org-admins"), 2);
	assert_int_equal(count_in(&roster, "adm"), 2);
	assert_true(roster_proves_absent(&roster, "ada"));
}

static void
each_overlay_holds_all_changes_and_ends_with_the_base(void **state)
{
	struct publishlab *f = *state;
	struct snapshot before SNAPSHOT_AUTO = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &before);
	assert_int_equal(CHANGE(f, "u-1"), 0);
	assert_int_equal(CHANGE(f, "u-1"), 0);
	assert_int_equal(snapshot_get_marks(&before).overlay, 2);
	assert_int_equal(
	    publish_changes(f->publisher, &f->content, NULL, 0), 0);
	assert_int_equal(snapshot_get_marks(&before).overlay, 3);
	assert_int_equal(access(f->overlay, F_OK), 0);
	assert_int_equal(publishlab_run(f), 0);
	assert_int_not_equal(access(f->overlay, F_OK), 0);
	assert_true(snapshot_get_marks(&before).superseded);
}

static void
what_no_overlay_can_tell_takes_a_whole_list(void **state)
{
	static struct member member = {.id = "u-1", .user = "ada"};
	static const struct member *many[PUBLISH_CHANGES_MAX + 1];
	struct publishlab *f = *state;
	struct members *assigned = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = &member;
	f->publisher = publishlab_new_publisher(f);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	/* No base is known. */
	assert_int_equal(CHANGE(f, "u-1"), ERR_TOO_LARGE);
	assert_int_equal(publishlab_run(f), 0);
	assert_int_equal(
	    publish_changes(f->publisher, &f->content, many, ARRAY_SIZE(many)),
	    ERR_TOO_LARGE);
	/* Somebody has the name of another who has not changed. */
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""),
	    dirlab_line("u-3", "cyd@x.example", ""));
	assigned = f->members;
	assert_int_equal(members_exclude(assigned, "u-2", ERR_NAME_TAKEN), 0);
	for (size_t i = 0; i < members_count(assigned); i++) {
		struct member now = {0};

		assert_true(members_get(assigned, i, &now));
		if (strcmp(now.id, "u-3") == 0)
			assert_int_equal(members_assign(assigned, i, "bob",
					     now.uid, false, 0),
			    0);
	}
	assert_int_equal(CHANGE(f, "u-3"), ERR_TOO_LARGE);
	/* A group of the host has another number now. */
	dirlab_write(f->lab.group, "root:x:0:\nadm:x:44:\n");
	locals_free(TAKE(f->locals));
	assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
	f->content.locals = f->locals;
	assert_int_equal(CHANGE(f, "u-1"), ERR_TOO_LARGE);
	assert_int_not_equal(access(f->overlay, F_OK), 0);
}

static void
a_change_on_the_way_is_carried_into_the_new_list(void **state)
{
	struct publishlab *f = *state;
	struct roster roster ROSTER_AUTO = {0};
	struct loop *loop = NULL;
	struct members *old = NULL;
	struct publishlab_told told = {0};
	struct snapshot_user user;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(publisher_new(loop, &f->options, &f->publisher), 0);
	assert_int_equal(publish_carry(f->publisher, NULL, 0), ERR_NOT_FOUND);
	assert_int_equal(
	    publish_start(f->publisher, &f->content, publishlab_on_done, &told),
	    0);
	old = TAKE(f->members);
	ASSIGN(f,
	    dirlab_line("u-1", "ada@x.example", ",\"shell\":\"/bin/zsh\""),
	    dirlab_line("u-3", "cyd@x.example", ""));
	{
		const struct member members[] = {publishlab_member_of(f, "u-1"),
		    publishlab_member_of(f, "u-2"),
		    publishlab_member_of(f, "u-3")};
		const struct member *list[] = {
		    &members[0], &members[1], &members[2]};

		assert_int_equal(publish_carry(f->publisher, list, 3), 0);
	}
	loop_run(loop);
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.err, 0);
	publishlab_open_roster(f, &roster);
	assert_int_equal(snapshot_get_marks(&roster.base).overlay, 1);
	assert_int_equal(roster.overlay.number, 1);
	assert_int_equal(roster_user_by_name(&roster, "ada", &user), 0);
	assert_string_equal(user.shell, "/bin/zsh");
	assert_int_equal(
	    roster_user_by_name(&roster, "bob", &user), ERR_NOT_FOUND);
	assert_int_equal(roster_user_by_name(&roster, "cyd", &user), 0);
	/* And the next overlay follows on it. */
	assert_int_equal(CHANGE(f, "u-1", "u-2", "u-3"), 0);
	assert_int_equal(snapshot_get_marks(&roster.base).overlay, 2);
	publisher_free(TAKE(f->publisher));
	loop_free(loop);
	members_free(old);
}

#define LAB_TEST(fn)                     \
	cmocka_unit_test_setup_teardown( \
	    fn, publishlab_setup, publishlab_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LAB_TEST(a_change_is_seen_over_the_base),
	    LAB_TEST(each_overlay_holds_all_changes_and_ends_with_the_base),
	    LAB_TEST(what_no_overlay_can_tell_takes_a_whole_list),
	    LAB_TEST(a_change_on_the_way_is_carried_into_the_new_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
