/*
 * fuzz-json.c - any bytes give a tree that holds what json.h says, or a named
 * fault; and what our own grammar lets pass, cJSON reads.
 */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsoncheck.h"
#include "common/err.h"
#include "tests/fuzz/fuzz.h"

#define LIMIT ((size_t)1024 * 1024)

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* Written out and read again, a string is what it was. */
static void
check_string(const char *s)
{
	struct buf text BUF_AUTO = {.limit = 7 * LIMIT};
	struct json *again JSON_AUTO = NULL;
	size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		size_t n = jsoncheck_utf8_length(s + i, len - i);
		require(n > 0);
		i += n;
	}
	json_put_string(&text, s);
	require(buf_fault(&text) == 0);
	require(json_parse(text.bytes, text.len, 7 * LIMIT, &again) == 0);
	require(strcmp(json_string(json_root(again)), s) == 0);
}

static void
check_node(const struct json_node *node, unsigned int depth)
{
	int64_t integer = 0;
	bool truth = false;

	require(depth <= JSON_DEPTH_MAX);
	if (json_string(node) != NULL)
		check_string(json_string(node));
	if (json_integer(node, &integer))
		require(llabs(integer) < (1LL << 53));
	(void)!json_bool(node, &truth);
	if (json_is_object(node))
		JSON_ARRAY_FOREACH (member, node) {
			check_string(json_name(member));
			require(json_get(node, json_name(member)) == member);
		}
	JSON_ARRAY_FOREACH (child, node)
		check_node(child, depth + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct json *json JSON_AUTO = NULL;

	int r = json_parse(bytes, len, LIMIT, &json);
	require(r == 0 || r == ERR_JSON_SYNTAX || r == ERR_JSON_DEPTH ||
	    r == ERR_JSON_DUPLICATE || r == ERR_TOO_LARGE);
	require((r == 0) == (json != NULL));
	if (json != NULL)
		check_node(json_root(json), 0);
	return 0;
}
