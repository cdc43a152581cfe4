/*
 * settings.c - reads the configuration, checks what belongs together, and
 * hands each module its own options.
 *
 * Nothing is guessed: a missing key that is needed, a name outside its
 * grammar, a secret that others can read ends the start with one sentence for
 * the administrator.
 */
#include "settings.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/jws.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/name.h"
#include "common/paths.h"
#include "common/secret.h"
#include "common/text.h"
#include "factorset.h"
#include "keytable.h"
#include "rules/profilecheck.h"
#include "services/profilefile.h"

#define PATH_SIZE 1024
#define REFRESH_MAX_S 900

static int
wrong(struct conf_problem *problem, const char *sentence)
{
	(void)snprintf(problem->text, sizeof(problem->text), "%s", sentence);
	return ERR_CONFIG_INVALID;
}

/* Adds one file to conf; a file that cannot be read says which. */
static int
read_file(struct conf *conf, const char *path, struct conf_problem *problem)
{
	struct buf text BUF_AUTO = {0};
	int r = ERR_OK;

	buf_init(&text, CONF_FILE_MAX_BYTES);
	r = files_read(path, FILES_PUBLIC, CONF_FILE_MAX_BYTES, &text);
	if (r != 0) {
		(void)snprintf(problem->text, sizeof(problem->text),
		    "%.400s: %s", path, err_name(r));
		return r;
	}
	return conf_parse(
	    conf, path, (const char *)text.bytes, text.len, problem);
}

