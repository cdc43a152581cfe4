/*
 * signin.c - the frame of one sign-in, from a name to a verdict.
 *
 * Each step has one way forward and ends in decide() on anything else:
 * eligible -> unlocked by what this host can check (services/unlocking), or
 * else a way chosen (services/choosing) -> proven by a provider
 * (services/proving) and bound -> confirmed by the service
 * (services/confirming) -> shown to the name service; then the second factor
 * (services/second) -> the account phase's own check -> proof recorded ->
 * allowed.  After a verdict or a cancellation nothing of it is left, so a late
 * answer has nowhere to go.
 */
#include "services/signin.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"
#include "services/binding.h"
#include "services/choosing.h"
#include "services/confirming.h"
#include "services/dialogue.h"
#include "services/eligible.h"
#include "services/proving.h"
#include "services/second.h"
#include "services/signinframe.h"
#include "services/tries.h"
#include "services/unlocking.h"
#include "services/ways.h"

void
signin_free(struct signin *signin)
{
	struct signin *s = signin;
	struct signins *all = s->all;

	for (struct signin **link = &all->list; *link != NULL;
	     link = &(*link)->next) {
		if (*link == s) {
			*link = s->next;
			all->count--;
			break;
		}
	}
	unlocking_free(s->unlocking);
	second_free(s->second);
	proving_free(s->proving);
	confirming_free(s->confirming);
	dialogue_free(s->dialogue);
	directory_cancel(all->options.directory, s->shown_id);
	loop_timer_free(s->turn_timer);
	loop_timer_free(s->deadline_timer);
	secret_free_string(s->refresh_token);
	free(s);
}

/* For the record: "" where nothing was asked for yet. */
static const char *
factor_name(const struct signin *s)
{
	bool coded = s->second != NULL ||
	    (s->confirming != NULL && confirming_coded(s->confirming));

	if (s->allowed)
		return "lately";
	switch (s->factor) {
	case PROOFS_FULL:
		if (s->proving != NULL)
			return coded ? "provider+code" : "provider";
		return coded ? "password+code" : "password";
	case PROOFS_PIN:
		return coded ? "pin+code" : "pin";
	case PROOFS_CODE:
		return s->request.by_key == 1 ? "key+code" : "code";
	}
	return "";
}

static void
decide(struct signin *s, int reason)
{
	signin_fn *fn = s->fn;
	void *arg = s->arg;
	const struct signin_news news = {.event = SIGNIN_DECIDED,
	    .reason = reason,
	    .factor = factor_name(s)};

	signin_free(s);
	fn(arg, &news);
}

static bool
member_of(struct signin *s, struct member *ret_member)
{
	return members_get_id(directory_members(s->all->options.directory),
	    s->member_id, ret_member);
}

/* The last gate, with what is known now: a member may have been suspended
 * while the browser was open. */
static int
last_gate(struct signin *s)
{
	const struct signin_options *o = &s->all->options;
	struct member member;

	if (!member_of(s, &member) || strcmp(member.user, s->request.user) != 0)
		return ERR_NOT_A_MEMBER;
	return standing_account(o->standing, s->request.user, s->request.roles);
}

/* A factor of this host alone is enough for so long only, and that time is not
 * to be had again by setting the clock. */
static int
offline_gate(struct signin *s)
{
	const struct signin_options *o = &s->all->options;
	int r = standing_offline(o->standing);

	return r == 0 ? directory_look(o->directory) : r;
}

/* What the service gave is kept for the member's calls of its APIs, and what a
 * provider gave to be asked again; a sign-in does not depend on it. */
static void
keep_tokens(struct signin *s)
{
	const struct signin_options *o = &s->all->options;
	int r = ERR_OK;
	int fault = ERR_OK;

	if (s->standing != NULL && o->wallet != NULL)
		r = wallet_keep(o->wallet, s->member_id, s->standing);
	if (s->proving != NULL && o->vouching != NULL)
		fault = vouching_keep(
		    o->vouching, s->member_id, s->idp, s->refresh_token);
	if (r == 0)
		r = fault;
	if (r != 0)
		log_warning("tokens not kept", LOG_TEXT("reason", err_name(r)),
		    LOG_TEXT("member", s->member_id));
}

