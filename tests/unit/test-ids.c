/*
 * test-ids.c - a number and a home belong to one member for good, names go by
 * fixed rules, and nothing of the host's own is ever given away.
 */
#include "services/ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"
#include "tests/unit/peek.h"

#define NOW ((struct wall_time){DIRLAB_WALL_S})

struct fixture {
	struct dirlab lab;
	struct db *db;
	struct ids *ids;
	struct locals *locals;
	struct members *members;
	struct ids_options options;
};

static void
reopen(struct fixture *f, int want)
{
	ids_free(f->ids);
	f->ids = NULL;
	db_close(f->db);
	f->db = NULL;
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	assert_int_equal(ids_new(f->db, &f->options, &f->ids), 0);
	assert_int_equal(ids_load(f->ids), want);
}

static void
read_locals(struct fixture *f)
{
	locals_free(f->locals);
	f->locals = NULL;
	assert_int_equal(locals_read(&f->lab.locals, &f->locals), 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	dirlab_init(&f->lab);
	f->options = dirlab_ids_options(&f->lab);
	reopen(f, 0);
	read_locals(f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	dirlab_close(&f->lab, f->db, f->ids, f->locals, f->members);
	free(f);
	return 0;
}

/* One sync of these lines. */
#define ASSIGN(f, ...)                                                         \
	do {                                                                   \
		members_free((f)->members);                                    \
		(f)->members = dirlab_assigned((f)->db, (f)->ids, (f)->locals, \
		    DIRLAB_LINES(__VA_ARGS__));                                \
	} while (0)

static const struct member *
by_id(struct fixture *f, const char *id)
{
	const struct member *m = peek_id(f->members, id);

	assert_non_null(m);
	return m;
}

static void
expect_excluded(struct fixture *f, const char *id, int reason)
{
	const struct member *m = by_id(f, id);

	assert_int_equal(m->excluded, reason);
	assert_string_equal(m->user, "");
	assert_int_equal(m->uid, 0);
}

static void
numbers_follow_from_the_rule_and_last(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;

	ASSIGN(f, dirlab_line("u-1", "Ada@acme.example", ""));
	uid = by_id(f, "u-1")->uid;
	assert_string_equal(by_id(f, "u-1")->user, "ada");
	/* SHA-256("orglogin id 1\norg_acme\nuser\nu-1"), as idmap.h says */
	assert_int_equal(uid, 2029085712);
	assert_string_equal(peek_user(f->members, "ada")->id, "u-1");
	reopen(f, 0);
	ASSIGN(f, dirlab_line("u-1", "ada@acme.example", ""));
	assert_int_equal(by_id(f, "u-1")->uid, uid);
}

static void
t31_a_renamed_member_keeps_number_and_home(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;

	ASSIGN(f, dirlab_line("u-1", "ada@acme.example", ""));
	uid = by_id(f, "u-1")->uid;
	ASSIGN(f, dirlab_line("u-1", "ada.king@acme.example", ""));
	assert_int_equal(by_id(f, "u-1")->uid, uid);
	assert_string_equal(by_id(f, "u-1")->user, "ada.king");
	assert_string_equal(ids_home(f->ids, "u-1"), "ada");
}

static void
t31_a_new_person_with_an_old_name_gets_neither_number_nor_home(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	char number[16];

	ASSIGN(f, dirlab_line("u-1", "ada@acme.example", ""));
	uid = by_id(f, "u-1")->uid;
	ASSIGN(f, dirlab_line("u-2", "ada@acme.example", ""));
	assert_string_equal(by_id(f, "u-2")->user, "ada");
	assert_int_not_equal(by_id(f, "u-2")->uid, uid);
	(void)snprintf(number, sizeof(number), "%u", by_id(f, "u-2")->uid);
	assert_string_equal(ids_home(f->ids, "u-2"), number);
	assert_int_not_equal(ids_number(f->ids, "u-1"), 0);
	assert_int_not_equal(
	    ids_number(f->ids, "u-1"), ids_number(f->ids, "u-2"));
	assert_int_equal(ids_number(f->ids, "u-9"), 0);
	assert_string_equal(ids_home(f->ids, "u-1"), "ada");
}

static void
t32_names_and_numbers_of_the_host_are_not_given(void **state)
{
	struct fixture *f = *state;

	ASSIGN(f, dirlab_line("u-1", "root@acme.example", ""),
	    dirlab_line("u-2", "ROOT@acme.example", ""),
	    dirlab_line("u-3", "daemon@acme.example", ""),
	    dirlab_line("u-4", "docker@acme.example", ""),
	    dirlab_line("u-5", "org-admins@acme.example", ""),
	    dirlab_line("u-6", "a+b@acme.example", ""));
	expect_excluded(f, "u-1", ERR_LOCAL_USER);
	expect_excluded(f, "u-2", ERR_LOCAL_USER);
	expect_excluded(f, "u-3", ERR_LOCAL_USER);
	expect_excluded(f, "u-4", ERR_NAME_TAKEN);
	expect_excluded(f, "u-5", ERR_NAME_TAKEN);
	expect_excluded(f, "u-6", ERR_NAME_INVALID);
}

static void
t74_a_given_number_is_used_or_excludes(void **state)
{
	struct fixture *f = *state;

	ASSIGN(f, dirlab_line("u-1", "a@x.example", ",\"uid\":1879050000"),
	    dirlab_line("u-2", "b@x.example", ",\"uid\":999"),
	    dirlab_line("u-3", "c@x.example", ",\"uid\":65534"),
	    dirlab_line("u-4", "d@x.example", ",\"uid\":2147483648"),
	    dirlab_line("u-5", "e@x.example", ",\"uid\":1879048191"),
	    dirlab_line("u-6", "f@x.example", ",\"uid\":1879050000"));
	assert_int_equal(by_id(f, "u-1")->uid, 1879050000);
	expect_excluded(f, "u-2", ERR_ID_OUT_OF_RANGE);
	expect_excluded(f, "u-3", ERR_ID_OUT_OF_RANGE);
	expect_excluded(f, "u-4", ERR_ID_OUT_OF_RANGE);
	expect_excluded(f, "u-5", ERR_ID_OUT_OF_RANGE);
	expect_excluded(f, "u-6", ERR_ID_TAKEN);
	/* Mended at the source, it is taken; once given, it never changes. */
	ASSIGN(f, dirlab_line("u-1", "a@x.example", ",\"uid\":1879050009"),
	    dirlab_line("u-2", "b@x.example", ",\"uid\":1879050001"));
	assert_int_equal(by_id(f, "u-1")->uid, 1879050000);
	assert_int_equal(by_id(f, "u-2")->uid, 1879050001);
}

static void
t75_a_local_account_made_later_wins(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	char line[128];

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	uid = by_id(f, "u-2")->uid;
	(void)snprintf(line, sizeof(line),
	    "root:x:0:0::/:/bin/sh\nada:x:1001:1001::/:/bin/sh\n"
	    "other:x:%u:100::/:/bin/sh\n",
	    uid);
	dirlab_write(f->lab.passwd, line);
	read_locals(f);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	expect_excluded(f, "u-1", ERR_LOCAL_USER);
	expect_excluded(f, "u-2", ERR_ID_TAKEN);
	dirlab_write(f->lab.passwd, "root:x:0:0::/:/bin/sh\n");
	read_locals(f);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", ""));
	assert_string_equal(by_id(f, "u-1")->user, "ada");
	assert_int_equal(by_id(f, "u-2")->uid, uid);
}

static void
t75_a_delegated_number_belongs_to_the_host(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	char line[64];

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	uid = by_id(f, "u-1")->uid;
	(void)snprintf(line, sizeof(line), "local:%u:65536\n", uid - 9);
	dirlab_write(f->lab.subuid, line);
	read_locals(f);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	expect_excluded(f, "u-1", ERR_ID_TAKEN);
	assert_int_equal(unlink(f->lab.subuid), 0);
	read_locals(f);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(by_id(f, "u-1")->uid, uid);
}

static void
t76_two_members_never_share_a_name_or_number(void **state)
{
	struct fixture *f = *state;

	f->options.range = (struct idmap_range){70000, 70002};
	reopen(f, 0);
	ASSIGN(f,
	    dirlab_line("u-1", "ada@x.example",
		",\"created\":\"2026-01-02T00:00:00Z\""),
	    dirlab_line("u-2", "ada@y.example",
		",\"created\":\"2026-01-01T00:00:00Z\""),
	    dirlab_line("u-3", "eve@y.example",
		",\"created\":\"2026-01-03T00:00:00Z\""),
	    dirlab_line("u-4", "joe@y.example",
		",\"created\":\"2026-01-04T00:00:00Z\""));
	assert_string_equal(by_id(f, "u-2")->user, "ada");
	expect_excluded(f, "u-1", ERR_NAME_TAKEN);
	assert_string_equal(by_id(f, "u-3")->user, "eve");
	assert_int_not_equal(by_id(f, "u-2")->uid, by_id(f, "u-3")->uid);
	expect_excluded(f, "u-4", ERR_ID_EXHAUSTED);
	/* No number is left for the groups either: they are not served. */
	assert_int_equal(ids_group(f->ids, 0)->reason, ERR_ID_EXHAUSTED);
	assert_int_equal(ids_group(f->ids, 0)->gid, 0);
}

static void
t76_who_holds_a_name_keeps_it(void **state)
{
	struct fixture *f = *state;
	const char *older = ",\"created\":\"2020-01-01T00:00:00Z\"";

	ASSIGN(f, dirlab_line("u-9", "ada@x.example", ""));
	ASSIGN(f, dirlab_line("u-9", "ada@x.example", older),
	    dirlab_line("u-1", "ada@y.example", ""));
	assert_string_equal(by_id(f, "u-9")->user, "ada");
	expect_excluded(f, "u-1", ERR_NAME_TAKEN);
	/* A name given up is free for others, but not the home. */
	ASSIGN(f, dirlab_line("u-9", "countess@x.example", older),
	    dirlab_line("u-1", "ada@y.example", ""));
	assert_string_equal(by_id(f, "u-9")->user, "countess");
	assert_string_equal(by_id(f, "u-1")->user, "ada");
	assert_string_not_equal(ids_home(f->ids, "u-1"), "ada");
	/* A rename to what cannot be had keeps the old name. */
	ASSIGN(f, dirlab_line("u-9", "root@x.example", older),
	    dirlab_line("u-1", "countess@y.example", ""));
	assert_string_equal(by_id(f, "u-9")->user, "countess");
	assert_string_equal(by_id(f, "u-1")->user, "ada");
}

static void
t77_a_number_is_never_given_to_another(void **state)
{
	struct fixture *f = *state;
	uint32_t first = 0;
	char more[32];

	ASSIGN(f, dirlab_line("u-0", "ada@x.example", ""));
	first = by_id(f, "u-0")->uid;
	for (int i = 1; i < 50; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "u-%d", i);
		ASSIGN(f, dirlab_line(id, "ada@x.example", ""));
		assert_int_not_equal(by_id(f, id)->uid, first);
	}
	(void)snprintf(more, sizeof(more), ",\"uid\":%u", first);
	reopen(f, 0);
	ASSIGN(f, dirlab_line("thief", "eve@x.example", more));
	expect_excluded(f, "thief", ERR_ID_TAKEN);
	ASSIGN(f, dirlab_line("u-0", "ada@x.example", ""));
	assert_int_equal(by_id(f, "u-0")->uid, first);
	assert_string_equal(ids_home(f->ids, "u-0"), "ada");
	/* Also of who is gone. */
	assert_string_equal(
	    ids_owner(f->ids, ids_number(f->ids, "u-7")), "u-7");
	assert_null(ids_owner(f->ids, first ^ 1));
	assert_null(ids_owner(f->ids, 0));
}

static void
expect_damaged(struct fixture *f)
{
	struct members *members = NULL;

	reopen(f, ERR_STATE_DAMAGED);
	members = dirlab_members(
	    (const char *const[]){dirlab_line("u-7", "joe@x.example", "")}, 1);
	assert_int_equal(
	    ids_assign(f->ids, members, f->locals, NOW), ERR_STATE_DAMAGED);
	assert_int_equal(peek_at(members, 0)->uid, 0);
	members_free(members);
}

static void
t77_a_lost_map_gives_nothing(void **state)
{
	struct fixture *f = *state;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	dirlab_sql(f->db, "DELETE FROM ids");
	expect_damaged(f);
}

static void
t83_an_altered_map_gives_nothing(void **state)
{
	static const char *const changes[] = {
	    "UPDATE ids SET number = number + 1 WHERE key = 'u-1'",
	    "UPDATE ids SET number = 999 WHERE key = 'u-1'",
	    "UPDATE ids SET name = 'eve' WHERE key = 'u-1'",
	    "UPDATE ids SET home = 'eve' WHERE key = 'u-1'",
	    "UPDATE ids SET key = 'u-3' WHERE key = 'u-1'",
	    "UPDATE ids SET state = 'tombstone' WHERE key = 'u-1'",
	    "UPDATE ids SET organization = 'other' WHERE key = 'u-1'",
	    "UPDATE ids SET created = 0 WHERE key = 'u-1'",
	    "DELETE FROM ids WHERE key = 'u-1'",
	    "DELETE FROM meta",
	    "UPDATE meta SET value = 'x' WHERE key = 'ids_digest'",
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct fixture *f = NULL;

		(void)state;
		assert_int_equal(setup((void **)&f), 0);
		ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
		    dirlab_line("u-2", "bob@x.example", ""));
		dirlab_sql(f->db, changes[i]);
		expect_damaged(f);
		assert_int_equal(teardown((void **)&f), 0);
	}
}

