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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/snapshot.h"
#include "tests/unit/dirlab.h"
#include "tests/unit/failcalls.h"

struct fixture {
	struct publish_options options;
	struct publish_content content;
	struct members *members;
	struct locals *locals;
	struct ids *ids;
	struct db *db;
	struct dirlab lab;
	uint32_t users;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct ids_options ids;

	assert_non_null(f);
	dirlab_init(&f->lab);
	ids = dirlab_ids_options(&f->lab);
	assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	assert_int_equal(ids_new(f->db, &ids, &f->ids), 0);
	assert_int_equal(ids_load(f->ids), 0);
	f->options = (struct publish_options){.path = f->lab.snapshot,
	    .organization_name = "Acme",
	    .shell = "/bin/bash",
	    .home = "/home/%u",
	    .policy = &f->lab.policy,
	    .soft_age_s = 600,
	    .hard_age_s = 604800};
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *last = TAKE(*state);

	dirlab_close(
	    &last->lab, last->db, last->ids, last->locals, last->members);
	free(last);
	return 0;
}

static void
assign(struct fixture *f, const char *const *lines, size_t count)
{
	members_free(f->members);
	f->members = dirlab_assigned(f->db, f->ids, f->locals, lines, count);
	f->content.members = f->members;
	f->content.ids = f->ids;
	f->content.locals = f->locals;
	f->content.now.s = DIRLAB_WALL_S;
	f->content.generation++;
}
#define ASSIGN(f, ...) assign(f, DIRLAB_LINES(__VA_ARGS__))

static int
run(struct fixture *f)
{
	return publish(&f->options, &f->content, &f->users);
}

static void
open_file(const struct fixture *f, struct snapshot *snapshot)
{
	assert_int_equal(snapshot_open(f->lab.snapshot, snapshot), 0);
	assert_int_equal(snapshot_validate(snapshot), 0);
}

static bool
has_gid(const struct snapshot_user *user, uint32_t gid)
{
	for (uint32_t i = 0; i < user->gid_count; i++)
		if (snapshot_user_gid(user, i) == gid)
			return true;
	return false;
}

static void
members_stand_with_their_groups(void **state)
{
	struct fixture *f = *state;
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_user ada, bob;
	struct snapshot_group group;

	ASSIGN(f,
	    dirlab_line("u-1", "ada@x.example",
		",\"name\":\"Ada L\",\"shell\":\"/bin/zsh\""),
	    "{\"id\":\"u-2\",\"email\":\"bob@x.example\",\"roles\":[],"
	    "\"state\":\"Active\"}");
	assert_int_equal(run(f), 0);
	assert_int_equal(f->users, 2);
	open_file(f, &snapshot);
	assert_int_equal(snapshot_user_by_name(&snapshot, "ada", &ada), 0);
	assert_int_equal(snapshot_user_by_name(&snapshot, "bob", &bob), 0);
	assert_string_equal(ada.gecos, "Ada L");
	assert_string_equal(ada.home, "/home/ada");
	assert_string_equal(ada.shell, "/bin/zsh");
	assert_string_equal(bob.shell, "/bin/bash");
	assert_int_equal(
	    snapshot_group_by_name(&snapshot, "org-admins", &group), 0);
	assert_int_equal(group.member_count, 1);
	assert_true(has_gid(&ada, group.gid));
	assert_false(has_gid(&bob, group.gid));
	assert_int_equal(
	    snapshot_group_by_name(&snapshot, "org-members", &group), 0);
	assert_int_equal(group.member_count, 2);
	assert_true(has_gid(&ada, 4));
	assert_false(has_gid(&bob, 4));
	assert_int_equal(snapshot.generation, 1);
	assert_int_equal(snapshot.created.s, DIRLAB_WALL_S);
}