static int
bind(struct signin *s)
{
	int r = s->first_binding ? directory_bind(s->all->options.directory,
				       s->member_id, s->issuer, s->subject)
				 : ERR_OK;

	s->first_binding = s->first_binding && r != 0;
	return r == ERR_EXISTS ? ERR_WRONG_PERSON : r;
}

static void
complete(struct signin *s)
{
	const struct signin_options *o = &s->all->options;
	int r = last_gate(s);

	if (r == 0 && s->offline)
		r = offline_gate(s);
	if (r == 0)
		r = bind(s);
	if (r == 0)
		r = tries_right(&s->tries);
	if (r == 0)
		r = proofs_record(o->proofs, s->member_id,
		    s->request.context.service, s->factor);
	if (r == 0)
		keep_tokens(s);
	decide(s, r);
}

static int offer_ways(struct signin *s);

static void
on_second(void *arg, int reason)
{
	struct signin *s = arg;

	if (reason != 0)
		decide(s, reason);
	else
		complete(s);
}

static int
new_second(struct signin *s)
{
	const struct second_options options = {
	    .totp = s->all->options.totp,
	    .dialogue = s->dialogue,
	    .tries = &s->tries,
	    .member = s->member_id,
	    .account = s->account,
	};

	return second_new(&options, on_second, s, &s->second);
}

/* Asks for the second factor that is due; *ret_due is false where none is.
 * Only who has signed in fully may enrol one. */
static int
ask_second(struct signin *s, bool *ret_due)
{
	const struct signin_options *o = &s->all->options;
	enum second_need need = SECOND_NONE;
	struct member member;
	int r = member_of(s, &member)
	    ? second_need(&o->second, o->totp, &member, &need)
	    : ERR_NOT_A_MEMBER;

	*ret_due = r == 0 && need != SECOND_NONE;
	if (!*ret_due)
		return r;
	if (need == SECOND_ENROL && s->factor != PROOFS_FULL)
		return offer_ways(s);
	r = new_second(s);
	if (r != 0)
		return r;
	tries_go_on(&s->tries);
	return need == SECOND_CODE ? second_ask(s->second)
				   : second_enrol(s->second);
}

/* It is the member.  The service's own second factor counts, if it has just
 * asked for it. */
static void
identified(struct signin *s)
{
	bool coded = s->confirming != NULL && confirming_coded(s->confirming);
	bool due = false;
	int r = coded ? ERR_OK : ask_second(s, &due);

	if (r != 0)
		decide(s, r);
	else if (!due)
		complete(s);
}

/* Everybody on the host sees what the member is now. */
static void
on_shown(void *arg, int reason)
{
	struct signin *s = arg;

	s->shown_id = 0;
	if (reason != 0)
		decide(s, reason);
	else
		identified(s);
}

/* What the service said of the person takes effect before the last gate. */
static int
apply_standing(struct signin *s, const struct idsvc_standing *standing)
{
	struct member now;

	if (!member_of(s, &now))
		return ERR_NOT_A_MEMBER;
	if (strcmp(standing->subject, s->member_id) != 0)
		return ERR_WRONG_PERSON;
	now.roles = standing->roles;
	now.role_count = standing->role_count;
	now.scopes = standing->scopes;
	now.scope_count = standing->scope_count;
	if (confirming_accepted(s->confirming) && now.state == MEMBER_PENDING)
		now.state = MEMBER_ACTIVE;
	return directory_update(
	    s->all->options.directory, &now, on_shown, s, &s->shown_id);
}

static void
on_confirmed(void *arg, int reason, const struct idsvc_standing *standing)
{
	struct signin *s = arg;
	int r = reason;

	s->standing = standing;
	if (r == 0)
		r = apply_standing(s, standing);
	if (r != 0)
		decide(s, r);
	else if (s->shown_id == 0)
		identified(s);
}

