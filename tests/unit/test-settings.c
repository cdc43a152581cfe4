/*
 * test-settings.c - a configuration that is whole is handed on as it stands;
 * any other ends the start with one sentence.
 */
#include "settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/profilefile.h"

#ifndef PROFILES_FOLDER /* the build says where they are */
#define PROFILES_FOLDER "packaging/profiles"
#endif

int __real_profilefile_read(const char *path, profilefile_fn *tell, void *arg,
    struct profile **ret_profile);
int __wrap_profilefile_read(const char *path, profilefile_fn *tell, void *arg,
    struct profile **ret_profile);

/* The profiles that are shipped, which need not be installed here. */
int
__wrap_profilefile_read(const char *path, profilefile_fn *tell, void *arg,
    struct profile **ret_profile)
{
	char shipped[1024];

	snprintf(shipped, sizeof(shipped), "%s%s", PROFILES_FOLDER,
	    strrchr(path, '/'));
	return __real_profilefile_read(shipped, tell, arg, ret_profile);
}

struct fixture {
	char folder[64];
	char config[96];
	char conf_d[96];
	char secret[96];
};

/* A line each of a configuration that is good; NULL ends it. */
static const char *const good[] = {
    "[organization]",
    "id = org-1",
    "name = Acme",
    "[provider acme]",
    "type = oidc",
    "issuer = https://id.example/realm/",
    "client_id = host-1",
    "client_secret_file = @SECRET@",
    "allowed_domains = acme.example, sub.acme.example",
    "[directory]",
    "type = file",
    "path = /etc/orglogin/members.jsonl",
    "refresh = 30s",
    "hard_age = 2d",
    "[login]",
    "allow_roles = User, OrganizationAdmin",
    "services = sshd, sudo",
    "[sudo]",
    "max_age = 5m",
    "[role OrganizationAdmin]",
    "groups = org-admins",
    "local_groups = adm",
    NULL,
};

static void
put_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	snprintf(f->folder, sizeof(f->folder), "/tmp/test-settings.XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return -1;
	snprintf(f->config, sizeof(f->config), "%s/orglogin.conf", f->folder);
	snprintf(f->conf_d, sizeof(f->conf_d), "%s/conf.d", f->folder);
	snprintf(f->secret, sizeof(f->secret), "%s/secret", f->folder);
	put_file(f->secret, "hush\n", 0400);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char path[128];

	for (int i = 0; i < 10; i++) {
		snprintf(path, sizeof(path), "%s/%d.conf", f->conf_d, i);
		(void)unlink(path);
	}
	snprintf(path, sizeof(path), "%s/ignored", f->conf_d);
	(void)unlink(path);
	(void)unlink(f->conf_d);
	(void)rmdir(f->conf_d);
	(void)unlink(f->config);
	(void)unlink(f->secret);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

/* Writes the good configuration with the line of this key replaced; NULL or ""
 * drops it. */
static void
write_with(struct fixture *f, const char *line, const char *other)
{
	char text[4096] = "";

	for (size_t i = 0; good[i] != NULL; i++) {
		const char *l = good[i];

		if (line != NULL && strncmp(l, line, strlen(line)) == 0)
			l = other == NULL ? "" : other;
		if (strcmp(l, "client_secret_file = @SECRET@") == 0)
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text),
			    "client_secret_file = %s\n", f->secret);
		else
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%s\n", l);
	}
	put_file(f->config, text, 0644);
}

static int
load(struct fixture *f, struct conf_problem *problem)
{
	struct settings *settings SETTINGS_AUTO = NULL;

	problem->text[0] = '\0';
	return settings_load(f->config, &settings, problem);
}

