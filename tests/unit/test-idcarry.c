/*
 * test-idcarry.c - a map comes in whole and right, or not at all, and no number
 * changes hands by it.
 */
#include "services/idcarry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/idread.h"
#include "tests/unit/dirlab.h"
#include "tests/unit/peek.h"

#define NOW ((struct wall_time){DIRLAB_WALL_S})

struct fixture {
	char text[4096]; /* written out */
	struct idcarry *carry;
	struct members *members;
	struct locals *locals;
	struct ids *ids;
	struct db *db;
	struct ids_options options;
	struct dirlab lab;
};

static void
open_map(struct fixture *f, const char *path)
{
	ids_free(f->ids);
	f->ids = NULL;
	db_close(f->db);
	f->db = NULL;
	assert_int_equal(db_open(path, &f->db), 0);
	assert_int_equal(ids_new(f->db, &f->options, &f->ids), 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	dirlab_init(&f->lab);
	assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
	f->options = dirlab_ids_options(&f->lab);
	open_map(f, f->lab.db);
	assert_int_equal(ids_load(f->ids), 0);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	idcarry_free(f->carry);
	dirlab_close(&f->lab, f->db, f->ids, f->locals, f->members);
	free(f);
	return 0;
}

/* Ada and Bob, as members whose numbers this host gives. */
static void
assign(struct fixture *f)
{
	members_free(f->members);
	f->members = dirlab_assigned(f->db, f->ids, f->locals,
	    DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", ""),
		dirlab_line("u-2", "bob@x.example", "")));
}

static void
write_out(struct fixture *f)
{
	struct buf text BUF_AUTO = {.limit = sizeof(f->text) - 1};
	struct idread read = {0};
	struct idline line = {0};

	assert_int_equal(idread_start(&read, f->db, "org_acme"), 0);
	idline_put_head(
	    &text, &(struct idline_head){"org_acme", read.count, true});
	while (idread_next(&read, &line) == 0)
		idline_put(&text, &line);
	assert_int_equal(buf_fault(&text), 0);
	memcpy(f->text, text.bytes, text.len);
	f->text[text.len] = '\0';
}

static int
bring_in(struct fixture *f, const char *text, uint64_t *ret_added)
{
	const struct idcarry_options options = {
	    .organization_id = "org_acme", .range = f->options.range};
	int err = 0;

	idcarry_free(f->carry);
	f->carry = NULL;
	assert_int_equal(idcarry_new(f->db, &options, &f->carry), 0);
	err = idcarry_take(f->carry, text);
	return err == 0 ? idcarry_finish(f->carry, f->ids, NOW, ret_added)
			: err;
}

static int64_t
ask(struct fixture *f, const char *sql)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int64_t value = 0;

	assert_int_equal(db_prepare(f->db, sql, &stmt), 0);
	assert_int_equal(db_step(stmt, &step), 0);
	assert_int_equal(step, DB_ROW);
	value = db_integer(stmt, 0);
	db_reset(stmt);
	return value;
}

static void
t77_a_lost_map_comes_back_as_it_was(void **state)
{
	struct fixture *f = *state;
	uint32_t numbers[2];
	uint64_t added = 0;

	assign(f);
	for (size_t i = 0; i < 2; i++)
		numbers[i] = peek_at(f->members, i)->uid;
	/* no number of its own: only the export can know it */
	dirlab_sql(
	    f->db, "UPDATE ids SET number = 1879999999 WHERE key = 'u-1'");
	write_out(f);
	dirlab_write(f->lab.snapshot, "what the daemon published");
	f->options.snapshot_path = f->lab.snapshot;
	open_map(f, ":memory:");
	assert_int_equal(ids_load(f->ids), ERR_STATE_DAMAGED);
	assert_int_equal(bring_in(f, f->text, &added), 0);
	assert_int_equal(added, 4);
	assert_int_equal(ids_state(f->ids), 0);
	assert_int_equal(ids_load(f->ids), 0);
	assign(f);
	assert_int_equal(peek_at(f->members, 0)->uid, 1879999999);
	assert_int_not_equal(numbers[0], 1879999999);
	assert_int_equal(peek_at(f->members, 1)->uid, numbers[1]);
	assert_string_equal(ids_home(f->ids, "u-1"), "ada");
	assert_int_equal(ask(f, "SELECT count(*) FROM ids_incoming"), 0);
}

