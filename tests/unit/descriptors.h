/*
 * descriptors.h - how many descriptors the test's process has open.
 */
#pragma once

#include <stddef.h>

/* Compare with another call only: its own descriptor is counted too. */
size_t descriptors_count(void);
