/*
 * fuzz-members.c - any answer gives members inside the grammar, or a reason;
 * any line gives a member that comes back as it went, or a reason.
 */
#include "rules/members.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "common/buf.h"
#include "common/err.h"
#include "services/memberjson.h"
#include "services/readout.h"
#include "services/svcfacts.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/peek.h"

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static const struct profile profile = {
    .state_count = 1,
    .states = {{"suspended", MEMBER_SUSPENDED}},
    .state_absent = MEMBER_ACTIVE,
    .outcome_count = 2,
    .outcomes = {{.status = 403,
		     .pointer = "/code",
		     .value = "BANNED_USER",
		     .reason = ERR_MEMBER_SUSPENDED},
	{.good = true,
	    .pointer = "/mfa_required",
	    .value = "true",
	    .reason = ERR_SERVICE_MFA}},
    .claims = {.facts = {.subject = "/sub",
		   .organization = "/org",
		   .system_role = "/system_role",
		   .name = "/name",
		   .mail = "/email",
		   .roles = {.at = "/roles", .form = PROFILE_SPACE},
		   .organizations = {.at = "/orgs", .item = "/id"}}},
    .person = {.facts = {.subject = "/id",
		   .state = "/status",
		   .scopes = {.at = "/scopes"}}},
    .members =
	{
	    .items = "/members",
	    .total = "/total",
	    .paging = PROFILE_OFFSET,
	    .page_size = 2,
	    .id = "/userId",
	    .mail = "/user/email",
	    .name = "/user/name",
	    .username = "/user/username",
	    .state = "/status",
	    .created = "/createdAt",
	    .roles = {.at = "/role", .form = PROFILE_COMMA},
	    .scopes = {.at = "/scopes", .form = PROFILE_ARRAY},
	},
};

static void
check_member(struct members *members, size_t index)
{
	const struct member *m = peek_at(members, index);
	struct member only;

	require(name_id_valid(m->id));
	require(peek_id(members, m->id) != NULL);
	require(m->mail[0] == '\0' || name_mail_valid(m->mail));
	require(m->mail[0] == '\0' ||
	    members_get_mail(members, m->mail, &only) > 0);
	require(m->name[0] == '\0' || name_gecos_valid(m->name));
	for (size_t i = 0; i < m->role_count; i++)
		require(name_role_valid(m->roles[i]));
	for (size_t i = 0; i < m->scope_count; i++)
		require(name_role_valid(m->scopes[i]));
	require(m->user[0] == '\0' && m->uid == 0 && m->excluded == 0);
}

/* A service that gives its list whole, without a total. */
static const struct profile whole = {
    .state_absent = MEMBER_UNKNOWN,
    .members =
	{
	    .items = "/members",
	    .paging = PROFILE_WHOLE,
	    .id = "/userId",
	    .mail = "/user/email",
	    .roles = {.at = "/roles", .form = PROFILE_ARRAY},
	    .scopes = {.at = "/role", .form = PROFILE_STRING},
	},
};

/* The second reading shares the records of the first. */
static void
check_whole(const struct json *json)
{
	MEMBERS_AUTO struct members *members = NULL;
	MEMBERS_AUTO struct members *again = NULL;
	struct readout_paging paging = {.total = -1};
	bool more = true;

	if (members_new(&members) != 0 || members_new(&again) != 0 ||
	    readout_page(&whole, json_root(json), &paging, members, &more) != 0)
		return;
	require(!more && paging.total == -1);
	paging = (struct readout_paging){.total = -1, .known = members};
	require(
	    readout_page(&whole, json_root(json), &paging, again, &more) == 0);
	require(members_count(again) == members_count(members));
	for (size_t i = 0; i < members_count(members); i++)
		require(member_same(peek_at(members, i), peek_at(again, i)));
}

/* A page once more is no second page. */
static void
check_repeated(const struct json *json, struct readout_paging *paging,
    struct members *members)
{
	size_t before = members_count(members);
	bool more = false;
	int r = readout_page(&profile, json_root(json), paging, members, &more);

	require(r != 0 || members_count(members) == before);
}

static void
check_list(const struct readout_list *list)
{
	require(list->count <= MEMBERS_ROLES_MAX);
	for (size_t i = 0; i < list->count; i++)
		require(name_role_valid(list->items[i]));
}

/* The same answer as a token's claims, as [person] and as one member. */
static void
check_facts(const struct json_node *root)
{
	struct svcfacts facts = {0};
	int r = svcfacts_of_token(&profile, root, &facts);

	require(r != 0 ||
	    (name_id_valid(facts.subject) && facts.organization != NULL));
	if (r == 0)
		r = svcfacts_of_person(&profile, root, &facts);
	require(facts.mail == NULL || name_mail_valid(facts.mail));
	require(facts.name == NULL || name_gecos_valid(facts.name));
	require(
	    facts.system_role == NULL || name_role_valid(facts.system_role));
	check_list(&facts.roles);
	check_list(&facts.scopes);
	check_list(&facts.organizations);
	facts = (struct svcfacts){0};
	r = svcfacts_of_member(&profile, root, &facts);
	require(r == 0 || r == ERR_SERVICE_MALFORMED);
	require(r != 0 || name_id_valid(facts.subject));
}

static void
check_answer(const uint8_t *bytes, size_t len)
{
	JSON_AUTO struct json *json = NULL;
	MEMBERS_AUTO struct members *members = NULL;
	struct readout_paging paging = {.total = -1};
	bool more = false;
	int r = json_parse(bytes, len, (size_t)1 << 20, &json);

	require(readout_error(&profile, "x", 403,
		    json == NULL ? NULL : json_root(json)) < 0);
	if (r != 0 || members_new(&members) != 0)
		return;
	check_facts(json_root(json));
	check_whole(json);
	r = readout_page(&profile, json_root(json), &paging, members, &more);
	for (size_t i = 0; i < members_count(members); i++)
		check_member(members, i);
	require(r == 0 || r == ERR_SERVICE_MALFORMED || r == ERR_NO_MEMORY);
	if (r != 0)
		return;
	require(paging.number == 1 &&
	    members_count(members) <= (size_t)paging.total);
	require(more == (members_count(members) < (size_t)paging.total));
	check_repeated(json, &paging, members);
}

static void
check_line(const uint8_t *bytes, size_t len)
{
	MEMBERS_AUTO struct members *members = NULL;
	MEMBERS_AUTO struct members *again = NULL;
	struct buf out BUF_AUTO = {.limit = (size_t)1 << 20};

	if (members_new(&members) != 0 || members_new(&again) != 0 ||
	    memberjson_read(members, bytes, len) != 0) {
		require(members == NULL || members_count(members) == 0);
		return;
	}
	check_member(members, 0);
	memberjson_write(&out, peek_at(members, 0));
	require(buf_fault(&out) == 0);
	if (out.len > MEMBERJSON_LINE_MAX)
		return;
	require(memberjson_read(again, out.bytes, out.len) == 0);
	require(member_same(peek_at(members, 0), peek_at(again, 0)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	check_answer(bytes, len);
	check_line(bytes, len);
	return 0;
}
