/*
 * pack.c - answers in the caller's buffer, and faults as NSS tells them.
 *
 * Owns the arithmetic of that buffer.  Promises to write inside it only, with
 * pointers aligned.  Must not know what is packed.
 */
#include "nss_module/pack.h"

#include <stdint.h>

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
pack_fault(int err, int *errnop)
{
	switch (err) {
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
