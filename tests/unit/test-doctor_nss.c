/*
 * test-doctor_nss.c - lines of nsswitch.conf as administrators and packages
 * write them, and what each does to the members.
 */
#include "cli/doctor_nss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/planted.h"

static void
a_line_is_judged_as_the_library_reads_it(void **state)
{
	static const struct {
		const char *line;
		enum doctor_nss_order order;
	} lines[] = {
	    {"passwd: files orglogin systemd\n", DOCTOR_NSS_FINE},
	    {"passwd:files orglogin", DOCTOR_NSS_FINE},
	    {"  passwd\t:\tcompat orglogin # systemd\n", DOCTOR_NSS_FINE},
	    {"passwd: files [SUCCESS=merge] orglogin\n", DOCTOR_NSS_FINE},
	    {"passwd: files [UNAVAIL=return] orglogin\n", DOCTOR_NSS_FINE},
	    {"passwd: files orglogin [NOTFOUND=return] systemd\n",
		DOCTOR_NSS_FINE},
	    {"passwd: files [NOTFOUND=return NOTFOUND=continue] orglogin\n",
		DOCTOR_NSS_FINE},
	    {"", DOCTOR_NSS_MISSING},
	    {"group: files orglogin\n", DOCTOR_NSS_MISSING},
	    {"# passwd: files orglogin\n", DOCTOR_NSS_MISSING},
	    {"passwd: files systemd\n", DOCTOR_NSS_MISSING},
	    {"passwd: files # orglogin\n", DOCTOR_NSS_MISSING},
	    {"passwd: files orglogind\n", DOCTOR_NSS_MISSING},
	    {"passwd: files orglogin\npasswd: files\n", DOCTOR_NSS_MISSING},
	    {"passwd: files \\\norglogin\n", DOCTOR_NSS_MISSING},
	    {"passwd: orglogin files\n", DOCTOR_NSS_BEFORE_FILES},
	    {"passwd: orglogin\n", DOCTOR_NSS_BEFORE_FILES},
	    {"passwd: systemd orglogin files\n", DOCTOR_NSS_BEFORE_FILES},
	    {"passwd: files systemd orglogin\n", DOCTOR_NSS_LATE},
	    {"passwd: files [NOTFOUND=return] orglogin\n", DOCTOR_NSS_HIDDEN},
	    {"passwd: files[notfound=RETURN]orglogin\n", DOCTOR_NSS_HIDDEN},
	    {"passwd: files [!SUCCESS=return] orglogin\n", DOCTOR_NSS_HIDDEN},
	    {"passwd: files [ SUCCESS=merge  !UNAVAIL=return ] orglogin\n",
		DOCTOR_NSS_HIDDEN},
	    {"passwd: files systemd [NOTFOUND=return] orglogin\n",
		DOCTOR_NSS_HIDDEN},
	    {"passwd: files [NOTFOUND=return\n", DOCTOR_NSS_MALFORMED},
	    {"passwd: files [NOTFOUND] orglogin\n", DOCTOR_NSS_MALFORMED},
	    {"passwd: files [FOUND=return] orglogin\n", DOCTOR_NSS_MALFORMED},
	    {"passwd: files [NOTFOUND=stop] orglogin\n", DOCTOR_NSS_MALFORMED},
	    {"passwd: [NOTFOUND=return] orglogin\n", DOCTOR_NSS_MALFORMED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (doctor_nss_judge(lines[i].line, "passwd") != lines[i].order)
			fail_msg("judged wrongly: %s", lines[i].line);
}

static void
each_database_is_told(void **state)
{
	struct planted *host = *state;

	planted_file(host, "/etc/nsswitch.conf",
	    "passwd: files orglogin systemd\ngroup: files systemd orglogin\n"
	    "initgroups: files\n",
	    0644);
	doctor_nss_look(&host->host, &host->findings);
	planted_expect(host, FINDING_OK, "passwd asks orglogin");
	planted_expect(host, FINDING_WARNING, "group names systemd before");
	planted_expect(host, FINDING_FATAL, "initgroups does not name");
	planted_again(host);
	planted_file(host, "/etc/nsswitch.conf",
	    "passwd: orglogin files\ngroup: files [NOTFOUND=return] orglogin\n",
	    0644);
	doctor_nss_look(&host->host, &host->findings);
	planted_expect(host, FINDING_FATAL, "passwd names orglogin before");
	planted_expect(host, FINDING_FATAL, "ends the search");
	planted_expect_count(host, FINDING_FATAL, 2);
}

static void
a_file_that_is_not_there_is_told(void **state)
{
	struct planted *host = *state;

	doctor_nss_look(&host->host, &host->findings);
	planted_expect(host, FINDING_FATAL, "/etc/nsswitch.conf cannot be");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_judged_as_the_library_reads_it),
	    PLANTED_TEST(each_database_is_told),
	    PLANTED_TEST(a_file_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
