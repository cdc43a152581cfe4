/*
 * test-nsscalls.c - the system calls of the NSS module: which, and how many.
 *
 * The module runs in sandboxed programs, so it is run here in a child that is
 * killed for any other call, and in one whose calls are counted.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "nss_module/group.h"
#include "nss_module/passwd.h"
#include "tests/unit/nsshost.h"
#include "tests/unit/snapset.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "name the architecture for seccomp"
#endif

#define GIDS_MAX 64

/* Every function behind an entry point, hit and miss. Ends the process at the
 * first wrong answer. */
static void
use_passwd(struct map *map)
{
	char buffer[1024];
	struct passwd pw;
	int os_error;
	struct passwd_answer out = {&pw, buffer, sizeof(buffer), &os_error};
	struct walk walk;
	int count = 0;

	if (passwd_by_name(map, "ada", &out) != NSS_STATUS_SUCCESS ||
	    passwd_by_name(map, "nobody", &out) != NSS_STATUS_NOTFOUND ||
	    passwd_by_id(map, SNAPSET_UID, &out) != NSS_STATUS_SUCCESS ||
	    passwd_by_id(map, 0, &out) != NSS_STATUS_NOTFOUND)
		_exit(10);
	walk_start(&walk, WALK_USERS);
	while (passwd_next(map, &walk, &out) == NSS_STATUS_SUCCESS)
		count++;
	if (count != 3)
		_exit(11);
}

static void
use_group(struct map *map, gid_t *gids)
{
	char buffer[1024];
	struct group gr;
	int os_error;
	struct group_answer out = {&gr, buffer, sizeof(buffer), &os_error};
	long start = 0;
	long room = GIDS_MAX;
	struct group_list list = {&gids, &start, &room, -1, SNAPSET_UID};
	struct walk walk;
	int count = 0;

	if (group_by_name(map, "org-admins", &out) != NSS_STATUS_SUCCESS ||
	    group_by_name(map, "sudo", &out) != NSS_STATUS_NOTFOUND ||
	    group_by_id(map, SNAPSET_UID, &out) != NSS_STATUS_SUCCESS ||
	    group_by_id(map, 0, &out) != NSS_STATUS_NOTFOUND ||
	    group_list(map, "ada", &list, &os_error) != NSS_STATUS_SUCCESS ||
	    group_list(map, "root", &list, &os_error) != NSS_STATUS_NOTFOUND)
		_exit(12);
	walk_start(&walk, WALK_GROUPS);
	while (group_next(map, &walk, &out) == NSS_STATUS_SUCCESS)
		count++;
	if (count != 7)
		_exit(13);
}

