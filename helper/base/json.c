/*
 * json.c - strict JSON over cJSON: the text is judged by jsoncheck.c, then
 * cJSON builds the tree, then the tree is judged for what only it shows:
 * duplicate names (compared as look-ups will compare them) and numbers that
 * overflow.
 *
 * Every byte that cJSON allocates is wiped when the document is freed.  Nothing
 * outside this file sees a cJSON type or calls cJSON.
 */
#include "base/json.h"

#include <math.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/jsoncheck.h"
#include "common/err.h"
#include "common/secret.h"

_Static_assert(JSON_DEPTH_MAX == JSONCHECK_DEPTH_MAX, "one depth");

#define CHUNK_MIN 1024
#define CHUNK_MAX ((size_t)32 * 1024)

/* All that cJSON allocates for one document, one piece behind the other. */
struct chunk {
	struct chunk *next;
	size_t size; /* of the bytes */
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

struct json {
	cJSON *root;
	struct chunk *chunks;
	size_t chunk_size; /* of the next one */
};

/* The document that this thread is building: cJSON's hooks take no context. */
static _Thread_local struct json *building;

static bool
add_chunk(struct json *json, size_t size)
{
	size_t bytes = size > json->chunk_size ? size : json->chunk_size;
	struct chunk *chunk = malloc(sizeof(*chunk) + bytes);

	if (chunk == NULL)
		return false;
	chunk->next = json->chunks;
	chunk->size = bytes;
	chunk->used = 0;
	json->chunks = chunk;
	return true;
}

/* cJSON asks for no more than a string, which is not larger than the text. */
static void *
block_new(size_t size)
{
	size_t unit = alignof(max_align_t);
	size_t rounded = (size + unit - 1) / unit * unit;
	struct chunk *chunk = building->chunks;

	if (chunk == NULL || rounded > chunk->size - chunk->used) {
		if (!add_chunk(building, rounded))
			return NULL;
		chunk = building->chunks;
	}
	chunk->used += rounded;
	return chunk->bytes + chunk->used - rounded;
}

/* What cJSON lets go goes with the document. */
static void
block_free(void *mem)
{
	(void)mem;
}

static void
set_hooks(void)
{
	cJSON_Hooks hooks = {.malloc_fn = block_new, .free_fn = block_free};

	cJSON_InitHooks(&hooks);
}

static const struct json_node *
node_of(const cJSON *item)
{
	return (const struct json_node *)item;
}

static const cJSON *
item_of(const struct json_node *node)
{
	return (const cJSON *)node;
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

/* Sorted, so that an object of many names costs n log n and not n squared. */
static int
check_names(const cJSON *object, size_t count)
{
	if (count < 2)
		return 0;
	const char **names = calloc(count, sizeof(*names));
	if (names == NULL)
		return ERR_NO_MEMORY;
	size_t n = 0;
	for (const cJSON *c = object->child; c != NULL; c = c->next)
		names[n++] = c->string;
	qsort(names, n, sizeof(*names), compare_names);
	int r = 0;
	for (size_t i = 1; i < n; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			r = ERR_JSON_DUPLICATE;
	free(names);
	return r;
}

/* Recursion no deeper than JSON_DEPTH_MAX: the text was checked for it. */
static int
check_tree(const cJSON *item)
{
	size_t count = 0;

	if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
		return ERR_JSON_SYNTAX;
	for (const cJSON *c = item->child; c != NULL; c = c->next) {
		int r = check_tree(c);
		if (r < 0)
			return r;
		count++;
	}
	return cJSON_IsObject(item) ? check_names(item, count) : 0;
}

int
json_parse(
    const void *bytes, size_t len, size_t limit_bytes, struct json **ret_json)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (len > limit_bytes)
		return ERR_TOO_LARGE;
	int r = jsoncheck_text(bytes, len);
	if (r < 0)
		return r;
	struct json *json JSON_AUTO = calloc(1, sizeof(*json));
	if (json == NULL)
		return ERR_NO_MEMORY;
	(void)pthread_once(&once, set_hooks);
	json->chunk_size =
	    len > CHUNK_MAX / 8 ? CHUNK_MAX : CHUNK_MIN + len * 8;
	building = json;
	json->root = cJSON_ParseWithLengthOpts(bytes, len, NULL, false);
	building = NULL;
	/* It takes every text that the check lets pass, so only memory is left
	 * as a reason. */
	if (json->root == NULL)
		return ERR_NO_MEMORY;
	r = check_tree(json->root);
	if (r < 0)
		return r;
	*ret_json = TAKE(json);
	return 0;
}

void
json_free(struct json *json)
{
	if (json == NULL)
		return;
	while (json->chunks != NULL) {
		struct chunk *chunk = json->chunks;

		json->chunks = chunk->next;
		secret_wipe(chunk->bytes, chunk->used);
		free(chunk);
	}
	free(json);
}

const struct json_node *
json_root(const struct json *json)
{
	return node_of(json->root);
}

bool
json_is_object(const struct json_node *node)
{
	return cJSON_IsObject(item_of(node));
}

bool
json_is_array(const struct json_node *node)
{
	return cJSON_IsArray(item_of(node));
}

bool
json_is_null(const struct json_node *node)
{
	return cJSON_IsNull(item_of(node));
}

const struct json_node *
json_get(const struct json_node *node, const char *name)
{
	if (!json_is_object(node))
		return NULL;
	/* Most names differ in their first letter. */
	for (const cJSON *c = item_of(node)->child; c != NULL; c = c->next)
		if (c->string[0] == name[0] && strcmp(c->string, name) == 0)
			return node_of(c);
	return NULL;
}

/* Whether a reference token (RFC 6901 4: ~0 is '~', ~1 is '/') means name. */
static bool
token_means(const char *token, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++, name++) {
		char c = token[i];
		if (c == '~') {
			if (++i == len || (token[i] != '0' && token[i] != '1'))
				return false;
			c = token[i] == '0' ? '~' : '/';
		}
		if (*name != c)
			return false;
	}
	return *name == '\0';
}

/* An array index (RFC 6901 4): digits without leading zeros. */
static bool
token_index(const char *token, size_t len, size_t *ret_index)
{
	size_t index = 0;

	if (len == 0 || len > 9 || (token[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (token[i] < '0' || token[i] > '9')
			return false;
		index = index * 10 + (size_t)(token[i] - '0');
	}
	*ret_index = index;
	return true;
}

static const struct json_node *
get_by_token(const struct json_node *node, const char *token, size_t len)
{
	size_t index = 0;

	if (json_is_array(node)) {
		if (!token_index(token, len, &index))
			return NULL;
		JSON_ARRAY_FOREACH (item, node)
			if (index-- == 0)
				return item;
		return NULL;
	}
	JSON_ARRAY_FOREACH (member, node)
		if (token_means(token, len, json_name(member)))
			return member;
	return NULL;
}

const struct json_node *
json_at(const struct json_node *node, const char *pointer)
{
	while (node != NULL && *pointer != '\0') {
		if (*pointer != '/')
			return NULL;
		size_t len = strcspn(++pointer, "/");
		node = get_by_token(node, pointer, len);
		pointer += len;
	}
	return node;
}

const char *
json_string(const struct json_node *node)
{
	return cJSON_GetStringValue(item_of(node));
}

bool
json_integer(const struct json_node *node, int64_t *ret_value)
{
	const cJSON *item = item_of(node);
	const double most = 9007199254740991.0; /* 2^53 - 1 */

	if (!cJSON_IsNumber(item))
		return false;
	double value = item->valuedouble;
	if (!(value >= -most && value <= most) || value != trunc(value))
		return false;
	*ret_value = (int64_t)value;
	return true;
}

bool
json_bool(const struct json_node *node, bool *ret_value)
{
	if (!cJSON_IsBool(item_of(node)))
		return false;
	*ret_value = cJSON_IsTrue(item_of(node));
	return true;
}

const struct json_node *
json_first(const struct json_node *node)
{
	return node != NULL ? node_of(item_of(node)->child) : NULL;
}

const struct json_node *
json_next(const struct json_node *node)
{
	return node_of(item_of(node)->next);
}

const char *
json_name(const struct json_node *node)
{
	return node != NULL ? item_of(node)->string : NULL;
}

size_t
json_count(const struct json_node *node)
{
	size_t count = 0;

	JSON_ARRAY_FOREACH (item, node)
		count++;
	return count;
}

/* How much at the start is printable ASCII that stands for itself. */
static size_t
plain_length(const char *s)
{
	size_t n = 0;

	while (s[n] >= ' ' && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

void
json_put_string(struct buf *b, const char *s)
{
	size_t len = strlen(s);

	buf_put_u8(b, '"');
	while (len > 0) {
		size_t n = plain_length(s);
		if (n == 0)
			n = jsoncheck_utf8_length(s, len);
		if (n == 0) {
			buf_put_text(b, "\xef\xbf\xbd");
			n = 1;
		} else if (*s == '"' || *s == '\\') {
			buf_put_u8(b, '\\');
			buf_put(b, s, 1);
		} else if ((unsigned char)*s < 0x20 || *s == 0x7f) {
			buf_put_format(b, "\\u%04x", (unsigned int)*s);
		} else {
			buf_put(b, s, n);
		}
		s += n;
		len -= n;
	}
	buf_put_u8(b, '"');
}
