/*
 * vault.c - tells of the vault and leads it to a new key.
 *
 * Root writes the key file, which the daemon may only read; the daemon seals.
 * Both keys stand in the file until it says that no row needs the old one, so
 * that wherever either is killed, the same command again finishes it.
 */
#include "cli/vault.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/json_out.h"
#include "cli/keyfile.h"
#include "cli/show.h"
#include "common/err.h"
#include "common/localuser.h"
#include "common/paths.h"

#define LINE_SIZE (2 * PROTO_LINE_SIZE)
#define LOOK_AGAIN_MS 100

static bool
is_ok(const char *reason)
{
	return strcmp(reason, "ok") == 0;
}

static int
ask(const struct cli *cli, bool take, struct proto_vault_reply *ret_vault)
{
	const struct proto_vault request = {.take = take};
	struct client_reply reply;
	int fault =
	    cli_exchange(cli, PROTO_VAULT, &request, PROTO_VAULT_REPLY, &reply);

	if (fault == 0)
		*ret_vault = reply.u.vault;
	return fault;
}

static void
write_json(const struct cli *cli, const struct proto_vault_reply *vault)
{
	struct json_out json;

	json_out_init(&json, cli->out);
	json_out_object(&json, NULL);
	json_out_string(&json, "state", vault->state);
	json_out_bool(&json, "credential", vault->credential == 1);
	json_out_bool(&json, "running", vault->running == 1);
	json_out_string(&json, "fault", vault->fault);
	json_out_number(&json, "resealed", (int64_t)vault->resealed);
	json_out_number(&json, "lost", (int64_t)vault->lost);
	json_out_object_end(&json);
	(void)fputc('\n', cli->out);
}

static void
show_rows(const struct cli *cli, const struct proto_vault_reply *vault)
{
	char reason[LINE_SIZE];
	char line[LINE_SIZE];

	if (!is_ok(vault->fault)) {
		(void)snprintf(line, sizeof(line), "waits: %s",
		    show_reason(vault->fault, "", reason, sizeof(reason)));
		show_line(cli, "sealing", line);
	} else if (vault->running == 1) {
		show_line(cli, "sealing", "under way");
	}
	(void)snprintf(
	    line, sizeof(line), "%" PRIu64 " sealed anew", vault->resealed);
	if (vault->resealed > 0)
		show_line(cli, "secrets", line);
	(void)snprintf(line, sizeof(line),
	    "%" PRIu64 " open with no key: their members sign in again",
	    vault->lost);
	if (vault->lost > 0)
		show_line(cli, "lost", line);
}

static int
show(const struct cli *cli)
{
	struct proto_vault_reply vault;
	char reason[LINE_SIZE];

	if (ask(cli, false, &vault) != 0)
		return CLI_NO;
	if (cli->json) {
		write_json(cli, &vault);
		return is_ok(vault.state) ? CLI_OK : CLI_NO;
	}
	if (is_ok(vault.state))
		show_verdict(cli, true, "Members' secrets are kept.");
	else
		show_verdict(cli, false,
		    show_reason(vault.state,
			"There is no key: no secret is kept", reason,
			sizeof(reason)));
	show_line(cli, "key",
	    vault.credential == 1 ? "credential orglogin.key" : cli->vault_key);
	show_rows(cli, &vault);
	return is_ok(vault.state) ? CLI_OK : CLI_NO;
}

static int
fail(const struct cli *cli, const char *what, const char *reason)
{
	(void)fprintf(cli->err, "orgloginctl: %s (%s)\n", what, reason);
	return CLI_NO;
}

/* Who alone may write a credential is the administrator. */
static int
explain_credential(const struct cli *cli)
{
	(void)fputs(
	    "orgloginctl: the key is the unit's credential orglogin.key, which "
	    "only you can change.\nWrite a file with the new key in its first "
	    "line and the present one in its second,\nencrypt it as that "
	    "credential and restart orglogind; once orgloginctl vault says "
	    "that\nnothing is under way, do the same with the first line "
	    "alone. See orglogind(8).\n",
	    cli->err);
	return CLI_UNSUPPORTED;
}

