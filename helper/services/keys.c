/*
 * keys.c - one issuer's keys: fetch and cache the set, or keep the secret, and
 * verify with it.
 *
 * Verifications wait in a list and are looked at from the loop only.  At most
 * one fetch is under way, whatever waits; when it ends, all that waits is
 * looked at again.  A verification asks for a fetch of its own at most once, so
 * the list always drains.
 */
#include "services/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/jwk.h"
#include "common/err.h"
#include "common/secret.h"

/* After a failed fetch an old set serves this long before the next try. */
#define RETRY_MS ((int64_t)30 * 1000)

struct pending {
	struct pending *next;
	uint64_t id;
	char *text;
	struct token_policy policy;
	keys_fn *fn;
	void *arg;
	bool refetched;
};

struct keys {
	struct http *http;
	const struct clock *clock;
	struct keys_reasons reasons;
	struct loop_timer *turn;
	char *secret; /* NULL: keys come from the URL */
	char *previous_secret;
	char *url;
	struct jwk_set *set;
	struct boot_time fetched;
	struct boot_time retry;     /* no fetch of an old set before this */
	struct boot_time kid_fetch; /* no fetch for an unknown kid before */
	uint64_t transfer;          /* 0: none under way */
	struct pending *pending;
	uint64_t last_id;
};

static void
pending_free(struct pending *p)
{
	if (p == NULL)
		return;
	secret_free_string(p->text);
	free(p);
}

static void
drop_set(struct keys *keys)
{
	jwk_set_free(TAKE(keys->set));
	keys->fetched = keys->retry = (struct boot_time){0};
}

void
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	http_cancel(keys->http, keys->transfer);
	while (keys->pending != NULL) {
		struct pending *p = keys->pending;

		keys->pending = p->next;
		pending_free(p);
	}
	loop_timer_free(keys->turn);
	drop_set(keys);
	secret_free_string(keys->secret);
	secret_free_string(keys->previous_secret);
	free(keys->url);
	free(keys);
}

static void
finish(struct keys *keys, struct pending **link, int reason,
    const struct token *token)
{
	struct pending *p = *link;

	*link = p->next;
	loop_timer_start(keys->turn, 0);
	p->fn(p->arg, reason, token);
	pending_free(p);
}

static int
fetch_reason(const struct keys *keys, const struct http_response *response)
{
	switch (response->outcome) {
	case HTTP_UNREACHABLE:
		return keys->reasons.unreachable;
	case HTTP_TLS_REFUSED:
		return keys->reasons.tls;
	case HTTP_BAD_ANSWER:
		return keys->reasons.malformed;
	case HTTP_ANSWERED:
		return response->status == 200 ? ERR_OK
					       : keys->reasons.unreachable;
	}
	return ERR_INTERNAL;
}

static void
fail_all(struct keys *keys, int reason)
{
	/* A callback may add one; it goes to the end and fails alike. */
	while (keys->pending != NULL)
		finish(keys, &keys->pending, reason, NULL);
}

static void
on_fetched(void *arg, const struct http_response *response)
{
	struct keys *keys = arg;
	struct jwk_set *set JWK_SET_AUTO = NULL;
	struct boot_time now = clock_boot(keys->clock);
	int r = fetch_reason(keys, response);

	keys->transfer = 0;
	if (r == 0 &&
	    jwk_set_parse(response->body, response->body_len, &set) != 0)
		r = keys->reasons.malformed;
	if (r == 0) {
		drop_set(keys);
		keys->set = TAKE(set);
		keys->fetched = now;
	} else {
		keys->retry.ms = now.ms + RETRY_MS;
		if (keys->set != NULL &&
		    now.ms - keys->fetched.ms > KEYS_MAX_AGE_MS)
			drop_set(keys);
		if (keys->set == NULL) {
			fail_all(keys, r);
			return;
		}
	}
	loop_timer_start(keys->turn, 0);
}

static int
fetch(struct keys *keys)
{
	const struct http_request request = {
	    .method = "GET",
	    .url = keys->url,
	    .headers = {"accept: application/json"},
	    .header_count = 1,
	    .body_limit_bytes = JWK_SET_MAX_BYTES,
	};

	if (keys->transfer != 0)
		return ERR_OK;
	return http_start(
	    keys->http, &request, on_fetched, keys, &keys->transfer);
}

static bool
is_old(const struct keys *keys, struct boot_time now)
{
	return keys->set == NULL ||
	    (now.ms - keys->fetched.ms > KEYS_FRESH_MS &&
		now.ms >= keys->retry.ms);
}

/* Whether a fetch now could bring the kid that this token names. */
static bool
may_refetch(const struct keys *keys, const struct pending *p)
{
	return !p->refetched &&
	    clock_boot(keys->clock).ms >= keys->kid_fetch.ms;
}

