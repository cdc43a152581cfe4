/*
 * test-sandbox.c - the module in programs that may do next to nothing.
 *
 * The kernel kills the child for any system call that is not listed, so these
 * tests say what the module never does: sockets, locks, writing, waiting.
 */
#include "tests/nss/lab.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/nss/people.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "name the architecture for seccomp"
#endif

#define FIELD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IS(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define HAS(bits, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static void
confine(struct sock_filter *code, unsigned short length)
{
	const struct sock_fprog program = {length, code};

	LAB_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	LAB_CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* What the test itself needs: an end, a word on stderr, and a pipe each way. */
#define THE_TESTS_OWN                                            \
	FIELD(arch), IS(ARCHITECTURE, 1, 0), KILL, FIELD(nr),    \
	    IS(SYS_exit_group, 0, 1), ALLOW, IS(SYS_read, 0, 4), \
	    FIELD(args[0]), IS(STDIN_FILENO, 0, 1), ALLOW, KILL, \
	    IS(SYS_write, 0, 4), FIELD(args[0]), HAS(~3u, 1, 0), ALLOW, KILL

static void
confine_to_reading_files(void)
{
	struct sock_filter code[] = {
	    THE_TESTS_OWN,
	    IS(SYS_newfstatat, 8, 0),
	    IS(SYS_fstat, 7, 0),
	    IS(SYS_pread64, 6, 0),
	    IS(SYS_munmap, 5, 0),
	    IS(SYS_close, 4, 0),
	    IS(SYS_mmap, 0, 4),
	    FIELD(args[2]),
	    HAS(PROT_WRITE | PROT_EXEC, 0, 1),
	    KILL,
	    ALLOW,
	    IS(SYS_openat, 0, 3),
	    FIELD(args[2]),
	    HAS(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 1, 0),
	    ALLOW,
	    KILL,
	};

	confine(code, ARRAY_SIZE(code));
}

static void
confine_to_nothing(void)
{
	struct sock_filter code[] = {THE_TESTS_OWN, KILL};

	confine(code, ARRAY_SIZE(code));
}

/* What stands when the child begins. */
static uint64_t *
get_published(void)
{
	static uint64_t generation;

	return &generation;
}

/* A base alone, and then with an overlay. */
static void
run_over_both(const struct lab *lab, void (*fn)(const struct lab *lab))
{
	for (uint64_t i = 1; i <= 2; i++) {
		people_publish(i);
		*get_published() = i;
		lab_run(lab, fn, 0);
	}
}

/* The first lookup of a process, in the sandbox, is of each kind once. */
static void
look_by_name(const struct lab_module *nss)
{
	LAB_CHECK(people_by_name(nss, 1) == *get_published());
}

static void
look_by_id(const struct lab_module *nss)
{
	LAB_CHECK(people_by_id(nss, 1) == *get_published());
}

static void
look_for_list(const struct lab_module *nss)
{
	LAB_CHECK(people_list(nss, 0) == (*get_published() % 2 ? 1 : 2));
}

static void
look_for_groups(const struct lab_module *nss)
{
	LAB_CHECK(people_groups(nss) == (*get_published() % 2 ? 1 : 2));
}

typedef void look_fn(const struct lab_module *nss);

static look_fn *const looks[] = {look_by_name, look_by_id, look_for_list,
    look_for_groups, people_walk_users, people_walk_groups, people_misses};

static void
wait_for(pid_t child)
{
	int status = -1;

	LAB_CHECK(child > 0);
	LAB_CHECK(waitpid(child, &status, 0) == child);
	LAB_CHECK(status == 0);
}

static void
look_first(const struct lab *lab)
{
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++) {
		pid_t child = fork();

		if (child == 0) {
			confine_to_reading_files();
			looks[i](&lab->nss);
			people_all(&lab->nss, *get_published());
			_exit(0);
		}
		wait_for(child);
	}
}

static void
t69_all_entry_points_only_read_files(void **state)
{
	run_over_both(*state, look_first);
}

static void
look_without_a_file(const struct lab *lab)
{
	confine_to_reading_files();
	people_unavailable(&lab->nss);
	people_unavailable(&lab->nss);
}

static void
t69_an_absent_file_is_told_in_the_sandbox(void **state)
{
	lab_run(*state, look_without_a_file, 0);
}

/* With each word that comes there is another generation. */
static void
look_at_each_word(const struct lab *lab, uint64_t generations)
{
	char word = 0;

	confine_to_reading_files();
	for (uint64_t i = 1; i <= generations; i++) {
		people_all(&lab->nss, i);
		LAB_CHECK(write(STDOUT_FILENO, &word, 1) == 1);
		LAB_CHECK(read(STDIN_FILENO, &word, 1) == 1);
	}
	_exit(0);
}

