/*
 * proving.c - drives one grant with one provider, from the first request to a
 * verified identity.
 *
 * Owns the device code, the attempt of a pasted code with the pieces that came
 * of it (rules/paste judges them), and the pace of polling, which rules/grant
 * decides.  Ends by itself when the code has expired.
 */
#include "services/proving.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "rules/paste.h"

struct proving {
	struct proving_options options;
	proving_fn *fn;
	void *arg;
	struct wall_time started;
	struct grant grant;
	struct loop_timer *poll_timer;
	struct loop_timer *end_timer; /* of the code's life */
	uint64_t request;             /* under way; 0: none */
	int trouble;                  /* the last reason why none answered */
	char *device_code;
	struct idp_attempt *attempt; /* NULL with the device grant */
	struct paste paste;
	unsigned int wrongs; /* answers that were refused */
	char *url;           /* of the attempt */
};

void
proving_free(struct proving *proving)
{
	if (proving == NULL)
		return;
	idp_cancel(proving->options.idp, proving->request);
	loop_timer_free(proving->poll_timer);
	loop_timer_free(proving->end_timer);
	secret_free_string(proving->device_code);
	idp_attempt_free(proving->attempt);
	paste_reset(&proving->paste);
	free(proving->url);
	free(proving);
}

int
proving_trouble(const struct proving *proving)
{
	return proving->trouble;
}

/* The last of what is done here. */
static void
end(struct proving *p, int reason, const struct idp_identity *identity)
{
	loop_timer_stop(p->poll_timer);
	loop_timer_stop(p->end_timer);
	p->fn(p->arg, reason, identity);
}

static void
on_end(void *arg)
{
	struct proving *p = arg;

	end(p, p->trouble != 0 ? p->trouble : ERR_GRANT_EXPIRED, NULL);
}

static void
plan_poll(struct proving *p)
{
	int64_t delay_ms =
	    grant_delay_ms(&p->grant, clock_boot(p->options.clock));

	/* -1: the end comes first. */
	if (delay_ms >= 0)
		loop_timer_start(p->poll_timer, delay_ms);
}

static void
on_polled(void *arg, const struct idp_poll *poll)
{
	struct proving *p = arg;
	enum grant_action action = GRANT_STOP;

	p->request = 0;
	p->trouble = poll->event == GRANT_NO_ANSWER ? poll->reason : 0;
	action =
	    grant_next(&p->grant, poll->event, clock_boot(p->options.clock));
	if (action == GRANT_WAIT)
		plan_poll(p);
	else if (poll->event == GRANT_APPROVED && p->grant.reason == 0)
		end(p, ERR_OK, poll->identity);
	else if (poll->event == GRANT_FAILED && poll->reason != 0)
		end(p, poll->reason, NULL);
	else
		end(p, p->grant.reason, NULL);
}

static void
on_poll_time(void *arg)
{
	struct proving *p = arg;
	int r = idp_device_poll(p->options.idp, p->device_code, p->started,
	    on_polled, p, &p->request);

	if (r != 0)
		end(p, r, NULL);
}

static int64_t
left_s(const struct proving *p, int64_t most_s)
{
	int64_t left = dialogue_left_s(p->options.dialogue);

	return left < most_s ? left : most_s;
}

static int
show_device(struct proving *p, const struct idp_device *device)
{
	struct boot_time now = clock_boot(p->options.clock);
	struct buf text BUF_AUTO = {0};
	int64_t lifetime_s = left_s(p, device->expires_in_s);

	p->device_code =
	    secret_dup(device->device_code, strlen(device->device_code));
	if (p->device_code == NULL)
		return ERR_NO_MEMORY;
	grant_begin(&p->grant, now, device->expires_in_s, device->interval_s,
	    p->options.deadline);
	loop_timer_start(p->end_timer, p->grant.end.ms - now.ms);
	plan_poll(p);
	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_device(&text, &p->options.scene, device->verification_uri,
	    device->user_code, lifetime_s);
	return dialogue_tell(p->options.dialogue, &text, lifetime_s);
}

static void
on_device(void *arg, const struct idp_device *device)
{
	struct proving *p = arg;
	int r = device->reason;

	p->request = 0;
	if (r == 0)
		r = show_device(p, device);
	if (r != 0)
		end(p, r, NULL);
}

static dialogue_answer_fn on_pasted;

