/*
 * bench-jws.c - what believing a token costs: token_verify() with all that it
 * checks, against OpenSSL's bare check of the one signature, with everything
 * that can be prepared ahead prepared: the key read, the algorithm set, the
 * signature decoded and in OpenSSL's own form.
 *
 * Turn by turn, so that what else the machine does weighs on both; the ratio is
 * the median of the turns' ratios.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/crypto.h"
#include "bench/samples.h"
#include "common/err.h"
#include "services/token.h"

#define TURNS 401
#define CALLS_A_TURN 25

/* What tests/vectors/generate.mjs signed. */
#define NOW 1800000000
#define SECRET "a secret of the bench, 32 bytes!"
static const char *const issuers[] = {"https://id.example.org/acme"};
static const struct token_policy policy = {
    .jws.algs = JWK_ALG_ALL,
    .claims = {.issuers = issuers,
	.issuer_count = 1,
	.client_id = "orglogin-host",
	.started.s = NOW - 30},
};

struct subject {
	enum jwk_alg alg; /* NONE: HS256 */
	char token[4096];
	struct jwk_set *keys;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *context;
	struct buf input;
	struct buf signature;
};

static void
require(bool truth, const char *what)
{
	if (truth)
		return;
	fprintf(stderr, "bench-jws: %s\n", what);
	exit(1);
}

static void
whole(const struct subject *s)
{
	static const struct jws_secret secret = {.current = SECRET};
	struct token token TOKEN_AUTO = {0};
	struct wall_time now = {NOW};

	int r = s->alg == JWK_ALG_NONE
	    ? token_verify_secret(s->token, &secret, &policy, now, &token)
	    : token_verify(s->token, s->keys, &policy, now, &token);
	require(r == 0, err_name(r));
}

static void
bare_eddsa(const struct subject *s)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	require(EVP_DigestVerifyInit(context, NULL, NULL, NULL, s->pkey) == 1 &&
		EVP_DigestVerify(context, s->signature.bytes, s->signature.len,
		    s->input.bytes, s->input.len) == 1,
	    "EVP_DigestVerify");
	EVP_MD_CTX_free(context);
}

static void
bare(const struct subject *s)
{
	uint8_t digest[32];

	if (s->alg == JWK_ALG_EDDSA) {
		bare_eddsa(s);
		return;
	}
	if (s->alg == JWK_ALG_NONE) {
		require(HMAC(EVP_sha256(), SECRET, sizeof(SECRET) - 1,
			    s->input.bytes, s->input.len, digest, NULL) != NULL,
		    "HMAC");
		require(memcmp(digest, s->signature.bytes, 32) == 0, "MAC");
		return;
	}
	require(EVP_Digest(s->input.bytes, s->input.len, digest, NULL,
		    EVP_sha256(), NULL) == 1 &&
		EVP_PKEY_verify(s->context, s->signature.bytes,
		    s->signature.len, digest, sizeof(digest)) == 1,
	    "EVP_PKEY_verify");
}

static double
turn_us(void (*fn)(const struct subject *s), const struct subject *s)
{
	double start_us = samples_now_us();

	for (int i = 0; i < CALLS_A_TURN; i++)
		fn(s);
	return (samples_now_us() - start_us) / CALLS_A_TURN;
}

static void
measure(const char *name, const struct subject *s)
{
	static struct samples all;
	static struct samples alone;
	static struct samples ratio;

	all.count = alone.count = ratio.count = 0;
	for (int i = 0; i < TURNS; i++) {
		double all_us = turn_us(whole, s);
		double alone_us = turn_us(bare, s);

		samples_add(&all, all_us);
		samples_add(&alone, alone_us);
		samples_add(&ratio, all_us / alone_us);
	}
	printf("%-6s token_verify %6.1f us, OpenSSL alone %6.1f us, "
	       "ratio %.2f\n",
	    name, samples_percentile(&all, 50), samples_percentile(&alone, 50),
	    samples_percentile(&ratio, 50));
}

static size_t
read_file(const char *folder, const char *name, char *out, size_t size)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "re");
	require(file != NULL, path);
	size_t len = fread(out, 1, size - 1, file);
	out[len] = '\0';
	(void)fclose(file);
	return len;
}

