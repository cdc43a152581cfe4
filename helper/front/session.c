/*
 * session.c - buffers and deadlines of one client connection.
 *
 * Owns the descriptor, the half-read frame and the replies that were not taken
 * yet.  Knows frames, not what they mean.  Ending is always deferred to the
 * loop unless asked from outside, so that no caller loses the session under
 * its own feet.
 */
#include "front/session.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"

#define FULL_BYTES ((size_t)64 * 1024)

/* What the peer is waited for; each has one deadline as a whole, so that a byte
 * now and then gains no time. */
enum pace { PACE_NEW = 0, PACE_IDLE, PACE_FRAME, PACE_REPLY, PACE_ENDING };

struct session {
	int fd;
	uid_t uid;
	const struct session_events *events;
	void *context;
	struct loop_poll *poll;
	struct loop_timer *timer; /* of the pace */
	enum pace pace;
	struct buf in;
	struct buf out;
	bool answering; /* a request was given up, no last reply yet */
	bool ending;    /* close as soon as the loop turns */
};

static enum pace
pace_of(const struct session *s)
{
	if (s->ending)
		return PACE_ENDING;
	if (s->out.len > 0)
		return PACE_REPLY;
	return s->in.len > 0 ? PACE_FRAME : PACE_IDLE;
}

static int64_t
pace_ms(enum pace pace)
{
	switch (pace) {
	case PACE_NEW:
	case PACE_ENDING:
		return 0;
	case PACE_IDLE:
		return SESSION_IDLE_MS;
	case PACE_FRAME:
	case PACE_REPLY:
		return SESSION_FRAME_MS;
	}
	return 0;
}

static void
watch(struct session *s)
{
	enum pace pace = pace_of(s);

	loop_poll_set(s->poll, LOOP_READ | (s->out.len > 0 ? LOOP_WRITE : 0));
	if (pace != s->pace)
		loop_timer_start(s->timer, pace_ms(pace));
	s->pace = pace;
}

void
session_close(struct session *session)
{
	if (session == NULL)
		return;
	session->events->on_closed(session->context);
	loop_poll_free(session->poll);
	loop_timer_free(session->timer);
	(void)close(session->fd);
	buf_done(&session->in);
	buf_done(&session->out);
	free(session);
}

static void
end_soon(struct session *s)
{
	s->ending = true;
	watch(s);
}

static void
on_timer(void *arg)
{
	session_close(arg);
}

/* One frame from the front of what was read; false: not whole yet. */
static bool
take_frame(struct session *s)
{
	struct proto_header header = {0};
	size_t frame_len = 0;

	if (s->answering || s->ending || s->in.len < PROTO_HEADER_BYTES)
		return false;
	if (proto_decode_header(s->in.bytes, &header) != 0) {
		end_soon(s);
		return false;
	}
	frame_len = PROTO_HEADER_BYTES + (size_t)header.body_len;
	if (s->in.len < frame_len)
		return false;
	/* Nothing may follow: one request at a time. */
	if (s->in.len > frame_len) {
		end_soon(s);
		return false;
	}
	s->answering = true;
	if (s->events->on_request(s->context, header.type,
		s->in.bytes + PROTO_HEADER_BYTES, header.body_len) != 0)
		end_soon(s);
	buf_reset(&s->in);
	return true;
}

/* False: the peer is gone or breaks the rules. */
static bool
read_some(struct session *s)
{
	uint8_t bytes[4096];
	ssize_t n = recv(s->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n > 0 && !s->answering)
		buf_put(&s->in, bytes, (size_t)n);
	/* It may be what somebody typed. */
	secret_wipe(bytes, (size_t)n);
	return n > 0 && !s->answering && buf_fault(&s->in) == 0;
}

static bool
write_some(struct session *s)
{
	ssize_t n =
	    send(s->fd, s->out.bytes, s->out.len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	buf_consume(&s->out, (size_t)n);
	return true;
}

static void
on_ready(void *arg, int events)
{
	struct session *s = arg;

	if ((events & LOOP_READ) != 0 && !read_some(s)) {
		session_close(s);
		return;
	}
	(void)take_frame(s);
	if (s->out.len > 0 && !write_some(s)) {
		session_close(s);
		return;
	}
	if (s->out.len == 0 && s->answering && !s->ending) {
		s->pace = PACE_NEW;
		s->events->on_drained(s->context);
	}
	watch(s);
}

int
session_open(struct loop *loop, int fd, uid_t uid,
    const struct session_events *events, void *context,
    struct session **ret_session)
{
	struct session *s = calloc(1, sizeof(*s));
	int r = ERR_NO_MEMORY;

	if (s != NULL) {
		*s = (struct session){
		    .fd = fd, .uid = uid, .events = events, .context = context};
		buf_init(&s->in, PROTO_HEADER_BYTES + PROTO_FRAME_MAX);
		buf_init(&s->out, SESSION_UNREAD_MAX);
		r = loop_timer_new(loop, on_timer, s, &s->timer);
	}
	if (r == 0)
		r = loop_poll_new(loop, fd, on_ready, s, &s->poll);
	if (r != 0) {
		if (s != NULL)
			loop_timer_free(s->timer);
		free(s);
		(void)close(fd);
		return r;
	}
	watch(s);
	*ret_session = s;
	return ERR_OK;
}

uid_t
session_uid(const struct session *session)
{
	return session->uid;
}

int
session_reply(struct session *session, enum proto_type type,
    const void *message, bool last)
{
	int r = proto_encode(&session->out, type, message);

	if (last)
		session->answering = false;
	if (r != 0)
		end_soon(session);
	else
		watch(session);
	return r;
}

bool
session_is_full(const struct session *session)
{
	return session->out.len >= FULL_BYTES;
}
