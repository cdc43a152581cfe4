/*
 * grant.h - the device authorization grant (RFC 8628) as a function of events
 * and time.  Pure: it says when to poll and when to stop; others do it.
 *
 * The first poll comes one interval after the code was issued (3.3: clients
 * that poll at once are told slow_down by some servers); no interval means 5 s
 * (3.2); slow_down adds 5 s for good (3.5); a connection fault doubles the
 * wait, up to 60 s, until an answer comes (3.5); nothing is polled at or after
 * the end of the code or of our own deadline.
 */
#pragma once

#include <stdint.h>

#include "common/times.h"

#define GRANT_INTERVAL_DEFAULT_S 5
#define GRANT_INTERVAL_MAX_S 120
#define GRANT_SLOW_DOWN_S 5
#define GRANT_BACKOFF_MAX_S 60

struct grant {
	int64_t interval_ms;
	int64_t backoff_ms; /* 0 while answers come */
	struct boot_time next_poll;
	struct boot_time end;
	int reason; /* once stopped: 0 for approved, else why not */
};

enum grant_event {
	GRANT_PENDING = 1,  /* authorization_pending */
	GRANT_SLOW_DOWN,    /* slow_down */
	GRANT_APPROVED,     /* tokens came */
	GRANT_DENIED,       /* access_denied, authorization_declined */
	GRANT_CODE_EXPIRED, /* expired_token */
	GRANT_FAILED,       /* any other error answer */
	GRANT_NO_ANSWER,    /* connection fault, timeout, 5xx */
};

enum grant_action {
	GRANT_STOP = 0, /* see reason */
	GRANT_WAIT,     /* until next_poll, then poll */
};

/* expires_in_s, interval_s: as answered; interval_s <= 0 means absent.
 * deadline: our own, from [login] deadline. */
void grant_begin(struct grant *grant, struct boot_time now,
    int64_t expires_in_s, int64_t interval_s, struct boot_time deadline);
/* Milliseconds until the next poll; -1: the end comes first, stop with
 * GRANT_EXPIRED at the end. */
int64_t grant_delay_ms(const struct grant *grant, struct boot_time now);
enum grant_action grant_next(
    struct grant *grant, enum grant_event event, struct boot_time now);
