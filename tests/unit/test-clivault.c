/*
 * test-clivault.c - orgloginctl vault against a scripted daemon: what it tells,
 * and that the old key leaves the file only once the daemon needs it no more.
 */
#include "cli/vault.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/paths.h"
#include "tests/unit/clihost.h"
#include "tests/unit/keylab.h"

#define A KEYLAB_A
#define B KEYLAB_B

static char key_path[96];
static char passwd_path[96];

static const struct proto_vault_reply well = {
    .state = "ok", .taken = "ok", .fault = "ok"};
static const struct proto_vault_reply busy = {
    .state = "ok", .taken = "ok", .fault = "ok", .running = 1};
static const struct proto_vault_reply through = {
    .state = "ok", .fault = "ok", .resealed = 7, .lost = 1};

#define ASK(reply)                     \
	{.act = FAKEDAEMON_REPLY,      \
	    .type = PROTO_VAULT_REPLY, \
	    .message = &(reply)},      \
	{                              \
		.act = FAKEDAEMON_NEXT \
	}

/* The lines of the key file; "" for none. */
static const char *
key_text(char text[256])
{
	FILE *file = fopen(key_path, "r");

	memset(text, 0, 256);
	if (file != NULL) {
		(void)!fread(text, 1, 255, file);
		assert_int_equal(fclose(file), 0);
	}
	return text;
}

static int
set_up(void **state)
{
	struct clihost *host = NULL;
	char line[128];

	assert_int_equal(clihost_setup(state), 0);
	host = *state;
	(void)snprintf(key_path, sizeof(key_path), "%s.key", host->daemon.path);
	(void)snprintf(
	    passwd_path, sizeof(passwd_path), "%s.passwd", host->daemon.path);
	(void)snprintf(line, sizeof(line),
	    DAEMON_USER ":x:%u:0::/:/bin/false\n",
	    (unsigned int)fakedaemon_peer_uid);
	keylab_write(passwd_path, line);
	host->cli.vault_key = key_path;
	host->cli.passwd = passwd_path;
	return 0;
}

static int
tear_down(void **state)
{
	(void)unlink(key_path);
	(void)unlink(passwd_path);
	return clihost_teardown(state);
}

static void
expect_text(const char *output, const char *wanted)
{
	if (strstr(output, wanted) == NULL)
		fail_msg("no \"%s\" in:\n%s", wanted, output);
}

static int
run(struct clihost *host, const struct fakedaemon_step *steps, size_t count)
{
	fakedaemon_start(&host->daemon, steps, count);
	return clihost_run(host, "vault rotate");
}

static void
how_it_is_kept_is_told(void **state)
{
	static const struct proto_vault_reply none = {
	    .state = "not-found", .fault = "ok", .credential = 1};
	struct clihost *host = *state;

	assert_int_equal(
	    clihost_ask(host, "vault", PROTO_VAULT_REPLY, &through), CLI_OK);
	expect_text(host->out, "Members' secrets are kept.");
	expect_text(host->out, "7 sealed anew");
	expect_text(host->out, "1 open with no key");
	assert_int_equal(
	    clihost_ask(host, "vault --json", PROTO_VAULT_REPLY, &none),
	    CLI_NO);
	assert_string_equal(host->out,
	    "{\"state\":\"not-found\",\"credential\":true,\"running\":false,"
	    "\"fault\":\"ok\",\"resealed\":0,\"lost\":0}\n");
	assert_int_equal(clihost_run(host, "vault turn"), CLI_USAGE);
}

static void
a_rotation_ends_with_the_new_key_alone(void **state)
{
	static const struct fakedaemon_step steps[] = {
	    ASK(well), ASK(busy), ASK(busy), ASK(through), ASK(well)};
	struct clihost *host = *state;
	char text[256];

	keylab_write(key_path, A "\n");
	assert_int_equal(run(host, steps, ARRAY_SIZE(steps)), CLI_OK);
	expect_text(host->out, "sealed with a new key");
	expect_text(host->out, "7 sealed anew");
	assert_int_equal(strlen(key_text(text)), 65);
	assert_null(strstr(text, A));
	/* It is secret. */
	text[64] = '\0';
	assert_null(strstr(host->out, text));
	assert_null(strstr(host->err, text));
}

