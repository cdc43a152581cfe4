/*
 * test-idcheck.c - each thing that can be wrong with a number is found, named,
 * and told with its remedy; a sound host has no finding.
 */
#include "services/idcheck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"

#define FINDINGS_MAX 16

struct fixture {
	struct idcheck_finding found[FINDINGS_MAX];
	size_t count;
	struct locals *locals;
	struct members *members;
	struct ids *ids;
	struct db *db;
	struct ids_options options;
	struct dirlab lab;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	dirlab_init(&f->lab);
	assert_int_equal(db_open(":memory:", &f->db), 0);
	f->options = dirlab_ids_options(&f->lab);
	assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
	assert_int_equal(ids_new(f->db, &f->options, &f->ids), 0);
	assert_int_equal(ids_load(f->ids), 0);
	*state = f;
	f->members = dirlab_assigned(f->db, f->ids, f->locals,
	    DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", ""),
		dirlab_line("u-2", "bob@x.example", "")));
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	struct dirlab *lab = &f->lab;

	dirlab_close(lab, f->db, f->ids, f->locals, f->members);
	free(f);
	return 0;
}

static struct idcheck_view
view_of(const struct fixture *f)
{
	return (struct idcheck_view){f->ids, f->members, f->locals};
}

static void
look(struct fixture *f)
{
	const struct idcheck_view view = view_of(f);
	struct idcheck check = {0};
	int err = 0;

	f->count = 0;
	assert_int_equal(idread_start(&check.rows, f->db, "org_acme"), 0);
	while (err == 0) {
		struct idcheck_finding finding = {0};
		bool found = false;

		err = idcheck_step(&check, &view, &finding, &found);
		if (err == 0 && found) {
			assert_true(f->count < FINDINGS_MAX);
			f->found[f->count++] = finding;
		}
	}
	idread_pause(&check.rows);
	assert_int_equal(err, ERR_NOT_FOUND);
}

static void
expect(struct fixture *f, const char *key, int reason, bool fatal)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct idcheck_finding *found = &f->found[i];

		if (strcmp(found->key, key) == 0 && found->reason == reason &&
		    found->fatal == fatal) {
			assert_string_not_equal(found->text, "");
			assert_string_not_equal(found->remedy, "");
			return;
		}
	}
	fail_msg("no finding %s of %s", err_name(reason), key);
}

/* One line of the host's own, with a number in it. */
static void
look_with(struct fixture *f, const char *path, uint32_t number)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s:%u:%s\n",
	    path == f->lab.subuid ? "eve" : "eve:x", number,
	    path == f->lab.subuid ? "65536" : "100::/:/bin/sh");
	dirlab_write(path, text);
	locals_free(f->locals);
	f->locals = NULL;
	assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
	look(f);
}

static void
a_sound_host_has_no_finding(void **state)
{
	struct fixture *f = *state;

	look(f);
	assert_int_equal(f->count, 0);
}

static void
t75_numbers_of_local_accounts_are_found(void **state)
{
	struct fixture *f = *state;

	look_with(f, f->lab.passwd, ids_number(f->ids, "u-1"));
	expect(f, "u-1", ERR_ID_TAKEN, true);
	assert_int_equal(f->count, 1);
}

static void
t75_delegated_numbers_are_found(void **state)
{
	struct fixture *f = *state;

	look_with(f, f->lab.subuid, ids_number(f->ids, "u-1"));
	expect(f, "u-1", ERR_ID_TAKEN, true);
}

