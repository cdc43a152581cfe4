/*
 * vectors.c - reads the files of tests/vectors; any trouble fails the test.
 */
#include "tests/unit/vectors.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

char *
vectors_read(const char *path, size_t *ret_len)
{
	const char *top = getenv("top_srcdir");
	char full[4096];

	snprintf(full, sizeof(full), "%s/tests/vectors/%s",
	    top != NULL ? top : "..", path);
	FILE *file = fopen(full, "re");
	if (file == NULL)
		fail_msg("%s cannot be read", full);
	char *bytes = calloc(1, 65536);
	assert_non_null(bytes);
	*ret_len = fread(bytes, 1, 65535, file);
	assert_int_equal(ferror(file), 0);
	assert_int_not_equal(feof(file), 0);
	(void)fclose(file);
	return bytes;
}

static int
expected_of(const char *name)
{
	char reason[64];
	enum err err = ERR_OK;
	const char *end = strstr(name, "--");

	assert_non_null(end);
	assert_true((size_t)(end - name) < sizeof(reason));
	memcpy(reason, name, (size_t)(end - name));
	reason[end - name] = '\0';
	if (strcmp(reason, "ok") != 0 && err_from_name(reason, &err) != 0)
		fail_msg("%s names no known reason", name);
	return err;
}

static int
is_vector(const struct dirent *entry)
{
	return strstr(entry->d_name, "--") != NULL;
}

void
vectors_each(const char *folder, const char *mark, size_t at_least,
    void (*fn)(const struct vector *vector, void *data), void *data)
{
	const char *top = getenv("top_srcdir");
	struct dirent **entries = NULL;
	char path[4096];
	size_t seen = 0;

	snprintf(path, sizeof(path), "%s/tests/vectors/%s",
	    top != NULL ? top : "..", folder);
	int count = scandir(path, &entries, is_vector, alphasort);
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		struct vector vector = {.name = entries[i]->d_name};
		if (mark == NULL || strstr(vector.name, mark) != NULL) {
			snprintf(
			    path, sizeof(path), "%s/%s", folder, vector.name);
			char *bytes = vectors_read(path, &vector.len);
			vector.bytes = bytes;
			vector.expected = expected_of(vector.name);
			fn(&vector, data);
			free(bytes);
			seen++;
		}
		free(entries[i]);
	}
	free(entries);
	assert_true(seen >= at_least);
}

struct token_policy
vectors_policy(void)
{
	static const char *const issuers[] = {"https://id.example.org/acme"};

	return (struct token_policy){
	    .jws = {.algs = JWK_ALG_ALL},
	    .claims =
		{
		    .issuers = issuers,
		    .issuer_count = 1,
		    .client_id = "orglogin-host",
		    .started = {VECTORS_NOW - 30},
		},
	};
}

struct jwk_set *
vectors_keys(void)
{
	struct jwk_set *keys = NULL;
	size_t len = 0;
	char *bytes = vectors_read("keys.json", &len);

	assert_int_equal(jwk_set_parse(bytes, len, &keys), 0);
	free(bytes);
	return keys;
}
