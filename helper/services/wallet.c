/*
 * wallet.c - errands of members for a token, and the operations that serve
 * them.
 *
 * An errand is one ask; a flight is one operation under way for a member, at
 * most one each, and other errands of that member wait for it.  A purse is
 * loaded, changed and saved within one call, so that no token stays in memory
 * and nothing is decided on what is older than the disk.  Must not know
 * profiles or the wire.
 */
#include "services/wallet.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"
#include "rules/cutoff.h"
#include "services/purse.h"
#include "services/purses.h"
#include "services/renewal.h"

struct errand {
	struct errand *next;
	uint64_t id;
	char member[NAME_ID_MAX + 1];
	char *organization;
	struct renewal renewal;
	wallet_fn *fn;
	void *arg;
};

struct flight {
	struct flight *next;
	struct wallet *wallet;
	char member[NAME_ID_MAX + 1];
	enum profile_op op;
	uint64_t ask;
	uint64_t errand; /* for which it flies; it may be gone */
};

struct wallet {
	struct wallet_options options;
	const struct clock *clock;
	struct loop_timer *turn;
	struct errand *errands;
	struct flight *flights;
	struct purses *purses;
	uint64_t last_id; /* of an errand */
};

static struct member
no_member(void)
{
	return (struct member){.name = "", .mail = ""};
}

/* The lines of a call; what a renewal's answer does not repeat is known. */
static int
put_headers(struct wallet *w, const struct idsvc_standing *standing,
    const struct member *member, struct buf *lines)
{
	struct idsvc_standing full = *standing;

	if (full.name == NULL && member->name[0] != '\0')
		full.name = member->name;
	if (full.mail == NULL && member->mail[0] != '\0')
		full.mail = member->mail;
	buf_init(lines, 2 * PURSE_HEADERS_MAX_BYTES);
	if (w->options.idsvc != NULL)
		return idsvc_forward(w->options.idsvc, &full, lines);
	buf_put_format(lines, "Authorization: Bearer %s\n", full.jwt);
	return buf_fault(lines);
}

static int
take_standing(struct wallet *w, struct purse *purse, enum profile_op op,
    const struct idsvc_standing *standing)
{
	struct member member = no_member();
	struct buf headers BUF_AUTO = {0};
	int r = ERR_OK;

	if (standing->reason == 0 && standing->jwt != NULL) {
		(void)members_get_id(
		    directory_members(w->options.standing->directory),
		    standing->subject, &member);
		r = put_headers(w, standing, &member, &headers);
	}
	if (r == 0 && buf_text(&headers) == NULL)
		r = buf_fault(&headers);
	return r == 0
	    ? renewal_take(purse, op, standing, (const char *)headers.bytes)
	    : r;
}

static struct flight *
find_flight(const struct wallet *w, const char *member)
{
	struct flight *f = w->flights;

	while (f != NULL && strcmp(f->member, member) != 0)
		f = f->next;
	return f;
}

static void
unlink_flight(struct flight *flight)
{
	struct flight **link = &flight->wallet->flights;

	while (*link != flight)
		link = &(*link)->next;
	*link = flight->next;
}

static void
cancel_flight(struct flight *f)
{
	if (f == NULL)
		return;
	unlink_flight(f);
	idsvc_cancel(f->wallet->options.idsvc, f->ask);
	free(f);
}

static void
errand_free(struct errand *e)
{
	free(e->organization);
	free(e);
}

static struct errand *
unlink_errand(struct wallet *w, uint64_t id)
{
	for (struct errand **link = &w->errands; *link != NULL;
	     link = &(*link)->next) {
		struct errand *e = *link;

		if (e->id == id) {
			*link = e->next;
			return e;
		}
	}
	return NULL;
}

static struct errand *
find_errand(const struct wallet *w, uint64_t id)
{
	struct errand *e = w->errands;

	while (e != NULL && e->id != id)
		e = e->next;
	return e;
}