static void
t77_a_local_user_with_the_number_of_who_left_is_found(void **state)
{
	struct fixture *f = *state;
	uint32_t number = ids_number(f->ids, "u-2");

	members_free(f->members);
	f->members = dirlab_assigned(f->db, f->ids, f->locals,
	    DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", "")));
	look_with(f, f->lab.passwd, number);
	expect(f, "u-2", ERR_ID_TAKEN, true);
	assert_non_null(strstr(f->found[0].text, "who left"));
}

static void
t74_numbers_outside_the_range_are_found(void **state)
{
	struct fixture *f = *state;

	dirlab_sql(f->db, "UPDATE ids SET number = 70000 WHERE key = 'u-1'");
	dirlab_sql(f->db, "UPDATE ids SET number = 999 WHERE key = 'u-2'");
	look(f);
	expect(f, "u-1", ERR_ID_OUT_OF_RANGE, false);
	expect(f, "u-2", ERR_ID_OUT_OF_RANGE, true);
}

static void
t76_a_number_used_for_another_is_found(void **state)
{
	struct fixture *f = *state;

	dirlab_sql(
	    f->db, "UPDATE ids SET number = 1879999999 WHERE key = 'u-1'");
	look(f);
	expect(f, "u-1", ERR_ID_TAKEN, true);
}

static void
t83_a_damaged_map_is_the_first_finding(void **state)
{
	struct fixture *f = *state;

	dirlab_sql(f->db, "DELETE FROM ids WHERE key = 'u-1'");
	assert_int_equal(ids_load(f->ids), ERR_STATE_DAMAGED);
	look(f);
	assert_int_equal(f->found[0].reason, ERR_STATE_DAMAGED);
	assert_true(f->found[0].fatal);
	assert_non_null(strstr(f->found[0].remedy, "ids import"));
}

static void
who_is_left_out_is_told_with_whose_the_name_is(void **state)
{
	struct fixture *f = *state;
	struct idcheck_view view = {0};
	struct member member = {
	    .id = "u-9", .mail = "adm@y.example", .excluded = ERR_NAME_TAKEN};
	char text[128];

	members_free(f->members);
	f->members = dirlab_assigned(f->db, f->ids, f->locals,
	    DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", ""),
		dirlab_line("u-3", "Ada@y.example", ""),
		dirlab_line("u-6", "local@x.example", ""),
		dirlab_line("u-4", "wheel@y.example", ""),
		dirlab_line("u-5", "a+b@y.example", "")));
	look(f);
	expect(f, "u-6", ERR_LOCAL_USER, false);
	expect(f, "u-3", ERR_NAME_TAKEN, false);
	expect(f, "u-4", ERR_NAME_PRIVILEGED, false);
	expect(f, "u-5", ERR_NAME_INVALID, false);
	assert_int_equal(f->count, 4);
	assert_non_null(
	    strstr(f->found[0].text, "ada is the name of the member u-1"));
	view = view_of(f);
	idcheck_taken(&view, &member, text, sizeof(text));
	assert_string_equal(text, "adm is a group of this host");
	member.mail = "org-admins@y.example";
	idcheck_taken(&view, &member, text, sizeof(text));
	assert_non_null(strstr(text, "a group of the organisation"));
	member.excluded = ERR_LOCAL_USER;
	idcheck_taken(&view, &member, text, sizeof(text));
	assert_string_equal(text, "");
}

static void
t32_whom_a_local_user_displaced_is_told(void **state)
{
	struct fixture *f = *state;
	const char *const early = ",\"created\":\"2020-01-02T03:04:05Z\"";
	const char *const late = ",\"created\":\"2020-01-02T03:04:06Z\"";
	struct idcheck_view view = {0};
	char text[256];

	members_free(f->members);
	f->members = dirlab_assigned(f->db, f->ids, f->locals,
	    DIRLAB_LINES(dirlab_line("u-6", "local@x.example", late),
		dirlab_line("u-8", "Local@z.example", early),
		dirlab_line("u-7", "Local@y.example", early)));
	view = view_of(f);
	idcheck_displaced(&view, "local", text, sizeof(text));
	assert_string_equal(text,
	    "without that local user the member u-7 (Local@y.example) would "
	    "have the name");
	idcheck_displaced(&view, "ada", text, sizeof(text));
	assert_string_equal(text, "");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_sound_host_has_no_finding),
	    TEST(t75_numbers_of_local_accounts_are_found),
	    TEST(t75_delegated_numbers_are_found),
	    TEST(t77_a_local_user_with_the_number_of_who_left_is_found),
	    TEST(t74_numbers_outside_the_range_are_found),
	    TEST(t76_a_number_used_for_another_is_found),
	    TEST(t83_a_damaged_map_is_the_first_finding),
	    TEST(t32_whom_a_local_user_displaced_is_told),
	    TEST(who_is_left_out_is_told_with_whose_the_name_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
