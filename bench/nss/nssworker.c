/*
 * nssworker.c - calls a module as glibc's callers do, growing the buffer when
 * it asks for that.
 */
#include "bench/nss/nssworker.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/nss/floor.h"

#define PRIMARY_GID 5000
#define BUFFER_MAX ((size_t)1 << 31)

/* The data sets put everybody in five groups at least. */
#define GROUPS_LEAST 5

static const struct nssop ops[NSSOP_COUNT] = {
    {"pwnam", NSSOP_PWNAM, "user"},
    {"pwuid", NSSOP_PWUID, "uid"},
    {"grnam", NSSOP_GRNAM, "group"},
    {"grgid", NSSOP_GRGID, "gid"},
    {"initgroups", NSSOP_INITGROUPS, "user"},
    {"pwnam-miss", NSSOP_PWNAM, "user.miss"},
    {"pwuid-miss", NSSOP_PWUID, "uid.miss"},
    {"grnam-miss", NSSOP_GRNAM, "group.miss"},
    {"grgid-miss", NSSOP_GRGID, "gid.miss"},
    {"pwent", NSSOP_PWENT, NULL},
    {"grent", NSSOP_GRENT, NULL},
    {"grnam-big", NSSOP_EVERYBODY, NULL},
};

/* Zero, which the compiler must not know. */
static volatile uint64_t zero;

const struct nssop *
nssop_at(size_t i)
{
	return &ops[i];
}

bool
nssop_has(const struct nssmodule *module, enum nssop_kind kind)
{
	switch (kind) {
	case NSSOP_PWNAM:
		return module->getpwnam != NULL;
	case NSSOP_PWUID:
		return module->getpwuid != NULL;
	case NSSOP_GRNAM:
	case NSSOP_EVERYBODY:
		return module->getgrnam != NULL;
	case NSSOP_GRGID:
		return module->getgrgid != NULL;
	case NSSOP_INITGROUPS:
		return module->initgroups != NULL;
	case NSSOP_PWENT:
		return module->setpwent != NULL && module->getpwent != NULL;
	case NSSOP_GRENT:
		return module->setgrent != NULL && module->getgrent != NULL;
	}
	return false;
}

void
nssworker_init(struct nssworker *worker, const struct nssmodule *module,
    const struct nssop *op, const struct nsskeys *keys)
{
	*worker = (struct nssworker){.module = module,
	    .op = op,
	    .keys = keys,
	    .step = 1,
	    .size = (size_t)1 << 16,
	    .room = 64};
	worker->buffer = malloc(worker->size);
	worker->gids = calloc((size_t)worker->room, sizeof(*worker->gids));
	if (worker->buffer == NULL || worker->gids == NULL)
		err(1, "malloc");
}

void
nssworker_done(struct nssworker *worker)
{
	free(worker->buffer);
	free(worker->gids);
}

/* True where the call is to be made again, with more room. */
static bool
grown(struct nssworker *w, enum nss_status status, int error)
{
	char *more = NULL;

	if (__builtin_expect(
		status != NSS_STATUS_TRYAGAIN || error != ERANGE, 1) ||
	    w->size >= BUFFER_MAX)
		return false;
	more = realloc(w->buffer, w->size * 2);
	if (more == NULL)
		err(1, "realloc");
	w->buffer = more;
	w->size *= 2;
	return true;
}

static void
tally(struct nssworker *w, enum nss_status status)
{
	if (status == NSS_STATUS_SUCCESS)
		w->hits++;
	else if (status == NSS_STATUS_NOTFOUND)
		w->misses++;
	else
		w->errors++;
}

static void
count_members(struct nssworker *w, char *const *members)
{
	while (*members++ != NULL)
		w->items++;
}

static uint64_t
ask_user(struct nssworker *w, const char *name, uint32_t uid)
{
	struct passwd pw = {.pw_uid = 0};
	enum nss_status status;
	int error = 0;

	do {
		status = name != NULL
		    ? w->module->getpwnam(name, &pw, w->buffer, w->size, &error)
		    : w->module->getpwuid(uid, &pw, w->buffer, w->size, &error);
	} while (grown(w, status, error));
	tally(w, status);
	if (w->verify && status == NSS_STATUS_SUCCESS)
		w->wrong += name != NULL ? strcmp(pw.pw_name, name) != 0
					 : pw.pw_uid != uid;
	return pw.pw_uid;
}

