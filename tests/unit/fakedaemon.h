/*
 * fakedaemon.h - a scripted daemon in a child process, for tests of its
 * clients.
 *
 * The socket listens before fakedaemon_start() returns, so no test waits for
 * it.  Programs that link this wrap lstat() and getsockopt(): a folder of the
 * user who runs the test counts as fakedaemon_folder_uid's, and the daemon runs
 * as fakedaemon_peer_uid.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/proto.h"

enum fakedaemon_act {
	FAKEDAEMON_REPLY, /* read a request, send the message */
	FAKEDAEMON_MORE,  /* send another message, read nothing */
	FAKEDAEMON_BYTES, /* read a request, send these bytes */
	FAKEDAEMON_CUT,   /* read a request, send half of the message, close */
	FAKEDAEMON_DRIP,  /* read a request, send a byte each 20 ms for ever */
	FAKEDAEMON_HANG,  /* read a request, never answer */
	FAKEDAEMON_NEXT,  /* wait until the client closes, accept another */
};

struct fakedaemon_step {
	enum fakedaemon_act act;
	enum proto_type type;
	const void *message;
	const void *bytes;
	size_t len;
};

/* A reply to the next request; and to wait for the next client. */
#define FAKEDAEMON_STEP(type, message)                   \
	{                                                \
		FAKEDAEMON_REPLY, type, message, NULL, 0 \
	}
#define FAKEDAEMON_NEXT_CLIENT                             \
	{                                                  \
		FAKEDAEMON_NEXT, PROTO_DONE, NULL, NULL, 0 \
	}

struct fakedaemon {
	pid_t pid;
	int listen_fd;
	int log_fd;
	char folder[64];
	char path[80];
};

extern uid_t fakedaemon_folder_uid;
extern uid_t fakedaemon_peer_uid;
/* Asked before each wrapped call; true makes it fail. May be NULL. */
extern bool (*fakedaemon_fails)(void);

/* Makes a folder and a listening socket; the daemon is not yet running. */
void fakedaemon_listen(struct fakedaemon *daemon);
/* Runs the steps in a child, in order; after the last it reads to the end. */
void fakedaemon_start(struct fakedaemon *daemon,
    const struct fakedaemon_step *steps, size_t count);
/* Ends the child and removes the folder. */
void fakedaemon_stop(struct fakedaemon *daemon);

/* What the daemon saw, in order. */
enum fakedaemon_event {
	FAKEDAEMON_CONNECTED,
	FAKEDAEMON_REQUEST,
	FAKEDAEMON_CLOSED,
	FAKEDAEMON_END, /* nothing more, the child has finished */
};
/*
 * The next thing the daemon saw, waiting for it.  A request's type goes to
 * ret_type and its struct to message, unless they are NULL.
 */
enum fakedaemon_event fakedaemon_saw(struct fakedaemon *daemon,
    enum proto_type *ret_type, void *message, size_t size);
/* True if a client has ever tried to connect. */
bool fakedaemon_was_called(const struct fakedaemon *daemon);
