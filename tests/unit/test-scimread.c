/*
 * test-scimread.c - SCIM answers: whole lists, changes, and what is no list.
 */
#include "services/scimread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/peek.h"

#define SCHEMAS \
	"\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"]"
#define LIST(total, items) \
	"{" SCHEMAS ",\"totalResults\":" total ",\"Resources\":[" items "]}"
#define WHEN(when) "\"meta\":{\"lastModified\":\"" when "\"}"
#define OLD WHEN("2026-01-01T00:00:00Z")
#define NEW WHEN("2026-03-01T00:00:00Z")
#define NONE LIST("0", "")

static struct scimread *
begin(const struct scimread_options *options)
{
	static const struct scimread_options whole = {0};
	struct scimread *read = NULL;

	assert_int_equal(
	    scimread_new(options == NULL ? &whole : options, &read), 0);
	return read;
}

static int
page(struct scimread *read, enum scimread_kind kind, const char *text,
    struct members *known, bool *ret_more)
{
	struct json *json JSON_AUTO = NULL;

	assert_int_equal(json_parse(text, strlen(text), 1U << 20, &json), 0);
	return scimread_page(read, kind, json_root(json), known, ret_more);
}

/* One page of each kind. */
static int
both(struct scimread *read, const char *groups, const char *users,
    struct members *known)
{
	bool more = true;
	int r = page(read, SCIMREAD_GROUPS, groups, known, &more);

	if (r != 0)
		return r;
	assert_false(more);
	r = page(read, SCIMREAD_USERS, users, known, &more);
	if (r == 0)
		assert_false(more);
	return r;
}

static struct members *
list(const char *groups, const char *users)
{
	struct scimread *read SCIMREAD_AUTO = begin(NULL);
	struct members *members = NULL;

	assert_int_equal(both(read, groups, users, NULL), 0);
	members = scimread_take(read);
	assert_null(scimread_take(read));
	return members;
}

static void
a_user_becomes_a_member(void **state)
{
	struct members *members MEMBERS_AUTO = list(NONE,
	    LIST("1",
		"{\"id\":\"2819c223\",\"userName\":\"ada.l\",\"externalId\":"
		"\"x-1\",\"displayName\":\"Ada L\",\"name\":{\"formatted\":"
		"\"Miss Ada\"},\"active\":true,\"emails\":[{\"value\":"
		"\"home@x.test\"},{\"value\":\"ada@acme.test\",\"primary\":"
		"true}],\"meta\":{\"created\":\"2026-01-02T03:04:05.678Z\","
		"\"lastModified\":\"2026-01-03T00:00:00Z\",\"location\":"
		"\"Users/2819c223\"}}"));
	const struct member *m = peek_id(members, "2819c223");

	assert_int_equal(members_count(members), 1);
	assert_non_null(m);
	assert_string_equal(m->mail, "ada@acme.test");
	assert_string_equal(m->username, "ada.l");
	assert_string_equal(m->name, "Ada L");
	/* A client's own word about its id proves no identity. */
	assert_string_equal(m->issuer, "");
	assert_string_equal(m->subject, "");
	assert_int_equal(m->state, MEMBER_ACTIVE);
	assert_int_equal(m->created_s, 1767323045);
	assert_int_equal(m->role_count, 0);
}

