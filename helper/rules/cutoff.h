/*
 * cutoff.h - what a reason says of a person: that the organisation let them go,
 * that nobody could be asked, or neither.  Pure.
 */
#pragma once

/*
 * DENY is what everything else means, and what a reason means that is not known
 * here: refused now, and nothing is concluded from it.  ENDED: by the
 * organisation's own word the person may not be here any more; what is kept of
 * them goes.  SILENT: the word of the organisation could not be had, so what it
 * said last still stands.
 */
enum cutoff {
	CUTOFF_DENY = 0,
	CUTOFF_ENDED,
	CUTOFF_SILENT,
};

enum cutoff cutoff_meaning(int reason);