/* Ends an errand with its one callback. */
static void
answer(struct wallet *w, struct errand *e, int reason,
    const struct purse *purse, const struct purse_token *token)
{
	struct wallet_token told = {.reason = reason};

	if (reason == 0)
		told = (struct wallet_token){
		    .organization = token->organization,
		    .jwt = token->jwt,
		    .headers = token->headers,
		    .expires_s = token->expires_s,
		    .session_token = purse->session_token,
		};
	(void)unlink_errand(w, e->id);
	e->fn(e->arg, &told);
	errand_free(e);
}

/* Of the tokens: the member has ended, or they are another's. */
static bool
is_end(int reason)
{
	return reason == ERR_WRONG_PERSON ||
	    cutoff_meaning(reason) == CUTOFF_ENDED;
}

/* The reason why it failed. */
static int
judge(const struct flight *f, const struct idsvc_standing *standing)
{
	int reason = standing->reason;

	if (reason == 0 &&
	    (standing->subject == NULL ||
		strcmp(standing->subject, f->member) != 0))
		reason = ERR_WRONG_PERSON;
	if (reason != 0)
		log_notice("tokens not renewed",
		    LOG_TEXT("reason", err_name(reason)),
		    LOG_TEXT("member", f->member));
	return reason;
}

/* What an operation brought goes to the disk before anybody gets it. */
static int
take_flight(struct wallet *w, const struct flight *f,
    const struct idsvc_standing *standing)
{
	struct purse purse PURSE_AUTO = {0};
	int reason = judge(f, standing);
	int r = ERR_OK;

	if (is_end(reason)) {
		r = wallet_forget(w, f->member);
		if (w->options.ended != NULL)
			w->options.ended(w->options.arg, f->member, reason);
		return r == 0 ? reason : r;
	}
	r = purses_load(w->purses, f->member, &purse);
	if (r == 0)
		r = take_standing(w, &purse, f->op, standing);
	if (reason == ERR_SERVICE_REFUSED && f->op != PROFILE_SWITCH_ORG) {
		renewal_refused(&purse, f->op);
		reason = ERR_OK; /* there may be another way */
	}
	if (r == 0)
		r = purses_save(w->purses, f->member, &purse);
	return r == 0 ? reason : r;
}

static void serve(struct wallet *w);

static void
on_standing(void *arg, const struct idsvc_standing *standing)
{
	struct flight *f = arg;
	struct wallet *w = f->wallet;
	int r = ERR_OK;
	struct errand *e = NULL;

	unlink_flight(f);
	r = take_flight(w, f, standing);
	e = find_errand(w, f->errand);
	if (e != NULL) {
		e->renewal.failed = r;
		e->renewal.fetched = r == 0 && standing->reason == 0 &&
		    (e->organization == NULL ||
			strcmp(standing->organization, e->organization) == 0);
	}
	free(f);
	serve(w);
}

static int
fly(struct wallet *w, struct errand *e, const struct purse *purse,
    const struct renewal_step *step)
{
	struct flight *f = NULL;
	struct member member = no_member();
	struct idsvc_call call = {
	    .op = step->op,
	    .jwt = step->jwt,
	    .refresh_token = purse->refresh_token,
	    .session_token = purse->session_token,
	    .organization = step->organization,
	    .member = e->member,
	};
	int r = ERR_OK;

	if (members_get_id(directory_members(w->options.standing->directory),
		e->member, &member)) {
		call.mail = member.mail;
		call.name = member.name;
	}
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return ERR_NO_MEMORY;
	f->wallet = w;
	f->op = step->op;
	f->errand = e->id;
	memcpy(f->member, e->member, sizeof(f->member));
	r = idsvc_ask(w->options.idsvc, &call, on_standing, f, &f->ask);
	if (r != 0) {
		free(f);
		return r;
	}
	f->next = w->flights;
	w->flights = f;
	e->renewal.asked++;
	e->renewal.fetched = false;
	return ERR_OK;
}

