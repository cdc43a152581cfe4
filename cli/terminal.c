/*
 * terminal.c - one question at a time on a terminal.
 *
 * Promises that a secret is not echoed, that the terminal gets its echo back,
 * and that no byte which was typed stays in a buffer of ours.  Must not know
 * what is asked.
 */
#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "common/err.h"
#include "common/secret.h"

#define COLUMNS_DEFAULT 80

int
terminal_write(int tty, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(tty, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		text += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

/* One line, byte by byte: what follows it is not ours. */
static int
read_line(int tty, char *out, size_t out_size)
{
	size_t len = 0;
	bool fits = true;
	char c = '\0';

	for (;;) {
		ssize_t n = read(tty, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			return ERR_CANCELLED;
		if (c == '\n')
			break;
		fits = fits && c != '\0' && len + 1 < out_size;
		if (fits)
			out[len++] = c;
	}
	if (!fits)
		secret_wipe(out, out_size);
	out[fits ? len : 0] = '\0';
	return ERR_OK;
}

/* What ends or stops the program, held back while there is no echo. */
static int
hold_signals(sigset_t *ret_before)
{
	static const int numbers[] = {
	    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		(void)sigaddset(&set, numbers[i]);
	(void)sigprocmask(SIG_BLOCK, &set, ret_before);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* A line, unless a signal comes, which stays to be delivered. */
static int
read_unless_signal(int tty, int signals, char *out, size_t out_size)
{
	struct pollfd fds[] = {{tty, POLLIN, 0}, {signals, POLLIN, 0}};
	int n = 0;

	do
		n = poll(fds, ARRAY_SIZE(fds), -1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return ERR_IO;
	if (fds[1].revents != 0)
		return ERR_CANCELLED;
	return read_line(tty, out, out_size);
}

/* The question comes once nothing is echoed any more: who has seen it may type.
 */
static int
ask_hidden(int tty, const char *text, char *out, size_t out_size)
{
	struct termios before;
	struct termios hidden;
	sigset_t mask;
	int signals = -1;
	int r = ERR_IO;

	if (tcgetattr(tty, &before) != 0)
		return ERR_IO;
	hidden = before;
	hidden.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL);
	signals = hold_signals(&mask);
	if (signals >= 0 && tcsetattr(tty, TCSAFLUSH, &hidden) == 0) {
		r = terminal_write(tty, text);
		if (r == 0)
			r = read_unless_signal(tty, signals, out, out_size);
		(void)tcsetattr(tty, TCSAFLUSH, &before);
		(void)!terminal_write(tty, "\n");
	}
	if (signals >= 0)
		(void)close(signals);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	return r;
}

int
terminal_ask(int tty, const char *text, bool echo, char *out, size_t out_size)
{
	int r = ERR_OK;

	if (!echo)
		return ask_hidden(tty, text, out, out_size);
	r = terminal_write(tty, text);
	return r == 0 ? read_line(tty, out, out_size) : r;
}

void
terminal_drop_input(int tty)
{
	(void)tcflush(tty, TCIFLUSH);
}

void
terminal_name(int tty, char *out, size_t out_size)
{
	if (ttyname_r(tty, out, out_size) != 0)
		out[0] = '\0';
}

unsigned int
terminal_columns(int tty)
{
	struct winsize size = {0};

	return ioctl(tty, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
	    ? size.ws_col
	    : COLUMNS_DEFAULT;
}
