/*
 * answer_ids.c - the answers to orgloginctl ids: the rows, what is wrong with
 * them, the whole map as lines, and lines that become the map.
 *
 * A million rows are told a buffer at a time, as the client takes them.
 */
#include "front/exchange.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"
#include "services/idadmin.h"

/* Rows that are looked at before others have their turn. */
#define STEPS_MAX 512

#define PUT(field, text) ((void)text_cut((field), sizeof(field), (text)))

/* The last reply. */
static void
finish(struct exchange *x, int reason, const char *text)
{
	struct proto_done done = {0};

	x->more_ids = NULL;
	idread_pause(&x->ids.rows);
	PUT(done.reason, err_name(reason));
	PUT(done.text, text);
	(void)session_reply(x->session, PROTO_DONE, &done, true);
}

/* Until the client must take some, others had to wait long enough, or nothing
 * is left.  A reply is sent in any case, so that this goes on once it is taken.
 */
void
answer_more_ids(struct exchange *x)
{
	for (int i = 0; x->more_ids != NULL && i < STEPS_MAX; i++) {
		if (session_is_full(x->session))
			break;
		x->more_ids(x);
	}
	if (x->more_ids == NULL)
		return;
	(void)session_reply(x->session, PROTO_PROGRESS,
	    &(struct proto_progress){.done = x->ids_done}, false);
	idread_pause(&x->ids.rows);
}

void
answer_end_ids(struct exchange *x)
{
	x->more_ids = NULL;
	idread_pause(&x->ids.rows);
	if (x->carries)
		idadmin_drop(x->parts->ids);
	x->carries = false;
}

static int
begin(struct exchange *x, exchange_more_fn *more)
{
	int r = ERR_OK;

	idread_pause(&x->ids.rows);
	x->ids = (struct idcheck){0};
	x->ids_fatal = false;
	x->ids_done = 0;
	x->more_ids = more;
	r = idadmin_read(x->parts->ids, &x->ids.rows);
	if (r != 0)
		finish(x, r, err_text(r));
	return ERR_OK;
}

/* Rows are also told of a damaged map; then the end says so. */
static void
finish_rows(struct exchange *x, int r)
{
	if (r == ERR_NOT_FOUND)
		r = idadmin_state(x->parts->ids);
	finish(x, r, r == 0 ? "" : err_text(r));
}

static void
more_rows(struct exchange *x)
{
	struct proto_ids_row row = {0};
	struct idline line = {0};
	int r = idread_next(&x->ids.rows, &line);

	if (r != 0) {
		finish_rows(x, r);
		return;
	}
	PUT(row.kind, line.kind);
	PUT(row.key, line.key);
	PUT(row.organization,
	    line.organization == NULL ? "" : line.organization);
	row.number = line.number;
	PUT(row.name, line.name);
	PUT(row.home, line.home);
	row.live = line.live;
	row.created_s = line.created_s;
	(void)session_reply(x->session, PROTO_IDS_ROW, &row, false);
}

int
answer_ids_list(struct exchange *x, const void *message)
{
	int r = begin(x, more_rows);

	answer_more_ids(x);
	return r;
}

/* As many whole lines as one frame takes; a row is far shorter. */
static void
more_lines(struct exchange *x)
{
	struct buf text BUF_AUTO = {.limit = PROTO_IDS_SIZE - 1};
	struct proto_ids_lines lines = {0};
	struct idline line = {0};
	int r = ERR_OK;

	if (x->ids.rows.last < 0)
		idline_put_head(&text,
		    &(struct idline_head){
			.organization = x->ids.rows.organization,
			.rows = x->ids.rows.count,
			.whole = idadmin_state(x->parts->ids) == 0});
	while (r == 0 && text.len + IDLINE_MAX_BYTES < PROTO_IDS_SIZE) {
		r = idread_next(&x->ids.rows, &line);
		if (r == 0)
			idline_put(&text, &line);
	}
	if (buf_fault(&text) != 0)
		r = buf_fault(&text);
	memcpy(lines.lines, text.bytes, text.len);
	if (text.len > 0)
		(void)session_reply(x->session, PROTO_IDS_LINES, &lines, false);
	if (r != 0)
		finish_rows(x, r);
}

int
answer_ids_export(struct exchange *x, const void *message)
{
	int r = begin(x, more_lines);

	answer_more_ids(x);
	return r;
}

static void
more_findings(struct exchange *x)
{
	const struct idcheck_view view = idadmin_view(x->parts->ids);
	struct proto_ids_finding reply = {0};
	struct idcheck_finding f = {0};
	bool found = false;
	int r = idcheck_step(&x->ids, &view, &f, &found);

	x->ids_done++;
	if (r == ERR_NOT_FOUND)
		finish(x, ERR_OK,
		    x->ids_fatal ? "There is something to mend." : "");
	else if (r != 0)
		finish(x, r, err_text(r));
	if (r != 0 || !found)
		return;
	x->ids_fatal = x->ids_fatal || f.fatal;
	reply.fatal = f.fatal;
	PUT(reply.reason, err_name(f.reason));
	reply.number = f.number;
	PUT(reply.key, f.key);
	PUT(reply.text, f.text);
	PUT(reply.remedy, f.remedy);
	(void)session_reply(x->session, PROTO_IDS_FINDING, &reply, false);
}

int
answer_ids_check(struct exchange *x, const void *message)
{
	int r = begin(x, more_findings);

	answer_more_ids(x);
	return r;
}

/* Takes the lines, and after the last ones the whole map. */
static int
take_lines(struct exchange *x, const struct proto_ids_import *request,
    uint64_t *ret_added)
{
	struct idadmin *ids = x->parts->ids;
	int r = ERR_OK;

	if (request->first == 1) {
		answer_end_ids(x);
		r = idadmin_begin(ids);
		x->carries = r == 0;
	} else if (!x->carries) {
		r = ERR_INVALID_ARGUMENT;
	}
	if (r == 0)
		r = idadmin_take(ids, request->lines);
	if (r == 0 && request->last == 1)
		r = idadmin_finish(ids, ret_added);
	return r;
}

int
answer_ids_import(struct exchange *x, const void *message)
{
	const struct proto_ids_import *request = message;
	struct proto_done done = {0};
	uint64_t added = 0;
	int r = take_lines(x, request, &added);
	const char *problem = x->carries ? idadmin_problem(x->parts->ids) : "";

	PUT(done.reason, err_name(r));
	if (r != 0)
		PUT(done.text, problem[0] != '\0' ? problem : err_text(r));
	else if (request->last == 1)
		(void)snprintf(done.text, sizeof(done.text),
		    "%" PRIu64 " rows were added.", added);
	if (r != 0 || request->last == 1)
		answer_end_ids(x);
	return session_reply(x->session, PROTO_DONE, &done, true);
}
