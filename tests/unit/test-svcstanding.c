/*
 * test-svcstanding.c - a copy holds all that the standing held, and nothing of
 * its memory.
 */
#include "services/svcstanding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static char roles[2][8] = {"User", "Owner"};
static char scope[] = "write:a";
static char organizations[2][8] = {"o-1", "o-2"};
static char text[8][16] = {
    "u-ada", "o-1", "Owner", "Ada L", "ada@a.example", "jwt", "refresh", "s"};

static void
every_field_is_copied(void **state)
{
	const char *const role_list[] = {roles[0], roles[1]};
	const char *const scope_list[] = {scope};
	const char *const organization_list[] = {
	    organizations[0], organizations[1]};
	const struct idsvc_standing standing = {
	    .subject = text[0],
	    .organization = text[1],
	    .roles = role_list,
	    .role_count = 2,
	    .scopes = scope_list,
	    .scope_count = 1,
	    .system_role = text[2],
	    .organizations = organization_list,
	    .organization_count = 2,
	    .name = text[3],
	    .mail = text[4],
	    .jwt = text[5],
	    .refresh_token = text[6],
	    .session_token = text[7],
	    .expires_s = 1800000000,
	};
	struct idsvc_standing *copy = NULL;

	assert_int_equal(svcstanding_copy(&standing, &copy), 0);
	/* What it was made of goes away. */
	memset(text, 'x', sizeof(text) - 1);
	memset(roles, 'x', sizeof(roles) - 1);
	memset(organizations, 'x', sizeof(organizations) - 1);
	scope[0] = 'x';
	assert_string_equal(copy->subject, "u-ada");
	assert_string_equal(copy->organization, "o-1");
	assert_string_equal(copy->system_role, "Owner");
	assert_string_equal(copy->name, "Ada L");
	assert_string_equal(copy->mail, "ada@a.example");
	assert_string_equal(copy->jwt, "jwt");
	assert_string_equal(copy->refresh_token, "refresh");
	assert_string_equal(copy->session_token, "s");
	assert_int_equal(copy->expires_s, 1800000000);
	assert_int_equal(copy->role_count, 2);
	assert_string_equal(copy->roles[1], "Owner");
	assert_int_equal(copy->scope_count, 1);
	assert_string_equal(copy->scopes[0], "write:a");
	assert_int_equal(copy->organization_count, 2);
	assert_string_equal(copy->organizations[1], "o-2");
	svcstanding_free(copy);
}

static void
what_is_absent_stays_absent(void **state)
{
	const struct idsvc_standing standing = {.subject = "u-1"};
	struct idsvc_standing *copy = NULL;

	assert_int_equal(svcstanding_copy(&standing, &copy), 0);
	assert_string_equal(copy->subject, "u-1");
	assert_null(copy->organization);
	assert_null(copy->jwt);
	assert_null(copy->refresh_token);
	assert_null(copy->system_role);
	assert_int_equal(copy->role_count + copy->scope_count, 0);
	svcstanding_free(copy);
	svcstanding_free(NULL);
}

static void
a_refusal_is_no_standing(void **state)
{
	const struct idsvc_standing standing = {
	    .reason = ERR_SERVICE_REFUSED, .subject = "u-1"};
	struct idsvc_standing *copy = NULL;

	assert_int_equal(
	    svcstanding_copy(&standing, &copy), ERR_INVALID_ARGUMENT);
	assert_null(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_field_is_copied),
	    cmocka_unit_test(what_is_absent_stays_absent),
	    cmocka_unit_test(a_refusal_is_no_standing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
