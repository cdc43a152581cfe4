/*
 * lookups.c - what one lookup costs, as a ratio to the least it could cost.
 *
 * Makes a snapshot of USERS members (each in six groups out of USERS / 20),
 * and beside it a floor: an array of records of the same size, of which a
 * lookup hashes its key, reads one at random and copies it out, checking
 * nothing.  Both are timed in turn, round by round, in one process; the
 * figure is the median of the ratios, which a busy machine disturbs least.
 * Each key depends on the last answer, so it is latency that is measured.
 *
 *	lookups USERS [FOLDER]
 */
#include <err.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/attrs.h"
#include "common/roster.h"
#include "common/snapshot.h"
#include "common/snapshot_hash.h"
#include "nss_module/group.h"
#include "nss_module/passwd.h"
#include "rules/snapwrite.h"

#define EACH 6
#define FIRST_UID 1879048192u
#define FIRST_GID 1990000000u
#define NAME_BYTES 24
#define ROUNDS 9
#define ROUND_S 0.1
#define FLOOR_BYTES 128
#define FLOOR_COPY 112

struct set {
	uint32_t users;
	uint32_t groups;
	char (*names)[NAME_BYTES];
	char (*group_names)[NAME_BYTES];
	uint8_t *bytes;
	size_t size;
};

struct bench {
	const struct set *set;
	struct map map;
	const uint8_t *floor;
	char buffer[4096];
	gid_t *gids;
	long room;
	uint32_t next;
	volatile uint32_t zero; /* the compiler must not know */
};

static double
now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *
new_array(size_t count, size_t size)
{
	void *array = calloc(count, size);

	if (!array)
		err(1, "calloc");
	return array;
}

/* Keys are asked for in the order of this array, so that reading them costs
 * nothing; their records lie in the order of names, which is another one. */
static void
make_names(struct set *set)
{
	set->names = new_array(set->users, sizeof(*set->names));
	set->group_names = new_array(set->groups, sizeof(*set->group_names));
	for (uint32_t i = 0; i < set->users; i++)
		(void)snprintf(set->names[i], NAME_BYTES, "person%u",
		    (uint32_t)(i * (uint64_t)2654435761 % set->users));
	for (uint32_t i = 0; i < set->groups; i++)
		(void)snprintf(set->group_names[i], NAME_BYTES, "team%u", i);
}

static void
make_snapshot(struct set *set)
{
	struct snapwrite_user *users = new_array(set->users, sizeof(*users));
	struct snapwrite_group *groups =
	    new_array(set->groups, sizeof(*groups));
	uint32_t *of = new_array((size_t)set->users * EACH, sizeof(*of));
	char(*homes)[NAME_BYTES + 8] = new_array(set->users, sizeof(*homes));
	const struct snapwrite_input in = {.users = users,
	    .user_count = set->users,
	    .groups = groups,
	    .group_count = set->groups,
	    .generation = 1,
	    .created = {time(NULL)},
	    .soft_age_s = 3600,
	    .hard_age_s = 86400,
	    .organization = "Bench"};
	struct snapshot snap;
	double start;

	for (uint32_t i = 0; i < set->users; i++) {
		(void)snprintf(
		    homes[i], sizeof(homes[i]), "/home/%s", set->names[i]);
		for (uint32_t k = 0; k < EACH; k++)
			of[(size_t)i * EACH + k] =
			    (i * 2654435761u + k * 40503u) % set->groups;
		users[i] = (struct snapwrite_user){set->names[i],
		    "Some Person Name", homes[i], "/bin/bash", FIRST_UID + i,
		    EACH, &of[(size_t)i * EACH]};
	}
	for (uint32_t i = 0; i < set->groups; i++)
		groups[i] = (struct snapwrite_group){
		    .name = set->group_names[i], .gid = FIRST_GID + i};
	start = now_s();
	if (snapwrite(&in, &set->bytes, &set->size))
		errx(1, "snapwrite");
	printf("%u\tbuild\t%.2f s\n", set->users, now_s() - start);
	start = now_s();
	if (snapshot_init(set->bytes, set->size, &snap) ||
	    snapshot_validate(&snap))
		errx(1, "not valid");
	printf("%u\tvalidate\t%.2f s\n", set->users, now_s() - start);
	printf("%u\tsize\t%.1f bytes a member\n", set->users,
	    (double)set->size / set->users);
	free(users);
	free(groups);
	free(of);
	free(homes);
}

