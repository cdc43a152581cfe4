/*
 * keytable.c - the keys of the configuration: their form, their default, where
 * they go, and which values wait for a feature that is not built yet.
 *
 * Owns names and forms only; what the values mean together is checked in
 * settings.c.
 */
#include "keytable.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/name.h"

enum form { TEXT, DURATION, PERCENT, NUMBER, LIST };

struct key {
	const char *section;
	const char *name;
	enum form form;
	size_t offset;        /* in struct settings, or in the provider's entry;
			       * NOWHERE */
	const char *fallback; /* the default, in the file's own form */
	const char *now;      /* the only values built so far, parted by '|' */
};

#define NOWHERE SIZE_MAX
#define AT(field) offsetof(struct settings, field)
#define OF(field) offsetof(struct providerset_entry, field)

static const struct key keys[] = {
    {"organization", "id", TEXT, AT(organization_id), "", NULL},
    {"organization", "name", TEXT, AT(organization_name), "", NULL},
    {"provider", "type", TEXT, OF(type_name), "", "google|entra|oidc"},
    {"provider", "issuer", TEXT, OF(issuer), "", NULL},
    {"provider", "tenant", TEXT, OF(tenant), "", NULL},
    {"provider", "client_id", TEXT, OF(client_id), "", NULL},
    {"provider", "client_secret_file", TEXT, OF(client_secret_file), "", NULL},
    {"provider", "allowed_domains", LIST, OF(domains), "", NULL},
    {"provider", "identity_claim", TEXT, OF(identity_claim), "", NULL},
    {"provider", "grant", TEXT, OF(grant), "device", "device|paste"},
    {"provider", "redirect_uri", TEXT, OF(redirect_uri), "", NULL},
    {"service", "profile", TEXT, AT(profile), "none", NULL},
    {"service", "url", TEXT, AT(service_url), "", NULL},
    {"service", "api_key_file", TEXT, AT(api_key_file), "", NULL},
    {"service", "auth_policy", TEXT, AT(auth_policy), "restricted",
	"restricted|standard"},
    {"service", "jwt_check", TEXT, AT(jwt_check), "jwks",
	"jwks|secret|transport"},
    {"service", "jwt_secret_file", TEXT, AT(jwt_secret_file), "", NULL},
    {"service", "jwt_issuer", TEXT, AT(jwt_issuer), "", NULL},
    {"service", "jwt_audience", TEXT, AT(jwt_audience), "", NULL},
    {"service", "jwks_url", TEXT, AT(jwks_url), "", NULL},
    {"directory", "type", TEXT, AT(directory_type), "service",
	"service|scim|file"},
    {"directory", "url", TEXT, AT(directory_url), "", NULL},
    {"directory", "token_file", TEXT, AT(directory_token_file), "", NULL},
    {"directory", "path", TEXT, AT(directory_path), "", NULL},
    {"directory", "refresh", DURATION, AT(refresh_s), "60s", NULL},
    {"directory", "max_shrink", PERCENT, AT(max_shrink_percent), "20%", NULL},
    {"directory", "hard_age", DURATION, AT(hard_age_s), "7d", NULL},
    {"accounts", "username", TEXT, AT(username), "local-part",
	"local-part|email|preferred_username"},
    {"accounts", "shell", TEXT, AT(shell), "/bin/bash", NULL},
    {"accounts", "home", TEXT, AT(home), "/home/%u", NULL},
    {"accounts", "id_range", TEXT, AT(id_range), "1879048192-2147352575", NULL},
    {"accounts", "everyone", TEXT, AT(everyone), "org-members", NULL},
    {"accounts", "group_members_max", NUMBER, AT(group_members_max), "0", NULL},
    {"login", "allow_roles", LIST, AT(allow_roles), "", NULL},
    {"login", "services", LIST, AT(services),
	"sshd, login, sudo, sudo-i, su, su-l", NULL},
    {"login", "deadline", DURATION, AT(deadline_s), "110s", NULL},
    {"login", "offline_max_age", DURATION, AT(login_offline_s), "12h", NULL},
    {"login", "deny_local_groups", LIST, AT(deny_local_groups),
	"root, shadow, disk, docker, lxd, kvm, libvirt", NULL},
    {"login", "end_sessions", TEXT, AT(end_sessions), "no", "no|yes"},
    {"login", "pin_services", LIST, AT(pin_services),
	"login, sudo, sudo-i, su, su-l", NULL},
    {"sudo", "offline_max_age", DURATION, AT(sudo_offline_s), "15m", NULL},
    {"sudo", "max_age", DURATION, AT(sudo_max_age_s), "15m", NULL},
    {"totp", "mode", TEXT, AT(totp_mode), "off", "off|optional|required"},
    {"totp", "required_roles", LIST, AT(totp_roles), "", NULL},
    {"totp", "issuer", TEXT, AT(totp_issuer), "", NULL},
    {"totp", "admin_role", TEXT, AT(totp_admin_role), "OrganizationAdmin",
	NULL},
    {"tls", "ca_file", TEXT, AT(ca_file), "", NULL},
    {"audit", "file", TEXT, AT(audit_file), "", NULL},
    {"audit", "accounts", TEXT, AT(audit_accounts), "all", "all|denied"},
};

static bool
is_provider(const char *section)
{
	return strcmp(section, "provider") == 0;
}

/* Sections whose header has a word behind the name. */
static bool
takes_word(const char *section)
{
	return is_provider(section) || strcmp(section, "role") == 0 ||
	    strcmp(section, "scope") == 0;
}

