/*
 * bench-directory.c - the life of a large list in the directory alone: the
 * first one, the same with one member changed, and the start from what was
 * stored, with the longest time that the loop could answer nobody.
 *
 *	bench-directory [FOLDER [MEMBERS]]
 *
 * Each member has an id of 36 bytes that may come before or behind any other, a
 * mail address, a name and one of a thousand roles, which stand for no group;
 *one group holds everyone.  The folder must be on the disk in question.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/db.h"
#include "base/footprint.h"
#include "base/loop.h"
#include "bench/hugelist.h"
#include "bench/samples.h"
#include "common/err.h"
#include "common/num.h"
#include "services/directory.h"

#define ROLES 1000
#define WALL_S INT64_C(1767323045)

struct bench {
	uint64_t count;
	struct hugelist_folder folder;
	struct access_policy policy;
	struct clock_fake clock;
	struct loop *loop;
	struct loop_timer *ticker;
	struct db *db;
	struct directory *directory;
	double tick_us; /* when the loop last came round */
	double longest_us;
	bool done;
};

struct stage {
	double wall_us;
	double cpu_us;
};

static struct stage
begin(void)
{
	return (struct stage){samples_now_us(), samples_cpu_us()};
}

static void
end(const char *what, const struct stage *since)
{
	printf("%-28s %8.2f s, %6.2f s of processor", what,
	    (samples_now_us() - since->wall_us) / 1e6,
	    (samples_cpu_us() - since->cpu_us) / 1e6);
}

/* The same list each time, but for one name after the first turn. */
static struct members *
make_members(const struct bench *b, unsigned int turn)
{
	struct members *members = NULL;

	hugelist_must("members", members_new(&members));
	for (uint64_t i = 0; i < b->count; i++) {
		uint64_t random = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
		const uint64_t held[] = {random % ROLES};
		struct hugelist huge;

		hugelist_make(&huge, i, random >> 32, held, ARRAY_SIZE(held));
		if (i == 7 && turn > 0)
			huge.member.name = "Somebody Else";
		hugelist_must("member", members_add(members, &huge.member));
	}
	return members;
}

static void
on_tick(void *arg)
{
	struct bench *b = arg;
	double now_us = samples_now_us();

	if (now_us - b->tick_us > b->longest_us)
		b->longest_us = now_us - b->tick_us;
	b->tick_us = now_us;
	loop_timer_start(b->ticker, 1);
}

static void
on_done(void *arg, int reason)
{
	struct bench *b = arg;

	hugelist_must("list", reason);
	b->done = true;
}

static void
replace(struct bench *b, const char *what, unsigned int turn)
{
	struct members *members = make_members(b, turn);
	struct stage stage = begin();

	b->done = false;
	b->tick_us = samples_now_us();
	b->longest_us = 0;
	hugelist_must("list",
	    directory_replace(b->directory, members, false, on_done, b));
	loop_timer_start(b->ticker, 1);
	while (!b->done)
		loop_turn(b->loop, true);
	loop_timer_stop(b->ticker);
	end(what, &stage);
	printf(", longest turn %.1f ms\n", b->longest_us / 1e3);
}

static void
start(struct bench *b)
{
	const struct directory_options options = {
	    .organization_id = "org_bench",
	    .organization_name = "Bench",
	    .policy = &b->policy,
	    .shell = "/bin/bash",
	    .home = "/home/%u",
	    .id_first = 1879048192,
	    .id_last = 2147352575,
	    .refresh_s = 900,
	    .hard_age_s = 86400,
	    .max_shrink_percent = 20,
	    .snapshot_path = b->folder.snapshot,
	    .locals = {.passwd = "/etc/passwd",
		.group = "/etc/group",
		.subuid = "/nonexistent",
		.subgid = "/nonexistent"},
	};
	struct stage stage = begin();

	hugelist_must("database", db_open(b->folder.db, &b->db));
	end("open", &stage);
	printf("\n");
	stage = begin();
	hugelist_must("directory",
	    directory_new(
		b->loop, b->db, &b->clock.clock, &options, &b->directory));
	hugelist_must("directory", directory_load(b->directory));
	end("load", &stage);
	printf("\n");
}

static void
stop(struct bench *b)
{
	directory_free(TAKE(b->directory));
	db_close(TAKE(b->db));
}

static void
set_up(struct bench *b)
{
	memcpy(b->policy.everyone, "everyone-here", 14);
	clock_fake_init(&b->clock, WALL_S, 0);
	hugelist_must("loop", loop_new(&b->loop));
	hugelist_must(
	    "ticker", loop_timer_new(b->loop, on_tick, b, &b->ticker));
}

static void
clean_up(struct bench *b)
{
	loop_timer_free(b->ticker);
	loop_free(b->loop);
	access_policy_done(&b->policy);
	hugelist_folder_remove(&b->folder);
}

int
main(int argc, char **argv)
{
	struct bench b = {.count = 100000};
	struct stat st;

	footprint_begin();
	if ((argc > 2 && num_parse(argv[2], MEMBERS_MAX, &b.count) != 0) ||
	    b.count < 10)
		hugelist_must("arguments", ERR_INVALID_ARGUMENT);
	hugelist_folder_make(&b.folder, argc > 1 ? argv[1] : "/var/tmp");
	set_up(&b);
	start(&b);
	replace(&b, "the first list", 0);
	replace(&b, "one member changed", 1);
	stop(&b);
	start(&b);
	stop(&b);
	if (stat(b.folder.db, &st) != 0)
		hugelist_must(b.folder.db, ERR_IO);
	printf("database: %.1f MB, %.0f bytes a member\n",
	    (double)st.st_size / 1e6, (double)st.st_size / (double)b.count);
	clean_up(&b);
	return EXIT_SUCCESS;
}
