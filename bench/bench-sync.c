/*
 * bench-sync.c - a sync under load, for bench-sync.sh.
 *
 * Asks the daemon for a sync and, until that has ended, for 500 account checks
 * a second, each on a connection of its own as from the PAM module.  Every
 * check is counted from the moment when it was due, so that one slow answer
 * does not hide those that waited behind it.  "rest" does the checks alone.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/samples.h"
#include "common/client.h"
#include "common/err.h"
#include "common/localuser.h"
#include "common/num.h"
#include "common/paths.h"

#define WAIT_MS 30000
#define PERIOD_US 2000.0
#define REST_US 5e6
#define END_US 600e6
#define CHECKS_MAX 1000

static void
fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench-sync: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

/* Seconds of processor that all threads of the daemon used so far. */
static double
cpu_s(const char *pid)
{
	char path[64], text[512];
	FILE *file = NULL;
	const char *at = NULL;
	uint64_t ticks = 0;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (file == NULL || fgets(text, sizeof(text), file) == NULL)
		fail(path, "cannot be read");
	(void)fclose(file);
	/* utime and stime are the fields 14 and 15; ")" ends field 2. */
	at = strrchr(text, ')');
	for (int field = 2; at != NULL && field < 15; field++) {
		char number[24] = "";
		uint64_t value = 0;

		at = strchr(at + 1, ' ');
		if (at == NULL || field < 13)
			continue;
		(void)snprintf(number, sizeof(number), "%.*s",
		    (int)strcspn(at + 1, " "), at + 1);
		if (num_parse(number, UINT64_MAX, &value) != 0)
			fail(path, "holds no number");
		ticks += value;
	}
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static struct client
ask(uid_t daemon_uid, enum proto_type type, const void *message)
{
	struct client client = CLIENT_NULL;
	int r = client_open(&client, PATH_SOCKET, daemon_uid, WAIT_MS);

	if (r == 0)
		r = client_send(&client, type, message, WAIT_MS);
	if (r != 0)
		fail("daemon", err_name(r));
	return client;
}

/* Checks that wait for their answer, the oldest first. */
struct checks {
	struct client clients[CHECKS_MAX];
	double due_us[CHECKS_MAX];
	size_t count;
	struct samples waits;
};

static void
begin_check(
    struct checks *checks, uid_t daemon_uid, const char *user, double due_us)
{
	struct proto_account account = {.context = {.service = "sshd"}};

	if (checks->count == CHECKS_MAX)
		fail("account checks", "too many wait");
	(void)snprintf(account.user, sizeof(account.user), "%s", user);
	checks->due_us[checks->count] = due_us;
	checks->clients[checks->count++] =
	    ask(daemon_uid, PROTO_ACCOUNT, &account);
}

static void
end_check(struct checks *checks, size_t index)
{
	struct client_reply reply = {.type = PROTO_PENDING};
	int r = client_receive(&checks->clients[index], &reply, WAIT_MS);

	if (r != 0 || reply.type != PROTO_VERDICT)
		fail("account check", err_name(r));
	if (reply.u.verdict.verdict != PROTO_ALLOW)
		fail("account check", reply.u.verdict.reason);
	samples_add(&checks->waits, samples_now_us() - checks->due_us[index]);
	client_close(&checks->clients[index]);
	checks->count--;
	memmove(&checks->clients[index], &checks->clients[index + 1],
	    (checks->count - index) * sizeof(checks->clients[0]));
	memmove(&checks->due_us[index], &checks->due_us[index + 1],
	    (checks->count - index) * sizeof(checks->due_us[0]));
}

/* Takes the answers that come until then. */
static void
take_answers(struct checks *checks, double until_us)
{
	double left_us = 0;

	do {
		struct pollfd fds[CHECKS_MAX];
		const struct timespec left = {
		    .tv_nsec = left_us > 0 ? (long)(left_us * 1e3) : 0};

		for (size_t i = 0; i < checks->count; i++)
			fds[i] = (struct pollfd){
			    .fd = checks->clients[i].fd, .events = POLLIN};
		(void)ppoll(fds, checks->count, &left, NULL);
		for (size_t i = checks->count; i-- > 0;)
			if (fds[i].revents != 0)
				end_check(checks, i);
		left_us = until_us - samples_now_us();
	} while (left_us > 0);
}

/* True once the daemon told how the sync ended. */
static bool
ended(struct client *sync)
{
	struct pollfd fd = {.fd = sync->fd, .events = POLLIN};

	while (poll(&fd, 1, 0) == 1) {
		struct client_reply reply = {.type = PROTO_PENDING};
		int r = client_receive(sync, &reply, WAIT_MS);

		if (r != 0)
			fail("sync", err_name(r));
		if (reply.type != PROTO_DONE)
			continue;
		if (strcmp(reply.u.done.reason, "ok") != 0)
			fail("sync", reply.u.done.reason);
		return true;
	}
	return false;
}

static void
run(uid_t daemon_uid, const char *pid, const char *user, bool sync)
{
	static struct checks checks;
	static const struct proto_sync request = {.accept_shrink = 0};
	struct client client CLIENT_AUTO = CLIENT_NULL;
	double cpu_before_s = cpu_s(pid);
	double start_us = samples_now_us();
	double due_us = start_us;

	if (sync)
		client = ask(daemon_uid, PROTO_SYNC, &request);
	while (sync ? !ended(&client) : due_us < start_us + REST_US) {
		if (due_us > start_us + END_US)
			fail("sync", "does not end");
		take_answers(&checks, due_us);
		begin_check(&checks, daemon_uid, user, due_us);
		due_us += PERIOD_US;
	}
	while (checks.count > 0)
		take_answers(&checks, samples_now_us() + PERIOD_US);
	printf("%-6s %6.2f s, daemon CPU %5.2f s; %5zu checks: p50 %.2f ms, "
	       "p99 %.2f ms, max %.2f ms\n",
	    sync ? "sync" : "rest", (samples_now_us() - start_us) / 1e6,
	    cpu_s(pid) - cpu_before_s, checks.waits.count,
	    samples_percentile(&checks.waits, 50) / 1e3,
	    samples_percentile(&checks.waits, 99) / 1e3,
	    samples_percentile(&checks.waits, 100) / 1e3);
}

int
main(int argc, char **argv)
{
	uid_t daemon_uid = 0;
	int r = localuser_find(PATH_PASSWD, DAEMON_USER, &daemon_uid);

	if (argc != 4 ||
	    (strcmp(argv[1], "sync") != 0 && strcmp(argv[1], "rest") != 0))
		fail("usage", "sync | rest PID USER");
	if (r != 0)
		fail(DAEMON_USER, err_name(r));
	run(daemon_uid, argv[2], argv[3], strcmp(argv[1], "sync") == 0);
	return EXIT_SUCCESS;
}
