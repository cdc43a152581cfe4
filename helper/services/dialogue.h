/*
 * dialogue.h - the questions of one sign-in, one after another: each with a
 * handle of its own, at most PROTO_QUESTIONS_MAX, and each answered once.
 *
 * Knows neither what is asked nor why.  Callbacks run from the loop; an answer
 * is a secret, kept no longer than until it was judged.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "common/attrs.h"
#include "common/proto.h"

struct dialogue;

/* Shows it to the person. Borrowed during the callback. */
typedef void dialogue_show_fn(void *arg, const struct proto_prompt *prompt);
/* What was typed: one line of valid UTF-8 without control bytes; anything else
 * comes as "". Borrowed during the callback, which may free the dialogue. */
typedef void dialogue_answer_fn(void *arg, const char *answer);

MUST_CHECK int dialogue_new(struct loop *loop, const struct clock *clock,
    dialogue_show_fn *show, void *arg, struct dialogue **ret_dialogue);
void dialogue_free(struct dialogue *dialogue);
/* Of the whole sign-in, told with each question. */
void dialogue_set_deadline(
    struct dialogue *dialogue, struct boot_time deadline);
/* Whole seconds that are left; at least 0. */
int64_t dialogue_left_s(const struct dialogue *dialogue);

/*
 * Shows text, before it returns; to be called from the loop only.  It takes the
 * place of the question before, whose answer is not taken any more.
 * GRANT_LOST after PROTO_QUESTIONS_MAX of them; TOO_LARGE, NO_MEMORY.
 */
MUST_CHECK int dialogue_tell(
    struct dialogue *dialogue, struct buf *text, int64_t lifetime_s);
/* The same for a question, whose answer comes to fn; secret: without echo. */
MUST_CHECK int dialogue_ask(struct dialogue *dialogue, struct buf *text,
    bool secret, dialogue_answer_fn *fn, void *arg);
/* What the person typed; copied.  MALFORMED when nothing is open. */
MUST_CHECK int dialogue_answer(struct dialogue *dialogue, const char *text);
