/*
 * proto.c - messages to frames and back, by one table of fields a message.
 *
 * A new message is a new table and a row in `messages`; encoding and decoding
 * walk the tables and know no message by itself.  Promises that only what the
 * grammar of proto.h allows is written or read: exact length, bounded strings,
 * flags that are 0 or 1, verdicts that are one of two.  Must not know who is
 * allowed to send what.
 */
#include "common/proto.h"

#include <stdbool.h>
#include <string.h>

#include "common/err.h"
#include "common/proto_admin.h"
#include "common/proto_factors.h"
#include "common/secret.h"
#include "common/text.h"

#define VERSION_AND_TYPE_BYTES (PROTO_HEADER_BYTES - sizeof(uint32_t))

enum kind {
	KIND_FLAG,
	KIND_U32,
	KIND_U64,
	KIND_VERDICT,
	KIND_ASK,    /* enum proto_ask */
	KIND_STRING, /* any bytes but NUL */
	KIND_LINE,   /* shown to a person: text_line_valid() */
	KIND_LINES,  /* likewise: text_lines_valid() */
};

struct field {
	enum kind kind;
	size_t offset;
	size_t size;
};

#define FIELD(kind, message, member)                         \
	{                                                    \
		(kind), offsetof(struct message, member),    \
		    sizeof(((struct message *)NULL)->member) \
	}
#define FLAG(message, member) FIELD(KIND_FLAG, message, member)
#define U32(message, member) FIELD(KIND_U32, message, member)
#define U64(message, member) FIELD(KIND_U64, message, member)
#define STRING(message, member) FIELD(KIND_STRING, message, member)
#define LINE(message, member) FIELD(KIND_LINE, message, member)
#define LINES(message, member) FIELD(KIND_LINES, message, member)

#define CONTEXT(message)                                                \
	STRING(message, context.service), STRING(message, context.tty), \
	    STRING(message, context.rhost), U32(message, context.caller_uid)
#define MEMBER(message, prefix)                                              \
	STRING(message, prefix user), STRING(message, prefix id),            \
	    STRING(message, prefix mail), STRING(message, prefix state),     \
	    STRING(message, prefix excluded), STRING(message, prefix roles), \
	    U32(message, prefix uid)

static const struct field signin_fields[] = {
    STRING(proto_signin, user),
    CONTEXT(proto_signin),
    STRING(proto_signin, roles),
    U64(proto_signin, max_age_s),
    FLAG(proto_signin, by_key),
};

static const struct field wait_fields[] = {
    STRING(proto_wait, handle),
    U32(proto_wait, wait_ms),
};

static const struct field answer_fields[] = {
    STRING(proto_answer, handle),
    STRING(proto_answer, text),
};

static const struct field account_fields[] = {
    STRING(proto_account, user),
    CONTEXT(proto_account),
    STRING(proto_account, roles),
};

static const struct field session_fields[] = {
    STRING(proto_session, user),
    CONTEXT(proto_session),
    FLAG(proto_session, opened),
};

static const struct field explain_fields[] = {
    STRING(proto_explain, user),
    STRING(proto_explain, role),
};

static const struct field sync_fields[] = {
    FLAG(proto_sync, full),
    FLAG(proto_sync, accept_shrink),
};

static const struct field prompt_fields[] = {
    STRING(proto_prompt, handle),
    LINES(proto_prompt, text),
    U32(proto_prompt, lifetime_s),
    FIELD(KIND_ASK, proto_prompt, kind),
};

static const struct field verdict_reply_fields[] = {
    FIELD(KIND_VERDICT, proto_verdict_reply, verdict),
    LINE(proto_verdict_reply, reason),
    LINE(proto_verdict_reply, text),
};

static const struct field done_fields[] = {
    LINE(proto_done, reason),
    LINE(proto_done, text),
};

static const struct field status_reply_fields[] = {
    STRING(proto_status_reply, version),
    STRING(proto_status_reply, organization),
    STRING(proto_status_reply, provider),
    STRING(proto_status_reply, provider_state),
    STRING(proto_status_reply, service),
    STRING(proto_status_reply, service_state),
    STRING(proto_status_reply, directory_state),
    STRING(proto_status_reply, vault_state),
    STRING(proto_status_reply, problem),
    U32(proto_status_reply, members),
    U32(proto_status_reply, published),
    U32(proto_status_reply, excluded),
    U64(proto_status_reply, generation),
    U64(proto_status_reply, confirmed_s),
    U64(proto_status_reply, next_sync_s),
    U32(proto_status_reply, signins),
    U64(proto_status_reply, started_s),
    STRING(proto_status_reply, audit_state),
    U64(proto_status_reply, audit_lost),
};

static const struct field member_fields[] = {
    MEMBER(proto_member, ),
};