static void
an_interrupted_rotation_is_gone_on_with(void **state)
{
	static const struct fakedaemon_step steps[] = {
	    ASK(well), ASK(busy), ASK(through), ASK(well)};
	struct clihost *host = *state;
	char text[256];

	keylab_write(key_path, B "\n" A "\n");
	assert_int_equal(run(host, steps, ARRAY_SIZE(steps)), CLI_OK);
	assert_string_equal(key_text(text), B "\n");
}

/* Wherever the daemon stops, the file holds both keys or what it held. */
static void
t89_a_daemon_that_goes_away_loses_no_key(void **state)
{
	static const struct proto_vault_reply stuck = {
	    .state = "ok", .taken = "ok", .fault = "no-space", .running = 1};
	static const struct fakedaemon_step full[] = {ASK(well),
	    {.act = FAKEDAEMON_REPLY,
		.type = PROTO_VAULT_REPLY,
		.message = &stuck}};
	static const struct fakedaemon_step gone[] = {ASK(well), ASK(busy),
	    {.act = FAKEDAEMON_CUT,
		.type = PROTO_VAULT_REPLY,
		.message = &through}};
	struct clihost *host = *state;
	char text[256];

	keylab_write(key_path, A "\n");
	assert_int_equal(run(host, full, ARRAY_SIZE(full)), CLI_NO);
	expect_text(host->err, "(no-space)");
	expect_text(key_text(text) + 65, A "\n");
	keylab_write(key_path, A "\n");
	assert_int_equal(run(host, gone, ARRAY_SIZE(gone)), CLI_NO);
	expect_text(key_text(text) + 65, A "\n");
}

static void
a_file_that_the_daemon_does_not_take_is_not_changed(void **state)
{
	static const struct proto_vault_reply foreign = {
	    .state = "ok", .taken = "vault-key", .fault = "ok"};
	static const struct proto_vault_reply insecure = {
	    .state = "insecure-file", .taken = "insecure-file", .fault = "ok"};
	static const struct proto_vault_reply credential = {
	    .state = "ok", .taken = "ok", .fault = "ok", .credential = 1};
	static const struct {
		const struct proto_vault_reply *reply;
		const char *said;
		int status;
	} cases[] = {{&foreign, "(vault-key)", CLI_NO},
	    {&insecure, "(insecure-file)", CLI_NO},
	    {&credential, "credential orglogin.key", CLI_UNSUPPORTED}};
	struct clihost *host = *state;
	char text[256];

	keylab_write(key_path, A "\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(clihost_ask(host, "vault rotate",
				     PROTO_VAULT_REPLY, cases[i].reply),
		    cases[i].status);
		expect_text(host->err, cases[i].said);
		assert_string_equal(key_text(text), A "\n");
	}
}

static void
t88_a_host_that_lost_its_key_is_given_one(void **state)
{
	static const struct proto_vault_reply lost = {
	    .state = "not-found", .taken = "not-found", .fault = "ok"};
	static const struct fakedaemon_step steps[] = {
	    ASK(lost), ASK(busy), ASK(through), ASK(well)};
	struct clihost *host = *state;
	char text[256];

	assert_int_equal(run(host, steps, ARRAY_SIZE(steps)), CLI_OK);
	assert_int_equal(strlen(key_text(text)), 65);
	expect_text(host->out, "1 open with no key");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		how_it_is_kept_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_rotation_ends_with_the_new_key_alone, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		an_interrupted_rotation_is_gone_on_with, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		t89_a_daemon_that_goes_away_loses_no_key, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_file_that_the_daemon_does_not_take_is_not_changed, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		t88_a_host_that_lost_its_key_is_given_one, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