static int
ask_for_paste(struct proving *p)
{
	struct buf text BUF_AUTO = {0};

	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_paste(&text, &p->options.scene, p->url,
	    dialogue_left_s(p->options.dialogue));
	return dialogue_ask(p->options.dialogue, &text, false, on_pasted, p);
}

static int
ask_for_piece(struct proving *p, bool again)
{
	struct buf text BUF_AUTO = {0};

	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_piece(&text, p->paste.taken + 1, p->paste.count, again);
	return dialogue_ask(p->options.dialogue, &text, false, on_pasted, p);
}

static int
ask_again(struct proving *p, const char *sentence)
{
	struct buf text BUF_AUTO = {0};

	if (++p->wrongs >= PROVING_WRONGS_MAX)
		return ERR_PASTE_WRONG;
	if (p->paste.taken > 0)
		return ask_for_piece(p, true);
	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_again(&text, sentence, QUESTIONS_PASTE);
	return dialogue_ask(p->options.dialogue, &text, false, on_pasted, p);
}

static void
on_redeemed(void *arg, const struct idp_poll *poll)
{
	struct proving *p = arg;
	int reason = poll->event == GRANT_APPROVED ? ERR_OK : poll->reason;

	p->request = 0;
	if (poll->event == GRANT_DENIED)
		reason = ERR_GRANT_DECLINED;
	else if (poll->event != GRANT_APPROVED && reason == 0)
		reason = ERR_GRANT_LOST;
	end(p, reason, reason == 0 ? poll->identity : NULL);
}

/* A code of another sign-in is told apart without asking anybody. */
static int
redeem(struct proving *p)
{
	const char *typed = buf_text(&p->paste.text);
	int r = typed == NULL ? ERR_NO_MEMORY : tries_factor(p->options.tries);

	if (r == 0)
		r = idp_paste_redeem(p->options.idp, p->attempt, typed,
		    on_redeemed, p, &p->request);
	paste_reset(&p->paste);
	return r == ERR_PASTE_WRONG ? ask_again(p, QUESTIONS_PASTE_WRONG) : r;
}

static int
judge_paste(struct proving *p, enum paste_outcome outcome)
{
	switch (outcome) {
	case PASTE_REFUSED:
		return ask_again(p, QUESTIONS_PIECE_WRONG);
	case PASTE_MORE:
		return ask_for_piece(p, false);
	case PASTE_WHOLE:
		return redeem(p);
	}
	return ERR_INTERNAL;
}

static void
on_pasted(void *arg, const char *answer)
{
	struct proving *p = arg;
	enum paste_outcome outcome = PASTE_REFUSED;
	int r = paste_take(&p->paste, answer, &outcome);

	if (r == 0)
		r = judge_paste(p, outcome);
	if (r != 0)
		end(p, r, NULL);
}

static void
on_paste_url(
    void *arg, int reason, const char *url, struct idp_attempt *attempt)
{
	struct proving *p = arg;
	int r = reason;

	p->request = 0;
	p->attempt = attempt;
	if (r == 0) {
		p->url = strdup(url);
		r = p->url == NULL ? ERR_NO_MEMORY : ask_for_paste(p);
	}
	if (r != 0)
		end(p, r, NULL);
}

static int
start(struct proving *p)
{
	switch (idp_grant(p->options.idp)) {
	case IDP_GRANT_DEVICE:
		return idp_device_start(
		    p->options.idp, on_device, p, &p->request);
	case IDP_GRANT_PASTE:
		return idp_paste_start(
		    p->options.idp, on_paste_url, p, &p->request);
	}
	return ERR_INTERNAL;
}

int
proving_new(const struct proving_options *options, proving_fn *fn, void *arg,
    struct proving **ret_proving)
{
	struct proving *p = calloc(1, sizeof(*p));
	int r = ERR_NO_MEMORY;

	if (p == NULL)
		return r;
	p->options = *options;
	p->fn = fn;
	p->arg = arg;
	p->started = clock_wall(options->clock);
	r = loop_timer_new(options->loop, on_poll_time, p, &p->poll_timer);
	if (r == 0)
		r = loop_timer_new(options->loop, on_end, p, &p->end_timer);
	if (r == 0)
		r = start(p);
	if (r != 0) {
		proving_free(p);
		return r;
	}
	*ret_proving = p;
	return ERR_OK;
}
