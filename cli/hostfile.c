/*
 * hostfile.c - reads text files whole and gives their lines and words.
 *
 * Promises that a FIFO or a device in the place of a file is never waited for.
 * Must not know what the files mean.
 */
#include "cli/hostfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"

#define BLANKS " \t\r"
#define PIECE_BYTES 8192

static void
close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

bool
hostfile_path(const struct hostfile_host *host, const char *path,
    char out[HOSTFILE_PATH_SIZE])
{
	int len = snprintf(out, HOSTFILE_PATH_SIZE, "%s%s", host->root, path);

	return len >= 0 && len < HOSTFILE_PATH_SIZE;
}

static int
fault_of(int error)
{
	if (error == ENOENT || error == ENOTDIR)
		return ERR_NOT_FOUND;
	return error == EACCES || error == EPERM ? ERR_PEER_REFUSED : ERR_IO;
}

int
hostfile_settle(struct buf *out)
{
	/* A buffer that is full is no full disk. */
	if (buf_text(out) != NULL)
		return ERR_OK;
	return buf_fault(out) == ERR_NO_SPACE ? ERR_TOO_LARGE : buf_fault(out);
}

static int
read_all(int fd, struct buf *out)
{
	for (;;) {
		uint8_t piece[PIECE_BYTES];
		ssize_t len = read(fd, piece, sizeof(piece));

		if (len < 0)
			return ERR_IO;
		if (len == 0)
			break;
		if (memchr(piece, '\0', (size_t)len) != NULL)
			return ERR_MALFORMED;
		buf_put(out, piece, (size_t)len);
		if (buf_fault(out) != 0)
			break;
	}
	return hostfile_settle(out);
}

int
hostfile_read(
    const struct hostfile_host *host, const char *path, struct buf *out)
{
	char full[HOSTFILE_PATH_SIZE];
	int fd CLEANUP(close_fd) = -1;
	struct stat st;

	if (!hostfile_path(host, path, full))
		return ERR_TOO_LARGE;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0)
		return fault_of(errno);
	return S_ISREG(st.st_mode) ? read_all(fd, out) : ERR_INSECURE_FILE;
}

size_t
hostfile_before_hash(const char *line, size_t len)
{
	const char *hash = memchr(line, '#', len);

	return hash == NULL ? len : (size_t)(hash - line);
}

/* Whether the line goes on in the next one: a backslash stands at its end. */
static bool
goes_on(const char *line, size_t *len)
{
	size_t end = *len;

	while (end > 0 && strchr(BLANKS, line[end - 1]) != NULL)
		end--;
	if (end == 0 || line[end - 1] != '\\')
		return false;
	*len = end - 1;
	return true;
}

const char *
hostfile_next(struct hostfile_lines *lines)
{
	bool more = *lines->at != '\0';

	if (!more)
		return NULL;
	if (lines->line.limit == 0)
		buf_init(&lines->line, HOSTFILE_LIMIT_BYTES);
	buf_reset(&lines->line);
	lines->number = lines->read + 1;
	while (more) {
		const char *start = lines->at;
		size_t whole = strcspn(start, "\n");
		size_t len = whole;

		if (lines->comment != NULL)
			len = lines->comment(start, whole);
		more = lines->comment != NULL && len == whole &&
		    goes_on(start, &len) && start[whole] != '\0';
		buf_put(&lines->line, start, len);
		if (more)
			buf_put_u8(&lines->line, ' ');
		lines->at = start + whole + (start[whole] == '\n');
		lines->read++;
	}
	return buf_text(&lines->line);
}

void
hostfile_lines_done(struct hostfile_lines *lines)
{
	buf_done(&lines->line);
}

bool
hostfile_word(const char **at, char *out, size_t out_size)
{
	const char *start = *at + strspn(*at, BLANKS);
	size_t len = strcspn(start, BLANKS);

	*at = start + len;
	if (len == 0)
		return false;
	if (len >= out_size) {
		*at += strlen(*at);
		return false;
	}
	memcpy(out, start, len);
	out[len] = '\0';
	return true;
}
