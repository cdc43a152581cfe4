/*
 * signins.c - the sign-ins under way, and whether there is room for one more.
 *
 * A sign-in is found by its id, so that a late answer has nowhere to go.  Who
 * may begin is services/eligible's to say, what happens then
 * services/signin.c's.
 */
#include "services/signin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"
#include "services/eligible.h"
#include "services/signinframe.h"

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
	if (!text_copy(s->member_id, sizeof(s->member_id), member->id))
		return ERR_INTERNAL;
	s->steps_up = eligible_steps_up(&s->request, member);
	(void)snprintf(s->account, sizeof(s->account), "%s@%s", s->request.user,
	    all->options.host_name);
	s->tries = (struct tries){
	    .attempts = all->options.attempts,
	    .member = s->member_id,
	    .source = s->request.context.rhost,
	};
	s->deadline.ms =
	    clock_boot(all->clock).ms + all->options.deadline_s * 1000;
	dialogue_set_deadline(s->dialogue, s->deadline);
	loop_timer_start(s->deadline_timer, all->options.deadline_s * 1000);
	return ERR_OK;
}

static int
new_signin(struct signins *all, const struct proto_signin *request,
    struct signin **ret_signin)
{
	struct signin *s = calloc(1, sizeof(*s));
	int r = ERR_OK;

	if (s == NULL)
		return ERR_NO_MEMORY;
	s->all = all;
	s->request = *request;
	s->id = ++all->last_id;
	r = loop_timer_new(all->loop, signin_turn, s, &s->turn_timer);
	if (r == 0)
		r = loop_timer_new(
		    all->loop, signin_deadline, s, &s->deadline_timer);
	if (r == 0)
		r = dialogue_new(
		    all->loop, all->clock, signin_show, s, &s->dialogue);
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
	int r = new_signin(signins, request, &s);

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