static void
odd_attributes_only_take_away(void **state)
{
	static const struct {
		const char *attributes;
		const char *mail;
		const char *name;
		const char *username;
		enum member_state state;
	} cases[] = {
	    {"\"active\":false", "", "", "", MEMBER_DEACTIVATED},
	    {"\"Active\":false", "", "", "", MEMBER_DEACTIVATED},
	    {"\"active\":null", "", "", "", MEMBER_ACTIVE},
	    {"\"active\":\"true\"", "", "", "", MEMBER_UNKNOWN},
	    {"\"active\":1", "", "", "", MEMBER_UNKNOWN},
	    {"\"userName\":\"a@x.test\"", "a@x.test", "", "a@x.test",
		MEMBER_ACTIVE},
	    {"\"USERNAME\":\"a\"", "", "", "a", MEMBER_ACTIVE},
	    {"\"userName\":\"\xc3\xa4\"", "", "", "", MEMBER_ACTIVE},
	    {"\"userName\":7,\"emails\":\"a@x.test\"", "", "", "",
		MEMBER_ACTIVE},
	    {"\"emails\":[{\"value\":\"no mail\"},{\"value\":\"b@x.test\"},"
	     "{\"value\":\"c@x.test\",\"primary\":\"true\"}]",
		"b@x.test", "", "", MEMBER_ACTIVE},
	    {"\"emails\":[{\"primary\":true},7,null]", "", "", "",
		MEMBER_ACTIVE},
	    {"\"displayName\":\"L, Ada\",\"name\":{\"givenName\":\"Ada\","
	     "\"familyName\":\"L\"}",
		"", "Ada L", "", MEMBER_ACTIVE},
	    {"\"name\":{\"familyName\":\"L\"}", "", "L", "", MEMBER_ACTIVE},
	    {"\"name\":{\"formatted\":\"A\\nB\"}", "", "", "", MEMBER_ACTIVE},
	    {"\"name\":\"Ada\",\"meta\":\"x\"", "", "", "", MEMBER_ACTIVE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct members *members MEMBERS_AUTO = NULL;
		const struct member *m = NULL;
		char text[1024];

		snprintf(text, sizeof(text), LIST("1", "{\"id\":\"u\",%s}"),
		    cases[i].attributes);
		members = list(NONE, text);
		m = peek_id(members, "u");
		assert_string_equal(m->mail, cases[i].mail);
		assert_string_equal(m->name, cases[i].name);
		assert_string_equal(m->username, cases[i].username);
		if (m->state != cases[i].state)
			fail_msg("case %zu: state %d", i, (int)m->state);
	}
}

static bool
has(struct members *members, const char *id, const char *role)
{
	return member_has_role(peek_id(members, id), role);
}

static void
roles_are_group_ids_told_in_either_direction(void **state)
{
	struct members *members MEMBERS_AUTO = list(
	    LIST("3",
		"{\"id\":\"g-1\",\"displayName\":\"root\",\"members\":["
		"{\"value\":\"a\",\"$ref\":\"https://evil.test/Users/b\","
		"\"type\":\"User\"},{\"value\":\"c\"},"
		"{\"value\":\"b\",\"type\":\"Group\"}]},"
		"{\"id\":\"g-2\",\"displayName\":\"g-1\"},"
		"{\"id\":\"no role, surely\",\"members\":[{\"value\":\"a\"}]}"),
	    LIST("3",
		"{\"id\":\"a\",\"groups\":[{\"value\":\"g-2\",\"display\":"
		"\"admins\"},{\"value\":\"g-1\"}]},"
		"{\"id\":\"b\",\"groups\":[{\"value\":\"g-2\"}]},"
		"{\"id\":\"c\",\"groups\":null}"));

	assert_true(has(members, "a", "g-1"));
	assert_true(has(members, "a", "g-2"));
	assert_int_equal(peek_id(members, "a")->role_count, 2);
	/* A group inside a group is no person of that id. */
	assert_false(has(members, "b", "g-1"));
	assert_true(has(members, "b", "g-2"));
	assert_true(has(members, "c", "g-1"));
	assert_int_equal(peek_id(members, "c")->role_count, 1);
}

static void
many_groups_keep_those_that_count(void **state)
{
	struct access_policy policy = {
	    .allow_roles = {"z-login"}, .allow_role_count = 1};
	struct access_mapping *mapping = NULL;
	const struct scimread_options options = {.policy = &policy};
	struct scimread *read SCIMREAD_AUTO = NULL;
	struct members *members MEMBERS_AUTO = NULL;
	char text[16384] = LIST("1", "{\"id\":\"u\",\"groups\":[");

	assert_int_equal(access_map(&policy, false, "y-mapped", &mapping), 0);
	assert_int_equal(access_map(&policy, true, "z-scope", &mapping), 0);
	read = begin(&options);
	text[strlen(text) - 2] = '\0';
	for (int i = 0; i < 100; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "{\"value\":\"g-%03d\"},", i);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s",
	    "{\"value\":\"y-mapped\"},{\"value\":\"z-login\"},"
	    "{\"value\":\"z-scope\"}]}]}");
	assert_int_equal(both(read, NONE, text, NULL), 0);
	members = scimread_take(read);
	assert_int_equal(peek_id(members, "u")->role_count, MEMBERS_ROLES_MAX);
	assert_true(has(members, "u", "z-login"));
	assert_true(has(members, "u", "y-mapped"));
	assert_true(has(members, "u", "g-061"));
	assert_false(has(members, "u", "g-062"));
	assert_false(has(members, "u", "z-scope"));
	assert_int_equal(scimread_cut(read), 103 - MEMBERS_ROLES_MAX);
	access_policy_done(&policy);
}