static void
publish(const struct set *set, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	size_t done = 0;

	while (fd >= 0 && done < set->size) {
		ssize_t n = write(fd, set->bytes + done, set->size - done);

		if (n < 0)
			err(1, "%s", path);
		done += (size_t)n;
	}
	if (fd < 0 || close(fd))
		err(1, "%s", path);
}

/* The floor lies in a file too, so that both are mapped alike. */
static const uint8_t *
make_floor(const struct set *set, const char *path)
{
	size_t size = (size_t)set->users * FLOOR_BYTES;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	uint8_t *floor = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, (off_t)size) == 0)
		floor = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, fd, 0);
	if (floor == MAP_FAILED || close(fd))
		err(1, "%s", path);
	for (size_t i = 0; i < size; i += FLOOR_BYTES)
		floor[i] = 1;
	return floor;
}

/* The next key; `last` ties it to the answer before. */
static uint32_t
pick(struct bench *b, uint32_t last)
{
	b->next = b->next + 1 < b->set->users ? b->next + 1 : 0;
	return b->next + (last & b->zero);
}

static uint32_t
touch_floor(struct bench *b, uint64_t hash)
{
	const uint8_t *record = b->floor +
	    (uint64_t)snapshot_hash_bucket(hash, b->set->users) * FLOOR_BYTES;

	memcpy(b->buffer, record, FLOOR_COPY);
	return (uint32_t)b->buffer[0];
}

static uint32_t
floor_name(struct bench *b, uint32_t i)
{
	const char *name = b->set->names[i];

	return touch_floor(b, snapshot_hash_name(1, name, strlen(name)));
}

static uint32_t
floor_id(struct bench *b, uint32_t i)
{
	return touch_floor(b, snapshot_hash_id(1, FIRST_UID + i));
}

static uint32_t
user_by_name(struct bench *b, uint32_t i)
{
	struct passwd pw = {.pw_uid = 0};
	int os_error;
	struct passwd_answer out = {
	    &pw, b->buffer, sizeof(b->buffer), &os_error};

	if (passwd_by_name(&b->map, b->set->names[i], &out) !=
	    NSS_STATUS_SUCCESS)
		errx(1, "a member was not found");
	return pw.pw_uid;
}

static uint32_t
user_by_id(struct bench *b, uint32_t i)
{
	struct passwd pw = {.pw_uid = 0};
	int os_error;
	struct passwd_answer out = {
	    &pw, b->buffer, sizeof(b->buffer), &os_error};

	if (passwd_by_id(&b->map, FIRST_UID + i, &out) != NSS_STATUS_SUCCESS)
		errx(1, "a member was not found");
	return pw.pw_uid;
}

static uint32_t
miss_by_name(struct bench *b, uint32_t i)
{
	struct passwd pw = {.pw_uid = 0};
	char name[NAME_BYTES];
	int os_error = 0;
	struct passwd_answer out = {
	    &pw, b->buffer, sizeof(b->buffer), &os_error};

	memcpy(name, b->set->names[i], NAME_BYTES);
	name[0] = 'x';
	if (passwd_by_name(&b->map, name, &out) != NSS_STATUS_NOTFOUND)
		errx(1, "a stranger was found");
	return (uint32_t)os_error;
}

static uint32_t
miss_by_id(struct bench *b, uint32_t i)
{
	struct passwd pw = {.pw_uid = 0};
	int os_error = 0;
	struct passwd_answer out = {
	    &pw, b->buffer, sizeof(b->buffer), &os_error};

	if (passwd_by_id(&b->map, 10000000 + i, &out) != NSS_STATUS_NOTFOUND)
		errx(1, "a stranger was found");
	return (uint32_t)os_error;
}

static uint32_t
groups_of(struct bench *b, uint32_t i)
{
	long start = 0;
	int os_error;
	struct group_list list = {&b->gids, &start, &b->room, -1, FIRST_UID};

	if (group_list(&b->map, b->set->names[i], &list, &os_error) !=
	    NSS_STATUS_SUCCESS)
		errx(1, "a member was not found");
	return b->gids[0];
}

