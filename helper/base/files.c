/*
 * files.c - reading what an administrator or we wrote, and replacing it whole.
 *
 * Promises that no file which somebody else could have written is believed,
 * that no FIFO or device blocks us, and that a reader of a replaced file sees
 * the whole old or the whole new bytes, whatever fails.  All checks are made
 * on the open descriptor.  Knows nothing of what the bytes mean.
 */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/secret.h"

#define CHUNK_BYTES 4096
#define TEMPORARY_NAME_SIZE 32

static void
close_cleanup(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
#define FD_AUTO CLEANUP(close_cleanup)

static int
fault_of(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case ELOOP:
		return ERR_INSECURE_FILE;
	case ENOMEM:
		return ERR_NO_MEMORY;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_NO_SPACE;
	default:
		return ERR_IO;
	}
}

static bool
owner_trusted(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

static bool
written_by_others(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

static bool
read_by_others(const struct stat *st)
{
	/* systemd hands a credential over by an ACL on a file of root:root,
	 * and the ACL's mask shows as the group's read bit. */
	bool by_root_only = st->st_uid == 0 && st->st_gid == 0;

	return (st->st_mode & S_IROTH) != 0 ||
	    ((st->st_mode & S_IRGRP) != 0 && !by_root_only);
}

static int
check_file(int fd, enum files_privacy privacy, size_t limit_bytes)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!S_ISREG(st.st_mode) || !owner_trusted(&st) ||
	    written_by_others(&st))
		return ERR_INSECURE_FILE;
	if (privacy == FILES_SECRET && read_by_others(&st))
		return ERR_INSECURE_FILE;
	if ((uintmax_t)st.st_size > limit_bytes)
		return ERR_TOO_LARGE;
	return 0;
}

/* A folder in which somebody else may replace our files. */
static bool
folder_shared(const struct stat *st)
{
	return !owner_trusted(st) ||
	    (written_by_others(st) && (st->st_mode & S_ISVTX) == 0);
}

/* Splits a path into an open folder and the name inside it. */
static int
open_folder(const char *path, int *ret_fd, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	char folder[PATH_MAX] = ".";
	int fd;

	if (slash != NULL) {
		size_t len = slash == path ? 1 : (size_t)(slash - path);

		if (len >= sizeof(folder))
			return ERR_INVALID_ARGUMENT;
		memcpy(folder, path, len);
		folder[len] = '\0';
	}
	if (name[0] == '\0' || strlen(name) > NAME_MAX)
		return ERR_INVALID_ARGUMENT;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_of(errno);
	*ret_fd = fd;
	*ret_name = name;
	return 0;
}

