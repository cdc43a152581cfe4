/*
 * test-pagesum.c - what did not come through the layer to that place is not
 * read, whenever that is.
 */
#include "base/pagesum.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/db.h"
#include "base/schema.h"
#include "common/err.h"

#define ROWS 50

struct fixture {
	char folder[64];
	char path[96];
	char keep[96];
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->folder, sizeof(f->folder), "/dev/shm/sums.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->path, sizeof(f->path), "%s/state", f->folder);
	(void)snprintf(f->keep, sizeof(f->keep), "%s/keep", f->folder);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	(void)unlink(f->keep);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static int
open_state(const char *path)
{
	DB_AUTO struct db *db = NULL;

	return db_open(path, &db);
}

static void
insert(struct db *db, const char *key, int64_t number)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(db,
			     "INSERT INTO ids VALUES"
			     " ('org', 'user', ?1, ?2, ?1, '', 'live', 1000)",
			     &stmt),
	    0);
	assert_int_equal(db_bind_text(stmt, 1, key), 0);
	assert_int_equal(db_bind_integer(stmt, 2, number), 0);
	assert_int_equal(db_run(stmt), 0);
}

static int64_t
ask(struct db *db, const char *sql)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int64_t value = 0;

	assert_int_equal(db_prepare(db, sql, &stmt), 0);
	assert_int_equal(db_step(stmt, &step), 0);
	value = db_integer(stmt, 0);
	db_reset(stmt);
	return value;
}

static void
fill(const char *path)
{
	DB_AUTO struct db *db = NULL;

	assert_int_equal(db_open(path, &db), 0);
	for (int i = 0; i < ROWS; i++) {
		char key[24];

		(void)snprintf(key, sizeof(key), "member%d", i);
		insert(db, key, 2000000000 + i);
	}
}

static void
copy_pages(const char *from, const char *to)
{
	static char bytes[1 << 20];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(
	    to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	ssize_t len = read(in, bytes, sizeof(bytes));

	assert_true(len > 0);
	assert_int_equal(write(out, bytes, (size_t)len), len);
	(void)close(in);
	(void)close(out);
}

static void
flip(const char *path, off_t place, int bit)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, place), 1);
	byte ^= (uint8_t)(1 << bit);
	assert_int_equal(pwrite(fd, &byte, 1, place), 1);
	close(fd);
}

/* In whatever row, column, index or header. */
static void
t83_t116_a_flipped_bit_is_refused_wherever_it_is(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	fill(f->path);
	assert_int_equal(stat(f->path, &st), 0);
	for (off_t place = 0; place < st.st_size; place += place < 100 ? 1 : 37)
		for (int bit = 0; bit < 8; bit += place == 20 ? 1 : 5) {
			flip(f->path, place, bit);
			if (open_state(f->path) != ERR_STATE_DAMAGED)
				fail_msg("byte %jd", (intmax_t)place);
			flip(f->path, place, bit);
		}
	assert_int_equal(open_state(f->path), 0);
}

static void
overwrite(const char *path, long from_page, long to_page)
{
	static char page[4096];
	int fd = open(path, O_RDWR | O_CLOEXEC);

	memset(page, 0, sizeof(page));
	if (from_page > 0)
		assert_int_equal(
		    pread(fd, page, sizeof(page), (from_page - 1) * 4096),
		    sizeof(page));
	assert_int_equal(
	    pwrite(fd, page, sizeof(page), (to_page - 1) * 4096), sizeof(page));
	close(fd);
}

/* Also one that is right in another place, or was right at another time. */
static void
t83_t116_a_page_of_elsewhere_is_refused(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	fill(f->path);
	assert_int_equal(stat(f->path, &st), 0);
	for (long page = 1; page <= st.st_size / 4096; page++) {
		copy_pages(f->path, f->keep);
		overwrite(f->path, 0, page);
		assert_int_equal(open_state(f->path), ERR_STATE_DAMAGED);
		copy_pages(f->keep, f->path);
		overwrite(f->path, page == 2 ? 3 : 2, page);
		assert_int_equal(open_state(f->path), ERR_STATE_DAMAGED);
		copy_pages(f->keep, f->path);
	}
	assert_int_equal(open_state(f->path), 0);
}

static off_t
find_text(const char *path, const char *text)
{
	static char bytes[1 << 18];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, bytes, sizeof(bytes));
	const char *at = memmem(bytes, (size_t)len, text, strlen(text));

	(void)close(fd);
	assert_non_null(at);
	return at - bytes;
}

/* A start is not the only time when a page is read. */
static void
t116_a_page_that_is_damaged_later_is_not_believed(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;

	assert_int_equal(db_open(f->path, &db), 0);
	insert(db, "eve", 2000000007);
	assert_int_equal(db_prepare(db, "PRAGMA shrink_memory", &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
	assert_int_equal(ask(db, "SELECT number FROM ids"), 2000000007);
	assert_int_equal(db_run(stmt), 0);
	flip(f->path, find_text(f->path, "evelive"), 0);
	assert_int_equal(db_prepare(db, "SELECT number FROM ids", &stmt), 0);
	assert_int_equal(db_step(stmt, &step), ERR_STATE_DAMAGED);
}

static void
run_plain(const char *path, const char *sql)
{
	sqlite3 *plain = NULL;

	assert_int_equal(sqlite3_open(path, &plain), SQLITE_OK);
	assert_int_equal(sqlite3_exec(plain, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(plain), SQLITE_OK);
}

/* As files were before there were sums. */
static void
a_file_without_sums_is_served_as_it_is(void **state)
{
	struct fixture *f = *state;
	DB_AUTO struct db *db = NULL;
	char stamp[96];

	umask(077);
	for (int64_t v = 0; v < schema_version(); v++)
		run_plain(f->path, schema_step(v));
	(void)snprintf(stamp, sizeof(stamp),
	    "PRAGMA application_id = 0x6f72676c; PRAGMA user_version = %d",
	    (int)schema_version());
	run_plain(f->path, stamp);
	fill(f->path);
	run_plain(f->path, "DELETE FROM ids WHERE key = 'member3'");
	assert_int_equal(db_open(f->path, &db), 0);
	assert_int_equal(ask(db, "SELECT count(*) FROM ids"), 49);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(t83_t116_a_flipped_bit_is_refused_wherever_it_is),
	    CASE(t83_t116_a_page_of_elsewhere_is_refused),
	    CASE(t116_a_page_that_is_damaged_later_is_not_believed),
	    CASE(a_file_without_sums_is_served_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
