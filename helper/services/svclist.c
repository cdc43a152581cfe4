/*
 * svclist.c - pages of a member list, one after another.
 *
 * One reading at a time, as services/source has it.  Owns which pages are asked
 * whether they stand, and that a list read in part is no list.
 */
#include "services/svclist.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "services/readout.h"
#include "services/visited.h"

struct svclist {
	const struct svcflight_site *site;
	svclist_state_fn *state;
	void *arg;
	struct visited *visited;
	enum source_gift gift; /* of the list given out last */
	/* the reading under way */
	struct svcflight *flight; /* NULL: none */
	struct source_request request;
	struct members *members;
	struct readout_paging page;
	bool checking;  /* pages are asked whether they stand */
	char *page_url; /* secret: of the page asked for */
};

/* Nothing of the reading is left. */
static void
drop(struct svclist *list)
{
	svcflight_free(TAKE(list->flight));
	members_free(TAKE(list->members));
	secret_free_string(TAKE(list->page_url));
}

/* Ends a reading with its one callback. */
static void
end(struct svclist *list, int reason, enum source_gift gift,
    int64_t retry_after_s)
{
	struct source_request request = list->request;
	struct members *members MEMBERS_AUTO = TAKE(list->members);
	const struct source_result result = {
	    .reason = reason,
	    .gift = gift,
	    .members = &members,
	    .retry_after_s = retry_after_s,
	};

	drop(list);
	list->gift = gift;
	list->state(list->arg, reason);
	request.done(request.arg, &result);
}

static int
next_page(struct svclist *list)
{
	svcflight_page(list->flight, list->page.number);
	return svcflight_again(list->flight);
}

/* One page of a list; the last one ends the reading. */
static int
take_page(struct svclist *list, const struct json_node *root)
{
	bool more = false;
	int r = ERR_OK;

	list->page.known = list->request.known(list->request.arg);
	r = readout_page(
	    list->site->profile, root, &list->page, list->members, &more);
	if (r != 0)
		return r;
	list->request.progress(list->request.arg,
	    (uint32_t)members_count(list->members),
	    list->page.total < 0 ? 0 : (uint32_t)list->page.total);
	if (more)
		return next_page(list);
	end(list, ERR_OK, SOURCE_GAVE_LIST, -1);
	return ERR_OK;
}

/* A page stands; when the last one does, the list does. */
static int
take_same(struct svclist *list)
{
	list->page.number++;
	if (list->page.number < visited_count(list->visited))
		return next_page(list);
	end(list, ERR_OK, SOURCE_UNCHANGED, -1);
	return ERR_OK;
}

/* A page with something in it.  A fault is for the caller to tell. */
static int
take(struct svclist *list, const struct svcflight_answer *answer)
{
	if (list->checking) {
		list->checking = false;
		/* The list has changed; pages that stood were not sent. */
		if (list->page.number > 0) {
			list->page.number = 0;
			return next_page(list);
		}
	}
	if (answer->root == NULL)
		return ERR_SERVICE_MALFORMED;
	if (list->page_url == NULL)
		return ERR_NO_MEMORY;
	visited_note(list->visited, list->page_url, answer->response);
	return take_page(list, answer->root);
}

static void
on_answer(void *arg, const struct svcflight_answer *answer)
{
	struct svclist *list = arg;
	int r = answer->reason;

	if (r == 0 && answer->response->status == 304)
		r = list->checking ? take_same(list) : ERR_SERVICE_ERROR;
	else if (r == 0)
		r = take(list, answer);
	if (r != 0)
		end(list, r, SOURCE_GAVE_LIST,
		    answer->reason != 0 ? answer->retry_after_s : -1);
}

/* Remembers where the page is, and asks whether it stands. */
static const char *
on_condition(void *arg, const char *url)
{
	struct svclist *list = arg;

	secret_free_string(list->page_url);
	list->page_url = secret_dup(url, strlen(url));
	return list->checking
	    ? visited_condition(list->visited, list->page.number, url)
	    : NULL;
}

static int
fetch(void *self, const struct source_request *request)
{
	struct svclist *list = self;
	int r = ERR_OK;

	drop(list);
	r = svcflight_new(
	    list->site, PROFILE_MEMBERS, on_answer, list, &list->flight);
	if (r != 0)
		return r;
	svcflight_condition(list->flight, on_condition);
	list->request = *request;
	list->page = (struct readout_paging){.total = -1};
	list->checking =
	    request->order != SOURCE_WHOLE && visited_count(list->visited) > 0;
	visited_begin(list->visited);
	r = members_new(&list->members);
	if (r == 0)
		r = svcflight_start(list->flight);
	if (r != 0)
		drop(list);
	return r;
}

static void
cancel(void *self)
{
	drop(self);
}

static void
settle(void *self, bool taken)
{
	struct svclist *list = self;

	if (!taken)
		visited_forget(list->visited);
	else if (list->gift == SOURCE_GAVE_LIST)
		visited_keep(list->visited);
}

struct source
svclist_source(struct svclist *list)
{
	return (struct source){list, fetch, cancel, settle};
}

int
svclist_new(const struct svcflight_site *site, svclist_state_fn *state,
    void *arg, struct svclist **ret_list)
{
	struct svclist *list = calloc(1, sizeof(*list));
	int r = list == NULL ? ERR_NO_MEMORY : visited_new(&list->visited);

	if (r != 0) {
		free(list);
		return r;
	}
	list->site = site;
	list->state = state;
	list->arg = arg;
	*ret_list = list;
	return ERR_OK;
}

void
svclist_free(struct svclist *list)
{
	if (list == NULL)
		return;
	drop(list);
	visited_free(list->visited);
	free(list);
}
