/*
 * json.h - the one strict JSON reader for everything from outside; the only
 * user of cJSON.
 *
 * A pre-check refuses, before cJSON sees a byte, what RFC 8259 and RFC 7493
 * (I-JSON) refuse and cJSON lets pass: bytes after the value, a byte order
 * mark, bad UTF-8, raw control bytes, a NUL or \u0000 in any form, lone
 * surrogates, malformed numbers, more than 32 levels, duplicate names in one
 * object (after unescaping), more than the given size.  Look-ups are
 * case-sensitive.  Pure; memory is wiped when freed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/buf.h"

#define JSON_DEPTH_MAX 32

struct json;      /* a document, owns its nodes */
struct json_node; /* borrowed from a document */

/* Faults: JSON_SYNTAX, JSON_DUPLICATE, JSON_DEPTH, TOO_LARGE, NO_MEMORY. */
MUST_CHECK int json_parse(
    const void *bytes, size_t len, size_t limit_bytes, struct json **ret_json);
void json_free(struct json *json);
DEFINE_CLEANUP(struct json, json, json_free)
#define JSON_AUTO CLEANUP(json_cleanup)

const struct json_node *json_root(const struct json *json);

/* NULL when absent or when node is NULL or no object. */
const struct json_node *json_get(
    const struct json_node *node, const char *name);
/* RFC 6901 pointer ("/user/id"; "" is the node itself); NULL when absent. */
const struct json_node *json_at(
    const struct json_node *node, const char *pointer);

bool json_is_object(const struct json_node *node);
bool json_is_array(const struct json_node *node);
bool json_is_null(const struct json_node *node);
/* NULL when it is no string (or node is NULL). Borrowed. Holds no NUL. */
const char *json_string(const struct json_node *node);
/* False when it is no integer of at most 2^53 - 1 in magnitude: beyond, two
 * different numbers read alike (RFC 7493 2.2). */
MUST_CHECK bool json_integer(const struct json_node *node, int64_t *ret_value);
MUST_CHECK bool json_bool(const struct json_node *node, bool *ret_value);

/* Iteration: the first child of an array or object, and the next one. */
const struct json_node *json_first(const struct json_node *node);
const struct json_node *json_next(const struct json_node *node);
/* The member's name inside an object; NULL in an array. */
const char *json_name(const struct json_node *node);
size_t json_count(const struct json_node *node);

#define JSON_ARRAY_FOREACH(item, node)                                      \
	for (const struct json_node *item = json_first(node); item != NULL; \
	     item = json_next(item))

/* Writes s as a JSON string with its quotes, escaped (RFC 8259 7); bytes that
 * are no UTF-8 become U+FFFD. */
void json_put_string(struct buf *b, const char *s);
