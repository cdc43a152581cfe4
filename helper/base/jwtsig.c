/*
 * jwtsig.c - a second opinion on a signature, by libjwt.
 *
 * libjwt takes the algorithm from the token, accepts a NULL key as "unsigned"
 * and puts tokens on the stack, so it is called only after all three were
 * checked, and what it says is checked again.  Its two generations (1.10 to
 * 2.x, and 3.4 on) share no function; each half below is compiled only where
 * that library is.
 */
#include "base/jwtsig.h"

#include <errno.h>
#include <string.h>

#include <jwt.h>

#include "base/jws.h"
#include "common/err.h"

/* What every libjwt can check; it has never heard of the others in 1.10. */
static jwt_alg_t
libjwt_alg(enum jwk_alg alg)
{
	if (alg == JWK_ALG_RS256)
		return JWT_ALG_RS256;
	return alg == JWK_ALG_ES256 ? JWT_ALG_ES256 : JWT_ALG_NONE;
}

bool
jwtsig_knows(enum jwk_alg alg)
{
	return libjwt_alg(alg) != JWT_ALG_NONE;
}

#ifdef HAVE_JWKS_CREATE_FROMKEY

DEFINE_CLEANUP(jwk_set_t, jwks, jwks_free)
DEFINE_CLEANUP(jwt_checker_t, checker, jwt_checker_free)

static int
verify(const char *token, jwt_alg_t alg, const char *text)
{
	jwk_set_t *keys CLEANUP(jwks_cleanup) =
	    jwks_create_fromkey(text, strlen(text),
		alg == JWT_ALG_HS256 ? JWK_KEY_TRY_HMAC : JWK_KEY_NONE);
	jwt_checker_t *checker CLEANUP(checker_cleanup) = jwt_checker_new();

	if (keys == NULL || checker == NULL)
		return ERR_NO_MEMORY;
	const jwk_item_t *key = jwks_item_get(keys, 0);
	/* Claims are rules/claims's business, with another clock. */
	if (jwks_error_any(keys) != 0 || key == NULL ||
	    jwt_checker_setkey(checker, alg, key) != 0 ||
	    jwt_checker_time_leeway(checker, JWT_CLAIM_EXP, -1) != 0 ||
	    jwt_checker_time_leeway(checker, JWT_CLAIM_NBF, -1) != 0 ||
	    jwt_checker_verify(checker, token) != 0)
		return ERR_TOKEN_SIGNATURE;
	return 0;
}

#else

DEFINE_CLEANUP(jwt_t, jwt, jwt_free)

static int
verify(const char *token, jwt_alg_t alg, const char *text)
{
	jwt_t *jwt CLEANUP(jwt_cleanup) = NULL;

	int r = jwt_decode(
	    &jwt, token, (const unsigned char *)text, (int)strlen(text));
	if (r == ENOMEM)
		return ERR_NO_MEMORY;
	if (r != 0 || jwt == NULL || jwt_get_alg(jwt) != alg)
		return ERR_TOKEN_SIGNATURE;
	return 0;
}

#endif

static bool
is_fit(const char *token, const char *text)
{
	return token != NULL && strlen(token) <= JWS_MAX_BYTES &&
	    text != NULL && text[0] != '\0';
}

int
jwtsig_verify(const char *token, enum jwk_alg alg, const char *pem)
{
	if (!is_fit(token, pem) || !jwtsig_knows(alg))
		return ERR_TOKEN_SIGNATURE;
	return verify(token, libjwt_alg(alg), pem);
}

int
jwtsig_verify_secret(const char *token, const char *secret)
{
	if (!is_fit(token, secret))
		return ERR_TOKEN_SIGNATURE;
	return verify(token, JWT_ALG_HS256, secret);
}
