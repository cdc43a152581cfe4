/*
 * idsfile.c - carries lines of the id map between a file and the daemon, which
 * alone knows what is in them.
 *
 * Promises that an export which did not come through leaves the file of before.
 */
#include "cli/idsfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/show.h"
#include "common/err.h"

#define PATH_SIZE 4096

static bool
is_stream(const struct cli *cli)
{
	return strcmp(cli->file, "-") == 0;
}

static int
fail_file(const struct cli *cli, const char *path)
{
	(void)fprintf(cli->err, "orgloginctl: %s: %s\n", path, strerror(errno));
	return CLI_NO;
}

/* Until DONE, which is left in reply; the faults of cli_receive(). */
static int
receive_lines(const struct cli *cli, struct client *client, FILE *to,
    struct client_reply *reply)
{
	for (;;) {
		int fault = cli_receive(cli, client, reply, CLI_REPLY_MS);

		if (fault != 0 || reply->type == PROTO_DONE)
			return fault;
		if (reply->type == PROTO_IDS_LINES)
			(void)fputs(reply->u.ids_lines.lines, to);
		else if (reply->type != PROTO_PROGRESS)
			return cli_fail(cli, ERR_DAEMON_MALFORMED);
	}
}

/* CLI_NO also where what was written comes from a damaged map. */
static int
export_to(const struct cli *cli, FILE *to)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	struct client_reply reply;
	enum err reason = ERR_DAEMON_MALFORMED;

	if (cli_ask(cli, &client, PROTO_IDS_EXPORT, NULL) != 0 ||
	    receive_lines(cli, &client, to, &reply) != 0)
		return -1;
	if (fflush(to) != 0 || ferror(to) != 0) {
		(void)cli_fail(cli, ERR_NO_SPACE);
		return -1;
	}
	if (strcmp(reply.u.done.reason, "ok") == 0)
		return CLI_OK;
	if (err_from_name(reply.u.done.reason, &reason) != 0)
		reason = ERR_DAEMON_MALFORMED;
	(void)cli_fail(cli, reason);
	return reason == ERR_STATE_DAMAGED ? CLI_NO : -1;
}

static void
close_stream(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file);
}

/* Takes over the place of path once it lies on the disk. */
static int
settle(const struct cli *cli, FILE **file, const char *fresh)
{
	bool written = fsync(fileno(*file)) == 0;

	if (fclose(TAKE(*file)) != 0 || !written ||
	    rename(fresh, cli->file) != 0)
		return fail_file(cli, cli->file);
	return CLI_OK;
}

int
idsfile_export(const struct cli *cli)
{
	FILE *file CLEANUP(close_stream) = NULL;
	char fresh[PATH_SIZE];
	int status = 0;
	int fd = -1;

	if (is_stream(cli))
		return export_to(cli, cli->out) == CLI_OK ? CLI_OK : CLI_NO;
	if (snprintf(fresh, sizeof(fresh), "%s.new", cli->file) >=
	    (int)sizeof(fresh)) {
		(void)cli_fail(cli, ERR_TOO_LARGE);
		return CLI_NO;
	}
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    S_IRUSR | S_IWUSR);
	if (fd < 0)
		return fail_file(cli, fresh);
	file = fdopen(fd, "w");
	if (file == NULL) {
		(void)close(fd);
		return fail_file(cli, fresh);
	}
	status = export_to(cli, file);
	if (status >= 0 && settle(cli, &file, fresh) == CLI_OK)
		return status;
	(void)unlink(fresh);
	return CLI_NO;
}

/* One request, and its DONE. */
static int
give(const struct cli *cli, struct client *client,
    const struct proto_ids_import *request, struct client_reply *reply)
{
	char line[2 * PROTO_LINE_SIZE];
	int fault =
	    client_send(client, PROTO_IDS_IMPORT, request, CLI_REPLY_MS);

	if (fault != 0)
		return cli_fail(cli, fault);
	fault = cli_receive(cli, client, reply, CLI_SYNC_MS);
	if (fault != 0)
		return fault;
	if (reply->type != PROTO_DONE)
		return cli_fail(cli, ERR_DAEMON_MALFORMED);
	if (strcmp(reply->u.done.reason, "ok") == 0)
		return 0;
	(void)fprintf(cli->err, "orgloginctl: nothing was brought in: %s\n",
	    show_reason(
		reply->u.done.reason, reply->u.done.text, line, sizeof(line)));
	return ERR_MALFORMED;
}

static void
free_line(char **line)
{
	free(*line);
}

/* The lines of the file, as many in a request as fit it. */
static int
give_all(const struct cli *cli, struct client *client, FILE *from,
    struct client_reply *reply)
{
	struct proto_ids_import request = {.first = 1};
	size_t used = 0;
	char *line CLEANUP(free_line) = NULL;
	size_t size = 0;
	ssize_t len = 0;

	while ((len = getline(&line, &size, from)) > 0) {
		if (memchr(line, '\0', (size_t)len) != NULL ||
		    (size_t)len >= sizeof(request.lines))
			return cli_fail(cli, ERR_MALFORMED);
		if (used + (size_t)len >= sizeof(request.lines)) {
			if (give(cli, client, &request, reply) != 0)
				return ERR_MALFORMED;
			request = (struct proto_ids_import){0};
			used = 0;
		}
		memcpy(request.lines + used, line, (size_t)len);
		used += (size_t)len;
		request.lines[used] = '\0';
	}
	if (ferror(from) != 0)
		return cli_fail(cli, ERR_IO);
	request.last = 1;
	return give(cli, client, &request, reply);
}

int
idsfile_import(const struct cli *cli)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	FILE *file CLEANUP(close_stream) = NULL;
	struct client_reply reply;

	if (!is_stream(cli)) {
		file = fopen(cli->file, "re");
		if (file == NULL)
			return fail_file(cli, cli->file);
	}
	if (cli_open(cli, &client) != 0 ||
	    give_all(cli, &client, file == NULL ? stdin : file, &reply) != 0)
		return CLI_NO;
	show_verdict(cli, true, reply.u.done.text);
	return CLI_OK;
}
