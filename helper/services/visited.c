/*
 * visited.c - URLs and validators of the pages of a list.
 *
 * Two lists of pages: the kept one, and the one being read, which takes its
 * place.  A URL may hold what a profile put there, so all text is wiped.
 */
#include "services/visited.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"

struct page {
	char *url;
	char *condition; /* the header to send */
};

struct reading {
	struct page *pages;
	size_t count;
	size_t size;
	bool unfit; /* a page without a validator, or too many */
};

struct visited {
	struct reading kept;
	struct reading fresh;
};

static void
clear(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++) {
		secret_free_string(reading->pages[i].url);
		secret_free_string(reading->pages[i].condition);
	}
	free(reading->pages);
	*reading = (struct reading){0};
}

int
visited_new(struct visited **ret_visited)
{
	struct visited *visited = calloc(1, sizeof(*visited));

	if (visited == NULL)
		return ERR_NO_MEMORY;
	*ret_visited = visited;
	return ERR_OK;
}

void
visited_free(struct visited *visited)
{
	if (visited == NULL)
		return;
	clear(&visited->kept);
	clear(&visited->fresh);
	free(visited);
}

void
visited_begin(struct visited *visited)
{
	clear(&visited->fresh);
}

/* RFC 9110 13.1.3: a date is only asked with where there is no tag. */
static char *
condition_of(const struct http_response *response)
{
	struct buf header BUF_AUTO = {0};

	buf_init(&header, 1024);
	if (response->etag[0] != '\0')
		buf_put_format(&header, "if-none-match: %s", response->etag);
	else if (response->last_modified[0] != '\0')
		buf_put_format(
		    &header, "if-modified-since: %s", response->last_modified);
	if (header.len == 0 || buf_text(&header) == NULL)
		return NULL;
	return secret_dup(buf_text(&header), header.len);
}

static bool
add(struct reading *reading, const char *url,
    const struct http_response *response)
{
	struct page *page = NULL;

	if (reading->count == VISITED_PAGES_MAX)
		return false;
	if (reading->count == reading->size) {
		size_t size = reading->size == 0 ? 8 : reading->size * 2;

		page = reallocarray(reading->pages, size, sizeof(*page));
		if (page == NULL)
			return false;
		reading->pages = page;
		reading->size = size;
	}
	page = &reading->pages[reading->count++];
	page->url = secret_dup(url, strlen(url));
	page->condition = condition_of(response);
	return page->url != NULL && page->condition != NULL;
}

void
visited_note(struct visited *visited, const char *url,
    const struct http_response *response)
{
	struct reading *fresh = &visited->fresh;

	/* Without memory the list is merely asked for whole. */
	if (!fresh->unfit && !add(fresh, url, response)) {
		clear(fresh);
		fresh->unfit = true;
	}
}

void
visited_keep(struct visited *visited)
{
	clear(&visited->kept);
	visited->kept = visited->fresh;
	visited->fresh = (struct reading){0};
}

void
visited_forget(struct visited *visited)
{
	clear(&visited->kept);
}

size_t
visited_count(const struct visited *visited)
{
	return visited->kept.count;
}

const char *
visited_url(const struct visited *visited, size_t page)
{
	const struct reading *kept = &visited->kept;

	return page < kept->count ? kept->pages[page].url : NULL;
}

const char *
visited_condition(const struct visited *visited, size_t page, const char *url)
{
	const struct reading *kept = &visited->kept;

	if (page >= kept->count || strcmp(kept->pages[page].url, url) != 0)
		return NULL;
	return kept->pages[page].condition;
}
