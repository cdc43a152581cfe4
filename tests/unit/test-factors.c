/*
 * test-factors.c - enrolling an authenticator and setting a PIN at a terminal:
 * what is shown, what is echoed, what the daemon gets, and what is asked first.
 */
#include "cli/factors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/person.h"

#define URI \
	"otpauth://totp/Acme:ada%40host1?secret=JBSWY3DPEHPK3PXP&issuer=Acme"
#define KEY "JBSW Y3DP EHPK 3PXP"
#define WHITE "\033[30;47m"
/* What the daemon is asked before it is asked for anything of one's own. */
#define ASKED_OF_ADA(factors)                                                  \
	FAKEDAEMON_STEP(PROTO_EXPLAIN_REPLY, &whoami), FAKEDAEMON_NEXT_CLIENT, \
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, factors),                     \
	    FAKEDAEMON_NEXT_CLIENT

static const struct proto_explain_reply whoami = {
    .member = {.user = "ada"}, .reason = "ok", .login = "ok"};
static const struct proto_factors_reply none = {.user = "ada",
    .totp = "totp-not-enrolled",
    .pin = "pin-not-set",
    .own = 1,
    .proven = 1};
static const struct proto_factors_reply unproven = {
    .user = "ada", .totp = "totp-not-enrolled", .pin = "pin-not-set", .own = 1};
static const struct proto_factors_reply both = {
    .user = "ada", .totp = "ok", .pin = "ok", .own = 1, .proven = 1};
static const struct proto_factors_reply bobs = {.user = "bob",
    .totp = "factor-locked",
    .totp_failures = 50,
    .pin = "ok",
    .pin_failures = 2,
    .proven = 1};
static const struct proto_totp_offer offer = {.uri = URI, .key = KEY};
static const struct proto_done ok = {.reason = "ok"};
static const struct proto_verdict_reply allowed = {
    .verdict = PROTO_ALLOW, .reason = "ok"};
static const struct proto_verdict_reply wrong = {
    .reason = "mfa-code-wrong", .text = "Wrong."};
static const struct proto_verdict_reply weak = {
    .reason = "pin-weak", .text = "Too easy."};
static const struct proto_verdict_reply refused = {
    .reason = "peer-refused", .text = "You may not ask that."};

/* Every command of one's own begins with these. */
static void
asked_whose_and_what(struct clihost *host)
{
	struct proto_factors factors;

	person_asked(host, PROTO_WHOAMI, NULL);
	person_asked(host, PROTO_FACTORS, &factors);
	assert_string_equal(factors.user, "ada");
}

static void
a_key_is_shown_and_one_code_confirms_it(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    ASKED_OF_ADA(&none),
	    FAKEDAEMON_STEP(PROTO_TOTP_OFFER, &offer),
	    FAKEDAEMON_NEXT_CLIENT,
	    FAKEDAEMON_STEP(PROTO_VERDICT, &wrong),
	    FAKEDAEMON_NEXT_CLIENT,
	    FAKEDAEMON_STEP(PROTO_DONE, &ok),
	};
	struct proto_totp_enroll enroll;
	struct proto_totp_confirm confirm;
	struct person p;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	person_start(&p, host, "totp enroll");
	person_sees(&p, "  " KEY "\r\n");
	assert_non_null(strstr(p.seen, WHITE));
	assert_null(strstr(p.seen, "otpauth"));
	person_sees(&p, "The code it shows now: ");
	person_types(&p, "123456\n");
	person_sees(&p, "now: 123456\r\nThe code it shows now: ");
	person_types(&p, "654321\n");
	person_sees(&p, "[0|The authenticator is enrolled.");
	assert_int_equal(person_ends(&p), 0);
	asked_whose_and_what(host);
	person_asked(host, PROTO_TOTP_ENROLL, &enroll);
	assert_string_equal(enroll.code, "");
	person_asked(host, PROTO_TOTP_CONFIRM, &confirm);
	assert_string_equal(confirm.code, "123456");
	person_asked(host, PROTO_TOTP_CONFIRM, &confirm);
	assert_string_equal(confirm.code, "654321");
}

