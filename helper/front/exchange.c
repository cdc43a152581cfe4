/*
 * exchange.c - the record of what a client brought about.
 *
 * Promises that who asked is told by the socket: only root's own processes may
 * name somebody else.
 */
#include "front/exchange.h"

#include "common/err.h"
#include "common/text.h"

static bool
find_member(const struct exchange *x, const char *user, struct member *member)
{
	struct members *members = directory_members(x->parts->directory);

	return user != NULL
	    ? members_get_user(members, user, member)
	    : members_get_uid(members, session_uid(x->session), member);
}

void
exchange_audit(struct exchange *x, const struct audit_record *record)
{
	struct audit_record whole = *record;
	struct member member;

	whole.request = x->process;
	whole.caller_uid = session_uid(x->session);
	if (whole.caller_uid == 0 && record->context != NULL)
		whole.caller_uid = record->context->caller_uid;
	if (find_member(x, record->user, &member)) {
		whole.user = member.user;
		whole.member_id = member.id;
		whole.uid = member.uid;
	}
	audit_write(x->parts->audit, &whole);
}

int
exchange_refuse(struct exchange *x, int reason, const char *text)
{
	struct proto_verdict_reply reply = {.verdict = PROTO_DENY};

	(void)text_cut(reply.reason, sizeof(reply.reason), err_name(reason));
	(void)text_cut(reply.text, sizeof(reply.text), text);
	return session_reply(x->session, PROTO_VERDICT, &reply, true);
}
