/*
 * vouching.c - members' refresh tokens of their providers, and what is asked
 * with them.
 *
 * Errands wait for the one flight of their member.  A purse of this kind holds
 * the token, whose issuer gave it (base) and to which client of its (active);
 * one without a token says that a full sign-in is due, so that no way around
 * it opens where the provider took the token back.  Must not know who asks, nor
 * what a role is good for.
 */
#include "services/vouching.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "common/text.h"
#include "rules/cutoff.h"
#include "services/binding.h"
#include "services/purses.h"

/* In the place of an issuer and of a client where there is no token. */
#define NOBODY "-"

struct errand {
	struct errand *next;
	uint64_t id;
	char member[NAME_ID_MAX + 1];
	vouching_fn *fn;
	void *arg;
};

struct flight {
	struct flight *next;
	struct vouching *vouching;
	char member[NAME_ID_MAX + 1];
	struct idp *idp;
	int unsaved;       /* why a token that rotated is not on the disk */
	uint64_t request;  /* at the provider; 0: answered */
	uint64_t shown_id; /* waits until the name service sees the roles */
};

struct vouching {
	struct vouching_options options;
	struct loop_timer *turn;
	struct purses *purses;
	struct errand *errands;
	struct flight *flights;
	uint64_t last_id; /* of an errand */
};

static struct idp *
find_idp(const struct vouching *v, const struct purse *purse)
{
	for (size_t i = 0; i < v->options.idp_count; i++) {
		struct idp *idp = v->options.idps[i];

		if (strcmp(idp_issuer(idp), purse->base) == 0 &&
		    strcmp(idp_client_id(idp), purse->active) == 0)
			return idp;
	}
	return NULL;
}

static struct flight *
find_flight(const struct vouching *v, const char *member)
{
	struct flight *f = v->flights;

	while (f != NULL && strcmp(f->member, member) != 0)
		f = f->next;
	return f;
}

/* Ends a flight: nothing that comes later is used. */
static void
flight_free(struct flight *f)
{
	struct flight **link = NULL;

	if (f == NULL)
		return;
	link = &f->vouching->flights;
	while (*link != f)
		link = &(*link)->next;
	*link = f->next;
	idp_cancel(f->idp, f->request);
	directory_cancel(f->vouching->options.directory, f->shown_id);
	free(f);
}

/* What is kept; UNSUPPORTED: nothing was ever. */
static int
load(struct vouching *v, const char *member, struct purse *ret_purse)
{
	struct buf sealed BUF_AUTO = {0};
	int r = purses_load(v->purses, member, ret_purse);

	if (r != ERR_NO_TOKEN)
		return r;
	buf_init(&sealed, VAULT_SECRET_MAX_BYTES);
	r = vault_require(v->options.vault, member, VAULT_PROVIDER, &sealed);
	return r == ERR_NOT_FOUND ? ERR_UNSUPPORTED : ERR_NO_TOKEN;
}

static int
save(struct vouching *v, const char *member, const struct idp *idp,
    const char *refresh_token)
{
	struct purse purse PURSE_AUTO = {0};
	int r = purse_set(&purse.refresh_token, refresh_token);

	if (r == 0)
		r = purse_set(
		    &purse.base, idp == NULL ? NOBODY : idp_issuer(idp));
	if (r == 0)
		r = purse_set(
		    &purse.active, idp == NULL ? NOBODY : idp_client_id(idp));
	return r == 0 ? purses_save(v->purses, member, &purse) : r;
}

/* From now on a full sign-in is due. */
static int
save_none(struct vouching *v, const char *member)
{
	return save(v, member, NULL, NULL);
}

static void
tell_fault(const char *member, int fault)
{
	if (fault != 0)
		log_error("what a provider gave is not kept",
		    LOG_TEXT("reason", err_name(fault)),
		    LOG_TEXT("member", member));
}

/* The newest errand of that member up to this id; NULL: none is left. */
static struct errand *
take_errand(struct vouching *v, const char *member, uint64_t newest)
{
	for (struct errand **link = &v->errands; *link != NULL;
	     link = &(*link)->next) {
		struct errand *e = *link;

		if (e->id <= newest && strcmp(e->member, member) == 0) {
			*link = e->next;
			return e;
		}
	}
	return NULL;
}