/* The key goes to the terminal alone, and can do without a picture. */
static void
no_picture_where_none_is_wanted(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    ASKED_OF_ADA(&none),
	    FAKEDAEMON_STEP(PROTO_TOTP_OFFER, &offer),
	    FAKEDAEMON_NEXT_CLIENT,
	    FAKEDAEMON_STEP(PROTO_DONE, &ok),
	};
	struct person p;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	person_start(&p, host, "totp enroll --no-qr");
	person_sees(&p, "The code it shows now: ");
	assert_null(strstr(p.seen, WHITE));
	person_types(&p, "123456\n");
	person_sees(&p, "[0|The authenticator is enrolled.\r\n|]");
	assert_int_equal(person_ends(&p), 0);
}

static void
t96_replacing_one_asks_for_a_code_of_it(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    ASKED_OF_ADA(&both),
	    FAKEDAEMON_STEP(PROTO_VERDICT, &wrong),
	};
	struct proto_totp_enroll enroll;
	struct person p;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	person_start(&p, host, "totp enroll");
	person_sees(&p, "that you have now: ");
	person_types(&p, "111222\n");
	person_sees(&p, "[1||orgloginctl: Wrong. (mfa-code-wrong)");
	assert_int_equal(person_ends(&p), 0);
	assert_null(strstr(p.seen, KEY));
	asked_whose_and_what(host);
	person_asked(host, PROTO_TOTP_ENROLL, &enroll);
	assert_string_equal(enroll.code, "111222");
}

/* Without a sign-in lately the command begins with one. */
static void
who_did_not_sign_in_lately_does_so_first(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    ASKED_OF_ADA(&unproven),
	    FAKEDAEMON_STEP(PROTO_EXPLAIN_REPLY, &whoami),
	    FAKEDAEMON_NEXT_CLIENT,
	    FAKEDAEMON_STEP(PROTO_VERDICT, &allowed),
	    FAKEDAEMON_NEXT_CLIENT,
	    FAKEDAEMON_STEP(PROTO_DONE, &ok),
	};
	struct proto_signin signin;
	struct person p;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	person_start(&p, host, "pin set");
	person_sees(&p, "New PIN: ");
	person_wait_for_echo(&p, false);
	person_types(&p, "tulip7\n");
	person_sees(&p, "The same again: ");
	person_wait_for_echo(&p, false);
	person_types(&p, "tulip7\n");
	person_sees(&p, "The PIN is set.");
	assert_int_equal(person_ends(&p), 0);
	asked_whose_and_what(host);
	person_asked(host, PROTO_WHOAMI, NULL);
	person_asked(host, PROTO_SIGNIN, &signin);
	assert_int_equal(signin.max_age_s, 0);
}

static void
a_pin_is_typed_twice_without_echo(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    ASKED_OF_ADA(&none),
	    FAKEDAEMON_STEP(PROTO_VERDICT, &weak),
	    FAKEDAEMON_NEXT_CLIENT,
	    FAKEDAEMON_STEP(PROTO_DONE, &ok),
	};
	static const char *const typed[] = {"123456\n", "123456\n", "tulip7\n",
	    "tulip8\n", "crocus\n", "crocus\n"};
	struct proto_pin_set set;
	struct person p;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	person_start(&p, host, "pin set");
	for (size_t i = 0; i < ARRAY_SIZE(typed); i++) {
		person_sees(&p, i % 2 == 0 ? "New PIN: " : "again: ");
		assert_false(person_echoes(&p));
		person_types(&p, typed[i]);
		p.seen[0] = '\0';
	}
	person_sees(
	    &p, "[0|The PIN is set.\r\n|orgloginctl: Too easy. (pin-weak)");
	person_sees(&p, "the two were not the same\r\n]");
	assert_int_equal(person_ends(&p), 0);
	assert_null(strstr(p.seen, "crocus"));
	asked_whose_and_what(host);
	person_asked(host, PROTO_PIN_SET, &set);
	assert_string_equal(set.pin, "123456");
	person_asked(host, PROTO_PIN_SET, &set);
	assert_string_equal(set.user, "ada");
	assert_string_equal(set.old, "");
	assert_string_equal(set.pin, "crocus");
	assert_string_equal(set.context.service, "orgloginctl");
}

static void
an_administrator_removes_without_a_code(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    FAKEDAEMON_STEP(PROTO_FACTORS_REPLY, &bobs),
	    FAKEDAEMON_NEXT_CLIENT,
	    FAKEDAEMON_STEP(PROTO_DONE, &ok),
	};
	struct proto_factors factors;
	struct proto_totp_remove removal;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(clihost_run(host, "totp remove bob"), CLI_OK);
	assert_string_equal(
	    host->out, "The authenticator of bob is removed.\n");
	person_asked(host, PROTO_FACTORS, &factors);
	assert_string_equal(factors.user, "bob");
	person_asked(host, PROTO_TOTP_REMOVE, &removal);
	assert_string_equal(removal.user, "bob");
	assert_string_equal(removal.code, "");
}