static void
t78_t79_groups_have_numbers_of_their_own_that_stay(void **state)
{
	struct fixture *f = *state;
	uint32_t gids[2];

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(ids_group_count(f->ids), 2);
	for (size_t i = 0; i < 2; i++) {
		gids[i] = ids_group(f->ids, i)->gid;
		assert_int_equal(ids_group(f->ids, i)->reason, 0);
		assert_in_range(gids[i], 1879048192, 2147352575);
	}
	assert_string_equal(ids_group(f->ids, 0)->name, "org-admins");
	assert_string_equal(ids_group(f->ids, 1)->name, "org-members");
	assert_int_not_equal(gids[0], gids[1]);
	reopen(f, 0);
	ASSIGN(f, dirlab_line("u-2", "bob@x.example", ""));
	assert_int_equal(ids_group(f->ids, 0)->gid, gids[0]);
	assert_int_equal(ids_group(f->ids, 1)->gid, gids[1]);
}

static void
t80_names_of_power_are_given_to_nobody(void **state)
{
	struct fixture *f = *state;

	memcpy(f->lab.policy.everyone, "staff", 6);
	memcpy(f->lab.policy.mappings[0]->groups[0], "wheel", 6);
	reopen(f, 0);
	ASSIGN(f, dirlab_line("u-1", "sudo@x.example", ""),
	    dirlab_line("u-2", "systemd-journal@x.example", ""),
	    dirlab_line("u-3", "adm@x.example", ""),
	    dirlab_line("u-4", "wheel@x.example", ""));
	expect_excluded(f, "u-1", ERR_NAME_PRIVILEGED);
	expect_excluded(f, "u-2", ERR_NAME_PRIVILEGED);
	/* where the host has it, that is the reason told */
	expect_excluded(f, "u-3", ERR_NAME_TAKEN);
	expect_excluded(f, "u-4", ERR_NAME_TAKEN);
	for (size_t i = 0; i < ids_group_count(f->ids); i++) {
		assert_int_equal(
		    ids_group(f->ids, i)->reason, ERR_NAME_PRIVILEGED);
		assert_int_equal(ids_group(f->ids, i)->gid, 0);
	}
	assert_int_equal(ids_group_count(f->ids), 2);
}

