/*
 * answer_leaver.c - the answer to whoever ends sessions: whose must end.
 *
 * The record is written here, because who asks is about to do it.
 */
#include "front/exchange.h"

#include "common/err.h"
#include "common/text.h"

int
answer_leaver(struct exchange *x, const void *message)
{
	const struct proto_leaver *request = message;
	struct proto_done reply = {.reason = "ok"};
	struct member member = {.user = "", .id = NULL};
	int reason = revocation_uid(x->parts->revocation, request->uid);

	(void)text_cut(reply.reason, sizeof(reply.reason), err_name(reason));
	if (reason != 0) {
		(void)members_get_uid(directory_members(x->parts->directory),
		    request->uid, &member);
		(void)text_cut(reply.text, sizeof(reply.text), member.user);
		audit_write(x->parts->audit,
		    &(struct audit_record){
			.kind = AUDIT_SESSIONS_ENDED,
			.reason = reason,
			.user = member.user,
			.member_id = member.id,
			.uid = request->uid,
			.caller_uid = session_uid(x->session),
		    });
	}
	return session_reply(x->session, PROTO_DONE, &reply, true);
}
