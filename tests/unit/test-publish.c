/*
 * test-publish.c - what stands in the file, and that it stands whole: every
 * system call of a publication fails once, and the process is killed at each.
 */
#include "services/publish.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/roster.h"
#include "common/snapshot.h"
#include "tests/unit/failcalls.h"
#include "tests/unit/peek.h"
#include "tests/unit/publishlab.h"

static void
members_stand_with_their_groups(void **state)
{
	struct publishlab *f = *state;
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_user ada, bob;
	struct snapshot_group group;

	ASSIGN(f,
	    dirlab_line("u-1", "ada@x.example",
		",\"name\":\"Ada L\",\"shell\":\"/bin/zsh\""),
	    "{\"id\":\"u-2\",\"email\":\"bob@x.example\",\"roles\":[],"
	    "\"state\":\"Active\"}");
	assert_int_equal(publishlab_run(f), 0);
	assert_int_equal(f->users, 2);
	publishlab_open_file(f, &snapshot);
	assert_int_equal(snapshot_user_by_name(&snapshot, "ada", &ada), 0);
	assert_int_equal(snapshot_user_by_name(&snapshot, "bob", &bob), 0);
	assert_string_equal(ada.gecos, "Ada L");
	assert_string_equal(ada.home, "/home/ada");
	assert_string_equal(ada.shell, "/bin/zsh");
	assert_string_equal(bob.shell, "/bin/bash");
	assert_int_equal(
	    snapshot_group_by_name(&snapshot, "org-admins", &group), 0);
	assert_int_equal(group.member_count, 1);
	assert_true(publishlab_has_gid(&ada, group.gid));
	assert_false(publishlab_has_gid(&bob, group.gid));
	assert_int_equal(
	    snapshot_group_by_name(&snapshot, "org-members", &group), 0);
	assert_int_equal(group.member_count, 2);
	assert_true(publishlab_has_gid(&ada, 4));
	assert_false(publishlab_has_gid(&bob, 4));
	assert_int_equal(snapshot.generation, 1);
	assert_int_equal(snapshot.created.s, DIRLAB_WALL_S);
}

static void
who_may_not_log_in_keeps_the_name_but_no_group(void **state)
{
	static const char *const words[] = {
	    "Pending", "Deactivated", "Suspended"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct publishlab *f = *state;
		struct snapshot snapshot SNAPSHOT_AUTO = {0};
		struct snapshot_user ada;
		char line[160];

		(void)snprintf(line, sizeof(line),
		    "{\"id\":\"u-1\",\"email\":\"ada@x.example\",\"roles\":"
		    "[\"OrganizationAdmin\"],\"state\":\"%s\"}",
		    words[i]);
		ASSIGN(f, line);
		assert_int_equal(publishlab_run(f), 0);
		publishlab_open_file(f, &snapshot);
		assert_int_equal(
		    snapshot_user_by_name(&snapshot, "ada", &ada), 0);
		assert_int_equal(ada.gid_count, 0);
	}
}

static void
who_shares_roles_but_not_the_state_shares_no_groups(void **state)
{
	struct publishlab *f = *state;
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_user user;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    "{\"id\":\"u-2\",\"email\":\"bob@x.example\",\"roles\":"
	    "[\"OrganizationAdmin\"],\"state\":\"Suspended\"}",
	    "{\"id\":\"u-3\",\"email\":\"cyd@x.example\",\"roles\":[],"
	    "\"scopes\":[\"OrganizationAdmin\"],\"state\":\"Active\"}",
	    dirlab_line("u-4", "dan@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &snapshot);
	assert_int_equal(snapshot_user_by_name(&snapshot, "ada", &user), 0);
	assert_int_equal(user.gid_count, 3);
	assert_int_equal(snapshot_user_by_name(&snapshot, "bob", &user), 0);
	assert_int_equal(user.gid_count, 0);
	assert_int_equal(snapshot_user_by_name(&snapshot, "cyd", &user), 0);
	assert_int_equal(user.gid_count, 1);
	assert_int_equal(snapshot_user_by_name(&snapshot, "dan", &user), 0);
	assert_int_equal(user.gid_count, 3);
}

static void
t80_denied_and_root_groups_are_never_granted(void **state)
{
	static const char *const names[] = {"docker", "root", "nogroup"};
	struct publishlab *f = *state;
	struct access_mapping *admin = f->lab.policy.mappings[0];
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_user ada;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(access_grant(admin, true, names[i]), 0);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &snapshot);
	assert_int_equal(snapshot_user_by_name(&snapshot, "ada", &ada), 0);
	assert_int_equal(ada.local_gid_count, 1);
	assert_true(publishlab_has_gid(&ada, 4));
	assert_false(publishlab_has_gid(&ada, 999));
	assert_false(publishlab_has_gid(&ada, 0));
}