static void
t33_with_the_whole_mail_as_name(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;

	f->options.username = USERNAME_EMAIL;
	reopen(f, 0);
	ASSIGN(f, dirlab_line("u-1", "Ada@x.example", ""),
	    dirlab_line("u-2", "ada@X.example", ""),
	    dirlab_line("u-3", "ada@y.example", ""),
	    dirlab_line("u-4", "root@x.example", ""));
	assert_string_equal(by_id(f, "u-1")->user, "ada@x.example");
	assert_string_equal(by_id(f, "u-3")->user, "ada@y.example");
	assert_string_equal(by_id(f, "u-4")->user, "root@x.example");
	expect_excluded(f, "u-2", ERR_NAME_TAKEN);
	uid = by_id(f, "u-1")->uid;
	reopen(f, 0);
	ASSIGN(f, dirlab_line("u-1", "countess@x.example", ""),
	    dirlab_line("u-2", "ada@X.example", ""));
	assert_int_equal(by_id(f, "u-1")->uid, uid);
	assert_string_equal(ids_home(f->ids, "u-1"), "ada@x.example");
	assert_string_equal(by_id(f, "u-2")->user, "ada@x.example");
}

static void
t80_a_group_of_the_host_is_not_served(void **state)
{
	struct fixture *f = *state;

	memcpy(f->lab.policy.everyone, "docker", 7);
	reopen(f, 0);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_string_equal(ids_group(f->ids, 0)->name, "docker");
	assert_int_equal(ids_group(f->ids, 0)->reason, ERR_NAME_TAKEN);
	assert_int_equal(ids_group(f->ids, 0)->gid, 0);
}

