/*
 * answer_audit.c - tells the last records: root all, a member those about
 * herself.
 *
 * Reads only what is kept in memory.  A record that was overwritten while a
 * slow client reads is left out.
 */
#include "front/exchange.h"

#include <string.h>

#include "common/err.h"
#include "common/text.h"

#define PUT(field, text) ((void)text_cut((field), sizeof(field), (text)))

/* user "": about anybody. */
static bool
is_about(const struct audit_entry *entry, const char *user)
{
	return entry != NULL &&
	    (user[0] == '\0' || strcmp(entry->user, user) == 0);
}

/* The oldest of the last count; one behind the last where there is none. */
static uint64_t
first_of(const struct audit *audit, const char *user, uint32_t count)
{
	uint64_t last = audit_last(audit);
	uint64_t first = last + 1;

	for (uint64_t i = 0; i < AUDIT_KEPT && i < last && count > 0; i++) {
		if (!is_about(audit_get(audit, last - i), user))
			continue;
		first = last - i;
		count--;
	}
	return first;
}

int
answer_audit(struct exchange *x, const void *message)
{
	const struct proto_audit *request = message;
	const struct audit *audit = x->parts->audit;

	memcpy(x->user, request->user, sizeof(x->user));
	x->record = first_of(audit, request->user, request->count);
	x->record_last = audit_last(audit);
	answer_more_audit(x);
	return ERR_OK;
}

static void
put_row(struct proto_audit_row *row, const struct audit_entry *entry)
{
	*row = (struct proto_audit_row){
	    .number = entry->number,
	    .time_s = entry->time.s,
	    .uid = entry->uid,
	    .caller_uid = entry->caller_uid,
	};
	PUT(row->kind, audit_kind_name(entry->kind));
	PUT(row->reason, err_name(entry->reason));
	PUT(row->user, entry->user);
	PUT(row->member_id, entry->member_id);
	PUT(row->service, entry->service);
	PUT(row->tty, entry->tty);
	PUT(row->rhost, entry->rhost);
	PUT(row->role, entry->role);
	PUT(row->factor, entry->factor);
	PUT(row->object, entry->object);
	PUT(row->request, entry->request);
}

void
answer_more_audit(struct exchange *x)
{
	struct proto_audit_row row;

	if (x->record == 0)
		return;
	for (; x->record <= x->record_last; x->record++) {
		const struct audit_entry *entry =
		    audit_get(x->parts->audit, x->record);

		if (!is_about(entry, x->user))
			continue;
		if (session_is_full(x->session))
			return;
		put_row(&row, entry);
		if (session_reply(x->session, PROTO_AUDIT_ROW, &row, false) !=
		    0)
			return;
	}
	x->record = 0;
	(void)session_reply(
	    x->session, PROTO_DONE, &(struct proto_done){.reason = "ok"}, true);
}