static void
pages_go_on_by_what_was_received(void **state)
{
	struct scimread *read SCIMREAD_AUTO = begin(NULL);
	bool more = false;

	assert_int_equal(
	    page(read, SCIMREAD_USERS,
		LIST("3", "{\"id\":\"a\"},{\"id\":\"b\"}"), NULL, &more),
	    0);
	assert_true(more);
	assert_int_equal(scimread_received(read, SCIMREAD_USERS), 2);
	assert_int_equal(scimread_total(read, SCIMREAD_USERS), 3);
	assert_int_equal(scimread_received(read, SCIMREAD_GROUPS), 0);
	/* What the server says about its pages counts for nothing. */
	assert_int_equal(page(read, SCIMREAD_USERS,
			     "{" SCHEMAS ",\"totalResults\":3,\"itemsPerPage\":"
			     "100,\"startIndex\":1,\"Resources\":[{\"id\":"
			     "\"c\"}]}",
			     NULL, &more),
	    0);
	assert_false(more);
	assert_int_equal(scimread_received(read, SCIMREAD_USERS), 3);
}

static const char *const odd_pages[] = {
    "null",
    "[]",
    "{}",
    "7",
    "\"x\"",
    "{\"totalResults\":0,\"Resources\":[]}",
    "{\"schemas\":[],\"totalResults\":0}",
    "{\"schemas\":\"urn:ietf:params:scim:api:messages:2.0:"
    "ListResponse\",\"totalResults\":0}",
    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
    "\"totalResults\":0}",
    "{" SCHEMAS "}",
    "{" SCHEMAS ",\"Resources\":[]}",
    "{" SCHEMAS ",\"totalResults\":\"0\"}",
    "{" SCHEMAS ",\"totalResults\":-1}",
    "{" SCHEMAS ",\"totalResults\":1.5}",
    "{" SCHEMAS ",\"totalResults\":1e15}",
    "{" SCHEMAS ",\"totalResults\":null}",
    "{" SCHEMAS ",\"totalResults\":0,\"totalresults\":0}",
    "{" SCHEMAS ",\"totalResults\":1}",
    LIST("1", ""),
    LIST("6", ""),
    "{" SCHEMAS ",\"totalResults\":1,\"Resources\":{\"id\":\"a\"}}",
    "{" SCHEMAS ",\"totalResults\":1,\"Resources\":null}",
    "{" SCHEMAS ",\"totalResults\":1,\"Resources\":[{\"id\":\"a\"}],"
    "\"resources\":[]}",
    LIST("1", "{}"),
    LIST("1", "null"),
    LIST("1", "7"),
    LIST("1", "{\"id\":7}"),
    LIST("1", "{\"id\":\"\"}"),
    LIST("1", "{\"id\":null}"),
    LIST("1", "{\"id\":\"a\",\"ID\":\"b\"}"),
    LIST("1",
	"{\"id\":\"a\",\"meta\":{\"created\":\"x\",\"Created\":"
	"\"y\"}}"),
    LIST("1", "{\"id\":\"a\"},{\"id\":\"b\"}"),
    LIST("2", "{\"id\":\"a\"},{\"id\":\"a\"}"),
};
static const char *const odd_users[] = {
    LIST("1", "{\"id\":\"\xc3\xa4\"}"),
    LIST("1", "{\"id\":\"a\\n\"}"),
    LIST("1", "{\"id\":\"a\",\"groups\":{}}"),
    LIST("1", "{\"id\":\"a\",\"groups\":[{}]}"),
    LIST("1", "{\"id\":\"a\",\"groups\":[\"g\"]}"),
    LIST("1", "{\"id\":\"a\",\"active\":true,\"Active\":false}"),
};
static const char *const odd_groups[] = {
    LIST("1", "{\"id\":\"a\",\"members\":{}}"),
    LIST("1", "{\"id\":\"a\",\"members\":[{}]}"),
    LIST("1", "{\"id\":\"a\",\"members\":[\"u\"]}"),
    LIST("1", "{\"id\":\"a\",\"members\":[{\"value\":7}]}"),
    LIST("1", "{\"id\":\"a\",\"members\":[],\"Members\":[]}"),
};
static void
t110_what_is_no_list_is_refused(void **state)
{
	const struct {
		enum scimread_kind kind;
		const char *const *pages;
		size_t count;
	} sets[] = {
	    {SCIMREAD_USERS, odd_pages, ARRAY_SIZE(odd_pages)},
	    {SCIMREAD_GROUPS, odd_pages, ARRAY_SIZE(odd_pages)},
	    {SCIMREAD_USERS, odd_users, ARRAY_SIZE(odd_users)},
	    {SCIMREAD_GROUPS, odd_groups, ARRAY_SIZE(odd_groups)},
	};

	for (size_t set = 0; set < ARRAY_SIZE(sets); set++) {
		for (size_t i = 0; i < sets[set].count; i++) {
			struct scimread *read SCIMREAD_AUTO = begin(NULL);
			bool more = false;

			if (page(read, sets[set].kind, sets[set].pages[i], NULL,
				&more) != ERR_SERVICE_MALFORMED)
				fail_msg("taken: %s", sets[set].pages[i]);
		}
	}
}

