/*
 * readout.c - reads members, lists and refusals out of answers.
 *
 * Owns the rule for odd records: an id that cannot be used makes the whole
 * answer bad, because removals are told by absence; every other odd field only
 * takes something away from that one member.
 */
#include "services/readout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/name.h"
#include "rules/stamp.h"

/* Adds one role id; a stranger to the grammar is left out. */
static int
add(struct readout_list *list, size_t *used, const char *text, size_t len)
{
	char *at = list->text + *used;

	if (len > NAME_ROLE_MAX)
		return ERR_OK;
	if (list->count == MEMBERS_ROLES_MAX)
		return ERR_SERVICE_MALFORMED;
	memcpy(at, text, len);
	at[len] = '\0';
	if (!name_role_valid(at))
		return ERR_OK;
	list->items[list->count++] = at;
	*used += len + 1;
	return ERR_OK;
}

/* The parts between separators; a comma may have blanks around it. */
static int
split(struct readout_list *list, const char *text, char separator)
{
	const char ends[] = {separator, '\0'};
	size_t used = 0;
	int r = ERR_OK;

	for (const char *p = text; r == 0 && *p != '\0';) {
		size_t len = 0;

		p += strspn(p, separator == ',' ? " ," : ends);
		len = strcspn(p, ends);
		while (len > 0 && p[len - 1] == ' ')
			len--;
		if (len > 0)
			r = add(list, &used, p, len);
		p += strcspn(p, ends);
	}
	return r;
}

static int
read_array(const struct json_node *node, const char *item_pointer,
    struct readout_list *list)
{
	size_t used = 0;
	int r = ERR_OK;

	if (!json_is_array(node))
		return ERR_SERVICE_MALFORMED;
	JSON_ARRAY_FOREACH (item, node) {
		const char *text = json_string(json_at(item, item_pointer));

		if (text == NULL)
			return ERR_SERVICE_MALFORMED;
		r = add(list, &used, text, strlen(text));
		if (r != 0)
			return r;
	}
	return ERR_OK;
}

int
readout_list(const struct json_node *root, const struct profile_listing *at,
    struct readout_list *ret_list)
{
	const struct json_node *node =
	    at->at[0] == '\0' ? NULL : json_at(root, at->at);
	const char *text = json_string(node);
	size_t used = 0;

	ret_list->count = 0;
	if (node == NULL || json_is_null(node))
		return ERR_OK;
	if (at->form == PROFILE_ARRAY)
		return read_array(node, at->item, ret_list);
	if (text == NULL)
		return ERR_SERVICE_MALFORMED;
	switch (at->form) {
	case PROFILE_STRING:
		return add(ret_list, &used, text, strlen(text));
	case PROFILE_COMMA:
		return split(ret_list, text, ',');
	case PROFILE_SPACE:
		return split(ret_list, text, ' ');
	case PROFILE_ARRAY:
		break;
	}
	return ERR_INTERNAL;
}

static const char *
text_at(const struct json_node *item, const char *pointer)
{
	const char *text =
	    pointer[0] == '\0' ? NULL : json_string(json_at(item, pointer));

	return text == NULL ? "" : text;
}

static enum member_state
state_of(const struct profile *profile, const struct json_node *item)
{
	const char *pointer = profile->members.state;
	const struct json_node *node =
	    pointer[0] == '\0' ? NULL : json_at(item, pointer);

	if (node == NULL || json_is_null(node))
		return profile->state_absent;
	return json_string(node) == NULL
	    ? MEMBER_UNKNOWN
	    : profile_state(profile, json_string(node));
}

int
readout_member(const struct profile *profile, const struct json_node *item,
    struct readout_member *ret_member)
{
	const struct profile_members *at = &profile->members;
	struct member *member = &ret_member->member;
	int r = readout_list(item, &at->roles, &ret_member->roles);

	if (r == 0)
		r = readout_list(item, &at->scopes, &ret_member->scopes);
	if (r != 0)
		return r;
	*member = (struct member){
	    .id = text_at(item, at->id),
	    .mail = text_at(item, at->mail),
	    .name = text_at(item, at->name),
	    .username = text_at(item, at->username),
	    .shell = "",
	    .issuer = "",
	    .subject = "",
	    .user = "",
	    .roles = ret_member->roles.items,
	    .role_count = ret_member->roles.count,
	    .scopes = ret_member->scopes.items,
	    .scope_count = ret_member->scopes.count,
	    .state = state_of(profile, item),
	};
	if (!name_id_valid(member->id))
		return ERR_SERVICE_MALFORMED;
	if (!name_mail_valid(member->mail))
		member->mail = "";
	if (!name_gecos_valid(member->name))
		member->name = "";
	if (!member_text_valid(member->username))
		member->username = "";
	if (stamp_parse(text_at(item, at->created), &member->created_s) != 0)
		member->created_s = 0;
	return ERR_OK;
}

