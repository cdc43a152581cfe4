/*
 * test-crash.c - T61: at every system call of a publication the process is
 * killed, or the call fails; whoever reads meanwhile sees the old list or the
 * new one, whole.
 *
 * Twenty members, whose full name is the list they stand in.  Two of them
 * change by overlay, together.  A process of its own reads all the time,
 * through the module's functions with a map that it keeps, and by opening the
 * files anew.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/publish/reader.h"
#include "tests/publish/tracecalls.h"
#include "tests/unit/publishlab.h"

#define USERS 20
#define CHANGED 2 /* the first ones, by overlay */
#define CALLS_MIN 20
#define CALLS_MAX 2000
#define DEADLINE_S 30

/* Between the reader and us. */
struct board {
	unsigned int rounds; /* atomic */
	unsigned int faults;
	char fault[160]; /* the first one */
};

struct fixture {
	struct publishlab *lab;
	char folder[64]; /* in memory: hundreds of files are synced */
	char path[96];
	struct members *old;
	struct members *new;
	struct members *changed;
	struct board *board;
	pid_t reader;
};

static struct members *
make_members(struct publishlab *lab, const char *first, const char *others)
{
	char lines[USERS][200];
	const char *list[USERS];

	for (int i = 0; i < USERS; i++) {
		(void)snprintf(lines[i], sizeof(lines[i]),
		    "{\"id\":\"u-%02d\",\"email\":\"user%02d@x.example\","
		    "\"roles\":[\"OrganizationAdmin\"],\"state\":\"Active\","
		    "\"name\":\"%s\"}",
		    i, i, i < CHANGED ? first : others);
		list[i] = lines[i];
	}
	return dirlab_assigned(lab->db, lab->ids, lab->locals, list, USERS);
}

static void
complain(struct board *board, const char *what, int number)
{
	if (board->faults++ == 0)
		(void)snprintf(board->fault, sizeof(board->fault), "%s (%d)",
		    what, number);
}

/* The names of a whole list: the first two alike, and all others. */
struct names {
	char first[32];
	char other[32];
};

static void
take_name(struct board *board, struct names *names, int i, const char *gecos)
{
	char *place = i < CHANGED ? names->first : names->other;

	if (place[0] == '\0')
		(void)snprintf(place, sizeof(names->first), "%s", gecos);
	else if (strcmp(place, gecos) != 0)
		complain(board, "a mix of two lists", i);
}

static void
read_files(const char *path, struct board *board, struct names *names)
{
	struct roster roster ROSTER_AUTO = {0};
	struct roster_place place = {0};
	struct snapshot_user user;
	int count = 0;

	if (roster_open(path, &roster) != 0 ||
	    snapshot_validate(&roster.base) != 0 ||
	    (roster.overlay.bytes != NULL &&
		snapshot_validate(&roster.overlay) != 0)) {
		complain(board, "files that are not good", 0);
		return;
	}
	for (; roster_user_next(&roster, &place, &user) == 0; count++)
		take_name(board, names, count, user.gecos);
	if (count != USERS)
		complain(board, "not everybody", count);
}

static void
read_by_module(struct map *map, struct board *board)
{
	for (int i = 0; i < USERS; i++) {
		char name[32];
		bool answered = false;

		(void)snprintf(name, sizeof(name), "user%02d", i);
		if (!reader_finds(map, name, &answered))
			complain(board, "the module does not find", i);
	}
}

static void
read_on(const char *path, struct board *board)
{
	struct map map = {.path = path};

	for (;;) {
		struct names names = {0};

		read_files(path, board, &names);
		read_by_module(&map, board);
		__atomic_fetch_add(&board->rounds, 1, __ATOMIC_SEQ_CST);
	}
}

/* Two whole rounds more, so that one began after now. */
static void
wait_for_reader(const struct fixture *f)
{
	unsigned int from =
	    __atomic_load_n(&f->board->rounds, __ATOMIC_SEQ_CST);
	time_t end = time(NULL) + DEADLINE_S;

	while (
	    __atomic_load_n(&f->board->rounds, __ATOMIC_SEQ_CST) - from < 2) {
		assert_true(time(NULL) < end);
		(void)usleep(100);
	}
	if (f->board->faults != 0)
		print_error("%s\n", f->board->fault);
	assert_int_equal(f->board->faults, 0);
}

/* The old list stands, published by somebody who then is gone. */
static void
put_old(struct fixture *f)
{
	struct publishlab *lab = f->lab;
	struct publish_result result = {0};
	struct publisher *publisher = publishlab_new_publisher(lab);

	lab->content.members = f->old;
	lab->content.generation++;
	assert_int_equal(publish_now(publisher, &lab->content, &result), 0);
	assert_int_equal(result.users, USERS);
	publisher_free(publisher);
}

/* A publication, in a process of its own; 0 where it says that it went well. */
typedef int publish_fn(const struct fixture *f);

static int
publish_whole(const struct fixture *f)
{
	struct publish_content content = f->lab->content;
	struct publisher *publisher = publishlab_new_publisher(f->lab);
	struct publish_result result = {0};
	int err = 0;

	content.members = f->new;
	content.generation++;
	tracecalls_begin();
	err = publish_now(publisher, &content, &result);
	tracecalls_end();
	return err;
}

static size_t
list_changed(
    const struct fixture *f, struct member *members, const struct member **list)
{
	for (size_t i = 0; i < CHANGED; i++) {
		(void)members_get(f->changed, i, &members[i]);
		list[i] = &members[i];
	}
	return CHANGED;
}