static void
t32_the_excluded_are_not_in_the_file(void **state)
{
	struct publishlab *f = *state;
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_user user;

	ASSIGN(f, dirlab_line("u-1", "root@x.example", ""),
	    dirlab_line("u-2", "ada@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &snapshot);
	assert_int_equal(snapshot.user_count, 1);
	assert_int_equal(
	    snapshot_user_by_name(&snapshot, "root", &user), ERR_NOT_FOUND);
}

static void
t31_homes_follow_the_pattern_and_are_not_inherited(void **state)
{
	struct publishlab *f = *state;
	char want[64];

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	ASSIGN(f, dirlab_line("u-2", "ada@x.example", ""));
	f->options.home = "/org/%i/%u%%x";
	assert_int_equal(publishlab_run(f), 0);
	{
		struct snapshot snapshot SNAPSHOT_AUTO = {0};
		struct snapshot_user user;

		publishlab_open_file(f, &snapshot);
		assert_int_equal(
		    snapshot_user_by_name(&snapshot, "ada", &user), 0);
		(void)snprintf(
		    want, sizeof(want), "/org/%u/%u%%%%x", user.uid, user.uid);
		assert_string_equal(user.home, want);
	}
}

static void
check_home(struct publishlab *f, const char *user, const char *home)
{
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_user found;

	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &snapshot);
	assert_int_equal(snapshot_user_by_name(&snapshot, user, &found), 0);
	assert_string_equal(found.home, home);
}

static void
t31_a_renamed_member_stays_at_home(void **state)
{
	struct publishlab *f = *state;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	check_home(f, "ada", "/home/ada");
	ASSIGN(f, dirlab_line("u-1", "eve@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	check_home(f, "eve", "/home/ada");
	check_home(f, "bob", "/home/bob");
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	check_home(f, "ada", "/home/ada");
}

static void
a_field_the_reader_refuses_excludes_its_member_alone(void **state)
{
	struct publishlab *f = *state;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ",\"shell\":\"/bin/sh\""));
	f->options.shell = "not/absolute";
	assert_int_equal(publishlab_run(f), 0);
	assert_int_equal(f->users, 1);
	assert_null(peek_user(f->members, "ada"));
	assert_int_equal(peek_id(f->members, "u-1")->uid, 0);
	assert_int_not_equal(peek_id(f->members, "u-1")->excluded, 0);
	assert_non_null(peek_user(f->members, "bob"));
}

static void
a_whole_list_goes_out_while_the_loop_runs(void **state)
{
	struct publishlab *f = *state;
	struct publisher *publisher = NULL;
	struct loop *loop = NULL;
	struct publishlab_told told = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ",\"shell\":\"/bin/sh\""));
	f->options.shell = "not/absolute";
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(publisher_new(loop, &f->options, &publisher), 0);
	assert_int_equal(
	    publish_start(publisher, &f->content, publishlab_on_done, &told),
	    0);
	assert_true(publish_running(publisher));
	assert_int_equal(
	    publish_start(publisher, &f->content, publishlab_on_done, &told),
	    ERR_EXISTS);
	assert_int_equal(told.calls, 0);
	loop_run(loop);
	assert_false(publish_running(publisher));
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.err, 0);
	assert_int_equal(told.users, 1);
	assert_int_equal(told.refusals, 1);
	assert_string_equal(told.member, "u-1");
	assert_int_equal(told.reason, ERR_INVALID_ARGUMENT);
	publisher_free(publisher);
	loop_free(loop);
}

static void
a_publisher_may_go_while_a_list_is_on_its_way(void **state)
{
	struct publishlab *f = *state;
	struct publisher *publisher = NULL;
	struct loop *loop = NULL;
	struct publishlab_told told = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(publisher_new(loop, &f->options, &publisher), 0);
	assert_int_equal(
	    publish_start(publisher, &f->content, publishlab_on_done, &told),
	    0);
	publisher_free(publisher);
	loop_run(loop);
	assert_int_equal(told.calls, 0);
	loop_free(loop);
}

static void
a_reader_of_the_old_file_is_told(void **state)
{
	struct publishlab *f = *state;
	struct snapshot old SNAPSHOT_AUTO = {0};
	struct snapshot new SNAPSHOT_AUTO = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &old);
	assert_false(snapshot_get_marks(&old).superseded);
	f->content.generation++;
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &new);
	assert_true(snapshot_get_marks(&old).superseded);
	assert_false(snapshot_get_marks(&new).superseded);
	assert_int_equal(snapshot_validate(&old), 0);
}