/* Whether the member may have tokens now. */
static int
may_ask(struct wallet *w, const char *member_id)
{
	const struct standing *standing = w->options.standing;
	struct member member;

	if (!members_get_id(
		directory_members(standing->directory), member_id, &member))
		return standing_nobody(standing, "");
	return standing_login(standing, &member);
}

/* A change that the service made is kept before it is told. */
static int
change_active(struct wallet *w, struct errand *e, struct purse *purse)
{
	int r = purse_set(&purse->active, e->organization);

	return r == 0 ? purses_seal(w->purses, e->member, purse) : r;
}

/* Answers the errand or starts what it needs. */
static void
serve_one(struct wallet *w, struct errand *e)
{
	struct purse purse PURSE_AUTO = {0};
	struct renewal_step step = {0};
	int r = may_ask(w, e->member);

	if (r == 0 && e->renewal.forced && !renewal_can(w->options.idsvc))
		r = ERR_UNSUPPORTED;
	/* Then nothing is kept any more, and this is why. */
	if (r == 0 && is_end(e->renewal.failed))
		r = e->renewal.failed;
	if (r == 0)
		r = purses_load(w->purses, e->member, &purse);
	if (r == 0)
		r = renewal_next(&e->renewal, &purse, w->options.idsvc,
		    clock_wall(w->clock), &step);
	if (r == 0 && step.token == NULL) {
		r = fly(w, e, &purse, &step);
		if (r == 0)
			return;
	}
	if (r == 0 && e->renewal.switches)
		r = change_active(w, e, &purse);
	answer(w, e, r, &purse, step.token);
}

/* Until each errand waits for a flight. A callback may ask anew. */
static void
serve(struct wallet *w)
{
	struct errand *e = w->errands;

	while (e != NULL) {
		if (find_flight(w, e->member) == NULL) {
			serve_one(w, e);
			e = w->errands;
		} else {
			e = e->next;
		}
	}
}

static void
on_turn(void *arg)
{
	serve(arg);
}

static int
send(struct wallet *w, const char *member_id, const struct renewal *renewal,
    wallet_fn *fn, void *arg)
{
	struct errand *e = calloc(1, sizeof(*e));
	struct errand **link = &w->errands;

	if (e == NULL)
		return ERR_NO_MEMORY;
	e->renewal = *renewal;
	if (renewal->organization != NULL) {
		e->organization = strdup(renewal->organization);
		e->renewal.organization = e->organization;
	}
	if ((renewal->organization != NULL && e->organization == NULL) ||
	    !text_copy(e->member, sizeof(e->member), member_id)) {
		errand_free(e);
		return ERR_INVALID_ARGUMENT;
	}
	e->fn = fn;
	e->arg = arg;
	e->id = ++w->last_id;
	while (*link != NULL)
		link = &(*link)->next;
	*link = e;
	loop_timer_start(w->turn, 0);
	return ERR_OK;
}

int
wallet_token(struct wallet *wallet, const char *member_id,
    const char *organization, wallet_fn *fn, void *arg, uint64_t *ret_id)
{
	const struct renewal renewal = {.organization = organization};
	int r = send(wallet, member_id, &renewal, fn, arg);

	if (r == 0)
		*ret_id = wallet->last_id;
	return r;
}

int
wallet_switch(struct wallet *wallet, const char *member_id,
    const char *organization, wallet_fn *fn, void *arg, uint64_t *ret_id)
{
	const struct renewal renewal = {
	    .organization = organization, .switches = true};
	int r = send(wallet, member_id, &renewal, fn, arg);

	if (r == 0)
		*ret_id = wallet->last_id;
	return r;
}

int
wallet_renew(struct wallet *wallet, const char *member_id, wallet_fn *fn,
    void *arg, uint64_t *ret_id)
{
	const struct renewal renewal = {.forced = true};
	int r = send(wallet, member_id, &renewal, fn, arg);

	if (r == 0)
		*ret_id = wallet->last_id;
	return r;
}

