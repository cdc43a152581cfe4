/*
 * svcforward.h - the headers that an API call carries for a person besides the
 * token, as the profile's [forward] has them.  Pure.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"
#include "common/buf.h"
#include "rules/profile.h"

/* All borrowed; NULL where not known. */
struct svcforward {
	const char *jwt; /* secret */
	const char *subject;
	const char *organization;
	const char *system_role;
	const char *name;
	const char *mail;
	const char *const *roles; /* parted by commas in a header */
	size_t role_count;
};

/*
 * Appends the headers, each ended by a newline.  One that needs what is not
 * known, or what cannot stand in a header, is left out whole.  Secret.
 */
MUST_CHECK int svcforward_put(const struct profile *profile,
    const struct svcforward *who, struct buf *lines);
