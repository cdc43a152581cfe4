/*
 * test-snapshot_file.c - which files are believed, and none that blocks.
 */
#include "common/snapshot_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/snapset.h"

struct place {
	char *folder;
	char *path;
};

static int
make_place(void **state)
{
	struct snapset set = snapset_make(7);
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	place->folder = snapset_new_folder();
	place->path = snapset_path(place->folder);
	snapset_publish(place->path, set.bytes, set.size);
	snapset_done(&set);
	*state = place;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;

	snapset_remove_folder(place->folder);
	free(place->path);
	free(place);
	return 0;
}

static int
open_fault(const char *path)
{
	struct snapshot snap;
	int err = snapshot_open(path, &snap);

	if (!err)
		snapshot_close(&snap);
	return err;
}

static void
opens_and_closes(void **state)
{
	const struct place *place = *state;
	struct snapshot snap;
	struct snapshot_user user;

	assert_int_equal(snapshot_open(place->path, &snap), 0);
	assert_int_equal(snapshot_user_by_name(&snap, "ada", &user), 0);
	snapshot_close(&snap);
	assert_null(snap.bytes);
	snapshot_close(&snap);
}

static void
absent_is_told_from_damaged(void **state)
{
	const struct place *place = *state;
	char other[256];

	(void)snprintf(other, sizeof(other), "%s/none", place->folder);
	assert_int_equal(open_fault(other), ERR_SNAPSHOT_MISSING);
	(void)snprintf(other, sizeof(other), "%s/x", place->path);
	assert_int_equal(open_fault(other), ERR_SNAPSHOT_MISSING);
	assert_int_equal(truncate(place->path, 100), 0);
	assert_int_equal(open_fault(place->path), ERR_SNAPSHOT_INVALID);
	assert_int_equal(truncate(place->path, 0), 0);
	assert_int_equal(open_fault(place->path), ERR_SNAPSHOT_INVALID);
	assert_int_equal(truncate(place->path, 100000), 0);
	assert_int_equal(open_fault(place->path), ERR_SNAPSHOT_INVALID);
}

static void
t60_others_could_have_written_it(void **state)
{
	static const mode_t loose[] = {0664, 0646, 0666, 0777};
	const struct place *place = *state;

	for (size_t i = 0; i < ARRAY_SIZE(loose); i++) {
		assert_int_equal(chmod(place->path, loose[i]), 0);
		assert_int_equal(open_fault(place->path), ERR_INSECURE_FILE);
	}
	assert_int_equal(chmod(place->path, 0644), 0);
	for (size_t i = 0; i < ARRAY_SIZE(loose); i++) {
		assert_int_equal(chmod(place->folder, loose[i] | 0111), 0);
		assert_int_equal(open_fault(place->path), ERR_INSECURE_FILE);
	}
	assert_int_equal(chmod(place->folder, 0755), 0);
	assert_int_equal(open_fault(place->path), 0);
}

static void
t60_a_foreign_owner_is_refused(void **state)
{
	const struct place *place = *state;

	/* Only root can give files away; others see their own folder. */
	if (geteuid() == 0) {
		assert_int_equal(chown(place->path, 4242, 4242), 0);
		assert_int_equal(open_fault(place->path), ERR_INSECURE_FILE);
		assert_int_equal(chown(place->folder, 4242, 4242), 0);
	}
	assert_int_equal(open_fault(place->path), 0);
}

static void
t60_links_and_special_files_are_refused(void **state)
{
	const struct place *place = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char other[256];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(other, sizeof(other), "%s/link", place->folder);
	assert_int_equal(symlink(place->path, other), 0);
	assert_int_equal(open_fault(other), ERR_INSECURE_FILE);
	(void)snprintf(other, sizeof(other), "%s/fifo", place->folder);
	assert_int_equal(mkfifo(other, 0644), 0);
	assert_int_equal(open_fault(other), ERR_SNAPSHOT_INVALID);
	(void)snprintf(other, 100, "%s/socket", place->folder);
	memcpy(address.sun_path, other, 100);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(open_fault(other), ERR_INSECURE_FILE);
	assert_int_equal(close(fd), 0);
	assert_int_equal(open_fault(place->folder), ERR_SNAPSHOT_INVALID);
	assert_int_equal(open_fault("/dev/null"), ERR_SNAPSHOT_INVALID);
}

/* T62: a file is only ever replaced, so a map outlives what it was made of. */
static void
t62_a_replaced_file_stays_readable(void **state)
{
	const struct place *place = *state;
	struct snapset newer = snapset_make(8);
	struct snapshot snap;
	struct snapshot_user user;

	assert_int_equal(snapshot_open(place->path, &snap), 0);
	snapset_publish(place->path, newer.bytes, newer.size);
	assert_true(snapshot_get_marks(&snap).superseded);
	assert_int_equal(snapshot_user_by_name(&snap, "grace", &user), 0);
	assert_int_equal(snap.generation, 7);
	snapshot_close(&snap);
	assert_int_equal(snapshot_open(place->path, &snap), 0);
	assert_int_equal(snap.generation, 8);
	assert_false(snapshot_get_marks(&snap).superseded);
	snapshot_close(&snap);
	snapset_done(&newer);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)
	const struct CMUnitTest tests[] = {
	    TEST(opens_and_closes),
	    TEST(absent_is_told_from_damaged),
	    TEST(t60_others_could_have_written_it),
	    TEST(t60_a_foreign_owner_is_refused),
	    TEST(t60_links_and_special_files_are_refused),
	    TEST(t62_a_replaced_file_stays_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