int __real_madvise(void *start, size_t len, int advice);
int __wrap_madvise(void *start, size_t len, int advice);

/* Of the last map that was asked for in large pages. */
static size_t
large_bytes(const size_t *ret)
{
	static size_t bytes;

	if (ret != NULL)
		bytes = *ret;
	return bytes;
}

int
__wrap_madvise(void *start, size_t len, int advice)
{
	if (advice == MADV_HUGEPAGE)
		(void)large_bytes(&len);
	return __real_madvise(start, len, advice);
}

/* As after a start. */
static bool
adopted(const struct publishlab *f)
{
	struct publisher *publisher = publishlab_new_publisher(f);
	bool adopts = publish_adopt(publisher, &f->content);

	publisher_free(publisher);
	return adopts;
}

static void
a_file_from_before_the_start_is_read_in_large_pages(void **state)
{
	struct publishlab *f = *state;
	struct snapshot standing SNAPSHOT_AUTO = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	assert_int_equal(large_bytes(NULL), 0);
	assert_true(adopted(f));
	assert_int_equal(snapshot_open(f->options.path, &standing), 0);
	assert_int_equal(large_bytes(NULL), standing.size);
}

static void
only_the_file_that_would_be_written_is_adopted(void **state)
{
	struct publishlab *f = *state;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_false(adopted(f));
	assert_int_equal(publishlab_run(f), 0);
	assert_true(adopted(f));
	f->content.now.s++;
	assert_true(adopted(f));
	f->content.now.s -= 2;
	assert_false(adopted(f));
	f->content.now.s++;
	f->options.shell = "/bin/dash";
	assert_false(adopted(f));
	f->options.shell = "/bin/bash";
	f->options.hard_age_s--;
	assert_false(adopted(f));
	f->options.hard_age_s++;
	assert_true(adopted(f));
	dirlab_write(f->overlay, "");
	assert_false(adopted(f));
	assert_int_equal(unlink(f->overlay), 0);
	assert_int_equal(
	    members_assign(f->members, 0, "eve", 1879048200, false, 0), 0);
	assert_false(adopted(f));
}

static void
t73_an_older_file_is_noticed(void **state)
{
	struct publishlab *f = *state;
	char aside[160];

	(void)snprintf(aside, sizeof(aside), "%s.aside", f->lab.snapshot);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	assert_int_equal(link(f->lab.snapshot, aside), 0);
	f->content.generation++;
	assert_int_equal(publishlab_run(f), 0);
	assert_true(adopted(f));
	assert_int_equal(rename(aside, f->lab.snapshot), 0);
	assert_false(adopted(f));
	/* Nor may an overlay stand over it. */
	assert_int_equal(
	    publish_changes(f->publisher, &f->content, NULL, 0), ERR_TOO_LARGE);
	assert_int_equal(publishlab_run(f), 0);
	assert_true(adopted(f));
}

static void
t59_a_damaged_file_is_not_adopted(void **state)
{
	struct publishlab *f = *state;
	struct snapshot snapshot SNAPSHOT_AUTO = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &snapshot);
	for (size_t i = 0; i < snapshot.size; i++) {
		FILE *file = fopen(f->lab.snapshot, "r+e");
		uint8_t byte = (uint8_t)(snapshot.bytes[i] ^ 1);

		assert_non_null(file);
		assert_int_equal(fseek(file, (long)i, SEEK_SET), 0);
		assert_int_equal(fwrite(&byte, 1, 1, file), 1);
		assert_int_equal(fclose(file), 0);
		assert_false(adopted(f));
		file = fopen(f->lab.snapshot, "r+e");
		byte ^= 1;
		assert_non_null(file);
		assert_int_equal(fseek(file, (long)i, SEEK_SET), 0);
		assert_int_equal(fwrite(&byte, 1, 1, file), 1);
		assert_int_equal(fclose(file), 0);
	}
	assert_true(adopted(f));
}

static void
a_large_group_lists_nobody_where_that_is_wanted(void **state)
{
	struct publishlab *f = *state;
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_group group;
	struct snapshot_user user;

	f->options.group_members_max = 1;
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    "{\"id\":\"u-2\",\"email\":\"bob@x.example\",\"roles\":[],"
	    "\"state\":\"Active\"}");
	assert_int_equal(publishlab_run(f), 0);
	publishlab_open_file(f, &snapshot);
	assert_int_equal(
	    snapshot_group_by_name(&snapshot, "org-members", &group), 0);
	assert_true(group.unlisted);
	assert_int_equal(group.member_count, 0);
	assert_int_equal(snapshot_user_by_name(&snapshot, "bob", &user), 0);
	assert_true(publishlab_has_gid(&user, group.gid));
	assert_int_equal(
	    snapshot_group_by_name(&snapshot, "org-admins", &group), 0);
	assert_false(group.unlisted);
	assert_int_equal(group.member_count, 1);
}

