/*
 * unlocking.c - the PIN, then the organisation's word; or a code alone.
 *
 * Each step has one way forward.  An empty answer never proves anything: it
 * leads on to the next way, and in the end to a full sign-in.  The PIN's own
 * counter, not the order of answers, bounds how often it is tried.
 */
#include "services/unlocking.h"

#include <stdlib.h>
#include <time.h>

#include "common/err.h"
#include "rules/cutoff.h"
#include "rules/questions.h"

#define DAY_S 86400
#define PIN_WRONG "That PIN was wrong."

struct unlocking {
	struct unlocking_options options;
	unlocking_fn *fn;
	void *arg;
	bool by_code;                /* the code alone would be enough */
	enum unlocking_factor asked; /* for, last */
	unsigned int pins;
	uint64_t pin_id;   /* at the PIN; 0: none */
	uint64_t renew_id; /* at the wallet; 0: none */
	uint64_t vouch_id; /* at a provider; 0: none */
	struct second *second;
};

static void
end(struct unlocking *u, int reason)
{
	u->fn(u->arg,
	    &(struct unlocking_end){.reason = reason, .factor = u->asked});
}

static void
end_well(struct unlocking *u, bool offline)
{
	u->fn(u->arg,
	    &(struct unlocking_end){.factor = u->asked, .offline = offline});
}

/* The list of members speaks for an organisation that nobody can ask. */
static int
judge_silence(struct unlocking *u, int reason, bool *ret_offline)
{
	const struct standing *standing = u->options.standing;

	*ret_offline = reason != ERR_UNSUPPORTED || !standing_reached(standing);
	return *ret_offline ? standing_offline(standing) : ERR_OK;
}

/* The organisation's word, or none. */
static void
conclude(struct unlocking *u, int reason)
{
	bool offline = false;
	int r = reason;

	if (r == ERR_UNSUPPORTED || cutoff_meaning(r) == CUTOFF_SILENT)
		r = judge_silence(u, r, &offline);
	/* Nothing is left that the member would be known by. */
	else if (r == ERR_NO_TOKEN)
		r = ERR_CANCELLED;
	if (r != 0)
		end(u, r);
	else
		end_well(u, offline);
}

static void
on_renewed(void *arg, const struct wallet_token *token)
{
	struct unlocking *u = arg;

	u->renew_id = 0;
	conclude(u, token->reason);
}

static void
on_vouched(void *arg, int reason)
{
	struct unlocking *u = arg;

	u->vouch_id = 0;
	conclude(u, reason);
}

static int
ask_organization(struct unlocking *u)
{
	return u->options.vouching != NULL
	    ? vouching_ask(u->options.vouching, u->options.member, on_vouched,
		  u, &u->vouch_id)
	    : wallet_renew(u->options.wallet, u->options.member, on_renewed, u,
		  &u->renew_id);
}

static dialogue_answer_fn on_pin;

static int
ask_pin_again(struct unlocking *u)
{
	struct buf text BUF_AUTO = {0};

	if (++u->pins >= UNLOCKING_TRIES)
		return ERR_PIN_WRONG;
	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_again(&text, PIN_WRONG, QUESTIONS_PIN);
	return dialogue_ask(u->options.dialogue, &text, true, on_pin, u);
}

static void
on_checked(void *arg, int reason)
{
	struct unlocking *u = arg;
	int r = reason;

	u->pin_id = 0;
	if (r == 0)
		r = ask_organization(u);
	else if (r == ERR_PIN_WRONG)
		r = ask_pin_again(u);
	if (r != 0)
		end(u, r);
}

static second_fn on_code;

static int
ask_code(struct unlocking *u)
{
	const struct second_options options = {
	    .totp = u->options.totp,
	    .dialogue = u->options.dialogue,
	    .tries = u->options.tries,
	    .member = u->options.member,
	    .account = u->options.account,
	    .may_pass = true,
	};
	int r = ERR_CANCELLED;

	if (u->by_code)
		r = second_new(&options, on_code, u, &u->second);
	if (r == 0)
		u->asked = UNLOCKING_CODE;
	return r == 0 ? second_ask(u->second) : r;
}

static void
on_code(void *arg, int reason)
{
	struct unlocking *u = arg;
	bool offline = !standing_reached(u->options.standing);

	if (reason != 0)
		end(u, reason);
	else
		end_well(u, offline);
}

static void
on_pin(void *arg, const char *answer)
{
	struct unlocking *u = arg;
	int r = ERR_OK;

	if (answer[0] == '\0') {
		r = ask_code(u);
	} else {
		r = tries_factor(u->options.tries);
		if (r == 0)
			r = pin_check(u->options.pin, u->options.member, answer,
			    on_checked, u, &u->pin_id);
	}
	if (r != 0)
		end(u, r);
}

/* When the PIN alone ceases to be enough; false: the organisation answers. */
static bool
put_until(const struct unlocking *u, char *out, size_t size)
{
	int64_t left_s = standing_offline_left_s(u->options.standing);
	time_t at = (time_t)(clock_wall(u->options.clock).s + left_s);
	struct tm local;

	return !standing_reached(u->options.standing) && left_s > 0 &&
	    localtime_r(&at, &local) != NULL &&
	    strftime(out, size, left_s < DAY_S ? "%H:%M" : "%Y-%m-%d %H:%M",
		&local) > 0;
}

static int
ask_pin(struct unlocking *u)
{
	struct buf text BUF_AUTO = {0};
	char until[32];
	bool silent = put_until(u, until, sizeof(until));

	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_pin(&text, silent ? until : NULL);
	u->asked = UNLOCKING_PIN;
	return dialogue_ask(u->options.dialogue, &text, true, on_pin, u);
}

int
unlocking_start(struct unlocking *unlocking, const struct member *member)
{
	struct unlocking *u = unlocking;
	enum second_need need = SECOND_NONE;
	int r = ERR_OK;

	if (u->options.by_key || u->options.step_up)
		r = second_need(
		    u->options.policy, u->options.totp, member, &need);
	u->by_code = r == 0 && need == SECOND_CODE;
	return u->options.by_pin &&
		pin_state(u->options.pin, u->options.member) == 0
	    ? ask_pin(u)
	    : ask_code(u);
}

int
unlocking_new(const struct unlocking_options *options, unlocking_fn *fn,
    void *arg, struct unlocking **ret_unlocking)
{
	struct unlocking *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return ERR_NO_MEMORY;
	u->options = *options;
	u->fn = fn;
	u->arg = arg;
	*ret_unlocking = u;
	return ERR_OK;
}

void
unlocking_free(struct unlocking *unlocking)
{
	struct unlocking *u = unlocking;

	if (u == NULL)
		return;
	pin_cancel(u->options.pin, u->pin_id);
	wallet_cancel(u->options.wallet, u->renew_id);
	if (u->options.vouching != NULL)
		vouching_cancel(u->options.vouching, u->vouch_id);
	second_free(u->second);
	free(u);
}