/* A callback may ask anew: that is another question. */
static void
answer(struct vouching *v, const char *member_id, int reason)
{
	char member[NAME_ID_MAX + 1];
	uint64_t newest = v->last_id;
	struct errand *e = NULL;

	(void)text_cut(member, sizeof(member), member_id);
	while ((e = take_errand(v, member, newest)) != NULL) {
		e->fn(e->arg, reason);
		free(e);
	}
}

/* What an answer means for what is kept, and for who asked. */
static int
settle(struct vouching *v, const struct flight *f, int reason)
{
	if (reason != 0)
		log_notice("a sign-in not renewed at the provider",
		    LOG_TEXT("reason", err_name(reason)),
		    LOG_TEXT("provider", idp_name(f->idp)),
		    LOG_TEXT("member", f->member));
	if (cutoff_meaning(reason) == CUTOFF_ENDED)
		tell_fault(f->member, vouching_forget(v, f->member));
	else if (reason == ERR_NO_TOKEN || reason == ERR_WRONG_PERSON)
		tell_fault(f->member, save_none(v, f->member));
	else if (reason == ERR_PROVIDER_POLICY)
		return ERR_NO_TOKEN; /* of a full sign-in it says what it wants
				      */
	return reason;
}

static void
land(struct flight *f, int reason)
{
	struct vouching *v = f->vouching;
	const struct flight landed = *f;
	int r = ERR_OK;

	flight_free(f);
	r = settle(v, &landed, reason);
	if (cutoff_meaning(r) == CUTOFF_ENDED && v->options.ended != NULL)
		v->options.ended(v->options.arg, landed.member, r);
	answer(v, landed.member, r);
}

static void
on_shown(void *arg, int reason)
{
	struct flight *f = arg;

	f->shown_id = 0;
	land(f, reason);
}

/* The token must name the very person who is bound to the member. */
static int
take_identity(struct flight *f, const struct idp_identity *identity)
{
	const struct vouching_options *o = &f->vouching->options;
	const struct tokenroles told = {
	    .roles = identity->roles,
	    .role_count = identity->role_count,
	    .reason = identity->roles_reason,
	};
	struct member member;
	bool first = false;
	int r =
	    members_get_id(directory_members(o->directory), f->member, &member)
	    ? binding_check(o->directory, &member, identity, &first)
	    : ERR_NOT_A_MEMBER;

	if (r == 0 && first)
		r = ERR_NO_TOKEN; /* binding is for a full sign-in */
	return r == 0 && o->rolewatch != NULL
	    ? rolewatch_record(
		  o->rolewatch, f->member, &told, on_shown, f, &f->shown_id)
	    : r;
}

static void
on_answer(void *arg, const struct idp_poll *poll)
{
	struct flight *f = arg;
	int r = poll->event == GRANT_APPROVED ? ERR_OK : poll->reason;

	f->request = 0;
	if (poll->event != GRANT_APPROVED && r == 0)
		r = ERR_PROVIDER_REFUSED;
	if (r == 0)
		r = f->unsaved;
	if (r == 0 && poll->identity != NULL)
		r = take_identity(f, poll->identity);
	if (r != 0 || f->shown_id == 0)
		land(f, r);
}

static void
on_rotated(void *arg, const char *refresh_token)
{
	struct flight *f = arg;

	f->unsaved = save(f->vouching, f->member, f->idp, refresh_token);
	tell_fault(f->member, f->unsaved);
}

static int
fly(struct vouching *v, const char *member)
{
	struct purse purse PURSE_AUTO = {0};
	struct flight *f = NULL;
	struct idp *idp = NULL;
	int r = load(v, member, &purse);

	if (r == 0 && purse.refresh_token != NULL)
		idp = find_idp(v, &purse);
	if (r != 0 || idp == NULL)
		return r != 0 ? r : ERR_NO_TOKEN;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return ERR_NO_MEMORY;
	f->vouching = v;
	f->idp = idp;
	(void)text_cut(f->member, sizeof(f->member), member);
	f->next = v->flights;
	v->flights = f;
	r = idp_refresh(
	    idp, purse.refresh_token, on_rotated, on_answer, f, &f->request);
	if (r != 0)
		flight_free(f);
	return r;
}