static const struct field explain_reply_fields[] = {
    MEMBER(proto_explain_reply, member.),
    STRING(proto_explain_reply, reason),
    STRING(proto_explain_reply, taken),
    STRING(proto_explain_reply, groups),
    STRING(proto_explain_reply, local_groups),
    STRING(proto_explain_reply, login),
    STRING(proto_explain_reply, login_text),
    STRING(proto_explain_reply, role),
    STRING(proto_explain_reply, role_text),
    STRING(proto_explain_reply, claimed),
    STRING(proto_explain_reply, claimed_reason),
    U64(proto_explain_reply, claimed_s),
    U64(proto_explain_reply, proof_s),
    U64(proto_explain_reply, confirmed_s),
};

static const struct field progress_fields[] = {
    U32(proto_progress, done),
    U32(proto_progress, total),
};

static const struct field ids_import_fields[] = {
    FLAG(proto_ids_import, first),
    FLAG(proto_ids_import, last),
    STRING(proto_ids_import, lines),
};

static const struct field ids_row_fields[] = {
    STRING(proto_ids_row, kind),
    STRING(proto_ids_row, key),
    STRING(proto_ids_row, organization),
    U32(proto_ids_row, number),
    STRING(proto_ids_row, name),
    STRING(proto_ids_row, home),
    FLAG(proto_ids_row, live),
    U64(proto_ids_row, created_s),
};

static const struct field ids_finding_fields[] = {
    FLAG(proto_ids_finding, fatal),
    STRING(proto_ids_finding, reason),
    U32(proto_ids_finding, number),
    STRING(proto_ids_finding, key),
    STRING(proto_ids_finding, text),
    STRING(proto_ids_finding, remedy),
};

static const struct field ids_lines_fields[] = {
    STRING(proto_ids_lines, lines),
};

static const struct field token_fields[] = {
    STRING(proto_token, organization),
    FLAG(proto_token, headers),
};

static const struct field switch_org_fields[] = {
    STRING(proto_switch_org, organization),
};

static const struct field logout_fields[] = {
    STRING(proto_logout, user),
};

static const struct field leaver_fields[] = {
    U32(proto_leaver, uid),
};

static const struct field invite_fields[] = {
    STRING(proto_invite, mail),
    STRING(proto_invite, role),
};

static const struct field resend_fields[] = {
    STRING(proto_resend, name),
};

static const struct field vault_fields[] = {
    FLAG(proto_vault, take),
};

static const struct field vault_reply_fields[] = {
    STRING(proto_vault_reply, state),
    STRING(proto_vault_reply, taken),
    STRING(proto_vault_reply, fault),
    FLAG(proto_vault_reply, credential),
    FLAG(proto_vault_reply, running),
    U64(proto_vault_reply, resealed),
    U64(proto_vault_reply, lost),
};

static const struct field factors_fields[] = {
    STRING(proto_factors, user),
};

static const struct field totp_enroll_fields[] = {
    STRING(proto_totp_enroll, code),
};

static const struct field totp_confirm_fields[] = {
    STRING(proto_totp_confirm, code),
};

static const struct field totp_remove_fields[] = {
    STRING(proto_totp_remove, user),
    STRING(proto_totp_remove, code),
};

static const struct field pin_set_fields[] = {
    STRING(proto_pin_set, user),
    CONTEXT(proto_pin_set),
    STRING(proto_pin_set, old),
    STRING(proto_pin_set, pin),
};

static const struct field pin_remove_fields[] = {
    STRING(proto_pin_remove, user),
};

static const struct field factors_reply_fields[] = {
    STRING(proto_factors_reply, user),
    STRING(proto_factors_reply, totp),
    U32(proto_factors_reply, totp_failures),
    STRING(proto_factors_reply, pin),
    U32(proto_factors_reply, pin_failures),
    FLAG(proto_factors_reply, own),
    FLAG(proto_factors_reply, proven),
    FLAG(proto_factors_reply, recent),
};

static const struct field totp_offer_fields[] = {
    LINE(proto_totp_offer, uri),
    LINE(proto_totp_offer, key),
};

static const struct field token_reply_fields[] = {
    STRING(proto_token_reply, organization),
    U64(proto_token_reply, expires_s),
    STRING(proto_token_reply, text),
};

static const struct field audit_fields[] = {
    STRING(proto_audit, user),
    U32(proto_audit, count),
};

static const struct field audit_row_fields[] = {
    U64(proto_audit_row, number),
    U64(proto_audit_row, time_s),
    STRING(proto_audit_row, kind),
    STRING(proto_audit_row, reason),
    U32(proto_audit_row, uid),
    U32(proto_audit_row, caller_uid),
    STRING(proto_audit_row, user),
    STRING(proto_audit_row, member_id),
    STRING(proto_audit_row, service),
    STRING(proto_audit_row, tty),
    STRING(proto_audit_row, rhost),
    STRING(proto_audit_row, role),
    STRING(proto_audit_row, factor),
    STRING(proto_audit_row, object),
    STRING(proto_audit_row, request),
};

