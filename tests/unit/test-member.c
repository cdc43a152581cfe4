/*
 * test-member.c - only a whole, current snapshot proves that somebody is not a
 * member.
 */
#include "pam_module/member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/snapshot_format.h"
#include "tests/unit/pamhost.h"

static void
members_are_told_from_strangers(void **state)
{
	struct pamhost *host = *state;
	static const char *const strangers[] = {"", "eve", "ad", "adaa", "ADA",
	    "Ada", "ada ", "root", "ada:x",
	    "a-name-that-is-longer-than-any-name-may-be-here"};

	assert_int_equal(member_find(host->snapshot, "ada"), 0);
	assert_int_equal(member_find(host->snapshot, "bob"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
		assert_int_equal(member_find(host->snapshot, strangers[i]),
		    ERR_NOT_A_MEMBER);
}

static void
t40_a_missing_snapshot_proves_nothing(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(unlink(host->snapshot), 0);
	assert_int_equal(
	    member_find(host->snapshot, "eve"), ERR_SNAPSHOT_MISSING);
	pamhost_write(host->snapshot, "", 0);
	assert_int_equal(
	    member_find(host->snapshot, "eve"), ERR_SNAPSHOT_INVALID);
}

static void
t40_an_old_snapshot_proves_nothing(void **state)
{
	struct pamhost *host = *state;

	pamhost_publish(host, 3500);
	assert_int_equal(member_find(host->snapshot, "ada"), 0);
	assert_int_equal(member_find(host->snapshot, "eve"), ERR_NOT_A_MEMBER);
	pamhost_publish(host, 3700);
	assert_int_equal(
	    member_find(host->snapshot, "ada"), ERR_DIRECTORY_STALE);
	assert_int_equal(
	    member_find(host->snapshot, "eve"), ERR_DIRECTORY_STALE);
}

/* Wherever one bit is wrong, nobody is proven a stranger by it. */
static void
t59_a_damaged_snapshot_never_makes_a_stranger(void **state)
{
	struct pamhost *host = *state;
	struct stat status;

	assert_int_equal(stat(host->snapshot, &status), 0);
	for (size_t at = 0; at < (size_t)status.st_size; at++) {
		bool flag =
		    at >= offsetof(struct snapshot_header, superseded) &&
		    at < sizeof(struct snapshot_header);

		pamhost_damage(host, at);
		if (!flag) {
			assert_int_not_equal(member_find(host->snapshot, "ada"),
			    ERR_NOT_A_MEMBER);
			assert_int_not_equal(member_find(host->snapshot, "eve"),
			    ERR_NOT_A_MEMBER);
		}
		pamhost_damage(host, at);
	}
	assert_int_equal(member_find(host->snapshot, "eve"), ERR_NOT_A_MEMBER);
}

static void
t60_a_snapshot_that_others_can_write_proves_nothing(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(chmod(host->snapshot, 0666), 0);
	assert_int_equal(member_find(host->snapshot, "eve"), ERR_INSECURE_FILE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PAMHOST_TEST(members_are_told_from_strangers),
	    PAMHOST_TEST(t40_a_missing_snapshot_proves_nothing),
	    PAMHOST_TEST(t40_an_old_snapshot_proves_nothing),
	    PAMHOST_TEST(t59_a_damaged_snapshot_never_makes_a_stranger),
	    PAMHOST_TEST(t60_a_snapshot_that_others_can_write_proves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