static int
is_conf_name(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	    strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static void
free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* conf.d beside the configuration, in the order of the names' bytes. */
static int
read_folder(
    struct conf *conf, const char *config_path, struct conf_problem *problem)
{
	char folder[PATH_SIZE];
	char path[PATH_SIZE + 256];
	struct dirent **names = NULL;
	const char *slash = strrchr(config_path, '/');
	int count = 0;
	int r = ERR_OK;

	if (snprintf(folder, sizeof(folder), "%.*s/conf.d",
		slash == NULL ? 1 : (int)(slash - config_path),
		slash == NULL ? "." : config_path) >= (int)sizeof(folder))
		return ERR_TOO_LARGE;
	count = scandir(folder, &names, is_conf_name, alphasort);
	if (count < 0 && errno != ENOENT) {
		(void)snprintf(problem->text, sizeof(problem->text),
		    "%.400s: cannot be read", folder);
		return ERR_IO;
	}
	for (int i = 0; r == 0 && i < count; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		r = read_file(conf, path, problem);
	}
	if (count >= 0)
		free_names(names, count);
	return r;
}

static int
take_entries(struct settings *settings, const struct conf *conf,
    struct conf_problem *problem)
{
	int r = ERR_OK;

	for (size_t i = 0; r == 0 && i < conf_count(conf); i++)
		r = keytable_set(settings, conf_entry(conf, i), problem);
	return r;
}

static int
unread(struct conf_problem *problem, const char *path, int fault)
{
	(void)snprintf(problem->text, sizeof(problem->text), "%.400s: %s", path,
	    err_name(fault));
	return fault;
}

static int
read_secret(const char *path, char **ret_secret, struct conf_problem *problem)
{
	int r = ERR_OK;

	if (path[0] == '\0')
		return ERR_OK;
	r = files_read_secret(path, ret_secret);
	return r == 0 ? ERR_OK : unread(problem, path, r);
}

static int
read_jwt_secret(struct settings *s, struct conf_problem *problem)
{
	bool wanted = strcmp(s->jwt_check, "secret") == 0;
	int r = ERR_OK;

	if (wanted != (s->jwt_secret_file[0] != '\0'))
		return wrong(problem,
		    "[service] jwt_check = secret and jwt_secret_file need "
		    "each other");
	if (!wanted)
		return ERR_OK;
	r = files_read_secrets(
	    s->jwt_secret_file, &s->jwt_secret, &s->jwt_secret_previous);
	if (r != 0)
		return unread(problem, s->jwt_secret_file, r);
	if (strlen(s->jwt_secret) < JWS_SECRET_MIN_BYTES ||
	    (s->jwt_secret_previous != NULL &&
		strlen(s->jwt_secret_previous) < JWS_SECRET_MIN_BYTES))
		return wrong(problem,
		    "[service] jwt_secret_file: a secret has 32 bytes or more");
	return ERR_OK;
}

/* An https URL without a slash at its end, or "" where allowed. */
static bool
url_good(const char *url, bool may_lack)
{
	size_t len = strlen(url);

	if (len == 0)
		return may_lack;
	return strncmp(url, "https://", 8) == 0 && len > 8 &&
	    strcspn(url, " \t\"'<>@") == len;
}

static void
drop_slash(char *url)
{
	size_t len = strlen(url);

	if (len > 0 && url[len - 1] == '/')
		url[len - 1] = '\0';
}

/* What the type needs is there, and nothing of another type is. */
static int
check_directory(struct settings *s, struct conf_problem *problem)
{
	bool file = strcmp(s->directory_type, "file") == 0;
	bool scim = strcmp(s->directory_type, "scim") == 0;

	drop_slash(s->directory_url);
	if (file && s->directory_path[0] != '/')
		return wrong(problem,
		    "[directory] path must be absolute for type = file");
	if (!file && s->directory_path[0] != '\0')
		return wrong(problem, "[directory] path needs type = file");
	if (scim &&
	    (!url_good(s->directory_url, false) ||
		strpbrk(s->directory_url, "?#") != NULL))
		return wrong(problem,
		    "[directory] url must be an https URL for type = scim, "
		    "with nothing behind its path");
	if (scim && s->directory_token_file[0] == '\0')
		return wrong(problem,
		    "[directory] token_file is needed for type = scim");
	if (!scim &&
	    (s->directory_url[0] != '\0' || s->directory_token_file[0] != '\0'))
		return wrong(
		    problem, "[directory] url and token_file need type = scim");
	if (!file && !scim && s->profile_rules == NULL)
		return wrong(problem,
		    "[directory] type = service needs a [service] profile");
	return ERR_OK;
}

/* What the profile needs and cannot have would only be met at a sign-in. */
static int
check_profile_needs(const struct settings *s, struct conf_problem *problem)
{
	const struct profile *profile = s->profile_rules;

	if (profile == NULL)
		return ERR_OK;
	if (strcmp(s->jwt_check, "jwks") == 0 && s->jwks_url[0] == '\0' &&
	    profile->claims.jwks[0] == '\0')
		return wrong(problem,
		    "[service] jwt_check: the profile names no key set; give "
		    "jwks_url, or set jwt_check to secret or transport");
	if (strcmp(s->directory_type, "service") == 0 &&
	    s->api_key_file[0] == '\0' && profilecheck_uses(profile, "api_key"))
		return wrong(problem,
		    "[service] api_key_file is needed: the profile uses the "
		    "host's key");
	return ERR_OK;
}

static int
check_sources(struct settings *s, struct conf_problem *problem)
{
	drop_slash(s->service_url);
	if (!url_good(s->service_url, s->profile_rules == NULL))
		return wrong(problem, "[service] url must be an https URL");
	if (!url_good(s->jwks_url, true))
		return wrong(
		    problem, "[service] jwks_url must be an https URL");
	/* A slower beat would keep a withdrawn role alive for that long. */
	if (s->refresh_s < 1 || s->refresh_s > REFRESH_MAX_S)
		return wrong(
		    problem, "[directory] refresh must lie between 1s and 15m");
	if (s->hard_age_s <= s->refresh_s)
		return wrong(
		    problem, "[directory] hard_age must be above refresh");
	return ERR_OK;
}

static int
check_range(struct settings *s, struct conf_problem *problem)
{
	char first[16];
	const char *dash = strchr(s->id_range, '-');
	size_t len = dash == NULL ? 0 : (size_t)(dash - s->id_range);

	if (len == 0 || len >= sizeof(first))
		return wrong(problem, "[accounts] id_range must be FIRST-LAST");
	memcpy(first, s->id_range, len);
	first[len] = '\0';
	if (!conf_u32(first, &s->id_first) ||
	    !conf_u32(dash + 1, &s->id_last) || s->id_first > s->id_last ||
	    name_number_reserved(s->id_first) ||
	    name_number_reserved(s->id_last))
		return wrong(problem,
		    "[accounts] id_range must be FIRST-LAST outside the "
		    "reserved numbers");
	return ERR_OK;
}

static int
check_accounts(struct settings *s, struct conf_problem *problem)
{
	char sample[NAME_PATH_MAX + 1] = "";

	if (!name_path_valid(s->shell))
		return wrong(problem, "[accounts] shell must be a clean path");
	if (s->home[0] != '/' || strlen(s->home) >= sizeof(sample) ||
	    (strstr(s->home, "%u") == NULL && strstr(s->home, "%i") == NULL))
		return wrong(problem,
		    "[accounts] home must be an absolute path with %u or %i");
	if (s->everyone[0] != '\0' && !name_group_valid(s->everyone))
		return wrong(
		    problem, "[accounts] everyone must be a group name");
	if (s->deadline_s < 10 || s->deadline_s > 600)
		return wrong(
		    problem, "[login] deadline must lie between 10s and 10m");
	if (s->audit_file[0] != '\0' && s->audit_file[0] != '/')
		return wrong(problem, "[audit] file must be an absolute path");
	if (s->organization_name[0] == '\0' ||
	    !name_gecos_valid(s->organization_name))
		return wrong(problem,
		    "[organization] name is needed, as people read it");
	if (!name_id_valid(s->organization_id))
		return wrong(problem, "[organization] id is needed");
	return check_range(s, problem);
}

/* What would never match is told, not kept. */
static int
check_lists(struct settings *s, struct conf_problem *problem)
{
	for (size_t i = 0; i < s->services.count; i++) {
		if (strlen(s->services.items[i]) >= PROTO_SERVICE_SIZE)
			return wrong(
			    problem, "[login] services: not a PAM service");
	}
	return ERR_OK;
}

/* The lists of names become the policy. */
static int
make_policy(struct settings *s, struct conf_problem *problem)
{
	struct access_policy *policy = &s->policy;

	for (size_t i = 0; i < s->allow_roles.count; i++) {
		if (!name_role_valid(s->allow_roles.items[i]) ||
		    !text_copy(policy->allow_roles[i],
			sizeof(policy->allow_roles[i]),
			s->allow_roles.items[i]))
			return wrong(
			    problem, "[login] allow_roles: not a role id");
	}
	policy->allow_role_count = s->allow_roles.count;
	for (size_t i = 0; i < s->deny_local_groups.count; i++) {
		if (!name_group_valid(s->deny_local_groups.items[i]) ||
		    !text_copy(policy->deny_local_groups[i],
			sizeof(policy->deny_local_groups[i]),
			s->deny_local_groups.items[i]))
			return wrong(problem,
			    "[login] deny_local_groups: not a group name");
	}
	policy->deny_local_group_count = s->deny_local_groups.count;
	return text_copy(
		   policy->everyone, sizeof(policy->everyone), s->everyone)
	    ? ERR_OK
	    : wrong(problem, "[accounts] everyone must be a group name");
}

/* The first problem is the one that the start ends with. */
static void
on_problem(void *arg, const char *sentence)
{
	struct conf_problem *problem = arg;

	if (problem->text[0] == '\0')
		(void)snprintf(
		    problem->text, sizeof(problem->text), "%s", sentence);
}

static int
read_profile_at(
    struct settings *s, const char *folder, struct conf_problem *problem)
{
	char path[PATH_SIZE];
	int r = ERR_OK;

	(void)snprintf(path, sizeof(path), "%s/%s.conf", folder, s->profile);
	problem->text[0] = '\0';
	r = profilefile_read(path, on_problem, problem, &s->profile_rules);
	return r == 0 || problem->text[0] != '\0' ? r
						  : unread(problem, path, r);
}

/* The administrator's own profile wins over the shipped one. */
static int
read_profile(struct settings *s, struct conf_problem *problem)
{
	int r = ERR_OK;

	if (strcmp(s->profile, "none") == 0)
		return ERR_OK;
	if (!name_group_valid(s->profile))
		return wrong(problem, "[service] profile: not a profile name");
	r = read_profile_at(s, PATH_PROFILES_LOCAL, problem);
	return r == ERR_NOT_FOUND ? read_profile_at(s, PATH_PROFILES, problem)
				  : r;
}

static bool
passwords_on(const struct settings *s)
{
	return strcmp(s->auth_policy, "standard") == 0;
}

/* Without a provider people can only give the service a password. */
static int
check_ways(const struct settings *s, struct conf_problem *problem)
{
	const struct profile *profile = s->profile_rules;

	if (s->providers.count > 0 ||
	    (passwords_on(s) && profile != NULL &&
		profile->ops[PROFILE_PASSWORD_LOGIN].present))
		return ERR_OK;
	return wrong(problem,
	    "a section [provider NAME] is needed, unless [service] auth_policy "
	    "= standard and the profile has password_login");
}

static int
complete(struct settings *s, struct conf_problem *problem)
{
	int r = read_profile(s, problem);

	if (r == 0)
		r = check_ways(s, problem);
	if (r == 0)
		r = check_profile_needs(s, problem);
	if (r == 0)
		r = providerset_complete(&s->providers, problem);
	if (r == 0)
		r = check_sources(s, problem);
	if (r == 0)
		r = check_directory(s, problem);
	if (r == 0)
		r = check_accounts(s, problem);
	if (r == 0)
		r = check_lists(s, problem);
	if (r == 0)
		r = factorset_check(s, problem);
	if (r == 0)
		r = make_policy(s, problem);
	if (r == 0)
		r = read_secret(s->api_key_file, &s->api_key, problem);
	if (r == 0)
		r = read_jwt_secret(s, problem);
	if (r == 0)
		r = read_secret(
		    s->directory_token_file, &s->directory_token, problem);
	return r;
}

void
settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	access_policy_done(&settings->policy);
	profile_free(settings->profile_rules);
	providerset_done(&settings->providers);
	secret_free_string(settings->api_key);
	secret_free_string(settings->jwt_secret);
	secret_free_string(settings->jwt_secret_previous);
	secret_free_string(settings->directory_token);
	free(settings);
}

