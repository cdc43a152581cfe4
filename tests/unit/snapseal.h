/*
 * snapseal.h - the checksums of a snapshot, made right after a change.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Whatever the header says; bytes are aligned to 8. */
void snapseal(uint8_t *bytes, size_t size);
