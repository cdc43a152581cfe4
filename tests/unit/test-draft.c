/*
 * test-draft.c - homes, and that what was taken stays as it was while the
 * list goes on.
 */
#include "services/draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/lastroles.h"
#include "tests/unit/publishlab.h"

static void
a_home_follows_its_pattern(void **state)
{
	static const struct {
		const char *pattern;
		const char *home;
	} table[] = {{"/home/%u", "/home/ada"}, {"/o/%i/%u", "/o/7/ada"},
	    {"/%%u", "/%ada"}, {"/x%", "/x%"}, {"/%x", "/%x"}, {"", ""}};
	char home[DRAFT_HOME_SIZE];
	char longest[DRAFT_HOME_SIZE + 1];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		draft_home(table[i].pattern, "ada", 7, home);
		assert_string_equal(home, table[i].home);
	}
	memset(longest, 'x', sizeof(longest));
	longest[DRAFT_HOME_SIZE] = '\0';
	draft_home(longest, "ada", 7, home);
	assert_string_equal(home, "");
	longest[DRAFT_HOME_SIZE - 1] = '\0';
	draft_home(longest, "ada", 7, home);
	assert_string_equal(home, longest);
	memcpy(longest + DRAFT_HOME_SIZE - 3, "%u", 3);
	draft_home(longest, "ada", 7, home);
	assert_string_equal(home, "");
}

struct bytes {
	uint8_t *at;
	size_t size;
};

static int
keep(void *context, uint64_t offset, const void *bytes, size_t len)
{
	struct bytes *b = context;
	size_t end = (size_t)offset + len;

	if (end > b->size) {
		b->at = realloc(b->at, end);
		assert_non_null(b->at);
		b->size = end;
	}
	memcpy(b->at + offset, bytes, len);
	return 0;
}

/* What the draft comes to, checked; borrows from bytes. */
static struct snapshot
written(struct draft *draft, struct bytes *bytes)
{
	const struct snapwrite_sink sink = {.write = keep, .context = bytes};
	struct snapshot snapshot;

	assert_int_equal(draft_write(draft, &sink), 0);
	assert_int_equal(snapshot_init(bytes->at, bytes->size, &snapshot), 0);
	assert_int_equal(snapshot_validate(&snapshot), 0);
	return snapshot;
}

static void
what_was_taken_stays_as_it_was(void **state)
{
	struct publishlab *f = *state;
	struct bytes bytes = {0};
	struct draft *draft = NULL;
	struct snapshot snapshot;
	struct snapshot_user user;
	bool done = false;
	int takes = 0;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	assert_int_equal(draft_new(&f->options, &f->content, &draft), 0);
	for (; !done; takes++)
		assert_int_equal(draft_take(draft, f->ids, 1, &done), 0);
	assert_int_equal(takes, 2);
	/* The list changes, and goes. */
	assert_int_equal(
	    members_assign(f->members, 0, "", 0, false, ERR_LOCAL_USER), 0);
	members_free(TAKE(f->members));
	snapshot = written(draft, &bytes);
	assert_int_equal(draft_users(draft), 2);
	assert_int_equal(draft_refusal_count(draft), 0);
	assert_int_equal(snapshot_user_by_name(&snapshot, "ada", &user), 0);
	assert_int_equal(snapshot_user_by_name(&snapshot, "bob", &user), 0);
	draft_free(draft);
	free(bytes.at);
}

static struct lastroles *
open_roles(struct publishlab *f, const struct clock_fake *clock)
{
	struct lastroles *roles = NULL;

	assert_int_equal(lastroles_new(f->db, &clock->clock,
			     "11111111-1111-4111-8111-111111111111", &roles),
	    0);
	f->options.lastroles = roles;
	f->options.claimed_age_s = 60;
	return roles;
}