static void
t110_a_list_that_changes_on_the_way_is_none(void **state)
{
	static const char *const seconds[] = {
	    LIST("3", "{\"id\":\"b\"},{\"id\":\"c\"}"), /* another total */
	    LIST("1", "{\"id\":\"b\"}"),
	    LIST("2", "{\"id\":\"a\"}"),                /* the same one again */
	    LIST("2", ""),                              /* too short */
	    LIST("2", "{\"id\":\"b\"},{\"id\":\"c\"}"), /* too long */
	    "{" SCHEMAS ",\"totalResults\":2}",
	};

	for (int kind = SCIMREAD_GROUPS; kind <= SCIMREAD_USERS; kind++) {
		for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
			struct scimread *read SCIMREAD_AUTO = begin(NULL);
			bool more = false;

			assert_int_equal(
			    page(read, (enum scimread_kind)kind,
				LIST("2", "{\"id\":\"a\"}"), NULL, &more),
			    0);
			assert_true(more);
			assert_int_equal(page(read, (enum scimread_kind)kind,
					     seconds[i], NULL, &more),
			    ERR_SERVICE_MALFORMED);
		}
	}
}

#define USER(id, groups, when) \
	"{\"id\":\"" id "\",\"groups\":[" groups "]," when "}"
#define IN(group) "{\"value\":\"" group "\"}"
#define GROUP(id, members, when) \
	"{\"id\":\"" id "\",\"members\":[" members "]," when "}"