/* r||s to the form that OpenSSL wants. */
static void
to_der(struct buf *signature)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *der = NULL;

	require(signature->len == 64 &&
		ECDSA_SIG_set0(pair, BN_bin2bn(signature->bytes, 32, NULL),
		    BN_bin2bn(signature->bytes + 32, 32, NULL)) == 1,
	    "ECDSA_SIG_set0");
	int len = i2d_ECDSA_SIG(pair, &der);
	require(len > 0, "i2d_ECDSA_SIG");
	buf_reset(signature);
	buf_put(signature, der, (size_t)len);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
}

static void
take_parts(struct subject *s)
{
	const char *last = strrchr(s->token, '.');

	buf_init(&s->input, JWS_MAX_BYTES);
	buf_init(&s->signature, JWS_MAX_BYTES);
	buf_put(&s->input, s->token, (size_t)(last - s->token));
	require(crypto_base64url_decode(
		    last + 1, strlen(last + 1), &s->signature) == 0,
	    "signature");
}

static void
prepare(struct subject *s, const char *kid)
{
	const struct jwk *key = NULL;

	take_parts(s);
	require(jwk_set_find(s->keys, kid, s->alg, &key) == 0, "key");
	BIO *bio = BIO_new_mem_buf(jwk_pem(key), -1);
	s->pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	BIO_free(bio);
	require(s->pkey != NULL, "PEM_read_bio_PUBKEY");
	if (s->alg == JWK_ALG_EDDSA)
		return;
	s->context = EVP_PKEY_CTX_new(s->pkey, NULL);
	require(EVP_PKEY_verify_init(s->context) == 1 &&
		EVP_PKEY_CTX_set_signature_md(s->context, EVP_sha256()) == 1,
	    "EVP_PKEY_verify_init");
	if (s->alg == JWK_ALG_ES256)
		to_der(&s->signature);
	if (s->alg == JWK_ALG_PS256)
		require(EVP_PKEY_CTX_set_rsa_padding(
			    s->context, RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(
			    s->context, RSA_PSS_SALTLEN_DIGEST) == 1,
		    "PSS");
}

static void
done(struct subject *s)
{
	buf_done(&s->input);
	buf_done(&s->signature);
	EVP_PKEY_CTX_free(s->context);
	EVP_PKEY_free(s->pkey);
}

/* With the claims of the other tokens; only the header and MAC differ. */
static void
measure_secret(const char *claims)
{
	struct subject s = {.alg = JWK_ALG_NONE};
	uint8_t mac[32];
	uint8_t text[64] = {0};
	int len = snprintf(
	    s.token, sizeof(s.token), "eyJhbGciOiJIUzI1NiJ9%s", claims);

	require(crypto_hmac_sha256(
		    SECRET, sizeof(SECRET) - 1, s.token, (size_t)len, mac) == 0,
	    "HMAC");
	/* 32 bytes end in a group of two, hence in one "=". */
	require(EVP_EncodeBlock(text, mac, sizeof(mac)) == 44, "base64");
	for (size_t i = 0; i < 43; i++) {
		if (text[i] == '+')
			text[i] = '-';
		if (text[i] == '/')
			text[i] = '_';
	}
	(void)snprintf(s.token + len, sizeof(s.token) - (size_t)len, ".%.43s",
	    (const char *)text);
	take_parts(&s);
	measure("HS256", &s);
	done(&s);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		const char *file;
		const char *kid;
	} cases[] = {
	    {"RS256", "tokens/ok--t1-rs256.jwt", "rsa-1"},
	    {"PS256", "tokens/ok--t1-ps256.jwt", "rsa-2"},
	    {"ES256", "tokens/ok--t1-es256.jwt", "ec-1"},
	    {"EdDSA", "tokens/ok--t1-eddsa.jwt", "ed-1"},
	};
	const char *folder = argc > 1 ? argv[1] : "../tests/vectors";
	static char bytes[65536];
	struct jwk_set *keys JWK_SET_AUTO = NULL;
	char claims[4096] = "";

	size_t len = read_file(folder, "keys.json", bytes, sizeof(bytes));
	require(jwk_set_parse(bytes, len, &keys) == 0, "keys.json");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct subject s = {
		    .alg = jwk_alg_from_name(cases[i].name), .keys = keys};

		(void)read_file(
		    folder, cases[i].file, s.token, sizeof(s.token));
		prepare(&s, cases[i].kid);
		measure(cases[i].name, &s);
		(void)snprintf(claims, sizeof(claims), "%.*s",
		    (int)(strrchr(s.token, '.') - strchr(s.token, '.')),
		    strchr(s.token, '.'));
		done(&s);
	}
	measure_secret(claims);
	return 0;
}
