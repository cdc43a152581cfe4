/*
 * reply.c - outcomes, statuses and media types.
 *
 * Must not know what was asked.
 */
#include "services/reply.h"

#include <string.h>

#include "common/err.h"

int
reply_reason(const struct http_response *response)
{
	switch (response->outcome) {
	case HTTP_UNREACHABLE:
		return ERR_SERVICE_UNREACHABLE;
	case HTTP_TLS_REFUSED:
		return ERR_SERVICE_TLS;
	case HTTP_BAD_ANSWER:
		return ERR_SERVICE_MALFORMED;
	case HTTP_ANSWERED:
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

bool
reply_good(const struct http_response *response)
{
	return response->status >= 200 && response->status <= 299;
}

bool
reply_is(const struct http_response *response, const char *media_type)
{
	size_t len = strlen(media_type);

	return strncmp(response->content_type, media_type, len) == 0 &&
	    strspn(response->content_type + len, " \t") ==
	    strcspn(response->content_type + len, ";");
}

bool
reply_may_be_json(const struct http_response *response)
{
	size_t len = strcspn(response->content_type, "; \t");

	return len == 0 ||
	    (len > 5 &&
		(memcmp(response->content_type + len - 5, "/json", 5) == 0 ||
		    memcmp(response->content_type + len - 5, "+json", 5) == 0));
}
