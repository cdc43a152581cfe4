/*
 * idline.h - the id map as lines of text, to be kept apart from the host and
 * brought to it again.  Pure.
 *
 * The first line, then one line a row:
 *
 *	{"orglogin_ids":1,"organization":"...","rows":2,"whole":true}
 *	{"kind":"user","key":"u-17","number":1879050000,"name":"ada",
 *	 "home":"ada","state":"live","created":1767323045}
 *
 * (a row on one line).  A row of another organisation has its "organization".
 * whole is false where the map was damaged when it was written out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "common/attrs.h"
#include "common/buf.h"

#define IDLINE_VERSION 1
#define IDLINE_MAX_BYTES ((size_t)6144)

struct idline_head {
	const char *organization;
	uint64_t rows;
	bool whole;
};

struct idline {
	const char *organization; /* NULL: that of the first line */
	const char *kind;         /* "user" or "group" */
	const char *key;          /* a member's id, or a group's name */
	uint32_t number;
	const char *name; /* "" for none */
	const char *home;
	bool live;
	int64_t created_s;
};

/* With the newline. */
void idline_put_head(struct buf *out, const struct idline_head *head);
void idline_put(struct buf *out, const struct idline *line);

/*
 * One line, without its newline; what is told is borrowed from ret_json.  Every
 * field is needed, no other is taken.  Faults of json_parse(), MALFORMED,
 * UNSUPPORTED (a version that is not ours), ID_OUT_OF_RANGE (no 32 bits).
 */
MUST_CHECK int idline_read_head(const char *text, size_t len,
    struct json **ret_json, struct idline_head *ret_head);
MUST_CHECK int idline_read(const char *text, size_t len, struct json **ret_json,
    struct idline *ret_line);
