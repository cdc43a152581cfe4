/*
 * test-passwd.c - the passwd map, through the functions behind its entries.
 */
#include "nss_module/passwd.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/unit/nsshost.h"
#include "tests/unit/snapset.h"

#define BUFFER_MAX 4096

/* One answer, with its room. */
struct room {
	struct passwd entry;
	char buffer[BUFFER_MAX];
	int os_error;
	struct passwd_answer answer;
};

static const struct passwd_answer *
answer_in(struct room *room)
{
	room->answer = (struct passwd_answer){
	    &room->entry, room->buffer, sizeof(room->buffer), &room->os_error};
	return &room->answer;
}

static void
tells_all_fields(void **state)
{
	struct nsshost *host = *state;
	struct room room;
	const struct passwd *pw = &room.entry;

	assert_int_equal(passwd_by_name(&host->map, "ada", answer_in(&room)),
	    NSS_STATUS_SUCCESS);
	assert_string_equal(pw->pw_name, "ada");
	assert_string_equal(pw->pw_passwd, "*");
	assert_int_equal(pw->pw_uid, SNAPSET_UID);
	assert_int_equal(pw->pw_gid, SNAPSET_UID);
	assert_string_equal(pw->pw_gecos, "Ada L");
	assert_string_equal(pw->pw_dir, "/home/ada");
	assert_string_equal(pw->pw_shell, "/bin/bash");
	assert_int_equal(
	    passwd_by_id(&host->map, SNAPSET_UID + 1, answer_in(&room)),
	    NSS_STATUS_SUCCESS);
	assert_string_equal(pw->pw_name, "bob");
}

static void
misses_are_known_to_be_misses(void **state)
{
	static const char *const names[] = {"root", "nobody", "", "Ada", "ada ",
	    "org-admins", "a-name-that-is-longer-than-any-that-can-be-legal"};
	static const uid_t uids[] = {0, 1, 65534, SNAPSET_GID, (uid_t)-1};
	struct nsshost *host = *state;
	struct room room;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(
		    passwd_by_name(&host->map, names[i], answer_in(&room)),
		    NSS_STATUS_NOTFOUND);
		assert_int_equal(room.os_error, ENOENT);
	}
	for (size_t i = 0; i < ARRAY_SIZE(uids); i++)
		assert_int_equal(
		    passwd_by_id(&host->map, uids[i], answer_in(&room)),
		    NSS_STATUS_NOTFOUND);
}

static void
is_inside(const char *text, const char *buffer, size_t size)
{
	assert_true(text >= buffer && text < buffer + size);
	assert_true(strnlen(text, (size_t)(buffer + size - text)) <
	    (size_t)(buffer + size - text));
}

/* T66: nothing is written outside; it answers at exactly the size it needs. */
static void
t66_every_buffer_size(void **state)
{
	const size_t needed = sizeof("ada") + sizeof("*") + sizeof("Ada L") +
	    sizeof("/home/ada") + sizeof("/bin/bash");
	struct nsshost *host = *state;

	for (size_t size = 0; size <= BUFFER_MAX; size++) {
		char *buffer = nsshost_new_guarded(size);
		struct passwd pw;
		int os_error = 0;
		struct passwd_answer answer = {&pw, buffer, size, &os_error};
		enum nss_status status =
		    passwd_by_name(&host->map, "ada", &answer);

		if (size < needed) {
			assert_int_equal(status, NSS_STATUS_TRYAGAIN);
			assert_int_equal(os_error, ERANGE);
		} else {
			assert_int_equal(status, NSS_STATUS_SUCCESS);
			is_inside(pw.pw_name, buffer, size);
			is_inside(pw.pw_passwd, buffer, size);
			is_inside(pw.pw_gecos, buffer, size);
			is_inside(pw.pw_dir, buffer, size);
			is_inside(pw.pw_shell, buffer, size);
		}
		nsshost_free_guarded(buffer, size);
	}
}

static void
enumerates_and_waits_for_room(void **state)
{
	static const char *const names[] = {"ada", "bob", "grace"};
	struct nsshost *host = *state;
	struct walk walk;
	struct room room;
	struct passwd_answer small = {
	    &room.entry, room.buffer, 3, &room.os_error};

	walk_start(&walk, WALK_USERS);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(passwd_next(&host->map, &walk, &small),
		    NSS_STATUS_TRYAGAIN);
		assert_int_equal(
		    passwd_next(&host->map, &walk, answer_in(&room)),
		    NSS_STATUS_SUCCESS);
		assert_string_equal(room.entry.pw_name, names[i]);
	}
	assert_int_equal(passwd_next(&host->map, &walk, answer_in(&room)),
	    NSS_STATUS_NOTFOUND);
	assert_int_equal(passwd_next(&host->map, &walk, answer_in(&room)),
	    NSS_STATUS_NOTFOUND);
}

static void
t68_without_a_file_it_cannot_tell(void **state)
{
	struct nsshost *host = *state;
	struct walk walk;
	struct room room;

	assert_int_equal(unlink(host->path), 0);
	walk_start(&walk, WALK_USERS);
	assert_int_equal(passwd_by_name(&host->map, "ada", answer_in(&room)),
	    NSS_STATUS_UNAVAIL);
	assert_int_equal(
	    passwd_by_id(&host->map, SNAPSET_UID, answer_in(&room)),
	    NSS_STATUS_UNAVAIL);
	assert_int_equal(passwd_next(&host->map, &walk, answer_in(&room)),
	    NSS_STATUS_UNAVAIL);
	nsshost_publish(host, 2);
	assert_int_equal(passwd_by_name(&host->map, "ada", answer_in(&room)),
	    NSS_STATUS_SUCCESS);
}

static void
t59_a_damaged_file_is_not_believed(void **state)
{
	struct nsshost *host = *state;
	struct room room;

	assert_int_equal(truncate(host->path, 500), 0);
	assert_int_equal(passwd_by_name(&host->map, "ada", answer_in(&room)),
	    NSS_STATUS_UNAVAIL);
	assert_int_equal(passwd_by_name(&host->map, "nobody", answer_in(&room)),
	    NSS_STATUS_UNAVAIL);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, nsshost_setup, nsshost_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(tells_all_fields),
	    TEST(misses_are_known_to_be_misses),
	    TEST(t66_every_buffer_size),
	    TEST(enumerates_and_waits_for_room),
	    TEST(t68_without_a_file_it_cannot_tell),
	    TEST(t59_a_damaged_file_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