static bool
is_mapping(const char *section)
{
	return strcmp(section, "role") == 0 || strcmp(section, "scope") == 0;
}

static bool
section_known(const char *section)
{
	if (is_mapping(section))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].section, section) == 0)
			return true;
	}
	return false;
}

/* "" in a list of values stands for a key that must stay empty. */
static bool
built(const struct key *key, const char *value)
{
	size_t len = strlen(value);

	if (key->now == NULL)
		return true;
	for (const char *p = key->now;; p++) {
		size_t part = strcspn(p, "|");

		if (part == len && strncmp(p, value, len) == 0)
			return true;
		p += part;
		if (*p == '\0')
			return false;
	}
}

static bool
set_list(struct settings_list *list, const char *value)
{
	const char *at = value;
	bool bad = false;

	list->count = 0;
	while (list->count < ACCESS_LIST_MAX &&
	    conf_list_next(
		&at, list->items[list->count], sizeof(list->items[0]), &bad)) {
		list->count++;
	}
	return !bad && at == NULL;
}

static bool
set_value(void *owner, const struct key *key, const char *value)
{
	char *field = (char *)owner + key->offset;

	if (key->offset == NOWHERE)
		return strlen(value) < SETTINGS_TEXT_SIZE;
	switch (key->form) {
	case TEXT:
		if (strlen(value) >= SETTINGS_TEXT_SIZE)
			return false;
		memcpy(field, value, strlen(value) + 1);
		return true;
	case DURATION:
		return conf_duration(value, (int64_t *)(void *)field);
	case PERCENT:
		return conf_percent(value, (unsigned int *)(void *)field);
	case NUMBER:
		return conf_u32(value, (uint32_t *)(void *)field);
	case LIST:
		return set_list((struct settings_list *)(void *)field, value);
	}
	return false;
}

static bool
set_groups(struct access_mapping *mapping, bool local, const char *value)
{
	char name[NAME_USER_MAX + 1];
	const char *at = value;
	bool bad = false;

	access_revoke(mapping, local);
	while (conf_list_next(&at, name, sizeof(name), &bad)) {
		if (!name_group_valid(name) ||
		    access_grant(mapping, local, name) != 0)
			return false;
	}
	return !bad && at == NULL;
}

static int
set_mapping(struct settings *settings, const struct conf_entry *entry,
    struct conf_problem *problem)
{
	struct access_mapping *mapping = NULL;
	bool good = true;

	if (!name_role_valid(entry->word)) {
		conf_problem_set(problem, entry, "not a role or scope id");
		return ERR_CONFIG_INVALID;
	}
	if (access_map(&settings->policy, strcmp(entry->section, "scope") == 0,
		entry->word, &mapping) != 0) {
		conf_problem_set(problem, entry, "too many roles and scopes");
		return ERR_CONFIG_INVALID;
	}
	if (strcmp(entry->key, "groups") == 0) {
		good = set_groups(mapping, false, entry->value);
	} else if (strcmp(entry->key, "local_groups") == 0) {
		good = set_groups(mapping, true, entry->value);
	} else if (entry->key[0] != '\0') {
		conf_problem_set(problem, entry, "unknown key");
		return ERR_CONFIG_INVALID;
	}
	if (!good) {
		conf_problem_set(problem, entry, "not a list of group names");
		return ERR_CONFIG_INVALID;
	}
	return ERR_OK;
}

/* The header of a section. *ret_owner: where its keys go. */
static int
open_section(struct settings *settings, const struct conf_entry *entry,
    struct conf_problem *problem, void **ret_owner)
{
	struct providerset_entry *provider = NULL;
	const char *why = NULL;

	if (!section_known(entry->section))
		why = "unknown section";
	else if (takes_word(entry->section) && entry->word[0] == '\0')
		why = "the section needs a name: [provider NAME], [role ID]";
	else if (!takes_word(entry->section) && entry->word[0] != '\0')
		why = "the section takes no name";
	else if (strlen(entry->word) >= SETTINGS_TEXT_SIZE)
		why = "the name is too long";
	else if (is_provider(entry->section) &&
	    providerset_open(
		&settings->providers, entry->word, &provider, &why) == 0)
		why = NULL;
	if (why != NULL) {
		conf_problem_set(problem, entry, "%s", why);
		return ERR_CONFIG_INVALID;
	}
	*ret_owner = provider != NULL ? (void *)provider : (void *)settings;
	return is_mapping(entry->section)
	    ? set_mapping(settings, entry, problem)
	    : ERR_OK;
}

int
keytable_set(struct settings *settings, const struct conf_entry *entry,
    struct conf_problem *problem)
{
	void *owner = NULL;
	int r = open_section(settings, entry, problem, &owner);

	if (r != 0 || entry->key[0] == '\0' || is_mapping(entry->section))
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct key *key = &keys[i];

		if (strcmp(key->section, entry->section) != 0 ||
		    strcmp(key->name, entry->key) != 0)
			continue;
		if (!built(key, entry->value)) {
			conf_problem_set(
			    problem, entry, "this value is not supported yet");
			return ERR_CONFIG_INVALID;
		}
		if (!set_value(owner, key, entry->value)) {
			conf_problem_set(problem, entry, "bad value");
			return ERR_CONFIG_INVALID;
		}
		return ERR_OK;
	}
	conf_problem_set(problem, entry, "unknown key");
	return ERR_CONFIG_INVALID;
}

void
keytable_defaults(struct settings *settings)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!is_provider(keys[i].section))
			(void)set_value(settings, &keys[i], keys[i].fallback);
	}
}
