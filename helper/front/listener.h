/*
 * listener.h - the socket: made by systemd or by us, accepting, with limits a
 * peer.
 *
 * Anyone may connect; a uid other than root may hold 16 connections, all of
 * them together 256, which leaves root a place for each sign-in there may be.
 * Running out of descriptors pauses accepting for a moment and never ends it.
 */
#pragma once

#include <sys/types.h>

#include "base/loop.h"
#include "common/attrs.h"

#define LISTENER_MAX 1280
#define LISTENER_OTHERS_MAX 256 /* of them for others than root */
#define LISTENER_PER_UID_MAX 16

struct listener;

/* fd is taken; the peer's uid is from SO_PEERCRED at connect. The callee tells
 * listener_gone() once the connection has ended. */
typedef void listener_fn(void *arg, int fd, uid_t uid);

/*
 * Uses the socket that systemd passed (sd_listen_fds(3)), else binds path: its
 * folder must belong to root or to us and be writable by nobody else.
 * ERR_INSECURE_FILE, ERR_IO, ERR_INVALID_ARGUMENT.
 */
MUST_CHECK int listener_new(struct loop *loop, const char *path,
    listener_fn *fn, void *arg, struct listener **ret_listener);
void listener_free(struct listener *listener);
void listener_gone(struct listener *listener, uid_t uid);
