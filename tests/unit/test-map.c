/*
 * test-map.c - the snapshot of a process, under all that a process does.
 */
#include "nss_module/map.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/err.h"
#include "tests/unit/nsshost.h"
#include "tests/unit/snapset.h"

#ifdef __SANITIZE_THREAD__
/* Reading what another file is being mapped over is what the design allows:
 * map_end() tells.  Everything else must be free of races. */
EXPORT const char *__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
	return "race:snapshot\nrace:roster\nrace:^look$\n";
}
#endif

/* The generation a lookup sees now; checks that ada is ada. 0 on a fault. */
static uint64_t
look(struct map *map)
{
	struct map_view view;
	struct snapshot_user user;
	uint64_t generation;
	bool right;

	do {
		if (map_begin(map, &view))
			return 0;
		generation = view.roster.base.generation;
		right = roster_user_by_name(&view.roster, "ada", &user) == 0 &&
		    user.uid == SNAPSET_UID && memcmp(user.name, "ada", 4) == 0;
	} while (!map_end(map, &view));
	return right ? generation : 0;
}

/* The uid of a name, now; 0 where there is none. */
static uint32_t
look_for(struct map *map, const char *name)
{
	struct map_view view;
	struct snapshot_user user;
	int err;

	do {
		user.uid = 0;
		if (map_begin(map, &view))
			return 0;
		err = roster_user_by_name(&view.roster, name, &user);
	} while (!map_end(map, &view));
	return err ? 0 : user.uid;
}

static size_t
count_open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	assert_int_equal(closedir(dir), 0);
	return count;
}

/* Lines of our maps that name the path, or a removed file that had it. */
static size_t
count_maps(const char *path)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[1024];
	size_t count = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, path) != NULL;
	assert_int_equal(fclose(maps), 0);
	return count;
}

static void
t63_a_thousand_publications(void **state)
{
	struct nsshost *host = *state;
	size_t files;

	assert_int_equal(look(&host->map), 1);
	files = count_open_files();
	for (uint64_t i = 2; i < 1002; i++) {
		nsshost_publish(host, i);
		assert_int_equal(look(&host->map), i);
		assert_true(count_maps(host->path) <= 2);
	}
	assert_int_equal(count_open_files(), files);
}

/* A file of many members, or few, so that places are outgrown and left. */
static void
publish_sized(struct nsshost *host, uint64_t generation, uint32_t users)
{
	struct snapwrite_input in = snapset_input();
	struct snapwrite_user *all = calloc(users + 1, sizeof(*all));
	char(*names)[16] = calloc(users + 1, sizeof(*names));
	struct snapset set;

	assert_true(all && names);
	all[0] = in.users[1];
	for (uint32_t i = 1; i <= users; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "user%u", i);
		all[i] = (struct snapwrite_user){names[i], "", "/home/user",
		    "/bin/sh", 1900000000u + i, 0, NULL};
	}
	in.users = all;
	in.user_count = users + 1;
	in.generation = generation;
	set = snapset_of(&in);
	snapset_publish(host->path, set.bytes, set.size);
	snapset_done(&set);
	free(all);
	free(names);
}

static void
t63_files_grow_and_shrink(void **state)
{
	static const uint32_t sizes[] = {
	    1, 5000, 2, 9000, 4, 3, 20000, 20100, 20200, 1, 20300};
	struct nsshost *host = *state;

	assert_int_equal(look(&host->map), 1);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		publish_sized(host, i + 2, sizes[i]);
		assert_int_equal(look(&host->map), i + 2);
		assert_true(count_maps(host->path) <= 2);
	}
}

/* The publisher died between the rename and the mark. */
static void
a_newer_file_is_found_without_the_mark(void **state)
{
	struct nsshost *host = *state;
	struct snapset set = snapset_make(2);
	char other[256];

	assert_int_equal(look(&host->map), 1);
	(void)snprintf(other, sizeof(other), "%s.other", host->path);
	snapset_publish(other, set.bytes, set.size);
	assert_int_equal(rename(other, host->path), 0);
	/* As if a second had passed. */
	atomic_store(&host->map.checked_s, 0);
	assert_int_equal(look(&host->map), 2);
	snapset_done(&set);
}

