/*
 * bench-seen.c - when a member's groups change for the name service, for
 * bench-seen.sh.
 *
 * Asks the module's own function without a pause, as a process that is bound to
 * see the change first; tells each as the wall clock in milliseconds.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/num.h"
#include "common/paths.h"
#include "nss_module/group.h"

static double
wall_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static long
count_groups(struct map *map, const char *user)
{
	static gid_t *gids;
	static long room;
	long count = 0;
	int os_error = 0;
	const struct group_list list = {&gids, &count, &room, -1, 0};

	if (room == 0) {
		room = 64;
		gids = calloc((size_t)room, sizeof(*gids));
	}
	if (gids == NULL ||
	    group_list(map, user, &list, &os_error) != NSS_STATUS_SUCCESS)
		errx(1, "%s: no such member", user);
	return count;
}

int
main(int argc, char **argv)
{
	struct map map = {.path = PATH_SNAPSHOT};
	uint64_t changes = 0;
	long before = 0;

	if (argc != 3 || num_parse(argv[2], 10000, &changes) != 0)
		errx(2, "usage: bench-seen USER CHANGES");
	before = count_groups(&map, argv[1]);
	while (changes > 0) {
		long now = count_groups(&map, argv[1]);

		if (now == before)
			continue;
		printf("%.3f\n", wall_ms());
		(void)fflush(stdout);
		before = now;
		changes--;
	}
	return 0;
}