static void
ones_own_is_given_up_with_a_code_of_it(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    ASKED_OF_ADA(&both),
	    FAKEDAEMON_STEP(PROTO_DONE, &ok),
	};
	struct proto_totp_remove removal;
	struct person p;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	person_start(&p, host, "totp remove");
	person_sees(&p, "that you have now: ");
	person_types(&p, "111222\n");
	person_sees(&p, "[0|The authenticator of ada is removed.");
	assert_int_equal(person_ends(&p), 0);
	asked_whose_and_what(host);
	person_asked(host, PROTO_TOTP_REMOVE, &removal);
	assert_string_equal(removal.user, "ada");
	assert_string_equal(removal.code, "111222");
}

static void
a_pin_is_removed(void **state)
{
	struct clihost *host = *state;
	const struct fakedaemon_step steps[] = {
	    ASKED_OF_ADA(&both),
	    FAKEDAEMON_STEP(PROTO_DONE, &ok),
	};
	struct proto_pin_remove removal;

	fakedaemon_start(&host->daemon, steps, ARRAY_SIZE(steps));
	assert_int_equal(clihost_run(host, "pin remove"), CLI_OK);
	assert_string_equal(host->out, "The PIN of ada is removed.\n");
	asked_whose_and_what(host);
	person_asked(host, PROTO_PIN_REMOVE, &removal);
	assert_string_equal(removal.user, "ada");
}

static void
the_state_is_told(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_ask(host, "totp status bob", PROTO_FACTORS_REPLY, &bobs),
	    CLI_NO);
	assert_non_null(strstr(host->out, "(factor-locked)"));
	assert_non_null(strstr(host->out, "50 in a row"));
}

static void
the_state_is_told_to_programs(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(clihost_ask(host, "pin status bob --json",
			     PROTO_FACTORS_REPLY, &bobs),
	    CLI_OK);
	assert_string_equal(
	    host->out, "{\"user\":\"bob\",\"state\":\"ok\",\"failures\":2}\n");
}

static void
none_is_no_fault(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_ask(host, "totp status ada", PROTO_FACTORS_REPLY, &none),
	    CLI_NO);
	assert_non_null(strstr(host->out, "not enrolled"));
	assert_null(strstr(host->out, "("));
}

static void
a_refusal_is_told(void **state)
{
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_ask(host, "pin remove bob", PROTO_VERDICT, &refused),
	    CLI_NO);
	assert_string_equal(
	    host->err, "orgloginctl: You may not ask that. (peer-refused)\n");
}

static void
what_is_not_understood_asks_nobody(void **state)
{
	struct clihost *host = *state;
	static const char *const lines[] = {"totp", "totp enroll bob",
	    "totp enrol", "pin", "pin set bob", "pin enroll", "pin --no-qr"};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(clihost_run(host, lines[i]), CLI_USAGE);
		assert_non_null(strstr(host->err, "usage: orgloginctl "));
	}
	assert_false(fakedaemon_was_called(&host->daemon));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLIHOST_TEST(a_key_is_shown_and_one_code_confirms_it),
	    CLIHOST_TEST(no_picture_where_none_is_wanted),
	    CLIHOST_TEST(t96_replacing_one_asks_for_a_code_of_it),
	    CLIHOST_TEST(who_did_not_sign_in_lately_does_so_first),
	    CLIHOST_TEST(a_pin_is_typed_twice_without_echo),
	    CLIHOST_TEST(an_administrator_removes_without_a_code),
	    CLIHOST_TEST(ones_own_is_given_up_with_a_code_of_it),
	    CLIHOST_TEST(a_pin_is_removed),
	    CLIHOST_TEST(the_state_is_told),
	    CLIHOST_TEST(the_state_is_told_to_programs),
	    CLIHOST_TEST(none_is_no_fault),
	    CLIHOST_TEST(a_refusal_is_told),
	    CLIHOST_TEST(what_is_not_understood_asks_nobody),
	};

	return cmocka_run_group_tests_name("factors", tests, NULL, NULL);
}
