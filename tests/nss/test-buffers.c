/*
 * test-buffers.c - T66, T72: answers in the caller's buffer, of every size and
 * at every start, between pages that nobody may touch.
 */
#include "tests/nss/lab.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/nss/people.h"

#define PAGE 4096
#define SIZE_MAX_TRIED 4096
#define LARGE 11 /* a generation of PEOPLE_MAX users */
#define CANARY '\xa5'

/* Two pages to write to, between two that are not. */
static char *
make_room(void)
{
	char *pages = mmap(NULL, 4 * (size_t)PAGE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	LAB_CHECK(pages != MAP_FAILED);
	LAB_CHECK(
	    mprotect(pages + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE) == 0);
	return pages + PAGE;
}

/* A buffer of the caller: `size` bytes at `at`; around them the room is to
 * stay as it is. */
struct frame {
	char *room;
	char *at;
	size_t size;
};

static void
prepare(const struct frame *frame)
{
	memset(frame->room, CANARY, 2 * PAGE);
}

static void
check_around(const struct frame *frame)
{
	const char *end = frame->room + 2 * PAGE;

	for (const char *c = frame->room; c < frame->at; c++)
		LAB_CHECK(*c == CANARY);
	for (const char *c = frame->at + frame->size; c < end; c++)
		LAB_CHECK(*c == CANARY);
}

static void
check_text(const struct frame *frame, const char *text)
{
	const char *end = frame->at + frame->size;

	LAB_CHECK(text >= frame->at && text < end);
	LAB_CHECK(memchr(text, '\0', (size_t)(end - text)) != NULL);
}

static void
check_user(const struct frame *frame, const struct passwd *pw)
{
	check_text(frame, pw->pw_name);
	check_text(frame, pw->pw_passwd);
	check_text(frame, pw->pw_gecos);
	check_text(frame, pw->pw_dir);
	check_text(frame, pw->pw_shell);
	LAB_CHECK(strcmp(pw->pw_name, "u00002") == 0);
	LAB_CHECK(strcmp(pw->pw_passwd, "*") == 0);
	LAB_CHECK(strcmp(pw->pw_dir, "/home/u00002") == 0);
	LAB_CHECK(strcmp(pw->pw_shell, "/bin/sh") == 0);
}

static void
check_group(const struct frame *frame, const struct group *gr, int members)
{
	char *const *end = (char *const *)(void *)(frame->at + frame->size);
	int count = 0;

	check_text(frame, gr->gr_name);
	check_text(frame, gr->gr_passwd);
	LAB_CHECK(strcmp(gr->gr_passwd, "*") == 0);
	LAB_CHECK((uintptr_t)gr->gr_mem % _Alignof(char *) == 0);
	LAB_CHECK((char *)gr->gr_mem >= frame->at);
	for (; gr->gr_mem + count < end && gr->gr_mem[count]; count++)
		check_text(frame, gr->gr_mem[count]);
	LAB_CHECK(gr->gr_mem + count < end);
	LAB_CHECK(count == members);
}

/* One lookup; true where the buffer was enough. */
typedef bool ask_fn(const struct lab_module *nss, const struct frame *frame);

static bool
was_enough(
    const struct frame *frame, enum nss_status status, const int *os_error)
{
	check_around(frame);
	if (status == NSS_STATUS_SUCCESS)
		return true;
	LAB_CHECK(status == NSS_STATUS_TRYAGAIN);
	LAB_CHECK(*os_error == ERANGE);
	return false;
}

static bool
ask_name(const struct lab_module *nss, const struct frame *frame)
{
	struct passwd pw;
	int e = 0;
	bool enough = was_enough(frame,
	    nss->getpwnam_r("u00002", &pw, frame->at, frame->size, &e), &e);

	if (enough)
		check_user(frame, &pw);
	return enough;
}

static bool
ask_uid(const struct lab_module *nss, const struct frame *frame)
{
	struct passwd pw;
	int e = 0;
	bool enough = was_enough(frame,
	    nss->getpwuid_r(PEOPLE_UID + 2, &pw, frame->at, frame->size, &e),
	    &e);

	if (enough)
		check_user(frame, &pw);
	return enough;
}

/* Two of small and small enough buffers, then the third user. */
static bool
ask_next_user(const struct lab_module *nss, const struct frame *frame)
{
	char buffer[256];
	struct passwd pw;
	int e = 0;
	bool enough;

	LAB_CHECK(nss->setpwent(0) == NSS_STATUS_SUCCESS);
	for (int i = 0; i < 2; i++)
		LAB_CHECK(nss->getpwent_r(&pw, buffer, 256, &e) ==
		    NSS_STATUS_SUCCESS);
	enough = was_enough(
	    frame, nss->getpwent_r(&pw, frame->at, frame->size, &e), &e);
	if (enough) {
		check_user(frame, &pw);
		return true;
	}
	/* Told to come with more, the caller finds the same entry. */
	LAB_CHECK(nss->getpwent_r(&pw, buffer, 256, &e) == NSS_STATUS_SUCCESS);
	LAB_CHECK(strcmp(pw.pw_name, "u00002") == 0);
	return false;
}

static bool
ask_group_name(const struct lab_module *nss, const struct frame *frame)
{
	struct group gr;
	int e = 0;
	bool enough = was_enough(frame,
	    nss->getgrnam_r("everyone", &gr, frame->at, frame->size, &e), &e);

	if (enough)
		check_group(frame, &gr, 6);
	return enough;
}

static bool
ask_gid(const struct lab_module *nss, const struct frame *frame)
{
	struct group gr;
	int e = 0;
	bool enough = was_enough(frame,
	    nss->getgrgid_r(PEOPLE_UID + 2, &gr, frame->at, frame->size, &e),
	    &e);

	if (enough)
		check_group(frame, &gr, 0);
	return enough;
}

static bool
ask_next_group(const struct lab_module *nss, const struct frame *frame)
{
	struct group gr;
	int e = 0;
	bool enough;

	LAB_CHECK(nss->setgrent(0) == NSS_STATUS_SUCCESS);
	enough = was_enough(
	    frame, nss->getgrent_r(&gr, frame->at, frame->size, &e), &e);
	if (enough)
		check_group(frame, &gr, 6);
	return enough;
}

struct question {
	ask_fn *ask;
	size_t text;    /* bytes of the answer's strings */
	size_t members; /* and pointers, of groups only */
};

#define USER_TEXT                                       \
	(sizeof("u00002") + sizeof("*") + sizeof("3") + \
	    sizeof("/home/u00002") + sizeof("/bin/sh"))
#define SIX_TEXT (sizeof("everyone") + sizeof("*") + 6 * sizeof("u00000"))

static const struct question questions[] = {
    {ask_name, USER_TEXT, 0},
    {ask_uid, USER_TEXT, 0},
    {ask_next_user, USER_TEXT, 0},
    {ask_group_name, SIX_TEXT, 7},
    {ask_gid, sizeof("u00002") + sizeof("*"), 1},
    {ask_next_group, SIX_TEXT, 7},
};

static void
ask_in(const struct lab_module *nss, const struct frame *frame)
{
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
		const struct question *q = &questions[i];
		size_t skip =
		    q->members ? -(uintptr_t)frame->at % _Alignof(char *) : 0;
		size_t needed = skip + q->members * sizeof(char *) + q->text;

		prepare(frame);
		LAB_CHECK(q->ask(nss, frame) == (frame->size >= needed));
	}
}

