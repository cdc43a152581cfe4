/*
 * test-profiletool.c - what an operation is tried with, and what is told of it.
 *
 * The service, its connection and the loop are played: what counts here is what
 * profiletool itself reads and writes.
 */
#include "profiletool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/http.h"
#include "base/loop.h"
#include "common/err.h"
#include "services/idsvc.h"

#ifndef PROFILES_FOLDER /* the build says where they are */
#define PROFILES_FOLDER "packaging/profiles"
#endif

static struct {
	const struct idsvc_standing *standing; /* what the service says */
	const struct source_result *list;
	int refusal; /* not even asked */
	unsigned int asked;
	struct idsvc_call call; /* its texts are in the next */
	char mail[64];
	char password[64];
	idsvc_standing_fn *fn;
	source_done_fn *done;
	void *arg;
	struct buf *trace;
} world;

int
loop_new(struct loop **ret_loop)
{
	*ret_loop = (struct loop *)&world;
	return ERR_OK;
}

void
loop_free(struct loop *loop)
{
}

void
loop_stop(struct loop *loop)
{
}

void
loop_run(struct loop *loop)
{
	if (world.done != NULL)
		world.done(world.arg, world.list);
	else
		world.fn(world.arg, world.standing);
}

int
http_new(struct loop *loop, const struct http_options *options,
    struct http **ret_http)
{
	*ret_http = (struct http *)&world;
	return ERR_OK;
}

void
http_free(struct http *http)
{
}

struct http_options
settings_http(const struct settings *settings)
{
	return (struct http_options){.user_agent = "test"};
}

struct idsvc_options
settings_idsvc(const struct settings *settings)
{
	return (struct idsvc_options){.url = "https://org.test"};
}

int
idsvc_new(struct loop *loop, struct http *http, const struct clock *clock,
    const struct idsvc_options *options, struct idsvc **ret_idsvc)
{
	*ret_idsvc = (struct idsvc *)&world;
	return ERR_OK;
}

void
idsvc_free(struct idsvc *idsvc)
{
}

void
idsvc_trace(struct idsvc *idsvc, struct buf *trace)
{
	world.trace = trace;
}

static void
copy(char out[64], const char *text)
{
	(void)snprintf(out, 64, "%s", text == NULL ? "none" : text);
}

int
idsvc_ask(struct idsvc *idsvc, const struct idsvc_call *call,
    idsvc_standing_fn *fn, void *arg, uint64_t *ret_id)
{
	world.asked++;
	world.call = *call;
	copy(world.mail, call->mail);
	copy(world.password, call->password);
	world.fn = fn;
	world.arg = arg;
	buf_put_text(world.trace, "> asked\n");
	return world.refusal;
}

static int
fetch(void *self, const struct source_request *request)
{
	world.done = request->done;
	world.arg = request->arg;
	return ERR_OK;
}

struct source
idsvc_source(struct idsvc *idsvc)
{
	return (struct source){.fetch = fetch};
}

/* Tries operation with these lines; what is written comes back in out. */
static int
try(const char *operation, const char *lines, char **ret_out)
{
	const struct settings settings = {
	    .profile_rules = (struct profile *)&world};
	size_t len = 0;
	FILE *in = tmpfile();
	FILE *out = open_memstream(ret_out, &len);
	int r = ERR_OK;

	assert_non_null(in);
	assert_non_null(out);
	assert_true(fputs(lines, in) >= 0);
	rewind(in);
	r = profiletool_try(&settings, operation, in, out);
	(void)fclose(in);
	(void)fclose(out);
	return r;
}

static int
set_up(void **state)
{
	static const struct idsvc_standing nobody = {.reason = 0};

	memset(&world, 0, sizeof(world));
	world.standing = &nobody;
	return 0;
}

static void
it_asks_with_what_it_was_given(void **state)
{
	char *out = NULL;

	assert_int_equal(try("password_login",
			     "mail=a=b@x.test\n\npassword= two words \n", &out),
	    0);
	assert_int_equal(world.asked, 1);
	assert_int_equal(world.call.op, PROFILE_PASSWORD_LOGIN);
	assert_string_equal(world.mail, "a=b@x.test");
	assert_string_equal(world.password, " two words ");
	assert_null(world.call.code);
	free(out);
}

static void
what_it_cannot_use_is_refused_before_asking(void **state)
{
	static const char *const inputs[] = {"colour=blue\n", "mail\n",
	    "=a@x.test\n", "mail=a@x.test\nmail=b@x.test\n", "Mail=a@x.test\n",
	    " mail=a@x.test\n", "api_key=stolen\n", "mai=x\n", "mailx=x\n"};

	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		char *out = NULL;

		assert_int_equal(
		    try("signin", inputs[i], &out), ERR_INVALID_ARGUMENT);
		assert_int_equal(world.asked, 0);
		assert_string_equal(out, "");
		free(out);
	}
}

