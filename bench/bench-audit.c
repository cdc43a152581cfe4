/*
 * bench-audit.c - what one audit record costs the daemon: to a journal that
 * reads, to that and a file, and to a journal that is stuck.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "services/audit.h"

#define RECORDS 20000

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *
read_all(void *arg)
{
	static char record[32768];

	while (recv(*(int *)arg, record, sizeof(record), 0) > 0)
		;
	return NULL;
}

static int
by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a;
	const int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
measure(const char *what, const char *journal, const char *file)
{
	static int64_t took_ns[RECORDS];
	static const struct proto_context context = {
	    .service = "sshd", .tty = "ssh", .rhost = "2001:db8::17"};
	const struct audit_options options = {.journal = journal, .file = file};
	const struct audit_record record = {.kind = AUDIT_ACCOUNT,
	    .user = "ada.lovelace",
	    .member_id = "8b0f8c2e-6f0a-4b0e-9d6e-2f4f3a1f9c11",
	    .uid = 1879048201,
	    .context = &context,
	    .role = "OrganizationAdmin",
	    .request = "4242"};
	struct audit *audit = NULL;

	if (audit_new(clock_system(), &options, &audit) != 0)
		return EXIT_FAILURE;
	for (size_t i = 0; i < RECORDS; i++) {
		int64_t began_ns = now_ns();

		audit_write(audit, &record);
		took_ns[i] = now_ns() - began_ns;
		/* A pause, as between two requests. */
		if (i % 4 == 3)
			(void)usleep(200);
	}
	qsort(took_ns, RECORDS, sizeof(took_ns[0]), by_value);
	(void)printf("%-24s p50 %6.1f us  p99 %6.1f us  lost %ju\n", what,
	    (double)took_ns[RECORDS / 2] / 1000,
	    (double)took_ns[RECORDS * 99 / 100] / 1000,
	    (uintmax_t)audit_lost(audit));
	audit_free(audit);
	return EXIT_SUCCESS;
}

int
main(void)
{
	char folder[] = "/tmp/bench-audit-XXXXXX";
	char file[64];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	pthread_t reader;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	int status = EXIT_FAILURE;

	if (mkdtemp(folder) == NULL)
		return status;
	(void)snprintf(file, sizeof(file), "%s/a", folder);
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s/s", folder);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	    pthread_create(&reader, NULL, read_all, &fd) == 0) {
		status = measure("journal", address.sun_path, NULL);
		if (status == EXIT_SUCCESS)
			status =
			    measure("journal and file", address.sun_path, file);
		(void)pthread_cancel(reader);
		(void)pthread_join(reader, NULL);
		if (status == EXIT_SUCCESS)
			status =
			    measure("journal stuck", address.sun_path, NULL);
	}
	(void)unlink(file);
	(void)unlink(address.sun_path);
	(void)rmdir(folder);
	return status;
}
