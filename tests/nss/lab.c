/*
 * lab.c - loads the module's shared object, and runs tests in children.
 *
 * Owns the temporary folder and the copy of the object in it.  In the copy the
 * path of the state folder is written over with one of the same length that
 * means the working folder, so that the code under test is the code installed.
 * Any failure here ends the program: it says nothing about the module.
 */
#include "tests/nss/lab.h"

#include <dirent.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/num.h"
#include "common/paths.h"

#define MODULE_MAX (64 << 20)
#define PATIENCE_S 60

typedef int clock_fn(clockid_t clock, struct timespec *ret_now);

static clock_fn *
get_real_clock(void)
{
	static _Atomic(clock_fn *) real;
	clock_fn *known = atomic_load(&real);

	if (!known) {
		*(void **)&known = dlsym(RTLD_NEXT, "clock_gettime");
		if (!known)
			errx(1, "no clock");
		atomic_store(&real, known);
	}
	return known;
}

static _Atomic int64_t *
get_set_clock(void)
{
	static _Atomic int64_t set_s;

	return &set_s;
}

/* Stands in for libc's: the module finds this one. */
__attribute__((visibility("default"))) int
clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	int64_t set_s = atomic_load(get_set_clock());

	if (set_s == 0)
		return get_real_clock()(clock, ret_now);
	*ret_now = (struct timespec){.tv_sec = set_s};
	return 0;
}

void
lab_set_clock(int64_t now_s)
{
	atomic_store(get_set_clock(), now_s);
}

uint64_t
lab_now_s(void)
{
	struct timespec now;

	(void)get_real_clock()(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec;
}

unsigned
lab_seconds(unsigned usual_s)
{
	const char *wanted = getenv("ORGLOGIN_NSS_SECONDS");
	uint64_t seconds;

	if (!wanted)
		return usual_s;
	if (num_parse(wanted, 24 * 3600, &seconds))
		errx(1, "ORGLOGIN_NSS_SECONDS: %s", wanted);
	return (unsigned)seconds;
}

void
lab_fail(const char *file, int line, const char *what)
{
	char text[512];
	int length = snprintf(
	    text, sizeof(text), "%s:%d: not so: %s\n", file, line, what);

	/* No stream: in a sandbox there may be no room for one. */
	_exit(write(STDERR_FILENO, text, (size_t)length) == length ? 1 : 2);
}

/* The object as it was built, with the working folder in place of the state
 * folder: "/var/lib/orglogin/members.snapshot" becomes
 * ".////////////////members.snapshot". */
static void
copy_module(const char *from, char *to)
{
	int fd = mkstemp(to);
	static char bytes[MODULE_MAX];
	const size_t length = strlen(PATH_STATE_DIR);
	FILE *file = fopen(from, "r");
	size_t size;
	size_t found = 0;

	if (!file)
		err(1, "%s", from);
	size = fread(bytes, 1, sizeof(bytes), file);
	if (!feof(file) || fclose(file))
		err(1, "%s", from);
	for (char *at = bytes; (at = memmem(at, (size_t)(bytes + size - at),
				    PATH_STATE_DIR, length));
	     found++) {
		memset(at, '/', length);
		*at = '.';
	}
	if (found == 0)
		errx(1, "%s does not read %s", from, PATH_STATE_DIR);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		err(1, "%s", to);
}

static void *
find(void *object, const char *name)
{
	char symbol[64];
	void *entry;

	(void)snprintf(symbol, sizeof(symbol), "_nss_orglogin_%s", name);
	entry = dlsym(object, symbol);
	if (!entry)
		errx(1, "%s", dlerror());
	return entry;
}

static void
load(const char *path, struct lab_module *nss)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!object)
		errx(1, "%s", dlerror());
#define FIND(entry) (*(void **)&nss->entry = find(object, #entry))
	FIND(getpwnam_r);
	FIND(getpwuid_r);
	FIND(setpwent);
	FIND(getpwent_r);
	FIND(endpwent);
	FIND(getgrnam_r);
	FIND(getgrgid_r);
	FIND(setgrent);
	FIND(getgrent_r);
	FIND(endgrent);
	FIND(initgroups_dyn);
}

/* In memory where there is such a place: a disk would only be slower. */
static char *
make_folder(void)
{
	static char in_memory[] = "/dev/shm/nss-lab-XXXXXX";
	static char on_disk[] = "/tmp/nss-lab-XXXXXX";
	char *folder = mkdtemp(in_memory);

	if (!folder)
		folder = mkdtemp(on_disk);
	if (!folder || chmod(folder, 0755) || chdir(folder))
		err(1, "mkdtemp");
	return folder;
}

int
lab_open(void **state)
{
	static struct lab lab = {.copy = "/tmp/libnss_orglogin-XXXXXX"};
	const char *build = getenv("top_builddir");
	char built[4096];

	(void)get_real_clock();
	(void)snprintf(built, sizeof(built),
	    "%s/nss_module/.libs/libnss_orglogin.so.2", build ? build : ".");
	copy_module(built, lab.copy);
	load(lab.copy, &lab.nss);
	lab.folder = make_folder();
	*state = &lab;
	return 0;
}

static void
empty(const struct lab *lab)
{
	DIR *dir = opendir(lab->folder);

	if (!dir)
		err(1, "%s", lab->folder);
	for (const struct dirent *e; (e = readdir(dir));)
		if (e->d_name[0] != '.' && unlinkat(dirfd(dir), e->d_name, 0) &&
		    unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR))
			err(1, "%s", e->d_name);
	(void)closedir(dir);
}

int
lab_clear(void **state)
{
	const struct lab *lab = *state;

	empty(lab);
	return chmod(lab->folder, 0755);
}

int
lab_close(void **state)
{
	const struct lab *lab = *state;

	empty(lab);
	if (unlink(lab->copy) || chdir("/") || rmdir(lab->folder))
		err(1, "%s", lab->folder);
	return 0;
}

/* cmocka goes on with the next test at a fault; a child must not. */
static void
end_at_faults(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		(void)signal(faults[i], SIG_DFL);
}

void
lab_run(
    const struct lab *lab, void (*fn)(const struct lab *lab), unsigned extra_s)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	const uint64_t end_s = lab_now_s() + PATIENCE_S + extra_s;
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		(void)setpgid(0, 0);
		end_at_faults();
		fn(lab);
		_exit(0);
	}
	assert_true(child > 0);
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (lab_now_s() > end_s) {
			(void)kill(-child, SIGKILL);
			(void)waitpid(child, NULL, 0);
			fail_msg("it hangs");
		}
		(void)nanosleep(&pause, NULL);
	}
	/* Whoever it left behind. */
	(void)kill(-child, SIGKILL);
	assert_int_equal(status, 0);
}
