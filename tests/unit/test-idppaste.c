/*
 * test-idppaste.c - what is pasted counts for the attempt that it came from,
 * and once.
 */
#include "services/idppaste.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "common/err.h"
#include "rules/paste.h"

#define ISSUER "https://id.example"
#define PAGE "https://page.example/orglogin/?x=1"

struct lab {
	struct idpself *self;
	struct idpdoc *doc;
	struct idpdoc *telling; /* promises the issuer */
	struct idp_attempt *attempt;
};

static struct idpdoc *
make_doc(const struct idpself *self, const char *endpoint, const char *more)
{
	struct json *json JSON_AUTO = NULL;
	struct idpdoc *doc = NULL;
	char text[1024];

	snprintf(text, sizeof(text),
	    "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"%s\","
	    "\"token_endpoint\":\"" ISSUER "/t\",\"jwks_uri\":\"" ISSUER
	    "/k\"%s}",
	    endpoint, more);
	assert_int_equal(json_parse(text, strlen(text), 1024, &json), 0);
	assert_int_equal(
	    idpdoc_read(json_root(json), &self->rules, true, &doc), 0);
	return doc;
}

static int
set_up(void **state)
{
	static struct lab lab;
	const struct idp_options options = {
	    .name = "corp",
	    .type = PROVIDER_OIDC,
	    .issuer = ISSUER,
	    .client_id = "host 1",
	    .paste = true,
	    .redirect_uri = PAGE,
	};

	lab = (struct lab){0};
	assert_int_equal(idpself_new(&options, &lab.self), 0);
	lab.doc = make_doc(lab.self, ISSUER "/auth", "");
	lab.telling = make_doc(lab.self, ISSUER "/auth?kind=x",
	    ",\"authorization_response_iss_parameter_supported\":true");
	assert_int_equal(
	    idppaste_new((struct wall_time){1800000000}, &lab.attempt), 0);
	*state = &lab;
	return 0;
}

static int
tear_down(void **state)
{
	struct lab *lab = *state;

	idp_attempt_free(lab->attempt);
	idpdoc_free(lab->doc);
	idpdoc_free(lab->telling);
	idpself_free(lab->self);
	return 0;
}

static int
read_typed(struct lab *lab, const struct idpdoc *doc, const char *typed,
    char *out, size_t out_size)
{
	struct buf code BUF_AUTO = {0};
	int r = ERR_OK;

	buf_init(&code, 8192);
	r = idppaste_read(lab->attempt, lab->self, doc, typed, &code);
	out[0] = '\0';
	if (r == 0)
		snprintf(out, out_size, "%s", buf_text(&code));
	return r;
}

static void
the_url_holds_the_challenge_and_not_the_verifier(void **state)
{
	struct lab *lab = *state;
	uint8_t digest[CRYPTO_SHA256_BYTES];
	struct buf challenge BUF_AUTO = {0};
	struct buf url BUF_AUTO = {0};
	char expected[1024];

	buf_init(&challenge, 64);
	buf_init(&url, 4096);
	assert_int_equal(strlen(lab->attempt->verifier), 43);
	assert_int_equal(crypto_sha256(lab->attempt->verifier, 43, digest), 0);
	crypto_base64url_encode(digest, sizeof(digest), &challenge);
	idppaste_put_url(lab->attempt, lab->self, lab->telling, &url);
	snprintf(expected, sizeof(expected),
	    ISSUER "/auth?kind=x&response_type=code&client_id=host%%201"
		   "&redirect_uri=https%%3A%%2F%%2Fpage.example%%2Forglogin"
		   "%%2F%%3Fx%%3D1&scope=openid%%20email%%20profile&state=%s"
		   "&nonce=%s&code_challenge=%s&code_challenge_method=S256",
	    lab->attempt->state, lab->attempt->nonce, buf_text(&challenge));
	assert_string_equal(buf_text(&url), expected);
	assert_null(strstr(buf_text(&url), lab->attempt->verifier));
}

static void
two_attempts_share_nothing(void **state)
{
	struct lab *lab = *state;
	struct idp_attempt *other IDP_ATTEMPT_AUTO = NULL;

	assert_int_equal(idppaste_new(lab->attempt->started, &other), 0);
	assert_string_not_equal(lab->attempt->state, other->state);
	assert_string_not_equal(lab->attempt->verifier, other->verifier);
	assert_string_not_equal(lab->attempt->nonce, other->nonce);
	assert_string_not_equal(other->state, other->nonce);
	assert_string_not_equal(other->verifier, other->nonce);
}

static void
a_code_is_what_stands_before_the_state(void **state)
{
	static const char *const codes[] = {
	    "c", "4/0Ab-_x~", "0.AXoA.b.c", "x.y.z.", "."};
	struct lab *lab = *state;
	char typed[256];
	char code[256];

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		snprintf(typed, sizeof(typed), "%s.%s", codes[i],
		    lab->attempt->state);
		assert_int_equal(
		    read_typed(lab, lab->doc, typed, code, sizeof(code)), 0);
		assert_string_equal(code, codes[i]);
		snprintf(typed, sizeof(typed), " \t%s.%s \r\n", codes[i],
		    lab->attempt->state);
		assert_int_equal(
		    read_typed(lab, lab->doc, typed, code, sizeof(code)), 0);
		assert_string_equal(code, codes[i]);
	}
}

