/*
 * test-idpanswer.c - each error word and status has one meaning, and a device
 * code answer shows nothing that could act on a terminal.
 */
#include "services/idpanswer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/jsontext.h"

static const struct provider oidc = {
    .type = PROVIDER_OIDC, .issuer = "https://id.example"};

static struct refusal
answer(int status, const char *body)
{
	const struct http_response response = {
	    .outcome = HTTP_ANSWERED,
	    .status = status,
	    .body = (const uint8_t *)body,
	    .body_len = strlen(body),
	};
	struct json *json JSON_AUTO = NULL;
	struct idpanswer_error error;

	if (json_parse(body, strlen(body), 65536, &json) != 0)
		json = NULL;
	idpanswer_error(&response, json, &error);
	return error.meaning;
}

static void
t111_each_error_word_has_one_meaning_whatever_the_status(void **state)
{
	static const struct {
		enum grant_event event;
		int reason;
		const char *word;
	} words[] = {
	    {GRANT_PENDING, 0, "authorization_pending"},
	    {GRANT_SLOW_DOWN, 0, "slow_down"},
	    {GRANT_DENIED, ERR_GRANT_DECLINED, "access_denied"},
	    {GRANT_DENIED, ERR_GRANT_DECLINED, "authorization_declined"},
	    {GRANT_CODE_EXPIRED, ERR_GRANT_EXPIRED, "expired_token"},
	    {GRANT_FAILED, ERR_GRANT_LOST, "bad_verification_code"},
	    {GRANT_FAILED, ERR_GRANT_LOST, "invalid_grant"},
	    {GRANT_FAILED, ERR_PROVIDER_REFUSED, "invalid_client"},
	    {GRANT_FAILED, ERR_PROVIDER_REFUSED, "unauthorized_client"},
	    {GRANT_FAILED, ERR_PROVIDER_REFUSED, "unsupported_grant_type"},
	    {GRANT_FAILED, ERR_PROVIDER_REFUSED, "invalid_scope"},
	    {GRANT_NO_ANSWER, ERR_PROVIDER_UNREACHABLE,
		"temporarily_unavailable"},
	    {GRANT_NO_ANSWER, ERR_PROVIDER_ERROR, "server_error"},
	};
	static const int statuses[] = {400, 401, 403, 428, 429, 500, 200};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		for (size_t s = 0; s < ARRAY_SIZE(statuses); s++) {
			char body[128];
			struct refusal poll;

			snprintf(body, sizeof(body), "{\"error\":\"%s\"}",
			    words[i].word);
			poll = answer(statuses[s], body);
			assert_int_equal(poll.event, words[i].event);
			assert_int_equal(poll.reason, words[i].reason);
		}
	}
}

