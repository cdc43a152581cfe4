/*
 * test-pam_orglogin.c - the module as programs load it: it has its six entry
 * points and no loose end, leaves the program as it was, and local users get
 * through a whole stack of it.
 */
#include <dlfcn.h>
#include <limits.h>
#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "tests/unit/descriptors.h"

#define MODULE "/pam_module/.libs/pam_orglogin.so"

static char module_path[PATH_MAX];
static char folder[64];

static int
refuse_to_talk(int count, const struct pam_message **messages,
    struct pam_response **responses, void *arg)
{
	return PAM_CONV_ERR;
}

/* A PAM folder with one service of which each phase is our module alone. */
static int
make_service(void **state)
{
	static const char *const phases[] = {
	    "auth", "account", "session", "password"};
	const char *build = getenv("top_builddir");
	char relative[PATH_MAX];
	char path[128];
	FILE *file;

	(void)snprintf(relative, sizeof(relative), "%s%s",
	    build == NULL ? "." : build, MODULE);
	if (realpath(relative, module_path) == NULL)
		return -1;
	(void)snprintf(folder, sizeof(folder), "/tmp/test-pam-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/sshd", folder);
	file = fopen(path, "we");
	if (file == NULL)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++)
		(void)fprintf(
		    file, "%s required %s typo\n", phases[i], module_path);
	return fclose(file);
}

static int
remove_service(void **state)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/sshd", folder);
	return unlink(path) == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void
t43_the_module_loads_with_every_symbol_bound(void **state)
{
	static const char *const entries[] = {"pam_sm_authenticate",
	    "pam_sm_setcred", "pam_sm_acct_mgmt", "pam_sm_open_session",
	    "pam_sm_close_session", "pam_sm_chauthtok"};
	void *module = dlopen(module_path, RTLD_NOW | RTLD_LOCAL);

	if (module == NULL)
		fail_msg("%s", dlerror());
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		assert_non_null(dlsym(module, entries[i]));
	assert_null(dlsym(module, "client_open"));
	assert_int_equal(dlclose(module), 0);
}

/* All phases for one user; their codes in order. */
static void
run_phases(const char *user, int codes[6])
{
	const struct pam_conv conv = {.conv = refuse_to_talk};
	pam_handle_t *pamh = NULL;

	assert_int_equal(
	    pam_start_confdir("sshd", user, &conv, folder, &pamh), PAM_SUCCESS);
	codes[0] = pam_authenticate(pamh, 0);
	codes[1] = pam_acct_mgmt(pamh, PAM_SILENT);
	codes[2] = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	codes[3] = pam_open_session(pamh, 0);
	codes[4] = pam_close_session(pamh, 0);
	codes[5] = pam_chauthtok(pamh, 0);
	assert_int_equal(pam_end(pamh, codes[5]), PAM_SUCCESS);
}

/* "typo" is the argument of every line. */
static void
t112_the_real_root_is_never_ours(void **state)
{
	/* A stack of which all modules ignore refuses by itself. */
	static const int wanted[] = {PAM_USER_UNKNOWN, PAM_PERM_DENIED,
	    PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED};
	int codes[6];

	run_phases("root", codes);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_int_equal(codes[i], wanted[i]);
}

static void
others_are_refused_because_of_the_argument(void **state)
{
	int codes[6];

	run_phases("nobody-of-this-name", codes);
	assert_int_equal(codes[0], PAM_SERVICE_ERR);
	assert_int_equal(codes[1], PAM_SERVICE_ERR);
}

struct shape {
	mode_t mask;
	char folder[PATH_MAX];
	char locale[128];
	void (*handlers[32])(int);
	bool blocked[32];
	char *first_variable;
	size_t descriptors;
	uid_t uid;
	uid_t euid;
};

static void
take_shape(struct shape *shape)
{
	struct sigaction action;
	sigset_t blocked;

	memset(shape, 0, sizeof(*shape));
	shape->mask = umask(0);
	(void)umask(shape->mask);
	assert_non_null(getcwd(shape->folder, sizeof(shape->folder)));
	(void)snprintf(shape->locale, sizeof(shape->locale), "%s",
	    setlocale(LC_ALL, NULL));
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &blocked), 0);
	for (int i = 1; i < 32; i++) {
		assert_int_equal(sigaction(i, NULL, &action), 0);
		shape->handlers[i] = action.sa_handler;
		shape->blocked[i] = sigismember(&blocked, i) == 1;
	}
	shape->first_variable = environ[0];
	shape->descriptors = descriptors_count();
	shape->uid = getuid();
	shape->euid = geteuid();
}

static void
t48_a_thousand_calls_leave_the_program_as_it_was(void **state)
{
	static struct shape before;
	static struct shape after;
	int codes[6];

	run_phases("root", codes);
	take_shape(&before);
	for (int i = 0; i < 500; i++) {
		run_phases("root", codes);
		run_phases("nobody-of-this-name", codes);
	}
	take_shape(&after);
	assert_memory_equal(&before, &after, sizeof(before));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t43_the_module_loads_with_every_symbol_bound),
	    cmocka_unit_test(t112_the_real_root_is_never_ours),
	    cmocka_unit_test(others_are_refused_because_of_the_argument),
	    cmocka_unit_test(t48_a_thousand_calls_leave_the_program_as_it_was),
	};

	return cmocka_run_group_tests(tests, make_service, remove_service);
}