static uint64_t
ask_group(struct nssworker *w, const char *name, uint32_t gid)
{
	struct group gr = {.gr_gid = 0};
	enum nss_status status;
	int error = 0;

	do {
		status = name != NULL
		    ? w->module->getgrnam(name, &gr, w->buffer, w->size, &error)
		    : w->module->getgrgid(gid, &gr, w->buffer, w->size, &error);
	} while (grown(w, status, error));
	tally(w, status);
	if (w->verify && status == NSS_STATUS_SUCCESS) {
		w->wrong += name != NULL ? strcmp(gr.gr_name, name) != 0
					 : gr.gr_gid != gid;
		count_members(w, gr.gr_mem);
	}
	return gr.gr_gid;
}

static uint64_t
ask_gids(struct nssworker *w, const char *name)
{
	long start = 0;
	int error = 0;
	enum nss_status status = w->module->initgroups(
	    name, PRIMARY_GID, &start, &w->room, &w->gids, -1, &error);

	tally(w, status);
	if (w->verify) {
		w->items += (uint64_t)start;
		w->wrong +=
		    status == NSS_STATUS_SUCCESS && start < GROUPS_LEAST;
	}
	return w->gids[0];
}

static uint64_t
ask(struct nssworker *w, const char *name, uint32_t id)
{
	switch (w->op->kind) {
	case NSSOP_PWNAM:
		return ask_user(w, name, 0);
	case NSSOP_PWUID:
		return ask_user(w, NULL, id);
	case NSSOP_GRNAM:
		return ask_group(w, name, 0);
	case NSSOP_GRGID:
		return ask_group(w, NULL, id);
	case NSSOP_INITGROUPS:
		return ask_gids(w, name);
	case NSSOP_EVERYBODY:
		return ask_group(w, FLOOR_EVERYBODY, 0);
	case NSSOP_PWENT:
	case NSSOP_GRENT:
		break;
	}
	abort();
}

static void
run_lookups(struct nssworker *w)
{
	const struct nsskeys *keys = w->keys;
	const uint64_t mask = zero;
	uint64_t answer = 0;
	size_t i = w->cursor;

	for (size_t left = w->count; left > 0; left--) {
		size_t at = i + (answer & mask);

		answer = keys->count > 0
		    ? ask(w, keys->text + keys->place[at], keys->id[at])
		    : ask(w, NULL, 0);
		i += w->step;
		if (i >= keys->count)
			i -= keys->count;
	}
	w->cursor = i;
}

static enum nss_status
next_entry(struct nssworker *w)
{
	struct passwd pw;
	struct group gr;
	enum nss_status status;
	int error = 0;

	do {
		status = w->op->kind == NSSOP_PWENT
		    ? w->module->getpwent(&pw, w->buffer, w->size, &error)
		    : w->module->getgrent(&gr, w->buffer, w->size, &error);
	} while (grown(w, status, error));
	return status;
}

/* From the start, up to as many entries. */
static size_t
enumerate(struct nssworker *w, size_t most)
{
	bool users = w->op->kind == NSSOP_PWENT;
	size_t seen = 0;

	(void)(users ? w->module->setpwent(0) : w->module->setgrent(0));
	while (seen < most && next_entry(w) == NSS_STATUS_SUCCESS)
		seen++;
	(void)(users ? w->module->endpwent() : w->module->endgrent());
	return seen;
}

static void
run_enumeration(struct nssworker *w)
{
	for (size_t left = w->count; left > 0;) {
		size_t seen = enumerate(w, left);

		w->hits += seen;
		left -= seen;
		if (seen == 0) { /* switched off, or broken */
			w->errors++;
			return;
		}
	}
}

void
nssworker_run(struct nssworker *worker)
{
	if (worker->op->kind == NSSOP_PWENT || worker->op->kind == NSSOP_GRENT)
		run_enumeration(worker);
	else
		run_lookups(worker);
}
