/*
 * fuzz-idline.c - a line of an id map is refused, or it is what it says: put
 * out again it reads the same.
 */
#include "services/idline.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "tests/fuzz/fuzz.h"

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
check_row(const char *text, size_t len)
{
	struct buf again BUF_AUTO = {.limit = 4 * IDLINE_MAX_BYTES};
	struct json *json JSON_AUTO = NULL;
	struct json *other JSON_AUTO = NULL;
	struct idline line = {0};
	struct idline read = {0};
	int err = idline_read(text, len, &json, &line);

	require((json == NULL) == (err != 0));
	if (err != 0)
		return;
	idline_put(&again, &line);
	require(buf_fault(&again) == 0);
	require(memchr(again.bytes, '\n', again.len) ==
	    again.bytes + again.len - 1);
	err = idline_read(
	    (const char *)again.bytes, again.len - 1, &other, &read);
	require(err == 0 || err == ERR_TOO_LARGE);
	if (err != 0)
		return;
	require(same_text(line.organization, read.organization) &&
	    same_text(line.kind, read.kind) && same_text(line.key, read.key) &&
	    same_text(line.name, read.name) && same_text(line.home, read.home));
	require(line.number == read.number && line.live == read.live &&
	    line.created_s == read.created_s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct json *json JSON_AUTO = NULL;
	struct idline_head head = {0};

	check_row((const char *)bytes, len);
	if (idline_read_head((const char *)bytes, len, &json, &head) == 0)
		require(head.organization != NULL);
	return 0;
}
