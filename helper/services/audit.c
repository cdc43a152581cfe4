/*
 * audit.c - the records of what was decided and done.
 *
 * Owns the last records and the ways to the journal and the file.  Promises
 * that a record costs no wait and that none is lost unseen: what the journal
 * does not take becomes a line on stderr, and is counted.  Must not know what a
 * decision hangs on.
 */
#include "services/audit.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/journal.h"
#include "base/json.h"
#include "base/linefile.h"
#include "base/log.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/text.h"

#define ESCAPED_SIZE (4 * AUDIT_TEXT_MAX + 1)
#define LINE_SIZE 8192
/* The texts at their longest, each byte of which becomes five: "\\\\xHH". */
#define FILE_LINE_MAX 16384
#define MESSAGE "audit"

static const struct {
	const char *name;
	const char *message_id;
} kinds[] = {
#define AUDIT_KIND(symbol, name, message_id) {name, message_id},
    AUDIT_LIST(AUDIT_KIND)
#undef AUDIT_KIND
};

/* The texts of an entry: their key, and their field in the journal. */
static const struct {
	const char *key;
	const char *field;
	size_t entry; /* where it stands */
} texts[] = {
    {"user", "ORGLOGIN_USER", offsetof(struct audit_entry, user)},
    {"member_id", "ORGLOGIN_MEMBER_ID",
	offsetof(struct audit_entry, member_id)},
    {"service", "ORGLOGIN_SERVICE", offsetof(struct audit_entry, service)},
    {"tty", "ORGLOGIN_TTY", offsetof(struct audit_entry, tty)},
    {"rhost", "ORGLOGIN_RHOST", offsetof(struct audit_entry, rhost)},
    {"role", "ORGLOGIN_ROLE", offsetof(struct audit_entry, role)},
    {"factor", "ORGLOGIN_FACTOR", offsetof(struct audit_entry, factor)},
    {"object", "ORGLOGIN_OBJECT", offsetof(struct audit_entry, object)},
    {"request", "ORGLOGIN_REQUEST", offsetof(struct audit_entry, request)},
};
#define TEXT_COUNT ARRAY_SIZE(texts)
/* Beside them: kind, verdict, reason, uid, caller_uid, and the journal's own
 * MESSAGE, MESSAGE_ID, PRIORITY, SYSLOG_IDENTIFIER. */
#define FIELD_COUNT (TEXT_COUNT + 9)

struct audit {
	const struct clock *clock;
	struct journal *journal; /* NULL: stderr is meant */
	struct linefile *file;   /* NULL: none is wanted */
	int file_fault;
	bool denied_only;
	struct buf line; /* of the file */
	struct audit_entry *kept[AUDIT_KEPT];
	uint64_t last;
	uint64_t lost;
};

const char *
audit_kind_name(enum audit_kind kind)
{
	return kinds[kind].name;
}

static const char **
text_at(struct audit_entry *entry, size_t i)
{
	return (const char **)(void *)((char *)entry + texts[i].entry);
}

static const char *
text_of(const struct audit_entry *entry, size_t i)
{
	return *(const char *const *)(const void *)((const char *)entry +
	    texts[i].entry);
}

static size_t
kept_len(const char *text)
{
	return text == NULL ? 0 : strnlen(text, AUDIT_TEXT_MAX);
}

/* One block of memory: the entry, and behind it its texts. */
static struct audit_entry *
entry_new(const struct audit_entry *given)
{
	struct audit_entry *entry;
	size_t size = sizeof(*entry);
	char *at;

	for (size_t i = 0; i < TEXT_COUNT; i++)
		size += kept_len(text_of(given, i)) + 1;
	entry = malloc(size);
	if (entry == NULL)
		return NULL;
	*entry = *given;
	at = (char *)(entry + 1);
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		const char *text = text_of(given, i);
		size_t len = kept_len(text);

		if (len > 0)
			memcpy(at, text, len);
		at[len] = '\0';
		*text_at(entry, i) = at;
		at += len + 1;
	}
	return entry;
}

