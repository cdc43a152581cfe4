/*
 * test-buf.c - the buffer stays inside its limit and wipes what it leaves; the
 * cursor never reads outside its bytes.
 */
#include "common/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static struct buf *watched;
static unsigned int frees_seen;
static bool all_clean;
static bool out_of_memory;

void __real_free(void *mem);
void __wrap_free(void *mem);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void
__wrap_free(void *mem)
{
	if (watched != NULL && mem != NULL && mem == watched->bytes) {
		frees_seen++;
		for (size_t i = 0; i < watched->size; i++)
			all_clean = all_clean && watched->bytes[i] == 0;
	}
	__real_free(mem);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return out_of_memory ? NULL : __real_calloc(count, size);
}

static void
integers_are_little_endian_and_read_back(void **state)
{
	BUF_AUTO struct buf b = {.limit = 64};
	static const uint8_t wire[] = {
	    1, 3, 2, 7, 6, 5, 4, 0xf, 0xe, 0xd, 0xc, 0xb, 0xa, 9, 8};
	struct cursor c;

	buf_put_u8(&b, 1);
	buf_put_u16(&b, 0x0203);
	buf_put_u32(&b, 0x04050607);
	buf_put_u64(&b, 0x08090a0b0c0d0e0f);
	assert_int_equal(buf_fault(&b), 0);
	assert_int_equal(b.len, sizeof(wire));
	assert_memory_equal(b.bytes, wire, sizeof(wire));
	cursor_init(&c, b.bytes, b.len);
	assert_int_equal(cursor_u8(&c), 1);
	assert_int_equal(cursor_u16(&c), 0x0203);
	assert_int_equal(cursor_u32(&c), 0x04050607);
	assert_true(cursor_u64(&c) == 0x08090a0b0c0d0e0f);
	assert_int_equal(cursor_end(&c), 0);
}

static void
the_limit_is_exact_and_the_fault_sticks(void **state)
{
	BUF_AUTO struct buf b;

	buf_init(&b, 4);
	buf_put(&b, "abcd", 4);
	assert_int_equal(buf_fault(&b), 0);
	assert_string_equal(buf_text(&b), "abcd");
	buf_put_u8(&b, 'e');
	assert_int_equal(buf_fault(&b), ERR_NO_SPACE);
	buf_consume(&b, 4);
	buf_put_u8(&b, 'f');
	assert_int_equal(b.len, 0);
	assert_null(buf_text(&b));
	buf_reset(&b);
	buf_put_text(&b, "gh");
	assert_string_equal(buf_text(&b), "gh");
	buf_put(&b, "", SIZE_MAX);
	assert_int_equal(buf_fault(&b), ERR_NO_SPACE);
}

static void
growth_and_end_wipe_the_memory(void **state)
{
	struct buf b;

	buf_init(&b, 100000);
	watched = &b;
	frees_seen = 0;
	all_clean = true;
	for (int i = 0; i < 10000; i++)
		buf_put_text(&b, "secret");
	assert_int_equal(buf_fault(&b), 0);
	assert_int_equal(b.len, 60000);
	assert_true(frees_seen > 0);
	buf_done(&b);
	watched = NULL;
	assert_true(frees_seen > 1);
	assert_true(all_clean);
	assert_null(b.bytes);
	assert_int_equal(b.limit, 100000);
}

static void
reset_and_consume_wipe_what_they_drop(void **state)
{
	BUF_AUTO struct buf b = {.limit = 64};

	buf_put_text(&b, "secretrest");
	buf_consume(&b, 6);
	assert_string_equal(buf_text(&b), "rest");
	for (size_t i = 4; i < b.size; i++)
		assert_int_equal(b.bytes[i], 0);
	buf_reset(&b);
	for (size_t i = 0; i < b.size; i++)
		assert_int_equal(b.bytes[i], 0);
	buf_consume(&b, 5);
	assert_int_equal(b.len, 0);
}

static void
format_writes_what_printf_would(void **state)
{
	BUF_AUTO struct buf b = {.limit = 10};

	buf_put_format(&b, "%s=%d", "abc", -42);
	assert_string_equal(buf_text(&b), "abc=-42");
	buf_put_format(&b, "%s", "four");
	assert_int_equal(buf_fault(&b), ERR_NO_SPACE);
	assert_memory_equal(b.bytes, "abc=-42", 7);
}

