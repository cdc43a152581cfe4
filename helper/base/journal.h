/*
 * journal.h - structured records for the system's journal.
 *
 * One datagram a record, by the journal's native protocol
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).  Never blocks: a journal that
 * does not read in time, or is not there, is a fault.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define JOURNAL_RECORD_BYTES 24576

struct journal;

struct journal_field {
	const char *name; /* A-Z, 0-9 and '_', from a letter on */
	const char *text; /* any bytes */
};

/* socket_path is copied.  Nothing has to listen there yet.  NO_MEMORY, IO,
 * INVALID_ARGUMENT: the path is too long. */
MUST_CHECK int journal_open(
    const char *socket_path, struct journal **ret_journal);
/* Accepts NULL. */
void journal_close(struct journal *journal);

/* TOO_LARGE: more than JOURNAL_RECORD_BYTES.  NO_SPACE: the journal is behind.
 * NOT_FOUND: nobody listens.  IO. */
MUST_CHECK int journal_send(
    struct journal *journal, const struct journal_field *fields, size_t count);
