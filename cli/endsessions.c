/*
 * endsessions.c - ends what runs on this host for members who may not be here
 * any more: their sessions by logind, and what is left of their processes.
 *
 * Runs as root on the word of a daemon that is not: whatever the daemon says,
 * no reserved number and no local user of this host is touched.  Where nobody
 * can be asked, nothing ends.
 */
#include "cli/endsessions.h"

#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "cli/hostuids.h"
#include "common/err.h"
#include "common/localuser.h"

#define LOGINCTL "/usr/bin/loginctl"
/* Until what does not end by itself is ended. */
#define GRACE_MS 3000
#define POLL_MS 100

/* Whatever the answer is but a clear one, nothing ends. */
static int
must_end(const struct cli *cli, uid_t uid, struct client_reply *reply)
{
	const struct proto_leaver request = {.uid = uid};
	enum err reason = ERR_OK;
	int fault =
	    cli_exchange(cli, PROTO_LEAVER, &request, PROTO_DONE, reply);

	if (fault == 0)
		fault = err_from_name(reply->u.done.reason, &reason);
	if (fault != 0)
		return fault;
	return reason == ERR_OK ? ERR_NOT_FOUND : ERR_OK;
}

/* logind ends its sessions with all that runs in them, as whomever. */
static void
end_sessions(uid_t uid)
{
	char number[16];
	char program[] = LOGINCTL;
	char order[] = "terminate-user";
	char *words[] = {program, order, number, NULL};
	char *none[] = {NULL};
	pid_t child = -1;

	(void)snprintf(number, sizeof(number), "%u", (unsigned int)uid);
	if (hostuids_has_record(uid) &&
	    posix_spawn(&child, LOGINCTL, NULL, NULL, words, none) == 0)
		(void)waitpid(child, NULL, 0);
}

static bool
is_there(uid_t uid)
{
	struct hostuids *now = malloc(sizeof(*now));
	bool there = now == NULL || hostuids_find(now) != 0;

	for (size_t i = 0; now != NULL && i < now->count; i++)
		there = there || now->uids[i] == uid;
	free(now);
	return there;
}

static int
end_processes(uid_t uid)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
	int r = hostuids_signal(uid, SIGHUP);

	if (r == 0)
		r = hostuids_signal(uid, SIGTERM);
	for (int ms = 0; r == 0 && ms < GRACE_MS && is_there(uid);
	     ms += POLL_MS)
		(void)nanosleep(&pause, NULL);
	return r == 0 ? hostuids_signal(uid, SIGKILL) : r;
}

static int
end(const struct cli *cli, uid_t uid, const struct proto_done *why)
{
	int r = ERR_OK;

	(void)fprintf(cli->out, "Ending the sessions of %s (%u): %s.\n",
	    why->text[0] == '\0' ? "a former member" : why->text,
	    (unsigned int)uid, why->reason);
	(void)fflush(cli->out);
	end_sessions(uid);
	r = end_processes(uid);
	return r == 0 ? ERR_OK : cli_fail(cli, r);
}

/* A file that cannot be read may name everybody. */
static bool
is_local(const struct cli *cli, uid_t uid)
{
	return localuser_find_uid(cli->passwd, uid) != ERR_NOT_FOUND;
}

int
endsessions_command(const struct cli *cli)
{
	struct hostuids *found = malloc(sizeof(*found));
	struct client_reply reply;
	int worst = found == NULL ? ERR_NO_MEMORY : hostuids_find(found);

	if (worst != 0)
		(void)cli_fail(cli, worst);
	for (size_t i = 0; worst == 0 && i < found->count; i++) {
		uid_t uid = found->uids[i];
		int r = ERR_NOT_FOUND;

		if (!is_local(cli, uid))
			r = must_end(cli, uid, &reply);
		if (r == 0)
			r = end(cli, uid, &reply.u.done);
		if (r != ERR_NOT_FOUND)
			worst = r;
	}
	free(found);
	return worst == 0 ? CLI_OK : CLI_NO;
}
