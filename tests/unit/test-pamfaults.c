/*
 * test-pamfaults.c - every call that the PAM module makes of libc and libpam
 * fails once, in three ways, in every phase: nobody gets in by it, nobody is
 * taken for a stranger by it, and nothing is left behind.
 */
#include "pam_module/account.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "pam_module/signon.h"
#include "tests/unit/descriptors.h"
#include "tests/unit/pamhost.h"

enum mode { MODE_FAIL, MODE_INTERRUPT, MODE_SHORT, MODE_COUNT };

static bool armed;
static enum mode mode;
static int calls;    /* made since it was armed */
static int call_due; /* the one that fails */
static long blocks;  /* allocated and not freed */
static long maps;

/* True once, for the call that is due. */
static bool
is_due(void)
{
	if (!armed || ++calls != call_due)
		return false;
	errno = mode == MODE_INTERRUPT ? EINTR : EIO;
	return true;
}

/* A call without a way to be interrupted fails outright. */
#define FAILING(type, name, parameters, arguments, failure) \
	type __real_##name parameters;                      \
	type __wrap_##name parameters;                      \
	type __wrap_##name parameters                       \
	{                                                   \
		if (is_due())                               \
			return (failure);                   \
		return __real_##name arguments;             \
	}

FAILING(int, open, (const char *path, int flags), (path, flags), -1)
FAILING(int, fstat, (int fd, struct stat *status), (fd, status), -1)
FAILING(int, stat, (const char *path, struct stat *status), (path, status), -1)
FAILING(int, socket, (int domain, int type, int protocol),
    (domain, type, protocol), -1)
FAILING(int, connect, (int fd, const struct sockaddr *address, socklen_t len),
    (fd, address, len), -1)
FAILING(int, poll, (struct pollfd * fds, nfds_t count, int timeout),
    (fds, count, timeout), -1)
FAILING(int, clock_gettime, (clockid_t clock, struct timespec *now),
    (clock, now), -1)
FAILING(time_t, time, (time_t * now), (now), -1)

/* Those that move bytes may also move fewer than they were asked to. */
#define MOVING(name, parameters, arguments, short_arguments)  \
	ssize_t __real_##name parameters;                     \
	ssize_t __wrap_##name parameters;                     \
	ssize_t __wrap_##name parameters                      \
	{                                                     \
		if (!is_due())                                \
			return __real_##name arguments;       \
		if (mode == MODE_SHORT)                       \
			return __real_##name short_arguments; \
		return -1;                                    \
	}

MOVING(
    read, (int fd, void *bytes, size_t len), (fd, bytes, len), (fd, bytes, 1))
MOVING(send, (int fd, const void *bytes, size_t len, int flags),
    (fd, bytes, len, flags), (fd, bytes, 1, flags))
MOVING(recv, (int fd, void *bytes, size_t len, int flags),
    (fd, bytes, len, flags), (fd, bytes, 1, flags))

#define ALLOCATING(name, parameters, arguments)                          \
	void *__real_##name parameters;                                  \
	void *__wrap_##name parameters;                                  \
	void *__wrap_##name parameters                                   \
	{                                                                \
		void *block = is_due() ? NULL : __real_##name arguments; \
		blocks += armed && block != NULL;                        \
		return block;                                            \
	}

ALLOCATING(malloc, (size_t size), (size))
ALLOCATING(calloc, (size_t count, size_t size), (count, size))

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
void __real_free(void *block);
void __wrap_free(void *block);
int __real_close(int fd);
int __wrap_close(int fd);
void *__real_mmap(
    void *address, size_t len, int protection, int flags, int fd, off_t at);
void *__wrap_mmap(
    void *address, size_t len, int protection, int flags, int fd, off_t at);
int __real_munmap(void *address, size_t len);
int __wrap_munmap(void *address, size_t len);

char *
__wrap_strdup(const char *text)
{
	char *copy = is_due() ? NULL : __real_strdup(text);

	blocks += armed && copy != NULL;
	return copy;
}

void
__wrap_free(void *block)
{
	blocks -= armed && block != NULL;
	__real_free(block);
}

/* Linux closes and unmaps also where it reports an error. */
int
__wrap_close(int fd)
{
	int result = __real_close(fd);

	return is_due() ? -1 : result;
}

void *
__wrap_mmap(
    void *address, size_t len, int protection, int flags, int fd, off_t at)
{
	void *map = is_due()
	    ? MAP_FAILED
	    : __real_mmap(address, len, protection, flags, fd, at);

	maps += armed && map != MAP_FAILED;
	return map;
}

