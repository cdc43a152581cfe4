/*
 * fuzz.h - the one entry of every fuzzer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Aborts when a promise of the parser is broken; else returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
