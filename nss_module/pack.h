/*
 * pack.h - answers in the caller's buffer, and faults as NSS tells them.
 */
#pragma once

#include <errno.h>
#include <nss.h>
#include <stddef.h>
#include <string.h>

#include "common/attrs.h"
#include "common/err.h"

/* What is left of the caller's buffer. */
struct pack {
	char *at;
	size_t left;
};

/* Copies bytes to the buffer; NULL where they do not fit. */
MUST_CHECK static inline char *
pack_bytes(struct pack *out, const char *bytes, size_t len)
{
	char *start = out->at;

	if (len > out->left)
		return NULL;
	memcpy(start, bytes, len);
	out->at += len;
	out->left -= len;
	return start;
}

/*
 * The same, where `room` bytes can be read.  Most texts are short, and a copy
 * of one size, of which the rest is of no use, costs less than finding out how
 * much to copy.  A longer one would wait for a cache line of no use.
 */
#define PACK_SHORT 64
#define PACK_MIDDLE 96
MUST_CHECK static inline char *
pack_text(struct pack *out, const char *text, size_t len, size_t room)
{
	const size_t copied = len <= PACK_SHORT ? PACK_SHORT : PACK_MIDDLE;
	char *start = out->at;

	if (len > copied || room < copied || out->left < copied)
		return pack_bytes(out, text, len);
	memcpy(start, text, PACK_SHORT);
	if (copied > PACK_SHORT)
		memcpy(start + PACK_SHORT, text + PACK_SHORT,
		    PACK_MIDDLE - PACK_SHORT);
	out->at += len;
	out->left -= len;
	return start;
}

/* The same for a name with its NUL. */
#define PACK_NAME 16
MUST_CHECK static inline char *
pack_name(struct pack *out, const char *name, size_t len, size_t room)
{
	char *start = out->at;

	if (len > PACK_NAME || room < PACK_NAME || out->left < PACK_NAME)
		return pack_bytes(out, name, len);
	memcpy(start, name, PACK_NAME);
	out->at += len;
	out->left -= len;
	return start;
}

/* Room for count pointers and a NULL behind them, aligned; NULL where it does
 * not fit. */
MUST_CHECK char **pack_pointers(struct pack *out, size_t count);

/* For a fault other than ERR_NOT_FOUND. */
enum nss_status pack_fault(int err, int *errnop);

/*
 * 0 is SUCCESS; ERR_NOT_FOUND is NOTFOUND; ERR_NO_SPACE is TRYAGAIN with
 * ERANGE, which makes the caller come again with a larger buffer; any other
 * fault means that we cannot tell.
 */
static inline enum nss_status
pack_status(int err, int *errnop)
{
	if (err == 0)
		return NSS_STATUS_SUCCESS;
	if (err != ERR_NOT_FOUND)
		return pack_fault(err, errnop);
	*errnop = ENOENT;
	return NSS_STATUS_NOTFOUND;
}
