/*
 * jwk.h - a JSON Web Key Set (RFC 7517) as checked public keys.
 *
 * Refused key by key, the others stay: private or symmetric members present
 * (d, p, q, k and the like), RSA below 2048 or above 8192 bits or with an even
 * or small exponent, points off the curve or of small order, an alg that is
 * not one of ours or not of this kty, unknown kty or crv, use other than "sig",
 * key_ops without "verify", kid longer than 256 bytes, an issuer that is no
 * text of at most 1024.  Two keys of one kid
 * make both unusable.  At most 64 keys, 256 KiB.  Pure.
 */
#pragma once

#include <stddef.h>

#include "common/attrs.h"
#include "common/buf.h"

#define JWK_SET_MAX_BYTES ((size_t)256 * 1024)
#define JWK_SET_MAX_KEYS 64
#define JWK_KID_MAX 256

/* The algorithms that are ever accepted (RFC 7518 3.1, RFC 8037 3.1). */
enum jwk_alg {
	JWK_ALG_NONE = 0,
	JWK_ALG_RS256 = 1 << 0,
	JWK_ALG_ES256 = 1 << 1,
	JWK_ALG_EDDSA = 1 << 2,
	JWK_ALG_PS256 = 1 << 3,
};
#define JWK_ALG_ALL \
	(JWK_ALG_RS256 | JWK_ALG_ES256 | JWK_ALG_EDDSA | JWK_ALG_PS256)

/* "RS256" and the like, compared byte for byte; JWK_ALG_NONE for all others
 * and for NULL. */
enum jwk_alg jwk_alg_from_name(const char *name);

struct jwk_set;
struct jwk; /* borrowed from its set */

/* ERR_TOKEN_KEY_UNFIT when no usable key is left, TOO_LARGE, NO_MEMORY, else
 * JSON faults. */
MUST_CHECK int jwk_set_parse(
    const void *bytes, size_t len, struct jwk_set **ret_set);
void jwk_set_free(struct jwk_set *set);
DEFINE_CLEANUP(struct jwk_set, jwk_set, jwk_set_free)
#define JWK_SET_AUTO CLEANUP(jwk_set_cleanup)
size_t jwk_set_count(const struct jwk_set *set);

/*
 * The one key of this kid that fits the algorithm.  kid NULL: only when the
 * set holds exactly one key that fits.  ERR_TOKEN_KEY_UNKNOWN: no such key;
 * ERR_TOKEN_KEY_UNFIT: it exists but does not fit alg.
 */
MUST_CHECK int jwk_set_find(const struct jwk_set *set, const char *kid,
    enum jwk_alg alg, const struct jwk **ret_key);
/* For whom it signs, by its own word (Entra's issuer member); NULL: it does not
 * say. Borrowed. */
const char *jwk_issuer(const struct jwk *key);
/* The public key as PEM, for libjwt. Borrowed. */
const char *jwk_pem(const struct jwk *key);
/*
 * Checks a signature over len bytes with an algorithm that the key fits.
 * ECDSA signatures are r||s (RFC 7518 3.4); the salt of PS256 is as long as
 * its digest (3.5).  A set is for one thread: its keys keep what OpenSSL
 * prepared.  0, ERR_TOKEN_SIGNATURE, ERR_TOKEN_KEY_UNFIT, NO_MEMORY.
 */
MUST_CHECK int jwk_verify(const struct jwk *key, enum jwk_alg alg,
    const void *input, size_t len, const struct buf *signature);
