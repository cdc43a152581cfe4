/*
 * people.c - publishes generations of members, and judges answers.
 *
 * Allocates only while publishing, so that answers can be judged in a sandbox
 * and between signals.
 */
#include "tests/nss/people.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/num.h"
#include "common/snapshot_format.h"
#include "tests/unit/snapform.h"

#define NAME "u%05u"
#define NAME_SIZE 16
#define ROOM 65536 /* for the largest group */

uint32_t
people_count(uint64_t generation)
{
	return generation % 11 == 0
	    ? PEOPLE_MAX
	    : PEOPLE_ALWAYS + (uint32_t)generation % (PEOPLE_FEW - 2);
}

/* What people_publish() made last in this process. */
struct press_state {
	struct snapset base;
	uint32_t base_version;
	uint32_t base_count;
	uint32_t overlays;
};

static struct press_state *
get_press_state(void)
{
	static struct press_state state;

	return &state;
}

static const char *
get_name(uint32_t i)
{
	static char names[PEOPLE_MAX][NAME_SIZE];

	(void)snprintf(names[i], NAME_SIZE, NAME, i);
	return names[i];
}

/* Static; the next call writes over it. */
static struct snapwrite_input
make_input(uint64_t generation)
{
	static const struct snapwrite_group groups[] = {
	    {.name = "everyone", .gid = PEOPLE_EVERYONE},
	    {.name = "adm", .gid = PEOPLE_HOST_GID, .local = true},
	    {.name = "odd", .gid = PEOPLE_ODD},
	};
	static const uint32_t first[] = {0, 1, 2};
	static const uint32_t others[] = {0, 2};
	static char homes[PEOPLE_MAX][NAME_SIZE];
	static struct snapwrite_user users[PEOPLE_MAX];
	static char gecos[32];
	struct snapwrite_input in = snapset_input();

	(void)snprintf(
	    gecos, sizeof(gecos), "%llu", (unsigned long long)generation);
	in.user_count = people_count(generation);
	for (uint32_t i = 0; i < in.user_count; i++) {
		(void)snprintf(homes[i], NAME_SIZE, "/home/" NAME, i);
		users[i] = (struct snapwrite_user){get_name(i), gecos, homes[i],
		    "/bin/sh", PEOPLE_UID + i,
		    (i == 0 ? 2 : 1) + (uint32_t)(generation % 2),
		    i == 0 ? first : others};
	}
	in.users = users;
	in.groups = groups;
	in.group_count = 3;
	in.generation = generation;
	return in;
}

static void
publish_base(const struct snapwrite_input *in, uint32_t version)
{
	struct press_state *state = get_press_state();
	struct snapset set = snapset_of(in);

	snapset_done(&state->base);
	state->base = snapform_version(&set, version);
	state->base_version = version;
	state->base_count = (uint32_t)in->user_count;
	state->overlays = 0;
	snapset_done(&set);
	snapset_publish(LAB_SNAPSHOT, state->base.bytes, state->base.size);
	(void)unlink(LAB_OVERLAY);
}

/* Everybody of the base is hidden, and all who are there stand in it. */
static void
publish_overlay(const struct snapwrite_input *in)
{
	struct press_state *state = get_press_state();
	const char *hidden[PEOPLE_FEW + 1] = {NULL};
	struct snapset set;

	for (uint32_t i = 0; i < state->base_count; i++)
		hidden[i] = get_name(i);
	set = snapform_overlay(&state->base, in, hidden, ++state->overlays);
	snapform_publish(LAB_SNAPSHOT, &set);
	snapset_done(&set);
}

void
people_publish(uint64_t generation)
{
	const struct press_state *state = get_press_state();
	const struct snapwrite_input in = make_input(generation);

	if (generation % 16 == 9)
		publish_base(&in, SNAPSHOT_VERSION_1);
	else if (!state->base.bytes || generation == 1 || generation % 8 == 0 ||
	    in.user_count > PEOPLE_FEW || state->base_count > PEOPLE_FEW ||
	    state->base_version == SNAPSHOT_VERSION_1 ||
	    access(LAB_SNAPSHOT, F_OK) != 0)
		publish_base(&in, SNAPSHOT_VERSION_2);
	else
		publish_overlay(&in);
}

struct people_progress {
	_Atomic uint64_t newest;
	_Atomic bool stop;
};

/* Now without a pause, now with one, so that readers meet it everywhere. */
static void
press(struct people_progress *shared)
{
	for (uint64_t i = 2; !atomic_load(&shared->stop); i++) {
		const struct timespec pause = {
		    .tv_nsec = (long)(i * 7919 % 1024) * 1000};

		people_publish(i);
		atomic_store(&shared->newest, i);
		if (i % 3 == 0)
			(void)nanosleep(&pause, NULL);
	}
	_exit(0);
}