static struct questions_scene
scene_of(const struct signin *s)
{
	return (struct questions_scene){
	    .organization = s->all->options.organization_name,
	    .user = s->request.user,
	    .host = s->all->options.host_name,
	    .rhost = s->request.context.rhost,
	};
}

/* Asks the service about the member: identity, or NULL for by password. */
static int
confirm(struct signin *s, const struct member *member,
    const struct idp_identity *identity)
{
	const struct confirming_options options = {
	    .idsvc = s->all->options.idsvc,
	    .dialogue = s->dialogue,
	    .scene = scene_of(s),
	    .tries = &s->tries,
	    .member = member,
	};
	int r = confirming_new(&options, on_confirmed, s, &s->confirming);

	if (r != 0)
		return r;
	return identity != NULL ? confirming_identity(s->confirming, identity)
				: confirming_password(s->confirming);
}

/* Without a service it is the token that says what the member is now, also for
 * the last gate; so whose it is stands before. */
static int
take_roles(struct signin *s, const struct member *member,
    const struct idp_identity *identity)
{
	const struct signin_options *o = &s->all->options;
	const struct tokenroles told = {
	    .roles = identity->roles,
	    .role_count = identity->role_count,
	    .reason = identity->roles_reason,
	};
	int r = standing_signin(o->standing, member, s->request.roles);

	if (r == 0)
		r = bind(s);
	return r == 0 ? rolewatch_record(o->rolewatch, s->member_id, &told,
			    on_shown, s, &s->shown_id)
		      : r;
}

/* Until it is decided whether it may be kept. */
static int
keep_refresh_token(struct signin *s, const char *refresh_token)
{
	if (s->all->options.vouching == NULL || refresh_token == NULL)
		return ERR_OK;
	s->refresh_token = secret_dup(refresh_token, strlen(refresh_token));
	return s->refresh_token == NULL ? ERR_NO_MEMORY : ERR_OK;
}

/* The provider proved somebody; is it the member, and what are they now? */
static void
on_proven(void *arg, int reason, const struct idp_identity *identity)
{
	struct signin *s = arg;
	const struct signin_options *o = &s->all->options;
	struct member member;
	int r = reason;

	if (r == 0 && !member_of(s, &member))
		r = ERR_NOT_A_MEMBER;
	if (r == 0)
		r = binding_check(
		    o->directory, &member, identity, &s->first_binding);
	if (r == 0 &&
	    (!text_copy(s->issuer, sizeof(s->issuer), identity->issuer) ||
		!text_copy(s->subject, sizeof(s->subject), identity->subject)))
		r = ERR_TOKEN_CLAIM;
	if (r == 0)
		r = keep_refresh_token(s, identity->refresh_token);
	if (r == 0)
		r = o->idsvc != NULL ? confirm(s, &member, identity)
				     : take_roles(s, &member, identity);
	if (r != 0)
		decide(s, r);
	else if (o->idsvc == NULL && s->shown_id == 0)
		identified(s);
}

static int
prove(struct signin *s, struct idp *idp)
{
	const struct proving_options options = {
	    .loop = s->all->loop,
	    .clock = s->all->clock,
	    .idp = idp,
	    .dialogue = s->dialogue,
	    .scene = scene_of(s),
	    .tries = &s->tries,
	    .deadline = s->deadline,
	};

	s->idp = idp;
	return proving_new(&options, on_proven, s, &s->proving);
}

static int
go(struct signin *s, size_t way)
{
	struct member member;

	if (s->ways.idps[way] != NULL)
		return prove(s, s->ways.idps[way]);
	if (!member_of(s, &member))
		return ERR_NOT_A_MEMBER;
	return confirm(s, &member, NULL);
}

static void
on_chosen(void *arg, int reason, size_t way)
{
	struct signin *s = arg;
	int r = reason != 0 ? reason : go(s, way);

	if (r != 0)
		decide(s, r);
}

