/*
 * test-group.c - the group and initgroups maps, behind their entries.
 */
#include "nss_module/group.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/unit/nsshost.h"
#include "tests/unit/snapset.h"

#define BUFFER_MAX 4096

struct room {
	struct group entry;
	char buffer[BUFFER_MAX];
	int os_error;
	struct group_answer answer;
};

static const struct group_answer *
answer_in(struct room *room)
{
	room->answer = (struct group_answer){
	    &room->entry, room->buffer, sizeof(room->buffer), &room->os_error};
	return &room->answer;
}

/* What glibc hands to initgroups, and takes back. */
struct gids {
	gid_t *gids;
	long count;
	long room;
};

static enum nss_status
ask(struct nsshost *host, const char *name, struct gids *gids, long limit)
{
	int os_error = 0;
	struct group_list list = {
	    &gids->gids, &gids->count, &gids->room, limit, SNAPSET_UID};

	/* Somebody whose primary group is one of the organisation's. */
	if (limit == 0)
		list.skip = SNAPSET_GID;

	return group_list(&host->map, name, &list, &os_error);
}

static bool
holds(const struct gids *gids, gid_t gid)
{
	for (long i = 0; i < gids->count; i++)
		if (gids->gids[i] == gid)
			return true;
	return false;
}

static void
tells_members(void **state)
{
	struct nsshost *host = *state;
	struct room room;
	const struct group *gr = &room.entry;

	assert_int_equal(
	    group_by_name(&host->map, "org-members", answer_in(&room)),
	    NSS_STATUS_SUCCESS);
	assert_string_equal(gr->gr_name, "org-members");
	assert_string_equal(gr->gr_passwd, "*");
	assert_int_equal(gr->gr_gid, SNAPSET_GID + 1);
	assert_string_equal(gr->gr_mem[0], "ada");
	assert_string_equal(gr->gr_mem[1], "bob");
	assert_null(gr->gr_mem[2]);
	assert_int_equal(
	    group_by_id(&host->map, SNAPSET_GID + 2, answer_in(&room)),
	    NSS_STATUS_SUCCESS);
	assert_string_equal(gr->gr_name, "everyone");
	assert_null(gr->gr_mem[0]);
}

static void
tells_private_groups(void **state)
{
	struct nsshost *host = *state;
	struct room room;

	assert_int_equal(group_by_name(&host->map, "bob", answer_in(&room)),
	    NSS_STATUS_SUCCESS);
	assert_int_equal(room.entry.gr_gid, SNAPSET_UID + 1);
	assert_string_equal(room.entry.gr_passwd, "*");
	assert_null(room.entry.gr_mem[0]);
	assert_int_equal(group_by_id(&host->map, SNAPSET_UID, answer_in(&room)),
	    NSS_STATUS_SUCCESS);
	assert_string_equal(room.entry.gr_name, "ada");
}

static void
misses_are_known_to_be_misses(void **state)
{
	static const char *const names[] = {
	    "root", "sudo", "docker", "", "Adm"};
	static const gid_t gids[] = {0, 27, 65534, (gid_t)-1};
	struct nsshost *host = *state;
	struct room room;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(
		    group_by_name(&host->map, names[i], answer_in(&room)),
		    NSS_STATUS_NOTFOUND);
	for (size_t i = 0; i < ARRAY_SIZE(gids); i++)
		assert_int_equal(
		    group_by_id(&host->map, gids[i], answer_in(&room)),
		    NSS_STATUS_NOTFOUND);
}

/* Exactly what fits fits, at every size and start of the buffer. */
static void
check_every_size(struct nsshost *host, const char *second, size_t needed)
{
	for (size_t size = 0; size <= BUFFER_MAX; size++) {
		char *buffer = nsshost_new_guarded(size);
		size_t skip = -(uintptr_t)buffer % sizeof(char *);
		struct group gr;
		int os_error = 0;
		struct group_answer answer = {&gr, buffer, size, &os_error};
		enum nss_status status =
		    group_by_name(&host->map, "org-members", &answer);

		if (size < skip + needed) {
			assert_int_equal(status, NSS_STATUS_TRYAGAIN);
			assert_int_equal(os_error, ERANGE);
		} else {
			assert_int_equal(status, NSS_STATUS_SUCCESS);
			assert_int_equal((uintptr_t)gr.gr_mem % 8, 0);
			assert_true((char *)gr.gr_mem >= buffer);
			assert_true(gr.gr_name >= buffer);
			assert_string_equal(gr.gr_mem[0], "ada");
			assert_string_equal(gr.gr_mem[1], second);
			assert_true(
			    gr.gr_mem[1] + strlen(second) + 1 <= buffer + size);
			assert_null(gr.gr_mem[2]);
		}
		nsshost_free_guarded(buffer, size);
	}
}

static void
t66_every_buffer_size(void **state)
{
	struct nsshost *host = *state;

	check_every_size(host, "bob",
	    3 * sizeof(char *) + sizeof("org-members") + sizeof("*") +
		sizeof("ada") + sizeof("bob"));
}

/* One member of the base is gone, and one joined. */
static void
t66_every_buffer_size_with_an_overlay(void **state)
{
	struct nsshost *host = *state;

	nsshost_publish_base(host, 2);
	nsshost_publish_overlay(host, 1, "carolina");
	check_every_size(host, "carolina",
	    3 * sizeof(char *) + sizeof("org-members") + sizeof("*") +
		sizeof("ada") + sizeof("carolina"));
}