static struct audit_entry
entry_of(const struct audit *audit, const struct audit_record *record)
{
	const struct proto_context *context = record->context;
	struct audit_entry entry = {
	    .number = audit->last + 1,
	    .time = clock_wall(audit->clock),
	    .kind = record->kind,
	    .reason = record->reason,
	    .uid = record->uid,
	    .caller_uid = record->caller_uid,
	    .user = record->user,
	    .member_id = record->member_id,
	    .role = record->role,
	    .factor = record->factor,
	    .object = record->object,
	    .request = record->request,
	};

	if (context != NULL) {
		entry.service = context->service;
		entry.tty = context->tty;
		entry.rhost = context->rhost;
	}
	return entry;
}

static const char *
verdict_of(const struct audit_entry *entry)
{
	return entry->reason == ERR_OK ? "allow" : "deny";
}

/* What is not known is left out. */
static void
list_fields(const struct audit_entry *entry,
    struct log_field fields[static FIELD_COUNT])
{
	size_t n = 0;

	fields[n++] = LOG_TEXT("kind", audit_kind_name(entry->kind));
	fields[n++] = LOG_TEXT("verdict", verdict_of(entry));
	fields[n++] = LOG_TEXT("reason", err_name(entry->reason));
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		const char *text = text_of(entry, i);

		if (text[0] != '\0')
			fields[n++] = LOG_TEXT(texts[i].key, text);
	}
	if (entry->uid != 0)
		fields[n++] = LOG_NUMBER("uid", entry->uid);
	fields[n++] = LOG_NUMBER("caller_uid", entry->caller_uid);
	fields[n] = LOG_END;
}

/* The same for the journal, with its own fields before. */
static int
send_fields(
    struct journal *journal, const struct audit_entry *entry, const char *line)
{
	char escaped[TEXT_COUNT][ESCAPED_SIZE];
	char uid[16];
	char caller_uid[16];
	size_t n = 0;
	struct journal_field fields[FIELD_COUNT] = {
	    {"MESSAGE", line},
	    {"MESSAGE_ID", kinds[entry->kind].message_id},
	    {"PRIORITY", "5"},
	    {"SYSLOG_IDENTIFIER", "orglogind"},
	    {"ORGLOGIN_KIND", audit_kind_name(entry->kind)},
	    {"ORGLOGIN_VERDICT", verdict_of(entry)},
	    {"ORGLOGIN_REASON", err_name(entry->reason)},
	    {"ORGLOGIN_CALLER_UID", caller_uid},
	};

	(void)snprintf(caller_uid, sizeof(caller_uid), "%u", entry->caller_uid);
	n = 8;
	if (entry->uid != 0) {
		(void)snprintf(uid, sizeof(uid), "%u", entry->uid);
		fields[n++] = (struct journal_field){"ORGLOGIN_UID", uid};
	}
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		const char *text = text_of(entry, i);

		if (text[0] != '\0')
			fields[n++] = (struct journal_field){texts[i].field,
			    text_escape(text, escaped[i], ESCAPED_SIZE)};
	}
	return journal_send(journal, fields, n);
}

static void
tell(struct audit *audit, const struct audit_entry *entry)
{
	struct log_field fields[FIELD_COUNT];
	char line[LINE_SIZE];

	list_fields(entry, fields);
	if (audit->journal != NULL) {
		log_format(line, sizeof(line), MESSAGE, fields);
		if (send_fields(audit->journal, entry, line) == 0)
			return;
		audit->lost++;
	}
	log_write(LOG_LEVEL_NOTICE, MESSAGE, fields);
}

static void
put_text(struct buf *line, const char *key, const char *text)
{
	char escaped[ESCAPED_SIZE];

	if (text[0] == '\0')
		return;
	buf_put_format(line, ",\"%s\":", key);
	json_put_string(line, text_escape(text, escaped, sizeof(escaped)));
}

