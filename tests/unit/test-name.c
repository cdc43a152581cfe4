/*
 * test-name.c - the grammar of names, by its edges.
 */
#include "common/name.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/attrs.h"

struct example {
	const char *text;
	bool valid;
};

static void
check_all(
    bool (*is_valid)(const char *), const struct example *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_valid(all[i].text) != all[i].valid)
			fail_msg("example %zu: \"%s\" should be %s", i,
			    all[i].text, all[i].valid ? "valid" : "refused");
}

static void
t81_user_names(void **state)
{
	static const struct example all[] = {
	    {"ada", true},
	    {"_apt", true},
	    {"a", true},
	    {"ada.lovelace", true},
	    {"ada-l_2", true},
	    {"abcdefghijklmnopqrstuvwxyz012345", true},
	    {"abcdefghijklmnopqrstuvwxyz0123456", false},
	    {"", false},
	    {".", false},
	    {"..", false},
	    {".ada", false},
	    {"-ada", false},
	    {"ada.", false},
	    {"ada-", false},
	    {"42", false},
	    {"4ada", false},
	    {"Ada", false},
	    {"ad:a", false},
	    {"ad\na", false},
	    {"ad a", false},
	    {"ad/a", false},
	    {"../etc", false},
	    {"ad,a", false},
	    {"ad\x01"
	     "a",
		false},
	    {"ad\x7f"
	     "a",
		false},
	    {"ad\xc3\xa1", false},
	    {"ada+x", false},
	    {"ACME\\ada", false},
	    {"ada$", false},
	};

	check_all(name_user_valid, all, ARRAY_SIZE(all));
	check_all(name_group_valid, all, ARRAY_SIZE(all));
}

static void
t81_mail_addresses_as_user_names(void **state)
{
	static const struct example all[] = {
	    {"ada@acme", true},
	    {"ada@acme.example", true},
	    {"ada.lovelace+x-1_@a-b.acme.example", true},
	    {"_ada@4.example", true},
	    {"abcdefghijklmnopqrstuvwxyz@abcdefghijklmnopqrstuvwxyz.acme.exam"
	     "p",
		true},
	    {"abcdefghijklmnopqrstuvwxyz@abcdefghijklmnopqrstuvwxyz.acme.exam"
	     "pl",
		false},
	    {"ada@", false},
	    {"@acme.example", false},
	    {"ada@@acme.example", false},
	    {"ada@acme@example", false},
	    {"ada@acme.example.", false},
	    {"ada@.example", false},
	    {"ada@acme..example", false},
	    {"ada@-acme.example", false},
	    {"ada@acme-.example", false},
	    {"ada@acme_x.example", false},
	    {"ada@acme+x.example", false},
	    {"ada.@acme.example", false},
	    {"ada..l@acme.example", false},
	    {".ada@acme.example", false},
	    {"+ada@acme.example", false},
	    {"4ada@acme.example", false},
	    {"-ada@acme.example", false},
	    {"Ada@acme.example", false},
	    {"ada@ACME.example", false},
	    {"a/da@acme.example", false},
	    {"a:da@acme.example", false},
	    {"a da@acme.example", false},
	    {"a%da@acme.example", false},
	    {"a!da@acme.example", false},
	    {"a'da@acme.example", false},
	    {"a#da@acme.example", false},
	    {"a=da@acme.example", false},
	    {"a\nda@acme.example", false},
	    {"\"a\"@acme.example", false},
	    {"ada@[127.0.0.1]", false},
	    {"ada@acme/../x", false},
	    {"ad\xc3\xa1@acme.example", false},
	    {"ada@acm\xc3\xa9.example", false},
	};

	check_all(name_user_valid, all, ARRAY_SIZE(all));
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		assert_false(name_group_valid(all[i].text));
}

static void
t81_full_names(void **state)
{
	static const struct example all[] = {
	    {"", true},
	    {"Ada Lovelace", true},
	    {"\xc3\x81"
	     "da",
		true},
	    {"\xf0\x9f\x98\x80", true},
	    {"Lovelace, Ada", false},
	    {"Ada:0:0", false},
	    {"Ada\nroot:x:0:0", false},
	    {"Ada\x1b[2J", false},
	    {"\xc2\x85", false}, /* C1 control */
	    {"\xe2\x80\xae"
	     "a",
		false},                  /* turns the line around */
	    {"\xc0\xaf", false},         /* overlong */
	    {"\xed\xa0\x80", false},     /* surrogate */
	    {"\xf4\x90\x80\x80", false}, /* past the last code point */
	    {"\xe2\x82", false},         /* cut */
	    {"\x80", false},
	    {"\xff", false},
	};
	char longest[NAME_GECOS_MAX + 2];

	check_all(name_gecos_valid, all, ARRAY_SIZE(all));
	memset(longest, 'a', sizeof(longest));
	longest[NAME_GECOS_MAX] = '\0';
	assert_true(name_gecos_valid(longest));
	longest[NAME_GECOS_MAX] = 'a';
	longest[NAME_GECOS_MAX + 1] = '\0';
	assert_false(name_gecos_valid(longest));
}

