/*
 * signin.c - drives one sign-in from a name to a verdict.
 *
 * Each step has one way forward and ends in decide() on anything else:
 * eligible -> code shown -> polled until approved -> bound -> confirmed by the
 * service -> the account phase's own check -> proof recorded -> allowed.  A
 * sign-in is found by its id; after a verdict or a cancellation nothing of it
 * is left, so a late answer has nowhere to go.
 */
#include "services/signin.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/log.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"
#include "common/text.h"
#include "services/binding.h"

struct signin {
	struct signin *next;
	struct signins *all;
	uint64_t id;
	signin_fn *fn;
	void *arg;
	struct proto_signin request;
	char member_id[NAME_ID_MAX + 1];
	struct grant grant;
	struct wall_time started;
	struct boot_time deadline;
	struct loop_timer *poll_timer;
	struct loop_timer *deadline_timer;
	char *device_code;
	struct idp *idp; /* the provider in use; NULL: none yet */
	uint64_t idp_id; /* request under way; 0: none */
	uint64_t idsvc_id;
	uint64_t shown_id; /* waits until the name service sees a change */
	int no_answer;     /* the last reason why a poll got none */
	int decided;       /* the verdict, while it waits for its turn */
	bool first_binding;
	char issuer[1024];
	char subject[CLAIMS_SUB_MAX + 1];
};

