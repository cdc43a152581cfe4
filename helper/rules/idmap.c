/*
 * idmap.c - numbers from digests, by the rule that idmap.h states.
 *
 * Whatever the range is configured to, reserved numbers are never given out.
 * Must not know who asks, or what a number is for.
 */
#include "rules/idmap.h"

#include "common/err.h"
#include "common/name.h"

static uint64_t
mix(uint64_t v)
{
	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return v ^ v >> 31;
}

static bool
usable(const struct idmap_range *range, uint32_t number)
{
	return number >= range->first && number <= range->last &&
	    !name_number_reserved(number);
}

int
idmap_given(const struct idmap_range *range, uint32_t number,
    idmap_taken_fn *taken, void *arg)
{
	if (!usable(range, number))
		return ERR_ID_OUT_OF_RANGE;
	return taken(arg, number) ? ERR_ID_TAKEN : 0;
}

int
idmap_pick(const struct idmap_range *range, uint64_t digest,
    idmap_taken_fn *taken, void *arg, uint32_t *ret_number)
{
	uint64_t size = (uint64_t)range->last - range->first + 1;
	uint64_t offset = 0;

	if (range->first > range->last)
		return ERR_ID_EXHAUSTED;
	/* size more steps visit every number of the range once */
	for (uint64_t i = 0; i < IDMAP_PROBES + size; i++) {
		uint32_t number = 0;

		if (i < IDMAP_PROBES)
			offset =
			    mix(digest + i * UINT64_C(0x9e3779b97f4a7c15)) %
			    size;
		else
			offset = (offset + 1) % size;
		number = range->first + (uint32_t)offset;
		if (usable(range, number) && !taken(arg, number)) {
			*ret_number = number;
			return 0;
		}
	}
	return ERR_ID_EXHAUSTED;
}