/* Nanoseconds of one call, over as many as fill a round. */
static double
time_calls(struct bench *b, uint32_t (*call)(struct bench *, uint32_t))
{
	double start = now_s();
	double end = start;
	uint32_t last = 0;
	size_t count = 0;

	while (end - start < ROUND_S) {
		for (int i = 0; i < 1000; i++)
			last = call(b, pick(b, last));
		count += 1000;
		end = now_s();
	}
	return (end - start) * 1e9 / (double)count;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

struct operation {
	const char *name;
	uint32_t (*ours)(struct bench *, uint32_t);
	uint32_t (*floor)(struct bench *, uint32_t);
};

static void
compare(struct bench *b, const struct operation *op)
{
	double ratios[ROUNDS];
	double ours[ROUNDS];

	/* Pages and caches are warm before anything counts. */
	(void)time_calls(b, op->ours);
	(void)time_calls(b, op->floor);
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = time_calls(b, op->ours);
		ratios[i] = ours[i] / time_calls(b, op->floor);
	}
	qsort(ratios, ROUNDS, sizeof(*ratios), compare_doubles);
	qsort(ours, ROUNDS, sizeof(*ours), compare_doubles);
	printf("%u\t%s\t%.0f ns\t%.2f x floor\n", b->set->users, op->name,
	    ours[ROUNDS / 2], ratios[ROUNDS / 2]);
}

static void
compare_all(struct bench *b)
{
	static const struct operation operations[] = {
	    {"getpwnam", user_by_name, floor_name},
	    {"getpwuid", user_by_id, floor_id},
	    {"initgroups", groups_of, floor_name},
	    {"getpwnam, miss", miss_by_name, floor_name},
	    {"getpwuid, miss", miss_by_id, floor_id},
	};

	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		compare(b, &operations[i]);
}

static void
enumerate(struct bench *b)
{
	struct passwd pw;
	int os_error;
	struct passwd_answer out = {
	    &pw, b->buffer, sizeof(b->buffer), &os_error};
	double start = now_s();
	struct walk walk;
	size_t count = 0;

	walk_start(&walk, WALK_USERS);
	while (passwd_next(&b->map, &walk, &out) == NSS_STATUS_SUCCESS)
		count++;
	if (count != b->set->users)
		errx(1, "not everybody was told");
	printf("%u\tgetpwent\t%.0f ns an entry\n", b->set->users,
	    (now_s() - start) * 1e9 / (double)count);
}

/* What a stranger costs the PAM module: the map, the search and the proof. */
static void
prove(const struct set *set, const char *path)
{
	enum { PROOFS = 100 };
	double start = now_s();

	for (int i = 0; i < PROOFS; i++) {
		struct roster roster;

		if (roster_open(path, &roster) ||
		    !roster_proves_absent(&roster, "stranger"))
			errx(1, "a stranger was not proven");
		roster_close(&roster);
	}
	printf("%u\tstranger proven\t%.0f us\n", set->users,
	    (now_s() - start) * 1e6 / PROOFS);
}

int
main(int argc, char **argv)
{
	unsigned users = 0;
	char snapshot_path[256];
	char floor_path[256];
	const char *folder = argc == 3 ? argv[2] : ".";

	if (argc < 2 || argc > 3 || sscanf(argv[1], "%u", &users) != 1 ||
	    users < 100 || users > 10000000)
		errx(2, "usage: lookups USERS [FOLDER]");

	struct set set = {.users = users, .groups = users / 20};
	struct bench b = {.set = &set, .room = 64};

	(void)snprintf(snapshot_path, sizeof(snapshot_path),
	    "%s/members.snapshot", folder);
	(void)snprintf(floor_path, sizeof(floor_path), "%s/floor", folder);
	make_names(&set);
	make_snapshot(&set);
	publish(&set, snapshot_path);
	free(set.bytes);
	b.map.path = snapshot_path;
	b.floor = make_floor(&set, floor_path);
	b.gids = new_array((size_t)b.room, sizeof(*b.gids));
	compare_all(&b);
	enumerate(&b);
	prove(&set, snapshot_path);
	return 0;
}
