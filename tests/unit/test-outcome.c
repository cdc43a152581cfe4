/*
 * test-outcome.c - the golden table: every reason, phase and service.
 */
#include "pam_module/outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_modules.h>

#include <cmocka.h>

#include "common/err.h"

#define ALL(code)                              \
	{                                      \
		(code), (code), (code), (code) \
	}
#define FAILED                                                         \
	{                                                              \
		PAM_MAXTRIES, PAM_ABORT, PAM_AUTH_ERR, PAM_PERM_DENIED \
	}
#define EXPIRED                                                         \
	{                                                               \
		PAM_MAXTRIES, PAM_ABORT, PAM_AUTH_ERR, PAM_ACCT_EXPIRED \
	}

/* What the design says: sshd, sudo, elsewhere, account. */
static const struct {
	const char *name;
	int codes[4];
} golden[] = {
    {"ok", ALL(PAM_SUCCESS)},
    {"no-memory", ALL(PAM_BUF_ERR)},
    {"io", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"no-space", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"not-found", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"exists", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"invalid-argument", ALL(PAM_SERVICE_ERR)},
    {"malformed", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"too-large", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"unsupported", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"timed-out", FAILED},
    {"cancelled", FAILED},
    {"internal", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"insecure-file", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"config-invalid", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"not-configured", ALL(PAM_PERM_DENIED)},
    {"state-damaged", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"json-syntax", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"json-duplicate", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"json-depth", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"json-type", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"provider-unreachable", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"provider-tls", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"provider-error", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"provider-malformed", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"provider-refused", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"provider-policy", FAILED},
    {"service-unreachable", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"service-tls", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"service-error", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"service-malformed", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"service-refused", FAILED},
    {"service-rate-limited", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"service-mfa-required", FAILED},
    {"mfa-code-wrong", FAILED},
    {"pin-wrong", FAILED},
    {"pin-weak", FAILED},
    {"pin-not-set", FAILED},
    {"totp-not-enrolled", FAILED},
    {"try-later", FAILED},
    {"factor-locked", FAILED},
    {"attempts-full", FAILED},
    {"offline-too-long", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"clock-set-back", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"password-wrong", FAILED},
    {"password-forbidden", FAILED},
    {"directory-stale", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"directory-shrunk", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"token-malformed", FAILED},
    {"token-header", FAILED},
    {"token-algorithm", FAILED},
    {"token-key-unknown", FAILED},
    {"token-key-unfit", FAILED},
    {"token-signature", FAILED},
    {"token-secret", FAILED},
    {"token-type", FAILED},
    {"token-issuer", FAILED},
    {"token-audience", FAILED},
    {"token-expired", FAILED},
    {"token-not-yet-valid", FAILED},
    {"token-stale", FAILED},
    {"token-claim", FAILED},
    {"token-subject", FAILED},
    {"token-organization", FAILED},
    {"grant-declined", FAILED},
    {"grant-expired", FAILED},
    {"grant-lost", FAILED},
    {"paste-wrong", FAILED},
    {"answer-unknown", FAILED},
    {"no-token", FAILED},
    {"busy-member", FAILED},
    {"busy-source", FAILED},
    {"busy-host", FAILED},
    {"wrong-person", FAILED},
    {"identity-unbound", FAILED},
    {"mail-unverified", FAILED},
    {"domain-not-allowed", FAILED},
    {"account-foreign", FAILED},
    {"account-disabled", FAILED},
    {"groups-overage", FAILED},
    {"not-a-member", FAILED},
    {"local-user", FAILED},
    {"member-excluded", FAILED},
    {"member-pending", FAILED},
    {"member-deactivated", EXPIRED},
    {"member-suspended", EXPIRED},
    {"member-state-unknown", FAILED},
    {"role-not-allowed", ALL(PAM_PERM_DENIED)},
    {"role-not-held", ALL(PAM_PERM_DENIED)},
    {"role-stale", ALL(PAM_PERM_DENIED)},
    {"service-not-listed", FAILED},
    {"group-denied", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"daemon-unreachable", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"daemon-timeout", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"daemon-untrusted", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"daemon-malformed", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"peer-refused", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"proof-needed", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"vault-key", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"snapshot-missing", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"snapshot-invalid", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"snapshot-version", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"id-out-of-range", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"id-taken", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"id-exhausted", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"name-invalid", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"name-taken", ALL(PAM_AUTHINFO_UNAVAIL)},
    {"name-privileged", ALL(PAM_AUTHINFO_UNAVAIL)},
};

#define COUNT_REASON(symbol, name) +1
static const size_t reason_count = 1 ERR_LIST(COUNT_REASON);

