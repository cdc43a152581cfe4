/*
 * bench-jws.c - what a token costs: jws_verify() against the bare signature
 * check by OpenSSL, for each algorithm, as time and as a ratio.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "base/jws-samples.h"
#include "base/jws.h"
#include "common/err.h"

#define ROUNDS 2000
#define NS_PER_S 1000000000

static const struct jws_policy policy = {.algs = JWK_ALG_ALL};

struct subject {
	const char *token;
	const struct jwk_set *keys;
	const struct jwk *key;
	enum jwk_alg alg;
	struct buf input;
	struct buf signature;
};

static int
whole(const struct subject *s)
{
	struct json *payload JSON_AUTO = NULL;

	return jws_verify(
	    s->token, strlen(s->token), s->keys, &policy, &payload);
}

static int
bare(const struct subject *s)
{
	return jwk_verify(
	    s->key, s->alg, s->input.bytes, s->input.len, &s->signature);
}

static double
time_us(int (*fn)(const struct subject *s), const struct subject *s)
{
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < ROUNDS; i++)
		if (fn(s) != 0)
			exit(1);
	clock_gettime(CLOCK_MONOTONIC, &end);
	double ns = (double)(end.tv_sec - start.tv_sec) * NS_PER_S +
	    (double)(end.tv_nsec - start.tv_nsec);
	return ns / 1000 / ROUNDS;
}

static void
measure(const char *name, const char *kid, const char *token,
    const struct jwk_set *keys)
{
	const char *last = strrchr(token, '.');
	struct subject s = {.token = token, .keys = keys};

	s.alg = jwk_alg_from_name(name);
	buf_init(&s.input, JWS_MAX_BYTES);
	buf_init(&s.signature, JWS_MAX_BYTES);
	buf_put(&s.input, token, (size_t)(last - token));
	if (crypto_base64url_decode(last + 1, strlen(last + 1), &s.signature) !=
		0 ||
	    jwk_set_find(keys, kid, s.alg, &s.key) != 0)
		exit(1);
	double alone = time_us(bare, &s);
	double all = time_us(whole, &s);
	printf("%-6s jws_verify %7.1f us, OpenSSL alone %7.1f us, ratio %.2f\n",
	    name, all, alone, all / alone);
	buf_done(&s.input);
	buf_done(&s.signature);
}

int
main(void)
{
	static const char *const kids[][2] = {
	    {"RS256", "r"}, {"PS256", "r"}, {"ES256", "e"}, {"EdDSA", "d"}};
	struct jwk_set *keys JWK_SET_AUTO = NULL;

	if (jwk_set_parse(jws_sample_keys, sizeof(jws_sample_keys) - 1, &keys) <
	    0)
		return 1;
	/* The first samples are the good ones, in this order. */
	for (size_t i = 0; i < ARRAY_SIZE(kids); i++)
		measure(kids[i][0], kids[i][1], jws_samples[i].token, keys);
	return 0;
}
