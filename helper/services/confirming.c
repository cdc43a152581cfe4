/*
 * confirming.c - goes through the service's exchange with one person.
 *
 * login -> (code -> verify)* -> (invitation -> accept -> login) -> standing.
 * Each step has one way forward and ends in end() on anything else.  Owns what
 * the steps need of each other, all of it wiped.  A wrong answer is asked again
 * a bounded number of times; an invitation is accepted only for a person whom
 * the provider or the service has shown to be the member.
 */
#include "services/confirming.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"
#include "services/svcstanding.h"

#define CODE_WRONG "That code was wrong."
#define PASSWORD_WRONG "That password was wrong."

struct confirming {
	struct confirming_options options;
	confirming_fn *fn;
	void *arg;
	uint64_t request; /* under way; 0: none */
	/* the member */
	char id[NAME_ID_MAX + 1];
	char *mail;
	char *name;
	bool pending;
	bool accepted;
	/* who was proven; NULL each when a password is what proves it */
	char *id_token;
	char *issuer;
	char *subject;
	char *proven_mail;
	char *provider;
	/* what was typed, what was brought */
	char *password;
	char *session_token;
	char *jwt;
	unsigned int passwords; /* how often it was asked for */
	unsigned int codes;
	enum profile_op op; /* of the request */
	bool coded;
	struct idsvc_standing *standing;
};

void
confirming_free(struct confirming *confirming)
{
	struct confirming *c = confirming;

	if (c == NULL)
		return;
	idsvc_cancel(c->options.idsvc, c->request);
	free(c->mail);
	free(c->name);
	secret_free_string(c->id_token);
	free(c->issuer);
	free(c->subject);
	free(c->proven_mail);
	free(c->provider);
	secret_free_string(c->password);
	secret_free_string(c->session_token);
	secret_free_string(c->jwt);
	svcstanding_free(c->standing);
	free(c);
}

bool
confirming_accepted(const struct confirming *confirming)
{
	return confirming->accepted;
}

bool
confirming_coded(const struct confirming *confirming)
{
	return confirming->coded;
}

/* The last of what is done here. */
static void
end(struct confirming *c, int reason)
{
	c->fn(c->arg, reason, reason == 0 ? c->standing : NULL);
}

/* Replaces *text by a copy; NULL stays NULL. */
static int
keep(char **text, const char *from)
{
	char *copy = from == NULL ? NULL : secret_dup(from, strlen(from));

	if (from != NULL && copy == NULL)
		return ERR_NO_MEMORY;
	secret_free_string(*text);
	*text = copy;
	return ERR_OK;
}

static idsvc_standing_fn on_standing;
static idsvc_standing_fn on_accepted;
static dialogue_answer_fn on_password;
static dialogue_answer_fn on_code;
static dialogue_answer_fn on_invitation;

static int
ask_service(struct confirming *c, enum profile_op op, const char *code)
{
	const struct idsvc_call call = {
	    .op = op,
	    .id_token = c->id_token,
	    .issuer = c->issuer,
	    .subject = c->subject,
	    .mail = c->proven_mail != NULL ? c->proven_mail : c->mail,
	    .name = c->name,
	    .provider = c->provider,
	    .password = op == PROFILE_PASSWORD_LOGIN ? c->password : NULL,
	    .code = code,
	    .session_token = c->session_token,
	    .jwt = c->jwt,
	    .member = c->id,
	};

	c->op = op;
	return idsvc_ask(c->options.idsvc, &call,
	    op == PROFILE_ACCEPT_INVITATION ? on_accepted : on_standing, c,
	    &c->request);
}

static int
log_in(struct confirming *c)
{
	return ask_service(c,
	    c->id_token != NULL ? PROFILE_SIGNIN : PROFILE_PASSWORD_LOGIN,
	    NULL);
}

/* Asks question, after saying what was wrong with the last answer, if any. */
static int
ask_person(struct confirming *c, const char *wrong, const char *question,
    bool secret, dialogue_answer_fn *fn)
{
	struct buf text BUF_AUTO = {0};

	buf_init(&text, PROTO_TEXT_SIZE - 1);
	if (wrong != NULL)
		questions_put_again(&text, wrong, question);
	else
		buf_put_text(&text, question);
	return dialogue_ask(c->options.dialogue, &text, secret, fn, c);
}

static int
ask_password(struct confirming *c)
{
	bool again = c->passwords++ > 0;

	if (c->passwords > CONFIRMING_TRIES)
		return ERR_PASSWORD_WRONG;
	return ask_person(c, again ? PASSWORD_WRONG : NULL, QUESTIONS_PASSWORD,
	    true, on_password);
}

static int
ask_code(struct confirming *c)
{
	bool again = c->codes++ > 0;

	if (c->codes > CONFIRMING_TRIES)
		return ERR_MFA_WRONG;
	return ask_person(
	    c, again ? CODE_WRONG : NULL, QUESTIONS_CODE, false, on_code);
}

static int
ask_invitation(struct confirming *c)
{
	struct buf text BUF_AUTO = {0};

	if (c->accepted ||
	    !idsvc_can(c->options.idsvc, PROFILE_ACCEPT_INVITATION))
		return ERR_MEMBER_PENDING;
	buf_init(&text, PROTO_TEXT_SIZE - 1);
	questions_put_invitation(&text, &c->options.scene);
	return dialogue_ask(
	    c->options.dialogue, &text, false, on_invitation, c);
}