/* The same for a folder in which our files are safe. */
static int
open_own_folder(const char *path, int *ret_fd, const char **ret_name)
{
	FD_AUTO int fd = -1;
	struct stat st;
	int r = open_folder(path, &fd, ret_name);

	if (r != 0)
		return r;
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (folder_shared(&st))
		return ERR_INSECURE_FILE;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int
files_open(const char *path, enum files_privacy privacy, size_t limit_bytes,
    int *ret_fd)
{
	FD_AUTO int folder = -1;
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	const char *name;
	int fd;
	int r;

	r = open_own_folder(path, &folder, &name);
	if (r != 0)
		return r;
	if (privacy == FILES_SECRET)
		flags |= O_NOFOLLOW;
	fd = openat(folder, name, flags);
	if (fd < 0)
		return fault_of(errno);
	r = check_file(fd, privacy, limit_bytes);
	if (r != 0) {
		(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

static int
read_all(int fd, struct buf *out)
{
	uint8_t chunk[CHUNK_BYTES];
	ssize_t n;

	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			buf_put(out, chunk, (size_t)n);
	} while ((n > 0 && buf_fault(out) == 0) || (n < 0 && errno == EINTR));
	secret_wipe(chunk, sizeof(chunk));
	if (n < 0)
		return ERR_IO;
	/* It grew behind our back. */
	if (buf_fault(out) == ERR_NO_SPACE)
		return ERR_TOO_LARGE;
	return buf_fault(out);
}

int
files_read(const char *path, enum files_privacy privacy, size_t limit_bytes,
    struct buf *out)
{
	BUF_AUTO struct buf content = {.limit = limit_bytes};
	FD_AUTO int fd = -1;
	int r;

	r = files_open(path, privacy, limit_bytes, &fd);
	if (r != 0)
		return r;
	r = read_all(fd, &content);
	if (r != 0)
		return r;
	buf_put(out, content.bytes, content.len);
	return buf_fault(out);
}

/* The line at *at, which moves behind it. */
static int
take_secret(const struct buf *content, size_t *at, char **ret_secret)
{
	const char *line = (const char *)content->bytes + *at;
	size_t len = 0;
	char *secret;

	while (*at + len < content->len && line[len] != '\n') {
		unsigned char c = (unsigned char)line[len++];

		if (c < 0x20 || c == 0x7f)
			return ERR_MALFORMED;
	}
	if (len == 0)
		return ERR_MALFORMED;
	secret = secret_dup(line, len);
	if (secret == NULL)
		return ERR_NO_MEMORY;
	*at += len + (*at + len < content->len);
	*ret_secret = secret;
	return 0;
}

int
files_read_secret(const char *path, char **ret_secret)
{
	BUF_AUTO struct buf content = {.limit = FILES_SECRET_MAX_BYTES};
	size_t at = 0;
	int r;

	r = files_read(path, FILES_SECRET, FILES_SECRET_MAX_BYTES, &content);
	return r == 0 ? take_secret(&content, &at, ret_secret) : r;
}

int
files_read_secrets(const char *path, char **ret_first, char **ret_second)
{
	BUF_AUTO struct buf content = {.limit = FILES_SECRET_MAX_BYTES};
	char *first CLEANUP(secret_string_cleanup) = NULL;
	char *second CLEANUP(secret_string_cleanup) = NULL;
	size_t at = 0;
	int r;

	r = files_read(path, FILES_SECRET, FILES_SECRET_MAX_BYTES, &content);
	if (r == 0)
		r = take_secret(&content, &at, &first);
	if (r == 0 && at < content.len)
		r = take_secret(&content, &at, &second);
	if (r != 0)
		return r;
	if (at < content.len)
		return ERR_MALFORMED;
	*ret_first = TAKE(first);
	*ret_second = TAKE(second);
	return 0;
}

static int
write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? ERR_IO : fault_of(errno);
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A disk that took the bytes but keeps others is found before the rename. */
static int
compare_all(int fd, const uint8_t *bytes, size_t len)
{
	uint8_t chunk[CHUNK_BYTES];
	size_t done = 0;
	ssize_t n;

	do {
		n = pread(fd, chunk, sizeof(chunk), (off_t)done);
		if (n > 0 &&
		    ((size_t)n > len - done ||
			memcmp(chunk, bytes + done, (size_t)n) != 0))
			break;
		if (n > 0)
			done += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	secret_wipe(chunk, sizeof(chunk));
	return n == 0 && done == len ? 0 : ERR_IO;
}

static int
write_new(
    int folder, const char *name, const void *bytes, size_t len, mode_t mode)
{
	FD_AUTO int fd = -1;
	int closing;
	int r;

	fd = openat(folder, name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return fault_of(errno);
	/* The umask may have taken bits away, never added any. */
	if (fchmod(fd, mode) != 0)
		return fault_of(errno);
	r = write_all(fd, bytes, len);
	if (r != 0)
		return r;
	if (fsync(fd) != 0)
		return fault_of(errno);
	r = compare_all(fd, bytes, len);
	if (r != 0)
		return r;
	closing = fd;
	fd = -1;
	return close(closing) == 0 ? 0 : fault_of(errno);
}

/* Random, so that two writers never share a temporary file. */
static int
temporary_name(char out[TEMPORARY_NAME_SIZE])
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return ERR_IO;
	(void)snprintf(
	    out, TEMPORARY_NAME_SIZE, ".new-%016jx", (uintmax_t)number);
	return 0;
}

int
files_replace(const char *path, const void *bytes, size_t len, mode_t mode)
{
	FD_AUTO int folder = -1;
	char temporary[TEMPORARY_NAME_SIZE];
	const char *name;
	int r;

	r = open_folder(path, &folder, &name);
	if (r != 0)
		return r;
	r = temporary_name(temporary);
	if (r != 0)
		return r;
	r = write_new(folder, temporary, bytes, len, mode);
	if (r == 0 && renameat(folder, temporary, folder, name) != 0)
		r = fault_of(errno);
	if (r != 0) {
		(void)unlinkat(folder, temporary, 0);
		return r;
	}
	return fsync(folder) == 0 ? 0 : fault_of(errno);
}

/* One that is there, or else a new one. */
static int
open_append(int folder, const char *name, mode_t mode)
{
	const int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC;
	int fd = openat(folder, name, flags);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	fd = openat(folder, name, flags | O_CREAT | O_EXCL, mode);
	/* The umask may have taken bits away. */
	if (fd >= 0)
		(void)fchmod(fd, mode);
	return fd;
}

int
files_open_append(const char *path, mode_t mode, int *ret_fd)
{
	FD_AUTO int folder = -1;
	FD_AUTO int fd = -1;
	const char *name;
	struct stat st;
	int r = open_own_folder(path, &folder, &name);

	if (r != 0)
		return r;
	fd = open_append(folder, name, mode);
	if (fd < 0)
		return fault_of(errno);
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!S_ISREG(st.st_mode) || !owner_trusted(&st) ||
	    written_by_others(&st) || st.st_nlink != 1)
		return ERR_INSECURE_FILE;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int
files_stir(const char *path)
{
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    0600);

	/* That it was closed by a writer is what is watched for. */
	return fd >= 0 && close(fd) == 0 ? ERR_OK : ERR_IO;
}

int
files_ensure_folder(const char *path, mode_t mode)
{
	FD_AUTO int fd = -1;
	struct stat st;
	bool made = mkdir(path, mode) == 0;

	if (!made && errno != EEXIST)
		return fault_of(errno);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOTDIR ? ERR_INSECURE_FILE : fault_of(errno);
	if (made && fchmod(fd, mode) != 0)
		return fault_of(errno);
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!owner_trusted(&st) || written_by_others(&st))
		return ERR_INSECURE_FILE;
	return 0;
}
