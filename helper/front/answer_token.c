/*
 * answer_token.c - the answers to what a member does with a sign-in: tokens,
 * another organisation, invitations, and its end.
 *
 * Promises that a token goes to the uid of its member alone, which comes from
 * the socket, and that no token is logged.  Whether somebody may invite is the
 * service's to say, by the member's own token.
 */
#include "front/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/secret.h"
#include "common/text.h"

/* What is asked of the service once the member's token is there. */
struct invitation {
	enum profile_op op;
	char mail[NAME_MAIL_MAX + 1];
	char role[NAME_ROLE_MAX + 1];
	char member[NAME_ID_MAX + 1];
};

static int
done(struct exchange *x)
{
	return session_reply(
	    x->session, PROTO_DONE, &(struct proto_done){.reason = "ok"}, true);
}

/* The member who asks; the table let nobody else through. */
static bool
find_caller(const struct exchange *x, struct member *ret_member)
{
	return members_get_uid(directory_members(x->parts->directory),
	    session_uid(x->session), ret_member);
}

/* About the caller, who is a member. */
static void
record(struct exchange *x, enum audit_kind kind, const char *object, int reason)
{
	exchange_audit(x,
	    &(struct audit_record){
		.kind = kind, .reason = reason, .object = object});
}

static void
on_token(void *arg, const struct wallet_token *token)
{
	struct exchange *x = arg;
	struct proto_token_reply reply = {.expires_s = token->expires_s};
	int r = token->reason;

	x->errand = 0;
	if (r == 0 &&
	    (!text_copy(reply.organization, sizeof(reply.organization),
		 token->organization) ||
		!text_copy(reply.text, sizeof(reply.text),
		    x->headers ? token->headers : token->jwt)))
		r = ERR_TOO_LARGE;
	record(x, AUDIT_TOKEN_GIVEN, token->organization, r);
	if (r == 0)
		(void)session_reply(
		    x->session, PROTO_TOKEN_REPLY, &reply, true);
	else
		(void)exchange_refuse(x, r, err_text(r));
	secret_wipe(&reply, sizeof(reply));
}

/* A provider's ID Token is no key to anybody's APIs, so none is given. */
static int
refuse_without_service(struct exchange *x)
{
	return exchange_refuse(x, ERR_UNSUPPORTED,
	    "This host is used without an identity service (profile = none), "
	    "so there are no tokens and no other organisations.");
}

int
answer_token(struct exchange *x, const void *message)
{
	const struct proto_token *request = message;
	struct member member;

	if (x->parts->idsvc == NULL)
		return refuse_without_service(x);
	if (!find_caller(x, &member))
		return ERR_INTERNAL;
	x->headers = request->headers == 1;
	return wallet_token(x->parts->wallet, member.id,
	    request->organization[0] == '\0' ? NULL : request->organization,
	    on_token, x, &x->errand);
}

static void
on_switched(void *arg, const struct wallet_token *token)
{
	struct exchange *x = arg;

	x->errand = 0;
	record(
	    x, AUDIT_ORGANIZATION_SWITCHED, token->organization, token->reason);
	if (token->reason == 0)
		(void)done(x);
	else if (token->reason == ERR_SERVICE_REFUSED ||
	    token->reason == ERR_TOKEN_ORGANIZATION)
		(void)exchange_refuse(x, token->reason,
		    "The service refused: you seem not to be in that "
		    "organisation.");
	else
		(void)exchange_refuse(
		    x, token->reason, err_text(token->reason));
}

int
answer_switch_org(struct exchange *x, const void *message)
{
	const struct proto_switch_org *request = message;
	struct member member;

	if (x->parts->idsvc == NULL)
		return refuse_without_service(x);
	if (!find_caller(x, &member))
		return ERR_INTERNAL;
	if (request->organization[0] == '\0')
		return ERR_MALFORMED;
	return wallet_switch(x->parts->wallet, member.id, request->organization,
	    on_switched, x, &x->errand);
}

