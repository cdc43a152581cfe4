/*
 * session.h - one connection of a client: frames in, frames out, deadlines.
 *
 * One request at a time: while one is being answered nothing more is read, and
 * bytes that come nevertheless end the connection, as does any malformed
 * frame.  The peer's uid is the one at the time of connecting.  Non-blocking.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/loop.h"
#include "common/attrs.h"
#include "common/proto.h"

#define SESSION_FRAME_MS 5000  /* for a whole frame, and to take a reply */
#define SESSION_IDLE_MS 180000 /* between requests: a person reads a prompt */
#define SESSION_UNREAD_MAX ((size_t)256 * 1024) /* replies not taken yet */

struct session;

/* All run from the loop. */
struct session_events {
	/* A whole frame. A fault ends the session. */
	int (*on_request)(void *context, enum proto_type type,
	    const uint8_t *body, size_t len);
	/* All replies were taken; only called while more were announced. */
	void (*on_drained)(void *context);
	/* The session is over, by whatever cause; context is yours to free,
	 * the session frees itself after this. */
	void (*on_closed)(void *context);
};

/* Takes fd. events is static; context is set before anything runs. */
MUST_CHECK int session_open(struct loop *loop, int fd, uid_t uid,
    const struct session_events *events, void *context,
    struct session **ret_session);
/* Ends it from outside; on_closed runs before this returns. */
void session_close(struct session *session);

uid_t session_uid(const struct session *session);
/*
 * Sends a reply; last: the request is answered, the next one may come.  When
 * not last, and more than fits now, wait for on_drained.  After a fault the
 * session ends by itself soon, so the result may be ignored.
 */
int session_reply(struct session *session, enum proto_type type,
    const void *message, bool last);
/* Whether another reply should wait for on_drained. */
bool session_is_full(const struct session *session);
