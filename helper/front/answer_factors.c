/*
 * answer_factors.c - the answers about a member's local factors: the
 * authenticator and the PIN.
 *
 * Members change their own, by the uid of the socket, and only after a full
 * sign-in on this host lately (or, a PIN, with the one before): who finds an
 * open terminal must not be able to give himself a factor.  Root, and members
 * who hold the administrators' role now, remove and so unlock those of others,
 * on record.  Promises that no secret is logged.
 */
#include "front/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"
#include "rules/backoff.h"

/* A sign-in made for this counts so long, however short max_age is. */
#define PROVEN_LEAST_S 300

/* A PIN on its way while the one before is looked at. */
struct pin_change {
	char user[PROTO_NAME_SIZE];
	struct proto_context context;
	char pin[PROTO_ANSWER_SIZE];
};

static void
free_change(struct pin_change *change)
{
	if (change == NULL)
		return;
	secret_wipe(change, sizeof(*change));
	free(change);
}

static int
finish(struct exchange *x, int reason)
{
	if (reason != 0)
		return exchange_refuse(x, reason, err_text(reason));
	return session_reply(
	    x->session, PROTO_DONE, &(struct proto_done){.reason = "ok"}, true);
}

/* Who did what to whose factor; refusals too. context: NULL unless root asks
 * for somebody. */
static void
tell(struct exchange *x, enum audit_kind kind, const char *user,
    const struct proto_context *context, int reason)
{
	exchange_audit(x,
	    &(struct audit_record){.kind = kind,
		.reason = reason,
		.user = user,
		.context = context});
}

static bool
find_member(
    const struct exchange *x, const char *user, struct member *ret_member)
{
	return members_get_user(
	    directory_members(x->parts->directory), user, ret_member);
}

static bool
find_asker(const struct exchange *x, struct member *ret_member)
{
	return members_get_uid(directory_members(x->parts->directory),
	    session_uid(x->session), ret_member);
}

static bool
is_own(const struct exchange *x, const struct member *member)
{
	return session_uid(x->session) != 0 &&
	    session_uid(x->session) == member->uid;
}

static bool
proven(const struct exchange *x, const struct member *member)
{
	int64_t most_s = x->parts->max_age_s > PROVEN_LEAST_S
	    ? x->parts->max_age_s
	    : PROVEN_LEAST_S;
	int64_t age_ms = proofs_age_ms(x->parts->proofs, member->id);

	return age_ms >= 0 && age_ms / 1000 < most_s;
}

/* Root needs no proof: he is who can read the daemon's memory. */
static bool
asker_proven(const struct exchange *x)
{
	struct member asker;

	return session_uid(x->session) == 0 ||
	    (find_asker(x, &asker) && proven(x, &asker));
}

/* Whether the member may enrol or set anything here now. */
static int
check_own(const struct exchange *x, const struct member *member)
{
	int r = standing_login(x->parts->standing, member);

	if (r != 0)
		return r;
	return proven(x, member) ? ERR_OK : ERR_PROOF_NEEDED;
}

static int
state_of(const struct exchange *x, const struct member *member,
    enum attempts_kind kind, uint32_t *ret_failures)
{
	int r =
	    attempts_get(x->parts->attempts, kind, member->id, ret_failures);

	if (r == 0)
		r = kind == ATTEMPTS_TOTP
		    ? totp_state(x->parts->totp, member->id)
		    : pin_state(x->parts->pin, member->id);
	if (r == 0 && backoff_locked(*ret_failures))
		r = ERR_FACTOR_LOCKED;
	return r;
}

