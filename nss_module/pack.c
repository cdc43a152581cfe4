/*
 * pack.c - answers in the caller's buffer, and faults as NSS tells them.
 *
 * Owns the arithmetic of that buffer.  Promises to write inside it only, with
 * pointers aligned.  Must not know what is packed.
 */
#include "nss_module/pack.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "common/err.h"

char *
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

char **
pack_pointers(struct pack *out, size_t count)
{
	size_t skip = -(uintptr_t)out->at % sizeof(char *);

	if (skip > out->left || count >= (out->left - skip) / sizeof(char *))
		return NULL;

	char **start = (char **)(void *)(out->at + skip);
	size_t taken = skip + (count + 1) * sizeof(char *);

	out->at += taken;
	out->left -= taken;
	return start;
}

enum nss_status
pack_status(int err, int *errnop)
{
	switch (err) {
	case 0:
		return NSS_STATUS_SUCCESS;
	case ERR_NOT_FOUND:
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	case ERR_NO_SPACE:
		*errnop = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	case ERR_NO_MEMORY:
		*errnop = ENOMEM;
		return NSS_STATUS_TRYAGAIN;
	case ERR_SNAPSHOT_MISSING:
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	default:
		*errnop = EIO;
		return NSS_STATUS_UNAVAIL;
	}
}
