/*
 * svctrace.c - what went over the wire, fit to be shown.
 *
 * Owns the rule of what is a secret: in a request every variable that is not
 * known to be none, in an answer more rather than less.
 */
#include "services/svctrace.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/text.h"
#include "services/reply.h"

#define MASK "MASKED"
#define ANSWER_MAX_BYTES ((size_t)4 * 1024 * 1024)

/* Variables whose values may be seen. */
static const char *const shown[] = {"url", "organization", "limit", "offset",
    "page", "issuer", "subject", "mail", "name", "provider", "role", "member"};

static bool
may_be_seen(const char *variable)
{
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		if (strcmp(shown[i], variable) == 0)
			return true;
	}
	return false;
}

static int
mask(const struct fill *fill, struct fill *ret_fill)
{
	int r = ERR_OK;

	*ret_fill = (struct fill){0};
	for (size_t i = 0; r == 0 && i < fill->count; i++)
		r = fill_set(ret_fill, fill->items[i].name,
		    may_be_seen(fill->items[i].name) ? fill->items[i].value
						     : MASK);
	return r;
}

/* One line, in which nothing of outside acts on a terminal. */
static void
put_line(struct buf *out, const char *sign, struct buf *text)
{
	const char *line = buf_text(text);
	size_t size = line == NULL ? 0 : strlen(line) * 4 + 1;
	char *escaped = line == NULL ? NULL : malloc(size);

	if (escaped != NULL)
		buf_put_format(
		    out, "%s%s\n", sign, text_display(line, escaped, size));
	free(escaped);
}

static int
put_template(struct buf *out, const char *sign, const char *prefix,
    const char *template, enum profile_place place, const struct fill *fill)
{
	struct buf line BUF_AUTO = {0};
	int r = ERR_OK;

	buf_init(&line, out->limit);
	buf_put_text(&line, prefix);
	r = fill_template(&line, template, place, fill);
	if (r == 0)
		put_line(out, sign, &line);
	return r;
}

int
svctrace_request(struct buf *out, const char *base,
    const struct profile_request *request, const struct fill *fill)
{
	struct buf start BUF_AUTO = {0};
	struct fill masked = {0};
	int r = mask(fill, &masked);

	buf_init(&start, 2048);
	buf_put_format(&start, "%s %s", request->method, base);
	if (r == 0 && buf_text(&start) == NULL)
		r = buf_fault(&start);
	if (r == 0)
		r = put_template(out, "> ", buf_text(&start), request->path,
		    PROFILE_IN_PATH, &masked);
	for (size_t i = 0; r == 0 && i < request->header_count; i++)
		r = put_template(out, "> ", "", request->headers[i],
		    PROFILE_IN_HEADER, &masked);
	if (r == 0 && request->forward)
		buf_put_text(out, "> (and the headers of [forward])\n");
	if (r == 0 && request->body[0] != '\0')
		r = put_template(
		    out, "> ", "", request->body, request->body_place, &masked);
	return r != 0 ? r : buf_fault(out);
}

static bool
tells_a_secret(const char *name)
{
	static const char *const parts[] = {"token", "secret", "password",
	    "key", "code", "session", "jwt", "cookie", "otp", "hash"};

	for (size_t i = 0; name != NULL && i < ARRAY_SIZE(parts); i++) {
		if (strcasestr(name, parts[i]) != NULL)
			return true;
	}
	return false;
}

/* Three parts with dots between them, as RFC 7515 7.1 has it. */
static bool
looks_like_a_token(const char *text)
{
	const char *dot = strchr(text, '.');

	return strlen(text) > 40 && dot != NULL &&
	    strchr(dot + 1, '.') != NULL && strchr(text, ' ') == NULL;
}

static bool
is_taken(const struct profile_takes *takes, const struct json_node *root,
    const struct json_node *node)
{
	for (size_t i = 0; i < takes->count; i++) {
		if (json_at(root, takes->items[i].pointer) == node)
			return true;
	}
	return false;
}

/* What the writing of one answer needs all the way down. */
struct writing {
	struct buf *text;
	const struct json_node *root;
	const struct profile_takes *takes;
};

static void write_node(const struct writing *w, const struct json_node *node);

static void
write_children(const struct writing *w, const struct json_node *node)
{
	bool array = json_is_array(node);
	size_t count = 0;

	buf_put_text(w->text, array ? "[" : "{");
	for (const struct json_node *item = json_first(node); item != NULL;
	     item = json_next(item)) {
		if (array && count == SVCTRACE_ITEMS_MAX) {
			buf_put_format(w->text, ", and %zu more",
			    json_count(node) - count);
			break;
		}
		buf_put_text(w->text, count++ == 0 ? "" : ",");
		if (!array) {
			json_put_string(w->text, json_name(item));
			buf_put_text(w->text, ":");
		}
		write_node(w, item);
	}
	buf_put_text(w->text, array ? "]" : "}");
}

static void
write_text(const struct writing *w, const struct json_node *node)
{
	const char *text = json_string(node);

	json_put_string(w->text,
	    is_taken(w->takes, w->root, node) ||
		    tells_a_secret(json_name(node)) || looks_like_a_token(text)
		? MASK
		: text);
}

static void
write_node(const struct writing *w, const struct json_node *node)
{
	int64_t number = 0;
	bool flag = false;

	if (json_is_array(node) || json_is_object(node))
		write_children(w, node);
	else if (json_string(node) != NULL)
		write_text(w, node);
	else if (json_bool(node, &flag))
		buf_put_text(w->text, flag ? "true" : "false");
	else if (json_integer(node, &number))
		buf_put_format(w->text, "%lld", (long long)number);
	else
		buf_put_text(w->text, json_is_null(node) ? "null" : "a number");
}

int
svctrace_answer(struct buf *out, const struct http_response *response,
    const struct profile_request *request)
{
	struct json *json JSON_AUTO = NULL;
	struct buf text BUF_AUTO = {0};

	if (response->outcome != HTTP_ANSWERED) {
		buf_put_format(
		    out, "< no answer: %s\n", err_name(reply_reason(response)));
		return buf_fault(out);
	}
	buf_put_format(out, "< %d\n", response->status);
	buf_init(&text, out->limit);
	buf_put_format(&text, "content-type: %s", response->content_type);
	put_line(out, "< ", &text);
	if (json_parse(response->body, response->body_len, ANSWER_MAX_BYTES,
		&json) != 0) {
		buf_put_format(
		    out, "< %zu bytes that are no JSON\n", response->body_len);
		return buf_fault(out);
	}
	buf_reset(&text);
	write_node(&(struct writing){&text, json_root(json), &request->takes},
	    json_root(json));
	put_line(out, "< ", &text);
	return buf_fault(out);
}
