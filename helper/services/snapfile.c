/*
 * snapfile.c - a snapshot or overlay on its way to its place.
 *
 * Owns the temporary file.  Promises that what takes its place passed the
 * reader's own full check, and that marks are written only into files that
 * have them.  Must not know what the bytes are made of.
 */
#include "services/snapfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"

#define TEMPORARY_PREFIX ".new-"
#define TEMPORARY_SIZE 32
#define MODE 0644

struct snapfile {
	int folder;
	int fd;
	bool there; /* under the temporary name */
	char temporary[TEMPORARY_SIZE];
	char name[NAME_MAX + 1];
	struct snapshot snapshot; /* mapped once it was checked */
};

static int
fault_of(int os_error)
{
	if (os_error == ENOSPC || os_error == EDQUOT || os_error == EFBIG)
		return ERR_NO_SPACE;
	if (os_error == ENOENT || os_error == ENOTDIR)
		return ERR_NOT_FOUND;
	return os_error == ENOMEM ? ERR_NO_MEMORY : ERR_IO;
}

static int
open_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);
	char folder[PATH_MAX] = ".";

	if (len >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (slash != NULL)
		(void)snprintf(folder, sizeof(folder), "%.*s",
		    len == 0 ? 1 : (int)len, path);
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static const char *
name_in(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static int
create(struct snapfile *file)
{
	uint64_t number = 0;

	/* Random, so that two writers never share a temporary file. */
	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return ERR_IO;
	(void)snprintf(file->temporary, sizeof(file->temporary),
	    TEMPORARY_PREFIX "%016jx", (uintmax_t)number);
	file->fd = openat(file->folder, file->temporary,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
	if (file->fd < 0)
		return fault_of(errno);
	file->there = true;
	/* The umask may have taken bits away. */
	return fchmod(file->fd, MODE) == 0 ? 0 : fault_of(errno);
}

int
snapfile_new(const char *path, struct snapfile **ret_file)
{
	struct snapfile *file SNAPFILE_AUTO = calloc(1, sizeof(*file));
	int err = 0;

	if (file == NULL)
		return ERR_NO_MEMORY;
	file->fd = -1;
	file->folder = open_folder(path);
	if (file->folder < 0)
		return fault_of(errno);
	(void)snprintf(file->name, sizeof(file->name), "%s", name_in(path));
	err = create(file);
	if (err == 0)
		*ret_file = TAKE(file);
	return err;
}

void
snapfile_free(struct snapfile *file)
{
	if (file == NULL)
		return;
	snapshot_close(&file->snapshot);
	if (file->there)
		(void)unlinkat(file->folder, file->temporary, 0);
	if (file->fd >= 0)
		(void)close(file->fd);
	if (file->folder >= 0)
		(void)close(file->folder);
	free(file);
}

static int
write_all(int fd, uint64_t offset, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	while (len > 0) {
		ssize_t n = pwrite(fd, from, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? ERR_IO : fault_of(errno);
		from += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int
put(void *context, uint64_t offset, const void *bytes, size_t len)
{
	const struct snapfile *file = context;

	return write_all(file->fd, offset, bytes, len);
}

struct snapwrite_sink
snapfile_sink(struct snapfile *file)
{
	return (struct snapwrite_sink){.write = put, .context = file};
}

static int
map(struct snapfile *file)
{
	struct stat st;
	void *bytes = NULL;
	int err = 0;

	if (fstat(file->fd, &st) != 0)
		return fault_of(errno);
	bytes =
	    mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, file->fd, 0);
	if (bytes == MAP_FAILED)
		return fault_of(errno);
	err = snapshot_init(bytes, (size_t)st.st_size, &file->snapshot);
	if (err != 0)
		(void)munmap(bytes, (size_t)st.st_size);
	return err;
}

int
snapfile_check(struct snapfile *file)
{
	int err = fsync(file->fd) == 0 ? 0 : fault_of(errno);

	if (err == 0)
		err = map(file);
	file->snapshot.passing = true;
	if (err == 0)
		err = snapshot_validate(&file->snapshot);
	file->snapshot.passing = false;
	/* The pages are not ours to hold. */
	if (file->snapshot.bytes != NULL)
		(void)madvise((void *)(uintptr_t)file->snapshot.bytes,
		    file->snapshot.size, MADV_DONTNEED);
	return err;
}

void
snapfile_prefer_large(const struct snapshot *standing)
{
	(void)madvise(
	    (void *)(uintptr_t)standing->bytes, standing->size, MADV_HUGEPAGE);
}

const struct snapshot *
snapfile_snapshot(const struct snapfile *file)
{
	return &file->snapshot;
}

int
snapfile_mark_overlay(struct snapfile *file, uint32_t number)
{
	return snapfile_tell_overlay(file->fd, number);
}

int
snapfile_show(struct snapfile *file)
{
	if (renameat(file->folder, file->temporary, file->folder, file->name) !=
	    0)
		return fault_of(errno);
	file->there = false;
	return 0;
}

int
snapfile_sync(const struct snapfile *file)
{
	return fsync(file->folder) == 0 ? 0 : fault_of(errno);
}

int
snapfile_open_standing(const char *path)
{
	return open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Where the marks of the file stand; false: in no way that we know. */
static bool
find_marks(int fd, uint32_t *ret_version, off_t *ret_superseded)
{
	struct snapshot_start start;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < (off_t)sizeof(struct snapshot_header) ||
	    pread(fd, &start, sizeof(start), 0) != (ssize_t)sizeof(start) ||
	    memcmp(start.magic, SNAPSHOT_MAGIC, sizeof(start.magic)) != 0)
		return false;
	*ret_version = start.version;
	switch (start.version) {
	case SNAPSHOT_VERSION_1:
		*ret_superseded =
		    offsetof(struct snapshot_header_1, superseded);
		return true;
	case SNAPSHOT_VERSION_2:
		*ret_superseded = offsetof(struct snapshot_header, superseded);
		return true;
	default:
		return false;
	}
}

/* Not through a map: there a full or failing disk would end the process. */
static int
mark(int fd, off_t offset, uint32_t value)
{
	ssize_t n = pwrite(fd, &value, sizeof(value), offset);

	if (n < 0)
		return fault_of(errno);
	return n == (ssize_t)sizeof(value) ? 0 : ERR_IO;
}

void
snapfile_supersede(int fd)
{
	uint32_t version = 0;
	off_t at = 0;

	if (find_marks(fd, &version, &at))
		(void)mark(fd, at, 1);
}

int
snapfile_tell_overlay(int fd, uint32_t number)
{
	uint32_t version = 0;
	off_t at = 0;

	if (!find_marks(fd, &version, &at) || version != SNAPSHOT_VERSION_2)
		return ERR_SNAPSHOT_VERSION;
	return mark(fd, offsetof(struct snapshot_header, overlay), number);
}

void
snapfile_sweep(const char *path)
{
	int fd = open_folder(path);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry = NULL;

	if (folder == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL)
		if (strncmp(entry->d_name, TEMPORARY_PREFIX,
			sizeof(TEMPORARY_PREFIX) - 1) == 0)
			(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)closedir(folder);
}
