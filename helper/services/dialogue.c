/*
 * dialogue.c - shows questions and brings their answers to whoever asked.
 *
 * Owns the handles, the count, and an answer between its coming and its turn
 * of the loop.  Promises that one answer is taken for one question, and that
 * nothing typed stays in memory once it was judged.
 */
#include "services/dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"

struct dialogue {
	const struct clock *clock;
	struct boot_time deadline;
	dialogue_show_fn *show;
	void *arg;
	unsigned int shown;
	struct loop_timer *turn;       /* an answer waits for it */
	char *answer;                  /* NULL: none came yet */
	dialogue_answer_fn *answer_fn; /* NULL: no question is open */
	void *answer_arg;
};

static void
on_turn(void *arg)
{
	struct dialogue *d = arg;
	CLEANUP(secret_string_cleanup) char *answer = TAKE(d->answer);
	dialogue_answer_fn *fn = TAKE(d->answer_fn);

	fn(d->answer_arg, text_line_valid(answer) ? answer : "");
}

int
dialogue_new(struct loop *loop, const struct clock *clock,
    dialogue_show_fn *show, void *arg, struct dialogue **ret_dialogue)
{
	struct dialogue *d = calloc(1, sizeof(*d));
	int r = ERR_NO_MEMORY;

	if (d != NULL)
		r = loop_timer_new(loop, on_turn, d, &d->turn);
	if (r != 0) {
		free(d);
		return r;
	}
	d->clock = clock;
	d->show = show;
	d->arg = arg;
	*ret_dialogue = d;
	return ERR_OK;
}

void
dialogue_free(struct dialogue *dialogue)
{
	if (dialogue == NULL)
		return;
	loop_timer_free(dialogue->turn);
	secret_free_string(dialogue->answer);
	free(dialogue);
}

void
dialogue_set_deadline(struct dialogue *dialogue, struct boot_time deadline)
{
	dialogue->deadline = deadline;
}

int64_t
dialogue_left_s(const struct dialogue *dialogue)
{
	int64_t left_ms =
	    dialogue->deadline.ms - clock_boot(dialogue->clock).ms;

	return left_ms > 0 ? left_ms / 1000 : 0;
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

/* Whoever is shown it may end the sign-in, and this with it: nothing is touched
 * afterwards. */
static int
show(struct dialogue *d, struct buf *text, struct proto_prompt *prompt,
    dialogue_answer_fn *fn, void *arg)
{
	int r = ERR_OK;

	loop_timer_stop(d->turn);
	secret_free_string(TAKE(d->answer));
	d->answer_fn = NULL;
	if (d->shown >= PROTO_QUESTIONS_MAX)
		return ERR_GRANT_LOST;
	if (buf_text(text) == NULL ||
	    !text_copy(prompt->text, sizeof(prompt->text), buf_text(text)))
		return ERR_TOO_LARGE;
	r = make_handle(prompt->handle);
	if (r != 0)
		return r;
	d->shown++;
	d->answer_fn = fn;
	d->answer_arg = arg;
	d->show(d->arg, prompt);
	return ERR_OK;
}

int
dialogue_tell(struct dialogue *dialogue, struct buf *text, int64_t lifetime_s)
{
	struct proto_prompt prompt = {
	    .kind = PROTO_ASK_APPROVAL, .lifetime_s = (uint32_t)lifetime_s};

	return show(dialogue, text, &prompt, NULL, NULL);
}

int
dialogue_ask(struct dialogue *dialogue, struct buf *text, bool secret,
    dialogue_answer_fn *fn, void *arg)
{
	struct proto_prompt prompt = {
	    .kind = secret ? PROTO_ASK_SECRET : PROTO_ASK_TEXT,
	    .lifetime_s = (uint32_t)dialogue_left_s(dialogue),
	};

	return show(dialogue, text, &prompt, fn, arg);
}

int
dialogue_answer(struct dialogue *dialogue, const char *text)
{
	if (dialogue->answer_fn == NULL || dialogue->answer != NULL)
		return ERR_MALFORMED;
	dialogue->answer = secret_dup(text, strlen(text));
	if (dialogue->answer == NULL)
		return ERR_NO_MEMORY;
	loop_timer_start(dialogue->turn, 0);
	return ERR_OK;
}