/* Flush with the page behind, with the page before, and at each odd start. */
static void
ask_in_all_sizes(const struct lab *lab)
{
	struct frame frame = {.room = make_room()};
	char *end = frame.room + 2 * PAGE;

	for (size_t size = 0; size <= SIZE_MAX_TRIED; size++) {
		frame.size = size;
		frame.at = end - size;
		ask_in(&lab->nss, &frame);
		frame.at = frame.room;
		ask_in(&lab->nss, &frame);
		frame.at = frame.room + PAGE / 2 + size % 8;
		ask_in(&lab->nss, &frame);
	}
}

static void
t66_every_size_and_start(void **state)
{
	people_publish(3);
	lab_run(*state, ask_in_all_sizes, 0);
}

/* A group of two thousand: every size below is too small, and nothing is
 * written past it. */
static void
ask_for_the_large_group(const struct lab *lab)
{
	const size_t needed = (PEOPLE_MAX + 1) * sizeof(char *) +
	    sizeof("everyone") + sizeof("*") + PEOPLE_MAX * sizeof("u00000");
	struct frame frame = {.room = make_room()};
	char *large = malloc(needed);
	struct group gr;
	int e;

	LAB_CHECK(large != NULL);
	for (size_t size = 0; size <= SIZE_MAX_TRIED; size++) {
		frame.size = size;
		frame.at = frame.room + 2 * PAGE - size;
		prepare(&frame);
		e = 0;
		LAB_CHECK(!was_enough(&frame,
		    lab->nss.getgrgid_r(
			PEOPLE_EVERYONE, &gr, frame.at, size, &e),
		    &e));
	}
	e = 0;
	LAB_CHECK(lab->nss.getgrnam_r("everyone", &gr, large, needed - 1, &e) ==
		NSS_STATUS_TRYAGAIN &&
	    e == ERANGE);
	frame.at = large;
	frame.size = needed;
	LAB_CHECK(lab->nss.getgrnam_r("everyone", &gr, large, needed, &e) ==
	    NSS_STATUS_SUCCESS);
	check_group(&frame, &gr, PEOPLE_MAX);
	free(large);
}

static void
t66_a_group_larger_than_most_buffers(void **state)
{
	people_publish(LARGE);
	lab_run(*state, ask_for_the_large_group, 0);
}

/* Room for the list that the caller owns grows only as it allows. */
static void
ask_for_lists(const struct lab *lab)
{
	for (long room = 1; room < 8; room++) {
		for (long limit = -1; limit < 8; limit++) {
			gid_t *gids = malloc((size_t)room * sizeof(*gids));
			long start = 1;
			long size = room;
			int e = 0;

			LAB_CHECK(gids != NULL);
			if (limit == 0 || (limit > 0 && limit < room)) {
				free(gids);
				continue;
			}
			gids[0] = 12345;
			LAB_CHECK(
			    lab->nss.initgroups_dyn("u00000", 12345, &start,
				&size, &gids, limit, &e) == NSS_STATUS_SUCCESS);
			LAB_CHECK(gids[0] == 12345 && start <= size);
			LAB_CHECK(limit < 0 || size <= limit);
			LAB_CHECK(
			    start == (limit > 0 && limit < 4 ? limit : 4));
			free(gids);
		}
	}
}

static void
t66_lists_keep_to_the_limit(void **state)
{
	people_publish(3);
	lab_run(*state, ask_for_lists, 0);
}

/* Each field of everybody, as people.c judges it: "*". */
static void
look_at_everybody(const struct lab *lab)
{
	people_all(&lab->nss, LARGE);
}

static void
t72_no_password_field_is_empty(void **state)
{
	people_publish(LARGE);
	lab_run(*state, look_at_everybody, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, lab_clear)
	const struct CMUnitTest tests[] = {
	    TEST(t66_every_size_and_start),
	    TEST(t66_a_group_larger_than_most_buffers),
	    TEST(t66_lists_keep_to_the_limit),
	    TEST(t72_no_password_field_is_empty),
	};

	return cmocka_run_group_tests(tests, lab_open, lab_close);
}