static void
a_damaged_successor_leaves_the_old_one(void **state)
{
	struct nsshost *host = *state;
	struct snapset set = snapset_make(2);

	assert_int_equal(look(&host->map), 1);
	snapset_publish(host->path, set.bytes, set.size / 2);
	for (int i = 0; i < 10; i++) {
		atomic_store(&host->map.failed_s, 0);
		assert_int_equal(look(&host->map), 1);
	}
	assert_int_equal(unlink(host->path), 0);
	atomic_store(&host->map.failed_s, 0);
	assert_int_equal(look(&host->map), 1);
	nsshost_publish(host, 3);
	atomic_store(&host->map.failed_s, 0);
	assert_int_equal(look(&host->map), 3);
	snapset_done(&set);
}

/* T64: the host closes all it did not open, and reuses the numbers. */
static void
t64_the_host_closes_every_descriptor(void **state)
{
	struct nsshost *host = *state;
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		uint64_t generation = 1;

		for (int i = 0; i < 10000; i++) {
			if (i % 1000 == 999)
				nsshost_publish(host, ++generation);
			if (look(&host->map) != generation)
				_exit(1);
			/* 0 to 2 as well, and then own files in their place. */
			(void)close_range(i % 2 ? 3 : 0, ~0u, 0);
			(void)open("/dev/null", O_RDWR);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
t65_a_lease_that_was_torn_away(void **state)
{
	struct nsshost *host = *state;
	struct timespec now;

	assert_int_equal(look(&host->map), 1);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC_COARSE, &now), 0);
	/* Somebody took it just now: nobody waits, the old map goes on. */
	atomic_store(&host->map.lease_s, (uint64_t)now.tv_sec + 1);
	nsshost_publish(host, 2);
	assert_int_equal(look(&host->map), 1);
	/* And never came back. */
	atomic_store(&host->map.lease_s, (uint64_t)now.tv_sec - 20);
	assert_int_equal(look(&host->map), 2);
	assert_int_equal(atomic_load(&host->map.lease_s), 0);
}

static void
t65_the_first_lookup_waits_for_nobody(void **state)
{
	struct nsshost *host = *state;
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC_COARSE, &now), 0);
	atomic_store(&host->map.lease_s, (uint64_t)now.tv_sec + 1);
	assert_int_equal(look(&host->map), 1);
	assert_false(map_is_number(atomic_load(&host->map.base.ready)));
	assert_int_equal(count_maps(host->path), 0);
	atomic_store(&host->map.lease_s, 0);
	assert_int_equal(look(&host->map), 1);
	assert_int_equal(atomic_load(&host->map.base.ready), 1);
}

/* Whatever it says. */
static void
read_all(const struct roster *roster)
{
	struct roster_place place = {0};
	struct snapshot_user user;
	struct snapshot_group group;

	while (roster_user_next(roster, &place, &user) == 0)
		(void)!roster_user_by_id(roster, user.uid, &user);
	place = (struct roster_place){0};
	while (roster_group_next(roster, &place, &group) == 0) {
		struct roster_members members = {.group = group};

		while (roster_member_next(roster, &members, &user) == 0)
			(void)!roster_user_by_name(roster, user.name, &user);
	}
}

/* A reader that was held up sees, at its end, that its map went away. */
static void
a_late_reader_begins_again(void **state)
{
	struct nsshost *host = *state;
	struct map_view late;
	struct snapshot_user user;

	assert_int_equal(look(&host->map), 1);
	assert_int_equal(map_begin(&host->map, &late), 0);
	nsshost_publish(host, 2);
	assert_int_equal(look(&host->map), 2);
	assert_true(map_end(&host->map, &late));
	for (uint64_t i = 3; i < 6; i++) {
		publish_sized(host, i, (uint32_t)i * 1000);
		assert_int_equal(look(&host->map), i);
		/* Whatever lies there now, it can be read. */
		(void)!roster_user_by_name(&late.roster, "ada", &user);
		read_all(&late.roster);
	}
	assert_false(map_end(&host->map, &late));
}

static void
an_overlay_is_seen_by_the_next_lookup(void **state)
{
	struct nsshost *host = *state;

	nsshost_publish_base(host, 2);
	assert_int_equal(look(&host->map), 2);
	assert_int_equal(look_for(&host->map, "bob"), SNAPSET_UID + 1);
	nsshost_publish_overlay(host, 1, "carol");
	assert_int_equal(look_for(&host->map, "carol"), NSSHOST_JOINED + 1);
	assert_int_equal(look_for(&host->map, "bob"), 0);
	nsshost_publish_overlay(host, 2, "dave");
	assert_int_equal(look_for(&host->map, "dave"), NSSHOST_JOINED + 2);
	assert_int_equal(look_for(&host->map, "carol"), 0);
	assert_int_equal(look(&host->map), 2);
}

