/*
 * jwk.c - a JSON Web Key Set as checked OpenSSL public keys.
 *
 * Promises that a key which is not fit for signing tokens (RFC 8725 3.4, 3.5)
 * never verifies anything, whatever a token says.  A refused key keeps its
 * place and its kid, so that "unknown" and "unfit" stay two answers.  Knows no
 * token.
 */
#include "base/jwk.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/crypto.h"
#include "base/json.h"
#include "base/jwksig.h"
#include "common/err.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define RSA_EXPONENT_MIN 65537
#define RSA_FACTOR_MAX 751 /* NIST SP 800-56B 6.4.2.2 */
#define P256_BYTES 32
#define ED25519_BYTES 32
#define PEM_MAX_BYTES 4096
#define ISSUER_MAX_BYTES 1024

/* The longest member that a good key has: a modulus. */
#define MEMBER_MAX_BYTES ((size_t)RSA_BITS_MAX / 8 + 1)

struct jwk {
	char kid[JWK_KID_MAX + 1];
	bool has_kid;
	char *issuer;      /* NULL: not said */
	unsigned int algs; /* 0: refused */
	struct jwksig *sig;
	char *pem;
};

struct jwk_set {
	size_t count;
	struct jwk keys[JWK_SET_MAX_KEYS];
};

DEFINE_CLEANUP(BIGNUM, bignum, BN_free)
DEFINE_CLEANUP(OSSL_PARAM_BLD, param_builder, OSSL_PARAM_BLD_free)
DEFINE_CLEANUP(OSSL_PARAM, params, OSSL_PARAM_free)
DEFINE_CLEANUP(EVP_PKEY, pkey, EVP_PKEY_free)
DEFINE_CLEANUP(EVP_PKEY_CTX, pkey_context, EVP_PKEY_CTX_free)
DEFINE_CLEANUP(BIO, bio, BIO_free_all)

static bool
string_is(const struct json_node *node, const char *text)
{
	const char *s = json_string(node);

	return s != NULL && strcmp(s, text) == 0;
}

/* Decodes a base64url member into out; false when it is not one. */
static bool
read_member(const struct json_node *key, const char *name, struct buf *out)
{
	const char *text = json_string(json_get(key, name));

	return text != NULL && text[0] != '\0' &&
	    crypto_base64url_decode(text, strlen(text), out) == 0;
}

static EVP_PKEY *
pkey_from_params(const char *type, OSSL_PARAM_BLD *builder)
{
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params CLEANUP(params_cleanup) =
	    OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context CLEANUP(pkey_context_cleanup) =
	    EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

	if (params == NULL || context == NULL ||
	    EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		return NULL;
	return pkey;
}

static bool
has_small_factor(const BIGNUM *n)
{
	for (BN_ULONG d = 3; d <= RSA_FACTOR_MAX; d += 2)
		if (BN_mod_word(n, d) == 0)
			return true;
	return false;
}

/* RFC 8017 3.1 leaves small and even exponents open; RFC 8725 3.5 does not. */
static bool
rsa_numbers_fit(const BIGNUM *n, const BIGNUM *e)
{
	return BN_num_bits(n) >= RSA_BITS_MIN &&
	    BN_num_bits(n) <= RSA_BITS_MAX && BN_is_odd(n) && BN_is_odd(e) &&
	    BN_num_bits(e) <= 64 && BN_get_word(e) >= RSA_EXPONENT_MIN &&
	    !has_small_factor(n);
}

/* RFC 7518 6.3.1 */
static EVP_PKEY *
rsa_from_json(const struct json_node *key)
{
	struct buf n_bytes BUF_AUTO = {.limit = MEMBER_MAX_BYTES};
	struct buf e_bytes BUF_AUTO = {.limit = MEMBER_MAX_BYTES};

	if (!read_member(key, "n", &n_bytes) ||
	    !read_member(key, "e", &e_bytes))
		return NULL;
	BIGNUM *n CLEANUP(bignum_cleanup) =
	    BN_bin2bn(n_bytes.bytes, (int)n_bytes.len, NULL);
	BIGNUM *e CLEANUP(bignum_cleanup) =
	    BN_bin2bn(e_bytes.bytes, (int)e_bytes.len, NULL);
	OSSL_PARAM_BLD *builder CLEANUP(param_builder_cleanup) =
	    OSSL_PARAM_BLD_new();
	if (n == NULL || e == NULL || !rsa_numbers_fit(n, e) ||
	    builder == NULL ||
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) != 1)
		return NULL;
	return pkey_from_params("RSA", builder);
}

