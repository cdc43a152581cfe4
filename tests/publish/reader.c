/*
 * reader.c - see reader.h.
 */
#include "tests/publish/reader.h"

#include <dirent.h>
#include <err.h>
#include <nss.h>
#include <string.h>

#include "nss_module/passwd.h"

bool
reader_finds(struct map *map, const char *name, bool *ret_answered)
{
	char buffer[512];
	struct passwd entry;
	int error = 0;
	const struct passwd_answer answer = {.entry = &entry,
	    .buffer = buffer,
	    .size = sizeof(buffer),
	    .errnop = &error};
	enum nss_status status = passwd_by_name(map, name, &answer);

	*ret_answered =
	    status == NSS_STATUS_SUCCESS || status == NSS_STATUS_NOTFOUND;
	return status == NSS_STATUS_SUCCESS;
}

size_t
reader_count_leftovers(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry = NULL;
	size_t count = 0;

	if (folder == NULL)
		err(1, "%s", path);
	while ((entry = readdir(folder)) != NULL)
		count += strncmp(entry->d_name, ".new-", 5) == 0;
	(void)closedir(folder);
	return count;
}