static int
add_members(const struct profile *profile, const struct json_node *items,
    struct members *known, struct members *members)
{
	/* Large, and used for one member at a time. */
	struct readout_member *one = calloc(1, sizeof(*one));
	int r = one == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (one == NULL)
		return r;
	JSON_ARRAY_FOREACH (item, items) {
		r = readout_member(profile, item, one);
		if (r == 0)
			r = members_add_shared(members, known, &one->member);
		if (r != 0)
			break;
	}
	free(one);
	return r == ERR_EXISTS || r == ERR_NAME_INVALID ? ERR_SERVICE_MALFORMED
							: r;
}

/* The total that a page tells; -1: the service tells none. */
static int
read_total(const struct profile *profile, const struct json_node *root,
    const struct readout_paging *paging, int64_t *ret_total)
{
	const char *pointer = profile->members.total;
	int64_t total = -1;

	if (pointer[0] != '\0' &&
	    (!json_integer(json_at(root, pointer), &total) || total < 0 ||
		total > MEMBERS_MAX))
		return ERR_SERVICE_MALFORMED;
	if (paging->number > 0 && total != paging->total)
		return ERR_SERVICE_MALFORMED;
	*ret_total = total;
	return ERR_OK;
}

int
readout_page(const struct profile *profile, const struct json_node *root,
    struct readout_paging *paging, struct members *members, bool *ret_more)
{
	const struct json_node *items = json_at(root, profile->members.items);
	bool whole = profile->members.paging == PROFILE_WHOLE;
	bool more = false;
	size_t count = 0;
	int64_t total = -1;
	int r = read_total(profile, root, paging, &total);

	if (r == 0 && !json_is_array(items))
		r = ERR_SERVICE_MALFORMED;
	if (r == 0)
		r = add_members(profile, items, paging->known, members);
	if (r != 0)
		return r;
	count = members_count(members);
	if (count > (size_t)(total >= 0 ? total : MEMBERS_MAX))
		return ERR_SERVICE_MALFORMED;
	more = total >= 0 ? count < (size_t)total : json_count(items) > 0;
	/* An end before the total: something is missing. */
	if (total >= 0 && more && (whole || json_count(items) == 0))
		return ERR_SERVICE_MALFORMED;
	paging->number++;
	paging->total = total;
	*ret_more = more && !whole;
	return ERR_OK;
}

/* What stands there is this text, or a flag or a number written so. */
static bool
value_is(const struct json_node *node, const char *value)
{
	char digits[24];
	bool flag = false;
	int64_t number = 0;

	if (node == NULL || json_is_null(node))
		return false;
	if (value[0] == '\0')
		return true;
	if (json_string(node) != NULL)
		return strcmp(json_string(node), value) == 0;
	if (json_bool(node, &flag))
		return strcmp(flag ? "true" : "false", value) == 0;
	if (!json_integer(node, &number))
		return false;
	(void)snprintf(digits, sizeof(digits), "%lld", (long long)number);
	return strcmp(digits, value) == 0;
}

static bool
fits(const struct profile_outcome *outcome, const char *request, int status,
    const struct json_node *root)
{
	if (outcome->good != (status >= 200 && status <= 299) ||
	    (outcome->request[0] != '\0' &&
		strcmp(outcome->request, request) != 0) ||
	    (outcome->status != 0 && outcome->status != status))
		return false;
	return outcome->pointer[0] == '\0' ||
	    value_is(json_at(root, outcome->pointer), outcome->value);
}

const struct profile_outcome *
readout_outcome(const struct profile *profile, const char *request, int status,
    const struct json_node *root)
{
	for (size_t i = 0; i < profile->outcome_count; i++) {
		if (fits(&profile->outcomes[i], request, status, root))
			return &profile->outcomes[i];
	}
	return NULL;
}

int
readout_error(const struct profile *profile, const char *request, int status,
    const struct json_node *root)
{
	const struct profile_outcome *outcome =
	    readout_outcome(profile, request, status, root);

	if (outcome != NULL)
		return outcome->reason;
	if (status == 429)
		return ERR_SERVICE_RATE_LIMITED;
	/* All that blames the request is a refusal: taken for a fault of the
	 * server's, it would let a leaver go on as if nobody had answered. */
	return status >= 400 && status <= 499 && status != 408
	    ? ERR_SERVICE_REFUSED
	    : ERR_SERVICE_ERROR;
}