static void
a_whole_configuration_reaches_each_module(void **state)
{
	struct fixture *f = *state;
	struct settings *s SETTINGS_AUTO = NULL;
	struct signin_options *signin = calloc(1, sizeof(*signin));
	struct conf_problem problem;
	struct standing standing;
	struct idp_options corp;

	assert_non_null(signin);
	write_with(f, NULL, NULL);
	assert_int_equal(settings_load(f->config, &s, &problem), 0);
	assert_int_equal(s->providers.count, 1);
	corp = providerset_options(&s->providers.entries[0]);
	assert_string_equal(corp.issuer, good[5] + 9);
	assert_string_equal(corp.client_id, "host-1");
	assert_string_equal(corp.client_secret, "hush");
	assert_null(settings_http(s).ca_file);
	assert_string_equal(settings_directory(s).organization_id, "org-1");
	assert_int_equal(settings_directory(s).refresh_s, 30);
	assert_int_equal(settings_directory(s).id_first, 1879048192);
	assert_int_equal(settings_directory(s).id_last, 2147352575);
	assert_ptr_equal(settings_directory(s).policy, &s->policy);
	assert_false(settings_idsvc(s).jwt_transport);
	standing = settings_standing(s, NULL);
	assert_int_equal(standing.hard_age_s, 2 * 86400);
	assert_int_equal(standing.login_offline_s, 43200);
	assert_int_equal(standing.sudo_offline_s, 900);
	settings_signin(s, signin);
	assert_int_equal(signin->deadline_s, 110);
	assert_int_equal(signin->max_age_s, 300);
	assert_int_equal(signin->service_count, 2);
	assert_string_equal(signin->services[1], "sudo");
	assert_int_equal(corp.domain_count, 2);
	assert_string_equal(corp.domains[1], "sub.acme.example");
	assert_int_equal(s->policy.allow_role_count, 2);
	assert_string_equal(s->policy.allow_roles[1], "OrganizationAdmin");
	assert_int_equal(s->policy.mapping_count, 1);
	assert_true(access_local_group_denied(&s->policy, "docker"));
	assert_string_equal(s->policy.everyone, "org-members");
	assert_null(s->profile_rules);
	free(signin);
}

static const struct {
	const char *line;
	const char *other;
	const char *word; /* of the sentence */
} cases[] = {
    {"[provider acme]", "[login]", "orglogin.conf:"},
    {"id =", NULL, "[organization] id"},
    {"id =", "id = \xc3\xa9", "[organization] id"},
    {"name =", NULL, "[organization] name"},
    {"name =", "name = a:b", "[organization] name"},
    {"issuer =", NULL, "issuer"},
    {"issuer =", "issuer = http://id.example", "issuer"},
    {"issuer =", "issuer = https://", "issuer"},
    {"issuer =", "issuer = https://x@id.example", "issuer"},
    {"client_id =", NULL, "client_id"},
    {"type = oidc", NULL, "[provider acme] type"},
    {"allowed_domains =", "allowed_domains = @acme.example", "allowed_domains"},
    {"allowed_domains =", "allowed_domains = *.acme.example",
	"allowed_domains"},
    {"allowed_domains =", "allowed_domains = .acme.example", "allowed_domains"},
    {"type = file", NULL, "path needs type = file"},
    {"path =", NULL, "path must be absolute"},
    {"path =", "path = members.jsonl", "path must be absolute"},
    {"refresh =", "refresh = 0", "refresh"},
    {"refresh =", "refresh = 901s", "refresh"},
    {"hard_age =", "hard_age = 30s", "hard_age"},
    {"allow_roles =", "allow_roles = a b", "allow_roles"},
    {"services =",
	"services = "
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxx",
	"services"},
    {"max_age =", "nosuch = 1", "unknown key"},
    {"max_age =", "max_age = 5m\nmax_age = 5m", "orglogin.conf:"},
    {"[sudo]", "[login]", "orglogin.conf:"},
    {"[sudo]", "[sudo]\n[sudo]", "orglogin.conf:"},
    {"[sudo]", "[accounts]\nid_range = 1-2\n[sudo]", "id_range"},
    {"[sudo]", "[accounts]\nid_range = 9-8\n[sudo]", "id_range"},
    {"[sudo]", "[accounts]\nid_range = 70000\n[sudo]", "id_range"},
    {"[sudo]", "[accounts]\nid_range = 70000-2147483648\n[sudo]", "id_range"},
    {"[sudo]", "[accounts]\nhome = /home\n[sudo]", "home"},
    {"[sudo]", "[accounts]\nhome = %u\n[sudo]", "home"},
    {"[sudo]", "[accounts]\nshell = bash\n[sudo]", "shell"},
    {"[sudo]", "[accounts]\neveryone = All\n[sudo]", "everyone"},
    {"services =", "deadline = 9s", "deadline"},
    {"services =", "deadline = 601s", "deadline"},
    {"services =", "deny_local_groups = a b", "deny_local_groups"},
    {"[sudo]", "[service]\nurl = http://id.example\n[sudo]", "url"},
    {"[sudo]", "[service]\njwks_url = id.example\n[sudo]", "jwks_url"},
    {"[sudo]", "[service]\nprofile = ../x\n[sudo]", "profile"},
    {"[sudo]", "[service]\njwt_check = hope\n[sudo]", "not supported yet"},
    {"[sudo]", "[service]\njwt_check = secret\n[sudo]", "jwt_secret_file"},
    {"[sudo]", "[service]\njwt_secret_file = /etc/x\n[sudo]",
	"jwt_secret_file"},
};

