/*
 * buf.c - a bounded, wiping buffer and a bounds-checked reader.
 *
 * Owns all arithmetic on lengths that come from outside.  Promises that no
 * byte beyond the limit is stored, that no byte outside the given range is
 * read, and that memory is wiped before it is given back.  One byte more than
 * the content is always kept free for buf_text()'s NUL.
 */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"

#define SIZE_FIRST 256

void
buf_init(struct buf *b, size_t limit_bytes)
{
	*b = (struct buf){.limit = limit_bytes};
}

void
buf_done(struct buf *b)
{
	secret_wipe(b->bytes, b->size);
	free(b->bytes);
	buf_init(b, b->limit);
}

void
buf_reset(struct buf *b)
{
	secret_wipe(b->bytes, b->size);
	b->len = 0;
	b->fault = 0;
}

int
buf_fault(const struct buf *b)
{
	return b->fault;
}

static bool
fail(struct buf *b, int fault)
{
	b->fault = fault;
	return false;
}

static bool
grow(struct buf *b, size_t need)
{
	size_t size = b->size < SIZE_FIRST ? SIZE_FIRST : b->size;
	uint8_t *bytes;

	while (size < need)
		size = size > SIZE_MAX / 2 ? need : size * 2;
	bytes = calloc(1, size);
	if (bytes == NULL)
		return fail(b, ERR_NO_MEMORY);
	if (b->len > 0)
		memcpy(bytes, b->bytes, b->len);
	secret_wipe(b->bytes, b->size);
	free(b->bytes);
	b->bytes = bytes;
	b->size = size;
	return true;
}

/* Room for len more bytes and a NUL, or a sticking fault. */
static bool
reserve(struct buf *b, size_t len)
{
	if (b->fault != 0)
		return false;
	if (b->len > b->limit || len > b->limit - b->len)
		return fail(b, ERR_NO_SPACE);
	if (len >= SIZE_MAX - b->len)
		return fail(b, ERR_NO_SPACE);
	if (b->len + len < b->size)
		return true;
	return grow(b, b->len + len + 1);
}

void
buf_put(struct buf *b, const void *bytes, size_t len)
{
	if (!reserve(b, len) || len == 0)
		return;
	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
}

uint8_t *
buf_extend(struct buf *b, size_t len)
{
	if (!reserve(b, len))
		return NULL;
	b->len += len;
	return b->bytes + b->len - len;
}

static void
put_integer(struct buf *b, uint64_t v, size_t width)
{
	uint8_t bytes[sizeof(v)];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(v >> (8 * i));
	buf_put(b, bytes, width);
}

void
buf_put_u8(struct buf *b, uint8_t v)
{
	put_integer(b, v, sizeof(v));
}

void
buf_put_u16(struct buf *b, uint16_t v)
{
	put_integer(b, v, sizeof(v));
}

void
buf_put_u32(struct buf *b, uint32_t v)
{
	put_integer(b, v, sizeof(v));
}

void
buf_put_u64(struct buf *b, uint64_t v)
{
	put_integer(b, v, sizeof(v));
}

void
buf_put_string(struct buf *b, const char *s)
{
	size_t len = strlen(s);

	if (len > UINT32_MAX) {
		if (b->fault == 0)
			b->fault = ERR_NO_SPACE;
		return;
	}
	buf_put_u32(b, (uint32_t)len);
	buf_put(b, s, len);
}

void
buf_put_text(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_put_format(struct buf *b, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		if (b->fault == 0)
			b->fault = ERR_INVALID_ARGUMENT;
		return;
	}
	if (!reserve(b, (size_t)len))
		return;
	va_start(args, format);
	(void)vsnprintf(
	    (char *)b->bytes + b->len, (size_t)len + 1, format, args);
	va_end(args);
	b->len += (size_t)len;
}

void
buf_consume(struct buf *b, size_t len)
{
	if (len > b->len)
		len = b->len;
	if (len == 0)
		return;
	memmove(b->bytes, b->bytes + len, b->len - len);
	secret_wipe(b->bytes + b->len - len, len);
	b->len -= len;
}

const char *
buf_text(struct buf *b)
{
	if (!reserve(b, 0))
		return NULL;
	b->bytes[b->len] = '\0';
	return (const char *)b->bytes;
}

void
cursor_init(struct cursor *c, const void *bytes, size_t len)
{
	*c = (struct cursor){.bytes = bytes, .len = len};
}

const uint8_t *
cursor_take(struct cursor *c, size_t len)
{
	const uint8_t *taken;

	if (c->fault != 0)
		return NULL;
	if (len > cursor_left(c)) {
		c->fault = ERR_MALFORMED;
		return NULL;
	}
	taken = c->bytes + c->pos;
	c->pos += len;
	return taken;
}

static uint64_t
take_integer(struct cursor *c, size_t width)
{
	const uint8_t *bytes = cursor_take(c, width);
	uint64_t v = 0;

	for (size_t i = 0; bytes != NULL && i < width; i++)
		v |= (uint64_t)bytes[i] << (8 * i);
	return v;
}

uint8_t
cursor_u8(struct cursor *c)
{
	return (uint8_t)take_integer(c, sizeof(uint8_t));
}

uint16_t
cursor_u16(struct cursor *c)
{
	return (uint16_t)take_integer(c, sizeof(uint16_t));
}

uint32_t
cursor_u32(struct cursor *c)
{
	return (uint32_t)take_integer(c, sizeof(uint32_t));
}

uint64_t
cursor_u64(struct cursor *c)
{
	return take_integer(c, sizeof(uint64_t));
}

void
cursor_string(struct cursor *c, char *out, size_t out_size)
{
	size_t len = cursor_u32(c);
	const uint8_t *bytes = cursor_take(c, len);

	out[0] = '\0';
	if (bytes == NULL || len == 0)
		return;
	if (len >= out_size || memchr(bytes, '\0', len) != NULL) {
		c->fault = ERR_MALFORMED;
		return;
	}
	memcpy(out, bytes, len);
	out[len] = '\0';
}

size_t
cursor_left(const struct cursor *c)
{
	return c->len - c->pos;
}

int
cursor_end(const struct cursor *c)
{
	if (c->fault != 0)
		return c->fault;
	return cursor_left(c) == 0 ? 0 : ERR_MALFORMED;
}
