/*
 * json_out.h - writes one JSON text, member by member.
 *
 * The caller pairs begin and end.  A member of an array has no name: NULL.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_out {
	FILE *file;
	bool follows; /* something stands before in this object or array */
};

void json_out_init(struct json_out *json, FILE *file);
void json_out_object(struct json_out *json, const char *name);
void json_out_object_end(struct json_out *json);
void json_out_array(struct json_out *json, const char *name);
void json_out_array_end(struct json_out *json);
/* Bytes that are no harmless UTF-8 line are escaped or become U+FFFD. */
void json_out_string(struct json_out *json, const char *name, const char *s);
/* An array of the lines of a list. */
void json_out_list(struct json_out *json, const char *name, const char *list);
void json_out_number(struct json_out *json, const char *name, int64_t number);
void json_out_bool(struct json_out *json, const char *name, bool value);
/* An age or a delay in seconds; null where it is negative: there is none. */
void json_out_seconds(struct json_out *json, const char *name, int64_t s);
