/*
 * test-memberships.c - which groups are served, and who is in them.
 */
#include "services/memberships.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"

struct fixture {
	struct dirlab lab;
	struct members *members;
	struct locals *locals;
	struct ids *ids;
	struct db *db;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	dirlab_init(&f->lab);
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = TAKE(*state);

	dirlab_close(&f->lab, f->db, f->ids, f->locals, f->members);
	free(f);
	return 0;
}

static void
map(struct fixture *f, bool is_scope, const char *id, const char *group,
    const char *local)
{
	struct access_mapping *mapping = NULL;

	assert_int_equal(access_map(&f->lab.policy, is_scope, id, &mapping), 0);
	if (group != NULL)
		assert_int_equal(access_grant(mapping, false, group), 0);
	if (local != NULL)
		assert_int_equal(access_grant(mapping, true, local), 0);
}

/* Once the policy is what the test wants. */
static struct memberships *
serve(struct fixture *f)
{
	struct ids_options options = dirlab_ids_options(&f->lab);
	struct memberships *memberships = NULL;

	if (f->ids == NULL) {
		assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
		assert_int_equal(ids_new(f->db, &options, &f->ids), 0);
		assert_int_equal(ids_load(f->ids), 0);
		f->members = dirlab_assigned(f->db, f->ids, f->locals,
		    DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", "")));
	}
	assert_int_equal(memberships_new(&f->lab.policy, f->ids, f->locals,
			     false, &memberships),
	    0);
	return memberships;
}

static bool
is_in(const struct memberships *memberships, const struct member *member,
    const char *group)
{
	uint32_t list[MEMBERSHIPS_MAX];
	size_t count = memberships_of(memberships, member, list);
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		const struct snapwrite_group *g =
		    &memberships_groups(memberships)[list[i]];

		assert_true(i == 0 || list[i] > list[i - 1]);
		found = found || strcmp(g->name, group) == 0;
	}
	return found;
}

static void
everyone_roles_and_scopes_count(void **state)
{
	struct fixture *f = *state;
	const char *const roles[] = {"OrganizationAdmin", "Dev", "Other"};
	const char *const scopes[] = {"write"};
	struct member member = {.state = MEMBER_ACTIVE,
	    .roles = roles,
	    .role_count = 3,
	    .scopes = scopes,
	    .scope_count = 1};
	struct memberships *m = NULL;

	map(f, false, "Dev", "developers", "adm");
	map(f, true, "write", "writers", NULL);
	map(f, true, "Dev", "scope-dev", NULL);
	map(f, false, "Dev", "org-admins", NULL);
	m = serve(f);
	assert_true(is_in(m, &member, "org-members"));
	assert_true(is_in(m, &member, "org-admins"));
	assert_true(is_in(m, &member, "developers"));
	assert_true(is_in(m, &member, "writers"));
	assert_true(is_in(m, &member, "adm"));
	assert_false(is_in(m, &member, "scope-dev"));
	assert_int_equal(memberships_group_count(m), 6);
	member.state = MEMBER_SUSPENDED;
	assert_false(is_in(m, &member, "org-members"));
	memberships_free(m);
}

static void
t80_denied_root_and_unknown_local_groups_are_not_served(void **state)
{
	struct fixture *f = *state;
	const char *const roles[] = {"OrganizationAdmin"};
	struct member member = {
	    .state = MEMBER_ACTIVE, .roles = roles, .role_count = 1};
	struct memberships *m = NULL;

	map(f, false, "OrganizationAdmin", NULL, "docker");
	map(f, false, "OrganizationAdmin", NULL, "root");
	map(f, false, "OrganizationAdmin", NULL, "nogroup");
	m = serve(f);
	assert_true(is_in(m, &member, "adm"));
	assert_false(is_in(m, &member, "docker"));
	assert_false(is_in(m, &member, "root"));
	assert_false(is_in(m, &member, "nogroup"));
	assert_int_equal(memberships_group_count(m), 3);
	memberships_free(m);
}

static void
each_group_that_is_not_served_is_logged_with_its_reason(void **state)
{
	static const char *const lines[] = {
	    "group=\"docker\" reason=\"group-denied\"",
	    "group=\"root\" reason=\"group-denied\"",
	    "group=\"nogroup\" reason=\"not-found\""};
	struct fixture *f = *state;
	struct memberships *m = NULL;
	char text[4096] = "";
	FILE *log = tmpfile();
	int saved = dup(STDERR_FILENO);

	assert_non_null(log);
	map(f, false, "OrganizationAdmin", NULL, "docker");
	map(f, false, "OrganizationAdmin", NULL, "root");
	map(f, false, "OrganizationAdmin", NULL, "nogroup");
	memberships_free(serve(f));
	assert_true(saved >= 0 && dup2(fileno(log), STDERR_FILENO) >= 0);
	assert_int_equal(
	    memberships_new(&f->lab.policy, f->ids, f->locals, true, &m), 0);
	assert_true(dup2(saved, STDERR_FILENO) >= 0 && close(saved) == 0);
	memberships_free(m);
	rewind(log);
	assert_true(fread(text, 1, sizeof(text) - 1, log) > 0);
	assert_int_equal(fclose(log), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (strstr(text, lines[i]) == NULL)
			fail_msg("no \"%s\" in:\n%s", lines[i], text);
}

static void
t80_an_organisation_group_never_is_a_local_one(void **state)
{
	struct fixture *f = *state;
	const char *const roles[] = {"OrganizationAdmin"};
	struct member member = {
	    .state = MEMBER_ACTIVE, .roles = roles, .role_count = 1};
	struct memberships *m = NULL;

	map(f, false, "OrganizationAdmin", "docker", NULL);
	map(f, false, "OrganizationAdmin", "adm", NULL);
	m = serve(f);
	assert_false(is_in(m, &member, "docker"));
	for (size_t i = 0; i < memberships_group_count(m); i++) {
		const struct snapwrite_group *g = &memberships_groups(m)[i];

		assert_true(g->local == (strcmp(g->name, "adm") == 0));
	}
	memberships_free(m);
}

static uint64_t
digest(const struct fixture *f)
{
	return memberships_digest(&f->lab.policy, f->ids, f->locals);
}

static void
a_change_of_the_hosts_groups_is_told(void **state)
{
	struct fixture *f = *state;
	uint64_t before = 0;

	memberships_free(serve(f));
	before = digest(f);
	assert_int_equal(digest(f), before);
	dirlab_write(f->lab.group, "root:x:0:\nadm:x:44:\n");
	locals_free(TAKE(f->locals));
	assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
	assert_int_not_equal(digest(f), before);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(everyone_roles_and_scopes_count),
	    TEST(t80_denied_root_and_unknown_local_groups_are_not_served),
	    TEST(each_group_that_is_not_served_is_logged_with_its_reason),
	    TEST(t80_an_organisation_group_never_is_a_local_one),
	    TEST(a_change_of_the_hosts_groups_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
