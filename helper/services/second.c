/*
 * second.c - asks for codes of an authenticator until one is right or there
 * were too many.
 *
 * A secret is enrolled for somebody who has none, never in the place of one.
 * Nothing but totp_check() and totp_confirm() says yes.
 */
#include "services/second.h"

#include <stdlib.h>

#include "common/err.h"
#include "common/secret.h"
#include "rules/questions.h"

#define WRONG "That code was wrong."

struct second {
	struct second_options options;
	second_fn *fn;
	void *arg;
	bool enrols;
	unsigned int asked;
};

static bool
is_required(const struct second_policy *policy, const struct member *member)
{
	if (policy->mode == SECOND_REQUIRED)
		return true;
	for (size_t i = 0; i < policy->required_role_count; i++) {
		if (member_has_role(member, policy->required_roles[i]))
			return true;
	}
	return false;
}

int
second_need(const struct second_policy *policy, struct totp *totp,
    const struct member *member, enum second_need *ret_need)
{
	int r = ERR_OK;

	*ret_need = SECOND_NONE;
	if (policy->mode == SECOND_OFF)
		return ERR_OK;
	r = totp_state(totp, member->id);
	if (r == 0) {
		*ret_need = SECOND_CODE;
	} else if (r == ERR_TOTP_MISSING) {
		if (is_required(policy, member))
			*ret_need = SECOND_ENROL;
		r = ERR_OK;
	}
	return r;
}

static dialogue_answer_fn on_code;

static int
ask(struct second *s, struct buf *text)
{
	return dialogue_ask(s->options.dialogue, text, false, on_code, s);
}

static int
ask_again(struct second *s)
{
	struct buf text BUF_AUTO = {0};

	if (++s->asked >= SECOND_TRIES)
		return ERR_MFA_WRONG;
	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_again(&text, WRONG, QUESTIONS_CODE);
	return ask(s, &text);
}

/* Whoever enrolled elsewhere meanwhile is asked for that code. */
static int
judge(struct second *s, const char *code)
{
	const struct second_options *o = &s->options;
	int state = totp_state(o->totp, o->member);
	int r = tries_factor(o->tries);

	if (r != 0)
		return r;
	return s->enrols && state == ERR_TOTP_MISSING
	    ? totp_confirm(o->totp, o->member, code)
	    : totp_check(o->totp, o->member, code);
}

static void
on_code(void *arg, const char *answer)
{
	struct second *s = arg;
	char code[QUESTIONS_CODE_SIZE];
	int r = ERR_MFA_WRONG;

	if (s->options.may_pass && answer[0] == '\0') {
		s->fn(s->arg, ERR_CANCELLED);
		return;
	}
	/* What cannot be a code is one like any other wrong one. */
	(void)!questions_code(answer, code);
	if (answer[0] != '\0')
		r = judge(s, code);
	secret_wipe(code, sizeof(code));
	if (r == ERR_MFA_WRONG) {
		r = ask_again(s);
		if (r == 0)
			return;
	}
	s->fn(s->arg, r);
}

int
second_ask(struct second *second)
{
	struct buf text BUF_AUTO = {0};

	buf_init(&text, PROTO_TEXT_SIZE - 1);
	buf_put_text(&text, QUESTIONS_CODE);
	return ask(second, &text);
}

int
second_enrol(struct second *second)
{
	struct second *s = second;
	struct totp_offer offer = {0};
	struct buf text BUF_AUTO = {0};
	int r = totp_offer(
	    s->options.totp, s->options.member, s->options.account, &offer);

	if (r != 0)
		return r;
	s->enrols = true;
	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_enrolment(&text, offer.key);
	secret_wipe(&offer, sizeof(offer));
	return ask(s, &text);
}

int
second_new(const struct second_options *options, second_fn *fn, void *arg,
    struct second **ret_second)
{
	struct second *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NO_MEMORY;
	s->options = *options;
	s->fn = fn;
	s->arg = arg;
	*ret_second = s;
	return ERR_OK;
}

void
second_free(struct second *second)
{
	free(second);
}
