/*
 * linefile.c - lines appended to a file that may be moved away meanwhile.
 *
 * Owns the descriptor.  Promises that a line never goes to a file that lost
 * its name, nor behind a piece of another line.  Must not know what the lines
 * say.
 */
#include "base/linefile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "common/err.h"

struct linefile {
	char *path;
	int fd;    /* -1: none */
	bool torn; /* ends in a piece of a line */
};

int
linefile_new(const char *path, struct linefile **ret_file)
{
	struct linefile *file = calloc(1, sizeof(*file));

	if (file == NULL)
		return ERR_NO_MEMORY;
	file->fd = -1;
	file->path = strdup(path);
	if (file->path == NULL) {
		linefile_free(file);
		return ERR_NO_MEMORY;
	}
	*ret_file = file;
	return ERR_OK;
}

static void
close_file(struct linefile *file)
{
	if (file->fd >= 0)
		(void)close(file->fd);
	file->fd = -1;
	file->torn = false;
}

void
linefile_free(struct linefile *file)
{
	if (file == NULL)
		return;
	close_file(file);
	free(file->path);
	free(file);
}

/* Does the path still lead to the file that is open? */
static bool
is_current(const struct linefile *file)
{
	struct stat ours;
	struct stat now;

	return file->fd >= 0 && fstat(file->fd, &ours) == 0 &&
	    lstat(file->path, &now) == 0 && ours.st_dev == now.st_dev &&
	    ours.st_ino == now.st_ino;
}

/* 0 where all was written. */
static int
append(struct linefile *file, const void *bytes, size_t len)
{
	ssize_t n;

	do
		n = write(file->fd, bytes, len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len) {
		file->torn = false;
		return ERR_OK;
	}
	if (n > 0)
		file->torn = true;
	return n >= 0 || errno == ENOSPC || errno == EDQUOT || errno == EFBIG
	    ? ERR_NO_SPACE
	    : ERR_IO;
}

int
linefile_append(struct linefile *file, const void *line, size_t len)
{
	int r = ERR_OK;

	if (!is_current(file)) {
		close_file(file);
		r = files_open_append(file->path, 0640, &file->fd);
	}
	if (r == 0 && file->torn)
		r = append(file, "\n", 1);
	return r == 0 ? append(file, line, len) : r;
}