static void
t61_leftovers_go_at_the_next_start_or_publication(void **state)
{
	struct publishlab *f = *state;
	char left[160];

	(void)snprintf(
	    left, sizeof(left), "%s/.new-0123456789abcdef", f->lab.folder);
	dirlab_write(left, "half");
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	f->publisher = publishlab_new_publisher(f);
	assert_int_not_equal(access(left, F_OK), 0);
	dirlab_write(left, "half");
	assert_int_equal(publishlab_run(f), 0);
	assert_int_not_equal(access(left, F_OK), 0);
}

/* The generation that a reader finds: always of a whole file. */
static uint64_t
generation_in_file(const struct publishlab *f)
{
	struct snapshot snapshot SNAPSHOT_AUTO = {0};

	publishlab_open_file(f, &snapshot);
	assert_int_equal(snapshot.user_count, snapshot.generation);
	return snapshot.generation;
}

/* Generation 1 has one user, generation 2 has two. */
static void
put_first(struct publishlab *f)
{
	f->content.generation = 0;
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(publishlab_run(f), 0);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
}

static void
t61_a_failing_call_leaves_a_whole_file(void **state)
{
	static const int errors[] = {EIO, ENOSPC, FAILCALLS_SHORT};
	struct publishlab *f = *state;

	for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
		bool hit = true;

		for (int n = 1; hit; n++) {
			int err = 0;

			put_first(f);
			failcalls_arm(n, errors[e]);
			err = publishlab_run(f);
			hit = failcalls_disarm();
			if (err == 0)
				assert_int_equal(generation_in_file(f), 2);
			else
				assert_in_range(generation_in_file(f), 1, 2);
			assert_true(n < 100);
			assert_true(hit || n > 8);
		}
	}
}

static void
remove_temporaries(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry = NULL;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, ".new-", 5) == 0)
			assert_int_equal(
			    unlinkat(dirfd(dir), entry->d_name, 0), 0);
	(void)closedir(dir);
}

static void
t61_t89_a_kill_at_any_call_leaves_a_whole_file(void **state)
{
	struct publishlab *f = *state;
	bool killed = true;
	uint64_t last = 1;

	for (int n = 1; killed; n++) {
		int status = 0;
		pid_t child = -1;

		put_first(f);
		child = fork();
		assert_int_not_equal(child, -1);
		if (child == 0) {
			failcalls_arm(n, FAILCALLS_KILL);
			_exit(publishlab_run(f) == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		killed = WIFSIGNALED(status);
		assert_true(killed || WEXITSTATUS(status) == 0);
		assert_in_range(generation_in_file(f), last, 2);
		last = generation_in_file(f);
		remove_temporaries(f->lab.folder);
		assert_true(n < 100);
		assert_true(killed || n > 8);
	}
	assert_int_equal(last, 2);
}

#define TEST(fn)                         \
	cmocka_unit_test_setup_teardown( \
	    fn, publishlab_setup, publishlab_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(members_stand_with_their_groups),
	    TEST(who_may_not_log_in_keeps_the_name_but_no_group),
	    TEST(who_shares_roles_but_not_the_state_shares_no_groups),
	    TEST(t80_denied_and_root_groups_are_never_granted),
	    TEST(t32_the_excluded_are_not_in_the_file),
	    TEST(t31_homes_follow_the_pattern_and_are_not_inherited),
	    TEST(t31_a_renamed_member_stays_at_home),
	    TEST(a_field_the_reader_refuses_excludes_its_member_alone),
	    TEST(a_whole_list_goes_out_while_the_loop_runs),
	    TEST(a_publisher_may_go_while_a_list_is_on_its_way),
	    TEST(a_reader_of_the_old_file_is_told),
	    TEST(a_file_from_before_the_start_is_read_in_large_pages),
	    TEST(only_the_file_that_would_be_written_is_adopted),
	    TEST(t73_an_older_file_is_noticed),
	    TEST(t59_a_damaged_file_is_not_adopted),
	    TEST(a_large_group_lists_nobody_where_that_is_wanted),
	    TEST(t61_leftovers_go_at_the_next_start_or_publication),
	    TEST(t61_a_failing_call_leaves_a_whole_file),
	    TEST(t61_t89_a_kill_at_any_call_leaves_a_whole_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