/* One object in one line. */
static void
put_json(struct buf *line, const struct audit_entry *entry)
{
	char time[TIMES_UTC_SIZE];

	buf_put_format(line, "{\"time\":\"%s\",\"number\":%" PRIu64,
	    times_utc(entry->time, time), entry->number);
	put_text(line, "kind", audit_kind_name(entry->kind));
	put_text(line, "verdict", verdict_of(entry));
	put_text(line, "reason", err_name(entry->reason));
	for (size_t i = 0; i < TEXT_COUNT; i++)
		put_text(line, texts[i].key, text_of(entry, i));
	if (entry->uid != 0)
		buf_put_format(line, ",\"uid\":%" PRIu32, entry->uid);
	buf_put_format(
	    line, ",\"caller_uid\":%" PRIu32 "}\n", entry->caller_uid);
}

/* Told when it begins to fail and when it works again, not each time. */
static void
keep(struct audit *audit, const struct audit_entry *entry)
{
	int r;

	buf_reset(&audit->line);
	put_json(&audit->line, entry);
	r = buf_fault(&audit->line);
	if (r == 0)
		r = linefile_append(
		    audit->file, audit->line.bytes, audit->line.len);
	if (r != 0)
		audit->lost++;
	if (r != 0 && audit->file_fault == 0)
		log_error(
		    "audit file not written", LOG_TEXT("reason", err_name(r)));
	if (r == 0 && audit->file_fault != 0)
		log_notice("audit file written again",
		    LOG_NUMBER("lost", (int64_t)audit->lost));
	audit->file_fault = r;
}

void
audit_write(struct audit *audit, const struct audit_record *record)
{
	struct audit_entry **place;
	struct audit_entry *entry;
	struct audit_entry given;

	if (audit == NULL ||
	    (audit->denied_only && record->kind == AUDIT_ACCOUNT &&
		record->reason == ERR_OK))
		return;
	given = entry_of(audit, record);
	entry = entry_new(&given);
	if (entry == NULL) {
		audit->lost++;
		return;
	}
	tell(audit, entry);
	if (audit->file != NULL)
		keep(audit, entry);
	place = &audit->kept[audit->last++ % AUDIT_KEPT];
	free(*place);
	*place = entry;
}

const struct audit_entry *
audit_get(const struct audit *audit, uint64_t number)
{
	if (number == 0 || number > audit->last ||
	    audit->last - number >= AUDIT_KEPT)
		return NULL;
	return audit->kept[(number - 1) % AUDIT_KEPT];
}

uint64_t
audit_last(const struct audit *audit)
{
	return audit->last;
}

int
audit_state(const struct audit *audit)
{
	return audit->file_fault;
}

uint64_t
audit_lost(const struct audit *audit)
{
	return audit->lost;
}

int
audit_new(const struct clock *clock, const struct audit_options *options,
    struct audit **ret_audit)
{
	struct audit *audit = calloc(1, sizeof(*audit));
	int r = ERR_OK;

	if (audit == NULL)
		return ERR_NO_MEMORY;
	audit->clock = clock;
	audit->denied_only = options->denied_only;
	buf_init(&audit->line, FILE_LINE_MAX);
	if (options->journal != NULL)
		r = journal_open(options->journal, &audit->journal);
	if (r == 0 && options->file != NULL)
		r = linefile_new(options->file, &audit->file);
	if (r != 0) {
		audit_free(audit);
		return r;
	}
	*ret_audit = audit;
	return ERR_OK;
}

void
audit_free(struct audit *audit)
{
	if (audit == NULL)
		return;
	for (size_t i = 0; i < AUDIT_KEPT; i++)
		free(audit->kept[i]);
	journal_close(audit->journal);
	linefile_free(audit->file);
	buf_done(&audit->line);
	free(audit);
}