static void
t39_every_reason_has_its_codes(void **state)
{
	static const char *const elsewhere[] = {"login", "su", "su-l", "cron",
	    "", "sshd2", "SSHD", "sudo-", "sudo-ii", "systemd-user"};

	assert_int_equal(ARRAY_SIZE(golden), reason_count);
	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		const int *codes = golden[i].codes;
		enum err reason = ERR_INTERNAL;

		assert_int_equal(err_from_name(golden[i].name, &reason), 0);
		assert_int_equal(
		    outcome_code(reason, OUTCOME_AUTH, "sshd"), codes[0]);
		assert_int_equal(
		    outcome_code(reason, OUTCOME_AUTH, "sudo"), codes[1]);
		assert_int_equal(
		    outcome_code(reason, OUTCOME_AUTH, "sudo-i"), codes[1]);
		assert_int_equal(
		    outcome_code(reason, OUTCOME_ACCOUNT, "sshd"), codes[3]);
		assert_int_equal(
		    outcome_code(reason, OUTCOME_ACCOUNT, "cron"), codes[3]);
		for (size_t j = 0; j < ARRAY_SIZE(elsewhere); j++)
			assert_int_equal(
			    outcome_code(reason, OUTCOME_AUTH, elsewhere[j]),
			    codes[2]);
	}
}

static void
t39_strange_numbers_are_failures_of_the_host(void **state)
{
	static const int strange[] = {1, 2, 127, -1000, -32768, 0x7fffffff};

	for (size_t i = 0; i < ARRAY_SIZE(strange); i++) {
		assert_int_equal(outcome_code(strange[i], OUTCOME_AUTH, "sshd"),
		    PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(
		    outcome_code(strange[i], OUTCOME_ACCOUNT, "sshd"),
		    PAM_AUTHINFO_UNAVAIL);
	}
}

static struct client_reply
make_reply(enum proto_type type, uint32_t verdict, const char *reason)
{
	struct client_reply reply = {.type = type};

	reply.u.verdict.verdict = verdict;
	memcpy(reply.u.verdict.reason, reason, strlen(reason) + 1);
	return reply;
}

static void
only_an_exact_allow_has_no_reason(void **state)
{
	static const struct {
		enum proto_type type;
		uint32_t verdict;
		const char *reason;
		int result;
	} cases[] = {
	    {PROTO_VERDICT, PROTO_ALLOW, "ok", 0},
	    {PROTO_VERDICT, PROTO_ALLOW, "", ERR_DAEMON_MALFORMED},
	    {PROTO_VERDICT, PROTO_ALLOW, "OK", ERR_DAEMON_MALFORMED},
	    {PROTO_VERDICT, PROTO_ALLOW, "role-stale", ERR_DAEMON_MALFORMED},
	    {PROTO_VERDICT, PROTO_DENY, "ok", ERR_DAEMON_MALFORMED},
	    {PROTO_VERDICT, PROTO_DENY, "", ERR_DAEMON_MALFORMED},
	    {PROTO_VERDICT, PROTO_DENY, "nonsense", ERR_DAEMON_MALFORMED},
	    {PROTO_VERDICT, PROTO_DENY, "role-stale", ERR_ROLE_STALE},
	    {PROTO_VERDICT, 1, "ok", ERR_DAEMON_MALFORMED},
	    {PROTO_VERDICT, ~PROTO_ALLOW, "ok", ERR_DAEMON_MALFORMED},
	    {PROTO_PROMPT, PROTO_ALLOW, "ok", ERR_DAEMON_MALFORMED},
	    {PROTO_PENDING, PROTO_ALLOW, "ok", ERR_DAEMON_MALFORMED},
	    {PROTO_DONE, PROTO_ALLOW, "ok", ERR_DAEMON_MALFORMED},
	    {PROTO_STATUS_REPLY, PROTO_ALLOW, "ok", ERR_DAEMON_MALFORMED},
	    {PROTO_SIGNIN, PROTO_ALLOW, "ok", ERR_DAEMON_MALFORMED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct client_reply reply = make_reply(
		    cases[i].type, cases[i].verdict, cases[i].reason);

		assert_int_equal(outcome_reason(&reply), cases[i].result);
	}
}

static void
t106_no_flipped_bit_allows(void **state)
{
	for (size_t bit = 0; bit < 8 * sizeof(uint32_t); bit++) {
		struct client_reply deny =
		    make_reply(PROTO_VERDICT, PROTO_DENY, "role-not-held");
		struct client_reply allow =
		    make_reply(PROTO_VERDICT, PROTO_ALLOW, "ok");

		deny.u.verdict.verdict ^= 1U << bit;
		assert_int_not_equal(outcome_reason(&deny), 0);
		allow.u.verdict.verdict ^= 1U << bit;
		assert_int_equal(outcome_reason(&allow), ERR_DAEMON_MALFORMED);
		allow = make_reply(PROTO_VERDICT, PROTO_ALLOW, "ok");
		allow.type ^= 1U << bit;
		assert_int_equal(outcome_reason(&allow), ERR_DAEMON_MALFORMED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t39_every_reason_has_its_codes),
	    cmocka_unit_test(t39_strange_numbers_are_failures_of_the_host),
	    cmocka_unit_test(only_an_exact_allow_has_no_reason),
	    cmocka_unit_test(t106_no_flipped_bit_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