int
settings_load(const char *config_path, struct settings **ret_settings,
    struct conf_problem *problem)
{
	struct settings *settings SETTINGS_AUTO = calloc(1, sizeof(*settings));
	struct conf *conf CONF_AUTO = NULL;
	int r = settings == NULL ? ERR_NO_MEMORY : conf_new(&conf);

	if (r != 0)
		return r;
	keytable_defaults(settings);
	r = read_file(conf, config_path, problem);
	if (r == 0)
		r = read_folder(conf, config_path, problem);
	if (r == 0)
		r = take_entries(settings, conf, problem);
	if (r == 0)
		r = complete(settings, problem);
	if (r == 0)
		*ret_settings = TAKE(settings);
	return r;
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

struct http_options
settings_http(const struct settings *settings)
{
	return (struct http_options){
	    .ca_file = or_null(settings->ca_file),
	    .user_agent = "orglogin/" ORGLOGIN_VERSION,
	};
}

struct idsvc_options
settings_idsvc(const struct settings *settings)
{
	return (struct idsvc_options){
	    .profile = settings->profile_rules,
	    .url = settings->service_url,
	    .organization_id = settings->organization_id,
	    .api_key = settings->api_key,
	    .jwt_issuer = or_null(settings->jwt_issuer),
	    .jwt_audience = or_null(settings->jwt_audience),
	    .jwks_url = or_null(settings->jwks_url),
	    .jwt_transport = strcmp(settings->jwt_check, "transport") == 0,
	    .jwt_secret = settings->jwt_secret,
	    .jwt_secret_previous = settings->jwt_secret_previous,
	    .passwords = passwords_on(settings),
	};
}

struct scim_options
settings_scim(const struct settings *settings)
{
	return (struct scim_options){
	    .url = settings->directory_url,
	    .token = settings->directory_token,
	    .policy = &settings->policy,
	};
}

static enum username_rule
username_rule(const char *word)
{
	if (strcmp(word, "email") == 0)
		return USERNAME_EMAIL;
	if (strcmp(word, "preferred_username") == 0)
		return USERNAME_PREFERRED;
	return USERNAME_LOCAL_PART;
}

struct directory_options
settings_directory(const struct settings *settings)
{
	return (struct directory_options){
	    .organization_id = settings->organization_id,
	    .organization_name = settings->organization_name,
	    .policy = &settings->policy,
	    .claimed_age_s = settings->login_offline_s,
	    .username = username_rule(settings->username),
	    .shell = settings->shell,
	    .home = settings->home,
	    .shells_path = PATH_SHELLS,
	    .group_members_max = settings->group_members_max,
	    .id_first = settings->id_first,
	    .id_last = settings->id_last,
	    .refresh_s = settings->refresh_s,
	    .hard_age_s = settings->hard_age_s,
	    .max_shrink_percent = settings->max_shrink_percent,
	    .snapshot_path = PATH_SNAPSHOT,
	    .locals = {.passwd = PATH_PASSWD,
		.group = PATH_GROUP,
		.subuid = PATH_SUBUID,
		.subgid = PATH_SUBGID},
	};
}

struct standing
settings_standing(const struct settings *settings, struct directory *directory)
{
	return (struct standing){
	    .directory = directory,
	    .policy = &settings->policy,
	    .refresh_s = settings->refresh_s,
	    .hard_age_s = settings->hard_age_s,
	    .login_offline_s = settings->login_offline_s,
	    .sudo_offline_s = settings->sudo_offline_s,
	};
}

/* What is too long was refused at the start. */
static size_t
copy_services(char out[SIGNIN_LIST_MAX][PROTO_SERVICE_SIZE],
    const struct settings_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		(void)text_cut(out[i], sizeof(out[i]), list->items[i]);
	return list->count;
}

void
settings_signin(
    const struct settings *settings, struct signin_options *ret_options)
{
	*ret_options = (struct signin_options){
	    .organization_name = settings->organization_name,
	    .deadline_s = settings->deadline_s,
	    .max_age_s = settings->sudo_max_age_s,
	    .second = factorset_policy(settings),
	};
	ret_options->service_count =
	    copy_services(ret_options->services, &settings->services);
	ret_options->pin_service_count =
	    copy_services(ret_options->pin_services, &settings->pin_services);
}
