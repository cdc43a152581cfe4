/*
 * keyhash.c - eight bytes at a time through the last step of splitmix64, of
 * which every bit of the result depends on all bits that went in.
 */
#include "rules/keyhash.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static uint64_t
mix(uint64_t v)
{
	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return v ^ v >> 31;
}

static uint64_t
fold(uint64_t word)
{
	uint8_t bytes[sizeof(word)];

	memcpy(bytes, &word, sizeof(word));
	for (size_t i = 0; i < sizeof(bytes); i++)
		if (bytes[i] >= 'A' && bytes[i] <= 'Z')
			bytes[i] |= 0x20;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

static uint64_t
hash_text(const void *seed, const char *text, bool folded)
{
	uint64_t hash = mix((uintptr_t)seed);
	size_t len = strlen(text);

	for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
		uint64_t word = 0;
		size_t rest = len - at;

		memcpy(&word, text + at,
		    rest < sizeof(word) ? rest : sizeof(word));
		hash = mix(hash + (folded ? fold(word) : word));
	}
	return mix(hash + len);
}

uint64_t
keyhash_text(const void *seed, const char *text)
{
	return hash_text(seed, text, false);
}

uint64_t
keyhash_folded(const void *seed, const char *text)
{
	return hash_text(seed, text, true);
}

uint64_t
keyhash_number(const void *seed, uint32_t number)
{
	return mix(mix((uintptr_t)seed) + number);
}
