/*
 * test-accounts.c - what [accounts] and the host's own files say, from the
 * directory through the published files to what the name service tells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop.h"
#include "common/err.h"
#include "nss_module/group.h"
#include "nss_module/passwd.h"
#include "services/directory.h"
#include "tests/unit/dirlab.h"

#define ROOM 8192

struct fixture {
	struct directory *directory;
	struct directory_options options;
	struct db *db;
	struct loop *loop;
	struct clock_fake clock;
	struct dirlab lab;
	struct map map;
	int done;
	char shells[96];
	/* the last answer */
	struct passwd user;
	struct group group;
	char room[ROOM];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(loop_new(&f->loop), 0);
	clock_fake_init(&f->clock, DIRLAB_WALL_S, 5000);
	dirlab_init(&f->lab);
	*state = f;
	(void)snprintf(
	    f->shells, sizeof(f->shells), "%s/shells", f->lab.folder);
	f->options = dirlab_options(&f->lab);
	f->options.shells_path = f->shells;
	f->map.path = f->lab.snapshot;
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	directory_free(f->directory);
	loop_free(f->loop);
	db_close(f->db);
	(void)unlink(f->shells);
	dirlab_done(&f->lab);
	free(f);
	return 0;
}

static void
settle(struct fixture *f)
{
	for (int i = 0; i < 100000 && directory_busy(f->directory); i++)
		loop_turn(f->loop, true);
	assert_false(directory_busy(f->directory));
}

static void
on_done(void *arg, int reason)
{
	struct fixture *f = arg;

	assert_int_equal(reason, 0);
	f->done++;
}

/* A directory with these members, published. */
static void
take_over(struct fixture *f, const char *const *lines, size_t count)
{
	if (f->directory == NULL) {
		assert_int_equal(directory_new(f->loop, f->db, &f->clock.clock,
				     &f->options, &f->directory),
		    0);
		assert_int_equal(directory_load(f->directory), 0);
	}
	f->done = 0;
	assert_int_equal(directory_replace(f->directory,
			     dirlab_members(lines, count), true, on_done, f),
	    0);
	settle(f);
	assert_int_equal(f->done, 1);
}

static enum nss_status
ask_user(struct fixture *f, const char *name)
{
	int os_error = 0;
	const struct passwd_answer answer = {
	    &f->user, f->room, sizeof(f->room), &os_error};

	return passwd_by_name(&f->map, name, &answer);
}

static enum nss_status
ask_group(struct fixture *f, const char *name)
{
	int os_error = 0;
	const struct group_answer answer = {
	    &f->group, f->room, sizeof(f->room), &os_error};

	return group_by_name(&f->map, name, &answer);
}

static void
expect_shell(struct fixture *f, const char *name, const char *shell)
{
	assert_int_equal(ask_user(f, name), NSS_STATUS_SUCCESS);
	assert_string_equal(f->user.pw_shell, shell);
}

static size_t
count_members(struct fixture *f, const char *group)
{
	size_t count = 0;

	assert_int_equal(ask_group(f, group), NSS_STATUS_SUCCESS);
	while (f->group.gr_mem[count] != NULL)
		count++;
	return count;
}

/* What initgroups gives the user; a list that is freed by the caller. */
static enum nss_status
ask_gids(struct fixture *f, const char *user, gid_t **gids, long *count)
{
	long room = 4;
	const struct group_list list = {.gids = gids,
	    .count = count,
	    .room = &room,
	    .limit = -1,
	    .skip = (gid_t)-1};
	int os_error = 0;

	*count = 0;
	*gids = calloc((size_t)room, sizeof(**gids));
	assert_non_null(*gids);
	return group_list(&f->map, user, &list, &os_error);
}

static bool
is_in(struct fixture *f, const char *user, gid_t gid)
{
	gid_t *gids = NULL;
	long count = 0;
	bool found = false;

	assert_int_equal(ask_gids(f, user, &gids, &count), NSS_STATUS_SUCCESS);
	for (long i = 0; i < count; i++)
		found = found || gids[i] == gid;
	free(gids);
	return found;
}

static void
expect_no_gids(struct fixture *f, const char *user)
{
	gid_t *gids = NULL;
	long count = 0;

	assert_int_equal(ask_gids(f, user, &gids, &count), NSS_STATUS_NOTFOUND);
	assert_int_equal(count, 0);
	free(gids);
}

#define ADA_WITH(shell) \
	dirlab_line("u-1", "ada@x.example", ",\"shell\":\"" shell "\"")

static void
t81_a_shell_that_the_host_does_not_list_is_not_given(void **state)
{
	struct fixture *f = *state;

	take_over(f,
	    DIRLAB_LINES(
		ADA_WITH("/bin/zsh"), dirlab_line("u-2", "bob@x.example", "")));
	/* no /etc/shells at all: the directory decides */
	expect_shell(f, "ada", "/bin/zsh");
	dirlab_write(f->shells, "/bin/sh\n/bin/bash\n");
	assert_int_equal(directory_locals_changed(f->directory), 0);
	settle(f);
	expect_shell(f, "ada", "/bin/bash");
	expect_shell(f, "bob", "/bin/bash");
	dirlab_write(f->shells, "/bin/sh\n/bin/zsh\n");
	assert_int_equal(directory_locals_changed(f->directory), 0);
	settle(f);
	expect_shell(f, "ada", "/bin/zsh");
	/* the default is the administrator's own word */
	expect_shell(f, "bob", "/bin/bash");
}