/* What tokens tell is taken while the loop's thread may be asked. */
static void
the_groups_of_a_token_are_those_of_the_taking(void **state)
{
	static const char *const told[] = {"OrganizationAdmin"};
	static const struct tokenroles token = {.roles = told, .role_count = 1};
	struct publishlab *f = *state;
	LASTROLES_AUTO struct lastroles *roles = NULL;
	struct clock_fake clock;
	struct bytes bytes = {0};
	struct draft *draft = NULL;
	struct snapshot snapshot;
	struct snapshot_user user;
	bool done = false;

	ASSIGN(f,
	    "{\"id\":\"u-1\",\"email\":\"ada@x.example\",\"roles\":[],"
	    "\"state\":\"Active\"}",
	    "{\"id\":\"u-2\",\"email\":\"bob@x.example\",\"roles\":[],"
	    "\"state\":\"Active\"}",
	    "{\"id\":\"u-3\",\"email\":\"cyd@x.example\",\"roles\":[],"
	    "\"state\":\"Suspended\"}");
	clock_fake_init(&clock, DIRLAB_WALL_S, 5000);
	roles = open_roles(f, &clock);
	assert_int_equal(lastroles_record(roles, "u-2", &token), 0);
	assert_int_equal(lastroles_record(roles, "u-3", &token), 0);
	assert_int_equal(draft_new(&f->options, &f->content, &draft), 0);
	assert_int_equal(draft_take(draft, f->ids, 8, &done), 0);
	assert_true(done);
	clock_fake_advance(&clock, 60001);
	assert_int_equal(lastroles_record(roles, "u-1", &token), 0);
	snapshot = written(draft, &bytes);
	assert_int_equal(snapshot_user_by_name(&snapshot, "ada", &user), 0);
	assert_false(publishlab_has_gid(&user, 4));
	assert_int_equal(snapshot_user_by_name(&snapshot, "bob", &user), 0);
	assert_true(publishlab_has_gid(&user, 4));
	assert_int_equal(user.gid_count, 3);
	assert_int_equal(snapshot_user_by_name(&snapshot, "cyd", &user), 0);
	assert_int_equal(user.gid_count, 0);
	draft_free(draft);
	free(bytes.at);
}

/* As many roles as a token, and a list, can tell, each with its group. */
static void
the_most_roles_give_all_their_groups(void **state)
{
	enum { MOST = MEMBERS_CLAIMED_MAX + MEMBERS_ROLES_MAX };
	static char names[MOST][8];
	static const char *told[MOST];
	const struct tokenroles token = {
	    .roles = told, .role_count = MEMBERS_CLAIMED_MAX};
	struct publishlab *f = *state;
	const struct ids_options ids = dirlab_ids_options(&f->lab);
	LASTROLES_AUTO struct lastroles *roles = NULL;
	struct clock_fake clock;
	char line[1024] = "{\"id\":\"u-1\",\"email\":\"ada@x.example\","
			  "\"state\":\"Active\",\"roles\":[\"r256\"";
	struct bytes bytes = {0};
	struct draft *draft = NULL;
	struct snapshot snapshot;
	struct snapshot_user user;
	size_t used = 0;
	bool done = false;

	for (size_t i = 0; i < MOST; i++) {
		struct access_mapping *mapping = NULL;

		used = strlen(line);
		(void)snprintf(names[i], sizeof(names[i]), "r%zu", i);
		told[i] = names[i];
		assert_int_equal(
		    access_map(&f->lab.policy, false, told[i], &mapping), 0);
		assert_int_equal(access_grant(mapping, false, told[i]), 0);
		if (i > MEMBERS_CLAIMED_MAX)
			(void)snprintf(line + used, sizeof(line) - used,
			    ",\"%s\"", told[i]);
	}
	/* The ids know the groups of the policy that they began with. */
	ids_free(TAKE(f->ids));
	assert_int_equal(ids_new(f->db, &ids, &f->ids), 0);
	assert_int_equal(ids_load(f->ids), 0);
	used = strlen(line);
	(void)snprintf(line + used, sizeof(line) - used, "]}");
	ASSIGN(f, line);
	clock_fake_init(&clock, DIRLAB_WALL_S, 5000);
	roles = open_roles(f, &clock);
	assert_int_equal(lastroles_record(roles, "u-1", &token), 0);
	assert_int_equal(draft_new(&f->options, &f->content, &draft), 0);
	assert_int_equal(draft_take(draft, f->ids, 8, &done), 0);
	snapshot = written(draft, &bytes);
	assert_int_equal(snapshot_user_by_name(&snapshot, "ada", &user), 0);
	assert_int_equal(user.gid_count, MOST + 1);
	draft_free(draft);
	free(bytes.at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_home_follows_its_pattern),
	    cmocka_unit_test_setup_teardown(what_was_taken_stays_as_it_was,
		publishlab_setup, publishlab_teardown),
	    cmocka_unit_test_setup_teardown(
		the_groups_of_a_token_are_those_of_the_taking, publishlab_setup,
		publishlab_teardown),
	    cmocka_unit_test_setup_teardown(
		the_most_roles_give_all_their_groups, publishlab_setup,
		publishlab_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