int
answer_factors(struct exchange *x, const void *message)
{
	const struct proto_factors *request = message;
	struct proto_factors_reply reply = {.proven = asker_proven(x)};
	struct member member;

	if (!find_member(x, request->user, &member))
		return finish(x, ERR_NOT_A_MEMBER);
	(void)text_cut(reply.user, sizeof(reply.user), member.user);
	(void)text_cut(reply.totp, sizeof(reply.totp),
	    err_name(
		state_of(x, &member, ATTEMPTS_TOTP, &reply.totp_failures)));
	(void)text_cut(reply.pin, sizeof(reply.pin),
	    err_name(state_of(x, &member, ATTEMPTS_PIN, &reply.pin_failures)));
	reply.own = is_own(x, &member);
	reply.recent = proven(x, &member);
	return session_reply(x->session, PROTO_FACTORS_REPLY, &reply, true);
}

/* One that is there is replaced only by who holds it. */
static int
check_old(
    const struct exchange *x, const struct member *member, const char *code)
{
	int r = totp_state(x->parts->totp, member->id);

	if (r == ERR_TOTP_MISSING)
		return ERR_OK;
	return r == 0 ? totp_check(x->parts->totp, member->id, code) : r;
}

/* The host is in the name: each host has its own key. */
static int
offer(struct exchange *x, const struct member *member)
{
	struct buf account BUF_AUTO = {0};
	struct totp_offer offered = {.uri = ""};
	struct proto_totp_offer reply = {.uri = ""};
	int r = ERR_OK;

	buf_init(&account, PROTO_LINE_SIZE);
	buf_put_format(&account, "%s@%s", member->user, x->parts->host_name);
	r = totp_offer(
	    x->parts->totp, member->id, buf_text(&account), &offered);
	if (r == 0 &&
	    (!text_copy(reply.uri, sizeof(reply.uri), offered.uri) ||
		!text_copy(reply.key, sizeof(reply.key), offered.key)))
		r = ERR_TOO_LARGE;
	r = r == 0 ? session_reply(x->session, PROTO_TOTP_OFFER, &reply, true)
		   : exchange_refuse(x, r, err_text(r));
	secret_wipe(&offered, sizeof(offered));
	secret_wipe(&reply, sizeof(reply));
	return r;
}

int
answer_totp_enroll(struct exchange *x, const void *message)
{
	const struct proto_totp_enroll *request = message;
	struct member member;
	int r = ERR_OK;

	if (!find_asker(x, &member))
		return ERR_INTERNAL;
	if (x->parts->totp_closed != NULL)
		return exchange_refuse(
		    x, ERR_UNSUPPORTED, x->parts->totp_closed);
	r = check_own(x, &member);
	if (r == 0)
		r = check_old(x, &member, request->code);
	if (r == 0)
		return offer(x, &member);
	tell(x, AUDIT_TOTP_ENROLLED, member.user, NULL, r);
	return finish(x, r);
}

int
answer_totp_confirm(struct exchange *x, const void *message)
{
	const struct proto_totp_confirm *request = message;
	struct member member;
	int r = ERR_OK;

	if (!find_asker(x, &member))
		return ERR_INTERNAL;
	r = standing_login(x->parts->standing, &member);
	if (r == 0)
		r = totp_confirm(x->parts->totp, member.id, request->code);
	tell(x, AUDIT_TOTP_ENROLLED, member.user, NULL, r);
	return finish(x, r);
}

/* Who has lost the own one asks another: for oneself, one's code is needed. */
static int
remove_totp(struct exchange *x, const struct member *member, const char *code)
{
	int r = ERR_OK;

	if (!asker_proven(x))
		return ERR_PROOF_NEEDED;
	if (is_own(x, member))
		r = check_old(x, member, code);
	return r == 0 ? totp_remove(x->parts->totp, member->id) : r;
}

int
answer_totp_remove(struct exchange *x, const void *message)
{
	const struct proto_totp_remove *request = message;
	struct member member;
	int r = ERR_NOT_A_MEMBER;

	if (find_member(x, request->user, &member))
		r = remove_totp(x, &member, request->code);
	tell(x, AUDIT_TOTP_REMOVED, request->user, NULL, r);
	return finish(x, r);
}