static void
t111_what_is_not_known_is_never_an_approval(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum grant_event event;
		int reason;
	} cases[] = {
	    {400, "{\"error\":\"Slow_Down\"}", GRANT_FAILED,
		ERR_PROVIDER_ERROR},
	    {400, "{\"error\":\"slow_down \"}", GRANT_FAILED,
		ERR_PROVIDER_ERROR},
	    {400, "{\"error\":\"\"}", GRANT_FAILED, ERR_PROVIDER_ERROR},
	    {400, "{\"error\":7}", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {400, "{\"error\":[\"slow_down\"]}", GRANT_FAILED,
		ERR_PROVIDER_MALFORMED},
	    {400, "{}", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {400, "\"slow_down\"", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {400, "<html>no</html>", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {401, "", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {403, "<html>no</html>", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {204, "", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {302, "", GRANT_FAILED, ERR_PROVIDER_MALFORMED},
	    {429, "", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR},
	    {429, "<html>", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR},
	    {500, "", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR},
	    {503, "<html>", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR},
	    {599, "{\"error\":\"what\"}", GRANT_NO_ANSWER, ERR_PROVIDER_ERROR},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct refusal poll = answer(cases[i].status, cases[i].body);

		assert_int_equal(poll.event, cases[i].event);
		assert_int_equal(poll.reason, cases[i].reason);
	}
}

/* A device answer with one member replaced (JSON text; NULL: absent). */
static int
device_with(const char *name, const char *value, struct idp_device *ret_device)
{
	static const struct json_member members[] = {
	    {"device_code", "\"d\""},
	    {"user_code", "\"GQVQ-JKEC\""},
	    {"verification_uri", "\"https://id.example/device\""},
	    {"expires_in", "600"},
	    {"interval", "5"},
	};
	struct json *json JSON_AUTO = NULL;
	char text[16384];
	struct idp_device device = {0};
	int r = ERR_OK;

	json_text(
	    text, sizeof(text), members, ARRAY_SIZE(members), name, value);
	assert_int_equal(json_parse(text, strlen(text), 65536, &json), 0);
	r = idpanswer_device(json_root(json), &oidc, &device);
	ret_device->expires_in_s = device.expires_in_s;
	ret_device->interval_s = device.interval_s;
	return r;
}

static void
a_device_answer_gives_its_times(void **state)
{
	struct idp_device device;

	assert_int_equal(device_with("", NULL, &device), 0);
	assert_int_equal(device.expires_in_s, 600);
	assert_int_equal(device.interval_s, 5);
	assert_int_equal(device_with("interval", NULL, &device), 0);
	assert_int_equal(device.interval_s, 0);
	assert_int_equal(device_with("expires_in", "86400", &device), 0);
	assert_int_equal(device.expires_in_s, 3600);
	assert_int_equal(device_with("user_code", "\"A1-B\"", &device), 0);
	assert_int_equal(
	    device_with("user_code", "\"ABCDEFGH12345678\"", &device), 0);
}

static void
t25_what_could_act_on_a_terminal_is_refused(void **state)
{
	static const struct {
		const char *name;
		const char *value;
	} bad[] = {
	    {"user_code", "\"ABC\""},
	    {"user_code", "\"ABCDEFGH123456789\""},
	    {"user_code", "\"gqvq-jkec\""},
	    {"user_code", "\"GQVQ JKEC\""},
	    {"user_code", "\"GQVQ\\u001bJKEC\""},
	    {"user_code", "\"GQVQ\\nJKEC\""},
	    {"user_code", "\"GQVQ\\u202eJKEC\""},
	    {"user_code", "12345678"},
	    {"user_code", "null"},
	    {"user_code", NULL},
	    {"verification_uri", "\"http://id.example/device\""},
	    {"verification_uri", "\"javascript:alert(1)\""},
	    {"verification_uri", "\"JAVASCRIPT:alert(1)//https://\""},
	    {"verification_uri", "\"data:text/html,x\""},
	    {"verification_uri", "\" https://id.example/\""},
	    {"verification_uri", "\"https://id.example/\\u001b[31m\""},
	    {"verification_uri", "\"https://id.example/\\nCode: X\""},
	    {"verification_uri", "\"https://id.example/\\u007f\""},
	    {"verification_uri", "\"https://id.example/a b\""},
	    {"verification_uri", "\"https://\\u0456d.example/\""},
	    {"verification_uri", "7"},
	    {"verification_uri", NULL},
	    {"device_code", NULL},
	    {"device_code", "9"},
	    {"device_code", "\"\""},
	    {"expires_in", "0"},
	    {"expires_in", "-1"},
	    {"expires_in", "1.5"},
	    {"expires_in", "\"600\""},
	    {"expires_in", NULL},
	    {"interval", "\"5\""},
	    {"interval", "null"},
	    {"interval", "1.5"},
	};
	struct idp_device device;
	char many[5000];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
		    device_with(bad[i].name, bad[i].value, &device),
		    ERR_PROVIDER_MALFORMED);
	memset(many, 'A', sizeof(many) - 1);
	many[0] = many[sizeof(many) - 2] = '"';
	many[sizeof(many) - 1] = '\0';
	assert_int_equal(
	    device_with("device_code", many, &device), ERR_PROVIDER_MALFORMED);
	assert_int_equal(
	    device_with("user_code", many, &device), ERR_PROVIDER_MALFORMED);
	memcpy(many + 1, "https://id.example/", 19);
	memcpy(many + 257, "\"", 2);
	assert_int_equal(device_with("verification_uri", many, &device),
	    ERR_PROVIDER_MALFORMED);
	memcpy(many + 256, "\"", 2);
	assert_int_equal(
	    device_with("verification_uri", many, &device), ERR_OK);
}

static int
page_of(enum provider_type type, const char *pages, char *out, size_t size)
{
	struct provider provider = {.type = type, .issuer = oidc.issuer};
	struct json *json JSON_AUTO = NULL;
	struct idp_device device = {0};
	char text[1024];
	int r = ERR_OK;

	snprintf(text, sizeof(text),
	    "{\"device_code\":\"d\",\"user_code\":\"GQVQ-JKECX-ABCD\",%s"
	    "\"expires_in\":1800}",
	    pages);
	assert_int_equal(json_parse(text, strlen(text), 1024, &json), 0);
	r = idpanswer_device(json_root(json), &provider, &device);
	snprintf(out, size, "%s", r == 0 ? device.verification_uri : "");
	return r;
}

static void
each_type_names_its_page_in_its_own_way(void **state)
{
	static const struct {
		enum provider_type type;
		const char *pages;
		const char *page; /* NULL: refused */
	} cases[] = {
	    {PROVIDER_GOOGLE,
		"\"verification_url\":\"https://www.google.com/device\",",
		"https://www.google.com/device"},
	    {PROVIDER_GOOGLE,
		"\"verification_uri\":\"https://www.google.com/device\",",
		NULL},
	    {PROVIDER_ENTRA,
		"\"verification_uri\":\"https://microsoft.com/devicelogin\","
		"\"message\":\"go to https://evil.example\",",
		"https://microsoft.com/devicelogin"},
	    {PROVIDER_ENTRA,
		"\"verification_url\":\"https://microsoft.com/devicelogin\",",
		NULL},
	    {PROVIDER_OIDC, "\"verification_url\":\"https://id.example/d\",",
		"https://id.example/d"},
	    {PROVIDER_OIDC,
		"\"verification_url\":\"https://id.example/b\","
		"\"verification_uri\":\"https://id.example/a\",",
		"https://id.example/a"},
	    {PROVIDER_OIDC, "\"verification_uri\":\"https://evil.example/a\",",
		NULL},
	    {PROVIDER_GOOGLE,
		"\"verification_url\":\"https://evil.example/device\",", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char page[256];
		int r =
		    page_of(cases[i].type, cases[i].pages, page, sizeof(page));

		assert_int_equal(
		    r, cases[i].page == NULL ? ERR_PROVIDER_MALFORMED : ERR_OK);
		assert_string_equal(
		    page, cases[i].page == NULL ? "" : cases[i].page);
	}
}

static void
errors_may_come_as_a_form(void **state)
{
	static const struct {
		const char *body;
		enum grant_event event;
	} cases[] = {
	    {"error=authorization_pending", GRANT_PENDING},
	    {"error=slow_down&error_description=x", GRANT_SLOW_DOWN},
	    {"interval=5&error=authorization_pending\n", GRANT_PENDING},
	    {"my_error=authorization_pending", GRANT_FAILED},
	    {"x=error=authorization_pending", GRANT_FAILED},
	    {"error=", GRANT_FAILED},
	    {"error=authorization%5Fpending", GRANT_FAILED},
	    {"error=authorization_pending;", GRANT_FAILED},
	    {"error", GRANT_FAILED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(
		    answer(400, cases[i].body).event, cases[i].event);
	/* JSON that is no error does not turn into a form. */
	assert_int_equal(
	    answer(400, "\"&error=slow_down\"").event, GRANT_FAILED);
}

static void
entras_codes_and_trace_are_read_and_nothing_else_is_kept(void **state)
{
	static const char body[] =
	    "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS53003: "
	    "blocked ada@acme.example\",\"error_codes\":[53003,-7],"
	    "\"trace_id\":\"0fe9c2d1-aaaa\",\"correlation_id\":\"x\"}";
	static const char *const odd[] = {
	    "{\"error\":\"e\",\"error_codes\":\"53003\"}",
	    "{\"error\":\"e\",\"error_codes\":[\"53003\"]}",
	    "{\"error\":\"e\",\"error_codes\":[1.5]}",
	    "{\"error\":\"e\",\"error_codes\":{\"a\":1}}",
	    "{\"error\":\"e\",\"trace_id\":\"a b\"}",
	    "{\"error\":\"e\",\"trace_id\":\"\\u001b[1m\"}"};
	struct http_response response = {.outcome = HTTP_ANSWERED,
	    .status = 400,
	    .body = (const uint8_t *)body,
	    .body_len = strlen(body)};
	struct idpanswer_error error;
	struct json *json = NULL;

	assert_int_equal(json_parse(body, strlen(body), 4096, &json), 0);
	idpanswer_error(&response, json, &error);
	json_free(json);
	assert_int_equal(error.meaning.reason, ERR_PROVIDER_POLICY);
	assert_string_equal(error.word, "invalid_grant");
	assert_string_equal(error.codes, "53003 -7");
	assert_string_equal(error.trace, "0fe9c2d1-aaaa");
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		assert_int_equal(
		    json_parse(odd[i], strlen(odd[i]), 4096, &json), 0);
		idpanswer_error(&response, json, &error);
		json_free(json);
		assert_string_equal(error.codes, "");
		assert_string_equal(error.trace, "");
		assert_int_equal(error.meaning.event, GRANT_FAILED);
	}
}

static void
googles_limit_is_for_now(void **state)
{
	struct refusal r =
	    answer(403, "{\"error_code\":\"rate_limit_exceeded\"}");

	assert_int_equal(r.event, GRANT_NO_ANSWER);
	assert_int_equal(r.reason, ERR_PROVIDER_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		t111_each_error_word_has_one_meaning_whatever_the_status),
	    cmocka_unit_test(t111_what_is_not_known_is_never_an_approval),
	    cmocka_unit_test(a_device_answer_gives_its_times),
	    cmocka_unit_test(t25_what_could_act_on_a_terminal_is_refused),
	    cmocka_unit_test(each_type_names_its_page_in_its_own_way),
	    cmocka_unit_test(errors_may_come_as_a_form),
	    cmocka_unit_test(
		entras_codes_and_trace_are_read_and_nothing_else_is_kept),
	    cmocka_unit_test(googles_limit_is_for_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
