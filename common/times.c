/*
 * times.c - a wall time as people and programs write it.
 */
#include "common/times.h"

#include <time.h>

/* 9999-12-31T23:59:59Z. */
#define LAST_S INT64_C(253402300799)

const char *
times_utc(struct wall_time time, char out[TIMES_UTC_SIZE])
{
	time_t s = (time_t)time.s;
	struct tm parts;

	out[0] = '\0';
	if (time.s >= 0 && time.s <= LAST_S && gmtime_r(&s, &parts) != NULL &&
	    strftime(out, TIMES_UTC_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		out[0] = '\0';
	return out;
}
