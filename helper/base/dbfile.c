/*
 * dbfile.c - whether the file of a database is ours alone.
 *
 * Owns what is looked at before SQLite may open the file.  Must not know what
 * is in it.
 */
#include "base/dbfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"

/* SQLite would put back what stands in it. */
static int
check_journal(const char *path)
{
	char journal[PATH_MAX];
	struct stat st;
	int len = snprintf(journal, sizeof(journal), "%s-journal", path);

	if (len < 0 || (size_t)len >= sizeof(journal))
		return ERR_INVALID_ARGUMENT;
	if (lstat(journal, &st) != 0)
		return errno == ENOENT ? 0 : ERR_IO;
	return S_ISREG(st.st_mode) && st.st_uid == geteuid()
	    ? 0
	    : ERR_INSECURE_FILE;
}

int
dbfile_check(const char *path, int flags)
{
	int fd =
	    open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags,
		S_IRUSR | S_IWUSR);
	struct stat st;
	bool ours;

	if (fd < 0) {
		if (errno == ENOENT)
			return ERR_NOT_FOUND;
		return errno == ELOOP || errno == EISDIR ? ERR_INSECURE_FILE
							 : ERR_IO;
	}
	ours = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0;
	(void)close(fd);
	return ours ? check_journal(path) : ERR_INSECURE_FILE;
}

int
dbfile_sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	int fd;
	int r;

	if (slash != NULL)
		(void)snprintf(folder, sizeof(folder), "%.*s",
		    (int)(slash - path + 1), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	r = fsync(fd) == 0 ? 0 : ERR_IO;
	(void)close(fd);
	return r;
}
