/*
 * test-memberorder.c - the fixed order, in one step or in many, whatever order
 * the members came in.
 */
#include "rules/memberorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ORDER_AUTO CLEANUP(memberorder_done)

static void
add(struct members *members, const char *id, int64_t created_s)
{
	struct member m = {.id = id, .created_s = created_s};

	m.mail = m.name = m.username = m.shell = m.issuer = m.subject = "";
	assert_int_equal(members_add(members, &m), 0);
}

static void
expect_order(struct members *members, size_t step)
{
	struct memberorder order ORDER_AUTO = {0};
	struct member before = {0};
	size_t count = members_count(members);

	assert_int_equal(memberorder_start(&order, members), 0);
	while (!memberorder_step(&order, step))
		;
	for (size_t i = 0; i < count; i++) {
		struct member now;

		assert_true(
		    members_get(members, memberorder_at(&order, i), &now));
		if (i > 0)
			assert_true(before.created_s < now.created_s ||
			    (before.created_s == now.created_s &&
				strcmp(before.id, now.id) < 0));
		before = now;
	}
}

static void
add_four(struct members *members)
{
	add(members, "a", 9);
	add(members, "b", 5);
	add(members, "c", -1);
	add(members, "d", 5);
}

static void
expect_ids(
    const struct memberorder *order, const char *const *want, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct member got;

		assert_true(members_get(
		    order->members, memberorder_at(order, i), &got));
		assert_string_equal(got.id, want[i]);
	}
}

static void
the_order_is_by_creation_then_id(void **state)
{
	static const char *const want[] = {"c", "b", "d", "a"};
	MEMBERS_AUTO struct members *members = NULL;
	struct memberorder order ORDER_AUTO = {0};

	(void)state;
	assert_int_equal(members_new(&members), 0);
	add_four(members);
	assert_int_equal(memberorder_start(&order, members), 0);
	assert_true(memberorder_step(&order, 1000));
	expect_ids(&order, want, ARRAY_SIZE(want));
}

static void
some_of_them_come_by_id(void **state)
{
	static const uint32_t some[] = {3, 0, 2};
	static const char *const want[] = {"a", "c", "d"};
	MEMBERS_AUTO struct members *members = NULL;
	struct memberorder order ORDER_AUTO = {0};

	(void)state;
	assert_int_equal(members_new(&members), 0);
	add_four(members);
	assert_int_equal(
	    memberorder_start_ids(&order, members, some, ARRAY_SIZE(some)), 0);
	while (!memberorder_step(&order, 1))
		;
	expect_ids(&order, want, ARRAY_SIZE(want));
}

/* Ids that begin alike, are shorter than a key, or hold bytes like 0x7e. */
static void
any_number_of_members_comes_into_order(void **state)
{
	(void)state;
	for (uint32_t count = 0; count < 70; count++) {
		MEMBERS_AUTO struct members *members = NULL;

		assert_int_equal(members_new(&members), 0);
		for (uint32_t i = 0; i < count; i++) {
			uint32_t mixed = (i * 37 + 11) % 71;
			char id[24];

			(void)snprintf(id, sizeof(id),
			    mixed % 3 == 0 ? "same-begin-%u" : "%u~",
			    mixed % 5 == 0 ? mixed * 100 : mixed);
			add(members, id, mixed % 2);
		}
		expect_order(members, 1);
		expect_order(members, 7);
		expect_order(members, 1000000);
	}
}

static void
what_is_in_order_already_is_not_sorted(void **state)
{
	MEMBERS_AUTO struct members *members = NULL;
	struct memberorder order ORDER_AUTO = {0};
	char id[16];

	(void)state;
	assert_int_equal(members_new(&members), 0);
	for (uint32_t i = 0; i < 1000; i++) {
		(void)snprintf(id, sizeof(id), "u%04u", i);
		add(members, id, 0);
	}
	assert_int_equal(memberorder_start(&order, members), 0);
	assert_true(memberorder_step(&order, 1001));
	assert_int_equal(memberorder_at(&order, 999), 999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_order_is_by_creation_then_id),
	    cmocka_unit_test(any_number_of_members_comes_into_order),
	    cmocka_unit_test(some_of_them_come_by_id),
	    cmocka_unit_test(what_is_in_order_already_is_not_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