static void
t81_paths(void **state)
{
	static const struct example all[] = {
	    {"/home/ada", true},
	    {"/bin/bash", true},
	    {"/a", true},
	    {"/...", true},
	    {"/home/.ada", true},
	    {"/", false},
	    {"", false},
	    {"home/ada", false},
	    {"~/x", false},
	    {"//home", false},
	    {"/home//ada", false},
	    {"/home/ada/", false},
	    {"/home/./ada", false},
	    {"/home/../etc", false},
	    {"/home/..", false},
	    {"/ho:me", false},
	    {"/ho\nme", false},
	    {"/ho\xff"
	     "me",
		false},
	};
	char longest[NAME_PATH_MAX + 2];

	check_all(name_path_valid, all, ARRAY_SIZE(all));
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	longest[NAME_PATH_MAX] = '\0';
	assert_true(name_path_valid(longest));
	longest[NAME_PATH_MAX] = 'a';
	longest[NAME_PATH_MAX + 1] = '\0';
	assert_false(name_path_valid(longest));
}

static void
roles_ids_and_mail(void **state)
{
	static const struct example roles[] = {
	    {"OrganizationAdmin", true},
	    {"write:agents", true},
	    {"", false},
	    {"a b", false},
	    {"a,b", false},
	    {"a\"b", false},
	    {"a'b", false},
	    {"a\tb", false},
	    {"caf\xc3\xa9", false},
	};
	static const struct example ids[] = {
	    {"u-17", true},
	    {"0", true},
	    {"a b", true},
	    {"", false},
	    {"a\nb", false},
	    {"\xc3\xa9", false},
	};
	static const struct example mails[] = {
	    {"ada@acme.example", true},
	    {"a@b", true},
	    {"ada", false},
	    {"@acme.example", false},
	    {"ada@", false},
	    {"a@b@c", false},
	    {"a b@c", false},
	    {"\xc3\xa9@c", false},
	};

	check_all(name_role_valid, roles, ARRAY_SIZE(roles));
	check_all(name_id_valid, ids, ARRAY_SIZE(ids));
	check_all(name_mail_valid, mails, ARRAY_SIZE(mails));
}

static void
text_becomes_a_name_or_none(void **state)
{
	char name[NAME_USER_MAX + 1] = "unchanged";

	assert_true(name_from_text("Ada.Lovelace", 12, name, sizeof(name)));
	assert_string_equal(name, "ada.lovelace");
	assert_true(name_from_text("adaXYZ", 3, name, sizeof(name)));
	assert_string_equal(name, "ada");
	assert_false(name_from_text("a+b", 3, name, sizeof(name)));
	assert_false(name_from_text("ada\0x", 5, name, sizeof(name)));
	assert_false(name_from_text("", 0, name, sizeof(name)));
	assert_false(name_from_text("ada", 3, name, 3));
	assert_false(name_from_text("\xc3\x81"
				    "da",
	    4, name, sizeof(name)));
	assert_string_equal(name, "ada");
}

static void
t74_reserved_numbers(void **state)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} reserved[] = {{0, 999}, {60001, 60577}, {61184, 65519},
	    {65534, 65535}, {2147483648u, 4294967295u}};

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		assert_true(name_number_reserved(reserved[i].first));
		assert_true(name_number_reserved(reserved[i].last));
		if (reserved[i].first > 0)
			assert_false(
			    name_number_reserved(reserved[i].first - 1));
		if (reserved[i].last < UINT32_MAX)
			assert_false(
			    name_number_reserved(reserved[i].last + 1));
	}
	assert_false(name_number_doubtful(524287));
	assert_true(name_number_doubtful(524288));
	assert_true(name_number_doubtful(1879048191));
	assert_false(name_number_doubtful(1879048192));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t81_user_names),
	    cmocka_unit_test(t81_mail_addresses_as_user_names),
	    cmocka_unit_test(t81_full_names),
	    cmocka_unit_test(t81_paths),
	    cmocka_unit_test(roles_ids_and_mail),
	    cmocka_unit_test(text_becomes_a_name_or_none),
	    cmocka_unit_test(t74_reserved_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
