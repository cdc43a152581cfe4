/*
 * test-proofs.c - a proof ages with the boot clock and ends with the boot.
 */
#include "services/proofs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/err.h"

#define BOOT "11111111-1111-4111-8111-111111111111"
#define OTHER_BOOT "22222222-2222-4222-8222-222222222222"

struct fixture {
	struct db *db;
	struct clock_fake clock;
	struct proofs *proofs;
};

static void
open_all(struct fixture *f)
{
	assert_int_equal(db_open(":memory:", &f->db), 0);
	clock_fake_init(&f->clock, 1800000000, 5000);
	assert_int_equal(
	    proofs_new(f->db, &f->clock.clock, BOOT, &f->proofs), 0);
}

static void
close_all(struct fixture *f)
{
	proofs_free(f->proofs);
	db_close(f->db);
}

static void
a_proof_ages_and_a_new_one_replaces_it(void **state)
{
	struct fixture f;

	open_all(&f);
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), -1);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sudo", PROOFS_FULL), 0);
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), 0);
	clock_fake_advance(&f.clock, 90500);
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), 90500);
	assert_int_equal(proofs_age_ms(f.proofs, "u-2"), -1);
	assert_int_equal(proofs_age_ms(f.proofs, "U-1"), -1);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sshd", PROOFS_FULL), 0);
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), 0);
	close_all(&f);
}

static void
members_with_a_proof_are_gone_through(void **state)
{
	struct fixture f;
	char next[8] = "";
	char small[2];

	open_all(&f);
	assert_int_equal(
	    proofs_record(f.proofs, "u-2", "sudo", PROOFS_FULL), 0);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sudo", PROOFS_FULL), 0);
	assert_int_equal(proofs_next_member(f.proofs, "", small, sizeof(small)),
	    ERR_STATE_DAMAGED);
	assert_int_equal(
	    proofs_next_member(f.proofs, next, next, sizeof(next)), 0);
	assert_string_equal(next, "u-1");
	assert_int_equal(
	    proofs_next_member(f.proofs, next, next, sizeof(next)), 0);
	assert_string_equal(next, "u-2");
	assert_int_equal(proofs_next_member(f.proofs, next, next, sizeof(next)),
	    ERR_NOT_FOUND);
	close_all(&f);
}

static void
t109_a_wall_clock_moves_no_proof(void **state)
{
	struct fixture f;

	open_all(&f);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sudo", PROOFS_FULL), 0);
	clock_fake_advance(&f.clock, 60000);
	f.clock.wall.s -= 86400;
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), 60000);
	assert_int_equal(proofs_any_age_ms(f.proofs, "u-1"), 60000);
	f.clock.wall.s += INT64_C(365) * 86400;
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), 60000);
	assert_int_equal(proofs_any_age_ms(f.proofs, "u-1"), 60000);
	/* A boot clock behind the proof's is no age at all. */
	f.clock.boot.ms = 1;
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), -1);
	assert_int_equal(proofs_any_age_ms(f.proofs, "u-1"), -1);
	close_all(&f);
}

static void
a_reboot_forgets_and_a_restart_does_not(void **state)
{
	struct proofs *other = NULL;
	struct fixture f;

	open_all(&f);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sudo", PROOFS_FULL), 0);
	clock_fake_advance(&f.clock, 1000);
	assert_int_equal(
	    proofs_new(f.db, &f.clock.clock, OTHER_BOOT, &other), 0);
	assert_int_equal(proofs_age_ms(other, "u-1"), -1);
	proofs_free(other);
	assert_int_equal(proofs_new(f.db, &f.clock.clock, BOOT, &other), 0);
	assert_int_equal(proofs_age_ms(other, "u-1"), 1000);
	proofs_free(other);
	close_all(&f);
}

static void
a_full_sign_in_is_known_from_a_factor_alone(void **state)
{
	struct proofs *other = NULL;
	struct fixture f;

	open_all(&f);
	assert_int_equal(proofs_record(f.proofs, "u-1", "sudo", PROOFS_PIN), 0);
	assert_int_equal(proofs_any_age_ms(f.proofs, "u-1"), 0);
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), -1);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sshd", PROOFS_FULL), 0);
	clock_fake_advance(&f.clock, 1000);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sudo", PROOFS_CODE), 0);
	assert_int_equal(proofs_any_age_ms(f.proofs, "u-1"), 0);
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), 1000);
	/* That of another boot does not come back with a factor of this one. */
	assert_int_equal(
	    proofs_new(f.db, &f.clock.clock, OTHER_BOOT, &other), 0);
	assert_int_equal(proofs_record(other, "u-1", "login", PROOFS_PIN), 0);
	assert_int_equal(proofs_any_age_ms(other, "u-1"), 0);
	assert_int_equal(proofs_age_ms(other, "u-1"), -1);
	proofs_free(other);
	close_all(&f);
}

static void
forgetting_takes_one_member_only(void **state)
{
	struct fixture f;

	open_all(&f);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sudo", PROOFS_FULL), 0);
	assert_int_equal(
	    proofs_record(f.proofs, "u-2", "sudo", PROOFS_FULL), 0);
	assert_int_equal(proofs_forget(f.proofs, "u-1"), 0);
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), -1);
	assert_int_equal(proofs_age_ms(f.proofs, "u-2"), 0);
	assert_int_equal(proofs_forget(f.proofs, "u-1"), 0);
	close_all(&f);
}

static void
t37_an_id_is_never_part_of_a_query(void **state)
{
	struct fixture f;

	open_all(&f);
	assert_int_equal(
	    proofs_record(f.proofs, "u-1", "sudo", PROOFS_FULL), 0);
	assert_int_equal(proofs_age_ms(f.proofs, "x' OR member_id = 'u-1"), -1);
	assert_int_equal(proofs_forget(f.proofs, "x' OR 'a' = 'a"), 0);
	assert_int_equal(proofs_age_ms(f.proofs, "u-1"), 0);
	close_all(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_proof_ages_and_a_new_one_replaces_it),
	    cmocka_unit_test(members_with_a_proof_are_gone_through),
	    cmocka_unit_test(t109_a_wall_clock_moves_no_proof),
	    cmocka_unit_test(a_reboot_forgets_and_a_restart_does_not),
	    cmocka_unit_test(a_full_sign_in_is_known_from_a_factor_alone),
	    cmocka_unit_test(forgetting_takes_one_member_only),
	    cmocka_unit_test(t37_an_id_is_never_part_of_a_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