void
people_press_start(struct people_press *started)
{
	started->shared = mmap(NULL, sizeof(*started->shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	LAB_CHECK(started->shared != MAP_FAILED);
	started->child = fork();
	LAB_CHECK(started->child >= 0);
	if (started->child > 0)
		return;
	LAB_CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	press(started->shared);
}

uint64_t
people_press_newest(const struct people_press *started)
{
	return atomic_load(&started->shared->newest);
}

uint64_t
people_press_stop(struct people_press *started)
{
	int status = -1;

	atomic_store(&started->shared->stop, true);
	LAB_CHECK(waitpid(started->child, &status, 0) == started->child);
	LAB_CHECK(status == 0);
	return people_press_newest(started);
}

/* The number in u00012, below PEOPLE_MAX. */
static uint32_t
number_of(const char *name)
{
	uint64_t number = 0;
	char again[NAME_SIZE];

	LAB_CHECK(name[0] == 'u');
	LAB_CHECK(num_parse(name + 1 + strspn(name + 1, "0"), PEOPLE_MAX - 1,
		      &number) == 0 ||
	    strcmp(name, "u00000") == 0);
	(void)snprintf(again, sizeof(again), NAME, (uint32_t)number);
	LAB_CHECK(strcmp(name, again) == 0);
	return (uint32_t)number;
}

static uint64_t
judge_user(const struct passwd *pw, uint32_t i)
{
	uint64_t generation = 0;

	LAB_CHECK(number_of(pw->pw_name) == i);
	LAB_CHECK(strcmp(pw->pw_passwd, "*") == 0);
	LAB_CHECK(pw->pw_uid == PEOPLE_UID + i);
	LAB_CHECK(pw->pw_gid == PEOPLE_UID + i);
	LAB_CHECK(strncmp(pw->pw_dir, "/home/", 6) == 0);
	LAB_CHECK(strcmp(pw->pw_dir + 6, pw->pw_name) == 0);
	LAB_CHECK(strcmp(pw->pw_shell, "/bin/sh") == 0);
	LAB_CHECK(num_parse(pw->pw_gecos, UINT32_MAX, &generation) == 0);
	LAB_CHECK(i < people_count(generation));
	return generation;
}

/* Who is not there may be missed, but not those who always stand. */
static uint64_t
judge_answer(
    enum nss_status status, int os_error, const struct passwd *pw, uint32_t i)
{
	if (status == NSS_STATUS_SUCCESS)
		return judge_user(pw, i);
	LAB_CHECK(status == NSS_STATUS_NOTFOUND);
	LAB_CHECK(os_error == ENOENT);
	LAB_CHECK(i >= PEOPLE_ALWAYS);
	return 0;
}

uint64_t
people_by_name(const struct lab_module *nss, uint32_t i)
{
	char name[NAME_SIZE];
	char buffer[256];
	struct passwd pw;
	int os_error = 0;
	enum nss_status status;

	(void)snprintf(name, sizeof(name), NAME, i);
	status = nss->getpwnam_r(name, &pw, buffer, sizeof(buffer), &os_error);
	return judge_answer(status, os_error, &pw, i);
}

uint64_t
people_by_id(const struct lab_module *nss, uint32_t i)
{
	char buffer[256];
	struct passwd pw;
	int os_error = 0;
	enum nss_status status = nss->getpwuid_r(
	    PEOPLE_UID + i, &pw, buffer, sizeof(buffer), &os_error);

	return judge_answer(status, os_error, &pw, i);
}

/* The number of members: u00000 and those behind, each once. */
static uint32_t
judge_members(const struct group *gr)
{
	bool seen[PEOPLE_MAX] = {false};
	uint32_t count = 0;

	LAB_CHECK(strcmp(gr->gr_passwd, "*") == 0);
	for (; gr->gr_mem[count]; count++) {
		uint32_t i = number_of(gr->gr_mem[count]);

		LAB_CHECK(!seen[i]);
		seen[i] = true;
	}
	for (uint32_t i = 0; i < count; i++)
		LAB_CHECK(seen[i]);
	return count;
}

static bool
is_count(uint32_t count)
{
	return count == PEOPLE_MAX ||
	    (count >= PEOPLE_ALWAYS && count <= PEOPLE_FEW);
}

/* In a group of the organisation, or in somebody's own. */
static uint64_t
judge_group(const struct group *gr)
{
	uint32_t count;

	if (gr->gr_name[0] == 'u') {
		LAB_CHECK(gr->gr_gid == PEOPLE_UID + number_of(gr->gr_name));
		LAB_CHECK(strcmp(gr->gr_passwd, "*") == 0);
		LAB_CHECK(!gr->gr_mem[0]);
		return 0;
	}
	count = judge_members(gr);
	if (gr->gr_gid == PEOPLE_HOST_GID) {
		LAB_CHECK(strcmp(gr->gr_name, "adm") == 0);
		LAB_CHECK(count == 1);
		return 0;
	}
	if (gr->gr_gid == PEOPLE_EVERYONE) {
		LAB_CHECK(strcmp(gr->gr_name, "everyone") == 0);
		LAB_CHECK(is_count(count));
		return 0;
	}
	LAB_CHECK(gr->gr_gid == PEOPLE_ODD);
	LAB_CHECK(strcmp(gr->gr_name, "odd") == 0);
	LAB_CHECK(count == 0 || is_count(count));
	return count == 0 ? 2 : 1;
}

uint64_t
people_groups(const struct lab_module *nss)
{
	char buffer[ROOM];
	struct group gr;
	int e = 0;

	LAB_CHECK(nss->getgrnam_r("everyone", &gr, buffer, ROOM, &e) ==
	    NSS_STATUS_SUCCESS);
	(void)judge_group(&gr);
	LAB_CHECK(nss->getgrnam_r("u00001", &gr, buffer, ROOM, &e) ==
	    NSS_STATUS_SUCCESS);
	(void)judge_group(&gr);
	LAB_CHECK(nss->getgrgid_r(PEOPLE_UID + 2, &gr, buffer, ROOM, &e) ==
	    NSS_STATUS_SUCCESS);
	(void)judge_group(&gr);
	LAB_CHECK(nss->getgrgid_r(PEOPLE_HOST_GID, &gr, buffer, ROOM, &e) ==
	    NSS_STATUS_SUCCESS);
	(void)judge_group(&gr);
	LAB_CHECK(nss->getgrgid_r(PEOPLE_ODD, &gr, buffer, ROOM, &e) ==
	    NSS_STATUS_SUCCESS);
	return judge_group(&gr);
}

uint64_t
people_list(const struct lab_module *nss, uint32_t i)
{
	gid_t room[16] = {12345};
	gid_t *gids = room;
	long start = 1;
	long size = 16;
	char name[NAME_SIZE];
	int seen[3] = {0};
	int os_error = 0;

	(void)snprintf(name, sizeof(name), NAME, i);
	LAB_CHECK(nss->initgroups_dyn(name, PEOPLE_UID + i, &start, &size,
		      &gids, -1, &os_error) == NSS_STATUS_SUCCESS);
	LAB_CHECK(gids == room && size == 16 && room[0] == 12345);
	for (long at = 1; at < start; at++) {
		seen[0] += room[at] == PEOPLE_EVERYONE;
		seen[1] += room[at] == PEOPLE_ODD;
		seen[2] += room[at] == PEOPLE_HOST_GID;
	}
	LAB_CHECK(seen[0] == 1 && seen[1] <= 1 && seen[2] == (i == 0));
	LAB_CHECK(start == 1 + seen[0] + seen[1] + seen[2]);
	return seen[1] ? 1 : 2;
}

void
people_walk_users(const struct lab_module *nss)
{
	bool seen[PEOPLE_MAX] = {false};
	char buffer[256];
	struct passwd pw;
	int e = 0;

	LAB_CHECK(nss->setpwent(0) == NSS_STATUS_SUCCESS);
	while (nss->getpwent_r(&pw, buffer, sizeof(buffer), &e) ==
	    NSS_STATUS_SUCCESS) {
		uint32_t i = number_of(pw.pw_name);

		(void)judge_user(&pw, i);
		LAB_CHECK(!seen[i]);
		seen[i] = true;
	}
	LAB_CHECK(e == ENOENT);
	for (uint32_t i = 0; i < PEOPLE_ALWAYS; i++)
		LAB_CHECK(seen[i]);
	LAB_CHECK(nss->endpwent() == NSS_STATUS_SUCCESS);
}

void
people_walk_groups(const struct lab_module *nss)
{
	bool seen[PEOPLE_MAX + 2] = {false};
	char buffer[ROOM];
	struct group gr;
	int e = 0;

	LAB_CHECK(nss->setgrent(0) == NSS_STATUS_SUCCESS);
	while (nss->getgrent_r(&gr, buffer, sizeof(buffer), &e) ==
	    NSS_STATUS_SUCCESS) {
		uint32_t i = gr.gr_gid >= PEOPLE_EVERYONE
		    ? PEOPLE_MAX + gr.gr_gid - PEOPLE_EVERYONE
		    : gr.gr_gid - PEOPLE_UID;

		(void)judge_group(&gr);
		LAB_CHECK(!seen[i]);
		seen[i] = true;
	}
	LAB_CHECK(e == ENOENT);
	for (uint32_t i = 0; i < PEOPLE_ALWAYS; i++)
		LAB_CHECK(seen[i]);
	LAB_CHECK(seen[PEOPLE_MAX] && seen[PEOPLE_MAX + 1]);
	LAB_CHECK(nss->endgrent() == NSS_STATUS_SUCCESS);
}

void
people_misses(const struct lab_module *nss)
{
	static const char *const names[] = {
	    "root", "", "sudo", "U00000", "u0", "u00000 "};
	static const uint32_t ids[] = {0, 27, 1000, 65534, PEOPLE_UID - 1,
	    PEOPLE_UID + PEOPLE_MAX, UINT32_MAX};
	char buffer[1024];
	struct passwd pw;
	struct group gr;
	gid_t *gids = NULL;
	long start = 0;
	long size = 0;
	int e = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		LAB_CHECK(nss->getpwnam_r(names[i], &pw, buffer, 1024, &e) ==
		    NSS_STATUS_NOTFOUND);
		LAB_CHECK(nss->getgrnam_r(names[i], &gr, buffer, 1024, &e) ==
		    NSS_STATUS_NOTFOUND);
		LAB_CHECK(nss->initgroups_dyn(names[i], 0, &start, &size, &gids,
			      -1, &e) == NSS_STATUS_NOTFOUND);
		LAB_CHECK(start == 0 && size == 0 && !gids);
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		LAB_CHECK(nss->getpwuid_r(ids[i], &pw, buffer, 1024, &e) ==
		    NSS_STATUS_NOTFOUND);
		LAB_CHECK(nss->getgrgid_r(ids[i], &gr, buffer, 1024, &e) ==
		    NSS_STATUS_NOTFOUND);
	}
}

/* What the six that fill a buffer say of entries that always stand. */
static void
all_say(const struct lab_module *nss, size_t size, enum nss_status status)
{
	char buffer[1024];
	struct passwd pw;
	struct group gr;
	int e[6] = {0};

	LAB_CHECK(nss->setpwent(0) == NSS_STATUS_SUCCESS);
	LAB_CHECK(nss->setgrent(0) == NSS_STATUS_SUCCESS);
	LAB_CHECK(
	    nss->getpwnam_r("u00001", &pw, buffer, size, &e[0]) == status);
	LAB_CHECK(
	    nss->getpwuid_r(PEOPLE_UID, &pw, buffer, size, &e[1]) == status);
	LAB_CHECK(nss->getpwent_r(&pw, buffer, size, &e[2]) == status);
	LAB_CHECK(
	    nss->getgrnam_r("everyone", &gr, buffer, size, &e[3]) == status);
	LAB_CHECK(nss->getgrgid_r(PEOPLE_EVERYONE, &gr, buffer, size, &e[4]) ==
	    status);
	LAB_CHECK(nss->getgrent_r(&gr, buffer, size, &e[5]) == status);
	for (int i = 0; i < 6; i++)
		LAB_CHECK(
		    status == NSS_STATUS_TRYAGAIN ? e[i] == ERANGE : e[i] != 0);
	LAB_CHECK(nss->endpwent() == NSS_STATUS_SUCCESS);
	LAB_CHECK(nss->endgrent() == NSS_STATUS_SUCCESS);
}

void
people_all(const struct lab_module *nss, uint64_t generation)
{
	const uint64_t parity = generation % 2 ? 1 : 2;
	const uint32_t count = people_count(generation);

	for (uint32_t i = 0; i < count; i += 1 + count / 16) {
		LAB_CHECK(people_by_name(nss, i) == generation);
		LAB_CHECK(people_by_id(nss, i) == generation);
		LAB_CHECK(people_list(nss, i) == parity);
	}
	LAB_CHECK(count == PEOPLE_MAX || people_by_name(nss, count) == 0);
	LAB_CHECK(people_groups(nss) == parity);
	people_misses(nss);
	all_say(nss, 8, NSS_STATUS_TRYAGAIN);
	people_walk_users(nss);
	people_walk_groups(nss);
}

void
people_unavailable(const struct lab_module *nss)
{
	gid_t *gids = NULL;
	long start = 0;
	long size = 0;
	int e = 0;

	all_say(nss, 1024, NSS_STATUS_UNAVAIL);
	LAB_CHECK(nss->initgroups_dyn("root", 0, &start, &size, &gids, -1,
		      &e) == NSS_STATUS_UNAVAIL);
	LAB_CHECK(e != 0 && start == 0 && size == 0 && !gids);
}