static void
t81_nor_is_it_at_a_sign_in(void **state)
{
	struct fixture *f = *state;
	struct member ada = {0};
	uint64_t id = 0;

	dirlab_write(f->shells, "/bin/sh\n");
	take_over(f, DIRLAB_LINES(ADA_WITH("/bin/sh")));
	expect_shell(f, "ada", "/bin/sh");
	assert_true(
	    members_get_id(directory_members(f->directory), "u-1", &ada));
	ada.shell = "/tmp/evil";
	assert_int_equal(
	    directory_update(f->directory, &ada, on_done, f, &id), 0);
	settle(f);
	expect_shell(f, "ada", "/bin/bash");
}

static void
large_groups_are_served_without_their_members(void **state)
{
	struct fixture *f = *state;
	gid_t everyone = 0;

	f->options.group_members_max = 2;
	take_over(f,
	    DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", ""),
		dirlab_line("u-2", "bob@x.example", "")));
	assert_int_equal(count_members(f, "org-members"), 2);
	take_over(f,
	    DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", ""),
		dirlab_line("u-2", "bob@x.example", ""),
		dirlab_line("u-3", "cyd@x.example", "")));
	assert_int_equal(count_members(f, "org-members"), 0);
	everyone = f->group.gr_gid;
	assert_true(is_in(f, "ada", everyone));
	assert_true(is_in(f, "cyd", everyone));
}

static void
t80_names_of_power_reach_nobody(void **state)
{
	static const char *const names[] = {"sudo", "docker", "adm", "lxd",
	    "disk", "shadow", "wheel", "root", "staff", "systemd-journal",
	    "kvm", "local", "daemon"};
	const char *lines[ARRAY_SIZE(names)];
	char texts[ARRAY_SIZE(names)][256];
	struct access_mapping *mapping = NULL;
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char id[16], mail[64];

		(void)snprintf(id, sizeof(id), "u-%zu", i);
		(void)snprintf(mail, sizeof(mail), "%s@x.example", names[i]);
		(void)snprintf(texts[i], sizeof(texts[i]), "%s",
		    dirlab_line(id, mail, ""));
		lines[i] = texts[i];
	}
	assert_int_equal(
	    access_map(&f->lab.policy, false, "OrganizationAdmin", &mapping),
	    0);
	assert_int_equal(access_grant(mapping, false, "sudo"), 0);
	memcpy(f->lab.policy.everyone, "wheel", 6);
	take_over(f, lines, ARRAY_SIZE(lines));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (ask_user(f, names[i]) != NSS_STATUS_NOTFOUND)
			fail_msg("user %s", names[i]);
		/* that of the host, by its own number, is all there is */
		if (strcmp(names[i], "adm") != 0 &&
		    ask_group(f, names[i]) != NSS_STATUS_NOTFOUND)
			fail_msg("group %s", names[i]);
	}
	assert_int_equal(ask_group(f, "adm"), NSS_STATUS_SUCCESS);
	assert_int_equal(f->group.gr_gid, 4);
	assert_int_equal(f->group.gr_mem[0] == NULL, true);
}

static void
groups_follow_from_scopes_and_from_being_a_member(void **state)
{
	struct access_mapping *scope = NULL;
	struct fixture *f = *state;
	gid_t writers = 0;

	assert_int_equal(
	    access_map(&f->lab.policy, true, "write:agents", &scope), 0);
	assert_int_equal(access_grant(scope, false, "agent-writers"), 0);
	take_over(f,
	    DIRLAB_LINES(dirlab_line("u-1", "ada@x.example",
			     ",\"scopes\":[\"write:agents\"]"),
		dirlab_line("u-2", "bob@x.example",
		    ",\"scopes\":[\"write:agents2\"]")));
	assert_int_equal(count_members(f, "agent-writers"), 1);
	assert_string_equal(f->group.gr_mem[0], "ada");
	writers = f->group.gr_gid;
	assert_true(is_in(f, "ada", writers));
	assert_false(is_in(f, "bob", writers));
	assert_int_equal(count_members(f, "org-members"), 2);
	assert_true(is_in(f, "bob", f->group.gr_gid));
}

static void
t32_nothing_is_told_of_a_local_user(void **state)
{
	struct fixture *f = *state;

	take_over(f, DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", "")));
	assert_int_equal(ask_user(f, "ada"), NSS_STATUS_SUCCESS);
	dirlab_write(f->lab.passwd,
	    "root:x:0:0::/:/bin/sh\n"
	    "ada:x:1001:1001::/home/ada:/bin/sh\n");
	assert_int_equal(directory_locals_changed(f->directory), 0);
	/* seen without a turn of the loop */
	assert_int_equal(ask_user(f, "ada"), NSS_STATUS_NOTFOUND);
	assert_int_equal(ask_group(f, "ada"), NSS_STATUS_NOTFOUND);
	expect_no_gids(f, "ada");
	expect_no_gids(f, "root");
	settle(f);
	assert_int_equal(ask_user(f, "ada"), NSS_STATUS_NOTFOUND);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(t81_a_shell_that_the_host_does_not_list_is_not_given),
	    TEST(t81_nor_is_it_at_a_sign_in),
	    TEST(large_groups_are_served_without_their_members),
	    TEST(t80_names_of_power_reach_nobody),
	    TEST(groups_follow_from_scopes_and_from_being_a_member),
	    TEST(t32_nothing_is_told_of_a_local_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