static void
on_password(void *arg, const char *answer)
{
	struct confirming *c = arg;
	/* The service is not asked about what cannot be one. */
	bool is_one = answer[0] != '\0';
	int r = is_one ? tries_password(c->options.tries) : ask_password(c);

	if (r == 0 && is_one)
		r = keep(&c->password, answer);
	if (r == 0 && is_one)
		r = log_in(c);
	if (r != 0)
		end(c, r);
}

static void
on_code(void *arg, const char *answer)
{
	struct confirming *c = arg;
	char code[QUESTIONS_CODE_SIZE];
	bool is_one = questions_code(answer, code);
	int r = is_one ? tries_code(c->options.tries) : ask_code(c);

	if (r == 0 && is_one)
		r = ask_service(c, PROFILE_MFA_VERIFY, code);
	secret_wipe(code, sizeof(code));
	if (r != 0)
		end(c, r);
}

static void
on_invitation(void *arg, const char *answer)
{
	struct confirming *c = arg;
	int r = questions_yes(answer)
	    ? ask_service(c, PROFILE_ACCEPT_INVITATION, NULL)
	    : ERR_MEMBER_PENDING;

	if (r != 0)
		end(c, r);
}

/* The service believes the person: is it the member, and may she go on? */
static int
settle(struct confirming *c, const struct idsvc_standing *standing)
{
	int r = ERR_OK;

	if (standing->subject == NULL)
		return ERR_SERVICE_MALFORMED;
	if (strcmp(standing->subject, c->id) != 0)
		return ERR_WRONG_PERSON;
	if (c->pending && !c->accepted) {
		r = keep(&c->jwt, standing->jwt);
		return r == 0 ? ask_invitation(c) : r;
	}
	r = svcstanding_copy(standing, &c->standing);
	if (r == 0)
		end(c, ERR_OK);
	return r;
}

static int
ask_second_factor(struct confirming *c, const struct idsvc_standing *standing)
{
	int r = ERR_OK;

	if (!idsvc_can(c->options.idsvc, PROFILE_MFA_VERIFY))
		return ERR_SERVICE_MFA;
	if (standing->session_token != NULL)
		r = keep(&c->session_token, standing->session_token);
	if (c->codes == 0)
		tries_go_on(c->options.tries);
	return r == 0 ? ask_code(c) : r;
}

/* To a login or to a code. */
static void
on_standing(void *arg, const struct idsvc_standing *standing)
{
	struct confirming *c = arg;
	int r = standing->reason;

	c->request = 0;
	c->coded = c->coded || (r == 0 && c->op == PROFILE_MFA_VERIFY);
	if (r == 0)
		r = settle(c, standing);
	else if (r == ERR_SERVICE_MFA)
		r = ask_second_factor(c, standing);
	else if (r == ERR_MFA_WRONG && c->codes > 0)
		r = ask_code(c);
	else if (r == ERR_PASSWORD_WRONG && c->passwords > 0)
		r = ask_password(c);
	/* A service that says so to a password has shown nobody yet. */
	else if (r == ERR_MEMBER_PENDING && c->id_token != NULL)
		r = ask_invitation(c);
	if (r != 0)
		end(c, r);
}

/* Accepted; what the person is now, the service says at the next login. */
static void
on_accepted(void *arg, const struct idsvc_standing *standing)
{
	struct confirming *c = arg;
	int r = standing->reason;

	c->request = 0;
	if (r == 0) {
		c->accepted = true;
		r = standing->subject != NULL ? settle(c, standing) : log_in(c);
	}
	if (r != 0)
		end(c, r);
}

static int
keep_member(struct confirming *c, const struct member *member)
{
	int r = keep(&c->mail, member->mail);

	if (r == 0)
		r = keep(&c->name, member->name);
	if (r == 0 && !text_copy(c->id, sizeof(c->id), member->id))
		r = ERR_INTERNAL;
	c->pending = member->state == MEMBER_PENDING;
	return r;
}

int
confirming_new(const struct confirming_options *options, confirming_fn *fn,
    void *arg, struct confirming **ret_confirming)
{
	struct confirming *c = calloc(1, sizeof(*c));
	int r = ERR_NO_MEMORY;

	if (c == NULL)
		return r;
	c->options = *options;
	c->fn = fn;
	c->arg = arg;
	r = keep_member(c, options->member);
	c->options.member = NULL;
	if (r != 0) {
		confirming_free(c);
		return r;
	}
	*ret_confirming = c;
	return ERR_OK;
}

int
confirming_identity(
    struct confirming *confirming, const struct idp_identity *identity)
{
	struct confirming *c = confirming;
	int r = keep(&c->id_token, identity->id_token);

	if (r == 0)
		r = keep(&c->issuer, identity->issuer);
	if (r == 0)
		r = keep(&c->subject, identity->subject);
	if (r == 0)
		r = keep(&c->proven_mail, identity->mail);
	if (r == 0)
		r = keep(&c->provider, identity->type);
	return r == 0 ? log_in(c) : r;
}

int
confirming_password(struct confirming *confirming)
{
	return ask_password(confirming);
}