static void
an_operation_that_is_none_is_refused(void **state)
{
	char *out = NULL;

	assert_int_equal(try("sign-in", "\n", &out), ERR_INVALID_ARGUMENT);
	assert_int_equal(world.asked, 0);
	free(out);
}

static void
without_a_service_there_is_nothing_to_try(void **state)
{
	const struct settings settings = {.profile_rules = NULL};

	assert_int_equal(profiletool_try(&settings, "signin", NULL, NULL),
	    ERR_NOT_CONFIGURED);
}

/* A token is not shown, only that there is one. */
static void
t87_it_tells_who_it_was_and_no_secret(void **state)
{
	static const char *const roles[] = {"member", "developer"};
	static const char *const scopes[] = {"write:agents"};
	static const struct idsvc_standing standing = {.subject = "usr_1",
	    .organization = "org_1",
	    .system_role = "Owner",
	    .roles = roles,
	    .role_count = 2,
	    .scopes = scopes,
	    .scope_count = 1,
	    .jwt = "secret-jwt",
	    .refresh_token = "secret-refresh"};
	char *out = NULL;

	world.standing = &standing;
	assert_int_equal(try("signin", "id_token=secret-id\n", &out), 0);
	assert_string_equal(out,
	    "= ok\n= member usr_1\n= organization org_1\n= system role Owner\n"
	    "= roles member, developer\n= scopes write:agents\n"
	    "= token yes, refresh token yes, session token no\n> asked\n");
	assert_null(strstr(out, "secret"));
	free(out);
}

static void
a_refusal_is_told_and_returned(void **state)
{
	static const struct idsvc_standing standing = {
	    .reason = ERR_MEMBER_SUSPENDED};
	char *out = NULL;

	world.standing = &standing;
	assert_int_equal(try("signin", "\n", &out), ERR_MEMBER_SUSPENDED);
	assert_non_null(strstr(out, "= member-suspended\n"));
	assert_null(strstr(out, "= member usr"));
	free(out);
	world.refusal = ERR_UNSUPPORTED;
	assert_int_equal(try("switch_org", "\n", &out), ERR_UNSUPPORTED);
	assert_string_equal(out, "= unsupported\n> asked\n");
	free(out);
}

static void
the_list_is_counted(void **state)
{
	struct members *members = NULL;
	struct source_result result = {.members = &members};
	const struct member member = {.id = "usr_1",
	    .mail = "",
	    .name = "",
	    .username = "",
	    .shell = "",
	    .issuer = "",
	    .subject = "",
	    .state = MEMBER_ACTIVE};
	char *out = NULL;

	assert_int_equal(members_new(&members), 0);
	assert_int_equal(members_add(members, &member), 0);
	world.list = &result;
	assert_int_equal(try("members", "\n", &out), 0);
	assert_string_equal(out, "= ok\n= members 1\n");
	free(out);
	assert_null(members);

	result.reason = ERR_SERVICE_MALFORMED;
	assert_int_equal(try("members", "\n", &out), ERR_SERVICE_MALFORMED);
	assert_string_equal(out, "= service-malformed\n");
	free(out);
}

static int
check(const char *path, char **ret_out)
{
	size_t len = 0;
	FILE *out = open_memstream(ret_out, &len);
	int r = ERR_OK;

	assert_non_null(out);
	r = profiletool_check(path, out);
	(void)fclose(out);
	return r;
}

static void
a_good_profile_is_silence(void **state)
{
	char *out = NULL;

	assert_int_equal(check(PROFILES_FOLDER "/percus.conf", &out), 0);
	assert_string_equal(out, "");
	free(out);
}

static void
a_file_that_is_none_is_told_by_line_or_by_reason(void **state)
{
	char *out = NULL;

	assert_int_equal(
	    check(PROFILES_FOLDER "/absent.conf", &out), ERR_NOT_FOUND);
	assert_string_equal(out, PROFILES_FOLDER "/absent.conf: not-found\n");
	free(out);
	assert_int_equal(
	    check(PROFILES_FOLDER "/../local.mk", &out), ERR_CONFIG_INVALID);
	assert_non_null(strstr(out, "/local.mk:2: "));
	free(out);
}

#define T(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(it_asks_with_what_it_was_given),
	    T(what_it_cannot_use_is_refused_before_asking),
	    T(an_operation_that_is_none_is_refused),
	    T(without_a_service_there_is_nothing_to_try),
	    T(t87_it_tells_who_it_was_and_no_secret),
	    T(a_refusal_is_told_and_returned),
	    T(the_list_is_counted),
	    T(a_good_profile_is_silence),
	    T(a_file_that_is_none_is_told_by_line_or_by_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
