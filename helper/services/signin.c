/*
 * signin.c - the frame of one sign-in, from a name to a verdict.
 *
 * Each step has one way forward and ends in decide() on anything else:
 * eligible -> a way chosen (services/ways) -> proven by a provider
 * (services/proving) and bound -> confirmed by the service
 * (services/confirming) -> shown to the name service -> the account phase's own
 * check -> proof recorded -> allowed.  A sign-in is found by its id; after a
 * verdict or a cancellation nothing of it is left, so a late answer has nowhere
 * to go.
 */
#include "services/signin.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "common/text.h"
#include "services/binding.h"
#include "services/confirming.h"
#include "services/dialogue.h"
#include "services/eligible.h"
#include "services/proving.h"
#include "services/ways.h"

/* How often a choice may be none of those offered. */
#define CHOICES_MAX 3

struct signin {
	struct signin *next;
	struct signins *all;
	uint64_t id;
	signin_fn *fn;
	void *arg;
	struct proto_signin request;
	char member_id[NAME_ID_MAX + 1];
	struct boot_time deadline;
	struct loop_timer *turn_timer; /* the first step, or the verdict */
	struct loop_timer *deadline_timer;
	int refused;  /* the verdict at once, if not 0 */
	bool allowed; /* likewise: by a proof given lately */
	struct ways ways;
	unsigned int choices;
	struct dialogue *dialogue; /* each NULL until it is its turn */
	struct proving *proving;
	struct confirming *confirming;
	const struct idsvc_standing *standing; /* confirming's; NULL: none */
	uint64_t shown_id; /* waits until the name service sees a change */
	bool first_binding;
	char issuer[1024];
	char subject[CLAIMS_SUB_MAX + 1];
};

struct signins {
	struct loop *loop;
	const struct clock *clock;
	struct signin_options options;
	struct ways_options ways;
	struct signin *list;
	uint64_t last_id;
	uint32_t count;
};

static void
signin_free(struct signin *s)
{
	struct signins *all = s->all;

	for (struct signin **link = &all->list; *link != NULL;
	     link = &(*link)->next) {
		if (*link == s) {
			*link = s->next;
			all->count--;
			break;
		}
	}
	proving_free(s->proving);
	confirming_free(s->confirming);
	dialogue_free(s->dialogue);
	directory_cancel(all->options.directory, s->shown_id);
	loop_timer_free(s->turn_timer);
	loop_timer_free(s->deadline_timer);
	free(s);
}