static void
no_memory_is_told_and_keeps_the_content(void **state)
{
	BUF_AUTO struct buf b = {.limit = 1000};

	buf_put_text(&b, "here");
	out_of_memory = true;
	for (int i = 0; i < 100; i++)
		buf_put_text(&b, "0123456789");
	out_of_memory = false;
	assert_int_equal(buf_fault(&b), ERR_NO_MEMORY);
	assert_memory_equal(b.bytes, "here", 4);
}

static void
an_empty_buffer_is_an_empty_text(void **state)
{
	BUF_AUTO struct buf b = {.limit = 0};

	assert_string_equal(buf_text(&b), "");
	buf_put(&b, NULL, 0);
	assert_int_equal(buf_fault(&b), 0);
}

static void
a_cursor_never_reads_past_its_end(void **state)
{
	static const uint8_t bytes[] = {1, 2, 3};
	struct cursor c;

	cursor_init(&c, bytes, sizeof(bytes));
	assert_int_equal(cursor_u16(&c), 0x0201);
	assert_int_equal(cursor_u16(&c), 0);
	assert_int_equal(cursor_u8(&c), 0);
	assert_null(cursor_take(&c, 0));
	assert_int_equal(cursor_end(&c), ERR_MALFORMED);
	cursor_init(&c, bytes, sizeof(bytes));
	assert_null(cursor_take(&c, SIZE_MAX));
	cursor_init(&c, bytes, sizeof(bytes));
	assert_ptr_equal(cursor_take(&c, 2), bytes);
	assert_int_equal(cursor_left(&c), 1);
	assert_int_equal(cursor_end(&c), ERR_MALFORMED);
}

static void
read_string(const void *bytes, size_t len, const char *want, int fault)
{
	struct cursor c;
	char out[5] = "????";

	cursor_init(&c, bytes, len);
	cursor_string(&c, out, sizeof(out));
	assert_string_equal(out, want);
	assert_int_equal(cursor_end(&c), fault);
}

static void
strings_read_back_or_fail(void **state)
{
	BUF_AUTO struct buf b = {.limit = 64};

	buf_put_string(&b, "four");
	read_string(b.bytes, b.len, "four", 0);
	read_string(b.bytes, b.len - 1, "", ERR_MALFORMED);
	read_string(b.bytes, 3, "", ERR_MALFORMED);
	buf_reset(&b);
	buf_put_string(&b, "fives");
	read_string(b.bytes, b.len, "", ERR_MALFORMED);
	read_string("\3\0\0\0a\0b", 7, "", ERR_MALFORMED);
	read_string("\xff\xff\xff\xff"
		    "abc",
	    7, "", ERR_MALFORMED);
	read_string("\0\0\0\0", 4, "", 0);
}

static void
room_is_given_to_be_filled_and_within_the_limit(void **state)
{
	struct buf b BUF_AUTO = {.limit = 600};

	buf_put_text(&b, "ab");
	uint8_t *room = buf_extend(&b, 500);
	assert_non_null(room);
	memset(room, 'x', 500);
	buf_put_text(&b, "cd");
	assert_int_equal(b.len, 504);
	assert_memory_equal(buf_text(&b), "abxx", 4);
	assert_memory_equal(buf_text(&b) + 500, "xxcd", 5);
	assert_null(buf_extend(&b, 97));
	assert_int_equal(buf_fault(&b), ERR_NO_SPACE);
	assert_int_equal(b.len, 504);
	assert_null(buf_extend(&b, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(integers_are_little_endian_and_read_back),
	    cmocka_unit_test(the_limit_is_exact_and_the_fault_sticks),
	    cmocka_unit_test(growth_and_end_wipe_the_memory),
	    cmocka_unit_test(reset_and_consume_wipe_what_they_drop),
	    cmocka_unit_test(format_writes_what_printf_would),
	    cmocka_unit_test(no_memory_is_told_and_keeps_the_content),
	    cmocka_unit_test(an_empty_buffer_is_an_empty_text),
	    cmocka_unit_test(room_is_given_to_be_filled_and_within_the_limit),
	    cmocka_unit_test(a_cursor_never_reads_past_its_end),
	    cmocka_unit_test(strings_read_back_or_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