/* There is nothing to wait for. */
static void
finish_by_secret(struct keys *keys)
{
	const struct jws_secret secret = {
	    .current = keys->secret, .previous = keys->previous_secret};
	const struct pending *p = keys->pending;
	struct token token TOKEN_AUTO = {0};

	int r = token_verify_secret(
	    p->text, &secret, &p->policy, clock_wall(keys->clock), &token);
	finish(keys, &keys->pending, r, r == 0 ? &token : NULL);
}

static void
look_at_first(struct keys *keys)
{
	struct pending *p = keys->pending;
	struct token token TOKEN_AUTO = {0};
	int r = ERR_OK;

	if (keys->secret != NULL) {
		finish_by_secret(keys);
		return;
	}
	if (is_old(keys, clock_boot(keys->clock))) {
		r = fetch(keys);
		if (r != 0)
			finish(keys, &keys->pending, r, NULL);
		return;
	}
	r = token_verify(
	    p->text, keys->set, &p->policy, clock_wall(keys->clock), &token);
	if (r == ERR_TOKEN_KEY_UNKNOWN && may_refetch(keys, p)) {
		p->refetched = true;
		keys->kid_fetch.ms =
		    clock_boot(keys->clock).ms + KEYS_REFETCH_FLOOR_MS;
		if (fetch(keys) == 0)
			return;
	}
	finish(keys, &keys->pending, r, r == 0 ? &token : NULL);
}

static void
on_turn(void *arg)
{
	struct keys *keys = arg;

	if (keys->pending != NULL && keys->transfer == 0)
		look_at_first(keys);
}

int
keys_new(struct loop *loop, struct http *http, const struct clock *clock,
    const struct keys_reasons *reasons, struct keys **ret_keys)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	int r = ERR_OK;

	if (keys == NULL)
		return ERR_NO_MEMORY;
	keys->http = http;
	keys->clock = clock;
	keys->reasons = *reasons;
	r = loop_timer_new(loop, on_turn, keys, &keys->turn);
	if (r != 0) {
		keys_free(keys);
		return r;
	}
	*ret_keys = keys;
	return ERR_OK;
}

int
keys_set_url(struct keys *keys, const char *url)
{
	char *copy = NULL;

	if (keys->secret != NULL)
		return ERR_INVALID_ARGUMENT;
	if (keys->url != NULL && strcmp(keys->url, url) == 0)
		return ERR_OK;
	copy = strdup(url);
	if (copy == NULL)
		return ERR_NO_MEMORY;
	http_cancel(keys->http, keys->transfer);
	keys->transfer = 0;
	drop_set(keys);
	keys->kid_fetch = (struct boot_time){0};
	free(keys->url);
	keys->url = copy;
	loop_timer_start(keys->turn, 0);
	return ERR_OK;
}

static int
copy_secret(const char *secret, char **ret_copy)
{
	size_t len = strlen(secret);

	if (len < JWS_SECRET_MIN_BYTES)
		return ERR_INVALID_ARGUMENT;
	*ret_copy = secret_dup(secret, len);
	return *ret_copy == NULL ? ERR_NO_MEMORY : ERR_OK;
}

int
keys_set_secret(struct keys *keys, const char *current, const char *previous)
{
	int r = ERR_OK;

	if (keys->url != NULL || keys->secret != NULL)
		return ERR_INVALID_ARGUMENT;
	if (previous != NULL)
		r = copy_secret(previous, &keys->previous_secret);
	return r == 0 ? copy_secret(current, &keys->secret) : r;
}

void
keys_warm(struct keys *keys)
{
	if (keys->url != NULL && is_old(keys, clock_boot(keys->clock)))
		(void)fetch(keys);
}

int
keys_verify(struct keys *keys, const char *text,
    const struct token_policy *policy, keys_fn *fn, void *arg, uint64_t *ret_id)
{
	struct pending **end = &keys->pending;
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return ERR_NO_MEMORY;
	p->text = secret_dup(text, strnlen(text, JWS_MAX_BYTES + 1));
	if (p->text == NULL || (keys->url == NULL && keys->secret == NULL)) {
		int r = p->text == NULL ? ERR_NO_MEMORY : ERR_INVALID_ARGUMENT;

		pending_free(p);
		return r;
	}
	p->policy = *policy;
	p->fn = fn;
	p->arg = arg;
	p->id = ++keys->last_id;
	while (*end != NULL)
		end = &(*end)->next;
	*end = p;
	loop_timer_start(keys->turn, 0);
	*ret_id = p->id;
	return ERR_OK;
}

void
keys_cancel(struct keys *keys, uint64_t id)
{
	for (struct pending **link = &keys->pending; *link != NULL;
	     link = &(*link)->next) {
		struct pending *p = *link;

		if (p->id == id) {
			*link = p->next;
			pending_free(p);
			return;
		}
	}
}
