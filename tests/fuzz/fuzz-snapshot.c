/*
 * fuzz-snapshot.c - any bytes give answers that hold what snapshot.h and
 * roster.h say, or a fault.
 *
 * Few changed bytes get past the checksums, so they are made right first: what
 * is fuzzed is what a writer gone wrong could leave.  An input that begins with
 * "pair" is a base and its overlay: four bytes of its length, the base, filled
 * up to eight bytes, and the overlay.
 */
#include "common/roster.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/name.h"
#include "common/snapshot_proof.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/snapseal.h"

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

/* Each in turn behind the last, and all of whom the lookups know. */
static void
check_everybody(const struct roster *roster, bool valid)
{
	struct roster_place place = {0};
	struct snapshot_user user;
	char last[NAME_USER_MAX + 1] = "";
	int err;

	while ((err = roster_user_next(roster, &place, &user)) == 0) {
		struct snapshot_user found;
		struct roster_place sought;

		if (!valid)
			continue;
		require(strcmp(last, user.name) < 0);
		memcpy(last, user.name, user.name_length + 1);
		require(roster_user_by_name(roster, last, &found) == 0);
		require(found.name == user.name);
		require(roster_user_by_id(roster, user.uid, &found) == 0);
		require(!roster_proves_absent(roster, last));
		require(roster_seek_user(roster, last, &sought) == 0);
	}
	require(!valid || err == ERR_NOT_FOUND);
}

static void
check_members(const struct roster *roster, bool valid)
{
	struct roster_place place = {0};
	struct roster_members members;
	struct snapshot_user user;

	for (int i = 0; i < 64; i++) {
		uint32_t expected = 0;
		uint32_t told = 0;

		members = (struct roster_members){0};
		if (roster_group_next(roster, &place, &members.group))
			break;
		if (roster_count_members(roster, &members.group, &expected))
			continue;
		while (told < 256 &&
		    roster_member_next(roster, &members, &user) == 0)
			told++;
		require(!valid || told == 256 || told == expected);
	}
}

static void
check_roster(const struct roster *roster)
{
	bool valid = snapshot_validate(&roster->base) == 0 &&
	    (!roster->overlay.bytes ||
		(snapshot_validate(&roster->overlay) == 0 &&
		    roster_validate(roster) == 0));

	check_everybody(roster, valid);
	check_members(roster, valid);
	(void)!roster_proves_absent(roster, "root");
}

static void
check_one(const uint8_t *bytes, size_t len)
{
	struct roster roster = {0};

	if (snapshot_init(bytes, len, &roster.base))
		return;
	check_all(&roster.base);
	if (roster.base.number == 0)
		check_roster(&roster);
}

static void
check_pair(uint8_t *bytes, size_t len)
{
	struct roster roster = {0};
	struct snapshot_header *h;
	uint32_t base_size;
	size_t start;

	memcpy(&base_size, bytes + 4, sizeof(base_size));
	start = 8 + (base_size + (size_t)7) / 8 * 8;
	if (start > len)
		return;
	snapseal(bytes + 8, base_size);
	if (snapshot_init(bytes + 8, base_size, &roster.base))
		return;
	if (len - start >= sizeof(*h)) {
		h = (struct snapshot_header *)(void *)(bytes + start);
		h->base_checksum = roster.base.checksum;
	}
	snapseal(bytes + start, len - start);
	if (snapshot_init(bytes + start, len - start, &roster.overlay) ||
	    !roster_belongs(&roster.overlay, &roster.base))
		return;
	check_all(&roster.overlay);
	check_roster(&roster);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t *copy;

	if (len == 0 || len > SIZE_MAX_BYTES)
		return 0;
	copy = malloc(len);
	if (!copy)
		return 0;
	memcpy(copy, bytes, len);
	if (len >= 8 && memcmp(copy, "pair", 4) == 0) {
		check_pair(copy, len);
	} else {
		check_one(copy, len);
		snapseal(copy, len);
		check_one(copy, len);
	}
	free(copy);
	return 0;
}
