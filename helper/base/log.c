/*
 * log.c - one line, one write(2) or send(2), to stderr.
 *
 * Owns the level and the line's form.  Promises that no text from outside ends
 * a line, leaves its quotes or reaches a terminal as a control byte.  The
 * message and the keys are constants of the program and are not escaped.
 */
#include "base/log.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 8192
#define TEXT_BYTES 256

static struct {
	enum log_level most;
	bool journal;
} settings = {LOG_LEVEL_NOTICE, false};

struct line {
	char *text;
	size_t size;
	size_t len;
};

/* All of it or nothing, and always room for one byte behind. */
static bool
put(struct line *line, const char *text, size_t len)
{
	if (len > line->size - 1 - line->len)
		return false;
	memcpy(line->text + line->len, text, len);
	line->len += len;
	return true;
}

static void
put_text(struct line *line, const char *text)
{
	(void)put(line, text, strlen(text));
}

static void
put_escaped(struct line *line, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	put_text(line, "\"");
	for (i = 0; text[i] != '\0' && i < TEXT_BYTES; i++) {
		unsigned char c = (unsigned char)text[i];
		const char escaped[] = {'\\', 'x', hex[c >> 4], hex[c & 0x0f]};
		bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

		if (plain)
			(void)put(line, &text[i], 1);
		else
			(void)put(line, escaped, sizeof(escaped));
	}
	put_text(line, text[i] == '\0' ? "\"" : "\"...");
}

static void
put_field(struct line *line, const struct log_field *field)
{
	char number[24];

	put_text(line, " ");
	put_text(line, field->key);
	put_text(line, "=");
	if (field->text != NULL) {
		put_escaped(line, field->text);
		return;
	}
	(void)snprintf(number, sizeof(number), "%jd", (intmax_t)field->number);
	put_text(line, number);
}

/* The numbers of syslog(3), which the journal reads as "<N>". */
static const char *
prefix_of(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "<3>";
	case LOG_LEVEL_WARNING:
		return "<4>";
	case LOG_LEVEL_NOTICE:
		return "<5>";
	case LOG_LEVEL_INFO:
		return "<6>";
	case LOG_LEVEL_DEBUG:
		return "<7>";
	}
	return "<3>";
}

/* systemd.exec(5), $JOURNAL_STREAM: "device:inode" of the journal's socket. */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) != 0 ||
	    !S_ISSOCK(st.st_mode))
		return false;
	(void)snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, ours) == 0;
}

void
log_open(enum log_level most)
{
	settings.most = most;
	settings.journal = stderr_is_journal();
}

bool
log_is_journal(void)
{
	return settings.journal;
}

static void
put_all(struct line *line, const char *message, const struct log_field *fields)
{
	put_text(line, message);
	for (; fields->key != NULL; fields++)
		put_field(line, fields);
}

void
log_format(
    char *out, size_t size, const char *message, const struct log_field *fields)
{
	struct line line = {.text = out, .size = size};

	put_all(&line, message, fields);
	out[line.len] = '\0';
}

/* The journal's end is a socket: who is stuck there must not hold us up. */
static ssize_t
send_line(const struct line *line)
{
	return settings.journal ? send(STDERR_FILENO, line->text, line->len,
				      MSG_DONTWAIT | MSG_NOSIGNAL)
				: write(STDERR_FILENO, line->text, line->len);
}

void
log_write(
    enum log_level level, const char *message, const struct log_field *fields)
{
	int error = errno;
	char text[LINE_BYTES];
	struct line line = {.text = text, .size = sizeof(text)};
	ssize_t n;

	if (level > settings.most)
		return;
	if (settings.journal)
		put_text(&line, prefix_of(level));
	put_all(&line, message, fields);
	line.text[line.len++] = '\n';
	do
		n = send_line(&line);
	while (n < 0 && errno == EINTR);
	errno = error;
}
