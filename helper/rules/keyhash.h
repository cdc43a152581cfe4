/*
 * keyhash.h - the hashes of our indexes, seeded with an address, so that keys
 * which collide cannot be prepared outside.  Pure; never stored.
 */
#pragma once

#include <stdint.h>

uint64_t keyhash_text(const void *seed, const char *text);
/* ASCII letters of both cases hash alike. */
uint64_t keyhash_folded(const void *seed, const char *text);
uint64_t keyhash_number(const void *seed, uint32_t number);