static void
on_pin_set(void *arg, int reason)
{
	struct exchange *x = arg;
	const struct pin_change *change = x->pin_change;

	x->pin_work = 0;
	tell(x, AUDIT_PIN_SET, change->user, &change->context, reason);
	free_change(TAKE(x->pin_change));
	(void)finish(x, reason);
}

static void
on_old_pin(void *arg, int reason)
{
	struct exchange *x = arg;
	const struct pin_change *change = x->pin_change;
	struct member member;
	int r = reason;

	x->pin_work = 0;
	if (r == 0 && !find_member(x, change->user, &member))
		r = ERR_NOT_A_MEMBER;
	if (r == 0)
		r = pin_set(x->parts->pin, &member, change->pin, on_pin_set, x,
		    &x->pin_work);
	if (r != 0)
		on_pin_set(x, r);
}

/* Nobody but the member: who may remove it cannot choose it, too.  passwd(1)
 * runs as root and says by whom it was started. */
static bool
may_set(const struct exchange *x, const struct proto_pin_set *request,
    const struct member *member)
{
	return is_own(x, member) ||
	    (session_uid(x->session) == 0 && member->uid != 0 &&
		request->context.caller_uid == member->uid);
}

static int
check_set(const struct exchange *x, const struct proto_pin_set *request,
    struct member *ret_member)
{
	int r = ERR_OK;

	if (!find_member(x, request->user, ret_member))
		return ERR_NOT_A_MEMBER;
	if (!may_set(x, request, ret_member))
		return ERR_PEER_REFUSED;
	r = check_own(x, ret_member);
	/* Who knows the one before needs nothing else. */
	return r == ERR_PROOF_NEEDED && request->old[0] != '\0' ? ERR_OK : r;
}

/* Both run beside the loop, the old one first. */
static int
change_pin(struct exchange *x, const struct proto_pin_set *request,
    const struct member *member)
{
	struct pin_change *change = malloc(sizeof(*change));

	if (change == NULL)
		return ERR_NO_MEMORY;
	memcpy(change->user, request->user, sizeof(change->user));
	change->context = request->context;
	memcpy(change->pin, request->pin, sizeof(change->pin));
	x->pin_change = change;
	return request->old[0] != '\0'
	    ? pin_check(x->parts->pin, member->id, request->old, on_old_pin, x,
		  &x->pin_work)
	    : pin_set(x->parts->pin, member, request->pin, on_pin_set, x,
		  &x->pin_work);
}

int
answer_pin_set(struct exchange *x, const void *message)
{
	const struct proto_pin_set *request = message;
	struct member member;
	int r = ERR_OK;

	if (x->parts->pin_closed != NULL)
		return exchange_refuse(
		    x, ERR_UNSUPPORTED, x->parts->pin_closed);
	r = check_set(x, request, &member);
	if (r == 0)
		r = change_pin(x, request, &member);
	if (r == 0)
		return ERR_OK;
	free_change(TAKE(x->pin_change));
	tell(x, AUDIT_PIN_SET, request->user, &request->context, r);
	return finish(x, r);
}

int
answer_pin_remove(struct exchange *x, const void *message)
{
	const struct proto_pin_remove *request = message;
	struct member member;
	int r = ERR_NOT_A_MEMBER;

	if (find_member(x, request->user, &member)) {
		r = is_own(x, &member) || asker_proven(x) ? ERR_OK
							  : ERR_PROOF_NEEDED;
		if (r == 0)
			r = pin_remove(x->parts->pin, member.id);
	}
	tell(x, AUDIT_PIN_REMOVED, request->user, NULL, r);
	return finish(x, r);
}

void
answer_end_factors(struct exchange *x)
{
	if (x->pin_work != 0)
		pin_cancel(x->parts->pin, x->pin_work);
	x->pin_work = 0;
	free_change(TAKE(x->pin_change));
}
