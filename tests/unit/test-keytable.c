/*
 * test-keytable.c - every section and key is known: it is taken, or refused
 * with a sentence; nothing is passed over in silence.
 */
#include "keytable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

/* One entry, as the reader would give it; NULL problem text: taken. */
static const char *
set_in(struct settings *settings, const char *section, const char *word,
    const char *key, const char *value)
{
	static struct conf_problem problem;
	const struct conf_entry entry = {
	    .section = section,
	    .word = word,
	    .key = key,
	    .value = value,
	    .file = "orglogin.conf",
	    .line = 17,
	};

	problem.text[0] = '\0';
	if (keytable_set(settings, &entry, &problem) == 0)
		return NULL;
	/* Every refusal names its place. */
	assert_int_equal(strncmp(problem.text, "orglogin.conf:17: ", 18), 0);
	return problem.text + 18;
}

static const char *
set(const char *section, const char *word, const char *key, const char *value)
{
	struct settings *settings = calloc(1, sizeof(*settings));
	const char *problem = NULL;

	assert_non_null(settings);
	keytable_defaults(settings);
	problem = set_in(settings, section, word, key, value);
	access_policy_done(&settings->policy);
	free(settings);
	return problem;
}

static const char *
word_of(const char *section)
{
	if (strcmp(section, "provider") == 0)
		return "acme";
	return strcmp(section, "role") == 0 || strcmp(section, "scope") == 0
	    ? "User"
	    : "";
}

static const char later[] = "this value is not supported yet";

static const struct {
	const char *section;
	const char *key;
	const char *value;
	const char *problem;
} keys[] = {
    {"organization", "id", "5b0c2d8e", NULL},
    {"organization", "name", "Acme", NULL},
    {"provider", "type", "oidc", NULL},
    {"provider", "type", "google", NULL},
    {"provider", "type", "entra", NULL},
    {"provider", "type", "azure", later},
    {"provider", "issuer", "https://id.example", NULL},
    {"provider", "tenant", "x", NULL},
    {"provider", "client_id", "host", NULL},
    {"provider", "client_secret_file", "/etc/x", NULL},
    {"provider", "allowed_domains", "acme.example", NULL},
    {"provider", "identity_claim", "sub", NULL},
    {"provider", "identity_claim", "tid+oid", NULL},
    {"provider", "grant", "device", NULL},
    {"provider", "grant", "paste", NULL},
    {"provider", "grant", "password", later},
    {"provider", "redirect_uri", "https://page.example", NULL},
    {"service", "profile", "better-auth", NULL},
    {"service", "url", "https://id.example", NULL},
    {"service", "api_key_file", "/etc/x", NULL},
    {"service", "auth_policy", "restricted", NULL},
    {"service", "auth_policy", "standard", NULL},
    {"service", "auth_policy", "open", later},
    {"service", "jwt_check", "jwks", NULL},
    {"service", "jwt_check", "transport", NULL},
    {"service", "jwt_check", "secret", NULL},
    {"service", "jwt_check", "hope", later},
    {"service", "jwt_secret_file", "/etc/x", NULL},
    {"service", "jwt_issuer", "x", NULL},
    {"service", "jwt_audience", "x", NULL},
    {"service", "jwks_url", "https://id.example/k", NULL},
    {"directory", "type", "service", NULL},
    {"directory", "type", "file", NULL},
    {"directory", "type", "scim", NULL},
    {"directory", "type", "ldap", later},
    {"directory", "url", "https://x", NULL},
    {"directory", "token_file", "/etc/x", NULL},
    {"directory", "path", "/etc/members", NULL},
    {"directory", "refresh", "90s", NULL},
    {"directory", "max_shrink", "20%", NULL},
    {"directory", "hard_age", "7d", NULL},
    {"accounts", "username", "local-part", NULL},
    {"accounts", "username", "email", NULL},
    {"accounts", "username", "preferred_username", NULL},
    {"accounts", "username", "mail", later},
    {"accounts", "shell", "/bin/zsh", NULL},
    {"accounts", "home", "/home/%u", NULL},
    {"accounts", "id_range", "1879048192-2147352575", NULL},
    {"accounts", "everyone", "all", NULL},
    {"accounts", "group_members_max", "5000", NULL},
    {"login", "allow_roles", "User", NULL},
    {"login", "services", "sshd, login", NULL},
    {"login", "deadline", "110s", NULL},
    {"login", "offline_max_age", "12h", NULL},
    {"login", "deny_local_groups", "root, docker", NULL},
    {"login", "end_sessions", "yes", NULL},
    {"login", "end_sessions", "maybe", later},
    {"sudo", "offline_max_age", "15m", NULL},
    {"sudo", "max_age", "15m", NULL},
    {"totp", "mode", "off", NULL},
    {"totp", "mode", "optional", NULL},
    {"totp", "mode", "required", NULL},
    {"totp", "mode", "on", later},
    {"login", "pin_services", "login, sudo", NULL},
    {"totp", "required_roles", "OrganizationAdmin", NULL},
    {"totp", "issuer", "Acme", NULL},
    {"role", "groups", "org-admins", NULL},
    {"role", "local_groups", "adm", NULL},
    {"scope", "groups", "agent-writers", NULL},
    {"scope", "local_groups", "adm", NULL},
    {"tls", "ca_file", "/etc/ca.pem", NULL},
};