struct signins {
	struct loop *loop;
	const struct clock *clock;
	struct signin_options options;
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
	if (s->idp != NULL)
		idp_cancel(s->idp, s->idp_id);
	if (all->options.idsvc != NULL)
		idsvc_cancel(all->options.idsvc, s->idsvc_id);
	directory_cancel(all->options.directory, s->shown_id);
	loop_timer_free(s->poll_timer);
	loop_timer_free(s->deadline_timer);
	secret_free_string(s->device_code);
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

static void
complete(struct signin *s)
{
	const struct signin_options *o = &s->all->options;
	int r = last_gate(s);

	if (r == 0 && s->first_binding) {
		r = directory_bind(
		    o->directory, s->member_id, s->issuer, s->subject);
		if (r == ERR_EXISTS)
			r = ERR_WRONG_PERSON;
	}
	if (r == 0)
		r = proofs_record(
		    o->proofs, s->member_id, s->request.context.service);
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
	return directory_update(
	    s->all->options.directory, &now, on_shown, s, &s->shown_id);
}

static void
on_standing(void *arg, const struct idsvc_standing *standing)
{
	struct signin *s = arg;
	int r = standing->reason;

	s->idsvc_id = 0;
	if (r == 0)
		r = apply_standing(s, standing);
	if (r != 0)
		decide(s, r);
	else if (s->shown_id == 0)
		complete(s);
}

/* The provider proved somebody; is it the member, and what are they now? */
static void
on_approved(struct signin *s, const struct idp_poll *poll)
{
	const struct signin_options *o = &s->all->options;
	const struct idp_identity *who = poll->identity;
	struct member member;
	struct idsvc_identity identity = {0};
	int r = ERR_NOT_A_MEMBER;

	if (member_of(s, &member))
		r = binding_check(
		    o->directory, &member, who, &s->first_binding);
	if (r == 0 &&
	    (!text_copy(s->issuer, sizeof(s->issuer), who->issuer) ||
		!text_copy(s->subject, sizeof(s->subject), who->subject)))
		r = ERR_TOKEN_CLAIM;
	if (r != 0) {
		decide(s, r);
		return;
	}
	if (o->idsvc == NULL) {
		complete(s);
		return;
	}
	identity = (struct idsvc_identity){
	    .id_token = who->id_token,
	    .issuer = who->issuer,
	    .subject = who->subject,
	    .mail = who->mail,
	    .name = member.name,
	};
	r = idsvc_signin(o->idsvc, &identity, on_standing, s, &s->idsvc_id);
	if (r != 0)
		decide(s, r);
}

static void
plan_poll(struct signin *s)
{
	int64_t delay_ms = grant_delay_ms(&s->grant, clock_boot(s->all->clock));

	/* -1: the deadline timer ends it. */
	if (delay_ms >= 0)
		loop_timer_start(s->poll_timer, delay_ms);
}

static void
on_polled(void *arg, const struct idp_poll *poll)
{
	struct signin *s = arg;
	enum grant_action action = GRANT_STOP;

	s->idp_id = 0;
	s->no_answer = poll->event == GRANT_NO_ANSWER ? poll->reason : 0;
	action = grant_next(&s->grant, poll->event, clock_boot(s->all->clock));
	if (action == GRANT_WAIT) {
		plan_poll(s);
		return;
	}
	if (poll->event == GRANT_APPROVED && s->grant.reason == 0) {
		loop_timer_stop(s->poll_timer);
		on_approved(s, poll);
		return;
	}
	decide(s,
	    poll->event == GRANT_FAILED && poll->reason != 0 ? poll->reason
							     : s->grant.reason);
}

static void
on_poll_time(void *arg)
{
	struct signin *s = arg;
	int r = idp_device_poll(
	    s->idp, s->device_code, s->started, on_polled, s, &s->idp_id);

	if (r != 0)
		decide(s, r);
}

static void
on_deadline(void *arg)
{
	struct signin *s = arg;

	decide(s, s->no_answer != 0 ? s->no_answer : ERR_GRANT_EXPIRED);
}

static int
make_handle(char out[PROTO_HANDLE_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t random[(PROTO_HANDLE_SIZE - 1) / 2];
	int r = crypto_random(random, sizeof(random));

	if (r != 0)
		return r;
	for (size_t i = 0; i < sizeof(random); i++) {
		out[2 * i] = digits[random[i] >> 4];
		out[2 * i + 1] = digits[random[i] & 15];
	}
	out[PROTO_HANDLE_SIZE - 1] = '\0';
	return ERR_OK;
}

/*
 * Everything that a person needs to decide whether this is their own sign-in.
 * It begins with a newline, because an ssh client puts "(user@host) " before
 * the first line.
 */
static int
put_prompt(struct signin *s, const struct idp_device *device,
    int64_t lifetime_s, struct proto_prompt *ret_prompt)
{
	const struct signin_options *o = &s->all->options;
	char rhost[PROTO_RHOST_SIZE];
	struct buf text BUF_AUTO = {0};

	/* Whoever connects chooses this text: it never acts on a terminal. */
	(void)text_escape(s->request.context.rhost, rhost, sizeof(rhost));
	buf_init(&text, sizeof(ret_prompt->text) - 1);
	buf_put_format(&text, "\n%s: sign in as %s on %s", o->organization_name,
	    s->request.user, o->host_name);
	if (rhost[0] != '\0')
		buf_put_format(&text, ", from %s", rhost);
	buf_put_format(&text,
	    "\n\n  Open:  %s\n  Code:  %s\n\n"
	    "The code is good for %lld seconds. Go on only if you started this "
	    "sign-in\nyourself: approving a code that somebody sent you lets "
	    "them in as you.\n"
	    "Press Enter when you have signed in: ",
	    device->verification_uri, device->user_code, (long long)lifetime_s);
	if (buf_text(&text) == NULL)
		return ERR_TOO_LARGE;
	memcpy(ret_prompt->text, buf_text(&text), text.len + 1);
	ret_prompt->lifetime_s = (uint32_t)lifetime_s;
	ret_prompt->kind = PROTO_ASK_APPROVAL;
	return make_handle(ret_prompt->handle);
}

static void
on_device(void *arg, const struct idp_device *device)
{
	struct signin *s = arg;
	struct boot_time now = clock_boot(s->all->clock);
	struct proto_prompt prompt = {0};
	int64_t left_s = (s->deadline.ms - now.ms) / 1000;
	int r = device->reason;

	s->idp_id = 0;
	if (left_s > device->expires_in_s)
		left_s = device->expires_in_s;
	if (r == 0)
		r = put_prompt(s, device, left_s, &prompt);
	if (r == 0) {
		s->device_code = secret_dup(
		    device->device_code, strlen(device->device_code));
		r = s->device_code == NULL ? ERR_NO_MEMORY : ERR_OK;
	}
	if (r != 0) {
		decide(s, r);
		return;
	}
	grant_begin(&s->grant, now, device->expires_in_s, device->interval_s,
	    s->deadline);
	loop_timer_start(s->deadline_timer, s->grant.end.ms - now.ms);
	plan_poll(s);
	s->fn(s->arg,
	    &(struct signin_news){.event = SIGNIN_SHOW, .prompt = &prompt});
}

static bool
service_listed(const struct signin_options *o, const char *service)
{
	for (size_t i = 0; i < o->service_count; i++) {
		if (strcmp(o->services[i], service) == 0)
			return true;
	}
	return false;
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

/*
 * Whether a proof that was given lately is enough: only for the very person
 * who already is that user on this host, as sudo's caller is.
 */
static bool
proof_is_enough(const struct signins *all, const struct proto_signin *request,
    const struct member *member)
{
	int64_t max_age_s = request->max_age_s >= 0 ? request->max_age_s
						    : all->options.max_age_s;
	int64_t age_ms = -1;

	if (member->uid == 0 || request->context.caller_uid != member->uid)
		return false;
	age_ms = proofs_age_ms(all->options.proofs, member->id);
	return age_ms >= 0 && age_ms / 1000 < max_age_s;
}

static int
start_grant(struct signin *s, const struct member *member)
{
	struct signins *all = s->all;
	const struct proto_context *context = &s->request.context;
	int r = ERR_OK;

	if (!service_listed(&all->options, context->service))
		return ERR_SERVICE_NOT_LISTED;
	r = check_room(all, &s->request, member->id);
	if (r != 0)
		return r;
	if (all->options.idp_count == 0)
		return ERR_CONFIG_INVALID;
	s->idp = all->options.idps[0];
	if (!text_copy(s->member_id, sizeof(s->member_id), member->id))
		return ERR_INTERNAL;
	s->started = clock_wall(all->clock);
	s->deadline.ms =
	    clock_boot(all->clock).ms + all->options.deadline_s * 1000;
	loop_timer_start(s->deadline_timer, all->options.deadline_s * 1000);
	return idp_device_start(s->idp, on_device, s, &s->idp_id);
}

static void
on_verdict_turn(void *arg)
{
	struct signin *s = arg;

	decide(s, s->decided);
}

/* 0: the grant was started; else the verdict, *allowed telling which. */
static int
consider(struct signin *s, bool *ret_allowed)
{
	const struct signin_options *o = &s->all->options;
	struct member member;
	int r =
	    standing_account(o->standing, s->request.user, s->request.roles);

	*ret_allowed = false;
	if (r == 0 &&
	    !members_get_user(
		directory_members(o->directory), s->request.user, &member))
		r = ERR_NOT_A_MEMBER;
	if (r != 0)
		return r;
	if (proof_is_enough(s->all, &s->request, &member)) {
		*ret_allowed = true;
		return ERR_OK;
	}
	return start_grant(s, &member);
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
	r = loop_timer_new(all->loop, on_poll_time, s, &s->poll_timer);
	if (r == 0)
		r = loop_timer_new(
		    all->loop, on_deadline, s, &s->deadline_timer);
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
	bool allowed = false;
	int r = signin_new(signins, request, &s);

	if (r != 0)
		return r;
	s->fn = fn;
	s->arg = arg;
	r = consider(s, &allowed);
	if (r != 0 || allowed) {
		/* The verdict comes from the loop, as every callback. */
		loop_timer_free(TAKE(s->poll_timer));
		s->decided = r;
		r = loop_timer_new(
		    signins->loop, on_verdict_turn, s, &s->poll_timer);
		if (r != 0) {
			signin_free(s);
			return r;
		}
		loop_timer_start(s->poll_timer, 0);
	}
	s->next = signins->list;
	signins->list = s;
	signins->count++;
	*ret_id = s->id;
	return ERR_OK;
}

void
signins_cancel(struct signins *signins, uint64_t id)
{
	for (struct signin *s = signins->list; s != NULL; s = s->next) {
		if (s->id == id) {
			signin_free(s);
			return;
		}
	}
}

int
signins_answer(struct signins *signins, uint64_t id, const char *text)
{
	/* Nothing is asked that wants one. */
	return ERR_MALFORMED;
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