/* RFC 7518 6.2.1: both coordinates at their full length. */
static EVP_PKEY *
p256_from_json(const struct json_node *key)
{
	struct buf point BUF_AUTO = {.limit = 1 + 2 * P256_BYTES};

	if (!string_is(json_get(key, "crv"), "P-256"))
		return NULL;
	buf_put_u8(&point, POINT_CONVERSION_UNCOMPRESSED);
	if (!read_member(key, "x", &point) || point.len != 1 + P256_BYTES ||
	    !read_member(key, "y", &point) || point.len != 1 + 2 * P256_BYTES)
		return NULL;
	OSSL_PARAM_BLD *builder CLEANUP(param_builder_cleanup) =
	    OSSL_PARAM_BLD_new();
	if (builder == NULL ||
	    OSSL_PARAM_BLD_push_utf8_string(
		builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(
		builder, OSSL_PKEY_PARAM_PUB_KEY, point.bytes, point.len) != 1)
		return NULL;
	return pkey_from_params("EC", builder);
}

/*
 * Points of order 1, 2, 4 and 8, and the encodings of a y that is not reduced
 * (RFC 8032 5.1.3): OpenSSL takes them, and with one of them as the key a
 * signature can be made by anyone.  The sign bit is not looked at.
 */
static bool
ed25519_point_is_weak(const uint8_t point[ED25519_BYTES])
{
	static const uint8_t order_8[][ED25519_BYTES] = {
	    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
		0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3,
		0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc,
		0x05},
	    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
		0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c,
		0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03,
		0x7a},
	};
	uint8_t y[ED25519_BYTES];
	bool middle_ff = true;
	bool middle_zero = true;

	memcpy(y, point, sizeof(y));
	y[31] &= 0x7f;
	for (size_t i = 0; i < ARRAY_SIZE(order_8); i++)
		if (memcmp(y, order_8[i], sizeof(y)) == 0)
			return true;
	for (size_t i = 1; i < 31; i++) {
		middle_ff = middle_ff && y[i] == 0xff;
		middle_zero = middle_zero && y[i] == 0;
	}
	/* y is 0 or 1; or p - 1 = 2^255 - 20, or p and above */
	return (middle_zero && y[31] == 0 && y[0] <= 1) ||
	    (middle_ff && y[31] == 0x7f && y[0] >= 0xec);
}

/* RFC 8037 2 */
static EVP_PKEY *
ed25519_from_json(const struct json_node *key)
{
	struct buf x BUF_AUTO = {.limit = ED25519_BYTES};

	if (!string_is(json_get(key, "crv"), "Ed25519") ||
	    !read_member(key, "x", &x) || x.len != ED25519_BYTES ||
	    ed25519_point_is_weak(x.bytes))
		return NULL;
	return EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, x.bytes, x.len);
}

static const struct kind {
	const char *kty;
	EVP_PKEY *(*from_json)(const struct json_node *key);
	unsigned int algs;
} kinds[] = {
    {"RSA", rsa_from_json, JWK_ALG_RS256 | JWK_ALG_PS256},
    {"EC", p256_from_json, JWK_ALG_ES256},
    {"OKP", ed25519_from_json, JWK_ALG_EDDSA},
};

