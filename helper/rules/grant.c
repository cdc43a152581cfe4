/*
 * grant.c - when to poll a device grant, and when to stop.
 *
 * Owns the timing rules of RFC 8628 3.2 and 3.5 and nothing else: no clock, no
 * network, no token.  A grant that was stopped stays stopped.
 */
#include "rules/grant.h"

#include "common/err.h"

static int64_t
min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
plan(struct grant *grant, struct boot_time now)
{
	grant->next_poll.ms = now.ms + grant->interval_ms + grant->backoff_ms;
}

void
grant_begin(struct grant *grant, struct boot_time now, int64_t expires_in_s,
    int64_t interval_s, struct boot_time deadline)
{
	if (interval_s <= 0)
		interval_s = GRANT_INTERVAL_DEFAULT_S;
	interval_s = min64(interval_s, GRANT_INTERVAL_MAX_S);
	*grant = (struct grant){
	    .interval_ms = interval_s * 1000,
	    .end.ms = min64(now.ms + expires_in_s * 1000, deadline.ms),
	    .reason = ERR_GRANT_LOST,
	};
	plan(grant, now);
}

int64_t
grant_delay_ms(const struct grant *grant, struct boot_time now)
{
	if (grant->next_poll.ms >= grant->end.ms)
		return -1;
	return grant->next_poll.ms > now.ms ? grant->next_poll.ms - now.ms : 0;
}

static enum grant_action
stop(struct grant *grant, int reason)
{
	grant->reason = reason;
	grant->end.ms = 0;
	return GRANT_STOP;
}

/* An answer that asks for patience. */
static enum grant_action
keep_waiting(struct grant *grant, int64_t longer_ms, struct boot_time now)
{
	grant->interval_ms =
	    min64(grant->interval_ms + longer_ms, GRANT_INTERVAL_MAX_S * 1000);
	grant->backoff_ms = 0;
	plan(grant, now);
	return GRANT_WAIT;
}

/* RFC 8628 3.5: on a connection timeout, reduce the frequency; doubling. */
static enum grant_action
back_off(struct grant *grant, struct boot_time now)
{
	int64_t wait_ms = (grant->interval_ms + grant->backoff_ms) * 2;

	wait_ms = min64(wait_ms, GRANT_BACKOFF_MAX_S * 1000);
	if (wait_ms > grant->interval_ms)
		grant->backoff_ms = wait_ms - grant->interval_ms;
	plan(grant, now);
	return GRANT_WAIT;
}

enum grant_action
grant_next(struct grant *grant, enum grant_event event, struct boot_time now)
{
	/* Stopped, or never begun: an approval counts once, and then no more.
	 */
	if (grant->end.ms == 0)
		return stop(
		    grant, grant->reason != 0 ? grant->reason : ERR_GRANT_LOST);
	if (now.ms >= grant->end.ms)
		return stop(grant, ERR_GRANT_EXPIRED);
	switch (event) {
	case GRANT_PENDING:
		return keep_waiting(grant, 0, now);
	case GRANT_SLOW_DOWN:
		return keep_waiting(grant, GRANT_SLOW_DOWN_S * 1000, now);
	case GRANT_NO_ANSWER:
		return back_off(grant, now);
	case GRANT_APPROVED:
		return stop(grant, ERR_OK);
	case GRANT_DENIED:
		return stop(grant, ERR_GRANT_DECLINED);
	case GRANT_CODE_EXPIRED:
		return stop(grant, ERR_GRANT_EXPIRED);
	case GRANT_FAILED:
		return stop(grant, ERR_GRANT_LOST);
	}
	return stop(grant, ERR_INTERNAL);
}