static int
publish_overlay(const struct fixture *f)
{
	struct publisher *publisher = publishlab_new_publisher(f->lab);
	struct member members[CHANGED];
	const struct member *list[CHANGED];
	size_t count = list_changed(f, members, list);
	int err = 0;

	if (!publish_adopt(publisher, &f->lab->content))
		return ERR_INTERNAL;
	tracecalls_begin();
	err = publish_changes(publisher, &f->lab->content, list, count);
	tracecalls_end();
	return err;
}

static void
on_done(void *arg, const struct publish_result *result)
{
	*(int *)arg = result->err;
}

/* By the loop and its other thread, with changes on the way. */
static int
publish_carrying(const struct fixture *f)
{
	struct publish_content content = f->lab->content;
	struct publisher *publisher = NULL;
	struct loop *loop = NULL;
	struct member members[CHANGED];
	const struct member *list[CHANGED];
	size_t count = list_changed(f, members, list);
	int told = ERR_INTERNAL;
	int err = 0;

	content.members = f->new;
	content.generation++;
	if (loop_new(&loop) != 0 ||
	    publisher_new(loop, &f->lab->options, &publisher) != 0)
		return ERR_INTERNAL;
	tracecalls_begin();
	err = publish_start(publisher, &content, on_done, &told);
	if (err == 0)
		err = publish_carry(publisher, list, count);
	if (err == 0) {
		loop_run(loop);
		err = told;
	}
	tracecalls_end();
	return err;
}

static struct tracecalls_result
run_traced(const struct fixture *f, publish_fn *run, int nth, int fault)
{
	static const struct rlimit none = {0, 0};
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)alarm(DEADLINE_S);
		tracecalls_offer();
		_exit(run(f) == 0 ? 0 : 1);
	}
	return tracecalls_run(child, nth, fault);
}

static bool
is_new(const struct fixture *f)
{
	struct board board = {0};
	struct names names = {0};

	read_files(f->path, &board, &names);
	assert_int_equal(board.faults, 0);
	return strcmp(names.first, "old") != 0;
}

/* One publication with one fault; false when there is no such call. */
static bool
try(struct fixture *f, publish_fn *run, int nth, int fault)
{
	struct tracecalls_result result;
	bool went_well = false;

	put_old(f);
	result = run_traced(f, run, nth, fault);
	went_well = WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0;
	wait_for_reader(f);
	if (went_well && !is_new(f))
		print_error(
		    "call %ld, number %d, fault %d\n", result.call, nth, fault);
	assert_true(!went_well || is_new(f));
	(void)is_new(f);
	if (result.calls < nth) {
		/* Nothing was in its way. */
		assert_true(went_well);
		assert_true(result.calls >= CALLS_MIN);
		return false;
	}
	assert_true(fault != TRACECALLS_KILL || WIFSIGNALED(result.status));
	/* Who starts again removes what was left, and publishes. */
	put_old(f);
	assert_int_equal(reader_count_leftovers(f->folder), 0);
	assert_false(is_new(f));
	return true;
}

static void
try_all(struct fixture *f, publish_fn *run)
{
	static const int faults[] = {
	    TRACECALLS_KILL, ENOSPC, EIO, TRACECALLS_SHORT};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		for (int nth = 1; try(f, run, nth, faults[i]); nth++)
			assert_true(nth < CALLS_MAX);
}

static void
t61_t89_whole_lists_survive_every_fault(void **state)
{
	try_all(*state, publish_whole);
}

static void
t61_t89_overlays_survive_every_fault(void **state)
{
	try_all(*state, publish_overlay);
}

static void
t61_t89_changes_on_the_way_survive_every_fault(void **state)
{
	try_all(*state, publish_carrying);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	void *lab = NULL;

	assert_non_null(f);
	assert_int_equal(publishlab_setup(&lab), 0);
	f->lab = lab;
	(void)snprintf(f->folder, sizeof(f->folder), "/dev/shm/crash.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(
	    f->path, sizeof(f->path), "%s/members.snapshot", f->folder);
	f->lab->options.path = f->path;
	f->old = make_members(f->lab, "old", "old");
	f->new = make_members(f->lab, "new", "new");
	f->changed = make_members(f->lab, "changed", "old");
	f->lab->content = (struct publish_content){.members = f->old,
	    .ids = f->lab->ids,
	    .locals = f->lab->locals,
	    .now = {DIRLAB_WALL_S}};
	f->board = mmap(NULL, sizeof(*f->board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(f->board, MAP_FAILED);
	put_old(f);
	f->reader = fork();
	assert_int_not_equal(f->reader, -1);
	if (f->reader == 0)
		read_on(f->path, f->board);
	wait_for_reader(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	void *lab = f->lab;
	char overlay[128];

	(void)kill(f->reader, SIGKILL);
	(void)waitpid(f->reader, NULL, 0);
	(void)munmap(f->board, sizeof(*f->board));
	assert_int_equal(
	    roster_overlay_path(f->path, overlay, sizeof(overlay)), 0);
	(void)unlink(f->path);
	(void)unlink(overlay);
	assert_int_equal(rmdir(f->folder), 0);
	members_free(f->old);
	members_free(f->new);
	members_free(f->changed);
	free(f);
	return publishlab_teardown(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t61_t89_whole_lists_survive_every_fault),
	    cmocka_unit_test(t61_t89_overlays_survive_every_fault),
	    cmocka_unit_test(t61_t89_changes_on_the_way_survive_every_fault),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
