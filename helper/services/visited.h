/*
 * visited.h - the pages of a list as they were when it was taken over, so that
 * a server may answer that a page stands as it was (RFC 9110 13.1).
 *
 * Only when each page of the list stands, the list does; one page without an
 * ETag or a settled Last-Modified, and nothing is asked for so.
 */
#pragma once

#include <stddef.h>

#include "base/http.h"
#include "common/attrs.h"

#define VISITED_PAGES_MAX 2000

struct visited;

MUST_CHECK int visited_new(struct visited **ret_visited);
void visited_free(struct visited *visited);

/* A reading begins; the one before it, unless kept, is forgotten. */
void visited_begin(struct visited *visited);
/* A page of it has come. */
void visited_note(struct visited *visited, const char *url,
    const struct http_response *response);
/* What was read since visited_begin() was taken over. */
void visited_keep(struct visited *visited);
/* Something else than the list was taken over since. */
void visited_forget(struct visited *visited);

/* Pages of the list that was kept; 0: ask for everything. */
size_t visited_count(const struct visited *visited);
/* Where the page was; NULL: there is none. Borrowed likewise. */
const char *visited_url(const struct visited *visited, size_t page);
/* The header that asks whether the page stands; NULL: it was at another URL.
 * Borrowed until the next keep or forget. */
const char *visited_condition(
    const struct visited *visited, size_t page, const char *url);
