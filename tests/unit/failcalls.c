/*
 * failcalls.c - see failcalls.h.
 */
#include "tests/unit/failcalls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#define SHORT_BYTES 7

static struct {
	int countdown; /* 0 is off */
	int error;
	bool hit;
} armed;

void
failcalls_arm(int n, int error)
{
	armed.countdown = n;
	armed.error = error;
	armed.hit = false;
}

bool
failcalls_disarm(void)
{
	armed.countdown = 0;
	return armed.hit;
}

static bool
fails_now(void)
{
	if (armed.countdown == 0 || --armed.countdown > 0)
		return false;
	armed.hit = true;
	if (armed.error == FAILCALLS_KILL)
		(void)raise(SIGKILL);
	errno = armed.error;
	return armed.error != FAILCALLS_SHORT;
}

int __real_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode);
int __real_openat(int folder, const char *path, int flags, mode_t mode);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __real_pwrite(int fd, const void *bytes, size_t len, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t offset);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
ssize_t __real_pread(int fd, void *bytes, size_t len, off_t offset);
ssize_t __wrap_pread(int fd, void *bytes, size_t len, off_t offset);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
void *__real_mmap(
    void *at, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(
    void *at, size_t len, int prot, int flags, int fd, off_t offset);

int
__wrap_open(const char *path, int flags, mode_t mode)
{
	return fails_now() ? -1 : __real_open(path, flags, mode);
}

int
__wrap_openat(int folder, const char *path, int flags, mode_t mode)
{
	return fails_now() ? -1 : __real_openat(folder, path, flags, mode);
}

int
__wrap_fchmod(int fd, mode_t mode)
{
	return fails_now() ? -1 : __real_fchmod(fd, mode);
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	int before = armed.countdown;

	if (fails_now())
		return -1;
	if (before == 1 && len > SHORT_BYTES)
		len = SHORT_BYTES;
	return __real_write(fd, bytes, len);
}

ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	int before = armed.countdown;

	if (fails_now())
		return -1;
	if (before == 1 && len > SHORT_BYTES)
		len = SHORT_BYTES;
	return __real_pwrite(fd, bytes, len, offset);
}

int
__wrap_fsync(int fd)
{
	return fails_now() ? -1 : __real_fsync(fd);
}

ssize_t
__wrap_pread(int fd, void *bytes, size_t len, off_t offset)
{
	return fails_now() ? -1 : __real_pread(fd, bytes, len, offset);
}

int
__wrap_close(int fd)
{
	bool fails = fails_now();
	int r = __real_close(fd);

	return fails ? -1 : r;
}

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	return fails_now() ? -1 : __real_renameat(from, old, to, new);
}

void *
__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	return fails_now() ? MAP_FAILED
			   : __real_mmap(at, len, prot, flags, fd, offset);
}
