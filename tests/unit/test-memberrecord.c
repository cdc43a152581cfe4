/*
 * test-memberrecord.c - a record keeps every field by itself, and takes in
 * nothing outside the grammar.
 */
#include "rules/memberrecord.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "common/err.h"

static const char *const no_list[] = {NULL};

#define POOL_AUTO CLEANUP(memberterms_pool_cleanup)

static struct memberterms_pool *
new_pool(void)
{
	struct memberterms_pool *pool = NULL;

	assert_int_equal(memberterms_pool_new(&pool), 0);
	return pool;
}

static struct member
plain(const char *id)
{
	struct member m = {.id = id, .roles = no_list, .scopes = no_list};

	m.mail = m.name = m.username = m.shell = m.user = "";
	m.issuer = m.subject = "";
	return m;
}

static void
a_member_is_copied_with_all_its_text(void **state)
{
	POOL_AUTO struct memberterms_pool *pool = new_pool();
	static const char *const roles[] = {"owner", "developer"};
	static const char *const scopes[] = {"write:agents"};
	char id[] = "u-1";
	struct member m = plain(id);
	struct member got;
	struct member_record *record = NULL;

	m.mail = "ada@acme.example";
	m.name = "Ada Łovelace";
	m.shell = "/bin/zsh";
	m.issuer = "https://i.example";
	m.subject = "s 1";
	m.roles = roles;
	m.role_count = 2;
	m.scopes = scopes;
	m.scope_count = 1;
	m.user = NULL;
	m.given_uid = 5;
	m.excluded = ERR_NAME_TAKEN;
	assert_int_equal(memberrecord_new(pool, &m, &record), 0);
	id[0] = 'x';
	member_read(record, &got);
	assert_string_equal(got.id, "u-1");
	assert_string_equal(got.user, "");
	assert_string_equal(got.name, "Ada Łovelace");
	assert_string_equal(got.subject, "s 1");
	assert_string_equal(got.shell, "/bin/zsh");
	assert_true(member_has_role(&got, "developer"));
	assert_false(member_has_role(&got, "Developer"));
	assert_false(member_has_role(&got, "write:agents"));
	assert_true(member_has_scope(&got, "write:agents"));
	assert_int_equal(got.given_uid, 5);
	assert_int_equal(got.excluded, ERR_NAME_TAKEN);
	assert_true(member_same(&got, &got));
	memberrecord_unref(record);
}

static void
expect_invalid(struct memberterms_pool *pool, const struct member *m)
{
	struct member_record *record = NULL;

	assert_int_equal(memberrecord_new(pool, m, &record), ERR_NAME_INVALID);
	assert_null(record);
}

static void
t81_fields_outside_their_grammar_are_refused(void **state)
{
	POOL_AUTO struct memberterms_pool *pool = new_pool();
	static const char *const bad_roles[] = {"a,b"};
	static const char *const texts[] = {"a\nb", "a\x7f"};
	struct member m = plain("");

	expect_invalid(pool, &m);
	m = plain("a\nb");
	expect_invalid(pool, &m);
	m = plain("a");
	m.mail = "root@";
	expect_invalid(pool, &m);
	m = plain("a");
	m.name = "a:b";
	expect_invalid(pool, &m);
	m = plain("a");
	m.shell = "bin/sh";
	expect_invalid(pool, &m);
	m = plain("a");
	m.issuer = "https://i.example";
	expect_invalid(pool, &m);
	m = plain("a");
	m.roles = bad_roles;
	m.role_count = 1;
	expect_invalid(pool, &m);
	m.roles = no_list;
	m.role_count = MEMBERS_ROLES_MAX + 1;
	expect_invalid(pool, &m);
	m = plain("a");
	m.user = "Root";
	expect_invalid(pool, &m);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		m = plain("a");
		m.username = texts[i];
		expect_invalid(pool, &m);
	}
}

static void
a_name_is_assigned_where_it_has_room(void **state)
{
	POOL_AUTO struct memberterms_pool *pool = new_pool();
	struct member m = plain("u-1");
	struct member got;
	struct member_record *record = NULL;

	m.mail = "ada@acme.example";
	m.username = "a.lovelace";
	assert_int_equal(memberrecord_new(pool, &m, &record), 0);
	m.user = "a.lovelace";
	m.uid = 5000;
	assert_true(memberrecord_assign(record, &m));
	m.user = "a.lovelace2";
	m.uid = 5001;
	assert_false(memberrecord_assign(record, &m));
	member_read(record, &got);
	assert_string_equal(got.user, "a.lovelace");
	assert_int_equal(got.uid, 5000);
	assert_string_equal(got.username, "a.lovelace");
	assert_string_equal(got.mail, "ada@acme.example");
	memberrecord_unref(record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_member_is_copied_with_all_its_text),
	    cmocka_unit_test(a_name_is_assigned_where_it_has_room),
	    cmocka_unit_test(t81_fields_outside_their_grammar_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
