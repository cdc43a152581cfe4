/*
 * memberjson.h - a member as one JSON object: the lines of a [directory] file,
 * and the records of the stored list.  Pure.
 *
 * id, email, roles and state must be there; name, username, scopes, identity
 * {issuer, subject}, uid, shell and created (RFC 3339) may be.  Nothing else
 * may: a misspelt "shel" is an error, not a default.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"
#include "common/buf.h"
#include "rules/members.h"

#define MEMBERJSON_LINE_MAX ((size_t)16 * 1024)

/*
 * Adds the member that the text says.  Faults of the JSON reader (JSON_*),
 * MALFORMED (a field missing, unknown or of the wrong form), those of
 * members_add().
 */
MUST_CHECK int memberjson_read(
    struct members *members, const void *text, size_t len);

/* Writes what memberjson_read() reads back to the same; what this host
 * assigned is left out. */
void memberjson_write(struct buf *out, const struct member *member);
