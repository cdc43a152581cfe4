/*
 * test-localuser.c - names are found where glibc would find them, and nowhere
 * else, however the file looks.
 */
#include "common/localuser.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"

static char path[64];

static void
write_passwd(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static int
find(const char *text, const char *name, uid_t *ret_uid)
{
	write_passwd(text, strlen(text));
	return localuser_find(path, name, ret_uid);
}

static int
make_file(void **state)
{
	int fd;

	(void)snprintf(path, sizeof(path), "/tmp/test-localuser-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	return unlink(path);
}

static void
t32_whole_names_of_the_first_field_count(void **state)
{
	static const char text[] = "root:x:0:0:root:/root:/bin/bash\n"
				   "  blank:x:7:7::/:/bin/sh\n"
				   "last:x:9:9:ada:/home/ada:/bin/ada";
	static const char *const absent[] = {"roo", "roott", "x", "ada", "0",
	    "", ":", "root:x", "\n", "lastt", "las"};
	uid_t uid = 77;

	assert_int_equal(find(text, "root", &uid), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(find(text, "blank", &uid), 0);
	assert_int_equal(uid, 7);
	assert_int_equal(find(text, "last", &uid), 0);
	assert_int_equal(uid, 9);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		assert_int_equal(find(text, absent[i], &uid), ERR_NOT_FOUND);
	assert_int_equal(find("", "root", &uid), ERR_NOT_FOUND);
	assert_int_equal(find("root", "root", &uid), ERR_NOT_FOUND);
	assert_int_equal(find("\n\nroot:\n", "root", NULL), 0);
}

static void
a_number_that_is_no_uid_is_nobody(void **state)
{
	static const char *const bad[] = {"u:x::1", "u:x:-1:1", "u:x:1a:1",
	    "u:x: 1:1", "u:x:4294967295:1", "u:x:4294967296:1",
	    "u:x:99999999999999999999999999:1", "u:x", "u:", "u:x:\n",
	    "u:x:18446744073709551616:1"};
	uid_t uid = 77;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uid = 77;
		assert_int_equal(find(bad[i], "u", &uid), 0);
		assert_int_equal(uid, (uid_t)-1);
	}
	assert_int_equal(find("u:x:4294967294:1", "u", &uid), 0);
	assert_int_equal(uid, 4294967294U);
	assert_int_equal(find("u:x:007", "u", &uid), 0);
	assert_int_equal(uid, 7);
}

/* The entry is found wherever it lies against the reader's chunks. */
static void
long_lines_and_chunk_edges_do_not_matter(void **state)
{
	static char text[20000];

	for (size_t pad = 4060; pad < 4110; pad++) {
		uid_t uid = 77;

		memset(text, 'g', sizeof(text));
		text[0] = 'a';
		text[1] = ':';
		text[pad] = '\n';
		memcpy(text + pad + 1, "daemon:x:4242:1::\n", 18);
		write_passwd(text, sizeof(text));
		assert_int_equal(localuser_find(path, "daemon", &uid), 0);
		assert_int_equal(uid, 4242);
		assert_int_equal(
		    localuser_find(path, "gggg", &uid), ERR_NOT_FOUND);
	}
}

static void
nul_bytes_neither_end_nor_extend_a_name(void **state)
{
	uid_t uid;

	write_passwd("ro\0ot:x:0:\n\0root:x:0:\nroot\0:x:0:\n", 33);
	assert_int_equal(localuser_find(path, "root", &uid), ERR_NOT_FOUND);
	assert_int_equal(localuser_find(path, "ro", &uid), ERR_NOT_FOUND);
}

static void
t38_an_unreadable_file_is_not_a_missing_name(void **state)
{
	assert_int_equal(
	    localuser_find("/nonexistent/passwd", "root", NULL), ERR_IO);
	assert_int_equal(localuser_find("/tmp", "root", NULL), ERR_IO);
}

static int
find_uid(const char *text, uid_t uid)
{
	write_passwd(text, strlen(text));
	return localuser_find_uid(path, uid);
}

static void
a_number_is_found_under_any_name(void **state)
{
	static const char text[] = "root:x:0:0:5000:/root:/bin/bash\n"
				   "a:5001:77x:5002::/:/bin/sh\n"
				   "\n"
				   ":x:8:8::/:/bin/sh\n"
				   "ada:x:4294967297:9:ada:/:/bin/sh\n"
				   "last:x:9";

	assert_int_equal(find_uid(text, 0), 0);
	assert_int_equal(find_uid(text, 8), 0);
	assert_int_equal(find_uid(text, 9), 0);
	assert_int_equal(find_uid("x:y:1000\nb:x:1001:7::/:", 1000), 0);
	assert_int_equal(find_uid("x:y:1000\nb:x:1001:7::/:", 1001), 0);
	for (uid_t uid = 5000; uid <= 5002; uid++)
		assert_int_equal(find_uid(text, uid), ERR_NOT_FOUND);
	assert_int_equal(find_uid(text, 77), ERR_NOT_FOUND);
	assert_int_equal(find_uid(text, 1), ERR_NOT_FOUND);
	assert_int_equal(find_uid("", 1), ERR_NOT_FOUND);
	assert_int_equal(
	    find_uid("ada:x:-1:9::/:", (uid_t)-1), ERR_INVALID_ARGUMENT);
	assert_int_equal(localuser_find_uid("/nonexistent/passwd", 1), ERR_IO);
}

static void
the_real_file_has_root(void **state)
{
	uid_t uid = 77;

	assert_int_equal(localuser_find("/etc/passwd", "root", &uid), 0);
	assert_int_equal(uid, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t32_whole_names_of_the_first_field_count),
	    cmocka_unit_test(a_number_that_is_no_uid_is_nobody),
	    cmocka_unit_test(long_lines_and_chunk_edges_do_not_matter),
	    cmocka_unit_test(nul_bytes_neither_end_nor_extend_a_name),
	    cmocka_unit_test(t38_an_unreadable_file_is_not_a_missing_name),
	    cmocka_unit_test(a_number_is_found_under_any_name),
	    cmocka_unit_test(the_real_file_has_root),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