static void
decide(struct signin *s, int reason)
{
	signin_fn *fn = s->fn;
	void *arg = s->arg;

	signin_free(s);
	fn(arg,
	    &(struct signin_news){.event = SIGNIN_DECIDED, .reason = reason});
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

/* What the service gave is kept for the member's calls of its APIs; a sign-in
 * does not depend on it. */
static void
keep_tokens(struct signin *s)
{
	int r = ERR_OK;

	if (s->standing != NULL && s->all->options.wallet != NULL)
		r = wallet_keep(
		    s->all->options.wallet, s->member_id, s->standing);
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

	if (r == 0)
		r = bind(s);
	if (r == 0)
		r = proofs_record(
		    o->proofs, s->member_id, s->request.context.service);
	if (r == 0)
		keep_tokens(s);
	decide(s, r);
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
		complete(s);
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
		complete(s);
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
		r = o->idsvc != NULL ? confirm(s, &member, identity)
				     : take_roles(s, &member, identity);
	if (r != 0)
		decide(s, r);
	else if (o->idsvc == NULL && s->shown_id == 0)
		complete(s);
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
	    .deadline = s->deadline,
	};

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

static dialogue_answer_fn on_choice;

static int
ask_choice(struct signin *s)
{
	const struct questions_scene scene = scene_of(s);
	struct buf text BUF_AUTO = {0};

	if (s->choices >= CHOICES_MAX)
		return ERR_ANSWER_UNKNOWN;
	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_choice(
	    &text, &scene, s->ways.titles, s->ways.count, s->choices++ > 0);
	return dialogue_ask(s->dialogue, &text, false, on_choice, s);
}

static void
on_choice(void *arg, const char *answer)
{
	struct signin *s = arg;
	size_t way = 0;
	int r = questions_choice(
		    answer, s->ways.names, s->ways.titles, s->ways.count, &way)
	    ? go(s, way)
	    : ask_choice(s);

	if (r != 0)
		decide(s, r);
}

/* The first step, or the verdict that stands already. */
static void
on_turn(void *arg)
{
	struct signin *s = arg;
	int r = s->refused;

	if (r != 0 || s->allowed) {
		decide(s, r);
		return;
	}
	/* Whoever is shown something may end the sign-in. */
	r = s->ways.count == 1 ? go(s, 0) : ask_choice(s);
	if (r != 0)
		decide(s, r);
}

static void
on_deadline(void *arg)
{
	struct signin *s = arg;
	int trouble = s->proving != NULL ? proving_trouble(s->proving) : 0;

	if (trouble == 0)
		trouble =
		    s->proving != NULL ? ERR_GRANT_EXPIRED : ERR_TIMED_OUT;
	decide(s, trouble);
}

static void
on_show(void *arg, const struct proto_prompt *prompt)
{
	struct signin *s = arg;

	s->fn(s->arg,
	    &(struct signin_news){.event = SIGNIN_SHOW, .prompt = prompt});
}

/* Where the person sits, as far as it bounds how many may sit there. */
static const char *
source_of(const struct proto_context *context)
{
	return context->rhost[0] != '\0' ? context->rhost : context->tty;
}

static int
check_room(const struct signins *all, const struct proto_signin *request,
    const char *member_id)
{
	size_t same_source = 0;

	for (const struct signin *s = all->list; s != NULL; s = s->next) {
		if (strcmp(s->member_id, member_id) == 0)
			return ERR_BUSY_MEMBER;
		if (strcmp(source_of(&s->request.context),
			source_of(&request->context)) == 0)
			same_source++;
	}
	if (same_source >= SIGNIN_PER_SOURCE_MAX)
		return ERR_BUSY_SOURCE;
	return all->count >= SIGNIN_MAX ? ERR_BUSY_HOST : ERR_OK;
}

/* Everything that the first step needs. */
static int
prepare(struct signin *s, const struct member *member)
{
	struct signins *all = s->all;
	int r = check_room(all, &s->request, member->id);

	if (r != 0)
		return r;
	ways_of(&all->ways, member, &s->ways);
	if (s->ways.count == 0)
		return ERR_CONFIG_INVALID;
	if (!text_copy(s->member_id, sizeof(s->member_id), member->id))
		return ERR_INTERNAL;
	s->deadline.ms =
	    clock_boot(all->clock).ms + all->options.deadline_s * 1000;
	dialogue_set_deadline(s->dialogue, s->deadline);
	loop_timer_start(s->deadline_timer, all->options.deadline_s * 1000);
	return ERR_OK;
}

static int
signin_new(struct signins *all, const struct proto_signin *request,
    struct signin **ret_signin)
{
	struct signin *s = calloc(1, sizeof(*s));
	int r = ERR_OK;

	if (s == NULL)
		return ERR_NO_MEMORY;
	s->all = all;
	s->request = *request;
	s->id = ++all->last_id;
	r = loop_timer_new(all->loop, on_turn, s, &s->turn_timer);
	if (r == 0)
		r = loop_timer_new(
		    all->loop, on_deadline, s, &s->deadline_timer);
	if (r == 0)
		r = dialogue_new(
		    all->loop, all->clock, on_show, s, &s->dialogue);
	if (r != 0) {
		signin_free(s);
		return r;
	}
	*ret_signin = s;
	return ERR_OK;
}

int
signins_begin(struct signins *signins, const struct proto_signin *request,
    signin_fn *fn, void *arg, uint64_t *ret_id)
{
	struct signin *s = NULL;
	struct member member;
	int r = signin_new(signins, request, &s);

	if (r != 0)
		return r;
	s->fn = fn;
	s->arg = arg;
	s->refused =
	    eligible_check(&signins->options, request, &member, &s->allowed);
	if (s->refused == 0 && !s->allowed)
		s->refused = prepare(s, &member);
	loop_timer_start(s->turn_timer, 0);
	s->next = signins->list;
	signins->list = s;
	signins->count++;
	*ret_id = s->id;
	return ERR_OK;
}

static struct signin *
find(const struct signins *signins, uint64_t id)
{
	struct signin *s = signins->list;

	while (s != NULL && s->id != id)
		s = s->next;
	return s;
}

void
signins_cancel(struct signins *signins, uint64_t id)
{
	struct signin *s = find(signins, id);

	if (s != NULL)
		signin_free(s);
}

int
signins_answer(struct signins *signins, uint64_t id, const char *text)
{
	struct signin *s = find(signins, id);

	return s == NULL ? ERR_MALFORMED : dialogue_answer(s->dialogue, text);
}

uint32_t
signins_count(const struct signins *signins)
{
	return signins->count;
}

int
signins_new(struct loop *loop, const struct clock *clock,
    const struct signin_options *options, struct signins **ret_signins)
{
	struct signins *signins = calloc(1, sizeof(*signins));

	if (signins == NULL)
		return ERR_NO_MEMORY;
	signins->loop = loop;
	signins->clock = clock;
	signins->options = *options;
	signins->ways = (struct ways_options){
	    .directory = options->directory,
	    .idps = options->idps,
	    .idp_count = options->idp_count,
	    .idsvc = options->idsvc,
	};
	*ret_signins = signins;
	return ERR_OK;
}

void
signins_free(struct signins *signins)
{
	if (signins == NULL)
		return;
	while (signins->list != NULL)
		signin_free(signins->list);
	free(signins);
}
