/*
 * jsontext.h - for tests of answers: an object with one member changed.
 */
#pragma once

#include <stddef.h>

struct json_member {
	const char *name;
	const char *value; /* as JSON text */
};

/* Writes the members as an object; the one called name gets value, or is left
 * out if that is NULL. */
void json_text(char *out, size_t out_size, const struct json_member *members,
    size_t count, const char *name, const char *value);
