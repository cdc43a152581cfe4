/*
 * journal.c - the native protocol of systemd-journald.
 *
 * Owns an unconnected socket, so that a journal which was restarted is found
 * again by its path.  Not by libsystemd: its call waits for a journal that is
 * stuck, and with it would everybody who signs in.  Must not know what the
 * fields mean.
 */
#include "base/journal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/err.h"
#include "common/text.h"

struct journal {
	int fd;
	struct sockaddr_un address;
	size_t len;
	char record[JOURNAL_RECORD_BYTES];
};

int
journal_open(const char *socket_path, struct journal **ret_journal)
{
	/* As far as the kernel lets us, for records sent in a burst. */
	const int room_bytes = 1024 * 1024;
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal == NULL)
		return ERR_NO_MEMORY;
	journal->fd = -1;
	journal->address.sun_family = AF_UNIX;
	if (!text_copy(journal->address.sun_path,
		sizeof(journal->address.sun_path), socket_path)) {
		journal_close(journal);
		return ERR_INVALID_ARGUMENT;
	}
	journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (journal->fd < 0) {
		journal_close(journal);
		return ERR_IO;
	}
	(void)setsockopt(journal->fd, SOL_SOCKET, SO_SNDBUF, &room_bytes,
	    sizeof(room_bytes));
	*ret_journal = journal;
	return ERR_OK;
}

void
journal_close(struct journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->fd >= 0)
		(void)close(journal->fd);
	free(journal);
}

static bool
put(struct journal *journal, const void *bytes, size_t len)
{
	if (len > sizeof(journal->record) - journal->len)
		return false;
	memcpy(journal->record + journal->len, bytes, len);
	journal->len += len;
	return true;
}

/* "NAME=text", or where the text has a newline "NAME" and its length in the
 * line's place; each with a newline behind. */
static bool
put_field(struct journal *journal, const struct journal_field *field)
{
	size_t len = strlen(field->text);
	bool whole = put(journal, field->name, strlen(field->name));

	if (strchr(field->text, '\n') == NULL) {
		whole = whole && put(journal, "=", 1);
	} else {
		uint8_t length[8];

		for (size_t i = 0; i < sizeof(length); i++)
			length[i] = (uint8_t)((uint64_t)len >> (8 * i));
		whole = whole && put(journal, "\n", 1) &&
		    put(journal, length, sizeof(length));
	}
	return whole && put(journal, field->text, len) && put(journal, "\n", 1);
}

static int
fault_of(int error)
{
	switch (error) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
		return ERR_NO_SPACE;
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return ERR_NOT_FOUND;
	case EMSGSIZE:
		return ERR_TOO_LARGE;
	default:
		return ERR_IO;
	}
}

int
journal_send(
    struct journal *journal, const struct journal_field *fields, size_t count)
{
	ssize_t n;

	journal->len = 0;
	for (size_t i = 0; i < count; i++) {
		if (!put_field(journal, &fields[i]))
			return ERR_TOO_LARGE;
	}
	do
		n = sendto(journal->fd, journal->record, journal->len,
		    MSG_DONTWAIT | MSG_NOSIGNAL,
		    (const struct sockaddr *)&journal->address,
		    sizeof(journal->address));
	while (n < 0 && errno == EINTR);
	return n < 0 ? fault_of(errno) : ERR_OK;
}