static void
every_key_is_taken_or_refused_as_not_supported_yet(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *said = set(keys[i].section,
		    word_of(keys[i].section), keys[i].key, keys[i].value);

		if (keys[i].problem == NULL)
			assert_null(said);
		else
			assert_string_equal(said, keys[i].problem);
	}
}

static void
unknown_names_are_refused(void **state)
{
	static const char *const sections[] = {
	    "", "Login", "logins", "smtp", "providers", "organisation"};
	static const char *const known[] = {"organization", "provider",
	    "service", "directory", "accounts", "login", "sudo", "totp", "tls",
	    "role", "scope"};

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		assert_string_equal(
		    set(sections[i], "", "id", "x"), "unknown section");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const char *word = word_of(known[i]);

		assert_null(set(known[i], word, "", ""));
		assert_string_equal(
		    set(known[i], word, "nosuch", "x"), "unknown key");
		assert_string_equal(
		    set(known[i], word, "Type", "x"), "unknown key");
	}
	/* A key of another section. */
	assert_string_equal(
	    set("login", "", "allowed_domains", "x"), "unknown key");
	assert_string_equal(set("role", "User", "shell", "x"), "unknown key");
}

static void
names_of_sections_stand_where_they_belong(void **state)
{
	char word[SETTINGS_TEXT_SIZE + 8];
	struct settings *settings = calloc(1, sizeof(*settings));

	assert_non_null(settings);
	assert_non_null(set("provider", "", "", ""));
	assert_non_null(set("role", "", "groups", "x"));
	assert_non_null(set("login", "x", "", ""));
	assert_non_null(set("organization", "acme", "id", "x"));
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_non_null(set("provider", word, "", ""));
	assert_non_null(set("role", word, "groups", "x"));
	word[NAME_ROLE_MAX] = '\0';
	assert_null(set("role", word, "groups", "x"));
	assert_string_equal(
	    set("role", "a,b", "groups", "x"), "not a role or scope id");
	/* One provider, however often it is named, and each has its own. */
	assert_null(set_in(settings, "provider", "acme", "", ""));
	assert_null(set_in(settings, "provider", "acme", "client_id", "x"));
	assert_null(set_in(settings, "provider", "other", "client_id", "y"));
	assert_int_equal(settings->providers.count, 2);
	assert_string_equal(settings->providers.entries[0].client_id, "x");
	assert_string_equal(settings->providers.entries[1].client_id, "y");
	assert_string_equal(settings->providers.entries[1].grant, "device");
	free(settings);
}

static void
values_of_another_form_are_refused(void **state)
{
	static const char *const durations[] = {"", "90", "90 s", "-1s", "1.5h",
	    "1w", "s", "99999999999d", "0x1s", "ten"};
	static const char *const percents[] = {"20", "101%", "-1%", "%", ""};
	static const char *const lists[] = {",", "a,,b", "a,", ",a", "a, ,b"};
	char text[SETTINGS_TEXT_SIZE + 1];
	char many[400] = "r0";

	for (size_t i = 0; i < ARRAY_SIZE(durations); i++)
		assert_string_equal(
		    set("directory", "", "refresh", durations[i]), "bad value");
	for (size_t i = 0; i < ARRAY_SIZE(percents); i++)
		assert_string_equal(
		    set("directory", "", "max_shrink", percents[i]),
		    "bad value");
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		assert_string_equal(
		    set("login", "", "allow_roles", lists[i]), "bad value");
		assert_string_equal(set("role", "User", "groups", lists[i]),
		    "not a list of group names");
	}
	assert_string_equal(set("role", "User", "groups", "Bad Name"),
	    "not a list of group names");
	assert_string_equal(set("role", "User", "local_groups", "../adm"),
	    "not a list of group names");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_string_equal(set("organization", "", "name", text), "bad value");
	text[sizeof(text) - 2] = '\0';
	assert_null(set("organization", "", "name", text));
	/* One more than a list holds. */
	for (int i = 1; i < ACCESS_LIST_MAX; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many),
		    ", r%d", i);
	assert_null(set("login", "", "allow_roles", many));
	assert_null(set("role", "User", "groups", many));
	snprintf(many + strlen(many), sizeof(many) - strlen(many), ", one");
	assert_string_equal(set("login", "", "allow_roles", many), "bad value");
	assert_string_equal(
	    set("role", "User", "groups", many), "not a list of group names");
}

