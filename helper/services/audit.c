/*
 * audit.c - the records of what was decided and done.
 *
 * Owns the last records and the way to the journal.  Promises that a record
 * costs no wait and that none is lost unseen: what the journal does not take
 * becomes a line on stderr, and is counted.  Must not know what a decision
 * hangs on.
 */
#include "services/audit.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/journal.h"
#include "base/log.h"
#include "common/err.h"
#include "common/text.h"

#define ESCAPED_SIZE (4 * AUDIT_TEXT_MAX + 1)
#define LINE_SIZE 8192
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

void
audit_write(struct audit *audit, const struct audit_record *record)
{
	struct audit_entry **place;
	struct audit_entry *entry;
	struct audit_entry given;

	if (audit == NULL)
		return;
	given = entry_of(audit, record);
	entry = entry_new(&given);
	if (entry == NULL) {
		audit->lost++;
		return;
	}
	tell(audit, entry);
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
	if (options->journal != NULL)
		r = journal_open(options->journal, &audit->journal);
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
	free(audit);
}
