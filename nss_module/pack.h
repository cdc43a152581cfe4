/*
 * pack.h - answers in the caller's buffer, and faults as NSS tells them.
 */
#pragma once

#include <nss.h>
#include <stddef.h>

#include "common/attrs.h"

/* What is left of the caller's buffer. */
struct pack {
	char *at;
	size_t left;
};

/* Copies bytes to the buffer; NULL where they do not fit. */
MUST_CHECK char *pack_bytes(struct pack *out, const char *bytes, size_t len);

/* Room for count pointers and a NULL behind them, aligned; NULL where it does
 * not fit. */
MUST_CHECK char **pack_pointers(struct pack *out, size_t count);

/*
 * 0 is SUCCESS; ERR_NOT_FOUND is NOTFOUND; ERR_NO_SPACE is TRYAGAIN with
 * ERANGE, which makes the caller come again with a larger buffer; any other
 * fault means that we cannot tell.
 */
enum nss_status pack_status(int err, int *errnop);