static void
the_first_lookup_sees_an_overlay(void **state)
{
	struct nsshost *host = *state;
	struct timespec now;

	nsshost_publish_base(host, 2);
	nsshost_publish_overlay(host, 1, "carol");
	/* Also while another thread is about mapping it. */
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC_COARSE, &now), 0);
	atomic_store(&host->map.lease_s, (uint64_t)now.tv_sec + 1);
	assert_int_equal(look_for(&host->map, "carol"), NSSHOST_JOINED + 1);
	assert_false(map_is_number(atomic_load(&host->map.base.ready)));
	atomic_store(&host->map.lease_s, 0);
	assert_int_equal(look_for(&host->map, "carol"), NSSHOST_JOINED + 1);
	assert_int_equal(atomic_load(&host->map.overlay.ready), 1);
}

static void
a_new_base_ends_the_overlay(void **state)
{
	struct nsshost *host = *state;

	nsshost_publish_base(host, 2);
	nsshost_publish_overlay(host, 1, "carol");
	assert_int_equal(look_for(&host->map, "carol"), NSSHOST_JOINED + 1);
	nsshost_publish_base(host, 3);
	assert_int_equal(look_for(&host->map, "carol"), 0);
	assert_int_equal(look_for(&host->map, "bob"), SNAPSET_UID + 1);
	nsshost_publish_overlay(host, 1, "dave");
	assert_int_equal(look_for(&host->map, "dave"), NSSHOST_JOINED + 1);
	nsshost_publish(host, 4);
	assert_int_equal(look_for(&host->map, "dave"), 0);
	assert_int_equal(look(&host->map), 4);
}

/* Writes the number of an overlay into the base that is there. */
static void
mark_overlay(const struct nsshost *host, uint32_t number)
{
	int fd = open(host->path, O_RDWR | O_CLOEXEC);

	assert_int_equal(pwrite(fd, &number, sizeof(number),
			     (off_t)offsetof(struct snapshot_header, overlay)),
	    sizeof(number));
	assert_int_equal(close(fd), 0);
}

/* The publisher died between the rename and the mark. */
static void
an_overlay_is_found_without_the_mark(void **state)
{
	struct nsshost *host = *state;

	nsshost_publish_base(host, 2);
	assert_int_equal(look(&host->map), 2);
	nsshost_publish_overlay(host, 1, "carol");
	mark_overlay(host, 0);
	/* As if this second's look were done, and then as if one had passed. */
	atomic_store(&host->map.checked_s, UINT64_MAX);
	assert_int_equal(look_for(&host->map, "carol"), 0);
	atomic_store(&host->map.checked_s, 0);
	assert_int_equal(look_for(&host->map, "carol"), NSSHOST_JOINED + 1);
}

/* A mark without its overlay: the last one goes on, and no call is made for
 * each lookup. */
static void
a_missing_overlay_leaves_the_old_one(void **state)
{
	struct nsshost *host = *state;
	char path[256];
	uint64_t begun;

	nsshost_publish_base(host, 2);
	nsshost_publish_overlay(host, 1, "carol");
	assert_int_equal(look_for(&host->map, "carol"), NSSHOST_JOINED + 1);
	assert_int_equal(
	    roster_overlay_path(host->path, path, sizeof(path)), 0);
	assert_int_equal(unlink(path), 0);
	mark_overlay(host, 2);
	assert_int_equal(look_for(&host->map, "carol"), NSSHOST_JOINED + 1);
	assert_true(atomic_load(&host->map.failed_s) > 0);
	/* One of another base is no better. */
	nsshost_publish_overlay(host, 3, "dave");
	begun = atomic_load(&host->map.overlay.ready);
	mark_overlay(host, 4);
	atomic_store(&host->map.failed_s, 0);
	assert_int_equal(look_for(&host->map, "dave"), NSSHOST_JOINED + 3);
	assert_int_equal(atomic_load(&host->map.overlay.ready), begun + 1);
}

static void
an_overlay_of_another_base_is_left_alone(void **state)
{
	struct nsshost *host = *state;

	nsshost_publish_base(host, 2);
	nsshost_publish_overlay(host, 1, "carol");
	nsshost_publish_base(host, 3);
	mark_overlay(host, 1);
	for (int i = 0; i < 10; i++) {
		atomic_store(&host->map.failed_s, 0);
		assert_int_equal(look_for(&host->map, "bob"), SNAPSET_UID + 1);
		assert_int_equal(look_for(&host->map, "carol"), 0);
	}
	assert_int_equal(atomic_load(&host->map.overlay.ready), 0);
	assert_int_equal(count_maps("members.overlay"), 0);
}