static void
who_may_not_log_in_keeps_the_name_but_no_group(void **state)
{
	static const char *const words[] = {
	    "Pending", "Deactivated", "Suspended"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct fixture *f = *state;
		struct snapshot snapshot SNAPSHOT_AUTO = {0};
		struct snapshot_user ada;
		char line[160];

		(void)snprintf(line, sizeof(line),
		    "{\"id\":\"u-1\",\"email\":\"ada@x.example\",\"roles\":"
		    "[\"OrganizationAdmin\"],\"state\":\"%s\"}",
		    words[i]);
		ASSIGN(f, line);
		assert_int_equal(run(f), 0);
		open_file(f, &snapshot);
		assert_int_equal(
		    snapshot_user_by_name(&snapshot, "ada", &ada), 0);
		assert_int_equal(ada.gid_count, 0);
	}
}

static void
t80_denied_and_root_groups_are_never_granted(void **state)
{
	static const char *const names[] = {"docker", "root", "nogroup"};
	struct fixture *f = *state;
	struct access_mapping *admin = f->lab.policy.mappings[0];
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_user ada;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(access_grant(admin, true, names[i]), 0);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(run(f), 0);
	open_file(f, &snapshot);
	assert_int_equal(snapshot_user_by_name(&snapshot, "ada", &ada), 0);
	assert_int_equal(ada.local_gid_count, 1);
	assert_true(has_gid(&ada, 4));
	assert_false(has_gid(&ada, 999));
	assert_false(has_gid(&ada, 0));
}

static void
t32_the_excluded_are_not_in_the_file(void **state)
{
	struct fixture *f = *state;
	struct snapshot snapshot SNAPSHOT_AUTO = {0};
	struct snapshot_user user;

	ASSIGN(f, dirlab_line("u-1", "root@x.example", ""),
	    dirlab_line("u-2", "ada@x.example", ""));
	assert_int_equal(run(f), 0);
	open_file(f, &snapshot);
	assert_int_equal(snapshot.user_count, 1);
	assert_int_equal(
	    snapshot_user_by_name(&snapshot, "root", &user), ERR_NOT_FOUND);
}

static void
t31_homes_follow_the_pattern_and_are_not_inherited(void **state)
{
	struct fixture *f = *state;
	char want[64];

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	ASSIGN(f, dirlab_line("u-2", "ada@x.example", ""));
	f->options.home = "/org/%i/%u%%x";
	assert_int_equal(run(f), 0);
	{
		struct snapshot snapshot SNAPSHOT_AUTO = {0};
		struct snapshot_user user;

		open_file(f, &snapshot);
		assert_int_equal(
		    snapshot_user_by_name(&snapshot, "ada", &user), 0);
		(void)snprintf(
		    want, sizeof(want), "/org/%u/%u%%%%x", user.uid, user.uid);
		assert_string_equal(user.home, want);
	}
}

static void
a_field_the_reader_refuses_excludes_its_member_alone(void **state)
{
	struct fixture *f = *state;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ",\"shell\":\"/bin/sh\""));
	f->options.shell = "not/absolute";
	assert_int_equal(run(f), 0);
	assert_int_equal(f->users, 1);
	assert_null(members_by_user(f->members, "ada"));
	assert_int_equal(members_by_id(f->members, "u-1")->uid, 0);
	assert_int_not_equal(members_by_id(f->members, "u-1")->excluded, 0);
	assert_non_null(members_by_user(f->members, "bob"));
}

struct told {
	int calls;
	int err;
	uint32_t users;
	size_t refusals;
	int reason;
	char member[16];
};

static void
on_done(void *arg, const struct publish_result *result)
{
	struct told *told = arg;

	told->calls++;
	told->err = result->err;
	told->users = result->users;
	told->refusals = result->refusal_count;
	if (result->refusal_count == 0)
		return;
	told->reason = result->refusals[0].reason;
	(void)snprintf(told->member, sizeof(told->member), "%s",
	    result->refusals[0].member_id);
}

