/*
 * test-json_out.c - the output is JSON whatever the strings hold.
 */
#include "cli/json_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char text[4096];

static FILE *
open_text(struct json_out *json)
{
	FILE *file;

	memset(text, 0, sizeof(text));
	file = fmemopen(text, sizeof(text), "w");
	assert_non_null(file);
	json_out_init(json, file);
	return file;
}

static void
everything_has_its_commas(void **state)
{
	struct json_out json;
	FILE *file = open_text(&json);

	json_out_object(&json, NULL);
	json_out_array(&json, "none");
	json_out_array_end(&json);
	json_out_number(&json, "n", -9223372036854775807 - 1);
	json_out_array(&json, "some");
	json_out_object(&json, NULL);
	json_out_bool(&json, "yes", true);
	json_out_object_end(&json);
	json_out_object(&json, NULL);
	json_out_bool(&json, "yes", false);
	json_out_object_end(&json);
	json_out_array_end(&json);
	json_out_seconds(&json, "never", -1);
	json_out_seconds(&json, "now", 0);
	json_out_list(&json, "list", "a\nb");
	json_out_list(&json, "empty", "");
	json_out_object_end(&json);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text,
	    "{\"none\":[],\"n\":-9223372036854775808,"
	    "\"some\":[{\"yes\":true},{\"yes\":false}],"
	    "\"never\":null,\"now\":0,\"list\":[\"a\",\"b\"],\"empty\":[]}");
}

static void
t35_strings_cannot_leave_their_quotes(void **state)
{
	static const char *const cases[][2] = {
	    {"", "\"\""},
	    {"plain", "\"plain\""},
	    {"a\"b\\c", "\"a\\\"b\\\\c\""},
	    {"a\nb\tc\x1b", "\"a\\u000ab\\u0009c\\u001b\""},
	    {"\x7f", "\"\\u007f\""},
	    {"Zo\xc3\xab", "\"Zo\xc3\xab\""},
	    {"\xff"
	     "a",
		"\"\\ufffda\""},
	    {"\xc2\x9b", "\"\\ufffd\\ufffd\""},
	    {"\xe2\x80\xae", "\"\\ufffd\\ufffd\\ufffd\""},
	    {"</script>", "\"</script>\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct json_out json;
		FILE *file = open_text(&json);

		json_out_string(&json, NULL, cases[i][0]);
		assert_int_equal(fclose(file), 0);
		assert_string_equal(text, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything_has_its_commas),
	    cmocka_unit_test(t35_strings_cannot_leave_their_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
