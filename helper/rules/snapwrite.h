/*
 * snapwrite.h - members and groups to the bytes of members.snapshot, and what
 * changed since to those of members.overlay.
 *
 * Pure: no file is touched.  The same set gives the same bytes, in whatever
 * order it comes.  An entry that must not be published is left out and told to
 * the caller; the others go on without it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/err.h"
#include "common/times.h"

/* Most entries of each kind, and groups of one user. */
#define SNAPWRITE_USERS_MAX 16000000u
#define SNAPWRITE_GROUPS_MAX 4000000u
#define SNAPWRITE_USER_GROUPS_MAX 60000u

/* All borrowed. */
struct snapwrite_user {
	const char *name;
	const char *gecos;
	const char *home;
	const char *shell;
	uint32_t uid; /* and the number of the private group */
	uint32_t group_count;
	const uint32_t *groups; /* indexes into the groups given beside */
};

struct snapwrite_group {
	const char *name;
	uint32_t gid;
	bool local;    /* a group of this host: only gid 0 is refused */
	bool unlisted; /* gid lists hold it, the member list stays empty */
};

enum snapwrite_kind { SNAPWRITE_USER, SNAPWRITE_GROUP };

/* Which entry was left out, and why: ERR_NAME_INVALID, ERR_NAME_TAKEN,
 * ERR_ID_OUT_OF_RANGE, ERR_ID_TAKEN, ERR_INVALID_ARGUMENT (a field). */
struct snapwrite_refusal {
	enum snapwrite_kind kind;
	size_t index; /* into users or groups */
	enum err reason;
};

/* What makes it an overlay: it stands over that base, and holds no groups. */
struct snapwrite_overlay {
	uint64_t base_checksum;
	uint32_t number;
	uint32_t hidden_count;
	const uint32_t *hidden; /* references of the base's users, ascending */
};

struct snapwrite_input {
	const struct snapwrite_user *users; /* NULL: asked one by one */
	size_t user_count;
	/*
	 * Tells user number i, but for the groups; what it points to lives
	 * until the next call.  Asked twice for each, the second time in the
	 * order of names.  The groups of each are asked once.
	 */
	void (*user_at)(
	    void *context, size_t i, struct snapwrite_user *ret_user);
	const uint32_t *(*groups_at)(
	    void *context, size_t i, uint32_t *ret_count);
	const struct snapwrite_group *groups;
	size_t group_count;
	uint64_t generation;
	struct wall_time created;
	uint32_t soft_age_s;
	uint32_t hard_age_s;
	const char *organization;   /* display name, at most 95 bytes kept */
	uint32_t group_members_max; /* larger groups are unlisted; 0: none is */
	const struct snapwrite_overlay *overlay; /* NULL: a base */
	/* Called for each entry left out, in the order given; may be NULL. */
	void (*on_refused)(
	    void *context, const struct snapwrite_refusal *refusal);
	void *context;
};

/* Where the bytes go: from behind the header to the end of the file, in order,
 * then the header at offset 0. */
struct snapwrite_sink {
	int (*write)(
	    void *context, uint64_t offset, const void *bytes, size_t len);
	void *context;
};

/*
 * Host groups are taken first, then groups, then users, as ordered; of two
 * entries with the same name or number the first stands, and a user clashes
 * with a group as with a user, because of her private group.  Memberships in a
 * group that was left out are dropped, and a gecos outside the grammar becomes
 * empty.
 *
 * Memory is bounded by some 80 bytes a user, whatever her texts.  Faults of
 * the sink, ERR_NO_MEMORY, ERR_TOO_LARGE, ERR_INVALID_ARGUMENT (a group index
 * out of range).
 */
MUST_CHECK int snapwrite_stream(
    const struct snapwrite_input *input, const struct snapwrite_sink *sink);

/* The same in memory; the caller frees *ret_bytes with free(). */
MUST_CHECK int snapwrite(
    const struct snapwrite_input *input, uint8_t **ret_bytes, size_t *ret_size);
