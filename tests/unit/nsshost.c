/*
 * nsshost.c - a published snapshot and a map over it, as a process has them.
 *
 * Any failure here ends the test program.
 */
#include "tests/unit/nsshost.h"

#include <err.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/snapform.h"

void
nsshost_publish(const struct nsshost *host, uint64_t generation)
{
	struct snapset set = snapset_make(generation);

	snapset_publish(host->path, set.bytes, set.size);
	snapset_done(&set);
}

/* The base that a generation is published as. */
static struct snapset
make_base(uint64_t generation)
{
	struct snapset set = snapset_make(generation);
	struct snapset base = snapform_version(&set, SNAPSHOT_VERSION_2);

	snapset_done(&set);
	return base;
}

void
nsshost_publish_base(const struct nsshost *host, uint64_t generation)
{
	struct snapset base = make_base(generation);

	snapset_publish(host->path, base.bytes, base.size);
	snapset_done(&base);
}

void
nsshost_publish_overlay(
    const struct nsshost *host, uint32_t number, const char *joined)
{
	static const uint32_t members[] = {1};
	static const char *const hidden[] = {"bob", NULL};
	const struct snapwrite_user user = {joined, "", "/home/joined",
	    "/bin/sh", NSSHOST_JOINED + number, 1, members};
	struct snapwrite_input in = snapset_input();
	struct snapset base;
	struct snapset overlay;
	struct roster there;

	if (roster_open(host->path, &there))
		errx(1, "%s", host->path);
	base = make_base(there.base.generation);
	roster_close(&there);
	in.users = &user;
	in.user_count = 1;
	overlay = snapform_overlay(&base, &in, hidden, number);
	snapform_publish(host->path, &overlay);
	snapset_done(&overlay);
	snapset_done(&base);
}

int
nsshost_setup(void **state)
{
	struct nsshost *host = calloc(1, sizeof(*host));

	if (!host)
		err(1, "calloc");
	host->folder = snapset_new_folder();
	host->path = snapset_path(host->folder);
	host->map.path = host->path;
	nsshost_publish(host, 1);
	*state = host;
	return 0;
}

static void
unmap(const struct map_series *series)
{
	for (size_t i = 0; i < ARRAY_SIZE(series->slots); i++)
		if (series->slots[i].base)
			(void)munmap(
			    series->slots[i].base, series->slots[i].length);
}

int
nsshost_teardown(void **state)
{
	struct nsshost *host = *state;

	unmap(&host->map.base);
	unmap(&host->map.overlay);
	snapset_remove_folder(host->folder);
	free(host->path);
	free(host);
	return 0;
}

static size_t
page_up(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

char *
nsshost_new_guarded(size_t size)
{
	size_t room = page_up(size);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *base = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED || mprotect(base + room, page, PROT_NONE))
		err(1, "mmap");
	return base + room - size;
}

void
nsshost_free_guarded(char *bytes, size_t size)
{
	size_t room = page_up(size);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (munmap(bytes + size - room, room + page))
		err(1, "munmap");
}