static void
defaults_are_those_of_the_manual(void **state)
{
	struct settings *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	keytable_defaults(s);
	assert_int_equal(s->refresh_s, 60);
	assert_int_equal(s->max_shrink_percent, 20);
	assert_int_equal(s->hard_age_s, 7 * 86400);
	assert_int_equal(s->deadline_s, 110);
	assert_int_equal(s->login_offline_s, 12 * 3600);
	assert_int_equal(s->sudo_offline_s, 900);
	assert_int_equal(s->sudo_max_age_s, 900);
	assert_int_equal(s->allow_roles.count, 0);
	assert_int_equal(s->allow_roles.count, 0);
	assert_int_equal(s->services.count, 6);
	assert_string_equal(s->services.items[2], "sudo");
	assert_int_equal(s->deny_local_groups.count, 7);
	assert_string_equal(s->deny_local_groups.items[3], "docker");
	assert_string_equal(s->profile, "none");
	assert_string_equal(s->jwt_check, "jwks");
	assert_string_equal(s->everyone, "org-members");
	assert_string_equal(s->home, "/home/%u");
	free(s);
}

static void
a_later_value_replaces_the_earlier_whole(void **state)
{
	struct settings *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	keytable_defaults(s);
	assert_null(set_in(s, "login", "", "allow_roles", "A, B"));
	assert_null(set_in(s, "login", "", "allow_roles", "C"));
	assert_int_equal(s->allow_roles.count, 1);
	assert_string_equal(s->allow_roles.items[0], "C");
	assert_null(set_in(s, "login", "", "allow_roles", ""));
	assert_int_equal(s->allow_roles.count, 0);
	assert_null(set_in(s, "role", "A", "groups", "g1, g2"));
	assert_null(set_in(s, "scope", "A", "groups", "g3"));
	assert_null(set_in(s, "role", "A", "groups", "g4"));
	assert_null(set_in(s, "role", "A", "local_groups", "adm"));
	assert_int_equal(s->policy.mapping_count, 2);
	assert_int_equal(s->policy.mappings[0]->group_count, 1);
	assert_string_equal(s->policy.mappings[0]->groups[0], "g4");
	assert_int_equal(s->policy.mappings[0]->local_group_count, 1);
	assert_true(s->policy.mappings[1]->is_scope);
	/* Roles differ by case. */
	assert_null(set_in(s, "role", "a", "", ""));
	assert_int_equal(s->policy.mapping_count, 3);
	access_policy_done(&s->policy);
	free(s);
}

static void
there_are_only_so_many_roles(void **state)
{
	struct settings *s = calloc(1, sizeof(*s));
	char role[16];

	assert_non_null(s);
	for (int i = 0; i < ACCESS_MAPPINGS_MAX; i++) {
		snprintf(role, sizeof(role), "r%d", i);
		assert_null(set_in(s, "role", role, "", ""));
	}
	assert_string_equal(
	    set_in(s, "role", "more", "", ""), "too many roles and scopes");
	access_policy_done(&s->policy);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		every_key_is_taken_or_refused_as_not_supported_yet),
	    cmocka_unit_test(unknown_names_are_refused),
	    cmocka_unit_test(names_of_sections_stand_where_they_belong),
	    cmocka_unit_test(values_of_another_form_are_refused),
	    cmocka_unit_test(defaults_are_those_of_the_manual),
	    cmocka_unit_test(a_later_value_replaces_the_earlier_whole),
	    cmocka_unit_test(there_are_only_so_many_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