static bool
has_secret_part(const struct json_node *key)
{
	static const char *const names[] = {
	    "d", "p", "q", "dp", "dq", "qi", "oth", "k"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (json_get(key, names[i]) != NULL)
			return true;
	return false;
}

/* RFC 7517 4.2 and 4.3 */
static bool
is_for_signatures(const struct json_node *key)
{
	const struct json_node *use = json_get(key, "use");
	const struct json_node *ops = json_get(key, "key_ops");

	if (use != NULL && !string_is(use, "sig"))
		return false;
	if (ops == NULL)
		return true;
	if (!json_is_array(ops))
		return false;
	JSON_ARRAY_FOREACH (op, ops)
		if (string_is(op, "verify"))
			return true;
	return false;
}

enum jwk_alg
jwk_alg_from_name(const char *name)
{
	static const struct {
		const char *name;
		enum jwk_alg alg;
	} algs[] = {
	    {"RS256", JWK_ALG_RS256},
	    {"ES256", JWK_ALG_ES256},
	    {"EdDSA", JWK_ALG_EDDSA},
	    {"PS256", JWK_ALG_PS256},
	};

	for (size_t i = 0; name != NULL && i < ARRAY_SIZE(algs); i++)
		if (strcmp(name, algs[i].name) == 0)
			return algs[i].alg;
	return JWK_ALG_NONE;
}

static unsigned int
algs_of(const struct json_node *key, const struct kind *kind)
{
	const struct json_node *alg = json_get(key, "alg");

	if (alg == NULL)
		return kind->algs;
	return kind->algs & jwk_alg_from_name(json_string(alg));
}

static const struct kind *
kind_of(const struct json_node *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (string_is(json_get(key, "kty"), kinds[i].kty))
			return &kinds[i];
	return NULL;
}

/*
 * RSA was looked at number by number: OpenSSL would ask besides whether the
 * modulus is prime, which takes it a third of a second with the longest and
 * would hold up everybody.
 */
static bool
pkey_is_sound(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *context CLEANUP(pkey_context_cleanup) =
	    EVP_PKEY_CTX_new(pkey, NULL);

	if (EVP_PKEY_is_a(pkey, "RSA") == 1)
		return true;
	return context != NULL && EVP_PKEY_public_check(context) == 1;
}

static char *
pem_of(EVP_PKEY *pkey)
{
	BIO *bio CLEANUP(bio_cleanup) = BIO_new(BIO_s_mem());
	char *bytes = NULL;

	if (bio == NULL || PEM_write_bio_PUBKEY(bio, pkey) != 1)
		return NULL;
	long len = BIO_get_mem_data(bio, &bytes);
	if (len <= 0 || len > PEM_MAX_BYTES)
		return NULL;
	return strndup(bytes, (size_t)len);
}

/* False: kid is there but cannot be one. */
static bool
read_kid(const struct json_node *key, struct jwk *out)
{
	const struct json_node *node = json_get(key, "kid");
	const char *kid = json_string(node);

	if (node == NULL)
		return true;
	if (kid == NULL || kid[0] == '\0' || strlen(kid) > JWK_KID_MAX)
		return false;
	memcpy(out->kid, kid, strlen(kid) + 1);
	out->has_kid = true;
	return true;
}

/* False: issuer is there but cannot be one, or memory is out. */
static bool
read_issuer(const struct json_node *key, struct jwk *out)
{
	const struct json_node *node = json_get(key, "issuer");
	const char *issuer = json_string(node);

	if (node == NULL)
		return true;
	if (issuer == NULL || strlen(issuer) > ISSUER_MAX_BYTES)
		return false;
	out->issuer = strdup(issuer);
	return out->issuer != NULL;
}

/* Fills out; a key that is refused is left without algorithms. */
static void
read_key(const struct json_node *key, struct jwk *out)
{
	const struct kind *kind = kind_of(key);

	if (!read_kid(key, out) || !read_issuer(key, out) || kind == NULL ||
	    has_secret_part(key) || !is_for_signatures(key) ||
	    algs_of(key, kind) == 0)
		return;
	EVP_PKEY *pkey CLEANUP(pkey_cleanup) = kind->from_json(key);
	if (pkey == NULL || !pkey_is_sound(pkey))
		return;
	out->pem = pem_of(pkey);
	if (out->pem != NULL &&
	    jwksig_new(pkey, algs_of(key, kind), &out->sig) == 0)
		out->algs = algs_of(key, kind);
}

/* One kid that names two keys names none: which one is meant would depend on
 * the reader. */
static void
refuse_twins(struct jwk_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		for (size_t j = i + 1; j < set->count; j++)
			if (set->keys[i].has_kid && set->keys[j].has_kid &&
			    strcmp(set->keys[i].kid, set->keys[j].kid) == 0) {
				set->keys[i].algs = 0;
				set->keys[j].algs = 0;
			}
}

int
jwk_set_parse(const void *bytes, size_t len, struct jwk_set **ret_set)
{
	struct json *json JSON_AUTO = NULL;

	int r = json_parse(bytes, len, JWK_SET_MAX_BYTES, &json);
	if (r < 0)
		return r;
	const struct json_node *keys = json_get(json_root(json), "keys");
	if (!json_is_array(keys))
		return ERR_JSON_TYPE;
	if (json_count(keys) > JWK_SET_MAX_KEYS)
		return ERR_TOO_LARGE;
	struct jwk_set *set JWK_SET_AUTO = calloc(1, sizeof(*set));
	if (set == NULL)
		return ERR_NO_MEMORY;
	JSON_ARRAY_FOREACH (key, keys)
		read_key(key, &set->keys[set->count++]);
	/* What OpenSSL said of refused keys must not reach its next user. */
	ERR_clear_error();
	refuse_twins(set);
	if (jwk_set_count(set) == 0)
		return ERR_TOKEN_KEY_UNFIT;
	*ret_set = TAKE(set);
	return 0;
}

void
jwk_set_free(struct jwk_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->count; i++) {
		jwksig_free(set->keys[i].sig);
		free(set->keys[i].pem);
		free(set->keys[i].issuer);
	}
	free(set);
}

