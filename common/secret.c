/*
 * secret.c - wiping and comparing memory that holds secrets.
 *
 * Promises that wiping survives the optimiser and that a comparison's time
 * tells nothing about where two secrets differ.
 */
#include "common/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void
secret_wipe(void *mem, size_t len)
{
	if (len > 0)
		explicit_bzero(mem, len);
}

bool
secret_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *left = a;
	const volatile uint8_t *right = b;
	uint8_t difference = 0;

	for (size_t i = 0; i < len; i++)
		difference |= left[i] ^ right[i];
	return difference == 0;
}

void
secret_free_string(char *s)
{
	if (s == NULL)
		return;
	secret_wipe(s, strlen(s));
	free(s);
}

char *
secret_dup(const char *bytes, size_t len)
{
	char *copy = len < SIZE_MAX ? malloc(len + 1) : NULL;

	if (copy == NULL)
		return NULL;
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}