static void
t63_a_thousand_overlays(void **state)
{
	struct nsshost *host = *state;
	size_t files;

	nsshost_publish_base(host, 2);
	assert_int_equal(look(&host->map), 2);
	files = count_open_files();
	for (uint32_t i = 1; i <= 1000; i++) {
		nsshost_publish_overlay(host, i, "carol");
		assert_int_equal(
		    look_for(&host->map, "carol"), NSSHOST_JOINED + i);
		assert_true(count_maps("members.overlay") <= 2);
		assert_true(count_maps("members.snapshot") <= 2);
	}
	assert_int_equal(count_open_files(), files);
}

struct crowd {
	struct map *map;
	atomic_bool stop;
	atomic_ulong looks;
	atomic_ulong wrong;
};

static void *
look_on(void *context)
{
	struct crowd *crowd = context;
	uint64_t last = 0;

	while (!atomic_load(&crowd->stop)) {
		uint64_t generation = look(crowd->map);

		if (generation == 0 || generation < last)
			atomic_fetch_add(&crowd->wrong, 1);
		last = generation;
		atomic_fetch_add(&crowd->looks, 1);
	}
	return NULL;
}

/* Threads look on while generations 3 up to `end` are published. */
static void
publish_before(struct nsshost *host, void *(*look_on_it)(void *),
    void (*publish)(struct nsshost *, uint64_t), uint64_t end)
{
	struct crowd crowd = {.map = &host->map};
	pthread_t threads[4];

	publish(host, 2);
	/* A first lookup beside another's has its own maps, and may be ahead
	 * by a publication that is under way. */
	assert_int_equal(look(&host->map), 2);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, look_on_it, &crowd), 0);
	for (uint64_t i = 3; i < end; i++)
		publish(host, i);
	while (atomic_load(&crowd.looks) < 1000)
		(void)sched_yield();
	atomic_store(&crowd.stop, true);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(crowd.wrong, 0);
}

static void
publish_small_or_large(struct nsshost *host, uint64_t generation)
{
	publish_sized(host, generation, generation % 7 == 0 ? 3000 : 3);
}

static void
t65_threads_while_publishing(void **state)
{
	struct nsshost *host = *state;

	publish_before(host, look_on, publish_small_or_large, 300);
	assert_int_equal(look(&host->map), 299);
}

