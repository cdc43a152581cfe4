/*
 * idppaste.c - one attempt of the paste grant.
 *
 * Promises that a code is used only with the attempt whose state it came back
 * with, and once.  Sends nothing.
 */
#include "services/idppaste.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "common/err.h"
#include "common/secret.h"
#include "rules/paste.h"
#include "services/idpform.h"

#define RANDOM_BYTES 32 /* RFC 7636 4.1 */
#define TEXT_MAX 64

void
idp_attempt_free(struct idp_attempt *attempt)
{
	if (attempt == NULL)
		return;
	secret_free_string(attempt->state);
	secret_free_string(attempt->verifier);
	secret_free_string(attempt->nonce);
	free(attempt);
}

static int
make_random(char **ret_text)
{
	uint8_t random[RANDOM_BYTES];
	struct buf text BUF_AUTO = {0};
	int r = crypto_random(random, sizeof(random));

	if (r != 0)
		return r;
	buf_init(&text, TEXT_MAX);
	crypto_base64url_encode(random, sizeof(random), &text);
	secret_wipe(random, sizeof(random));
	if (buf_text(&text) == NULL)
		return ERR_NO_MEMORY;
	*ret_text = secret_dup(buf_text(&text), text.len);
	return *ret_text == NULL ? ERR_NO_MEMORY : ERR_OK;
}

int
idppaste_new(struct wall_time now, struct idp_attempt **ret_attempt)
{
	struct idp_attempt *attempt IDP_ATTEMPT_AUTO =
	    calloc(1, sizeof(*attempt));
	int r = attempt == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (r == 0)
		r = make_random(&attempt->state);
	if (r == 0)
		r = make_random(&attempt->verifier);
	if (r == 0)
		r = make_random(&attempt->nonce);
	if (r != 0)
		return r;
	attempt->started = now;
	*ret_attempt = TAKE(attempt);
	return ERR_OK;
}

/* RFC 7636 4.2 */
static void
put_challenge(struct buf *query, const char *verifier)
{
	uint8_t digest[CRYPTO_SHA256_BYTES];
	struct buf text BUF_AUTO = {0};

	buf_init(&text, TEXT_MAX);
	if (crypto_sha256(verifier, strlen(verifier), digest) == 0)
		crypto_base64url_encode(digest, sizeof(digest), &text);
	if (buf_text(&text) == NULL || text.len == 0) {
		query->fault = ERR_INTERNAL;
		return;
	}
	idpform_put(query, "code_challenge", buf_text(&text));
	idpform_put(query, "code_challenge_method", "S256");
}

void
idppaste_put_url(const struct idp_attempt *attempt, const struct idpself *self,
    const struct idpdoc *doc, struct buf *url)
{
	const char *endpoint = idpdoc_begin_endpoint(doc);
	struct buf query BUF_AUTO = {0};

	buf_init(&query, 4096);
	idpform_put(&query, "response_type", "code");
	idpform_put(&query, "client_id", self->client_id);
	idpform_put(&query, "redirect_uri", self->redirect_uri);
	idpform_put(&query, "scope", idpself_scope(self, doc));
	idpform_put(&query, "state", attempt->state);
	idpform_put(&query, "nonce", attempt->nonce);
	put_challenge(&query, attempt->verifier);
	if (buf_text(&query) == NULL) {
		url->fault = ERR_TOO_LARGE;
		return;
	}
	/* RFC 6749 3.1: an endpoint may have a query of its own. */
	buf_put_format(url, "%s%c%s", endpoint,
	    strchr(endpoint, '?') == NULL ? '?' : '&', buf_text(&query));
}

/* Cuts what stands behind the last dot off; false: there is no dot. */
static bool
cut_last(const char *text, size_t *len, const char **ret_part, size_t *ret_len)
{
	for (size_t i = *len; i > 0; i--) {
		if (text[i - 1] != '.')
			continue;
		*ret_part = text + i;
		*ret_len = *len - i;
		*len = i - 1;
		return true;
	}
	return false;
}

static bool
is_state(const struct idp_attempt *attempt, const char *part, size_t len)
{
	return strlen(attempt->state) == len &&
	    secret_equal(attempt->state, part, len);
}

/* RFC 9207 2.4 */
static bool
issuer_fits(const struct idpself *self, const char *part, size_t len)
{
	struct buf issuer BUF_AUTO = {0};

	buf_init(&issuer, PROVIDER_ISSUER_SIZE);
	return crypto_base64url_decode(part, len, &issuer) == 0 &&
	    buf_text(&issuer) != NULL &&
	    strlen(buf_text(&issuer)) == issuer.len &&
	    strcmp(buf_text(&issuer), self->rules.issuer) == 0;
}

static bool
is_code(const char *code, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (code[i] < 0x21 || code[i] > 0x7e)
			return false;
	}
	return len > 0 && len <= PASTE_MAX_BYTES;
}

int
idppaste_read(const struct idp_attempt *attempt, const struct idpself *self,
    const struct idpdoc *doc, const char *typed, struct buf *code)
{
	static const char blanks[] = " \t\r\n";
	const char *text = typed + strspn(typed, blanks);
	const char *part = NULL;
	size_t len = strlen(text);
	size_t part_len = 0;
	bool told = false;

	while (len > 0 && strchr(blanks, text[len - 1]) != NULL)
		len--;
	if (attempt->used || !cut_last(text, &len, &part, &part_len))
		return ERR_PASTE_WRONG;
	if (!is_state(attempt, part, part_len)) {
		told = issuer_fits(self, part, part_len);
		if (!told || !cut_last(text, &len, &part, &part_len) ||
		    !is_state(attempt, part, part_len))
			return ERR_PASTE_WRONG;
	}
	if (!is_code(text, len) || (idpdoc_tells_issuer(doc) && !told))
		return ERR_PASTE_WRONG;
	buf_put(code, text, len);
	return buf_fault(code);
}
