/*
 * test-corpus.c - two verifiers, one answer: every token of tests/vectors, and
 * every token that one bit parts from a good one, by OpenSSL and by libjwt.
 *
 * The second pass puts libjwt's answer in the place of OpenSSL's below the same
 * checks of header, key and claims, for the algorithms that it knows.  libjwt
 * may refuse a payload that is refused all the same, and one spelling of typ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/jwtsig.h"
#include "base/log.h"
#include "common/err.h"
#include "tests/unit/vectors.h"

struct corpus {
	struct jwk_set *keys;
	size_t tokens;
	size_t refused;
	size_t libjwt_asked;
	size_t flips;
};

/* Whose answer counts, and about which token. */
static bool libjwt_decides;
static const char *token_now;
static size_t libjwt_asked;

int __real_jwk_verify(const struct jwk *key, enum jwk_alg alg,
    const void *input, size_t len, const struct buf *signature);
int __wrap_jwk_verify(const struct jwk *key, enum jwk_alg alg,
    const void *input, size_t len, const struct buf *signature);
int
__wrap_jwk_verify(const struct jwk *key, enum jwk_alg alg, const void *input,
    size_t len, const struct buf *signature)
{
	if (!libjwt_decides || !jwtsig_knows(alg))
		return __real_jwk_verify(key, alg, input, len, signature);
	libjwt_asked++;
	return jwtsig_verify(token_now, alg, jwk_pem(key));
}

int __real_crypto_hmac_sha256(const void *key, size_t key_len,
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);
int __wrap_crypto_hmac_sha256(const void *key, size_t key_len,
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);

/* The token's own MAC where libjwt says yes, else one that it is not. */
int
__wrap_crypto_hmac_sha256(const void *key, size_t key_len, const void *bytes,
    size_t len, uint8_t out[CRYPTO_SHA256_BYTES])
{
	struct buf mac BUF_AUTO = {.limit = JWS_MAX_BYTES};
	const char *last = NULL;

	if (!libjwt_decides)
		return __real_crypto_hmac_sha256(key, key_len, bytes, len, out);
	last = strrchr(token_now, '.') + 1;
	assert_int_equal(crypto_base64url_decode(last, strlen(last), &mac), 0);
	assert_int_equal(mac.len, CRYPTO_SHA256_BYTES);
	memcpy(out, mac.bytes, CRYPTO_SHA256_BYTES);
	libjwt_asked++;
	if (jwtsig_verify_secret(token_now, key) != 0)
		out[0] ^= 1;
	return 0;
}

static int
set_up(void **state)
{
	static struct corpus corpus;

	log_open(LOG_LEVEL_ERROR);
	corpus.keys = vectors_keys();
	*state = &corpus;
	return 0;
}

static int
tear_down(void **state)
{
	struct corpus *c = *state;

	jwk_set_free(c->keys);
	return 0;
}

static int
by_keys(const struct corpus *c, const char *text)
{
	const struct token_policy policy = vectors_policy();
	struct token token TOKEN_AUTO = {0};

	int r = token_verify(
	    text, c->keys, &policy, (struct wall_time){VECTORS_NOW}, &token);
	assert_true((token.payload != NULL) == (r == 0));
	return r;
}

static int
by_secret(const struct corpus *c, const char *text)
{
	static const struct jws_secret secret = {
	    .current = VECTORS_SECRET, .previous = VECTORS_PREVIOUS};
	const struct token_policy policy = vectors_policy();
	struct token token TOKEN_AUTO = {0};

	int r = token_verify_secret(
	    text, &secret, &policy, (struct wall_time){VECTORS_NOW}, &token);
	assert_true((token.payload != NULL) == (r == 0));
	return r;
}

typedef int verify_fn(const struct corpus *c, const char *text);

static int
by_libjwt(verify_fn *verify, struct corpus *c, const char *text)
{
	libjwt_decides = true;
	token_now = text;
	int r = verify(c, text);
	libjwt_decides = false;
	c->libjwt_asked += libjwt_asked;
	libjwt_asked = 0;
	return r;
}

/*
 * libjwt reads the claims before it looks at the signature, by a reader whose
 * integers end at 2^63, and does not say which of the two it refused; and 1.10
 * takes no typ but "JWT".
 */
