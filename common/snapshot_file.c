/*
 * snapshot_file.c - opening and mapping members.snapshot.
 *
 * Owns the question whether a file may be believed to come from the daemon:
 * by its kind, its owner and who else could write there.  Promises never to
 * wait on what lies at the path, and to keep no descriptor.  Must not know
 * what the bytes mean.
 */
#include "common/snapshot_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/name.h"

static bool
is_writable_by_others(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/* The folder must be one where only its owner places files. */
static int
stat_folder(const char *path, struct stat *ret_folder)
{
	char folder[NAME_PATH_MAX + 1] = ".";
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len >= sizeof(folder))
		return ERR_INVALID_ARGUMENT;
	if (slash)
		memcpy(folder, len ? path : "/", len ? len : 1);
	if (stat(folder, ret_folder) != 0)
		return ERR_IO;
	return is_writable_by_others(ret_folder) ? ERR_INSECURE_FILE : 0;
}

static int
check_file(int fd, const char *path, struct snapshot_file *ret_file)
{
	struct stat st;
	struct stat folder;

	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!S_ISREG(st.st_mode))
		return ERR_SNAPSHOT_INVALID;

	int err = stat_folder(path, &folder);

	if (err)
		return err;
	if (is_writable_by_others(&st) ||
	    (st.st_uid != 0 && st.st_uid != folder.st_uid))
		return ERR_INSECURE_FILE;
	if ((uint64_t)st.st_size > PTRDIFF_MAX)
		return ERR_SNAPSHOT_INVALID;
	*ret_file = (struct snapshot_file){
	    .fd = fd,
	    .size = (size_t)st.st_size,
	    .device = st.st_dev,
	    .inode = st.st_ino,
	};
	return 0;
}

static int
open_fault(int os_error)
{
	if (os_error == ENOENT || os_error == ENOTDIR)
		return ERR_SNAPSHOT_MISSING;
	if (os_error == ELOOP || os_error == ENXIO)
		return ERR_INSECURE_FILE; /* a link or a socket */
	return ERR_IO;
}

int
snapshot_file_open(const char *path, struct snapshot_file *ret_file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return open_fault(errno);

	int err = check_file(fd, path, ret_file);

	if (err)
		(void)close(fd);
	return err;
}

int
snapshot_open(const char *path, struct snapshot *ret_snap)
{
	struct snapshot_file file;
	int err = snapshot_file_open(path, &file);

	if (err)
		return err;

	void *bytes = mmap(NULL, file.size, PROT_READ, MAP_SHARED, file.fd, 0);

	(void)close(file.fd);
	if (bytes == MAP_FAILED)
		return file.size ? ERR_NO_MEMORY : ERR_SNAPSHOT_INVALID;
	err = snapshot_init(bytes, file.size, ret_snap);
	if (err)
		(void)munmap(bytes, file.size);
	return err;
}

void
snapshot_close(struct snapshot *snap)
{
	/* munmap(2) takes no pointer to const, and never writes there. */
	if (snap->bytes)
		(void)munmap((void *)(uintptr_t)snap->bytes, snap->size);
	*snap = (struct snapshot){0};
}