/* Children made in the middle of anything can look, and never hang. */
static void
t65_forks_while_publishing(void **state)
{
	struct nsshost *host = *state;
	struct crowd crowd = {.map = &host->map};
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, look_on, &crowd), 0);
	for (uint64_t i = 2; i < 100; i++) {
		int status = 0;
		pid_t child;

		nsshost_publish(host, i);
		child = fork();
		if (child == 0) {
			(void)alarm(30);
			_exit(look(&host->map) > 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	atomic_store(&crowd.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(crowd.wrong, 0);
}

/* How far the list is that a lookup sees: the generation, and the overlay.
 * 0 where it contradicts itself. */
static uint64_t
look_both(struct map *map)
{
	struct map_view view;
	struct snapshot_user user;
	uint64_t seen;
	bool right;

	do {
		const struct roster *r = &view.roster;
		bool has_overlay;

		if (map_begin(map, &view))
			return 0;
		has_overlay = r->overlay.bytes != NULL;
		seen = r->base.generation * 1000 + r->overlay.number;
		right = roster_user_by_name(r, "ada", &user) == 0 &&
		    user.uid == SNAPSET_UID &&
		    (roster_user_by_name(r, "bob", &user) == 0) !=
			has_overlay &&
		    (roster_user_by_name(r, "carol", &user) == 0) ==
			has_overlay &&
		    (!has_overlay ||
			user.uid == NSSHOST_JOINED + r->overlay.number);
	} while (!map_end(map, &view));
	return right ? seen : 0;
}

static void *
look_on_both(void *context)
{
	struct crowd *crowd = context;
	uint64_t last = 0;

	while (!atomic_load(&crowd->stop)) {
		uint64_t seen = look_both(crowd->map);

		if (seen == 0 || seen < last)
			atomic_fetch_add(&crowd->wrong, 1);
		last = seen;
		atomic_fetch_add(&crowd->looks, 1);
	}
	return NULL;
}

/* A base and its overlays, over and over, from one generation on. */
static void
publish_both(struct nsshost *host, uint64_t generation)
{
	nsshost_publish_base(host, generation);
	for (uint32_t i = 1; i <= generation % 4; i++)
		nsshost_publish_overlay(host, i, "carol");
}

static void
t65_threads_while_overlays_come_and_go(void **state)
{
	struct nsshost *host = *state;

	publish_before(host, look_on_both, publish_both, 400);
	assert_int_equal(look_both(&host->map), 399003);
}

static sigjmp_buf *
get_landing(void)
{
	static sigjmp_buf landing;

	return &landing;
}

static void
jump_away(int number)
{
	siglongjmp(*get_landing(), number);
}

/* A process whose timer tears it out of lookups, until the time is over. */
static void
be_torn(struct nsshost *host, uint64_t (*see)(struct map *), int jumps)
{
	const struct itimerval each_ms = {{0, 1000}, {0, 1000}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	struct sigaction act = {.sa_handler = jump_away};
	volatile int jumped = 0;
	volatile uint64_t last = 0;

	(void)sigaction(SIGALRM, &act, NULL);
	if (sigsetjmp(*get_landing(), 1))
		jumped++;
	(void)setitimer(ITIMER_REAL, &each_ms, NULL);
	while (jumped < jumps) {
		uint64_t seen = see(&host->map);

		if (seen == 0 || seen < last)
			_exit(1);
		last = seen;
	}
	(void)setitimer(ITIMER_REAL, &never, NULL);
	_exit(0);
}

static void
t65_a_handler_that_jumps_out(void **state)
{
	struct nsshost *host = *state;
	int status = 0;
	uint64_t generation = 2;
	pid_t child = fork();

	if (child == 0)
		be_torn(host, look, 500);
	while (waitpid(child, &status, WNOHANG) == 0)
		nsshost_publish(host, generation++);
	assert_int_equal(status, 0);
	assert_true(generation > 10);
}

static void
t65_a_handler_that_jumps_out_of_overlays(void **state)
{
	struct nsshost *host = *state;
	int status = 0;
	uint64_t generation = 2;
	pid_t child;

	publish_both(host, generation++);
	child = fork();
	if (child == 0)
		be_torn(host, look_both, 500);
	while (waitpid(child, &status, WNOHANG) == 0)
		publish_both(host, generation++);
	assert_int_equal(status, 0);
	assert_true(generation > 10);
}

static void
t68_an_absent_file_is_told_and_tried_again(void **state)
{
	struct nsshost *host = *state;
	struct map_view view;

	assert_int_equal(unlink(host->path), 0);
	assert_int_equal(map_begin(&host->map, &view), ERR_SNAPSHOT_MISSING);
	assert_int_equal(map_begin(&host->map, &view), ERR_SNAPSHOT_MISSING);
	nsshost_publish(host, 5);
	assert_int_equal(look(&host->map), 5);
}

/* T68: in a chroot the path is another one; what is mapped goes on. */
static void
t68_after_a_chroot(void **state)
{
	struct nsshost *host = *state;
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		struct map fresh = {.path = host->path};
		struct map_view view;

		if (look(&host->map) != 1)
			_exit(1);
		/* Only root may; others take a path that is not there. */
		if (chroot("/proc/self/fdinfo"))
			fresh.path = "/proc/self/fdinfo/none";
		atomic_store(&host->map.checked_s, 0);
		if (look(&host->map) != 1)
			_exit(2);
		_exit(map_begin(&fresh, &view) == ERR_SNAPSHOT_MISSING ? 0 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, nsshost_setup, nsshost_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(t63_a_thousand_publications),
	    TEST(t63_files_grow_and_shrink),
	    TEST(a_newer_file_is_found_without_the_mark),
	    TEST(a_damaged_successor_leaves_the_old_one),
	    TEST(t64_the_host_closes_every_descriptor),
	    TEST(t65_a_lease_that_was_torn_away),
	    TEST(t65_the_first_lookup_waits_for_nobody),
	    TEST(a_late_reader_begins_again),
	    TEST(t65_threads_while_publishing),
	    TEST(t65_forks_while_publishing),
	    TEST(t65_a_handler_that_jumps_out),
	    TEST(t65_a_handler_that_jumps_out_of_overlays),
	    TEST(an_overlay_is_seen_by_the_next_lookup),
	    TEST(the_first_lookup_sees_an_overlay),
	    TEST(a_new_base_ends_the_overlay),
	    TEST(an_overlay_is_found_without_the_mark),
	    TEST(a_missing_overlay_leaves_the_old_one),
	    TEST(an_overlay_of_another_base_is_left_alone),
	    TEST(t63_a_thousand_overlays),
	    TEST(t65_threads_while_overlays_come_and_go),
	    TEST(t68_an_absent_file_is_told_and_tried_again),
	    TEST(t68_after_a_chroot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
