/*
 * test-shells.c - the host says which shells there are, the directory does not.
 */
#include "services/shells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/dirlab.h"

static void
t81_only_listed_shells_are_allowed(void **state)
{
	static const char *const good[] = {
	    "/bin/sh", "/bin/bash", "/usr/bin/zsh", "/opt/last"};
	static const char *const bad[] = {"", "/", "/bin", "/bin/s", "/bin/sh ",
	    "/bin/shx", "bin/sh", "sh", "# /bin/dash", "/bin/dash",
	    "/bin/sh\n/bin/bash", "/tmp/evil"};
	struct dirlab lab;
	struct shells shells SHELLS_AUTO = {0};

	dirlab_init(&lab);
	dirlab_write(lab.members,
	    "# /etc/shells\n/bin/sh\n\n# /bin/dash\n /bin/bash \n"
	    "/usr/bin/zsh # comment\n/opt/last");
	shells_read(lab.members, &shells);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (!shells_allow(&shells, good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (shells_allow(&shells, bad[i]))
			fail_msg("%s", bad[i]);
	dirlab_done(&lab);
}

static void
t81_without_the_file_every_shell_is_allowed(void **state)
{
	struct dirlab lab;
	struct shells missing SHELLS_AUTO = {0};
	struct shells none SHELLS_AUTO = {0};
	struct shells insecure SHELLS_AUTO = {0};
	struct shells empty SHELLS_AUTO = {0};

	dirlab_init(&lab);
	shells_read("/nowhere/shells", &missing);
	assert_true(shells_allow(&missing, "/bin/zsh"));
	shells_read(NULL, &none);
	assert_true(shells_allow(&none, "/bin/zsh"));
	assert_true(shells_same(&none, &missing));
	dirlab_write(lab.members, "");
	shells_read(lab.members, &empty);
	assert_false(shells_allow(&empty, "/bin/sh"));
	assert_false(shells_same(&none, &empty));
	dirlab_write(lab.members, "/bin/sh\n");
	assert_int_equal(chmod(lab.members, 0666), 0);
	shells_read(lab.members, &insecure);
	assert_false(shells_allow(&insecure, "/bin/sh"));
	dirlab_done(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t81_only_listed_shells_are_allowed),
	    cmocka_unit_test(t81_without_the_file_every_shell_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
