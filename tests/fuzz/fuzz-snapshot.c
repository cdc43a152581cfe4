/*
 * fuzz-snapshot.c - any bytes give answers that hold what snapshot.h says, or
 * a fault.
 *
 * Few changed bytes get past the checksums, so they are made right first: what
 * is fuzzed is what a writer gone wrong could leave.
 */
#include "common/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/name.h"
#include "common/snapshot_hash.h"
#include "tests/fuzz/fuzz.h"

#define SIZE_MAX_BYTES (1 << 20)

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* The text lies within the bytes, with its NUL. */
static void
check_text(const struct snapshot *snap, const char *text)
{
	const char *start = (const char *)snap->bytes;

	require(text >= start && text < start + snap->size);
	require(memchr(text, 0, (size_t)(start + snap->size - text)) != NULL);
}

static void
check_user(const struct snapshot *snap, const struct snapshot_user *user)
{
	check_text(snap, user->name);
	check_text(snap, user->gecos);
	check_text(snap, user->home);
	check_text(snap, user->shell);
	require(!name_number_reserved(user->uid));
	require(user->name_length <= NAME_USER_MAX);
	require(user->shell < user->name + user->text_length);
	for (uint32_t i = 0; i < user->gid_count; i++) {
		uint32_t gid = snapshot_user_gid(user, i);
		bool local = i >= user->gid_count - user->local_gid_count;

		require(gid == 0 || local || !name_number_reserved(gid));
	}
}

static void
check_group(const struct snapshot *snap, const struct snapshot_group *group)
{
	/* Enough to see all kinds of members, and to end soon. */
	uint32_t count = group->member_count < 256 ? group->member_count : 256;

	check_text(snap, group->name);
	require(group->gid != 0);
	require(group->local || !name_number_reserved(group->gid));
	for (uint32_t i = 0; i < count; i++) {
		struct snapshot_user user;

		if (snapshot_member(snap, group, i, &user) == 0)
			check_user(snap, &user);
	}
}

static void
check_found(const struct snapshot *snap, const char *name, uint32_t id)
{
	struct snapshot_user user;
	struct snapshot_group group;

	if (snapshot_user_by_name(snap, name, &user) == 0) {
		check_user(snap, &user);
		require(strcmp(user.name, name) == 0);
	}
	if (snapshot_user_by_id(snap, id, &user) == 0) {
		check_user(snap, &user);
		require(user.uid == id);
	}
	if (snapshot_group_by_name(snap, name, &group) == 0) {
		check_group(snap, &group);
		require(strcmp(group.name, name) == 0);
	}
	if (snapshot_group_by_id(snap, id, &group) == 0) {
		check_group(snap, &group);
		require(group.gid == id);
	}
}

static void
check_all(const struct snapshot *snap)
{
	bool valid = snapshot_validate(snap) == 0;

	check_text(snap, snapshot_organization(snap));
	check_found(snap, "ada", 1879050000);
	check_found(snap, "root", 0);
	for (uint32_t i = 0; i < snap->user_count && i < 256; i++) {
		struct snapshot_user user;
		char name[NAME_USER_MAX + 1];
		int err = snapshot_user_at(snap, i, &user);

		require(err == 0 || !valid);
		if (err)
			continue;
		check_user(snap, &user);
		memcpy(name, user.name, strlen(user.name) + 1);
		check_found(snap, name, user.uid);
	}
	for (uint32_t i = 0; i < snap->group_count && i < 256; i++) {
		struct snapshot_group group;
		int err = snapshot_group_at(snap, i, &group);

		require(err == 0 || !valid);
		if (!err)
			check_group(snap, &group);
	}
}

static void
seal(uint8_t *bytes, size_t size)
{
	struct snapshot_header_1 *h = (struct snapshot_header_1 *)(void *)bytes;

	if (size < sizeof(*h))
		return;
	h->content_checksum = snapshot_checksum(h + 1, size - sizeof(*h));
	h->header_checksum = snapshot_checksum(
	    h, offsetof(struct snapshot_header_1, header_checksum));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct snapshot snap;
	uint8_t *copy;

	if (len == 0 || len > SIZE_MAX_BYTES)
		return 0;
	copy = malloc(len);
	if (!copy)
		return 0;
	memcpy(copy, bytes, len);
	if (snapshot_init(copy, len, &snap) == 0)
		check_all(&snap);
	seal(copy, len);
	if (snapshot_init(copy, len, &snap) == 0)
		check_all(&snap);
	free(copy);
	return 0;
}
