/*
 * settings.h - the configuration files as each module's own options.
 *
 * Every section and key of orglogin.conf(5) is known here.  An unknown one, a
 * duplicate, a value that is not of its form, or a feature that is not built
 * yet is an error that names file and line; then nothing is started.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/http.h"
#include "common/attrs.h"
#include "providerset.h"
#include "rules/access.h"
#include "rules/profile.h"
#include "services/directory.h"
#include "services/idsvc.h"
#include "services/scim.h"
#include "services/signin.h"
#include "services/standing.h"
#include "services/sync.h"

/* As read, before it is turned into options. */
struct settings {
	char organization_id[SETTINGS_TEXT_SIZE];
	char organization_name[SETTINGS_TEXT_SIZE];
	struct providerset providers;
	char profile[SETTINGS_TEXT_SIZE];
	char service_url[SETTINGS_TEXT_SIZE];
	char api_key_file[SETTINGS_TEXT_SIZE];
	char auth_policy[SETTINGS_TEXT_SIZE];
	char jwt_check[SETTINGS_TEXT_SIZE];
	char jwt_secret_file[SETTINGS_TEXT_SIZE];
	char jwt_issuer[SETTINGS_TEXT_SIZE];
	char jwt_audience[SETTINGS_TEXT_SIZE];
	char jwks_url[SETTINGS_TEXT_SIZE];
	char directory_type[SETTINGS_TEXT_SIZE];
	char directory_path[SETTINGS_TEXT_SIZE];
	char directory_url[SETTINGS_TEXT_SIZE];
	char directory_token_file[SETTINGS_TEXT_SIZE];
	int64_t refresh_s;
	unsigned int max_shrink_percent;
	int64_t hard_age_s;
	char username[SETTINGS_TEXT_SIZE];
	char shell[SETTINGS_TEXT_SIZE];
	char home[SETTINGS_TEXT_SIZE];
	char id_range[SETTINGS_TEXT_SIZE];
	uint32_t id_first; /* of id_range */
	uint32_t id_last;
	char everyone[SETTINGS_TEXT_SIZE];
	uint32_t group_members_max;
	struct settings_list allow_roles;
	struct settings_list services;
	struct settings_list pin_services;
	struct settings_list deny_local_groups;
	int64_t deadline_s;
	int64_t login_offline_s;
	char end_sessions[SETTINGS_TEXT_SIZE]; /* "yes" or "no" */
	int64_t sudo_offline_s;
	int64_t sudo_max_age_s;
	char totp_mode[SETTINGS_TEXT_SIZE];
	char totp_issuer[SETTINGS_TEXT_SIZE];
	char totp_admin_role[SETTINGS_TEXT_SIZE];
	struct settings_list totp_roles;
	char ca_file[SETTINGS_TEXT_SIZE];
	char audit_file[SETTINGS_TEXT_SIZE];
	char audit_accounts[SETTINGS_TEXT_SIZE];
	/* made of the above */
	struct access_policy policy;
	struct profile *profile_rules; /* NULL for profile none */
	char *api_key;                 /* NULL: none */
	char *jwt_secret;              /* NULL: jwt_check says otherwise */
	char *jwt_secret_previous;     /* NULL: none */
	char *directory_token;
};

/*
 * Reads config_path and, when there is one, the folder conf.d beside it, then
 * the profile and the secrets that they name.  CONFIG_INVALID, INSECURE_FILE,
 * NOT_FOUND, ... with the problem told.
 */
MUST_CHECK int settings_load(const char *config_path,
    struct settings **ret_settings, struct conf_problem *problem);
void settings_free(struct settings *settings);
DEFINE_CLEANUP(struct settings, settings, settings_free)
#define SETTINGS_AUTO CLEANUP(settings_cleanup)

/* All borrow from the settings. */
struct http_options settings_http(const struct settings *settings);
struct idsvc_options settings_idsvc(const struct settings *settings);
struct scim_options settings_scim(const struct settings *settings);
struct directory_options settings_directory(const struct settings *settings);
struct standing settings_standing(
    const struct settings *settings, struct directory *directory);
void settings_signin(
    const struct settings *settings, struct signin_options *ret_options);
