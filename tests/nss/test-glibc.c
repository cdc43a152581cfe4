/*
 * test-glibc.c - the module behind glibc, as nsswitch.conf names it.
 *
 * glibc asks for libnss_orglogin.so.2 and finds that an object of this name is
 * loaded: the lab's.  The host's own users are whoever stands in its files.
 */
#include "tests/nss/lab.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/nss/people.h"

#define WALKS_S 2
#define LOCAL_MAX 1024
#define LARGE 11
#define ROOM 65536

/* glibc's own, for tests. */
int __nss_configure_lookup(const char *database, const char *services);

static void
configure(const char *passwd, const char *group)
{
	LAB_CHECK(__nss_configure_lookup("passwd", passwd) == 0);
	LAB_CHECK(__nss_configure_lookup("group", group) == 0);
}

static void
configure_members(void)
{
	configure("files orglogin systemd", "files orglogin systemd");
}

/* All that a lookup tells of a local user. */
struct local {
	char name[64];
	char shell[64];
	uid_t uid;
	int count;
	gid_t gids[64];
};

struct locals {
	size_t count;
	struct local of[LOCAL_MAX];
};

static void
read_local(const struct passwd *pw, struct local *local)
{
	int count = ARRAY_SIZE(local->gids);

	(void)snprintf(local->name, sizeof(local->name), "%s", pw->pw_name);
	(void)snprintf(local->shell, sizeof(local->shell), "%s", pw->pw_shell);
	local->uid = pw->pw_uid;
	LAB_CHECK(
	    getgrouplist(local->name, pw->pw_gid, local->gids, &count) >= 0);
	local->count = count;
}

static bool
is_member(const char *name)
{
	return name[0] == 'u' && strspn(name + 1, "0123456789") == 5;
}

/* Everybody that getpwent() tells but our members, who are counted. */
static size_t
read_locals(struct locals *locals)
{
	size_t members = 0;
	const struct passwd *pw;

	memset(locals, 0, sizeof(*locals));
	setpwent();
	while ((pw = getpwent()) != NULL) {
		if (is_member(pw->pw_name)) {
			members++;
			continue;
		}
		LAB_CHECK(locals->count < LOCAL_MAX);
		read_local(pw, &locals->of[locals->count++]);
	}
	endpwent();
	return members;
}

/* The host's list ends in the same way, with nobody of it changed. */
static void
compare_locals(const struct lab *lab)
{
	static struct locals before;
	static struct locals after;

	(void)lab;
	configure("files", "files");
	LAB_CHECK(read_locals(&before) == 0);
	LAB_CHECK(before.count > 0);
	configure_members();
	LAB_CHECK(read_locals(&after) == people_count(1));
	LAB_CHECK(after.count >= before.count);
	LAB_CHECK(memcmp(before.of, after.of,
		      before.count * sizeof(before.of[0])) == 0);
	for (size_t i = 0; i < before.count; i++) {
		const struct local *local = &before.of[i];
		const struct passwd *pw = getpwnam(local->name);

		LAB_CHECK(pw != NULL && pw->pw_uid == local->uid);
		LAB_CHECK(strncmp(pw->pw_shell, local->shell,
			      sizeof(local->shell) - 1) == 0);
	}
	LAB_CHECK(getpwuid(0) != NULL &&
	    strcmp(getpwuid(0)->pw_name, before.of[0].name) == 0);
}

static void
t32_local_users_are_untouched(void **state)
{
	people_publish(1);
	lab_run(*state, compare_locals, 0);
}

/* As programs do: twice the room as long as it is said to be too small. */
static struct group *
get_group(const char *name, struct group *gr, char **buffer)
{
	struct group *found = NULL;
	int err = ERANGE;

	for (size_t size = 16; err == ERANGE; size *= 2) {
		*buffer = realloc(*buffer, size);
		LAB_CHECK(*buffer != NULL);
		err = getgrnam_r(name, gr, *buffer, size, &found);
	}
	LAB_CHECK(err == 0);
	return found;
}

static int
count_members(const struct group *gr)
{
	int count = 0;

	while (gr->gr_mem[count])
		count++;
	return count;
}