static void
what_is_missing_or_does_not_fit_is_named(void **state)
{
	struct fixture *f = *state;
	struct conf_problem problem;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		write_with(f, cases[i].line, cases[i].other);
		if (load(f, &problem) != ERR_CONFIG_INVALID)
			fail_msg("case %zu was taken", i);
		if (strstr(problem.text, cases[i].word) == NULL)
			fail_msg("case %zu: \"%s\"", i, problem.text);
	}
}

/* The good configuration with other lines of [directory], and this token file.
 */
static int
load_directory(struct fixture *f, const char *lines, const char *token_file,
    struct settings **ret_settings, struct conf_problem *problem)
{
	char path[128];
	char text[1024];

	write_with(f, NULL, NULL);
	(void)mkdir(f->conf_d, 0755);
	snprintf(path, sizeof(path), "%s/1.conf", f->conf_d);
	snprintf(text, sizeof(text), "[directory]\n%s\ntoken_file = %s\n",
	    lines, token_file);
	put_file(path, text, 0644);
	problem->text[0] = '\0';
	return settings_load(f->config, ret_settings, problem);
}

static void
scim_needs_an_https_url_and_a_token(void **state)
{
	static const struct {
		const char *lines;
		bool token;
		const char *word;
	} wrong[] = {
	    {"path =\ntype = scim", true, "[directory] url"},
	    {"path =\ntype = scim\nurl = http://scim.test/v2", true,
		"[directory] url"},
	    {"path =\ntype = scim\nurl = https://x@scim.test", true,
		"[directory] url"},
	    {"path =\ntype = scim\nurl = https://scim.test/v2?a=b", true,
		"[directory] url"},
	    {"path =\ntype = scim\nurl = https://scim.test/#v2", true,
		"[directory] url"},
	    {"path =\ntype = scim\nurl = https://scim.test/v2", false,
		"token_file"},
	    {"type = scim\nurl = https://scim.test/v2\npath = /x", true,
		"path needs type = file"},
	    {"type = file\npath = /x\nurl = https://scim.test/v2", false,
		"need type = scim"},
	    {"type = file\npath = /x", true, "need type = scim"},
	};
	struct fixture *f = *state;
	struct settings *s SETTINGS_AUTO = NULL;
	struct conf_problem problem;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (load_directory(f, wrong[i].lines,
			wrong[i].token ? f->secret : "", &s,
			&problem) != ERR_CONFIG_INVALID)
			fail_msg("case %zu was taken", i);
		if (strstr(problem.text, wrong[i].word) == NULL)
			fail_msg("case %zu: \"%s\"", i, problem.text);
	}
	assert_int_equal(load_directory(f,
			     "path =\ntype = scim\nurl = https://scim.test/v2/",
			     f->secret, &s, &problem),
	    0);
	assert_string_equal(settings_scim(s).url, "https://scim.test/v2");
	assert_string_equal(settings_scim(s).token, "hush");
	assert_ptr_equal(settings_scim(s).policy, &s->policy);
}

static void
a_scim_token_that_others_can_read_is_refused(void **state)
{
	struct fixture *f = *state;
	struct settings *s SETTINGS_AUTO = NULL;
	struct conf_problem problem;
	char token[128];

	snprintf(token, sizeof(token), "%s/0.conf", f->folder);
	put_file(token, "scim-secret\n", 0644);
	assert_int_equal(
	    load_directory(f, "path =\ntype = scim\nurl = https://scim.test",
		token, &s, &problem),
	    ERR_INSECURE_FILE);
	assert_non_null(strstr(problem.text, token));
	assert_null(strstr(problem.text, "scim-secret"));
	assert_int_equal(unlink(token), 0);
}

