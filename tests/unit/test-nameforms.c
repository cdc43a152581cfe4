/*
 * test-nameforms.c - the name service and the PAM module hold the same
 * spellings for a member: the published one, and no other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "common/attrs.h"
#include "common/err.h"
#include "nss_module/passwd.h"
#include "pam_module/member.h"
#include "tests/unit/nsshost.h"
#include "tests/unit/snapset.h"

#define HUNDRED                                                                \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* ada in the place of grace, ada@acme.example in that of ada. */
static void
publish_names(const struct nsshost *host)
{
	struct snapwrite_input input = snapset_input();
	struct snapwrite_user users[3] = {
	    input.users[0], input.users[1], input.users[2]};
	struct snapset set = {0};

	users[0].name = "ada";
	users[1].name = "ada@acme.example";
	input.users = users;
	input.generation = 2;
	input.created.s = (int64_t)time(NULL);
	set = snapset_of(&input);
	snapset_publish(host->path, set.bytes, set.size);
	snapset_done(&set);
}

static void
t33_one_form_of_a_name_over_nss_and_pam(void **state)
{
	static const struct {
		const char *name;
		uint32_t uid; /* 0: nobody */
	} forms[] = {
	    {"ada", SNAPSET_UID + 2},
	    {"ada@acme.example", SNAPSET_UID},
	    {"Ada", 0},
	    {"ADA", 0},
	    {"ada.", 0},
	    {"ada ", 0},
	    {" ada", 0},
	    {"ada\n", 0},
	    {"ada@", 0},
	    {"ada@acme", 0},
	    {"Ada@acme.example", 0},
	    {"ada@ACME.example", 0},
	    {"ada@acme.example.", 0},
	    {"ada@acme.example@host", 0},
	    {"ACME\\ada", 0},
	    {"acme/ada", 0},
	    {"\xc3\xa1"
	     "da",
		0}, /* NFC */
	    {"a\xcc\x81"
	     "da",
		0},                 /* NFD */
	    {"ad\xd0\xb0", 0},      /* Cyrillic */
	    {"ada\xe2\x80\x8b", 0}, /* zero width space */
	    {"", 0},
	    {".", 0},
	    {"../ada", 0},
	    {"1879050000", 0},
	    {HUNDRED HUNDRED HUNDRED, 0},
	    {"ada@" HUNDRED HUNDRED HUNDRED, 0},
	};
	struct nsshost *host = *state;
	struct passwd entry;
	char buffer[1024];
	int os_error = 0;
	const struct passwd_answer answer = {
	    &entry, buffer, sizeof(buffer), &os_error};

	publish_names(host);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		enum nss_status status =
		    passwd_by_name(&host->map, forms[i].name, &answer);
		int found = member_find(host->path, forms[i].name);
		bool known = forms[i].uid != 0;

		if (status !=
			(known ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND) ||
		    found != (known ? 0 : ERR_NOT_A_MEMBER))
			fail_msg("\"%s\": NSS %d, PAM %s", forms[i].name,
			    status, err_name(found));
		if (known)
			assert_int_equal(entry.pw_uid, forms[i].uid);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		t33_one_form_of_a_name_over_nss_and_pam, nsshost_setup,
		nsshost_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
