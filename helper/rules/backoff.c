/*
 * backoff.c - the two waiting times: after a failure, and between beats.
 */
#include "rules/backoff.h"

#define ASKED_MAX_S 3600

int64_t
backoff_ms(unsigned int failures, int64_t most_ms, int64_t asked_s)
{
	int64_t wait_ms = BACKOFF_FIRST_MS;

	for (unsigned int i = 1; i < failures && wait_ms < most_ms; i++)
		wait_ms *= 2;
	if (wait_ms > most_ms)
		wait_ms = most_ms;
	if (asked_s > ASKED_MAX_S)
		asked_s = ASKED_MAX_S;
	return asked_s * 1000 > wait_ms ? asked_s * 1000 : wait_ms;
}

int64_t
backoff_jitter_ms(int64_t period_ms, uint32_t random)
{
	int64_t fifth_ms = period_ms / 5;

	return period_ms - (int64_t)(random % (uint64_t)(fifth_ms + 1));
}
