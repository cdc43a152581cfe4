/*
 * test-memberterms.c - the same terms are kept once, others never taken for
 * them, and what nobody has goes.
 */
#include "rules/memberterms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const two[] = {"a", "b"};
static const char *const turned[] = {"b", "a"};

static struct member
plain(void)
{
	return (struct member){.shell = "", .issuer = ""};
}

static struct memberterms *
get(struct memberterms_pool *pool, const struct member *member)
{
	struct memberterms *terms = NULL;

	assert_int_equal(memberterms_get(pool, member, &terms), 0);
	memberterms_unref(terms);
	return terms;
}

static int
setup(void **state)
{
	return memberterms_pool_new((struct memberterms_pool **)state);
}

static int
teardown(void **state)
{
	memberterms_pool_unref(*state);
	return 0;
}

static void
the_same_is_kept_once_and_nothing_else_for_it(void **state)
{
	struct member cases[8];
	const struct memberterms *terms[ARRAY_SIZE(cases)];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		cases[i] = plain();
	cases[1].roles = cases[2].roles = two;
	cases[1].role_count = 2;
	cases[2].role_count = 1;
	cases[3].scopes = two;
	cases[3].scope_count = 2;
	cases[4].roles = turned;
	cases[4].role_count = 2;
	cases[5].roles = two;
	cases[5].role_count = 1;
	cases[5].scopes = turned;
	cases[5].scope_count = 1;
	cases[6].shell = "/bin/zsh";
	cases[7].issuer = "/bin/zsh";
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		terms[i] = get(*state, &cases[i]);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_ptr_equal(get(*state, &cases[i]), terms[i]);
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(terms[i], terms[j]);
	}
	assert_int_equal(terms[5]->role_count, 1);
	assert_string_equal(terms[5]->texts[0], "a");
	assert_string_equal(terms[5]->texts[1], "b");
	assert_string_equal(terms[6]->shell, "/bin/zsh");
	assert_string_equal(terms[6]->issuer, "");
}

static void
terms_outlive_their_pool(void **state)
{
	struct memberterms_pool *pool = NULL;
	struct memberterms *terms = NULL;
	struct member member = plain();

	(void)state;
	member.roles = two;
	member.role_count = 2;
	assert_int_equal(memberterms_pool_new(&pool), 0);
	assert_ptr_equal(memberterms_pool_ref(pool), pool);
	memberterms_pool_unref(pool);
	assert_int_equal(memberterms_get(pool, &member, &terms), 0);
	memberterms_pool_unref(pool);
	assert_string_equal(terms->texts[1], "b");
	memberterms_unref(terms);
}

static void
a_sweep_keeps_what_somebody_has(void **state)
{
	struct member member = plain();
	struct memberterms *kept = NULL;
	char role[16];
	const char *const roles[] = {role};

	member.roles = roles;
	member.role_count = 1;
	for (unsigned int i = 0; i < 5000; i++) {
		(void)snprintf(role, sizeof(role), "r%u", i);
		if (i == 4000)
			assert_int_equal(
			    memberterms_get(*state, &member, &kept), 0);
		else
			(void)get(*state, &member);
		memberterms_sweep(*state);
	}
	(void)snprintf(role, sizeof(role), "r4000");
	assert_ptr_equal(get(*state, &member), kept);
	assert_string_equal(kept->texts[0], "r4000");
	memberterms_unref(kept);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_same_is_kept_once_and_nothing_else_for_it),
	    TEST(terms_outlive_their_pool),
	    TEST(a_sweep_keeps_what_somebody_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
