/*
 * snapsort.h - sorting a million numbers and names, in time that is linear in
 * their bytes.  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Ascending.  spare: room for count items more. */
void snapsort_numbers(uint64_t *items, uint64_t *spare, size_t count);

/* The entry of a name: code says whose, key is for the sort alone. */
struct snapsort_entry {
	uint64_t key;
	uint32_t code;
};

/* Borrowed while the sort runs. */
typedef const char *snapsort_name_fn(const void *context, uint32_t code);

/* Up to eight bytes of a name as a number of the same order. */
uint64_t snapsort_key(const char *name);

/*
 * In the order of strcmp(3), equal names by code.  The keys must be those of
 * snapsort_key(); they are spent.  spare: room for count entries more.
 */
void snapsort_names(struct snapsort_entry *entries,
    struct snapsort_entry *spare, size_t count, snapsort_name_fn *name,
    const void *context);