static void
publish_and_tell(const struct lab *lab)
{
	const uint64_t generations = 24;
	int words[2];
	int answers[2];
	char word = 0;
	pid_t child;

	LAB_CHECK(pipe(words) == 0 && pipe(answers) == 0);
	child = fork();
	if (child == 0) {
		LAB_CHECK(dup2(words[0], STDIN_FILENO) == STDIN_FILENO);
		LAB_CHECK(dup2(answers[1], STDOUT_FILENO) == STDOUT_FILENO);
		look_at_each_word(lab, generations);
	}
	LAB_CHECK(close(answers[1]) == 0);
	for (uint64_t i = 1; i <= generations; i++) {
		if (read(answers[0], &word, 1) != 1)
			break;
		people_publish(i + 1);
		LAB_CHECK(write(words[1], &word, 1) == 1);
	}
	wait_for(child);
}

/* Places are outgrown, used again and left. */
static void
t69_every_publication_is_read_in_the_sandbox(void **state)
{
	people_publish(1);
	lab_run(*state, publish_and_tell, 0);
}

static void
look_again(const struct lab *lab)
{
	lab_set_clock(1000);
	people_all(&lab->nss, *get_published());
	confine_to_nothing();
	for (int i = 0; i < 1000; i++)
		people_all(&lab->nss, *get_published());
}

/* While the clock stands there is no look once a second either. */
static void
t69_later_lookups_make_no_system_call(void **state)
{
	run_over_both(*state, look_again);
}

/* T113: whoever published is gone, in the middle of it: the newer file stands,
 * the older has no mark, and half of a third lies beside. */
static void
look_while_nobody_publishes(const struct lab *lab)
{
	FILE *half = fopen(LAB_SNAPSHOT ".new", "w");

	LAB_CHECK(half && fputs("orgsnap\n", half) >= 0 && fclose(half) == 0);
	lab_set_clock(1000);
	people_all(&lab->nss, 1);
	LAB_CHECK(rename(LAB_SNAPSHOT, "one") == 0);
	people_publish(2);
	confine_to_reading_files();
	people_all(&lab->nss, 1);
	lab_set_clock(1001);
	people_all(&lab->nss, 2);
	people_all(&lab->nss, 2);
}

static void
t113_lookups_need_no_daemon(void **state)
{
	people_publish(1);
	lab_run(*state, look_while_nobody_publishes, 0);
}

/* Runs a stopped child to its end and returns how many system calls it made
 * between its two getppid(). */
static int
count_calls(pid_t child)
{
	int status = 0;
	int marks = 0;
	int calls = 0;

	LAB_CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
	LAB_CHECK(ptrace(PTRACE_SETOPTIONS, child, 0,
		      PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0);
	for (;;) {
		struct __ptrace_syscall_info info = {0};

		LAB_CHECK(ptrace(PTRACE_SYSCALL, child, 0, 0) == 0);
		LAB_CHECK(waitpid(child, &status, 0) == child);
		if (!WIFSTOPPED(status))
			break;
		LAB_CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info),
			      &info) > 0);
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		if (info.entry.nr == SYS_getppid)
			marks++;
		else if (marks == 1)
			calls++;
	}
	LAB_CHECK(status == 0 && marks == 2);
	return calls;
}

static void
count_first(const struct lab *lab)
{
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++) {
		pid_t child = fork();
		int calls;

		if (child == 0) {
			(void)ptrace(PTRACE_TRACEME, 0, 0, 0);
			(void)raise(SIGSTOP);
			(void)getppid();
			looks[i](&lab->nss);
			(void)getppid();
			_exit(0);
		}
		calls = count_calls(child);
		LAB_CHECK(calls > 0);
		LAB_CHECK(calls <= 5 * (int)*get_published());
	}
}

static void
t69_the_first_lookup_makes_five_calls_a_file(void **state)
{
	run_over_both(*state, count_first);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, lab_clear)
	const struct CMUnitTest tests[] = {
	    TEST(t69_all_entry_points_only_read_files),
	    TEST(t69_an_absent_file_is_told_in_the_sandbox),
	    TEST(t69_every_publication_is_read_in_the_sandbox),
	    TEST(t69_later_lookups_make_no_system_call),
	    TEST(t69_the_first_lookup_makes_five_calls_a_file),
	    TEST(t113_lookups_need_no_daemon),
	};

	return cmocka_run_group_tests(tests, lab_open, lab_close);
}
