/*
 * jsontext.c - makes the text of an object, one member changed.
 */
#include "tests/unit/jsontext.h"

#include <stdio.h>
#include <string.h>

void
json_text(char *out, size_t out_size, const struct json_member *members,
    size_t count, const char *name, const char *value)
{
	size_t used = (size_t)snprintf(out, out_size, "{\"unknown\":[]");

	for (size_t i = 0; i < count; i++) {
		const struct json_member *m = &members[i];
		const char *v = strcmp(m->name, name) == 0 ? value : m->value;

		if (v != NULL)
			used += (size_t)snprintf(out + used, out_size - used,
			    ",\"%s\":%s", m->name, v);
	}
	(void)snprintf(out + used, out_size - used, "}");
}
