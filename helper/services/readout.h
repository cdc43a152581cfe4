/*
 * readout.h - what a service's answers hold, at the places that its profile
 * names.  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "common/attrs.h"
#include "rules/members.h"
#include "rules/profile.h"

/* Roles or scopes; the items stand in text. Fixed size, so never too many. */
struct readout_list {
	const char *items[MEMBERS_ROLES_MAX];
	size_t count;
	char text[MEMBERS_ROLES_MAX * (NAME_ROLE_MAX + 1)];
};

/*
 * Reads the array, the comma or space list, or the one string that stands in
 * root where the listing says.  What is no role id is left out: it could only
 * ever give less.  SERVICE_MALFORMED: another type, or more than fits.  What is
 * not there, or null, is an empty list.
 */
MUST_CHECK int readout_list(const struct json_node *root,
    const struct profile_listing *at, struct readout_list *ret_list);

/* One member of a list; borrows from item and from the two lists. */
struct readout_member {
	struct member member;
	struct readout_list roles;
	struct readout_list scopes;
};
MUST_CHECK int readout_member(const struct profile *profile,
    const struct json_node *item, struct readout_member *ret_member);

/* How far a list was read. */
struct readout_paging {
	uint32_t number; /* of the page that comes next, from 0 */
	int64_t total;   /* as the last page told it; -1: not told */
	/* The members as they stand, whose records are shared where the page
	 * says the same of them; NULL: none. */
	struct members *known;
};
/*
 * One page into members; *ret_more: another is needed.  SERVICE_MALFORMED: the
 * page is odd, a member stands twice, the list ends before its total, or its
 * total changed on the way: then the list is not complete, and so no list.
 */
MUST_CHECK int readout_page(const struct profile *profile,
    const struct json_node *root, struct readout_paging *paging,
    struct members *members, bool *ret_more);

/*
 * What the profile makes of an answer to a request: the first of its outcomes
 * (of a 2xx answer) or errors (of any other) that fits.  NULL: none.  root may
 * be NULL.
 */
const struct profile_outcome *readout_outcome(const struct profile *profile,
    const char *request, int status, const struct json_node *root);
/* The reason of an answer that is not 2xx. */
int readout_error(const struct profile *profile, const char *request,
    int status, const struct json_node *root);