static void
a_profile_that_is_not_there_is_named(void **state)
{
	struct fixture *f = *state;
	struct conf_problem problem;

	write_with(f, "[sudo]", "[service]\nprofile = no-such-one\n[sudo]");
	assert_int_equal(load(f, &problem), ERR_NOT_FOUND);
	assert_non_null(strstr(problem.text, "no-such-one.conf"));
}

/* A host without a provider. */
static int
load_service(struct fixture *f, const char *profile, const char *policy,
    struct settings **ret_settings, struct conf_problem *problem)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "[organization]\nid = org-1\nname = Acme\n"
	    "[service]\nprofile = %s\nurl = https://svc.example\n"
	    "api_key_file = %s\njwt_check = transport\n%s\n"
	    "[login]\nallow_roles = User\n",
	    profile, f->secret, policy);
	put_file(f->config, text, 0644);
	problem->text[0] = '\0';
	return settings_load(f->config, ret_settings, problem);
}

static void
passwords_alone_need_no_provider(void **state)
{
	static const char *const profiles[] = {"monozu", "lira", "eloquent"};
	struct fixture *f = *state;
	struct conf_problem problem;

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct settings *s SETTINGS_AUTO = NULL;

		if (load_service(f, profiles[i], "auth_policy = standard", &s,
			&problem) != 0)
			fail_msg("%s: %s", profiles[i], problem.text);
		assert_int_equal(s->providers.count, 0);
		assert_true(settings_idsvc(s).passwords);
	}
}

static void
nobody_could_sign_in_without_provider_and_password(void **state)
{
	static const struct {
		const char *profile;
		const char *policy;
	} hosts[] = {
	    {"lira", ""},
	    {"lira", "auth_policy = restricted"},
	    {"percus", "auth_policy = standard"},
	    {"better-auth", "auth_policy = standard"},
	    {"none", "auth_policy = standard"},
	};
	struct fixture *f = *state;
	struct settings *s SETTINGS_AUTO = NULL;
	struct conf_problem problem;

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		if (load_service(f, hosts[i].profile, hosts[i].policy, &s,
			&problem) != ERR_CONFIG_INVALID)
			fail_msg("case %zu was taken", i);
		if (strstr(problem.text, "[provider NAME] is needed") == NULL)
			fail_msg("case %zu: \"%s\"", i, problem.text);
	}
}

static void
secrets_that_others_can_read_are_refused(void **state)
{
	static const mode_t modes[] = {0444, 0440, 0644, 0404, 0660};
	struct fixture *f = *state;
	struct conf_problem problem;

	write_with(f, NULL, NULL);
	/* Root's own group is no others. */
	assert_int_equal(chown(f->secret, 0, 65534), 0);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(chmod(f->secret, modes[i]), 0);
		assert_int_equal(load(f, &problem), ERR_INSECURE_FILE);
		assert_non_null(strstr(problem.text, f->secret));
		assert_null(strstr(problem.text, "hush"));
	}
	assert_int_equal(unlink(f->secret), 0);
	assert_int_equal(load(f, &problem), ERR_NOT_FOUND);
	put_file(f->secret, "", 0400);
	assert_int_equal(load(f, &problem), ERR_MALFORMED);
}

#define SECRET "0123456789abcdef0123456789abcde\xc3"
#define PREVIOUS "-123456789abcdef0123456789abcdef"

static int
load_jwt_secret(struct fixture *f, const char *content, mode_t mode,
    struct settings **ret_settings, struct conf_problem *problem)
{
	char path[128];
	char section[256];

	snprintf(path, sizeof(path), "%s/0.conf", f->folder);
	put_file(path, content, mode);
	snprintf(section, sizeof(section),
	    "[service]\njwt_check = secret\njwt_secret_file = %s\n[sudo]",
	    path);
	write_with(f, "[sudo]", section);
	problem->text[0] = '\0';
	int r = settings_load(f->config, ret_settings, problem);
	assert_int_equal(unlink(path), 0);
	return r;
}

static void
a_jwt_secret_is_one_line_and_the_previous_the_next(void **state)
{
	struct fixture *f = *state;
	struct settings *one SETTINGS_AUTO = NULL;
	struct settings *two SETTINGS_AUTO = NULL;
	struct conf_problem problem;

	assert_int_equal(
	    load_jwt_secret(f, SECRET "\n", 0400, &one, &problem), 0);
	assert_string_equal(settings_idsvc(one).jwt_secret, SECRET);
	assert_null(settings_idsvc(one).jwt_secret_previous);
	assert_false(settings_idsvc(one).jwt_transport);
	assert_int_equal(
	    load_jwt_secret(f, SECRET "\n" PREVIOUS, 0400, &two, &problem), 0);
	assert_string_equal(settings_idsvc(two).jwt_secret, SECRET);
	assert_string_equal(settings_idsvc(two).jwt_secret_previous, PREVIOUS);
}

