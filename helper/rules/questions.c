/*
 * questions.c - the words of a sign-in, and what answers to them mean.
 *
 * Promises that a text acts on no terminal: what comes from outside is put in
 * escaped.  An answer that is not exactly one of those expected is none; there
 * is no guessing.  Must not know in what order anything is asked.
 */
#include "rules/questions.h"

#include <string.h>
#include <strings.h>

#include "common/text.h"

#define SHOWN_SIZE 256

static void
put_scene(struct buf *text, const struct questions_scene *scene)
{
	char organization[SHOWN_SIZE];
	char rhost[SHOWN_SIZE];

	buf_put_format(text, "\n%s: sign in as %s on %s",
	    text_escape(
		scene->organization, organization, sizeof(organization)),
	    scene->user, scene->host);
	if (scene->rhost[0] != '\0')
		buf_put_format(text, ", from %s",
		    text_escape(scene->rhost, rhost, sizeof(rhost)));
	buf_put_text(text, "\n\n");
}

/* What protects a person to whom somebody sends a code or an address. */
static void
put_warning(struct buf *text, int64_t lifetime_s, const char *what)
{
	buf_put_format(text,
	    "The code is good for %lld seconds. Go on only if you started this "
	    "sign-in\nyourself: %s lets them in as you.\n",
	    (long long)lifetime_s, what);
}

void
questions_put_device(struct buf *text, const struct questions_scene *scene,
    const char *url, const char *code, int64_t lifetime_s)
{
	put_scene(text, scene);
	buf_put_format(text, "  Open:  %s\n  Code:  %s\n\n", url, code);
	put_warning(
	    text, lifetime_s, "approving a code that somebody sent you");
	buf_put_text(text, "Press Enter when you have signed in: ");
}

void
questions_put_paste(struct buf *text, const struct questions_scene *scene,
    const char *url, int64_t lifetime_s)
{
	put_scene(text, scene);
	buf_put_format(text, "  Open:  %s\n\n", url);
	put_warning(text, lifetime_s, "giving its code to somebody");
	buf_put_text(text, QUESTIONS_PASTE);
}

void
questions_put_piece(
    struct buf *text, unsigned int number, unsigned int count, bool again)
{
	if (again)
		buf_put_format(
		    text, "\nThat was not piece %u of %u.\n", number, count);
	buf_put_format(text, "Paste piece %u of %u: ", number, count);
}

void
questions_put_choice(struct buf *text, const struct questions_scene *scene,
    const char *const *titles, size_t count, bool again)
{
	char title[SHOWN_SIZE];

	if (again)
		buf_put_text(text, "\nThat was none of them.\n");
	else
		put_scene(text, scene);
	for (size_t i = 0; i < count; i++)
		buf_put_format(text, "  %zu  %s\n", i + 1,
		    text_escape(titles[i], title, sizeof(title)));
	buf_put_text(text, "Sign in with (number or name): ");
}

void
questions_put_invitation(struct buf *text, const struct questions_scene *scene)
{
	char organization[SHOWN_SIZE];

	buf_put_format(text,
	    "\n%s has invited you, and you have not accepted yet.\n"
	    "Accept the invitation? [y/N] ",
	    text_escape(
		scene->organization, organization, sizeof(organization)));
}

void
questions_put_pin(struct buf *text, const char *until)
{
	if (until != NULL)
		buf_put_format(text,
		    "\nThe organisation's service cannot be reached; your PIN "
		    "works until %s.\n",
		    until);
	buf_put_text(text, QUESTIONS_PIN);
}

void
questions_put_enrolment(struct buf *text, const char *key)
{
	buf_put_format(text,
	    "\nYou need an authenticator for this host. Add this key to the "
	    "app on your phone:\n\n  %s\n\nThen type the code that it "
	    "shows.\n",
	    key);
	buf_put_text(text, QUESTIONS_CODE);
}

void
questions_put_again(
    struct buf *text, const char *sentence, const char *question)
{
	buf_put_format(text, "\n%s\n%s", sentence, question);
}

/* The answer without the blanks around it. */
static const char *
trim(const char *answer, size_t *ret_len)
{
	size_t len = 0;

	answer += strspn(answer, " \t");
	len = strlen(answer);
	while (len > 0 && strchr(" \t", answer[len - 1]) != NULL)
		len--;
	*ret_len = len;
	return answer;
}

static bool
is_word(const char *answer, size_t len, const char *word)
{
	return len > 0 && strlen(word) == len &&
	    strncasecmp(answer, word, len) == 0;
}

bool
questions_choice(const char *answer, const char *const *names,
    const char *const *titles, size_t count, size_t *ret_index)
{
	size_t len = 0;
	const char *word = trim(answer, &len);

	for (size_t i = 0; i < count && i < QUESTIONS_CHOICES_MAX; i++) {
		char number[] = {(char)('1' + i), '\0'};

		if (is_word(word, len, number) ||
		    is_word(word, len, names[i]) ||
		    is_word(word, len, titles[i])) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static bool
is_code_byte(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	    (byte >= 'a' && byte <= 'z');
}

bool
questions_code(const char *answer, char out[QUESTIONS_CODE_SIZE])
{
	size_t len = 0;
	bool good = true;

	for (const char *p = answer; *p != '\0' && good; p++) {
		if (*p == ' ' || *p == '\t' || *p == '-')
			continue;
		good = is_code_byte(*p) && len < QUESTIONS_CODE_SIZE - 1;
		if (good)
			out[len++] = *p;
	}
	good = good && len >= 4;
	out[good ? len : 0] = '\0';
	return good;
}

bool
questions_yes(const char *answer)
{
	size_t len = 0;
	const char *word = trim(answer, &len);

	return is_word(word, len, "y") || is_word(word, len, "yes");
}