static void
another_organisation_keeps_its_numbers(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	char more[32];

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	uid = by_id(f, "u-1")->uid;
	f->options.organization_id = "org_side";
	reopen(f, 0);
	(void)snprintf(more, sizeof(more), ",\"uid\":%u", uid);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "bob@x.example", more));
	assert_int_not_equal(by_id(f, "u-1")->uid, uid);
	assert_string_not_equal(ids_home(f->ids, "u-1"), "ada");
	expect_excluded(f, "u-2", ERR_ID_TAKEN);
	f->options.organization_id = "org_acme";
	reopen(f, 0);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(by_id(f, "u-1")->uid, uid);
}

static void
a_rollback_is_forgotten(void **state)
{
	struct fixture *f = *state;

	f->members = dirlab_members(
	    (const char *const[]){dirlab_line("u-1", "ada@x.example", "")}, 1);
	assert_int_equal(db_begin(f->db), 0);
	assert_int_equal(ids_assign(f->ids, f->members, f->locals, NOW), 0);
	db_rollback(f->db);
	assert_int_equal(ids_load(f->ids), 0);
	assert_string_equal(ids_home(f->ids, "u-1"), "");
	ASSIGN(f, dirlab_line("u-2", "ada@x.example", ""));
	assert_string_equal(ids_home(f->ids, "u-2"), "ada");
	reopen(f, 0);
}