static void
t12_what_is_not_of_this_attempt_is_refused(void **state)
{
	struct lab *lab = *state;
	struct idp_attempt *other IDP_ATTEMPT_AUTO = NULL;
	const char *own = lab->attempt->state;
	char typed[20][200];
	char cut[64];
	char code[256];
	size_t count = 0;

	assert_int_equal(idppaste_new(lab->attempt->started, &other), 0);
	snprintf(cut, sizeof(cut), "%.42s", own);
	snprintf(typed[count++], 200, "code.%s", other->state);
	snprintf(typed[count++], 200, "code.%s.%s", own, other->state);
	snprintf(typed[count++], 200, "code.%s.%s", other->state, own + 1);
	snprintf(typed[count++], 200, "code.%s", cut);
	snprintf(typed[count++], 200, "code.%sA", own);
	snprintf(typed[count++], 200, "code.%s.", own);
	snprintf(typed[count++], 200, "code%s", own);
	snprintf(typed[count++], 200, "code %s", own);
	snprintf(typed[count++], 200, "code. %s", own);
	snprintf(typed[count++], 200, "co de.%s", own);
	snprintf(typed[count++], 200,
	    "co\x1b"
	    "de.%s",
	    own);
	snprintf(typed[count++], 200, "co\xc3\xa4.%s", own);
	snprintf(typed[count++], 200, ".%s", own);
	snprintf(typed[count++], 200, "%s", own);
	snprintf(typed[count++], 200, "%s.code", own);
	snprintf(typed[count++], 200, "code");
	snprintf(typed[count++], 200, ".");
	snprintf(typed[count++], 200, "   ");
	snprintf(typed[count++], 200, "%s", "");
	for (size_t i = 0; i < count; i++)
		assert_int_equal(
		    read_typed(lab, lab->doc, typed[i], code, sizeof(code)),
		    ERR_PASTE_WRONG);
	/* and what was sent once is not sent again */
	snprintf(typed[0], 200, "code.%s", own);
	assert_int_equal(
	    read_typed(lab, lab->doc, typed[0], code, sizeof(code)), 0);
	lab->attempt->used = true;
	assert_int_equal(
	    read_typed(lab, lab->doc, typed[0], code, sizeof(code)),
	    ERR_PASTE_WRONG);
}

static void
a_code_is_as_long_as_its_pieces_hold(void **state)
{
	struct lab *lab = *state;
	char typed[PASTE_MAX_BYTES + 64];
	char code[PASTE_MAX_BYTES + 64];

	memset(typed, 'c', sizeof(typed));
	for (size_t over = 0; over < 2; over++) {
		snprintf(typed + PASTE_MAX_BYTES + over, 60, ".%s",
		    lab->attempt->state);
		assert_int_equal(
		    read_typed(lab, lab->doc, typed, code, sizeof(code)),
		    over == 0 ? 0 : ERR_PASTE_WRONG);
		assert_int_equal(strlen(code), over == 0 ? PASTE_MAX_BYTES : 0);
		typed[PASTE_MAX_BYTES] = 'c';
	}
}

/* RFC 9207 2.4 */
static void
an_issuer_that_came_back_is_ours(void **state)
{
	static const char *const others[] = {ISSUER "/", "https://evil.example",
	    "http://id.example", "https://ID.example", ""};
	struct lab *lab = *state;
	char typed[256];
	char code[64];

	for (size_t i = 0; i <= ARRAY_SIZE(others); i++) {
		const char *told = i < ARRAY_SIZE(others) ? others[i] : ISSUER;
		struct buf text BUF_AUTO = {0};

		buf_init(&text, 128);
		crypto_base64url_encode(told, strlen(told), &text);
		snprintf(typed, sizeof(typed), "code.%s.%s",
		    lab->attempt->state, text.len == 0 ? "" : buf_text(&text));
		assert_int_equal(
		    read_typed(lab, lab->telling, typed, code, sizeof(code)),
		    i < ARRAY_SIZE(others) ? ERR_PASTE_WRONG : 0);
		assert_int_equal(
		    read_typed(lab, lab->doc, typed, code, sizeof(code)),
		    i < ARRAY_SIZE(others) ? ERR_PASTE_WRONG : 0);
	}
	assert_string_equal(code, "code");
	/* promised, and not there */
	snprintf(typed, sizeof(typed), "code.%s", lab->attempt->state);
	assert_int_equal(
	    read_typed(lab, lab->telling, typed, code, sizeof(code)),
	    ERR_PASTE_WRONG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_url_holds_the_challenge_and_not_the_verifier),
	    TEST(two_attempts_share_nothing),
	    TEST(a_code_is_what_stands_before_the_state),
	    TEST(a_code_is_as_long_as_its_pieces_hold),
	    TEST(t12_what_is_not_of_this_attempt_is_refused),
	    TEST(an_issuer_that_came_back_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