struct message {
	enum proto_type type;
	size_t size;
	const struct field *fields;
	size_t count;
};

#define MESSAGE(type, name)                                         \
	{                                                           \
		(type), sizeof(struct proto_##name), name##_fields, \
		    ARRAY_SIZE(name##_fields)                       \
	}
#define EMPTY(type)                \
	{                          \
		(type), 0, NULL, 0 \
	}

static const struct message messages[] = {
    MESSAGE(PROTO_SIGNIN, signin),
    MESSAGE(PROTO_WAIT, wait),
    MESSAGE(PROTO_ACCOUNT, account),
    MESSAGE(PROTO_SESSION, session),
    EMPTY(PROTO_STATUS),
    MESSAGE(PROTO_EXPLAIN, explain),
    EMPTY(PROTO_MEMBERS),
    MESSAGE(PROTO_SYNC, sync),
    EMPTY(PROTO_WHOAMI),
    EMPTY(PROTO_IDS_LIST),
    EMPTY(PROTO_IDS_CHECK),
    EMPTY(PROTO_IDS_EXPORT),
    MESSAGE(PROTO_IDS_IMPORT, ids_import),
    MESSAGE(PROTO_ANSWER, answer),
    MESSAGE(PROTO_TOKEN, token),
    MESSAGE(PROTO_SWITCH_ORG, switch_org),
    MESSAGE(PROTO_LOGOUT, logout),
    MESSAGE(PROTO_INVITE, invite),
    MESSAGE(PROTO_RESEND, resend),
    MESSAGE(PROTO_LEAVER, leaver),
    MESSAGE(PROTO_VAULT, vault),
    MESSAGE(PROTO_AUDIT, audit),
    MESSAGE(PROTO_FACTORS, factors),
    MESSAGE(PROTO_TOTP_ENROLL, totp_enroll),
    MESSAGE(PROTO_TOTP_CONFIRM, totp_confirm),
    MESSAGE(PROTO_TOTP_REMOVE, totp_remove),
    MESSAGE(PROTO_PIN_SET, pin_set),
    MESSAGE(PROTO_PIN_REMOVE, pin_remove),
    MESSAGE(PROTO_PROMPT, prompt),
    EMPTY(PROTO_PENDING),
    MESSAGE(PROTO_VERDICT, verdict_reply),
    MESSAGE(PROTO_DONE, done),
    MESSAGE(PROTO_STATUS_REPLY, status_reply),
    MESSAGE(PROTO_EXPLAIN_REPLY, explain_reply),
    MESSAGE(PROTO_MEMBER, member),
    MESSAGE(PROTO_PROGRESS, progress),
    MESSAGE(PROTO_IDS_ROW, ids_row),
    MESSAGE(PROTO_IDS_FINDING, ids_finding),
    MESSAGE(PROTO_IDS_LINES, ids_lines),
    MESSAGE(PROTO_TOKEN_REPLY, token_reply),
    MESSAGE(PROTO_VAULT_REPLY, vault_reply),
    MESSAGE(PROTO_AUDIT_ROW, audit_row),
    MESSAGE(PROTO_FACTORS_REPLY, factors_reply),
    MESSAGE(PROTO_TOTP_OFFER, totp_offer),
};

static const struct message *
find_message(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		if (messages[i].type == type)
			return &messages[i];
	return NULL;
}

size_t
proto_size(enum proto_type type)
{
	const struct message *shape = find_message(type);

	return shape == NULL ? 0 : shape->size;
}

static uint32_t
load_u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Whether the value at `at` may stand on the wire, in either direction. */
static bool
field_valid(const struct field *field, const uint8_t *at)
{
	const char *text = (const char *)at;

	switch (field->kind) {
	case KIND_U32:
	case KIND_U64:
		return true;
	case KIND_FLAG:
		return *at <= 1;
	case KIND_VERDICT:
		return load_u32(at) == PROTO_DENY ||
		    load_u32(at) == PROTO_ALLOW;
	case KIND_ASK:
		return load_u32(at) >= PROTO_ASK_APPROVAL &&
		    load_u32(at) <= PROTO_ASK_SECRET;
	case KIND_STRING:
		return memchr(at, '\0', field->size) != NULL;
	case KIND_LINE:
		return memchr(at, '\0', field->size) != NULL &&
		    text_line_valid(text);
	case KIND_LINES:
		return memchr(at, '\0', field->size) != NULL &&
		    text_lines_valid(text);
	}
	return false;
}

static size_t
field_wire_bytes(const struct field *field, const uint8_t *at)
{
	switch (field->kind) {
	case KIND_FLAG:
	case KIND_U32:
	case KIND_U64:
	case KIND_VERDICT:
	case KIND_ASK:
		break;
	case KIND_STRING:
	case KIND_LINE:
	case KIND_LINES:
		return sizeof(uint32_t) + strlen((const char *)at);
	}
	return field->size;
}

static void
put_field(struct buf *out, const struct field *field, const uint8_t *at)
{
	uint64_t value;

	switch (field->kind) {
	case KIND_FLAG:
		buf_put_u8(out, *at);
		break;
	case KIND_U32:
	case KIND_VERDICT:
	case KIND_ASK:
		buf_put_u32(out, load_u32(at));
		break;
	case KIND_U64:
		memcpy(&value, at, sizeof(value));
		buf_put_u64(out, value);
		break;
	case KIND_STRING:
	case KIND_LINE:
	case KIND_LINES:
		buf_put_string(out, (const char *)at);
		break;
	}
}

static void
take_field(struct cursor *in, const struct field *field, uint8_t *at)
{
	uint32_t number;
	uint64_t value;

	switch (field->kind) {
	case KIND_FLAG:
		*at = cursor_u8(in);
		break;
	case KIND_U32:
	case KIND_VERDICT:
	case KIND_ASK:
		number = cursor_u32(in);
		memcpy(at, &number, sizeof(number));
		break;
	case KIND_U64:
		value = cursor_u64(in);
		memcpy(at, &value, sizeof(value));
		break;
	case KIND_STRING:
	case KIND_LINE:
	case KIND_LINES:
		cursor_string(in, (char *)at, field->size);
		break;
	}
}

/* What follows the length field; ERR_INVALID_ARGUMENT for a bad value. */
static int
measure(const struct message *shape, const uint8_t *message, size_t *ret_len)
{
	size_t len = VERSION_AND_TYPE_BYTES;

	for (size_t i = 0; i < shape->count; i++) {
		const struct field *field = &shape->fields[i];

		if (!field_valid(field, message + field->offset))
			return ERR_INVALID_ARGUMENT;
		len += field_wire_bytes(field, message + field->offset);
	}
	if (len > PROTO_FRAME_MAX - sizeof(uint32_t))
		return ERR_TOO_LARGE;
	*ret_len = len;
	return 0;
}

int
proto_encode(struct buf *out, enum proto_type type, const void *message)
{
	const struct message *shape = find_message(type);
	size_t len = 0;
	int fault;

	if (shape == NULL || (message == NULL && shape->count > 0))
		return ERR_INVALID_ARGUMENT;
	fault = measure(shape, message, &len);
	if (fault != 0)
		return fault;
	buf_put_u32(out, (uint32_t)len);
	buf_put_u16(out, PROTO_VERSION);
	buf_put_u16(out, (uint16_t)type);
	for (size_t i = 0; i < shape->count; i++)
		put_field(out, &shape->fields[i],
		    (const uint8_t *)message + shape->fields[i].offset);
	return buf_fault(out);
}

int
proto_decode_header(
    const uint8_t bytes[PROTO_HEADER_BYTES], struct proto_header *ret_header)
{
	const struct message *shape;
	struct cursor in;
	uint32_t len;
	uint16_t version;

	cursor_init(&in, bytes, PROTO_HEADER_BYTES);
	len = cursor_u32(&in);
	version = cursor_u16(&in);
	shape = find_message(cursor_u16(&in));
	if (version != PROTO_VERSION || shape == NULL ||
	    len < VERSION_AND_TYPE_BYTES ||
	    len > PROTO_FRAME_MAX - sizeof(uint32_t))
		return ERR_MALFORMED;
	ret_header->body_len = len - (uint32_t)VERSION_AND_TYPE_BYTES;
	ret_header->type = shape->type;
	return 0;
}

int
proto_decode(enum proto_type type, const uint8_t *body, size_t len,
    void *ret_message, size_t size)
{
	const struct message *shape = find_message(type);
	struct proto_ids_import scratch; /* the largest of all */
	uint8_t *built = (uint8_t *)&scratch;
	struct cursor in;
	bool valid = true;
	int fault;

	if (shape == NULL || size != shape->size || size > sizeof(scratch))
		return ERR_INVALID_ARGUMENT;
	memset(built, 0, size);
	cursor_init(&in, body, len);
	for (size_t i = 0; i < shape->count; i++) {
		uint8_t *at = built + shape->fields[i].offset;

		take_field(&in, &shape->fields[i], at);
		valid = valid && field_valid(&shape->fields[i], at);
	}
	fault = cursor_end(&in);
	if (fault == 0 && !valid)
		fault = ERR_MALFORMED;
	if (fault == 0 && size > 0)
		memcpy(ret_message, built, size);
	secret_wipe(built, size);
	return fault;
}
