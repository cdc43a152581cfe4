/*
 * person.c - a terminal, and a process of a person's on it.
 */
#include "tests/unit/person.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_MS 10000

/* The exit status plus what it printed reach the terminal as text. */
static _Noreturn void
be_person(struct clihost *host, const char *line)
{
	int status;

	status = clihost_run(host, line);
	(void)dprintf(STDIN_FILENO, "[%d|%s|%s]", status, host->out, host->err);
	_exit(0);
}

void
person_start(struct person *p, struct clihost *host, const char *line)
{
	char name[128];

	memset(p, 0, sizeof(*p));
	p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p->master >= 0);
	assert_int_equal(grantpt(p->master), 0);
	assert_int_equal(unlockpt(p->master), 0);
	assert_int_equal(ptsname_r(p->master, name, sizeof(name)), 0);
	p->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p->slave >= 0);
	p->pid = fork();
	assert_int_not_equal(p->pid, -1);
	if (p->pid == 0) {
		/* Who runs the tests in the background ignores it. */
		(void)signal(SIGINT, SIG_DFL);
		(void)setsid();
		(void)ioctl(p->slave, TIOCSCTTY, 0);
		(void)dup2(p->slave, STDIN_FILENO);
		be_person(host, line);
	}
}

void
person_sees(struct person *p, const char *text)
{
	struct pollfd fd = {p->master, POLLIN, 0};
	size_t len = strlen(p->seen);

	while (strstr(p->seen, text) == NULL) {
		ssize_t n = 0;

		assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
		n = read(p->master, p->seen + len, sizeof(p->seen) - 1 - len);
		assert_true(n > 0);
		len += (size_t)n;
	}
}

bool
person_echoes(const struct person *p)
{
	struct termios now;

	assert_int_equal(tcgetattr(p->slave, &now), 0);
	return (now.c_lflag & ECHO) != 0;
}

void
person_wait_for_echo(const struct person *p, bool wanted)
{
	for (int i = 0; person_echoes(p) != wanted && i < DEADLINE_MS; i++)
		(void)usleep(1000);
	assert_int_equal(person_echoes(p), wanted);
}

void
person_types(const struct person *p, const char *text)
{
	assert_int_equal(
	    write(p->master, text, strlen(text)), (ssize_t)strlen(text));
}

int
person_ends(struct person *p)
{
	int status = 0;

	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	(void)close(p->master);
	(void)close(p->slave);
	return status;
}

void
person_asked(struct clihost *host, enum proto_type wanted, void *message)
{
	enum fakedaemon_event event = FAKEDAEMON_CONNECTED;
	enum proto_type got = PROTO_DONE;

	while (event != FAKEDAEMON_REQUEST) {
		event = fakedaemon_saw(&host->daemon, &got, message,
		    message == NULL ? 0 : proto_size(wanted));
		assert_int_not_equal(event, FAKEDAEMON_END);
	}
	assert_int_equal(got, wanted);
}
