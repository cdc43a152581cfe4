/*
 * setuid-names.c - a setuid program that asks for names, for tests/daemon.
 *
 * Asks once in a child for which reading the environment is death, and once
 * with the environment that its caller chose; prints what it then was told.
 * Fails where it is not setuid, a name is not there, or a descriptor stays.
 *
 *	setuid-names USER GROUP
 */
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUPS_MAX 64
#define DESCRIPTORS_MAX 1024

static int
descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

static void
tell_user(const char *name)
{
	gid_t gids[GROUPS_MAX];
	int count = GROUPS_MAX;
	const struct passwd *user = getpwnam(name);

	if (user == NULL || getpwuid(user->pw_uid) == NULL)
		errx(1, "no such user: %s", name);
	printf("%s:%s:%" PRIu32 ":%" PRIu32 ":%s:%s:%s\n", user->pw_name,
	    user->pw_passwd, user->pw_uid, user->pw_gid, user->pw_gecos,
	    user->pw_dir, user->pw_shell);
	if (getgrouplist(name, user->pw_gid, gids, &count) < 0)
		errx(1, "too many groups");
	for (int i = 0; i < count; i++)
		printf("%" PRIu32 "\n", gids[i]);
}

static void
tell_group(const char *name)
{
	const struct group *group = getgrnam(name);

	if (group == NULL || getgrgid(group->gr_gid) == NULL)
		errx(1, "no such group: %s", name);
	printf(
	    "%s:%s:%" PRIu32, group->gr_name, group->gr_passwd, group->gr_gid);
	for (char **member = group->gr_mem; *member != NULL; member++)
		printf(":%s", *member);
	printf("\n");
}

static void
tell_everybody(void)
{
	const struct passwd *user = NULL;

	setpwent();
	while ((user = getpwent()) != NULL)
		printf("%s %" PRIu32 "\n", user->pw_name, user->pw_uid);
	endpwent();
}

static void
ask(char **argv)
{
	int before = descriptors();

	tell_user(argv[1]);
	tell_group(argv[2]);
	tell_everybody();
	if (descriptors() != before)
		errx(1, "%d descriptors stay open", descriptors() - before);
}

static void
ask_blindly(char **argv)
{
	void *untouchable =
	    mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (untouchable == MAP_FAILED || freopen("/dev/null", "w", stdout) == 0)
		err(1, "cannot begin");
	environ = untouchable;
	ask(argv);
	_exit(0);
}

int
main(int argc, char **argv)
{
	int status = 1;
	pid_t child = -1;

	if (argc != 3)
		errx(2, "usage: setuid-names USER GROUP");
	if (getauxval(AT_SECURE) == 0 || getuid() == geteuid())
		errx(1, "not setuid");
	child = fork();
	if (child == 0)
		ask_blindly(argv);
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		errx(1, "ended with %d where the environment may not be read",
		    status);
	ask(argv);
	return 0;
}
