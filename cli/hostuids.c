/*
 * hostuids.c - who runs something here, and how it is ended.
 *
 * Promises that a signal reaches nobody else: it is sent by a child that has
 * the number itself and no privilege, so that the kernel says whom it may
 * reach.  A process that forks, or whose number is given anew, slips through no
 * list, because there is none.
 */
#include "cli/hostuids.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/name.h"
#include "common/num.h"

#define PROCESSES "/proc"
#define RECORDS "/run/systemd/users"
#define UID_LINE "Uid:"
#define BLANKS " \t\n"
/* No user has it: as real and saved number of the child it keeps the processes
 * that it ends from ending it first. */
#define NOBODY_ELSE ((uid_t)-2)

static void
add(struct hostuids *found, uint64_t uid)
{
	if (uid > UINT32_MAX || name_number_reserved((uint32_t)uid) ||
	    found->count == HOSTUIDS_MAX)
		return;
	for (size_t i = 0; i < found->count; i++) {
		if (found->uids[i] == (uid_t)uid)
			return;
	}
	found->uids[found->count++] = (uid_t)uid;
}

/* "Uid:" and the real, effective, saved and file system number. */
static void
add_line(struct hostuids *found, char *line)
{
	char *at = line + strlen(UID_LINE);
	uint64_t uid = 0;

	if (strncmp(line, UID_LINE, strlen(UID_LINE)) != 0)
		return;
	for (at += strspn(at, BLANKS); *at != '\0'; at += strspn(at, BLANKS)) {
		char *word = at;

		at += strcspn(at, BLANKS);
		if (*at != '\0')
			*at++ = '\0';
		if (num_parse(word, UINT32_MAX, &uid) == 0)
			add(found, uid);
	}
}

/* The owner of the folder would be root for whoever gave up privileges. */
static void
add_process(struct hostuids *found, const char *pid)
{
	char path[64];
	char line[256];
	FILE *file = NULL;

	(void)snprintf(path, sizeof(path), PROCESSES "/%.20s/status", pid);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		add_line(found, line);
	if (file != NULL)
		(void)fclose(file);
}

static void
add_record(struct hostuids *found, const char *name)
{
	uint64_t uid = 0;

	if (num_parse(name, UINT32_MAX, &uid) == 0)
		add(found, uid);
}

static int
each_number(const char *path, struct hostuids *found,
    void (*take)(struct hostuids *found, const char *name))
{
	DIR *folder = opendir(path);
	const struct dirent *entry = NULL;
	uint64_t number = 0;

	if (folder == NULL)
		return ERR_IO;
	while ((entry = readdir(folder)) != NULL) {
		if (num_parse(entry->d_name, UINT32_MAX, &number) == 0)
			take(found, entry->d_name);
	}
	return closedir(folder) == 0 ? ERR_OK : ERR_IO;
}

int
hostuids_find(struct hostuids *ret_uids)
{
	ret_uids->count = 0;
	/* A host without logind has no such folder. */
	(void)!each_number(RECORDS, ret_uids, add_record);
	return each_number(PROCESSES, ret_uids, add_process);
}

bool
hostuids_has_record(uid_t uid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), RECORDS "/%u", (unsigned int)uid);
	return access(path, F_OK) == 0;
}

/* In the child, which never comes back. */
static void
signal_as(uid_t uid, int signal)
{
	bool sent = setresuid(NOBODY_ELSE, uid, NOBODY_ELSE) == 0 &&
	    geteuid() == uid && getuid() == NOBODY_ELSE &&
	    kill(-1, signal) == 0;

	_exit(sent ? 0 : 1);
}

int
hostuids_signal(uid_t uid, int signal)
{
	pid_t child = -1;
	int status = 1;

	if (name_number_reserved(uid))
		return ERR_INVALID_ARGUMENT;
	child = fork();
	if (child == 0)
		signal_as(uid, signal);
	if (child < 0)
		return ERR_NO_MEMORY;
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return ERR_IO;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ERR_OK : ERR_IO;
}
