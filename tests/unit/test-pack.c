/*
 * test-pack.c - the caller's buffer, at every size and alignment.
 */
#include "nss_module/pack.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static void
bytes_fit_or_do_not(void **state)
{
	char buffer[8];
	struct pack out = {buffer, sizeof(buffer)};

	assert_ptr_equal(pack_bytes(&out, "abcd", 5), buffer);
	assert_null(pack_bytes(&out, "xyz", 4));
	assert_ptr_equal(pack_bytes(&out, "xy", 3), buffer + 5);
	assert_memory_equal(buffer, "abcd\0xy", 8);
	assert_int_equal(out.left, 0);
	assert_null(pack_bytes(&out, "", 1));
}

/* Nothing is read behind `room`, nor written behind the buffer. */
static void
check_text(char *(*pack)(struct pack *, const char *, size_t, size_t),
    size_t len, size_t size, size_t room)
{
	char *from = malloc(room);
	char *buffer = malloc(size + 1);
	struct pack out = {buffer, size};
	char *text;

	assert_true(from && buffer);
	for (size_t i = 0; i < room; i++)
		from[i] = (char)('0' + i);
	buffer[size] = '!';
	text = pack(&out, from, len, room);
	assert_int_equal(buffer[size], '!');
	assert_int_equal(text != NULL, size >= len);
	if (text) {
		assert_memory_equal(text, from, len);
		assert_ptr_equal(out.at, buffer + len);
		assert_int_equal(out.left, size - len);
	}
	free(from);
	free(buffer);
}

static void
t66_texts_of_any_room_and_size(void **state)
{
	static const size_t lengths[] = {5, PACK_SHORT - 1, PACK_SHORT,
	    PACK_SHORT + 1, PACK_MIDDLE, PACK_MIDDLE + 1};
	const size_t most = PACK_MIDDLE + 4;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		for (size_t size = 0; size < most; size++)
			for (size_t room = lengths[i]; room < most; room++)
				check_text(pack_text, lengths[i], size, room);
}

static void
t66_names_of_any_room_and_size(void **state)
{
	for (size_t len = 2; len < PACK_NAME + 2; len++)
		for (size_t size = 0; size < PACK_NAME + 4; size++)
			for (size_t room = len; room < PACK_NAME + 4; room++)
				check_text(pack_name, len, size, room);
}

static void
t66_pointers_are_aligned_and_inside(void **state)
{
	char buffer[128];

	for (size_t skip = 0; skip < 16; skip++)
		for (size_t size = 0; size + skip <= sizeof(buffer); size++)
			for (size_t count = 0; count < 10; count++) {
				struct pack out = {buffer + skip, size};
				char **at = pack_pointers(&out, count);
				char *end = (char *)(at + count + 1);

				if (!at) {
					/* It would not have fitted. */
					assert_true(size <
					    (count + 1) * sizeof(char *) + 7);
					continue;
				}
				assert_int_equal((uintptr_t)at % 8, 0);
				assert_true((char *)at >= buffer + skip);
				assert_true(end <= buffer + skip + size);
				assert_ptr_equal(out.at, end);
				assert_ptr_equal(
				    out.at + out.left, buffer + skip + size);
			}
}

static void
a_huge_count_does_not_wrap(void **state)
{
	char buffer[64];
	struct pack out = {buffer, sizeof(buffer)};

	assert_null(pack_pointers(&out, SIZE_MAX));
	assert_null(pack_pointers(&out, SIZE_MAX / sizeof(char *)));
	assert_int_equal(out.left, sizeof(buffer));
}

static void
faults_become_what_glibc_expects(void **state)
{
	static const struct {
		int err;
		enum nss_status status;
		int os_error;
	} table[] = {
	    {0, NSS_STATUS_SUCCESS, -1},
	    {ERR_NOT_FOUND, NSS_STATUS_NOTFOUND, ENOENT},
	    {ERR_NO_SPACE, NSS_STATUS_TRYAGAIN, ERANGE},
	    {ERR_NO_MEMORY, NSS_STATUS_TRYAGAIN, ENOMEM},
	    {ERR_SNAPSHOT_MISSING, NSS_STATUS_UNAVAIL, ENOENT},
	    {ERR_SNAPSHOT_INVALID, NSS_STATUS_UNAVAIL, EIO},
	    {ERR_SNAPSHOT_VERSION, NSS_STATUS_UNAVAIL, EIO},
	    {ERR_INSECURE_FILE, NSS_STATUS_UNAVAIL, EIO},
	    {ERR_IO, NSS_STATUS_UNAVAIL, EIO},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int os_error = -1;

		assert_int_equal(
		    pack_status(table[i].err, &os_error), table[i].status);
		assert_int_equal(os_error, table[i].os_error);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_fit_or_do_not),
	    cmocka_unit_test(t66_texts_of_any_room_and_size),
	    cmocka_unit_test(t66_names_of_any_room_and_size),
	    cmocka_unit_test(t66_pointers_are_aligned_and_inside),
	    cmocka_unit_test(a_huge_count_does_not_wrap),
	    cmocka_unit_test(faults_become_what_glibc_expects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