int
__wrap_munmap(void *address, size_t len)
{
	int result = __real_munmap(address, len);

	maps -= armed;
	return is_due() ? -1 : result;
}

static const struct proto_prompt prompt = {
    .handle = "0123456789abcdef0123456789abcdef",
    .text = "\n  Open:  x\n  Code:  y\nPress Enter: ",
    .kind = PROTO_ASK_APPROVAL};
static const struct proto_verdict_reply allow = {
    .verdict = PROTO_ALLOW, .reason = "ok"};
static const struct proto_verdict_reply deny = {
    .verdict = PROTO_DENY, .reason = "wrong-person", .text = "Not you."};

/* Authenticates, then asks for the account and the credentials. */
static void
run_phases(struct pamhost *host, const char *argument, int codes[3])
{
	struct request_call call = pamhost_call(host, &argument);

	codes[0] = signon_authenticate(&call);
	codes[1] = account_check(&call);
	codes[2] = signon_setcred(&call);
}

/* Runs all phases with one call failing; false when no call was left. */
static bool
run_with_fault(const struct proto_verdict_reply *verdict, const char *user,
    int due, int codes[3])
{
	const struct fakedaemon_step steps[] = {
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_PROMPT, .message = &prompt},
	    {.act = FAKEDAEMON_REPLY, .type = PROTO_PENDING},
	    {.act = FAKEDAEMON_REPLY,
		.type = PROTO_VERDICT,
		.message = verdict},
	    {.act = FAKEDAEMON_NEXT},
	    {.act = FAKEDAEMON_REPLY,
		.type = PROTO_VERDICT,
		.message = verdict},
	};
	struct pamhost host;
	size_t descriptors;

	pamhost_init(&host);
	fakedaemon_start(&host.daemon, steps, ARRAY_SIZE(steps));
	host.pam.user = user;
	host.pam.fails = is_due;
	fakedaemon_fails = is_due;
	descriptors = descriptors_count();
	calls = 0;
	call_due = due;
	blocks = maps = 0;
	armed = true;
	run_phases(&host, "require_role=X", codes);
	host.pam.fails = NULL;
	fakepam_done(&host.pam);
	armed = false;
	fakedaemon_fails = NULL;
	assert_int_equal(blocks, 0);
	assert_int_equal(maps, 0);
	assert_int_equal(descriptors_count(), descriptors);
	pamhost_done(&host);
	return calls >= due;
}

static void
expect_no_neutral_code(const int codes[3])
{
	for (size_t i = 0; i < 3; i++) {
		assert_int_not_equal(codes[i], PAM_IGNORE);
		assert_int_not_equal(codes[i], PAM_USER_UNKNOWN);
		assert_int_not_equal(codes[i], PAM_NEW_AUTHTOK_REQD);
	}
}

static void
t38_no_fault_lets_a_refused_member_in(void **state)
{
	int codes[3];

	for (mode = 0; mode < MODE_COUNT; mode++) {
		int due = 1;

		for (; run_with_fault(&deny, "ada", due, codes); due++) {
			expect_no_neutral_code(codes);
			for (size_t i = 0; i < 3; i++)
				assert_int_not_equal(codes[i], PAM_SUCCESS);
		}
		assert_true(due > 60);
	}
}

static void
t38_no_fault_makes_a_member_a_stranger(void **state)
{
	int codes[3];

	for (mode = 0; mode < MODE_COUNT; mode++) {
		int due = 1;

		for (; run_with_fault(&allow, "ada", due, codes); due++) {
			expect_no_neutral_code(codes);
			if (codes[0] != PAM_SUCCESS)
				assert_int_not_equal(codes[2], PAM_SUCCESS);
		}
		assert_true(due > 60);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(codes[i], PAM_SUCCESS);
	}
}

/* A removed member at a role gate. */
static void
t38_no_fault_lets_a_stranger_by_a_role_gate(void **state)
{
	int codes[3];

	for (mode = 0; mode < MODE_COUNT; mode++) {
		for (int due = 1; run_with_fault(&allow, "eve", due, codes);
		     due++) {
			assert_int_not_equal(codes[0], PAM_SUCCESS);
			assert_int_not_equal(codes[1], PAM_SUCCESS);
			assert_int_not_equal(codes[1], PAM_IGNORE);
			assert_int_not_equal(codes[2], PAM_SUCCESS);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t38_no_fault_lets_a_refused_member_in),
	    cmocka_unit_test(t38_no_fault_makes_a_member_a_stranger),
	    cmocka_unit_test(t38_no_fault_lets_a_stranger_by_a_role_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
