/*
 * idprevoke.c - refresh tokens on their way out.
 *
 * A token is tried until the provider answers anything but "later", and a few
 * times at most: who is signed out here must not wait for it, and nobody has
 * the token any more.  Must not know whose it was.
 */
#include "services/idprevoke.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "common/secret.h"
#include "rules/backoff.h"
#include "services/idpform.h"
#include "services/idpsend.h"

#define WAIT_MOST_MS ((int64_t)60000)

struct ending {
	struct ending *next;
	struct idprevoke *revoke;
	char *token;
	struct loop_timer *timer;
	uint64_t transfer; /* 0: none */
	unsigned int tries;
};

struct idprevoke {
	struct idprevoke_options options;
	struct ending *endings;
	size_t count;
};

static void
ending_free(struct ending *e)
{
	if (e == NULL)
		return;
	http_cancel(e->revoke->options.http, e->transfer);
	loop_timer_free(e->timer);
	secret_free_string(e->token);
	free(e);
}

static void
tell_kept(const struct idprevoke *revoke, int reason)
{
	log_warning("a token is forgotten here, not revoked at the provider",
	    LOG_TEXT("provider", revoke->options.self->name),
	    LOG_TEXT("reason", err_name(reason)));
}

/* The last of this token. */
static void
end(struct ending *e, int reason)
{
	struct idprevoke *revoke = e->revoke;
	struct ending **link = &revoke->endings;

	while (*link != e)
		link = &(*link)->next;
	*link = e->next;
	revoke->count--;
	if (reason == 0)
		log_notice("a token was revoked at the provider",
		    LOG_TEXT("provider", revoke->options.self->name));
	else if (reason != ERR_UNSUPPORTED)
		tell_kept(revoke, reason);
	ending_free(e);
}

static void
try_later(struct ending *e, int reason)
{
	if (e->tries >= IDPREVOKE_TRIES)
		end(e, reason);
	else
		loop_timer_start(
		    e->timer, backoff_ms(e->tries, WAIT_MOST_MS, -1));
}

/* RFC 7009 2.2: also a token that had ended already is answered 200. */
static void
on_answer(void *arg, const struct http_response *response)
{
	struct ending *e = arg;
	int r = idpfind_transport(response);

	e->transfer = 0;
	if (r != 0)
		try_later(e, r);
	else if (response->status == 200)
		end(e, ERR_OK);
	else if (response->status >= 500 || response->status == 429)
		try_later(e, ERR_PROVIDER_ERROR);
	else
		end(e, ERR_PROVIDER_REFUSED);
}

static int
send_token(struct ending *e)
{
	const struct idprevoke_options *o = &e->revoke->options;
	struct buf body BUF_AUTO = {0};
	const struct idpsend_form form = {
	    .self = o->self,
	    .doc = idpfind_doc(o->find),
	    .endpoint = PROVIDER_REVOKE,
	    .body = &body,
	};

	if (form.doc == NULL) {
		int r = idpfind_fetch(o->find);

		return r == 0 ? ERR_PROVIDER_UNREACHABLE : r;
	}
	buf_init(&body, IDPSEND_BODY_MAX_BYTES);
	idpform_put(&body, "token", e->token);
	idpform_put(&body, "token_type_hint", "refresh_token");
	return idpsend_post(o->http, &form, on_answer, e, &e->transfer);
}

static void
on_turn(void *arg)
{
	struct ending *e = arg;
	int r = ERR_OK;

	e->tries++;
	r = send_token(e);
	if (r == ERR_PROVIDER_UNREACHABLE)
		try_later(e, r);
	else if (r != 0)
		end(e, r);
}

static int
add(struct idprevoke *revoke, const char *refresh_token)
{
	struct ending *e = NULL;

	if (revoke->count >= IDPREVOKE_MAX)
		return ERR_TOO_LARGE;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return ERR_NO_MEMORY;
	e->revoke = revoke;
	e->token = secret_dup(refresh_token, strlen(refresh_token));
	if (e->token == NULL ||
	    loop_timer_new(revoke->options.loop, on_turn, e, &e->timer) != 0) {
		ending_free(e);
		return ERR_NO_MEMORY;
	}
	e->next = revoke->endings;
	revoke->endings = e;
	revoke->count++;
	loop_timer_start(e->timer, 0);
	return ERR_OK;
}

void
idprevoke_give(struct idprevoke *revoke, const char *refresh_token)
{
	int r = add(revoke, refresh_token);

	if (r != 0)
		tell_kept(revoke, r);
}

int
idprevoke_new(
    const struct idprevoke_options *options, struct idprevoke **ret_revoke)
{
	struct idprevoke *revoke = calloc(1, sizeof(*revoke));

	if (revoke == NULL)
		return ERR_NO_MEMORY;
	revoke->options = *options;
	*ret_revoke = revoke;
	return ERR_OK;
}

void
idprevoke_free(struct idprevoke *revoke)
{
	if (revoke == NULL)
		return;
	while (revoke->endings != NULL) {
		struct ending *e = revoke->endings;

		revoke->endings = e->next;
		ending_free(e);
	}
	free(revoke);
}
