/*
 * snapset.c - a small set of members, and files of it, for tests.
 *
 * Owns the temporary folders that tests publish into.  Any failure here ends
 * the test program: it says nothing about the code under test.
 */
#include "tests/unit/snapset.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/snapshot_format.h"

struct snapwrite_input
snapset_input(void)
{
	static const struct snapwrite_group groups[] = {
	    {.name = "org-admins", .gid = SNAPSET_GID},
	    {.name = "org-members", .gid = SNAPSET_GID + 1},
	    {.name = "everyone", .gid = SNAPSET_GID + 2, .unlisted = true},
	    {.name = "nobody-here", .gid = SNAPSET_GID + 3},
	    {.name = "adm", .gid = 4, .local = true},
	};
	static const uint32_t of_ada[] = {4, 2, 1, 0};
	static const uint32_t of_bob[] = {1, 2};
	static const uint32_t of_grace[] = {2};
	static const struct snapwrite_user users[] = {
	    {"grace", "Grace H", "/home/grace", "/bin/sh", SNAPSET_UID + 2, 1,
		of_grace},
	    {"ada", "Ada L", "/home/ada", "/bin/bash", SNAPSET_UID, 4, of_ada},
	    {"bob", "", "/srv/people/bob", "/bin/bash", SNAPSET_UID + 1, 2,
		of_bob},
	};

	return (struct snapwrite_input){
	    .users = users,
	    .user_count = 3,
	    .groups = groups,
	    .group_count = 5,
	    .generation = 7,
	    .created = {1700000000},
	    .soft_age_s = 3600,
	    .hard_age_s = 7 * 24 * 3600,
	    .organization = "Acme",
	};
}

struct snapset
snapset_of(const struct snapwrite_input *input)
{
	struct snapset set = {0};

	if (snapwrite(input, &set.bytes, &set.size))
		errx(1, "snapwrite");
	return set;
}

struct snapset
snapset_make(uint64_t generation)
{
	struct snapwrite_input input = snapset_input();

	input.generation = generation;
	return snapset_of(&input);
}

void
snapset_done(struct snapset *set)
{
	free(set->bytes);
	*set = (struct snapset){0};
}

char *
snapset_new_folder(void)
{
	char *folder = strdup("/tmp/snapset-XXXXXX");

	if (!folder || !mkdtemp(folder) || chmod(folder, 0755))
		err(1, "mkdtemp");
	return folder;
}

void
snapset_remove_folder(char *folder)
{
	DIR *dir = opendir(folder);

	if (!dir)
		err(1, "%s", folder);
	for (const struct dirent *e; (e = readdir(dir));)
		if (e->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	(void)closedir(dir);
	if (rmdir(folder))
		err(1, "%s", folder);
	free(folder);
}

char *
snapset_path(const char *folder)
{
	char *path;

	if (asprintf(&path, "%s/members.snapshot", folder) < 0)
		err(1, "asprintf");
	return path;
}

/* The mark stands eight bytes before the end of either header. */
static void
supersede(int old)
{
	const uint32_t mark = 1;
	struct snapshot_start start;

	if (pread(old, &start, sizeof(start), 0) != sizeof(start))
		return;
	if (pwrite(old, &mark, sizeof(mark), (off_t)start.header_size - 8) !=
	    sizeof(mark))
		err(1, "pwrite");
}

void
snapset_publish(const char *path, const uint8_t *bytes, size_t size)
{
	char temporary[256];
	int old = open(path, O_RDWR | O_CLOEXEC);
	int fd;

	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd) ||
	    rename(temporary, path))
		err(1, "%s", path);
	if (old < 0)
		return;
	supersede(old);
	if (close(old))
		err(1, "%s", path);
}