/* What changed since February, read against known. */
static struct members *
changes(struct members *known, bool told, const char *groups, const char *users)
{
	const struct scimread_options options = {
	    .changes = true, .since_s = 1769904000, .groups_told = told};
	struct scimread *read SCIMREAD_AUTO = begin(&options);

	assert_int_equal(both(read, groups, users, known), 0);
	assert_int_equal(scimread_rest(read, known), 0);
	return scimread_take(read);
}

static void
a_changed_group_changes_its_members(void **state)
{
	struct members *known MEMBERS_AUTO =
	    list(LIST("2",
		     GROUP("g1", IN("a") "," IN("b"), OLD) "," GROUP(
			 "g2", IN("a"), OLD)),
		LIST("4",
		    USER("a", "", OLD) "," USER("b", "", OLD) "," USER(
			"c", "", OLD) "," USER("d", "", OLD)));
	struct members *changed MEMBERS_AUTO = changes(known, false,
	    LIST("1", GROUP("g1", IN("b") "," IN("c") "," IN("x"), NEW)), NONE);

	/* a left, c came; b and d are as they were, x is nobody we know. */
	assert_int_equal(members_count(changed), 2);
	assert_int_equal(peek_id(changed, "a")->role_count, 1);
	assert_true(has(changed, "a", "g2"));
	assert_true(has(changed, "c", "g1"));
}

static void
a_changed_user_keeps_the_groups_that_did_not_change(void **state)
{
	struct members *known MEMBERS_AUTO = list(
	    LIST("2", GROUP("g1", IN("a"), OLD) "," GROUP("g2", IN("a"), OLD)),
	    LIST("1", USER("a", "", OLD)));
	struct members *changed MEMBERS_AUTO =
	    changes(known, false, LIST("1", GROUP("g2", "", NEW)),
		LIST("2",
		    "{\"id\":\"a\",\"active\":false," NEW "},"
		    "{\"id\":\"n\",\"groups\":[" IN("g1") "]," NEW "}"));

	assert_int_equal(members_count(changed), 2);
	assert_int_equal(peek_id(changed, "a")->state, MEMBER_DEACTIVATED);
	assert_int_equal(peek_id(changed, "a")->role_count, 1);
	assert_true(has(changed, "a", "g1"));
	assert_true(has(changed, "n", "g1"));
}

/* The server that names all groups with the user is believed there. */
static void
a_user_who_names_all_groups_loses_the_others(void **state)
{
	struct scimread *read SCIMREAD_AUTO = begin(NULL);
	struct members *known MEMBERS_AUTO = NULL;
	struct members *changed MEMBERS_AUTO = NULL;

	assert_int_equal(
	    both(read, LIST("1", GROUP("g1", IN("a"), OLD)),
		LIST("1", USER("a", IN("g1") "," IN("g2"), OLD)), NULL),
	    0);
	assert_true(scimread_groups_told(read));
	assert_int_equal(scimread_newest(read), 1767225600);
	known = scimread_take(read);
	changed =
	    changes(known, true, NONE, LIST("1", USER("a", IN("g2"), NEW)));
	assert_int_equal(peek_id(changed, "a")->role_count, 1);
	assert_true(has(changed, "a", "g2"));
}

static void
groups_are_told_only_if_nobody_leaves_one_out(void **state)
{
	struct scimread *none SCIMREAD_AUTO = begin(NULL);
	struct scimread *one SCIMREAD_AUTO = begin(NULL);

	assert_int_equal(
	    both(none, NONE, LIST("1", USER("a", "", OLD)), NULL), 0);
	assert_false(scimread_groups_told(none));
	assert_int_equal(
	    both(one, LIST("1", GROUP("g1", IN("b"), OLD)),
		LIST("2", USER("a", IN("g1"), OLD) "," USER("b", "", OLD)),
		NULL),
	    0);
	assert_false(scimread_groups_told(one));
}

