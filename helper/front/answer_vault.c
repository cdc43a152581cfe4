/*
 * answer_vault.c - the answer to orgloginctl vault: how the vault is kept, and
 * whether its rows are sealed with the key that the administrator gives.
 *
 * A walk over all rows is not waited for: whoever wants its end asks again.
 */
#include "front/exchange.h"

#include <string.h>

#include "common/err.h"
#include "common/text.h"

#define PUT(field, reason) \
	((void)text_cut((field), sizeof(field), err_name(reason)))

/* Recorded where it brought another key or was refused one: the command asks
 * for the same again before it begins and once the old key is gone. */
static int
take(struct exchange *x)
{
	struct rotation_view before = rotation_view(x->parts->rotation);
	int r = rotation_take(x->parts->rotation);
	struct rotation_view after = rotation_view(x->parts->rotation);

	if (r != before.state || strcmp(before.key, after.key) != 0)
		exchange_audit(x,
		    &(struct audit_record){
			.kind = AUDIT_VAULT_ROTATED, .reason = r});
	return r;
}

int
answer_vault(struct exchange *x, const void *message)
{
	const struct proto_vault *request = message;
	struct proto_vault_reply reply = {.taken = ""};
	struct rotation_view view;

	if (request->take == 1)
		PUT(reply.taken, take(x));
	view = rotation_view(x->parts->rotation);
	PUT(reply.state, view.state);
	PUT(reply.fault, view.fault);
	reply.credential = view.credential;
	reply.running = view.running;
	reply.resealed = view.resealed;
	reply.lost = view.lost;
	return session_reply(x->session, PROTO_VAULT_REPLY, &reply, true);
}