static bool
libjwt_may_say(int answer, const struct vector *vector)
{
	if (answer == vector->expected)
		return true;
	if (answer != ERR_TOKEN_SIGNATURE && answer != ERR_TOKEN_SECRET)
		return false;
	return strncmp(vector->name, "json-", 5) == 0 ||
	    strncmp(vector->name, "token-claim-", 12) == 0 ||
	    strstr(vector->name, "-typ-as-media-type") != NULL;
}

static void
check_vector(const struct vector *vector, struct corpus *c, verify_fn *verify)
{
	int r = verify(c, vector->bytes);

	if (r != vector->expected)
		fail_msg(
		    "%s: OpenSSL's path says %s", vector->name, err_name(r));
	r = by_libjwt(verify, c, vector->bytes);
	if (!libjwt_may_say(r, vector))
		fail_msg(
		    "%s: libjwt's path says %s", vector->name, err_name(r));
	c->tokens++;
	c->refused += vector->expected != 0;
}

static void
check_token(const struct vector *vector, void *c)
{
	check_vector(vector, c, by_keys);
}

static void
check_secret_token(const struct vector *vector, void *c)
{
	check_vector(vector, c, by_secret);
}

static void
t1_t10_both_verifiers_say_of_each_token_what_its_name_says(void **state)
{
	struct corpus *c = *state;

	vectors_each("tokens", NULL, 490, check_token, c);
	vectors_each("secret-tokens", NULL, 230, check_secret_token, c);
	print_message("%zu named tokens, %zu of them to be refused: 0 "
		      "accepted by either verifier; libjwt was asked %zu "
		      "times\n",
	    c->tokens, c->refused, c->libjwt_asked);
	assert_true(c->refused >= 670);
	assert_true(c->libjwt_asked >= 300);
}

/* A token for the one way in is refused by the other, whatever it says. */
static void
check_by_secret(const struct vector *vector, void *c)
{
	if (by_secret(c, vector->bytes) == 0)
		fail_msg("%s: accepted with a secret", vector->name);
}

static void
check_by_keys(const struct vector *vector, void *c)
{
	if (by_keys(c, vector->bytes) == 0)
		fail_msg("%s: accepted with public keys", vector->name);
}

static void
t1_no_token_is_good_under_keys_and_under_a_secret(void **state)
{
	vectors_each("tokens", NULL, 490, check_by_secret, *state);
	vectors_each("secret-tokens", NULL, 230, check_by_keys, *state);
}

static void
flip_each_bit(struct corpus *c, const char *path, verify_fn *verify)
{
	size_t len = 0;
	char *token = vectors_read(path, &len);

	assert_int_equal(verify(c, token), 0);
	assert_int_equal(by_libjwt(verify, c, token), 0);
	for (size_t bit = 0; bit < len * 8; bit++) {
		token[bit / 8] ^= (char)(1 << bit % 8);
		if (verify(c, token) == 0)
			fail_msg("%s: bit %zu, OpenSSL", path, bit);
		if (by_libjwt(verify, c, token) == 0)
			fail_msg("%s: bit %zu, libjwt", path, bit);
		token[bit / 8] ^= (char)(1 << bit % 8);
		c->flips++;
	}
	free(token);
}

static void
t3_every_flipped_bit_is_refused_by_both_verifiers(void **state)
{
	struct corpus *c = *state;

	flip_each_bit(c, "tokens/ok--t1-rs256.jwt", by_keys);
	flip_each_bit(c, "tokens/ok--t1-es256.jwt", by_keys);
	flip_each_bit(c, "tokens/ok--t1-eddsa.jwt", by_keys);
	flip_each_bit(c, "tokens/ok--t1-ps256.jwt", by_keys);
	flip_each_bit(c, "secret-tokens/ok--t1-hs256.jwt", by_secret);
	print_message("%zu tokens of one flipped bit, over 5 algorithms: 0 "
		      "accepted by either verifier\n",
	    c->flips);
	assert_true(c->flips >= 14984);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		t1_t10_both_verifiers_say_of_each_token_what_its_name_says),
	    cmocka_unit_test(t1_no_token_is_good_under_keys_and_under_a_secret),
	    cmocka_unit_test(t3_every_flipped_bit_is_refused_by_both_verifiers),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
