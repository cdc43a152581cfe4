/*
 * netlab.h - for tests of what speaks over base/http: http_start() and
 * http_cancel() are replaced at link time, one transfer at a time, and the
 * test gives every answer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/http.h"

/* The request that is under way, or was the last one. */
struct netlab {
	uint64_t id; /* 0: none is under way */
	unsigned int requests;
	char method[8];
	char url[512];
	char headers[HTTP_HEADERS_MAX][256];
	char condition[256]; /* If-None-Match, If-Modified-Since, or "" */
	char body[512];
	http_fn *fn;
	void *arg;
};

/* The one there is; reset before each test. */
struct netlab *netlab(void);
void netlab_reset(void);
/* Answers the transfer under way. */
void netlab_reply(const struct http_response *response);
/* A status and a body of JSON; 0: unreachable; 429 and 503 ask to be left
 * alone for NETLAB_RETRY_AFTER_S. */
void netlab_answer(int status, const char *body);

#define NETLAB_RETRY_AFTER_S 1800