static void
a_jwt_secret_that_is_weak_or_open_is_refused_and_never_told(void **state)
{
	static const struct {
		const char *content;
		mode_t mode;
		int fault;
	} files[] = {
	    {SECRET, 0444, ERR_INSECURE_FILE},
	    {SECRET, 0404, ERR_INSECURE_FILE},
	    {"123456789abcdef0123456789abcde\n", 0400, ERR_CONFIG_INVALID},
	    {SECRET "\n123456789abcdef\n", 0400, ERR_CONFIG_INVALID},
	    {"", 0400, ERR_MALFORMED},
	    {"\n" SECRET "\n", 0400, ERR_MALFORMED},
	    {SECRET "\n\n", 0400, ERR_MALFORMED},
	    {SECRET "\r\n", 0400, ERR_MALFORMED},
	    {SECRET "\n" PREVIOUS "\n" PREVIOUS, 0400, ERR_MALFORMED},
	};
	struct fixture *f = *state;
	struct conf_problem problem;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct settings *s SETTINGS_AUTO = NULL;

		assert_int_equal(load_jwt_secret(f, files[i].content,
				     files[i].mode, &s, &problem),
		    files[i].fault);
		assert_string_not_equal(problem.text, "");
		assert_null(strstr(problem.text, "23456789abcdef"));
	}
}

static void
files_of_the_folder_follow_in_order(void **state)
{
	struct fixture *f = *state;
	struct settings *s SETTINGS_AUTO = NULL;
	struct conf_problem problem;
	char path[128];

	write_with(f, NULL, NULL);
	assert_int_equal(mkdir(f->conf_d, 0755), 0);
	snprintf(path, sizeof(path), "%s/2.conf", f->conf_d);
	put_file(path, "[organization]\nname = Second\n", 0644);
	snprintf(path, sizeof(path), "%s/1.conf", f->conf_d);
	put_file(path, "[organization]\nname = First\n", 0644);
	snprintf(path, sizeof(path), "%s/ignored", f->conf_d);
	put_file(path, "nonsense\n", 0644);
	assert_int_equal(settings_load(f->config, &s, &problem), 0);
	assert_string_equal(s->organization_name, "Second");
	snprintf(path, sizeof(path), "%s/3.conf", f->conf_d);
	put_file(path, "[login]\nnosuch = 1\n", 0644);
	assert_int_equal(load(f, &problem), ERR_CONFIG_INVALID);
	assert_non_null(strstr(problem.text, "3.conf:2: unknown key"));
	put_file(path, "[login]\n", 0666);
	assert_int_equal(load(f, &problem), ERR_INSECURE_FILE);
	assert_non_null(strstr(problem.text, "3.conf"));
}

static void
a_folder_that_cannot_be_read_is_no_empty_one(void **state)
{
	struct fixture *f = *state;
	struct conf_problem problem;

	write_with(f, NULL, NULL);
	put_file(f->conf_d, "[login]\n", 0644);
	assert_int_equal(load(f, &problem), ERR_IO);
	assert_non_null(strstr(problem.text, "conf.d"));
	assert_int_equal(unlink(f->config), 0);
	assert_int_equal(load(f, &problem), ERR_NOT_FOUND);
	assert_non_null(strstr(problem.text, "orglogin.conf"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_whole_configuration_reaches_each_module),
	    T(what_is_missing_or_does_not_fit_is_named),
	    T(scim_needs_an_https_url_and_a_token),
	    T(a_scim_token_that_others_can_read_is_refused),
	    T(a_profile_that_is_not_there_is_named),
	    T(passwords_alone_need_no_provider),
	    T(nobody_could_sign_in_without_provider_and_password),
	    T(secrets_that_others_can_read_are_refused),
	    T(a_jwt_secret_is_one_line_and_the_previous_the_next),
	    T(a_jwt_secret_that_is_weak_or_open_is_refused_and_never_told),
	    T(files_of_the_folder_follow_in_order),
	    T(a_folder_that_cannot_be_read_is_no_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