/* A full range, so that all but the first few meet somebody else's number. */
static void
t76_a_hundred_thousand_collide_and_share_nothing(void **state)
{
	enum { COUNT = 100000, FIRST = 1000000 };
	struct fixture *f = *state;
	uint8_t *seen = calloc(COUNT + 2, 1);
	struct member got;
	char id[16], mail[32];

	assert_non_null(seen);
	f->options.range = (struct idmap_range){FIRST, FIRST + COUNT + 1};
	reopen(f, 0);
	assert_int_equal(members_new(&f->members), 0);
	for (uint32_t i = 0; i < COUNT; i++) {
		struct member m = {.id = id, .mail = mail};

		m.name = m.username = m.shell = m.issuer = m.subject = "";
		(void)snprintf(id, sizeof(id), "u-%u", i);
		(void)snprintf(mail, sizeof(mail), "m%u@x.example", i);
		assert_int_equal(members_add(f->members, &m), 0);
	}
	assert_int_equal(db_begin(f->db), 0);
	assert_int_equal(ids_assign(f->ids, f->members, f->locals, NOW), 0);
	assert_int_equal(db_commit(f->db), 0);
	for (size_t i = 0; members_get(f->members, i, &got); i++) {
		assert_in_range(got.uid, FIRST, FIRST + COUNT + 1);
		assert_int_equal(seen[got.uid - FIRST]++, 0);
	}
	for (size_t i = 0; i < ids_group_count(f->ids); i++)
		assert_int_equal(seen[ids_group(f->ids, i)->gid - FIRST]++, 0);
	free(seen);
	reopen(f, 0);
}

