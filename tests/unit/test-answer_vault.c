/*
 * test-answer_vault.c - what the administrator hears of the vault, and which of
 * it is on record.
 */
#include "front/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/fronthost.h"

static struct proto_vault_reply
ask(bool take)
{
	const struct proto_vault request = {.take = take};
	struct client_reply reply;
	int fd = front_connect(0);

	front_send(fd, PROTO_VAULT, &request);
	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_VAULT_REPLY);
	(void)close(fd);
	return reply.u.vault;
}

static uint64_t
records(void)
{
	return audit_last(front()->audit);
}

static void
looking_changes_nothing(void **state)
{
	struct proto_vault_reply reply;

	front()->vault = (struct rotation_view){.state = ERR_INSECURE_FILE,
	    .credential = true,
	    .running = true,
	    .fault = ERR_NO_SPACE,
	    .resealed = 3,
	    .lost = 2};
	reply = ask(false);
	assert_string_equal(reply.state, "insecure-file");
	assert_string_equal(reply.fault, "no-space");
	assert_string_equal(reply.taken, "");
	assert_int_equal(reply.credential, 1);
	assert_int_equal(reply.running, 1);
	assert_int_equal(reply.resealed, 3);
	assert_int_equal(reply.lost, 2);
	assert_int_equal(front()->takes, 0);
	assert_int_equal(records(), 0);
}

/* A rotation by the command: the file as it is, with both keys, with the new.
 */
static void
a_rotation_is_one_record(void **state)
{
	front()->vault.key[0] = 'a';
	front()->vault_given.key[0] = 'a';
	assert_string_equal(ask(true).taken, "ok");
	assert_int_equal(records(), 0);
	front()->vault_given.key[0] = 'b';
	assert_string_equal(ask(true).taken, "ok");
	assert_int_equal(records(), 1);
	front_expect_record(AUDIT_VAULT_ROTATED, 0, "", "");
	assert_string_equal(ask(true).taken, "ok");
	assert_int_equal(records(), 1);
	assert_int_equal(front()->takes, 3);
}

static void
a_first_key_is_one_too(void **state)
{
	front()->vault.state = ERR_NOT_FOUND;
	front()->take_fault = ERR_NOT_FOUND;
	assert_string_equal(ask(true).taken, "not-found");
	assert_int_equal(records(), 0);
	front()->take_fault = ERR_OK;
	front()->vault_given.key[0] = 'a';
	assert_string_equal(ask(true).taken, "ok");
	assert_int_equal(records(), 1);
	front_expect_record(AUDIT_VAULT_ROTATED, 0, "", "");
}

static void
a_key_that_is_refused_is_on_record(void **state)
{
	front()->vault.key[0] = 'a';
	front()->take_fault = ERR_VAULT_KEY;
	assert_string_equal(ask(true).taken, "vault-key");
	front_expect_record(AUDIT_VAULT_ROTATED, ERR_VAULT_KEY, "", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, front_set_up, front_tear_down)
	    TEST(looking_changes_nothing),
	    TEST(a_rotation_is_one_record),
	    TEST(a_first_key_is_one_too),
	    TEST(a_key_that_is_refused_is_on_record),
	};

	return cmocka_run_group_tests_name("answer_vault", tests, NULL, NULL);
}
