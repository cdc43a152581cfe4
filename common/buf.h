/*
 * buf.h - a bounded byte buffer to write into, and a cursor to read from.
 *
 * A buffer never grows past the limit given at its making; every growth moves
 * the bytes to fresh memory and wipes the old, and freeing wipes all.  A fault
 * sticks: after the first, all later writes are refused and buf_fault() tells
 * it, so a run of writes is checked once, at its end.  Integers are little
 * endian.  Nothing here blocks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"

struct buf {
	uint8_t *bytes;
	size_t len;
	size_t size;
	size_t limit;
	int fault;
};

/* limit_bytes: the most it will ever hold. */
void buf_init(struct buf *b, size_t limit_bytes);
/* Wipes and frees; the buffer may be used again from empty. Accepts zeroed. */
void buf_done(struct buf *b);
/* Wipes the content, keeps the memory, forgets a fault. */
void buf_reset(struct buf *b);
MUST_CHECK int buf_fault(const struct buf *b);

void buf_put(struct buf *b, const void *bytes, size_t len);
/* The place of len more bytes, for the caller to fill at once; NULL on a fault.
 * Borrowed until the next write. */
uint8_t *buf_extend(struct buf *b, size_t len);
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
/* u32 length, then the bytes. */
void buf_put_string(struct buf *b, const char *s);
/* The bytes of s without its NUL. */
void buf_put_text(struct buf *b, const char *s);
void buf_put_format(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Drops len bytes from the front (len <= b->len). */
void buf_consume(struct buf *b, size_t len);
/* The content with a NUL behind it (not counted), or NULL on a fault. Borrowed
 * until the next write. */
const char *buf_text(struct buf *b);

/* A reader over borrowed bytes; a fault sticks and makes all reads zero. */
struct cursor {
	const uint8_t *bytes;
	size_t len;
	size_t pos;
	int fault;
};

void cursor_init(struct cursor *c, const void *bytes, size_t len);
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
/* Borrowed; NULL on a fault. */
const uint8_t *cursor_take(struct cursor *c, size_t len);
/*
 * Reads a string written by buf_put_string() into out, NUL-terminated.  One
 * that is longer than out_size - 1 or holds a NUL is a fault (ERR_MALFORMED).
 */
void cursor_string(struct cursor *c, char *out, size_t out_size);
size_t cursor_left(const struct cursor *c);
/* 0 only if nothing failed and every byte was read. */
MUST_CHECK int cursor_end(const struct cursor *c);

#define BUF_AUTO CLEANUP(buf_done)