/* Has the kernel do `otherwise` at every call that is not listed. */
static void
allow_only(const long *calls, size_t count, uint32_t otherwise)
{
	struct sock_filter code[64];
	struct sock_fprog program = {.filter = code};
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter)BPF_JUMP(
	    BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(
	    BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < count; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(
		    BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, otherwise);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(14);
}

static void
allow_the_few(void)
{
	static const long calls[] = {SYS_openat, SYS_newfstatat, SYS_fstat,
	    SYS_mmap, SYS_munmap, SYS_close, SYS_clock_gettime, SYS_exit_group};

	allow_only(calls, ARRAY_SIZE(calls), SECCOMP_RET_KILL_PROCESS);
}

static int
status_of(pid_t child)
{
	int status = -1;

	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
t69_only_a_few_kinds_of_call(void **state)
{
	struct nsshost *host = *state;
	gid_t *gids = calloc(GIDS_MAX, sizeof(*gids));
	pid_t child = fork();

	if (child == 0) {
		allow_the_few();
		use_passwd(&host->map);
		use_group(&host->map, gids);
		_exit(0);
	}
	assert_int_equal(status_of(child), 0);
	free(gids);
}

/* The same while newer files come, one larger than its place, and go. */
static void
t69_the_same_while_replacing(void **state)
{
	struct nsshost *host = *state;
	gid_t *gids = calloc(GIDS_MAX, sizeof(*gids));
	int go[2];
	int done[2];
	pid_t child;

	assert_int_equal(pipe(go) | pipe(done), 0);
	child = fork();
	if (child == 0) {
		static const long calls[] = {SYS_openat, SYS_newfstatat,
		    SYS_fstat, SYS_mmap, SYS_munmap, SYS_close,
		    SYS_clock_gettime, SYS_exit_group, SYS_read, SYS_write};
		char byte;

		allow_only(calls, ARRAY_SIZE(calls), SECCOMP_RET_KILL_PROCESS);
		for (int i = 0; i < 4; i++) {
			use_passwd(&host->map);
			use_group(&host->map, gids);
			if (write(done[1], "", 1) != 1 ||
			    read(go[0], &byte, 1) != 1)
				_exit(15);
		}
		_exit(0);
	}
	for (uint64_t i = 0; i < 4; i++) {
		char byte;

		assert_int_equal(read(done[0], &byte, 1), 1);
		nsshost_publish(host, i + 2);
		assert_int_equal(write(go[1], "", 1), 1);
	}
	assert_int_equal(status_of(child), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(close(go[i]) | close(done[i]), 0);
	free(gids);
}

/* Without a file nothing else is tried. */
static void
t69_an_absent_file(void **state)
{
	struct nsshost *host = *state;
	pid_t child;

	assert_int_equal(unlink(host->path), 0);
	child = fork();
	if (child == 0) {
		char buffer[64];
		struct passwd pw;
		int os_error;
		struct passwd_answer out = {
		    &pw, buffer, sizeof(buffer), &os_error};

		allow_the_few();
		_exit(passwd_by_name(&host->map, "ada", &out) ==
			    NSS_STATUS_UNAVAIL
			? 0
			: 16);
	}
	assert_int_equal(status_of(child), 0);
}

/* Runs a stopped child to its end, and counts its calls between the first and
 * the second getppid(), and between the second and the third. */
static void
count_calls(pid_t child, int counts[2])
{
	int stretch = -1;
	bool entry = true;
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, 0,
			     PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
	    0);
	for (;;) {
		struct __ptrace_syscall_info info;

		assert_int_equal(ptrace(PTRACE_SYSCALL, child, 0, 0), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (WIFEXITED(status) || WIFSIGNALED(status))
			break;
		assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info),
				&info) > 0);
		entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
		if (entry && info.entry.nr == SYS_getppid)
			stretch++;
		else if (entry && stretch >= 0 && stretch < 2)
			counts[stretch]++;
	}
	assert_int_equal(status, 0);
}

static void
t69_five_calls_first_and_none_later(void **state)
{
	struct nsshost *host = *state;
	gid_t *gids = calloc(GIDS_MAX, sizeof(*gids));
	int counts[2] = {0, 0};
	pid_t child = fork();

	if (child == 0) {
		char buffer[1024];
		struct passwd pw;
		int os_error;
		struct passwd_answer out = {
		    &pw, buffer, sizeof(buffer), &os_error};

		(void)ptrace(PTRACE_TRACEME, 0, 0, 0);
		(void)raise(SIGSTOP);
		(void)getppid();
		(void)passwd_by_name(&host->map, "ada", &out);
		(void)getppid();
		/* The look once a second is not what is counted here. */
		for (int i = 0; i < 100; i++) {
			atomic_store(&host->map.checked_s, UINT64_MAX);
			use_passwd(&host->map);
			use_group(&host->map, gids);
		}
		(void)getppid();
		_exit(0);
	}
	count_calls(child, counts);
	assert_true(counts[0] > 0 && counts[0] <= 5);
	assert_int_equal(counts[1], 0);
	free(gids);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, nsshost_setup, nsshost_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(t69_only_a_few_kinds_of_call),
	    TEST(t69_the_same_while_replacing),
	    TEST(t69_an_absent_file),
	    TEST(t69_five_calls_first_and_none_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