static bool
holds(const gid_t *gids, int count, gid_t gid)
{
	int times = 0;

	for (int i = 0; i < count; i++)
		times += gids[i] == gid;
	LAB_CHECK(times <= 1);
	return times == 1;
}

static void
look_up_members(const struct lab *lab)
{
	gid_t gids[16];
	int count = ARRAY_SIZE(gids);
	char *buffer = NULL;
	struct group gr;

	(void)lab;
	configure_members();
	LAB_CHECK(getpwnam("u02002")->pw_uid == PEOPLE_UID + 2002);
	LAB_CHECK(
	    strcmp(getpwuid(PEOPLE_UID + 7)->pw_dir, "/home/u00007") == 0);
	LAB_CHECK(!getpwnam("u02003") && !getpwuid(PEOPLE_UID + 2003));
	LAB_CHECK(strcmp(getgrgid(PEOPLE_UID)->gr_name, "u00000") == 0);
	LAB_CHECK(get_group("everyone", &gr, &buffer) == &gr);
	LAB_CHECK(count_members(&gr) == PEOPLE_MAX);
	LAB_CHECK(!get_group("no-such-group", &gr, &buffer));
	LAB_CHECK(getgrouplist("u00000", PEOPLE_UID, gids, &count) == 4);
	LAB_CHECK(gids[0] == PEOPLE_UID);
	LAB_CHECK(holds(gids, count, PEOPLE_EVERYONE));
	LAB_CHECK(holds(gids, count, PEOPLE_ODD));
	LAB_CHECK(holds(gids, count, PEOPLE_HOST_GID));
	free(buffer);
}

static void
members_are_looked_up(void **state)
{
	people_publish(LARGE);
	lab_run(*state, look_up_members, 0);
}

/* A group of the host keeps its members, and has ours as well. */
static void
look_up_merged(const struct lab *lab)
{
	char *buffer = NULL;
	struct group gr;
	int own = 0;

	(void)lab;
	configure("files", "files");
	if (get_group("adm", &gr, &buffer))
		own = count_members(&gr);
	configure("files orglogin", "files [SUCCESS=merge] orglogin");
	LAB_CHECK(get_group("adm", &gr, &buffer) == &gr);
	LAB_CHECK(gr.gr_gid == PEOPLE_HOST_GID);
	LAB_CHECK(count_members(&gr) == own + 1);
	LAB_CHECK(strcmp(gr.gr_mem[own], "u00000") == 0);
	LAB_CHECK(get_group("root", &gr, &buffer) == &gr && gr.gr_gid == 0);
	free(buffer);
}

static void
groups_of_the_host_are_merged(void **state)
{
	people_publish(1);
	lab_run(*state, look_up_merged, 0);
}

/* How often each was told, in one walk that threads share. */
struct walk {
	_Atomic int users[PEOPLE_MAX];
	_Atomic int groups[PEOPLE_MAX];
	_Atomic int named[2]; /* everyone, odd */
	_Atomic int roots;
};

static void *
walk_users(void *context)
{
	struct walk *walk = context;
	struct passwd pw;
	struct passwd *found;
	char buffer[1024];

	while (getpwent_r(&pw, buffer, sizeof(buffer), &found) == 0)
		if (is_member(pw.pw_name))
			walk->users[pw.pw_uid - PEOPLE_UID]++;
		else if (pw.pw_uid == 0)
			walk->roots++;
	return NULL;
}

static void *
walk_groups(void *context)
{
	struct walk *walk = context;
	char *buffer = malloc(ROOM);
	struct group gr;
	struct group *found;

	LAB_CHECK(buffer != NULL);
	while (getgrent_r(&gr, buffer, ROOM, &found) == 0)
		if (is_member(gr.gr_name))
			walk->groups[gr.gr_gid - PEOPLE_UID]++;
		else if (gr.gr_gid >= PEOPLE_EVERYONE)
			walk->named[gr.gr_gid - PEOPLE_EVERYONE]++;
	free(buffer);
	return NULL;
}