/* Until no row needs the old key. */
static int
wait_for_rows(const struct cli *cli, struct proto_vault_reply *vault)
{
	const struct timespec pause = {
	    .tv_nsec = LOOK_AGAIN_MS * INT64_C(1000000)};

	while (vault->running == 1) {
		if (!is_ok(vault->fault))
			return fail(cli,
			    "not every secret could be sealed anew, and the "
			    "file keeps the old key for them; mend this and "
			    "run the command again",
			    vault->fault);
		(void)nanosleep(&pause, NULL);
		if (ask(cli, false, vault) != 0)
			return CLI_NO;
	}
	return CLI_OK;
}

/* Has the daemon read the file as it is now. */
static int
hand_over(const struct cli *cli, struct proto_vault_reply *vault)
{
	if (ask(cli, true, vault) != 0)
		return CLI_NO;
	if (is_ok(vault->taken))
		return CLI_OK;
	return fail(cli,
	    "the daemon did not take the key file, and goes on with the key "
	    "that it had",
	    vault->taken);
}

static int
tell_end(const struct cli *cli, const struct proto_vault_reply *vault)
{
	if (cli->json) {
		write_json(cli, vault);
		return CLI_OK;
	}
	show_verdict(cli, true, "Members' secrets are sealed with a new key.");
	show_rows(cli, vault);
	return CLI_OK;
}

/* From a file that holds what it should to one with the new key alone. */
static int
finish(const struct cli *cli, struct keyfile *file)
{
	struct proto_vault_reply vault;
	struct proto_vault_reply settled;
	int r = ERR_OK;

	if (hand_over(cli, &vault) != CLI_OK ||
	    wait_for_rows(cli, &vault) != CLI_OK)
		return CLI_NO;
	if (file->before[0] != '\0')
		r = keyfile_settle(file);
	if (r != 0)
		return fail(
		    cli, "the old key is still in the file", err_name(r));
	return hand_over(cli, &settled) == CLI_OK ? tell_end(cli, &vault)
						  : CLI_NO;
}

/* One that was interrupted is gone on with; else a new key is made. */
static int
rotate_file(const struct cli *cli, struct keyfile *file)
{
	int r = file->before[0] == '\0' ? keyfile_renew(file) : ERR_OK;

	if (r != 0)
		return fail(
		    cli, "the key file could not be written", err_name(r));
	return finish(cli, file);
}

static int
rotate(const struct cli *cli)
{
	struct keyfile file KEYFILE_AUTO = KEYFILE_NULL;
	struct proto_vault_reply vault;
	uid_t owner = (uid_t)-1;
	int r = ERR_OK;

	if (ask(cli, true, &vault) != 0)
		return CLI_NO;
	if (vault.credential == 1)
		return explain_credential(cli);
	/* Before anything is written: do both read the same file? */
	if (!is_ok(vault.taken) &&
	    (is_ok(vault.state) || strcmp(vault.taken, "not-found") != 0))
		return fail(cli,
		    "the key file is not the one in use; nothing was changed",
		    vault.taken);
	if (localuser_find(cli->passwd, DAEMON_USER, &owner) != 0 ||
	    owner == (uid_t)-1)
		return fail(
		    cli, "there is no account " DAEMON_USER, "not-found");
	r = keyfile_open(cli->vault_key, owner, &file);
	if (r != 0)
		return fail(cli,
		    "the key file cannot be used, or another rotation is "
		    "under way",
		    err_name(r));
	return rotate_file(cli, &file);
}

int
vault_command(const struct cli *cli)
{
	if (cli->name == NULL)
		return show(cli);
	if (strcmp(cli->name, "rotate") == 0)
		return rotate(cli);
	(void)fprintf(cli->err,
	    "orgloginctl: not understood: vault %s\n"
	    "usage: orgloginctl vault [rotate] [--json]\n",
	    cli->name);
	return CLI_USAGE;
}
