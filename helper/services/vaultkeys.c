/*
 * vaultkeys.c - from hexadecimal digits to keys with names.
 *
 * Promises that a credential which is there counts, also where it is no good:
 * falling back would seal with a key that the administrator did not mean.  Must
 * not know what is sealed.
 */
#include "services/vaultkeys.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "common/err.h"
#include "common/secret.h"

#define ID_LABEL "orglogin vault key"

void
vaultkeys_done(struct vaultkeys *keys)
{
	secret_wipe(keys, sizeof(*keys));
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
parse(const char *text, struct vaultkey *key)
{
	if (strlen(text) != 2 * (size_t)CRYPTO_KEY_BYTES)
		return ERR_MALFORMED;
	for (size_t i = 0; i < CRYPTO_KEY_BYTES; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return ERR_MALFORMED;
		key->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return ERR_OK;
}

static int
name(struct vaultkey *key)
{
	uint8_t text[sizeof(ID_LABEL) + CRYPTO_KEY_BYTES];
	uint8_t digest[CRYPTO_SHA256_BYTES];
	int r = ERR_OK;

	memcpy(text, ID_LABEL, sizeof(ID_LABEL));
	memcpy(text + sizeof(ID_LABEL), key->bytes, CRYPTO_KEY_BYTES);
	r = crypto_sha256(text, sizeof(text), digest);
	secret_wipe(text, sizeof(text));
	for (size_t i = 0; r == 0 && i < VAULTKEYS_ID_BYTES; i++)
		(void)snprintf(key->id + 2 * i, 3, "%02x", digest[i]);
	return r;
}

static int
take(const char *text, struct vaultkey *key)
{
	int r = parse(text, key);

	return r == 0 ? name(key) : r;
}

static int
read_file(const char *path, struct vaultkeys *keys)
{
	char *first CLEANUP(secret_string_cleanup) = NULL;
	char *second CLEANUP(secret_string_cleanup) = NULL;
	int r = files_read_secrets(path, &first, &second);

	if (r == 0)
		r = take(first, &keys->now);
	if (r == 0 && second != NULL)
		r = take(second, &keys->before);
	return r;
}

int
vaultkeys_read(
    const struct vaultkeys_options *options, struct vaultkeys *ret_keys)
{
	struct vaultkeys keys VAULTKEYS_AUTO = {0};
	char path[PATH_MAX];
	int r = ERR_NOT_FOUND;

	if (options->credentials != NULL) {
		(void)snprintf(path, sizeof(path), "%s/" VAULTKEYS_CREDENTIAL,
		    options->credentials);
		r = read_file(path, &keys);
	}
	keys.credential = r != ERR_NOT_FOUND;
	if (r == ERR_NOT_FOUND)
		r = read_file(options->path, &keys);
	if (r == 0)
		*ret_keys = keys;
	else
		*ret_keys = (struct vaultkeys){.credential = keys.credential};
	return r;
}

const struct vaultkey *
vaultkeys_find(const struct vaultkeys *keys, const char *id)
{
	if (id[0] == '\0')
		return NULL;
	if (strcmp(keys->now.id, id) == 0)
		return &keys->now;
	return strcmp(keys->before.id, id) == 0 ? &keys->before : NULL;
}
