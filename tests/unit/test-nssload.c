/*
 * test-nssload.c - the shared object loads as glibc loads it, and holds every
 * entry point.  What else it must not hold is read by tests/check.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/attrs.h"

typedef enum nss_status lookup_fn(
    const char *name, struct passwd *pw, char *buffer, size_t size, int *e);

static int
load(void **state)
{
	const char *build = getenv("top_builddir");
	char path[4096];

	(void)snprintf(path, sizeof(path),
	    "%s/nss_module/.libs/libnss_orglogin.so.2", build ? build : ".");
	*state = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!*state)
		print_error("%s\n", dlerror());
	return *state ? 0 : -1;
}

static void
t70_every_entry_point_is_there(void **state)
{
	static const char *const entries[] = {"getpwnam_r", "getpwuid_r",
	    "setpwent", "getpwent_r", "endpwent", "getgrnam_r", "getgrgid_r",
	    "setgrent", "getgrent_r", "endgrent", "initgroups_dyn"};

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		char name[64];

		(void)snprintf(
		    name, sizeof(name), "_nss_orglogin_%s", entries[i]);
		assert_non_null(dlsym(*state, name));
	}
}

static void
nothing_else_is(void **state)
{
	static const char *const others[] = {
	    "map_begin", "passwd_by_name", "snapshot_init", "err_text"};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_null(dlsym(*state, others[i]));
}

/* Whatever stands at the installed path: root is never ours. */
static void
t32_an_answer_for_root_is_never_given(void **state)
{
	lookup_fn *by_name;
	struct passwd pw;
	char buffer[1024];
	int os_error = 0;

	*(void **)&by_name = dlsym(*state, "_nss_orglogin_getpwnam_r");
	assert_non_null(by_name);
	assert_int_not_equal(
	    by_name("root", &pw, buffer, sizeof(buffer), &os_error),
	    NSS_STATUS_SUCCESS);
	assert_int_not_equal(os_error, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t70_every_entry_point_is_there),
	    cmocka_unit_test(nothing_else_is),
	    cmocka_unit_test(t32_an_answer_for_root_is_never_given),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
