/*
 * daemon.h - all parts of orglogind, made in order and ended in reverse.
 */
#pragma once

#include "common/attrs.h"
#include "settings.h"

struct daemon;

/* settings is borrowed and outlives the daemon; credentials is
 * $CREDENTIALS_DIRECTORY or NULL. Blocks on the disk only. */
MUST_CHECK int daemon_new(const struct settings *settings,
    const char *credentials, struct daemon **ret_daemon);
void daemon_free(struct daemon *daemon);
DEFINE_CLEANUP(struct daemon, daemon, daemon_free)
#define DAEMON_AUTO CLEANUP(daemon_cleanup)

/* Serves until SIGTERM or SIGINT. */
MUST_CHECK int daemon_run(struct daemon *daemon);
/* One sync, published, without serving anyone. Its reason. */
MUST_CHECK int daemon_sync_once(struct daemon *daemon);
