/*
 * nsskeys.c - reads keys.
 */
#include "bench/nss/nsskeys.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/num.h"

static size_t
read_text(const char *path, char **ret_text)
{
	FILE *file = fopen(path, "re");
	long size = 0;
	char *text = NULL;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		err(1, "%s", path);
	size = ftell(file);
	rewind(file);
	text = calloc((size_t)size + 1, 1);
	if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size)
		err(1, "%s", path);
	(void)fclose(file);
	*ret_text = text;
	return (size_t)size;
}

static uint32_t
id_of(const char *key)
{
	uint64_t id = 0;

	return num_parse(key, UINT32_MAX, &id) == 0 ? (uint32_t)id : 0;
}

struct nsskeys
nsskeys_load(const char *folder, const char *kind, size_t most)
{
	struct nsskeys keys = {0};
	char path[4096];
	size_t size = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, kind);
	size = read_text(path, &keys.text);
	keys.place = calloc(size / 2 + 1, sizeof(*keys.place));
	keys.id = calloc(size / 2 + 1, sizeof(*keys.id));
	if (keys.place == NULL || keys.id == NULL)
		err(1, "%s", path);
	for (size_t at = 0; at < size && keys.count < most; keys.count++) {
		char *end = strchr(keys.text + at, '\n');

		if (end != NULL)
			*end = '\0';
		keys.place[keys.count] = (uint32_t)at;
		keys.id[keys.count] = id_of(keys.text + at);
		at += strlen(keys.text + at) + 1;
	}
	if (keys.count == 0)
		errx(1, "%s holds no keys", path);
	return keys;
}

void
nsskeys_done(struct nsskeys *keys)
{
	free(keys->text);
	free(keys->place);
	free(keys->id);
	*keys = (struct nsskeys){0};
}
