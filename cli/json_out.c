/*
 * json_out.c - JSON text (RFC 8259) for scripts that read orgloginctl.
 *
 * Promises well-formed output whatever the strings hold, and nothing in it
 * that could drive a terminal.  Must not know what the members mean.
 */
#include "cli/json_out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

void
json_out_init(struct json_out *json, FILE *file)
{
	*json = (struct json_out){.file = file};
}

/* keep_utf8: the whole text is known to be harmless UTF-8. */
static void
put_byte(struct json_out *json, unsigned char byte, bool keep_utf8)
{
	if (byte == '"' || byte == '\\')
		(void)fprintf(json->file, "\\%c", byte);
	else if (byte < 0x20 || byte == 0x7f)
		(void)fprintf(json->file, "\\u%04x", byte);
	else if (byte >= 0x80 && !keep_utf8)
		(void)fputs("\\ufffd", json->file);
	else
		(void)fputc(byte, json->file);
}

static void
put_text(struct json_out *json, const char *text)
{
	bool keep_utf8 = text_line_valid(text);

	(void)fputc('"', json->file);
	for (; *text != '\0'; text++)
		put_byte(json, (unsigned char)*text, keep_utf8);
	(void)fputc('"', json->file);
}

/* The comma before a member, and its name. */
static void
begin(struct json_out *json, const char *name)
{
	if (json->follows)
		(void)fputc(',', json->file);
	json->follows = true;
	if (name != NULL) {
		put_text(json, name);
		(void)fputc(':', json->file);
	}
}

static void
open_with(struct json_out *json, const char *name, char bracket)
{
	begin(json, name);
	(void)fputc(bracket, json->file);
	json->follows = false;
}

static void
close_with(struct json_out *json, char bracket)
{
	(void)fputc(bracket, json->file);
	json->follows = true;
}

void
json_out_object(struct json_out *json, const char *name)
{
	open_with(json, name, '{');
}

void
json_out_object_end(struct json_out *json)
{
	close_with(json, '}');
}

void
json_out_array(struct json_out *json, const char *name)
{
	open_with(json, name, '[');
}

void
json_out_array_end(struct json_out *json)
{
	close_with(json, ']');
}

void
json_out_string(struct json_out *json, const char *name, const char *s)
{
	begin(json, name);
	put_text(json, s);
}

void
json_out_list(struct json_out *json, const char *name, const char *list)
{
	json_out_array(json, name);
	while (*list != '\0') {
		size_t len = strcspn(list, "\n");
		char *line = strndup(list, len);

		if (line != NULL)
			json_out_string(json, NULL, line);
		free(line);
		list += len + (list[len] == '\n');
	}
	json_out_array_end(json);
}

void
json_out_number(struct json_out *json, const char *name, int64_t number)
{
	begin(json, name);
	(void)fprintf(json->file, "%" PRId64, number);
}

void
json_out_bool(struct json_out *json, const char *name, bool value)
{
	begin(json, name);
	(void)fputs(value ? "true" : "false", json->file);
}

void
json_out_seconds(struct json_out *json, const char *name, int64_t s)
{
	if (s >= 0) {
		json_out_number(json, name, s);
		return;
	}
	begin(json, name);
	(void)fputs("null", json->file);
}