/* Two hosts that hear of the same members in another order. */
static void
t76_any_order_gives_the_same_numbers(void **state)
{
	struct fixture *f = *state;
	uint32_t uids[3];
	struct fixture *other = NULL;

	f->options.range = (struct idmap_range){70000, 70004};
	reopen(f, 0);
	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""),
	    dirlab_line("u-2", "ada@y.example", ""),
	    dirlab_line("u-3", "bob@y.example", ""));
	for (size_t i = 0; i < 3; i++)
		uids[i] = ids_number(f->ids, peek_at(f->members, i)->id);
	assert_int_equal(setup((void **)&other), 0);
	other->options.range = f->options.range;
	reopen(other, 0);
	ASSIGN(other, dirlab_line("u-3", "bob@y.example", ""),
	    dirlab_line("u-2", "ada@y.example", ""),
	    dirlab_line("u-1", "ada@x.example", ""));
	assert_int_equal(ids_number(other->ids, "u-1"), uids[0]);
	assert_int_equal(ids_number(other->ids, "u-2"), uids[1]);
	assert_int_equal(ids_number(other->ids, "u-3"), uids[2]);
	assert_string_equal(by_id(other, "u-1")->user, "ada");
	expect_excluded(other, "u-2", ERR_NAME_TAKEN);
	assert_int_equal(teardown((void **)&other), 0);
}

static void
t83_every_bit_of_a_number_and_a_time_is_held(void **state)
{
	static const char *const columns[] = {"number", "created"};
	struct fixture *f = *state;

	ASSIGN(f, dirlab_line("u-1", "ada@x.example", ""));
	for (size_t i = 0; i < 2 * 32; i++) {
		const char *column = columns[i / 32];
		uint32_t bit = UINT32_C(1) << i % 32;
		struct db_stmt *stmt = NULL;
		static char sql[64][160];

		(void)snprintf(sql[i], sizeof(sql[i]),
		    "UPDATE ids SET %s = (%s | %u) - (%s & %u)"
		    " WHERE key = 'u-1'",
		    column, column, bit, column, bit);
		assert_int_equal(db_begin(f->db), 0);
		assert_int_equal(db_prepare(f->db, sql[i], &stmt), 0);
		assert_int_equal(db_run(stmt), 0);
		assert_int_equal(ids_load(f->ids), ERR_STATE_DAMAGED);
		db_rollback(f->db);
		assert_int_equal(ids_load(f->ids), 0);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(numbers_follow_from_the_rule_and_last),
	    TEST(t31_a_renamed_member_keeps_number_and_home),
	    TEST(
		t31_a_new_person_with_an_old_name_gets_neither_number_nor_home),
	    TEST(t32_names_and_numbers_of_the_host_are_not_given),
	    TEST(t74_a_given_number_is_used_or_excludes),
	    TEST(t75_a_local_account_made_later_wins),
	    TEST(t75_a_delegated_number_belongs_to_the_host),
	    TEST(t76_two_members_never_share_a_name_or_number),
	    TEST(t76_who_holds_a_name_keeps_it),
	    TEST(t76_a_hundred_thousand_collide_and_share_nothing),
	    TEST(t76_any_order_gives_the_same_numbers),
	    TEST(t83_every_bit_of_a_number_and_a_time_is_held),
	    TEST(t77_a_number_is_never_given_to_another),
	    TEST(t77_a_lost_map_gives_nothing),
	    cmocka_unit_test(t83_an_altered_map_gives_nothing),
	    TEST(t78_t79_groups_have_numbers_of_their_own_that_stay),
	    TEST(t80_names_of_power_are_given_to_nobody),
	    TEST(t33_with_the_whole_mail_as_name),
	    TEST(t80_a_group_of_the_host_is_not_served),
	    TEST(another_organisation_keeps_its_numbers),
	    TEST(a_rollback_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