static void
a_filter_that_was_not_held_to_is_noticed(void **state)
{
	static const char *const items[] = {"{\"id\":\"a\"," OLD "}",
	    "{\"id\":\"a\"}",
	    "{\"id\":\"b\"," NEW "},{\"id\":\"a\",\"meta\":{}}"};
	const struct scimread_options options = {
	    .changes = true, .since_s = 1769904000};
	struct members *known MEMBERS_AUTO = NULL;
	char text[512];
	bool more = false;

	assert_int_equal(members_new(&known), 0);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		struct scimread *users SCIMREAD_AUTO = begin(&options);
		struct scimread *groups SCIMREAD_AUTO = begin(&options);

		snprintf(text, sizeof(text), LIST("%d", "%s"), i == 2 ? 2 : 1,
		    items[i]);
		assert_int_equal(
		    page(users, SCIMREAD_USERS, text, known, &more),
		    ERR_UNSUPPORTED);
		assert_int_equal(
		    page(groups, SCIMREAD_GROUPS, text, known, &more),
		    ERR_UNSUPPORTED);
	}
}

static bool
filters(const char *text)
{
	struct json *json JSON_AUTO = NULL;

	assert_int_equal(json_parse(text, strlen(text), 4096, &json), 0);
	return scimread_filters(json_root(json));
}

static void
filters_are_used_where_they_are_offered(void **state)
{
	assert_true(filters("{\"filter\":{\"supported\":true}}"));
	assert_true(filters("{\"Filter\":{\"Supported\":true}}"));
	assert_false(filters("{\"filter\":{\"supported\":false}}"));
	assert_false(filters("{\"filter\":{\"supported\":\"true\"}}"));
	assert_false(filters("{\"filter\":true}"));
	assert_false(filters("{}"));
	assert_false(filters("[]"));
}

static void
statuses_have_reasons(void **state)
{
	static const char text[] =
	    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
	    "\"detail\":\"no token\",\"status\":\"401\"}";
	struct json *json JSON_AUTO = NULL;

	assert_int_equal(scimread_error(401), ERR_SERVICE_REFUSED);
	assert_int_equal(scimread_error(403), ERR_SERVICE_REFUSED);
	assert_int_equal(scimread_error(404), ERR_SERVICE_ERROR);
	assert_int_equal(scimread_error(429), ERR_SERVICE_RATE_LIMITED);
	assert_int_equal(scimread_error(500), ERR_SERVICE_ERROR);
	assert_int_equal(scimread_error(503), ERR_SERVICE_ERROR);
	assert_int_equal(json_parse(text, strlen(text), 4096, &json), 0);
	assert_string_equal(scimread_detail(json_root(json)), "no token");
	assert_string_equal(scimread_detail(NULL), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_user_becomes_a_member),
	    cmocka_unit_test(odd_attributes_only_take_away),
	    cmocka_unit_test(roles_are_group_ids_told_in_either_direction),
	    cmocka_unit_test(many_groups_keep_those_that_count),
	    cmocka_unit_test(pages_go_on_by_what_was_received),
	    cmocka_unit_test(t110_what_is_no_list_is_refused),
	    cmocka_unit_test(t110_a_list_that_changes_on_the_way_is_none),
	    cmocka_unit_test(a_changed_group_changes_its_members),
	    cmocka_unit_test(
		a_changed_user_keeps_the_groups_that_did_not_change),
	    cmocka_unit_test(a_user_who_names_all_groups_loses_the_others),
	    cmocka_unit_test(groups_are_told_only_if_nobody_leaves_one_out),
	    cmocka_unit_test(a_filter_that_was_not_held_to_is_noticed),
	    cmocka_unit_test(filters_are_used_where_they_are_offered),
	    cmocka_unit_test(statuses_have_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
