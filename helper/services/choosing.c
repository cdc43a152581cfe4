/*
 * choosing.c - a numbered list, asked for until the answer is one of it or
 * there were too many.
 */
#include "services/choosing.h"

#include "common/err.h"

static dialogue_answer_fn on_choice;

int
choosing_start(struct choosing *choosing)
{
	struct choosing *c = choosing;
	struct buf text BUF_AUTO = {0};

	if (c->asked >= CHOOSING_TRIES)
		return ERR_ANSWER_UNKNOWN;
	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_choice(
	    &text, &c->scene, c->ways->titles, c->ways->count, c->asked++ > 0);
	return dialogue_ask(c->dialogue, &text, false, on_choice, c);
}

static void
on_choice(void *arg, const char *answer)
{
	struct choosing *c = arg;
	size_t way = 0;
	int r = ERR_OK;

	if (questions_choice(answer, c->ways->names, c->ways->titles,
		c->ways->count, &way)) {
		c->fn(c->arg, ERR_OK, way);
		return;
	}
	r = choosing_start(c);
	if (r != 0)
		c->fn(c->arg, r, 0);
}
