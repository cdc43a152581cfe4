/*
 * profiletool.c - a profile's file checked, and an operation run outside the
 * daemon with its configuration, keys and code, so that what is seen here is
 * what a sign-in meets.
 *
 * Keeps nothing: no state is opened, no token is stored.
 */
#include "profiletool.h"

#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "common/err.h"
#include "common/secret.h"
#include "services/idsvc.h"
#include "services/profilefile.h"

#define TRACE_MAX_BYTES ((size_t)1024 * 1024)
#define FIELDS 14
#define LINE_MAX_BYTES ((size_t)20 * 1024)

struct trying {
	struct loop *loop;
	FILE *out;
	int reason;
};

/* What to ask with; each value is a secret. */
struct given {
	struct idsvc_call call;
	char *values[FIELDS];
	size_t count;
};

/* A variable of the call, by its name; NULL: there is none. */
static const char **
field_of(struct idsvc_call *call, const char *name, size_t len)
{
	const struct {
		const char *name;
		const char **field;
	} fields[FIELDS] = {
	    {"id_token", &call->id_token},
	    {"issuer", &call->issuer},
	    {"subject", &call->subject},
	    {"mail", &call->mail},
	    {"name", &call->name},
	    {"provider", &call->provider},
	    {"password", &call->password},
	    {"code", &call->code},
	    {"session_token", &call->session_token},
	    {"jwt", &call->jwt},
	    {"refresh_token", &call->refresh_token},
	    {"organization", &call->organization},
	    {"role", &call->role},
	    {"member", &call->member},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strlen(fields[i].name) == len &&
		    memcmp(fields[i].name, name, len) == 0)
			return fields[i].field;
	}
	return NULL;
}

static int
take_line(struct given *given, char *line)
{
	size_t len = strcspn(line, "=");
	const char **field = field_of(&given->call, line, len);
	char *value = NULL;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '\0')
		return ERR_OK;
	if (line[len] != '=' || field == NULL || *field != NULL)
		return ERR_INVALID_ARGUMENT;
	value = secret_dup(line + len + 1, strlen(line + len + 1));
	if (value == NULL)
		return ERR_NO_MEMORY;
	*field = given->values[given->count++] = value;
	return ERR_OK;
}

static int
read_call(struct given *given, FILE *in)
{
	char *line = calloc(1, LINE_MAX_BYTES);
	int r = line == NULL ? ERR_NO_MEMORY : ERR_OK;

	while (r == 0 && fgets(line, LINE_MAX_BYTES, in) != NULL)
		r = take_line(given, line);
	if (line != NULL)
		secret_wipe(line, LINE_MAX_BYTES);
	free(line);
	return r;
}

static void
end(struct trying *t, int reason)
{
	t->reason = reason;
	(void)fprintf(t->out, "= %s\n", err_name(reason));
	loop_stop(t->loop);
}

static void
put_list(FILE *out, const char *name, const char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)fprintf(out, "%s%s%s", i == 0 ? name : ", ", items[i],
		    i + 1 == count ? "\n" : "");
}

/* Who it is goes out as the strict readers let it in: printable. */
static void
on_standing(void *arg, const struct idsvc_standing *s)
{
	struct trying *t = arg;

	end(t, s->reason);
	if (s->subject != NULL)
		(void)fprintf(t->out, "= member %s\n", s->subject);
	if (s->organization != NULL)
		(void)fprintf(t->out, "= organization %s\n", s->organization);
	if (s->system_role != NULL)
		(void)fprintf(t->out, "= system role %s\n", s->system_role);
	put_list(t->out, "= roles ", s->roles, s->role_count);
	put_list(t->out, "= scopes ", s->scopes, s->scope_count);
	(void)fprintf(t->out,
	    "= token %s, refresh token %s, session token %s\n",
	    s->jwt == NULL ? "no" : "yes",
	    s->refresh_token == NULL ? "no" : "yes",
	    s->session_token == NULL ? "no" : "yes");
}

static struct members *
on_known(void *arg)
{
	return NULL;
}

static void
on_members(void *arg, const struct source_result *result)
{
	struct trying *t = arg;
	struct members *members MEMBERS_AUTO = NULL;

	end(t, result->reason);
	if (result->reason == 0) {
		members = TAKE(*result->members);
		(void)fprintf(
		    t->out, "= members %zu\n", members_count(members));
	}
}

static void
on_progress(void *arg, uint32_t done, uint32_t total)
{
}

static int
start(struct idsvc *idsvc, const struct idsvc_call *call, struct trying *t)
{
	const struct source source = idsvc_source(idsvc);
	uint64_t id = 0;

	if (call->op == PROFILE_MEMBERS)
		return source.fetch(source.self,
		    &(struct source_request){.done = on_members,
			.progress = on_progress,
			.known = on_known,
			.arg = t});
	return idsvc_ask(idsvc, call, on_standing, t, &id);
}

static int
run(const struct settings *settings, const struct idsvc_call *call,
    struct trying *t)
{
	const struct http_options http_options = settings_http(settings);
	const struct idsvc_options options = settings_idsvc(settings);
	struct buf trace BUF_AUTO = {.limit = TRACE_MAX_BYTES};
	struct http *http = NULL;
	struct idsvc *idsvc = NULL;
	int r = http_new(t->loop, &http_options, &http);

	if (r == 0)
		r = idsvc_new(t->loop, http, clock_system(), &options, &idsvc);
	if (r == 0) {
		idsvc_trace(idsvc, &trace);
		r = start(idsvc, call, t);
	}
	if (r == 0) {
		loop_run(t->loop);
		r = t->reason;
	} else {
		end(t, r);
	}
	if (buf_text(&trace) != NULL)
		(void)fputs(buf_text(&trace), t->out);
	idsvc_free(idsvc);
	http_free(http);
	return r;
}

int
profiletool_try(
    const struct settings *settings, const char *operation, FILE *in, FILE *out)
{
	struct trying t = {.out = out, .reason = ERR_INTERNAL};
	struct given given = {0};
	int r = ERR_OK;

	if (settings->profile_rules == NULL)
		return ERR_NOT_CONFIGURED;
	if (!profile_op_from_name(operation, &given.call.op))
		return ERR_INVALID_ARGUMENT;
	r = read_call(&given, in);
	if (r == 0)
		r = loop_new(&t.loop);
	if (r == 0)
		r = run(settings, &given.call, &t);
	loop_free(t.loop);
	for (size_t i = 0; i < given.count; i++)
		secret_free_string(given.values[i]);
	return r;
}

static void
on_problem(void *arg, const char *sentence)
{
	(void)fprintf(arg, "%s\n", sentence);
}

int
profiletool_check(const char *path, FILE *out)
{
	struct profile *profile = NULL;
	int r = profilefile_read(path, on_problem, out, &profile);

	profile_free(profile);
	if (r != 0 && r != ERR_CONFIG_INVALID)
		(void)fprintf(out, "%s: %s\n", path, err_name(r));
	return r;
}