void
wallet_cancel(struct wallet *wallet, uint64_t id)
{
	struct errand *e = unlink_errand(wallet, id);

	if (e != NULL)
		errand_free(e);
}

int
wallet_keep(struct wallet *wallet, const char *member_id,
    const struct idsvc_standing *standing)
{
	struct purse purse PURSE_AUTO = {0};
	const char *organization = standing->organization;
	int r = ERR_OK;

	if (standing->jwt == NULL)
		return ERR_OK;
	if (organization == NULL)
		organization = wallet->options.organization_id;
	r = purse_set(&purse.active, organization);
	if (r == 0)
		r = purse_set(&purse.base, organization);
	if (r == 0)
		r = take_standing(wallet, &purse, PROFILE_SIGNIN, standing);
	if (r == 0)
		r = purses_save(wallet->purses, member_id, &purse);
	/* What was under way belongs to the sign-in before. */
	cancel_flight(find_flight(wallet, member_id));
	loop_timer_start(wallet->turn, 0);
	return r;
}

static void
on_revoked(void *arg, const struct idsvc_standing *standing)
{
	if (standing->reason != 0)
		log_warning("tokens forgotten here, not revoked",
		    LOG_TEXT("reason", err_name(standing->reason)));
}

/* The last that is heard of these tokens here. */
static void
revoke(struct wallet *w, const char *member_id, const struct purse *purse)
{
	const struct purse_token *token = purse_find(purse, purse->base);
	const struct idsvc_call call = {
	    .op = PROFILE_REVOKE,
	    .jwt = token != NULL ? token->jwt : NULL,
	    .refresh_token = purse->refresh_token,
	    .session_token = purse->session_token,
	    .organization = purse->base,
	    .member = member_id,
	};
	uint64_t id = 0;
	int r = ERR_OK;

	if (w->options.idsvc == NULL ||
	    !idsvc_can(w->options.idsvc, PROFILE_REVOKE))
		return;
	r = idsvc_ask(w->options.idsvc, &call, on_revoked, NULL, &id);
	if (r != 0)
		on_revoked(NULL, &(struct idsvc_standing){.reason = r});
}

int
wallet_forget(struct wallet *wallet, const char *member_id)
{
	struct purse purse PURSE_AUTO = {0};
	int read = purses_load(wallet->purses, member_id, &purse);
	int r = purses_forget(wallet->purses, member_id);

	cancel_flight(find_flight(wallet, member_id));
	loop_timer_start(wallet->turn, 0);
	if (r == 0 && read == 0) {
		log_notice("tokens forgotten", LOG_TEXT("member", member_id));
		revoke(wallet, member_id, &purse);
	}
	return r;
}

int
wallet_new(struct loop *loop, const struct clock *clock,
    const struct wallet_options *options, struct wallet **ret_wallet)
{
	struct wallet *wallet = calloc(1, sizeof(*wallet));
	int r = ERR_OK;

	if (wallet == NULL)
		return ERR_NO_MEMORY;
	wallet->clock = clock;
	wallet->options = *options;
	r = purses_new(options->vault, VAULT_TOKENS, &wallet->purses);
	if (r == 0)
		r = loop_timer_new(loop, on_turn, wallet, &wallet->turn);
	if (r != 0) {
		wallet_free(wallet);
		return r;
	}
	*ret_wallet = wallet;
	return ERR_OK;
}

void
wallet_free(struct wallet *wallet)
{
	if (wallet == NULL)
		return;
	while (wallet->flights != NULL)
		cancel_flight(wallet->flights);
	while (wallet->errands != NULL)
		errand_free(unlink_errand(wallet, wallet->errands->id));
	purses_free(wallet->purses);
	loop_timer_free(wallet->turn);
	free(wallet);
}