/* Until each errand waits for a flight. */
static void
on_turn(void *arg)
{
	struct vouching *v = arg;
	struct errand *e = v->errands;

	while (e != NULL) {
		int r = ERR_OK;

		if (find_flight(v, e->member) == NULL)
			r = fly(v, e->member);
		if (r != 0)
			answer(v, e->member, r);
		e = r != 0 ? v->errands : e->next;
	}
}

int
vouching_ask(struct vouching *vouching, const char *member_id, vouching_fn *fn,
    void *arg, uint64_t *ret_id)
{
	struct errand *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return ERR_NO_MEMORY;
	if (!text_copy(e->member, sizeof(e->member), member_id)) {
		free(e);
		return ERR_INVALID_ARGUMENT;
	}
	e->fn = fn;
	e->arg = arg;
	e->id = ++vouching->last_id;
	e->next = vouching->errands;
	vouching->errands = e;
	loop_timer_start(vouching->turn, 0);
	*ret_id = e->id;
	return ERR_OK;
}

void
vouching_cancel(struct vouching *vouching, uint64_t id)
{
	for (struct errand **link = &vouching->errands; *link != NULL;
	     link = &(*link)->next) {
		struct errand *e = *link;

		if (e->id == id) {
			*link = e->next;
			free(e);
			return;
		}
	}
}

int
vouching_keep(struct vouching *vouching, const char *member_id,
    const struct idp *idp, const char *refresh_token)
{
	/* What was under way belongs to the sign-in before. */
	flight_free(find_flight(vouching, member_id));
	loop_timer_start(vouching->turn, 0);
	return refresh_token != NULL
	    ? save(vouching, member_id, idp, refresh_token)
	    : purses_forget(vouching->purses, member_id);
}

bool
vouching_holds(struct vouching *vouching, const char *member_id)
{
	struct purse purse PURSE_AUTO = {0};

	return purses_load(vouching->purses, member_id, &purse) == 0 &&
	    purse.refresh_token != NULL && find_idp(vouching, &purse) != NULL;
}

/* The last that is heard of the token here. */
static void
give_up(struct vouching *v, const char *member)
{
	struct purse purse PURSE_AUTO = {0};
	struct idp *idp = NULL;

	flight_free(find_flight(v, member));
	loop_timer_start(v->turn, 0);
	if (purses_load(v->purses, member, &purse) == 0 &&
	    purse.refresh_token != NULL)
		idp = find_idp(v, &purse);
	if (idp != NULL)
		idp_revoke(idp, purse.refresh_token);
}

int
vouching_log_out(struct vouching *vouching, const char *member_id)
{
	int r = ERR_OK;

	give_up(vouching, member_id);
	r = save_none(vouching, member_id);
	/* Then no PIN opens either. */
	return r == ERR_VAULT_KEY ? purses_forget(vouching->purses, member_id)
				  : r;
}

int
vouching_forget(struct vouching *vouching, const char *member_id)
{
	give_up(vouching, member_id);
	return purses_forget(vouching->purses, member_id);
}

void
vouching_free(struct vouching *vouching)
{
	struct vouching *v = vouching;

	if (v == NULL)
		return;
	while (v->flights != NULL)
		flight_free(v->flights);
	while (v->errands != NULL)
		vouching_cancel(v, v->errands->id);
	purses_free(v->purses);
	loop_timer_free(v->turn);
	free(v);
}

int
vouching_new(struct loop *loop, const struct vouching_options *options,
    struct vouching **ret_vouching)
{
	struct vouching *v = calloc(1, sizeof(*v));
	int r = ERR_NO_MEMORY;

	if (v == NULL)
		return r;
	v->options = *options;
	r = purses_new(options->vault, VAULT_PROVIDER, &v->purses);
	if (r == 0)
		r = loop_timer_new(loop, on_turn, v, &v->turn);
	if (r != 0) {
		vouching_free(v);
		return r;
	}
	*ret_vouching = v;
	return ERR_OK;
}
