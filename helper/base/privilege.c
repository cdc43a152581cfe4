/*
 * privilege.c - gives up root and shuts the process against its own kind.
 *
 * Checks afterwards that root is really gone, because a daemon that believes
 * to be unprivileged and is not is the worst of both.
 */
#include "base/privilege.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"

static int
find(const char *account, const char *passwd_path, struct passwd *ret_entry)
{
	FILE *file = fopen(passwd_path, "re");
	struct passwd *entry = NULL;
	int r = ERR_NOT_FOUND;

	if (file == NULL)
		return ERR_IO;
	while ((entry = fgetpwent(file)) != NULL) {
		if (strcmp(entry->pw_name, account) != 0)
			continue;
		*ret_entry = *entry;
		r = ERR_OK;
		break;
	}
	(void)fclose(file);
	return r;
}

int
privilege_drop(const char *account, const char *passwd_path)
{
	struct passwd entry = {0};
	int r = ERR_OK;

	if (geteuid() != 0)
		return ERR_OK;
	r = find(account, passwd_path, &entry);
	if (r != 0)
		return r;
	if (entry.pw_uid == 0 || entry.pw_gid == 0)
		return ERR_NOT_FOUND;
	if (setgroups(1, &entry.pw_gid) != 0 ||
	    setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid) != 0 ||
	    setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid) != 0)
		return ERR_IO;
	return setuid(0) == 0 || geteuid() == 0 ? ERR_IO : ERR_OK;
}

int
privilege_harden(void)
{
	const struct rlimit none = {0, 0};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	(void)umask(077);
	if (sigaction(SIGPIPE, &ignore, NULL) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return ERR_IO;
	return ERR_OK;
}
