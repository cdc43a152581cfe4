/*
 * mkfloor.c - writes the floor's arena for data of a given shape:
 *
 *	mkfloor USERS GROUPS MEMBERS-A-GROUP GROUPS-A-USER FILE
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/nss/floor.h"
#include "common/num.h"

#define NAME_SIZE 12

/* What the arena is to hold. */
struct shape {
	uint64_t users;
	uint64_t groups;
	uint64_t members; /* of a group */
	uint64_t gids;    /* of a user */
};

static uint64_t
round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

static uint64_t
number(const char *text)
{
	uint64_t value = 0;

	if (num_parse(text, 100000000, &value) != 0 || value == 0)
		errx(2, "%s is no number", text);
	return value;
}

/* Only the length matters here. */
static void
put(char *at, size_t size, const char *prefix, uint64_t value)
{
	(void)snprintf(at, size, "%s%llu", prefix, (unsigned long long)value);
}

static struct floor_header
lay_out(const struct shape *shape)
{
	struct floor_header h = {
	    .magic = FLOOR_MAGIC,
	    .user_count = shape->users,
	    .group_count = shape->groups,
	    .name_size = NAME_SIZE,
	    .users = 4096,
	};

	h.group_slot = round_up(
	    sizeof(struct floor_group) + 16 + shape->members * NAME_SIZE, 64);
	h.groups = round_up(h.users + shape->users * FLOOR_USER_SLOT, 4096);
	h.gids = round_up(h.groups + shape->groups * h.group_slot, 4096);
	h.everybody = round_up(h.gids + shape->users * FLOOR_GIDS_SLOT, 4096);
	h.size = round_up(h.everybody + shape->users * NAME_SIZE, 4096);
	return h;
}

static void
put_user(char *base, const struct floor_header *h, const struct shape *shape,
    uint64_t i)
{
	struct floor_user *user =
	    (void *)(base + h->users + i * FLOOR_USER_SLOT);
	struct floor_gids *gids =
	    (void *)(base + h->gids + i * FLOOR_GIDS_SLOT);

	*user = (struct floor_user){.uid = (uint32_t)(100000 + i),
	    .gid = 5000,
	    .passwd = 16,
	    .gecos = 20,
	    .home = 48,
	    .shell = 80};
	put(user->text, 16, "u", i);
	memcpy(user->text + user->passwd, "x", 2);
	memcpy(user->text + user->gecos, "Some Person Name", 17);
	put(user->text + user->home, 32, "/home/u", i);
	memcpy(user->text + user->shell, "/bin/bash", 10);
	gids->count = (uint32_t)shape->gids;
	for (uint32_t k = 0; k < shape->gids; k++)
		gids->gid[k] =
		    (uint32_t)(10000 + (i * 7 + k * 31) % shape->groups);
	put(base + h->everybody + i * NAME_SIZE, NAME_SIZE, "u", i);
}

static void
put_group(char *base, const struct floor_header *h, const struct shape *shape,
    uint64_t i)
{
	struct floor_group *group =
	    (void *)(base + h->groups + i * h->group_slot);

	*group = (struct floor_group){.gid = (uint32_t)(10000 + i),
	    .member_count = (uint32_t)shape->members,
	    .passwd = 12,
	    .members = 16,
	    .text_length = (uint32_t)(16 + shape->members * NAME_SIZE)};
	put(group->text, 12, "g", i);
	memcpy(group->text + group->passwd, "x", 2);
	for (uint64_t k = 0; k < shape->members; k++)
		put(group->text + group->members + k * NAME_SIZE, NAME_SIZE,
		    "u", (i * 13 + k * 50) % shape->users);
}

int
main(int argc, char **argv)
{
	if (argc != 6)
		errx(2, "usage: mkfloor USERS GROUPS MEMBERS GIDS FILE");

	const struct shape shape = {
	    number(argv[1]), number(argv[2]), number(argv[3]), number(argv[4])};
	const struct floor_header h = lay_out(&shape);
	int fd = open(argv[5], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (shape.gids > FLOOR_GIDS_MAX)
		errx(2, "at most %d groups a user", FLOOR_GIDS_MAX);
	if (fd < 0 || ftruncate(fd, (off_t)h.size) != 0)
		err(1, "%s", argv[5]);

	char *base =
	    mmap(NULL, h.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (base == MAP_FAILED)
		err(1, "mmap");
	memcpy(base, &h, sizeof(h));
	for (uint64_t i = 0; i < shape.users; i++)
		put_user(base, &h, &shape, i);
	for (uint64_t i = 0; i < shape.groups; i++)
		put_group(base, &h, &shape, i);
	if (munmap(base, h.size) != 0 || close(fd) != 0)
		err(1, "%s", argv[5]);
	return 0;
}