static void
check_walk(const struct walk *walk)
{
	LAB_CHECK(walk->roots == 1);
	LAB_CHECK(walk->named[0] == 1 && walk->named[1] == 1);
	for (int i = 0; i < PEOPLE_MAX; i++) {
		LAB_CHECK(walk->users[i] <= 1 && walk->groups[i] <= 1);
		LAB_CHECK(i >= PEOPLE_ALWAYS ||
		    (walk->users[i] == 1 && walk->groups[i] == 1));
	}
}

static void
walk_together(void)
{
	static void *(*const work[])(void *) = {
	    walk_users, walk_users, walk_groups, walk_groups};
	struct walk walk = {.roots = 0};
	pthread_t threads[ARRAY_SIZE(work)];

	setpwent();
	setgrent();
	for (size_t i = 0; i < ARRAY_SIZE(work); i++)
		LAB_CHECK(
		    pthread_create(&threads[i], NULL, work[i], &walk) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(work); i++)
		LAB_CHECK(pthread_join(threads[i], NULL) == 0);
	endpwent();
	endgrent();
	check_walk(&walk);
}

static void
walk_while_publishing(const struct lab *lab)
{
	struct people_press press;
	uint64_t end_s = lab_now_s() + lab_seconds(WALKS_S);
	int walks = 0;

	(void)lab;
	configure_members();
	people_press_start(&press);
	for (; lab_now_s() < end_s || walks < 20; walks++)
		walk_together();
	(void)people_press_stop(&press);
	walk_together();
}

static void
t71_threads_walk_while_publishing(void **state)
{
	people_publish(1);
	lab_run(*state, walk_while_publishing, lab_seconds(WALKS_S));
}

/* T71: another generation before each step of the module's own walk. */
static void
walk_over_generations(const struct lab *lab)
{
	char buffer[ROOM];
	struct passwd pw;
	struct group gr;
	struct walk walk = {.roots = 1};
	uint64_t generation = LARGE;
	int e;

	LAB_CHECK(lab->nss.setpwent(0) == NSS_STATUS_SUCCESS);
	while (
	    lab->nss.getpwent_r(&pw, buffer, ROOM, &e) == NSS_STATUS_SUCCESS) {
		walk.users[pw.pw_uid - PEOPLE_UID]++;
		people_publish(++generation);
	}
	LAB_CHECK(lab->nss.setgrent(0) == NSS_STATUS_SUCCESS);
	while (
	    lab->nss.getgrent_r(&gr, buffer, ROOM, &e) == NSS_STATUS_SUCCESS) {
		if (gr.gr_gid >= PEOPLE_EVERYONE)
			walk.named[gr.gr_gid - PEOPLE_EVERYONE]++;
		else
			walk.groups[gr.gr_gid - PEOPLE_UID]++;
		people_publish(++generation);
	}
	LAB_CHECK(generation > LARGE + 6);
	check_walk(&walk);
}

static void
t71_a_publication_at_every_step(void **state)
{
	people_publish(LARGE);
	lab_run(*state, walk_over_generations, 0);
}

/* T68: without a file glibc goes on to the next service, and to the next user
 * of the host. */
static void
look_up_without_a_file(const struct lab *lab)
{
	static struct locals before;
	static struct locals after;

	(void)lab;
	configure("files", "files");
	(void)read_locals(&before);
	configure_members();
	LAB_CHECK(read_locals(&after) == 0);
	LAB_CHECK(memcmp(before.of, after.of,
		      before.count * sizeof(before.of[0])) == 0);
	LAB_CHECK(!getpwnam("u00000") && !getgrnam("everyone"));
}

static void
t68_local_users_need_no_file(void **state)
{
	lab_run(*state, look_up_without_a_file, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, lab_clear)
	const struct CMUnitTest tests[] = {
	    TEST(t32_local_users_are_untouched),
	    TEST(members_are_looked_up),
	    TEST(groups_of_the_host_are_merged),
	    TEST(t71_threads_walk_while_publishing),
	    TEST(t71_a_publication_at_every_step),
	    TEST(t68_local_users_need_no_file),
	};

	return cmocka_run_group_tests(tests, lab_open, lab_close);
}