/* The table let root and the member through. */
int
answer_logout(struct exchange *x, const void *message)
{
	const struct proto_logout *request = message;
	struct member member;
	int r = ERR_NOT_A_MEMBER;

	if (members_get_user(directory_members(x->parts->directory),
		request->user, &member)) {
		r = wallet_forget(x->parts->wallet, member.id);
		if (r == 0 && x->parts->vouching != NULL)
			r = vouching_log_out(x->parts->vouching, member.id);
		if (r == 0)
			r = proofs_forget(x->parts->proofs, member.id);
	}
	exchange_audit(x,
	    &(struct audit_record){
		.kind = AUDIT_LOGGED_OUT, .reason = r, .user = request->user});
	return r == 0 ? done(x) : exchange_refuse(x, r, err_text(r));
}

static void
end_invitation(struct exchange *x, int reason)
{
	record(x, AUDIT_INVITED, x->invitation->mail, reason);
	free(TAKE(x->invitation));
	if (reason == 0)
		(void)done(x);
	else if (reason == ERR_SERVICE_REFUSED)
		(void)exchange_refuse(x, reason,
		    "The organisation's service refused: you may not invite "
		    "there, or it does not take this person or role.");
	else
		(void)exchange_refuse(x, reason, err_text(reason));
}

static void
on_invited(void *arg, const struct idsvc_standing *standing)
{
	struct exchange *x = arg;

	x->ask = 0;
	end_invitation(x, standing->reason);
}

static void
on_inviters_token(void *arg, const struct wallet_token *token)
{
	struct exchange *x = arg;
	const struct invitation *i = x->invitation;
	const struct idsvc_call call = {
	    .op = i->op,
	    .jwt = token->jwt,
	    .session_token = token->session_token,
	    .organization = token->organization,
	    .mail = i->mail,
	    .role = i->role,
	    .member = i->member,
	};
	int r = token->reason;

	x->errand = 0;
	if (r == 0)
		r = idsvc_ask(x->parts->idsvc, &call, on_invited, x, &x->ask);
	if (r != 0)
		end_invitation(x, r);
}

/* First a token of the member's for the host's organisation. */
static int
invite(struct exchange *x, const struct invitation *invitation)
{
	const struct requests_parts *p = x->parts;
	struct member member;

	if (!find_caller(x, &member))
		return ERR_INTERNAL;
	if (p->idsvc == NULL || !idsvc_can(p->idsvc, invitation->op))
		return exchange_refuse(x, ERR_UNSUPPORTED,
		    "The organisation's service takes no invitations from "
		    "here.");
	x->invitation = malloc(sizeof(*x->invitation));
	if (x->invitation == NULL)
		return ERR_NO_MEMORY;
	*x->invitation = *invitation;
	return wallet_token(p->wallet, member.id, p->organization_id,
	    on_inviters_token, x, &x->errand);
}

int
answer_invite(struct exchange *x, const void *message)
{
	const struct proto_invite *request = message;
	struct invitation invitation = {.op = PROFILE_INVITE};

	if (!name_mail_valid(request->mail) || !name_role_valid(request->role))
		return exchange_refuse(x, ERR_INVALID_ARGUMENT,
		    "That is no mail address, or no role.");
	memcpy(invitation.mail, request->mail, sizeof(invitation.mail));
	memcpy(invitation.role, request->role, sizeof(invitation.role));
	return invite(x, &invitation);
}

/* By name, id or mail address; who is only invited may have no name here. */
static bool
find_invited(
    const struct exchange *x, const char *name, struct member *ret_member)
{
	struct members *members = directory_members(x->parts->directory);

	return members_get_user(members, name, ret_member) ||
	    members_get_id(members, name, ret_member) ||
	    members_get_mail(members, name, ret_member) == 1;
}

int
answer_resend(struct exchange *x, const void *message)
{
	const struct proto_resend *request = message;
	struct invitation invitation = {.op = PROFILE_RESEND_INVITATION};
	struct member invited;

	if (!find_invited(x, request->name, &invited))
		return exchange_refuse(x, ERR_NOT_FOUND,
		    "Nobody of that name is invited, as far as this host "
		    "knows.");
	if (!text_copy(
		invitation.mail, sizeof(invitation.mail), invited.mail) ||
	    !text_copy(
		invitation.member, sizeof(invitation.member), invited.id))
		return ERR_INTERNAL;
	return invite(x, &invitation);
}

void
answer_end_token(struct exchange *x)
{
	if (x->errand != 0)
		wallet_cancel(x->parts->wallet, x->errand);
	if (x->ask != 0)
		idsvc_cancel(x->parts->idsvc, x->ask);
	x->errand = x->ask = 0;
	free(TAKE(x->invitation));
}
