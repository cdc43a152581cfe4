/*
 * footprint.h - memory that is not needed any more goes back to the system.
 *
 * About size only: nothing that is reachable changes.
 */
#pragma once

/* Lets malloc give back at once what is large, however large the largest was.
 * To be called before anything large is allocated. */
void footprint_begin(void);

/* Gives back what malloc keeps of freed memory. */
void footprint_trim(void);

/*
 * For after a large piece of work: trims, and unmaps the pages of code and
 * constants.  Those that are used again are mapped again from the page cache,
 * so what stays is what the daemon works with, not what its start has touched.
 * Less than a millisecond.
 */
void footprint_shrink(void);