/* A full sign-in, by a way that is open to the member. */
static int
offer_ways(struct signin *s)
{
	struct member member;

	if (!member_of(s, &member))
		return ERR_NOT_A_MEMBER;
	if (!eligible_shows(&s->all->options, &s->request, &member))
		return ERR_SERVICE_NOT_LISTED;
	if (s->ways.count == 0)
		return ERR_CONFIG_INVALID;
	s->factor = PROOFS_FULL;
	s->offline = false;
	s->choosing = (struct choosing){
	    .dialogue = s->dialogue,
	    .ways = &s->ways,
	    .scene = scene_of(s),
	    .fn = on_chosen,
	    .arg = s,
	};
	return s->ways.count == 1 ? go(s, 0) : choosing_start(&s->choosing);
}

/* A PIN, or a code with a key, stands for the person; to step up either does,
 * else the second factor comes on top of the PIN. */
static void
on_unlocked(void *arg, const struct unlocking_end *end)
{
	struct signin *s = arg;
	int r = end->reason;
	int gate = r == ERR_PIN_MISSING ? last_gate(s) : ERR_OK;

	/* It was there when it was asked for: say why it was taken away. */
	if (gate != 0)
		r = gate;
	s->offline = end->offline;
	s->factor = end->factor == UNLOCKING_PIN ? PROOFS_PIN : PROOFS_CODE;
	/* What came did not mend it; a full sign-in may. */
	if (r == 0 && s->hindered && last_gate(s) != 0)
		r = ERR_CANCELLED;
	if (r == ERR_CANCELLED)
		r = offer_ways(s);
	else if (r == 0 && (s->steps_up || end->factor == UNLOCKING_CODE))
		complete(s);
	else if (r == 0)
		identified(s);
	if (r != 0)
		decide(s, r);
}

/* A provider that is asked anew may tell of roles that count no longer. */
static bool
may_mend(struct signin *s, const struct member *member)
{
	const struct signin_options *o = &s->all->options;

	return o->vouching != NULL && eligible_takes_pin(o, &s->request) &&
	    pin_state(o->pin, s->member_id) == 0 &&
	    vouching_holds(o->vouching, s->member_id) &&
	    standing_signin(o->standing, member, s->request.roles) == 0;
}

static int
unlock(struct signin *s)
{
	const struct signin_options *o = &s->all->options;
	const struct unlocking_options options = {
	    .clock = s->all->clock,
	    .pin = o->pin,
	    .totp = o->totp,
	    .wallet = o->wallet,
	    .vouching = o->vouching,
	    .standing = o->standing,
	    .policy = &o->second,
	    .dialogue = s->dialogue,
	    .tries = &s->tries,
	    .member = s->member_id,
	    .account = s->account,
	    .by_pin = eligible_takes_pin(o, &s->request),
	    .by_key = s->request.by_key == 1 &&
		strcmp(s->request.context.service, "sshd") == 0,
	    .step_up = s->steps_up,
	};
	struct member member;
	int r = member_of(s, &member)
	    ? unlocking_new(&options, on_unlocked, s, &s->unlocking)
	    : ERR_NOT_A_MEMBER;

	s->hindered = r == 0 && last_gate(s) != 0;
	/* A full sign-in may mend what stands in the way. */
	if (s->hindered && !may_mend(s, &member))
		r = ERR_CANCELLED;
	return r == 0 ? unlocking_start(s->unlocking, &member) : r;
}

/* The first step, or the verdict that stands already. */
void
signin_turn(void *arg)
{
	struct signin *s = arg;
	int r = s->refused;

	if (r != 0 || s->allowed) {
		decide(s, r);
		return;
	}
	r = unlock(s);
	/* Whoever is shown something may end the sign-in. */
	if (r == ERR_CANCELLED)
		r = offer_ways(s);
	if (r != 0)
		decide(s, r);
}

void
signin_deadline(void *arg)
{
	struct signin *s = arg;
	int trouble = s->proving != NULL ? proving_trouble(s->proving) : 0;

	if (trouble == 0)
		trouble =
		    s->proving != NULL ? ERR_GRANT_EXPIRED : ERR_TIMED_OUT;
	decide(s, trouble);
}

void
signin_show(void *arg, const struct proto_prompt *prompt)
{
	struct signin *s = arg;

	s->fn(s->arg,
	    &(struct signin_news){.event = SIGNIN_SHOW, .prompt = prompt});
}