static void
an_overlay_changes_lists_and_private_groups(void **state)
{
	struct nsshost *host = *state;
	struct gids gids = {NULL, 0, 0};
	struct room room;

	nsshost_publish_base(host, 2);
	nsshost_publish_overlay(host, 1, "carol");
	assert_int_equal(ask(host, "carol", &gids, -1), NSS_STATUS_SUCCESS);
	assert_int_equal(gids.count, 1);
	assert_int_equal(gids.gids[0], SNAPSET_GID + 1);
	assert_int_equal(ask(host, "bob", &gids, -1), NSS_STATUS_NOTFOUND);
	assert_int_equal(group_by_name(&host->map, "bob", answer_in(&room)),
	    NSS_STATUS_NOTFOUND);
	assert_int_equal(
	    group_by_id(&host->map, NSSHOST_JOINED + 1, answer_in(&room)),
	    NSS_STATUS_SUCCESS);
	assert_string_equal(room.entry.gr_name, "carol");
	assert_null(room.entry.gr_mem[0]);
	free(gids.gids);
}

static void
lists_both_kinds_but_the_primary_one(void **state)
{
	struct nsshost *host = *state;
	struct gids ada = {NULL, 0, 0};

	assert_int_equal(ask(host, "ada", &ada, -1), NSS_STATUS_SUCCESS);
	assert_int_equal(ada.count, 4);
	assert_true(holds(&ada, SNAPSET_GID));
	assert_true(holds(&ada, SNAPSET_GID + 1));
	assert_true(holds(&ada, SNAPSET_GID + 2));
	assert_true(holds(&ada, 4));
	assert_false(holds(&ada, SNAPSET_UID));
	ada.count = 0;
	assert_int_equal(ask(host, "ada", &ada, 0), NSS_STATUS_SUCCESS);
	assert_int_equal(ada.count, 3);
	assert_false(holds(&ada, SNAPSET_GID));
	free(ada.gids);
}

/* T32: glibc asks for local users too; they are given nothing. */
static void
t32_local_users_are_given_no_group(void **state)
{
	static const char *const names[] = {"root", "daemon", "sync", "nobody"};
	struct nsshost *host = *state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct gids gids = {calloc(4, sizeof(gid_t)), 1, 4};

		assert_int_equal(
		    ask(host, names[i], &gids, -1), NSS_STATUS_NOTFOUND);
		assert_int_equal(gids.count, 1);
		assert_int_equal(gids.room, 4);
		free(gids.gids);
	}
}

static void
the_list_keeps_its_limit_and_what_was_there(void **state)
{
	struct nsshost *host = *state;

	for (long limit = 1; limit < 8; limit++) {
		struct gids gids = {calloc(1, sizeof(gid_t)), 1, 1};

		gids.gids[0] = 12345;
		assert_int_equal(
		    ask(host, "ada", &gids, limit), NSS_STATUS_SUCCESS);
		assert_int_equal(gids.count, limit < 5 ? limit : 5);
		assert_true(gids.room <= limit);
		assert_int_equal(gids.gids[0], 12345);
		free(gids.gids);
	}
}

static void
enumerates_groups_then_private_ones(void **state)
{
	static const char *const names[] = {"everyone", "nobody-here",
	    "org-admins", "org-members", "ada", "bob", "grace"};
	struct nsshost *host = *state;
	struct walk walk;
	struct room room;
	struct group_answer small = {
	    &room.entry, room.buffer, 3, &room.os_error};

	walk_start(&walk, WALK_GROUPS);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(
		    group_next(&host->map, &walk, &small), NSS_STATUS_TRYAGAIN);
		assert_int_equal(
		    group_next(&host->map, &walk, answer_in(&room)),
		    NSS_STATUS_SUCCESS);
		assert_string_equal(room.entry.gr_name, names[i]);
	}
	assert_int_equal(group_next(&host->map, &walk, answer_in(&room)),
	    NSS_STATUS_NOTFOUND);
}

static void
t68_without_a_file_it_cannot_tell(void **state)
{
	struct nsshost *host = *state;
	struct gids gids = {NULL, 0, 0};
	struct room room;

	assert_int_equal(unlink(host->path), 0);
	assert_int_equal(
	    group_by_name(&host->map, "org-members", answer_in(&room)),
	    NSS_STATUS_UNAVAIL);
	assert_int_equal(
	    group_by_id(&host->map, 0, answer_in(&room)), NSS_STATUS_UNAVAIL);
	assert_int_equal(ask(host, "root", &gids, -1), NSS_STATUS_UNAVAIL);
	assert_int_equal(gids.count, 0);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, nsshost_setup, nsshost_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(tells_members),
	    TEST(tells_private_groups),
	    TEST(misses_are_known_to_be_misses),
	    TEST(t66_every_buffer_size),
	    TEST(t66_every_buffer_size_with_an_overlay),
	    TEST(an_overlay_changes_lists_and_private_groups),
	    TEST(lists_both_kinds_but_the_primary_one),
	    TEST(t32_local_users_are_given_no_group),
	    TEST(the_list_keeps_its_limit_and_what_was_there),
	    TEST(enumerates_groups_then_private_ones),
	    TEST(t68_without_a_file_it_cannot_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