static void
a_whole_list_goes_out_while_the_loop_runs(void **state)
{
	struct fixture *f = *state;
	struct publisher *publisher = NULL;
	struct loop *loop = NULL;
	struct told told = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ",\"shell\":\"/bin/sh\""));
	f->options.shell = "not/absolute";
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(publisher_new(loop, &f->options, &publisher), 0);
	assert_int_equal(
	    publish_start(publisher, &f->content, on_done, &told), 0);
	assert_true(publish_running(publisher));
	assert_int_equal(
	    publish_start(publisher, &f->content, on_done, &told), ERR_EXISTS);
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
	struct fixture *f = *state;
	struct publisher *publisher = NULL;
	struct loop *loop = NULL;
	struct told told = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(publisher_new(loop, &f->options, &publisher), 0);
	assert_int_equal(
	    publish_start(publisher, &f->content, on_done, &told), 0);
	publisher_free(publisher);
	loop_run(loop);
	assert_int_equal(told.calls, 0);
	loop_free(loop);
}

static void
a_reader_of_the_old_file_is_told(void **state)
{
	struct fixture *f = *state;
	struct snapshot old SNAPSHOT_AUTO = {0};
	struct snapshot new SNAPSHOT_AUTO = {0};

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(run(f), 0);
	open_file(f, &old);
	assert_false(snapshot_get_marks(&old).superseded);
	f->content.generation++;
	assert_int_equal(run(f), 0);
	open_file(f, &new);
	assert_true(snapshot_get_marks(&old).superseded);
	assert_false(snapshot_get_marks(&new).superseded);
	assert_int_equal(snapshot_validate(&old), 0);
}

static void
what_stands_is_known_by_generation_and_names(void **state)
{
	struct fixture *f = *state;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_false(publish_stands(f->lab.snapshot, &f->content));
	assert_int_equal(run(f), 0);
	assert_true(publish_stands(f->lab.snapshot, &f->content));
	f->content.generation++;
	assert_false(publish_stands(f->lab.snapshot, &f->content));
	f->content.generation--;
	assert_int_equal(members_assign(f->members, 0, "eve", 70000, 0), 0);
	assert_false(publish_stands(f->lab.snapshot, &f->content));
	assert_int_equal(
	    members_assign(f->members, 0, "", 0, ERR_NAME_TAKEN), 0);
	assert_false(publish_stands(f->lab.snapshot, &f->content));
}

/* The generation that a reader finds: always of a whole file. */
static uint64_t
generation_in_file(const struct fixture *f)
{
	struct snapshot snapshot SNAPSHOT_AUTO = {0};

	open_file(f, &snapshot);
	assert_int_equal(snapshot.user_count, snapshot.generation);
	return snapshot.generation;
}

/* Generation 1 has one user, generation 2 has two. */
static void
put_first(struct fixture *f)
{
	f->content.generation = 0;
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(run(f), 0);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
}

static void
t61_a_failing_call_leaves_a_whole_file(void **state)
{
	static const int errors[] = {EIO, ENOSPC, FAILCALLS_SHORT};
	struct fixture *f = *state;

	for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
		bool hit = true;

		for (int n = 1; hit; n++) {
			int err = 0;

			put_first(f);
			failcalls_arm(n, errors[e]);
			err = run(f);
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
	struct fixture *f = *state;
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
			_exit(run(f) == 0 ? 0 : 1);
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

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(members_stand_with_their_groups),
	    TEST(who_may_not_log_in_keeps_the_name_but_no_group),
	    TEST(t80_denied_and_root_groups_are_never_granted),
	    TEST(t32_the_excluded_are_not_in_the_file),
	    TEST(t31_homes_follow_the_pattern_and_are_not_inherited),
	    TEST(a_field_the_reader_refuses_excludes_its_member_alone),
	    TEST(a_whole_list_goes_out_while_the_loop_runs),
	    TEST(a_publisher_may_go_while_a_list_is_on_its_way),
	    TEST(a_reader_of_the_old_file_is_told),
	    TEST(what_stands_is_known_by_generation_and_names),
	    TEST(t61_a_failing_call_leaves_a_whole_file),
	    TEST(t61_t89_a_kill_at_any_call_leaves_a_whole_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
