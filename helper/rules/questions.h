/*
 * questions.h - what a person is asked during a sign-in, and what an answer
 * means.  Pure: the wording and the judging only, no order and no state.
 *
 * Every text is printable ASCII and newlines, whatever is put into it, and a
 * text of several lines begins with a newline, because an ssh client writes
 * "(user@host) " before the first.  An answer is untrusted: a line of any
 * length that services/dialogue let through.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/buf.h"

#define QUESTIONS_PASSWORD "Password: "
#define QUESTIONS_CODE "Authenticator code: "
#define QUESTIONS_PIN "Login PIN: "
#define QUESTIONS_PASTE "Paste the code that the page shows: "
#define QUESTIONS_PASTE_WRONG "That code is not of this sign-in."
#define QUESTIONS_PIECE_WRONG "That was a later piece: begin with the first."
#define QUESTIONS_CODE_SIZE 33 /* room for a code that can be one */
#define QUESTIONS_CHOICES_MAX 9

/* Who signs in to what, and from where; all borrowed. */
struct questions_scene {
	const char *organization;
	const char *user;
	const char *host;
	const char *rhost; /* "" if not known; from whoever connects */
};

/* The prompt of the device grant (RFC 8628 3.3). */
void questions_put_device(struct buf *text, const struct questions_scene *scene,
    const char *url, const char *code, int64_t lifetime_s);
/* The prompt of the paste grant. */
void questions_put_paste(struct buf *text, const struct questions_scene *scene,
    const char *url, int64_t lifetime_s);
/* The prompt for a further piece of a pasted code; again: the last answer was
 * not that piece. */
void questions_put_piece(
    struct buf *text, unsigned int number, unsigned int count, bool again);
/* A numbered list of ways to sign in; again: the last answer was none. */
void questions_put_choice(struct buf *text, const struct questions_scene *scene,
    const char *const *titles, size_t count, bool again);
void questions_put_invitation(
    struct buf *text, const struct questions_scene *scene);
/* The PIN of this host; until: when it ceases to be enough, as people read it,
 * while the organisation cannot be reached; NULL: it can. */
void questions_put_pin(struct buf *text, const char *until);
/* A new authenticator's key, in groups of four, and the first code of it. */
void questions_put_enrolment(struct buf *text, const char *key);
/* The question, and before it that the last answer was wrong. */
void questions_put_again(
    struct buf *text, const char *sentence, const char *question);

/* Which one: its number from 1, its name or its title, without regard to case;
 * false: none of them. */
MUST_CHECK bool questions_choice(const char *answer, const char *const *names,
    const char *const *titles, size_t count, size_t *ret_index);
/* A code without the blanks and dashes that people put into it: 4 to 32 ASCII
 * letters and digits.  false, and out is "": it cannot be one. */
MUST_CHECK bool questions_code(
    const char *answer, char out[QUESTIONS_CODE_SIZE]);
/* Only y or yes, in any case. */
MUST_CHECK bool questions_yes(const char *answer);
