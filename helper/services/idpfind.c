/*
 * idpfind.c - a provider's discovery document, fetched and kept.
 *
 * Owns where the document is and how long it is good; what is believed of it is
 * idpdoc's.
 */
#include "services/idpfind.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "common/buf.h"
#include "common/err.h"
#include "services/idpform.h"

#define FRESH_MS ((int64_t)3600 * 1000)

struct idpfind {
	struct idpfind_options options;
	struct idpdoc *doc; /* NULL until one was read */
	struct boot_time read;
	uint64_t transfer; /* 0: none */
};

int
idpfind_transport(const struct http_response *response)
{
	switch (response->outcome) {
	case HTTP_UNREACHABLE:
		return ERR_PROVIDER_UNREACHABLE;
	case HTTP_TLS_REFUSED:
		return ERR_PROVIDER_TLS;
	case HTTP_BAD_ANSWER:
		return ERR_PROVIDER_MALFORMED;
	case HTTP_ANSWERED:
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

static int
read_answer(struct idpfind *find, const struct http_response *response)
{
	const struct idpfind_options *o = &find->options;
	struct json *json JSON_AUTO = NULL;
	struct idpdoc *doc IDPDOC_AUTO = NULL;
	int r = idpfind_transport(response);

	if (r != 0)
		return r;
	if (response->status != 200)
		return response->status >= 500 ? ERR_PROVIDER_ERROR
					       : ERR_PROVIDER_REFUSED;
	if (json_parse(response->body, response->body_len,
		IDPFIND_ANSWER_MAX_BYTES, &json) != 0)
		return ERR_PROVIDER_MALFORMED;
	r = idpdoc_read(json_root(json), &o->self->rules,
	    o->self->redirect_uri != NULL, &doc);
	if (r != 0)
		return r;
	r = keys_set_url(o->keys, idpdoc_jwks_uri(doc));
	if (r != 0)
		return r;
	idpdoc_free(find->doc);
	find->doc = TAKE(doc);
	find->read = clock_boot(o->clock);
	keys_warm(o->keys);
	return ERR_OK;
}

static void
on_answer(void *arg, const struct http_response *response)
{
	struct idpfind *find = arg;

	find->transfer = 0;
	find->options.fn(find->options.arg, read_answer(find, response));
}

/*
 * OpenID Connect Discovery 4.1: a slash at the issuer's end goes.  Entra tells
 * an application's own signing keys only to who names the application.
 */
static void
put_url(const struct idpself *self, struct buf *url)
{
	const char *issuer = self->rules.issuer;
	size_t len = strlen(issuer);
	struct buf query BUF_AUTO = {0};

	buf_put(url, issuer, len - (issuer[len - 1] == '/'));
	buf_put_text(url, "/.well-known/openid-configuration");
	if (self->rules.type != PROVIDER_ENTRA)
		return;
	buf_init(&query, 1024);
	idpform_put(&query, "appid", self->client_id);
	buf_put_format(
	    url, "?%s", buf_text(&query) == NULL ? "" : buf_text(&query));
}

int
idpfind_fetch(struct idpfind *find)
{
	struct buf url BUF_AUTO = {0};
	struct http_request request = {
	    .method = "GET",
	    .headers = {"accept: application/json"},
	    .header_count = 1,
	    .body_limit_bytes = IDPFIND_ANSWER_MAX_BYTES,
	};

	if (find->transfer != 0)
		return ERR_OK;
	buf_init(&url, 2048);
	put_url(find->options.self, &url);
	request.url = buf_text(&url);
	if (request.url == NULL)
		return ERR_TOO_LARGE;
	return http_start(
	    find->options.http, &request, on_answer, find, &find->transfer);
}

bool
idpfind_old(const struct idpfind *find)
{
	return find->doc == NULL ||
	    clock_boot(find->options.clock).ms - find->read.ms > FRESH_MS;
}

const struct idpdoc *
idpfind_doc(const struct idpfind *find)
{
	return find->doc;
}

void
idpfind_free(struct idpfind *find)
{
	if (find == NULL)
		return;
	http_cancel(find->options.http, find->transfer);
	idpdoc_free(find->doc);
	free(find);
}

int
idpfind_new(const struct idpfind_options *options, struct idpfind **ret_find)
{
	struct idpfind *find = calloc(1, sizeof(*find));

	if (find == NULL)
		return ERR_NO_MEMORY;
	find->options = *options;
	*ret_find = find;
	return ERR_OK;
}
