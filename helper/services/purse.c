/*
 * purse.c - one member's tokens in memory, and as bytes to be sealed.
 *
 * Promises that what was formatted is parsed again to the same, that nothing
 * else is, and that no copy of a token outlives its purse.  Must not know how
 * tokens are come by.
 */
#include "services/purse.h"

#include <string.h>

#include "common/err.h"
#include "common/secret.h"

#define FORM 1

static void
token_done(struct purse_token *token)
{
	secret_free_string(token->organization);
	secret_free_string(token->jwt);
	secret_free_string(token->headers);
	*token = (struct purse_token){0};
}
#define TOKEN_AUTO CLEANUP(token_done)

void
purse_done(struct purse *purse)
{
	secret_free_string(purse->refresh_token);
	secret_free_string(purse->session_token);
	secret_free_string(purse->active);
	secret_free_string(purse->base);
	for (size_t i = 0; i < purse->count; i++)
		token_done(&purse->tokens[i]);
	*purse = (struct purse){0};
}

int
purse_set(char **text, const char *value)
{
	char *copy = value == NULL ? NULL : secret_dup(value, strlen(value));

	if (value != NULL && copy == NULL)
		return ERR_NO_MEMORY;
	secret_free_string(*text);
	*text = copy;
	return ERR_OK;
}

/* Where the organisation's token is to stand. */
static struct purse_token *
place_for(struct purse *purse, const char *organization)
{
	struct purse_token *place = NULL;

	for (size_t i = 0; i < purse->count; i++)
		if (strcmp(purse->tokens[i].organization, organization) == 0)
			return &purse->tokens[i];
	if (purse->count < PURSE_TOKENS_MAX)
		return &purse->tokens[purse->count++];
	place = &purse->tokens[0];
	for (size_t i = 1; i < purse->count; i++)
		if (purse->tokens[i].expires_s < place->expires_s)
			place = &purse->tokens[i];
	return place;
}

int
purse_put(struct purse *purse, const char *organization, const char *jwt,
    const char *headers, int64_t expires_s)
{
	struct purse_token token TOKEN_AUTO = {.expires_s = expires_s};
	struct purse_token *place = NULL;
	int r = ERR_OK;

	if (strlen(headers) > PURSE_HEADERS_MAX_BYTES)
		return ERR_TOO_LARGE;
	r = purse_set(&token.organization, organization);
	if (r == 0)
		r = purse_set(&token.jwt, jwt);
	if (r == 0)
		r = purse_set(&token.headers, headers);
	if (r != 0)
		return r;
	place = place_for(purse, organization);
	token_done(place);
	*place = token;
	token = (struct purse_token){0};
	return ERR_OK;
}

void
purse_drop(struct purse *purse, const char *organization)
{
	for (size_t i = 0; i < purse->count; i++) {
		struct purse_token *token = &purse->tokens[i];

		if (strcmp(token->organization, organization) == 0) {
			token_done(token);
			*token = purse->tokens[--purse->count];
			purse->tokens[purse->count] = (struct purse_token){0};
			return;
		}
	}
}

const struct purse_token *
purse_find(const struct purse *purse, const char *organization)
{
	for (size_t i = 0; i < purse->count; i++)
		if (strcmp(purse->tokens[i].organization, organization) == 0)
			return &purse->tokens[i];
	return NULL;
}

/* "" stands for none: no text of it is empty. */
static void
put_text(struct buf *out, const char *text)
{
	buf_put_string(out, text == NULL ? "" : text);
}

int
purse_format(const struct purse *purse, struct buf *out)
{
	buf_put_u8(out, FORM);
	put_text(out, purse->refresh_token);
	put_text(out, purse->session_token);
	put_text(out, purse->active);
	put_text(out, purse->base);
	buf_put_u8(out, (uint8_t)purse->count);
	for (size_t i = 0; i < purse->count; i++) {
		const struct purse_token *token = &purse->tokens[i];

		put_text(out, token->organization);
		put_text(out, token->jwt);
		put_text(out, token->headers);
		buf_put_u64(out, (uint64_t)token->expires_s);
	}
	return buf_fault(out);
}

static int
take_text(struct cursor *in, char **ret_text)
{
	uint32_t len = cursor_u32(in);
	const uint8_t *bytes = cursor_take(in, len);
	char *text = NULL;

	if (bytes == NULL || memchr(bytes, '\0', len) != NULL)
		return ERR_MALFORMED;
	if (len > 0) {
		text = secret_dup((const char *)bytes, len);
		if (text == NULL)
			return ERR_NO_MEMORY;
	}
	*ret_text = text;
	return ERR_OK;
}

static int
take_token(struct cursor *in, struct purse_token *token)
{
	int r = take_text(in, &token->organization);

	if (r == 0)
		r = take_text(in, &token->jwt);
	if (r == 0)
		r = take_text(in, &token->headers);
	token->expires_s = (int64_t)cursor_u64(in);
	if (r == 0 &&
	    (token->organization == NULL || token->jwt == NULL ||
		token->headers == NULL))
		r = ERR_MALFORMED;
	return r;
}

static int
take_purse(struct cursor *in, struct purse *purse)
{
	int r = cursor_u8(in) == FORM ? ERR_OK : ERR_MALFORMED;
	uint8_t count = 0;

	if (r == 0)
		r = take_text(in, &purse->refresh_token);
	if (r == 0)
		r = take_text(in, &purse->session_token);
	if (r == 0)
		r = take_text(in, &purse->active);
	if (r == 0)
		r = take_text(in, &purse->base);
	if (r == 0)
		count = cursor_u8(in);
	if (r == 0 &&
	    (count > PURSE_TOKENS_MAX || purse->active == NULL ||
		purse->base == NULL))
		r = ERR_MALFORMED;
	while (r == 0 && purse->count < count)
		r = take_token(in, &purse->tokens[purse->count++]);
	return r == 0 ? cursor_end(in) : r;
}

int
purse_parse(const void *bytes, size_t len, struct purse *ret_purse)
{
	struct purse purse PURSE_AUTO = {0};
	struct cursor in;
	int r = ERR_OK;

	cursor_init(&in, bytes, len);
	r = take_purse(&in, &purse);
	if (r != 0)
		return r;
	*ret_purse = purse;
	purse = (struct purse){0};
	return ERR_OK;
}
