/*
 * test-svcforward.c - header lines of what is known of a person.
 */
#include "services/svcforward.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/profiles.h"

static const char *const lines[] = {"forward||header.id|X-Id: {subject}",
    "forward||header.name|X-Name: {name}",
    "forward||header.roles|X-Roles: {roles}",
    "forward||header.system|X-System: {system_role}", NULL};

static void
expect(const struct svcforward *who, const char *expected)
{
	struct profile *profile = profiles_make(lines);
	struct buf out BUF_AUTO = {0};

	buf_init(&out, 4096);
	assert_int_equal(svcforward_put(profile, who, &out), 0);
	assert_string_equal(buf_text(&out), expected);
	profile_free(profile);
}

static void
what_is_not_known_makes_no_header(void **state)
{
	static const char *const roles[] = {"Member", "Billing"};

	expect(&(struct svcforward){.subject = "u",
		   .name = "Ada L",
		   .roles = roles,
		   .role_count = 2,
		   .system_role = "Owner"},
	    "X-Id: u\nX-Name: Ada L\nX-Roles: Member,Billing\n"
	    "X-System: Owner\n");
	expect(&(struct svcforward){.subject = "u"}, "X-Id: u\n");
	expect(&(struct svcforward){0}, "");
}

/* Whatever a value holds, it adds no line and ends none. */
static void
t35_no_value_makes_a_line_of_its_own(void **state)
{
	struct profile *profile = profiles_make(lines);

	srandom(35);
	for (int i = 0; i < 20000; i++) {
		char value[17] = "";
		struct buf out BUF_AUTO = {0};
		size_t newlines = 0;
		size_t bare = 0;
		size_t len = (size_t)random() % 16;

		for (size_t b = 0; b < len; b++)
			value[b] = (char)(1 + random() % 255);
		for (size_t b = 0; b < len; b++)
			bare += (uint8_t)value[b] < 0x20 || value[b] == 0x7f;
		buf_init(&out, 4096);
		assert_int_equal(
		    svcforward_put(profile,
			&(struct svcforward){.subject = "u", .name = value},
			&out),
		    0);
		for (size_t b = 0; b < out.len; b++) {
			newlines += out.bytes[b] == '\n';
			assert_true(
			    out.bytes[b] == '\n' || out.bytes[b] >= 0x20);
		}
		assert_int_equal(newlines, bare == 0 ? 2 : 1);
	}
	profile_free(profile);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_not_known_makes_no_header),
	    cmocka_unit_test(t35_no_value_makes_a_line_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
