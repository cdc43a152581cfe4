/*
 * idline.c - rows of the id map between structs and lines of JSON.
 *
 * Promises that a line which was put is read as it was.  The grammar of names
 * and numbers is held where rows are taken in (services/idcarry, idrows).
 */
#include "services/idline.h"

#include <inttypes.h>
#include <string.h>

#include "common/err.h"

static void
put_string(struct buf *out, const char *name, const char *value)
{
	buf_put_format(out, ",\"%s\":", name);
	json_put_string(out, value);
}

void
idline_put_head(struct buf *out, const struct idline_head *head)
{
	buf_put_format(out, "{\"orglogin_ids\":%d", IDLINE_VERSION);
	put_string(out, "organization", head->organization);
	buf_put_format(out, ",\"rows\":%" PRIu64 ",\"whole\":%s}\n", head->rows,
	    head->whole ? "true" : "false");
}

void
idline_put(struct buf *out, const struct idline *line)
{
	buf_put_text(out, "{\"kind\":");
	json_put_string(out, line->kind);
	if (line->organization != NULL)
		put_string(out, "organization", line->organization);
	put_string(out, "key", line->key);
	buf_put_format(out, ",\"number\":%" PRIu32, line->number);
	put_string(out, "name", line->name);
	put_string(out, "home", line->home);
	put_string(out, "state", line->live ? "live" : "tombstone");
	buf_put_format(out, ",\"created\":%" PRId64 "}\n", line->created_s);
}

int
idline_read_head(const char *text, size_t len, struct json **ret_json,
    struct idline_head *ret_head)
{
	struct json *json JSON_AUTO = NULL;
	const struct json_node *root = NULL;
	int64_t version = 0;
	int64_t rows = 0;
	int err = json_parse(text, len, IDLINE_MAX_BYTES, &json);

	if (err != 0)
		return err;
	root = json_root(json);
	if (!json_integer(json_get(root, "orglogin_ids"), &version))
		return ERR_MALFORMED;
	if (version != IDLINE_VERSION)
		return ERR_UNSUPPORTED;
	ret_head->organization = json_string(json_get(root, "organization"));
	if (json_count(root) != 4 || ret_head->organization == NULL ||
	    !json_integer(json_get(root, "rows"), &rows) || rows < 0 ||
	    !json_bool(json_get(root, "whole"), &ret_head->whole))
		return ERR_MALFORMED;
	ret_head->rows = (uint64_t)rows;
	*ret_json = TAKE(json);
	return 0;
}

static int
read_state(const struct json_node *node, bool *ret_live)
{
	const char *state = json_string(node);

	if (state == NULL ||
	    (strcmp(state, "live") != 0 && strcmp(state, "tombstone") != 0))
		return ERR_MALFORMED;
	*ret_live = strcmp(state, "live") == 0;
	return 0;
}

static int
read_numbers(const struct json_node *root, struct idline *line)
{
	int64_t number = 0;

	if (!json_integer(json_get(root, "number"), &number) ||
	    !json_integer(json_get(root, "created"), &line->created_s))
		return ERR_MALFORMED;
	if (number < 0 || number > UINT32_MAX)
		return ERR_ID_OUT_OF_RANGE;
	line->number = (uint32_t)number;
	return 0;
}

int
idline_read(const char *text, size_t len, struct json **ret_json,
    struct idline *ret_line)
{
	struct json *json JSON_AUTO = NULL;
	const struct json_node *root = NULL;
	struct idline line = {0};
	int err = json_parse(text, len, IDLINE_MAX_BYTES, &json);

	if (err != 0)
		return err;
	root = json_root(json);
	line.organization = json_string(json_get(root, "organization"));
	line.kind = json_string(json_get(root, "kind"));
	line.key = json_string(json_get(root, "key"));
	line.name = json_string(json_get(root, "name"));
	line.home = json_string(json_get(root, "home"));
	if (json_count(root) != (line.organization == NULL ? 7 : 8) ||
	    line.kind == NULL || line.key == NULL || line.name == NULL ||
	    line.home == NULL)
		return ERR_MALFORMED;
	err = read_state(json_get(root, "state"), &line.live);
	if (err == 0)
		err = read_numbers(root, &line);
	if (err != 0)
		return err;
	*ret_line = line;
	*ret_json = TAKE(json);
	return 0;
}
