/*
 * hostfile.h - the configuration files of this host's other programs.
 *
 * Blocks on the disk only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/attrs.h"
#include "common/buf.h"

#define HOSTFILE_LIMIT_BYTES ((size_t)1 << 20)
#define HOSTFILE_PATH_SIZE 512

/* The host that is looked at. */
struct hostfile_host {
	const char *root; /* stands before every path; "": this very host */
	uid_t root_uid;   /* who owns what must be root's */
	uid_t daemon_uid; /* the account of the daemon; -1: there is none */
	bool sees_all;    /* what only root may look at, too */
};

/* The path below the host's root; false where it is too long. */
MUST_CHECK bool hostfile_path(const struct hostfile_host *host,
    const char *path, char out[HOSTFILE_PATH_SIZE]);

/*
 * Appends a whole regular file to out, which is text then: a NUL within is
 * MALFORMED.  NOT_FOUND; PEER_REFUSED: this user may not read it; TOO_LARGE;
 * INSECURE_FILE: no regular file; IO.
 */
MUST_CHECK int hostfile_read(
    const struct hostfile_host *host, const char *path, struct buf *out);

/* 0 where the buffer holds a text, whole; TOO_LARGE, NO_MEMORY. */
MUST_CHECK int hostfile_settle(struct buf *out);

/* How much of a line stands before its comment; len where there is none. */
typedef size_t hostfile_comment_fn(const char *line, size_t len);
/* A comment begins at the first "#", whatever stands before that. */
size_t hostfile_before_hash(const char *line, size_t len);

/*
 * Lines of a text, those parted by a backslash joined into one.  A comment ends
 * its line, whatever stands at its end.  Zeroed but for at and comment.
 */
struct hostfile_lines {
	const char *at;               /* what is left; borrowed */
	hostfile_comment_fn *comment; /* NULL: lines are taken as they are */
	unsigned int number;          /* of the line given, from 1 */
	unsigned int read;
	struct buf line;
};
/* The next, without its comment, borrowed until the next call; NULL: none. */
const char *hostfile_next(struct hostfile_lines *lines);
void hostfile_lines_done(struct hostfile_lines *lines);
#define HOSTFILE_LINES_AUTO CLEANUP(hostfile_lines_done)

/* Takes the next word, parted by blanks, off the text; false: there is none, or
 * it does not fit, and then *at is at the end. */
MUST_CHECK bool hostfile_word(const char **at, char *out, size_t out_size);
