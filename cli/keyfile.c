/*
 * keyfile.c - reads and replaces the key file.
 *
 * Promises that whoever reads the file sees the whole old or the whole new
 * lines, that both lines are there until keyfile_settle(), and that nobody but
 * root and the daemon could ever read them.  Must not know what is sealed.
 */
#include "cli/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/secret.h"

#define LINE_BYTES ((size_t)KEYFILE_DIGITS + 1)
#define TEXT_MAX_BYTES (2 * LINE_BYTES)

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static void
wipe_text(char (*text)[TEXT_MAX_BYTES + 1])
{
	secret_wipe(text, sizeof(*text));
}

static int
fault_of(int error)
{
	if (error == ENOSPC || error == EDQUOT)
		return ERR_NO_SPACE;
	if (error == EEXIST)
		return ERR_EXISTS;
	return error == ELOOP ? ERR_INSECURE_FILE : ERR_IO;
}

static const char *
parse_line(const char *at, char key[KEYFILE_DIGITS + 1])
{
	if (strspn(at, "0123456789abcdefABCDEF") != KEYFILE_DIGITS)
		return NULL;
	memcpy(key, at, KEYFILE_DIGITS);
	key[KEYFILE_DIGITS] = '\0';
	at += KEYFILE_DIGITS;
	return *at == '\n' ? at + 1 : at;
}

static int
read_lines(struct keyfile *file)
{
	char text[TEXT_MAX_BYTES + 1] CLEANUP(wipe_text) = "";
	ssize_t len = read(file->fd, text, sizeof(text));
	const char *at = text;

	if (len < 0)
		return ERR_IO;
	if ((size_t)len == sizeof(text))
		return ERR_MALFORMED;
	at = parse_line(at, file->now);
	if (at != NULL && *at != '\0')
		at = parse_line(at, file->before);
	return at != NULL && at == text + len ? ERR_OK : ERR_MALFORMED;
}

/* The lock counts for the file that the path leads to now. */
static int
lock(const struct keyfile *file)
{
	struct stat mine;
	struct stat there;

	if (flock(file->fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? ERR_BUSY_HOST : ERR_IO;
	if (fstat(file->fd, &mine) != 0 || lstat(file->path, &there) != 0)
		return ERR_IO;
	if (!S_ISREG(mine.st_mode))
		return ERR_INSECURE_FILE;
	return mine.st_dev == there.st_dev && mine.st_ino == there.st_ino
	    ? ERR_OK
	    : ERR_BUSY_HOST;
}

int
keyfile_open(const char *path, uid_t owner, struct keyfile *ret_file)
{
	struct keyfile file KEYFILE_AUTO = {.path = path, .owner = owner};
	int r = ERR_OK;

	file.fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file.fd < 0 && errno != ENOENT)
		return fault_of(errno);
	if (file.fd >= 0)
		r = lock(&file);
	if (r == 0 && file.fd >= 0)
		r = read_lines(&file);
	if (r != 0)
		return r;
	*ret_file = file;
	file = KEYFILE_NULL;
	return ERR_OK;
}

void
keyfile_close(struct keyfile *file)
{
	if (file->fd >= 0)
		(void)close(file->fd);
	secret_wipe(file, sizeof(*file));
	*file = KEYFILE_NULL;
}

static int
write_lines(const struct keyfile *file, int fd)
{
	char text[TEXT_MAX_BYTES + 1] CLEANUP(wipe_text) = "";
	int len =
	    snprintf(text, sizeof(text), "%s\n%s", file->now, file->before);

	if (file->before[0] != '\0')
		text[len++] = '\n';
	/* It is the daemon's before anything stands in it. */
	if (fchown(fd, file->owner, (gid_t)-1) != 0)
		return fault_of(errno);
	errno = EIO;
	if (write(fd, text, (size_t)len) != len || fsync(fd) != 0)
		return fault_of(errno);
	return flock(fd, LOCK_EX | LOCK_NB) == 0 ? ERR_OK : ERR_IO;
}

/* The rename counts when the folder has it. */
static int
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	int fd CLEANUP(close_fd) = -1;
	const char *slash = strrchr(path, '/');

	(void)snprintf(folder, sizeof(folder), "%.*s",
	    slash == NULL ? 1 : (int)(slash - path + 1),
	    slash == NULL ? "." : path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 ? ERR_OK : ERR_IO;
}

static int
replace(struct keyfile *file)
{
	char fresh[PATH_MAX];
	int fd CLEANUP(close_fd) = -1;
	int r = ERR_OK;

	if (snprintf(fresh, sizeof(fresh), "%s.new", file->path) >=
	    (int)sizeof(fresh))
		return ERR_TOO_LARGE;
	/* Who has the lock may clear away what a run before left. */
	if (file->fd >= 0)
		(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    S_IRUSR);
	if (fd < 0)
		return fault_of(errno);
	r = write_lines(file, fd);
	if (r == 0 && rename(fresh, file->path) != 0)
		r = fault_of(errno);
	if (r != 0) {
		(void)unlink(fresh);
		return r;
	}
	close_fd(&file->fd);
	file->fd = fd;
	fd = -1;
	return sync_folder(file->path);
}

static int
make_key(char key[KEYFILE_DIGITS + 1])
{
	uint8_t bytes[KEYFILE_DIGITS / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return ERR_IO;
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(key + 2 * i, 3, "%02x", bytes[i]);
	secret_wipe(bytes, sizeof(bytes));
	return ERR_OK;
}

int
keyfile_renew(struct keyfile *file)
{
	int r = ERR_OK;

	memcpy(file->before, file->now, sizeof(file->before));
	r = make_key(file->now);
	return r == 0 ? replace(file) : r;
}

int
keyfile_settle(struct keyfile *file)
{
	secret_wipe(file->before, sizeof(file->before));
	return replace(file);
}
