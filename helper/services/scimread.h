/*
 * scimread.h - SCIM answers (RFC 7643, RFC 7644) into members.  Pure.
 *
 * Groups are read first, then users, page by page; what comes out is a whole
 * list, or what has changed since a moment.  A role is a group's id, never its
 * name.  Attribute names count in any case (RFC 7643 2.1).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "common/attrs.h"
#include "rules/access.h"
#include "rules/members.h"

#define SCIMREAD_GROUPS_MAX 200000

struct scimread;

struct scimread_options {
	/* Which roles stay when a member has more than MEMBERS_ROLES_MAX;
	 * borrowed; NULL: the first ones by their bytes. */
	const struct access_policy *policy;
	bool changes; /* only what changed at or after since_s is asked for */
	int64_t since_s;
	bool groups_told; /* see scimread_groups_told() of the whole list */
};

MUST_CHECK int scimread_new(
    const struct scimread_options *options, struct scimread **ret_read);
void scimread_free(struct scimread *read);
DEFINE_CLEANUP(struct scimread, scimread, scimread_free)
#define SCIMREAD_AUTO CLEANUP(scimread_cleanup)

enum scimread_kind { SCIMREAD_GROUPS = 0, SCIMREAD_USERS };

/*
 * One page; *ret_more: another one is needed.  known: the members as they
 * stand, whose records are shared where they say the same; NULL for none, but
 * not of changes.  SERVICE_MALFORMED: the page is odd, a resource stands twice,
 * the list ends before its total, or its total changed on the way: then there
 * is no list.  UNSUPPORTED: of changes, the server has not held to the filter.
 */
MUST_CHECK int scimread_page(struct scimread *read, enum scimread_kind kind,
    const struct json_node *root, struct members *known, bool *ret_more);
/* Of changes, after the last page: members whose groups alone have changed. */
MUST_CHECK int scimread_rest(struct scimread *read, struct members *known);

/* Resources read so far, and how many there are in all as the server says. */
uint32_t scimread_received(
    const struct scimread *read, enum scimread_kind kind);
uint32_t scimread_total(const struct scimread *read, enum scimread_kind kind);

/* The members; NULL when they were taken before. */
struct members *scimread_take(struct scimread *read);
/* The newest meta.lastModified that was seen, in seconds; 0: none. */
int64_t scimread_newest(const struct scimread *read);
/* Every user named all groups that list him: so his own groups are enough. */
bool scimread_groups_told(const struct scimread *read);
/* Roles that were left out because a member has too many. */
uint32_t scimread_cut(const struct scimread *read);

/* Whether a ServiceProviderConfig (RFC 7643 5) offers filters. */
bool scimread_filters(const struct json_node *root);
/* The reason of a status that is not 2xx. */
int scimread_error(int status);
/* The detail of an error answer (RFC 7644 3.12), or "". Borrowed. */
const char *scimread_detail(const struct json_node *root);
