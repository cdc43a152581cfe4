/*
 * fuzz-scim.c - any SCIM answer gives members inside the grammar, or a reason;
 * as a page of groups, of users, of a whole list and of changes.
 */
#include "services/scimread.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/peek.h"

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static void
check_member(struct members *members, size_t index)
{
	const struct member *m = peek_at(members, index);

	require(name_id_valid(m->id));
	require(peek_id(members, m->id) != NULL);
	require(m->mail[0] == '\0' || name_mail_valid(m->mail));
	require(m->name[0] == '\0' || name_gecos_valid(m->name));
	require(m->role_count <= MEMBERS_ROLES_MAX);
	for (size_t i = 0; i < m->role_count; i++) {
		require(name_role_valid(m->roles[i]));
		require(i == 0 || strcmp(m->roles[i - 1], m->roles[i]) < 0);
	}
	require(m->subject[0] == '\0' && m->given_uid == 0);
}

static void
check_page(struct scimread *read, enum scimread_kind kind,
    const struct json_node *root, struct members *known)
{
	uint32_t before = scimread_received(read, kind);
	bool more = false;
	int r = scimread_page(read, kind, root, known, &more);

	require(r == 0 || r == ERR_SERVICE_MALFORMED || r == ERR_UNSUPPORTED ||
	    r == ERR_NO_MEMORY || r == ERR_TOO_LARGE);
	if (r != 0)
		return;
	require(scimread_received(read, kind) <= scimread_total(read, kind));
	require(more ==
	    (scimread_received(read, kind) < scimread_total(read, kind)));
	require(!more || scimread_received(read, kind) > before);
}

/* The answer as groups, as users, and once more; what came of it. */
static struct members *
read_all(const struct scimread_options *options, const struct json_node *root,
    struct members *known)
{
	SCIMREAD_AUTO struct scimread *read = NULL;
	struct members *members = NULL;

	if (scimread_new(options, &read) != 0)
		return NULL;
	check_page(read, SCIMREAD_GROUPS, root, known);
	check_page(read, SCIMREAD_USERS, root, known);
	check_page(read, SCIMREAD_USERS, root, known);
	if (known != NULL)
		require(scimread_rest(read, known) <= 0);
	require(scimread_newest(read) >= 0);
	members = scimread_take(read);
	for (size_t i = 0; i < members_count(members); i++)
		check_member(members, i);
	return members;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	JSON_AUTO struct json *json = NULL;
	MEMBERS_AUTO struct members *known = NULL;
	MEMBERS_AUTO struct members *changed = NULL;
	const struct scimread_options whole = {0};
	const struct scimread_options changes = {
	    .changes = true, .since_s = 1769904000};

	if (json_parse(bytes, len, (size_t)1 << 20, &json) != 0)
		return 0;
	(void)scimread_filters(json_root(json));
	(void)scimread_detail(json_root(json));
	known = read_all(&whole, json_root(json), NULL);
	if (known != NULL)
		changed = read_all(&changes, json_root(json), known);
	return 0;
}