static void
t83_a_damaged_map_is_moved_aside(void **state)
{
	struct fixture *f = *state;
	uint64_t added = 0;

	assign(f);
	write_out(f);
	dirlab_sql(
	    f->db, "UPDATE ids SET number = number + 1 WHERE key = 'u-1'");
	assert_int_equal(ids_load(f->ids), ERR_STATE_DAMAGED);
	assert_int_equal(bring_in(f, f->text, &added), 0);
	assert_int_equal(added, 4);
	assert_int_equal(ids_state(f->ids), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM ids_aside"), 4);
	assert_int_equal(ask(f,
			     "SELECT a.number - i.number FROM ids_aside AS a"
			     " JOIN ids AS i USING (key) WHERE key = 'u-1'"),
	    1);
	/* what is refused leaves the damage as it was, and known */
	dirlab_sql(
	    f->db, "UPDATE ids SET number = number + 1 WHERE key = 'u-1'");
	assert_int_equal(ids_load(f->ids), ERR_STATE_DAMAGED);
	strstr(f->text, "\"rows\":4")[7] = '5';
	assert_int_equal(bring_in(f, f->text, &added), ERR_MALFORMED);
	assert_int_equal(ids_state(f->ids), ERR_STATE_DAMAGED);
	assert_int_equal(ask(f, "SELECT count(*) FROM ids"), 4);
}

static void
a_whole_map_gains_what_it_lacks(void **state)
{
	struct fixture *f = *state;
	uint64_t added = 9;

	assign(f);
	write_out(f);
	assert_int_equal(bring_in(f, f->text, &added), 0);
	assert_int_equal(added, 0);
	assert_int_equal(
	    bring_in(f,
		"{\"orglogin_ids\":1,\"organization\":\"org_acme\",\"rows\":1,"
		"\"whole\":true}\n"
		"{\"kind\":\"user\",\"key\":\"u-9\",\"number\":1879050009,"
		"\"name\":\"ada\",\"home\":\"carl\",\"state\":\"live\","
		"\"created\":1}",
		&added),
	    0);
	assert_int_equal(added, 1);
	/* the name is held here */
	assert_int_equal(ask(f,
			     "SELECT count(*) FROM ids WHERE key = 'u-9' AND"
			     " name = '' AND home = 'carl'"),
	    1);
	assert_int_equal(ids_load(f->ids), 0);
	assert_int_equal(ids_count(f->ids), 5);
}

/* One row into the map of assign(): %s is a field that is spoilt. */
#define HEAD                                                            \
	"{\"orglogin_ids\":1,\"organization\":\"org_acme\",\"rows\":1," \
	"\"whole\":true}\n"
#define LINE(kind, key, number, name, home)                                \
	"{\"kind\":\"" kind "\",\"key\":\"" key "\",\"number\":" number    \
	",\"name\":\"" name "\",\"home\":\"" home "\",\"state\":\"live\"," \
	"\"created\":1}\n"

static const struct {
	const char *text;
	int err;
} spoilt_maps[] = {
    {HEAD LINE("user", "u-1", "1879050001", "", ""), ERR_ID_TAKEN},
    {HEAD LINE("user", "u-9", "1879050000", "", ""), ERR_ID_TAKEN},
    {HEAD LINE("group", "u-7", "1879050000", "", ""), ERR_ID_TAKEN},
    {HEAD LINE("user", "u-9", "1879050001", "", "seven"), ERR_ID_TAKEN},
    {HEAD LINE("user", "u-8", "1879050001", "", "x")
	    LINE("user", "u-9", "1879050001", "", "y"),
	ERR_EXISTS},
    {HEAD LINE("user", "u-8", "1879050001", "", "x")
	    LINE("user", "u-8", "1879050002", "", "y"),
	ERR_EXISTS},
    {HEAD LINE("user", "u-8", "1879050001", "", "x")
	    LINE("user", "u-9", "1879050002", "", "x"),
	ERR_EXISTS},
    {HEAD LINE("user", "u-9", "0", "", ""), ERR_ID_OUT_OF_RANGE},
    {HEAD LINE("user", "u-9", "65534", "", ""), ERR_ID_OUT_OF_RANGE},
    {HEAD LINE("user", "u-9", "1879048191", "", ""), ERR_ID_OUT_OF_RANGE},
    {HEAD LINE("user", "u-9", "2147352576", "", ""), ERR_ID_OUT_OF_RANGE},
    {HEAD LINE("user", "u-9", "1879050001", "a:b", ""), ERR_NAME_INVALID},
    {HEAD LINE("user", "u-9", "1879050001", "", "../x"), ERR_NAME_INVALID},
    {HEAD LINE("group", "a/b", "1879050001", "", ""), ERR_NAME_INVALID},
    {HEAD LINE("host", "u-9", "1879050001", "", ""), ERR_NAME_INVALID},
    {HEAD, ERR_MALFORMED},
    {HEAD LINE("user", "u-8", "1879050001", "", "")
	    LINE("user", "u-9", "1879050002", "", ""),
	ERR_MALFORMED},
    {LINE("user", "u-9", "1879050001", "", ""), ERR_MALFORMED},
    {HEAD "not a line\n", ERR_JSON_SYNTAX},
    {"", ERR_MALFORMED},
    {"{\"orglogin_ids\":1,\"organization\":\"else\",\"rows\":0,"
     "\"whole\":true}\n",
	ERR_TOKEN_ORGANIZATION},
    {"{\"orglogin_ids\":1,\"organization\":\"org_acme\",\"rows\":0,"
     "\"whole\":false}\n",
	ERR_STATE_DAMAGED},
};

static void
t76_t77_what_cannot_stand_changes_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t added = 9;

	assign(f);
	assert_int_equal(
	    bring_in(f,
		HEAD LINE("user", "u-7", "1879050000", "seven", "seven"),
		&added),
	    0);
	for (size_t i = 0; i < ARRAY_SIZE(spoilt_maps); i++) {
		int err = bring_in(f, spoilt_maps[i].text, &added);

		if (err != spoilt_maps[i].err)
			fail_msg("%s\n%s", spoilt_maps[i].text, err_name(err));
		assert_string_not_equal(idcarry_problem(f->carry), "");
		assert_int_equal(ids_state(f->ids), 0);
		assert_int_equal(ids_count(f->ids), 5);
		assert_int_equal(ask(f, "SELECT count(*) FROM ids"), 5);
		assert_int_not_equal(
		    idcarry_finish(f->carry, f->ids, NOW, &added), 0);
	}
	assert_int_equal(ids_load(f->ids), 0);
	assert_int_equal(added, 1);
}

static void
lines_come_in_any_portions(void **state)
{
	struct fixture *f = *state;
	const struct idcarry_options options = {
	    .organization_id = "org_acme", .range = f->options.range};
	uint64_t added = 0;
	char line[512];

	assert_int_equal(idcarry_new(f->db, &options, &f->carry), 0);
	assert_int_equal(idcarry_take(f->carry, ""), 0);
	assert_int_equal(idcarry_take(f->carry,
			     "{\"orglogin_ids\":1,\"organization\":\"org_acme\""
			     ",\"rows\":1000,\"whole\":true}"),
	    0);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(line, sizeof(line),
		    LINE("user", "u-%d", "%d", "", ""), i, 1879050000 + i);
		assert_int_equal(idcarry_take(f->carry, line), 0);
	}
	assert_int_equal(idcarry_finish(f->carry, f->ids, NOW, &added), 0);
	assert_int_equal(added, 1000);
	assert_int_equal(ids_load(f->ids), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(t77_a_lost_map_comes_back_as_it_was),
	    TEST(t83_a_damaged_map_is_moved_aside),
	    TEST(a_whole_map_gains_what_it_lacks),
	    TEST(t76_t77_what_cannot_stand_changes_nothing),
	    TEST(lines_come_in_any_portions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