size_t
jwk_set_count(const struct jwk_set *set)
{
	size_t usable = 0;

	for (size_t i = 0; i < set->count; i++)
		usable += set->keys[i].algs != 0;
	return usable;
}

static int
find_only_fitting(
    const struct jwk_set *set, enum jwk_alg alg, const struct jwk **ret_key)
{
	const struct jwk *found = NULL;

	for (size_t i = 0; i < set->count; i++) {
		if ((set->keys[i].algs & alg) == 0)
			continue;
		if (found != NULL)
			return ERR_TOKEN_KEY_UNKNOWN;
		found = &set->keys[i];
	}
	if (found == NULL)
		return ERR_TOKEN_KEY_UNKNOWN;
	*ret_key = found;
	return 0;
}

int
jwk_set_find(const struct jwk_set *set, const char *kid, enum jwk_alg alg,
    const struct jwk **ret_key)
{
	if (kid == NULL)
		return find_only_fitting(set, alg, ret_key);
	for (size_t i = 0; i < set->count; i++) {
		const struct jwk *key = &set->keys[i];
		if (!key->has_kid || strcmp(key->kid, kid) != 0)
			continue;
		if ((key->algs & alg) == 0)
			return ERR_TOKEN_KEY_UNFIT;
		*ret_key = key;
		return 0;
	}
	return ERR_TOKEN_KEY_UNKNOWN;
}

const char *
jwk_issuer(const struct jwk *key)
{
	return key->issuer;
}

const char *
jwk_pem(const struct jwk *key)
{
	return key->pem;
}

int
jwk_verify(const struct jwk *key, enum jwk_alg alg, const void *input,
    size_t len, const struct buf *signature)
{
	if ((key->algs & alg) == 0)
		return ERR_TOKEN_KEY_UNFIT;
	return jwksig_verify(key->sig, alg, input, len, signature);
}
