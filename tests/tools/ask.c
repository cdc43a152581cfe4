/*
 * ask.c - runs operations of a profile against a service, one after another on
 * kept connections, for tests of what the service is asked.
 *
 *   ask OPTION=VALUE... OPERATION [NAME=VALUE]... [/ OPERATION ...]...
 *
 * Options: profile url ca organization key secret transport passwords issuer
 * audience.  A value "@NAME" is what an earlier operation brought.  Prints a
 * line for each operation: its name, its reason, and what is known of the
 * person.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "common/err.h"
#include "services/idsvc.h"
#include "services/profilefile.h"

/* What there may be one value for. */
static const char *const options[] = {"profile", "url", "ca", "organization",
    "key", "secret", "transport", "passwords", "issuer", "audience"};
static const char *const fields[] = {"id_token", "issuer", "subject", "mail",
    "name", "provider", "password", "code", "session_token", "jwt",
    "refresh_token", "organization", "role", "member"};
static const char *const brought[] = {
    "jwt", "refresh_token", "session_token", "subject"};

struct asking {
	struct loop *loop;
	struct idsvc *idsvc;
	const char *operation;
	const char *options[ARRAY_SIZE(options)];
	const char *fields[ARRAY_SIZE(fields)];
	char *brought[ARRAY_SIZE(brought)];
};

static void
die(const char *what, const char *which)
{
	(void)fprintf(stderr, "ask: %s %s\n", what, which);
	exit(2);
}

static size_t
index_of(const char *const *names, size_t count, const char *text, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0)
			return i;
	}
	return count;
}

static const char *
option(const struct asking *a, const char *name)
{
	return a->options[index_of(
	    options, ARRAY_SIZE(options), name, strlen(name))];
}

static void
set_value(struct asking *a, const char **values, const char *const *names,
    size_t count, const char *argument)
{
	size_t len = strcspn(argument, "=");
	size_t i = index_of(names, count, argument, len);
	const char *value = argument + len + 1;

	if (i == count || argument[len] != '=')
		die("no such value:", argument);
	if (value[0] == '@') {
		size_t b = index_of(
		    brought, ARRAY_SIZE(brought), value + 1, strlen(value + 1));

		if (b == ARRAY_SIZE(brought))
			die("nothing brings", value);
		value = a->brought[b];
	}
	values[i] = value;
}

static void
print_list(const char *name, const char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)printf("%s%s", i == 0 ? name : ",", items[i]);
}

static void
keep(char **place, const char *value)
{
	if (value == NULL)
		return;
	free(*place);
	*place = strdup(value);
}

static void
on_standing(void *arg, const struct idsvc_standing *s)
{
	struct asking *a = arg;
	const char *const values[] = {
	    s->jwt, s->refresh_token, s->session_token, s->subject};

	(void)printf("%s %s", a->operation, err_name(s->reason));
	if (s->subject != NULL)
		(void)printf(" subject=%s", s->subject);
	if (s->organization != NULL)
		(void)printf(" organization=%s", s->organization);
	print_list(" roles=", s->roles, s->role_count);
	print_list(" scopes=", s->scopes, s->scope_count);
	if (s->system_role != NULL)
		(void)printf(" system_role=%s", s->system_role);
	for (size_t i = 0; i < ARRAY_SIZE(brought); i++) {
		keep(&a->brought[i], values[i]);
		if (i < 3 && values[i] != NULL)
			(void)printf(" %s", brought[i]);
	}
	(void)putchar('\n');
	loop_stop(a->loop);
}

static void
on_members(void *arg, const struct source_result *result)
{
	struct asking *a = arg;
	struct members *members MEMBERS_AUTO = NULL;

	(void)printf("members %s", err_name(result->reason));
	if (result->reason == 0) {
		members = TAKE(*result->members);
		(void)printf(" count=%zu", members_count(members));
		for (size_t i = 0; i < members_count(members); i++) {
			struct member m = {0};

			if (members_get(members, i, &m) && m.role_count > 0)
				(void)printf(" %s:%s:%s", m.id, m.roles[0],
				    member_state_name(m.state));
		}
	}
	(void)putchar('\n');
	loop_stop(a->loop);
}

static struct members *
on_known(void *arg)
{
	return NULL;
}

static void
on_progress(void *arg, uint32_t done, uint32_t total)
{
}

static int
list(struct asking *a)
{
	const struct source source = idsvc_source(a->idsvc);
	const struct source_request request = {.arg = a,
	    .known = on_known,
	    .progress = on_progress,
	    .done = on_members};

	return source.fetch(source.self, &request);
}

static int
ask(struct asking *a, enum profile_op op)
{
	const char *const *v = a->fields;
	uint64_t id = 0;

	return idsvc_ask(a->idsvc,
	    &(struct idsvc_call){.op = op,
		.id_token = v[0],
		.issuer = v[1],
		.subject = v[2],
		.mail = v[3],
		.name = v[4],
		.provider = v[5],
		.password = v[6],
		.code = v[7],
		.session_token = v[8],
		.jwt = v[9],
		.refresh_token = v[10],
		.organization = v[11],
		.role = v[12],
		.member = v[13]},
	    on_standing, a, &id);
}

static void
run(struct asking *a)
{
	enum profile_op op = PROFILE_SIGNIN;
	int r = ERR_OK;

	if (!profile_op_from_name(a->operation, &op))
		die("no operation", a->operation);
	r = op == PROFILE_MEMBERS ? list(a) : ask(a, op);
	if (r != 0)
		(void)printf("%s %s\n", a->operation, err_name(r));
	else
		loop_run(a->loop);
}

static void
on_problem(void *arg, const char *sentence)
{
	(void)fprintf(stderr, "%s\n", sentence);
}

static void
start(struct asking *a, struct http **http, struct profile **profile)
{
	if (profilefile_read(option(a, "profile"), on_problem, NULL, profile) !=
		0 ||
	    loop_new(&a->loop) != 0 ||
	    http_new(a->loop,
		&(struct http_options){
		    .ca_file = option(a, "ca"), .user_agent = "orglogin/test"},
		http) != 0 ||
	    idsvc_new(a->loop, *http, clock_system(),
		&(struct idsvc_options){.profile = *profile,
		    .url = option(a, "url"),
		    .organization_id = option(a, "organization"),
		    .api_key = option(a, "key"),
		    .jwt_secret = option(a, "secret"),
		    .jwt_transport = option(a, "transport") != NULL,
		    .jwt_issuer = option(a, "issuer"),
		    .jwt_audience = option(a, "audience"),
		    .passwords = option(a, "passwords") != NULL},
		&a->idsvc) != 0)
		die("cannot begin with", option(a, "profile"));
}

int
main(int argc, char **argv)
{
	struct asking a = {0};
	struct http *http = NULL;
	struct profile *profile = NULL;
	int i = 1;

	for (; i < argc && strchr(argv[i], '=') != NULL; i++)
		set_value(&a, a.options, options, ARRAY_SIZE(options), argv[i]);
	start(&a, &http, &profile);
	while (i < argc) {
		a.operation = argv[i++];
		memset(a.fields, 0, sizeof(a.fields));
		for (; i < argc && strcmp(argv[i], "/") != 0; i++)
			set_value(
			    &a, a.fields, fields, ARRAY_SIZE(fields), argv[i]);
		i++;
		run(&a);
	}
	idsvc_free(a.idsvc);
	http_free(http);
	loop_free(a.loop);
	profile_free(profile);
	for (size_t b = 0; b < ARRAY_SIZE(brought); b++)
		free(a.brought[b]);
	return 0;
}
