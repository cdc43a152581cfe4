/*
 * test-username.c - one canonical form of each name, and no name that means
 * power.
 */
#include "rules/username.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define NONE NULL

struct form {
	const char *text;   /* the mail, or the preferred name */
	const char *wanted; /* NONE: no name */
};

static void
check(enum username_rule rule, const struct form *forms, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct member member = {.mail = rule == USERNAME_PREFERRED
			? "other@acme.example"
			: forms[i].text,
		    .username =
			rule == USERNAME_PREFERRED ? forms[i].text : "other"};
		char name[NAME_USER_MAX + 1] = "untouched";
		int reason = username_of(rule, &member, name);
		const char *wanted = forms[i].wanted;

		if (reason != (wanted == NONE ? ERR_NAME_INVALID : 0) ||
		    strcmp(name, wanted == NONE ? "untouched" : wanted) != 0)
			fail_msg("\"%s\" became \"%s\" (%s)", forms[i].text,
			    name, err_name(reason));
	}
}

#define HUNDRED                                                                \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
t33_the_local_part_has_one_form(void **state)
{
	static const struct form forms[] = {
	    {"ada@acme.example", "ada"},
	    {"ADA@acme.example", "ada"},
	    {"Ada@ACME.EXAMPLE", "ada"},
	    {"ada.l@acme.example", "ada.l"},
	    {"ada.@acme.example", NONE},
	    {"ada+x@acme.example", NONE},
	    {"ACME\\ada@acme.example", NONE},
	    {"\xc3\xa1"
	     "da@acme.example",
		NONE}, /* NFC */
	    {"a\xcc\x81"
	     "da@acme.example",
		NONE}, /* NFD */
	    {"\xef\xbd\x81"
	     "da@acme.example",
		NONE}, /* full width */
	    {"\xd0\xb0"
	     "da@acme.example",
		NONE}, /* Cyrillic */
	    {" ada@acme.example", NONE},
	    {"-ada@acme.example", NONE},
	    {"../ada@acme.example", NONE},
	    {"1234@acme.example", NONE},
	    {"0@acme.example", NONE},
	    {"@acme.example", NONE},
	    {"", NONE},
	    {HUNDRED HUNDRED HUNDRED "@acme.example", NONE},
	};

	check(USERNAME_LOCAL_PART, forms, ARRAY_SIZE(forms));
}

static void
t33_the_mail_has_one_form(void **state)
{
	static const struct form forms[] = {
	    {"ada@acme.example", "ada@acme.example"},
	    {"Ada@ACME.Example", "ada@acme.example"},
	    {"ada+x@acme.example", "ada+x@acme.example"},
	    {"ada@acme.example.", NONE},
	    {"ada.@acme.example", NONE},
	    {"ada", NONE},
	    {"", NONE},
	    {"ACME\\ada@acme.example", NONE},
	    {"ada@b\xc3\xbc"
	     "cher.example",
		NONE},
	    {"ada@bu\xcc\x88"
	     "cher.example",
		NONE},
	    {"o'neil@acme.example", NONE},
	    {"ada@" HUNDRED HUNDRED HUNDRED, NONE},
	};

	check(USERNAME_EMAIL, forms, ARRAY_SIZE(forms));
}

static void
t33_the_preferred_name_has_one_form(void **state)
{
	static const struct form forms[] = {
	    {"ada", "ada"},
	    {"Ada", "ada"},
	    /* a user principal name stays whole: its domain tells people apart
	     */
	    {"Ada@Acme.example", "ada@acme.example"},
	    {"ACME\\ada", NONE},
	    {"ada.", NONE},
	    {"ada ", NONE},
	    {"a\xcc\x81"
	     "da",
		NONE},
	    {"", NONE},
	    {HUNDRED HUNDRED HUNDRED, NONE},
	};

	check(USERNAME_PREFERRED, forms, ARRAY_SIZE(forms));
}

static void
t80_names_of_power_are_nobodys(void **state)
{
	static const char *const names[] = {"sudo", "docker", "adm", "lxd",
	    "disk", "shadow", "wheel", "root", "staff", "systemd-journal",
	    "systemd-anything", "kvm", "libvirt", "incus-admin", "admin",
	    "google-sudoers", "kmem", "tty", "utmp", "video", "www-data",
	    "orglogin", "nogroup", "_ssh", "wireshark", "vboxusers"};
	static const char *const others[] = {"ada", "sudoer", "sud", "dock",
	    "docker2", "adm.", "roots", "org-admins", "systemd1", "",
	    "sudo@acme.example"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!username_privileged(names[i]))
			fail_msg("%s", names[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (username_privileged(others[i]))
			fail_msg("%s", others[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t33_the_local_part_has_one_form),
	    cmocka_unit_test(t33_the_mail_has_one_form),
	    cmocka_unit_test(t33_the_preferred_name_has_one_form),
	    cmocka_unit_test(t80_names_of_power_are_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
