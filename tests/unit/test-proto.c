/*
 * test-proto.c - every message goes round unchanged, the bytes on the wire are
 * the documented ones, and everything outside the grammar is refused.
 */
#include "common/proto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/proto_admin.h"

union any {
	struct proto_explain_reply largest;
	struct proto_prompt prompt;
	uint8_t bytes[13000];
};

static const enum proto_type types[] = {PROTO_SIGNIN, PROTO_WAIT, PROTO_ACCOUNT,
    PROTO_SESSION, PROTO_STATUS, PROTO_EXPLAIN, PROTO_MEMBERS, PROTO_SYNC,
    PROTO_WHOAMI, PROTO_PROMPT, PROTO_PENDING, PROTO_VERDICT, PROTO_DONE,
    PROTO_STATUS_REPLY, PROTO_EXPLAIN_REPLY, PROTO_MEMBER, PROTO_PROGRESS,
    PROTO_IDS_LIST, PROTO_IDS_CHECK, PROTO_IDS_EXPORT, PROTO_IDS_IMPORT,
    PROTO_IDS_ROW, PROTO_IDS_FINDING, PROTO_IDS_LINES, PROTO_ANSWER,
    PROTO_TOKEN, PROTO_SWITCH_ORG, PROTO_LOGOUT, PROTO_INVITE, PROTO_RESEND,
    PROTO_TOKEN_REPLY, PROTO_VAULT, PROTO_VAULT_REPLY, PROTO_AUDIT,
    PROTO_AUDIT_ROW, PROTO_FACTORS, PROTO_TOTP_ENROLL, PROTO_TOTP_CONFIRM,
    PROTO_TOTP_REMOVE, PROTO_PIN_SET, PROTO_PIN_REMOVE, PROTO_FACTORS_REPLY,
    PROTO_TOTP_OFFER, PROTO_LEAVER};

static void
fill(char *text, size_t size, char with)
{
	memset(text, with, size - 1);
	text[size - 1] = '\0';
}

/* The frame of a message, or a failed test. */
static void
encode(struct buf *out, enum proto_type type, const void *message)
{
	buf_reset(out);
	assert_int_equal(proto_encode(out, type, message), 0);
	assert_true(out->len >= PROTO_HEADER_BYTES);
}

static int
decode(const struct buf *frame, size_t len, void *message, size_t size)
{
	struct proto_header header;

	assert_int_equal(proto_decode_header(frame->bytes, &header), 0);
	return proto_decode(header.type, frame->bytes + PROTO_HEADER_BYTES,
	    len - PROTO_HEADER_BYTES, message, size);
}

static void
the_bytes_are_those_of_the_specification(void **state)
{
	static const uint8_t wanted[] = {
	    4 + 4 + 2 + 4, 0, 0, 0, /* length of what follows */
	    2, 0,                   /* version */
	    2, 0,                   /* WAIT */
	    2, 0, 0, 0, 'a', 'b',   /* handle */
	    0xc4, 9, 0, 0,          /* wait_ms */
	};
	struct proto_wait wait = {.handle = "ab", .wait_ms = 2500};
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};

	encode(&frame, PROTO_WAIT, &wait);
	assert_int_equal(frame.len, sizeof(wanted));
	assert_memory_equal(frame.bytes, wanted, sizeof(wanted));
}

static void
signin_goes_round(void **state)
{
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	struct proto_signin sent = {.user = "ada",
	    .context = {.service = "sshd",
		.tty = "ssh",
		.rhost = "192.0.2.7\x1b",
		.caller_uid = 4294967295U},
	    .roles = "A\nB",
	    .max_age_s = -1,
	    .by_key = 1};
	struct proto_signin got;

	memset(&got, 0xff, sizeof(got));
	encode(&frame, PROTO_SIGNIN, &sent);
	assert_int_equal(decode(&frame, frame.len, &got, sizeof(got)), 0);
	assert_string_equal(got.user, "ada");
	assert_string_equal(got.context.service, "sshd");
	assert_string_equal(got.context.tty, "ssh");
	assert_string_equal(got.context.rhost, "192.0.2.7\x1b");
	assert_true(got.context.caller_uid == 4294967295U);
	assert_string_equal(got.roles, "A\nB");
	assert_true(got.max_age_s == -1);
	assert_int_equal(got.by_key, 1);
}

/* Every field of the two biggest replies holds the most that it may. */
static void
the_largest_messages_fit_a_frame(void **state)
{
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	struct proto_explain_reply sent = {.proof_s = -1, .confirmed_s = 77};
	struct proto_explain_reply got;
	struct proto_prompt prompt = {
	    .lifetime_s = 110, .kind = PROTO_ASK_SECRET};
	struct proto_answer answer = {.handle = "h"}, got_answer;

	fill(sent.member.user, sizeof(sent.member.user), 'u');
	fill(sent.member.id, sizeof(sent.member.id), 'i');
	fill(sent.member.mail, sizeof(sent.member.mail), 'm');
	fill(sent.member.state, sizeof(sent.member.state), 's');
	fill(sent.member.excluded, sizeof(sent.member.excluded), 'e');
	fill(sent.member.roles, sizeof(sent.member.roles), 'r');
	sent.member.uid = 0x70000000;
	fill(sent.reason, sizeof(sent.reason), 'a');
	fill(sent.taken, sizeof(sent.taken), 'x');
	fill(sent.groups, sizeof(sent.groups), 'g');
	fill(sent.local_groups, sizeof(sent.local_groups), 'l');
	fill(sent.login, sizeof(sent.login), 'o');
	fill(sent.login_text, sizeof(sent.login_text), 't');
	fill(sent.role, sizeof(sent.role), 'b');
	fill(sent.role_text, sizeof(sent.role_text), 'c');
	fill(sent.claimed, sizeof(sent.claimed), 'd');
	fill(sent.claimed_reason, sizeof(sent.claimed_reason), 'f');
	encode(&frame, PROTO_EXPLAIN_REPLY, &sent);
	memset(&got, 0, sizeof(got));
	assert_int_equal(decode(&frame, frame.len, &got, sizeof(got)), 0);
	assert_string_equal(got.member.roles, sent.member.roles);
	assert_string_equal(got.role_text, sent.role_text);
	assert_int_equal(got.member.uid, 0x70000000);
	assert_int_equal(got.confirmed_s, 77);
	fill(prompt.text, sizeof(prompt.text), '\n');
	encode(&frame, PROTO_PROMPT, &prompt);
	fill(answer.text, sizeof(answer.text), 'a');
	encode(&frame, PROTO_ANSWER, &answer);
	assert_int_equal(
	    decode(&frame, frame.len, &got_answer, sizeof(got_answer)), 0);
	assert_string_equal(got_answer.text, answer.text);
}

static void
t53_every_shorter_and_longer_body_is_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
		union any message = {.bytes = {0}};
		union any untouched;
		size_t size = proto_size(types[i]);
		union any got;

		if (types[i] == PROTO_PROMPT)
			message.prompt.kind = PROTO_ASK_APPROVAL;
		encode(&frame, types[i], &message);
		buf_put_u8(&frame, 0);
		memset(&got, 0x5a, sizeof(got));
		memset(&untouched, 0x5a, sizeof(untouched));
		for (size_t len = PROTO_HEADER_BYTES; len <= frame.len; len++) {
			if (len == frame.len - 1)
				continue;
			assert_int_equal(
			    decode(&frame, len, &got, size), ERR_MALFORMED);
			assert_memory_equal(&got, &untouched, sizeof(got));
		}
		assert_int_equal(decode(&frame, frame.len - 1, &got, size), 0);
		assert_int_equal(decode(&frame, frame.len - 1, &got, size + 1),
		    ERR_INVALID_ARGUMENT);
	}
}

static void
t53_headers_outside_the_grammar_are_refused(void **state)
{
	static const uint8_t bad[][PROTO_HEADER_BYTES] = {
	    {4, 0, 0, 0, 0, 0, 5, 0},             /* version 0 */
	    {4, 0, 0, 0, 1, 0, 5, 0},             /* version 1 */
	    {4, 0, 0, 0, 2, 1, 5, 0},             /* version 258 */
	    {4, 0, 0, 0, 2, 0, 0, 0},             /* type 0 */
	    {4, 0, 0, 0, 2, 0, 29, 0},            /* past the requests */
	    {4, 0, 0, 0, 2, 0, 63, 0},            /* before the replies */
	    {4, 0, 0, 0, 2, 0, 80, 0},            /* past the replies */
	    {4, 0, 0, 0, 2, 0, 5, 1},             /* type 261 */
	    {3, 0, 0, 0, 2, 0, 5, 0},             /* no room for the header */
	    {0, 0, 0, 0, 2, 0, 5, 0},             /* empty */
	    {0xfd, 0x3f, 0, 0, 2, 0, 5, 0},       /* one byte too many */
	    {0xff, 0xff, 0xff, 0xff, 2, 0, 5, 0}, /* 2^32-1 */
	};
	static const uint8_t largest[] = {0xfc, 0x3f, 0, 0, 2, 0, 5, 0};
	struct proto_header header = {0};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
		    proto_decode_header(bad[i], &header), ERR_MALFORMED);
	assert_int_equal(proto_decode_header(largest, &header), 0);
	assert_int_equal(header.body_len, PROTO_FRAME_MAX - PROTO_HEADER_BYTES);
	assert_int_equal(header.type, PROTO_STATUS);
}

static void
t53_strings_are_bounded_and_hold_no_nul(void **state)
{
	BUF_AUTO struct buf body = {.limit = PROTO_FRAME_MAX};
	struct proto_explain got;
	char longest[NAME_MAIL_MAX + 2];

	fill(longest, NAME_MAIL_MAX + 1, 'n');
	buf_put_string(&body, longest);
	buf_put_string(&body, "");
	assert_int_equal(proto_decode(PROTO_EXPLAIN, body.bytes, body.len, &got,
			     sizeof(got)),
	    0);
	assert_string_equal(got.user, longest);
	buf_reset(&body);
	fill(longest, sizeof(longest), 'n');
	buf_put_string(&body, longest);
	buf_put_string(&body, "");
	assert_int_equal(proto_decode(PROTO_EXPLAIN, body.bytes, body.len, &got,
			     sizeof(got)),
	    ERR_MALFORMED);
	buf_reset(&body);
	buf_put_u32(&body, 3);
	buf_put(&body, "a\0b", 3);
	buf_put_string(&body, "");
	assert_int_equal(proto_decode(PROTO_EXPLAIN, body.bytes, body.len, &got,
			     sizeof(got)),
	    ERR_MALFORMED);
}

/* Decodes a VERDICT that holds this number, whatever it is. */
static int
decode_verdict(uint32_t number, struct proto_verdict_reply *ret_reply)
{
	BUF_AUTO struct buf body = {.limit = PROTO_FRAME_MAX};

	buf_put_u32(&body, number);
	buf_put_string(&body, "ok");
	buf_put_string(&body, "");
	return proto_decode(
	    PROTO_VERDICT, body.bytes, body.len, ret_reply, sizeof(*ret_reply));
}

static void
t106_a_flipped_bit_of_a_verdict_is_malformed(void **state)
{
	struct proto_verdict_reply reply;

	assert_int_equal(decode_verdict(PROTO_ALLOW, &reply), 0);
	assert_true(reply.verdict == PROTO_ALLOW);
	assert_int_equal(decode_verdict(PROTO_DENY, &reply), 0);
	assert_true(reply.verdict == PROTO_DENY);
	for (unsigned int bit = 0; bit < 32; bit++) {
		assert_int_equal(
		    decode_verdict(PROTO_ALLOW ^ 1U << bit, &reply),
		    ERR_MALFORMED);
		assert_int_equal(decode_verdict(PROTO_DENY ^ 1U << bit, &reply),
		    ERR_MALFORMED);
	}
	assert_int_equal(decode_verdict(1, &reply), ERR_MALFORMED);
}

static void
flags_are_nought_or_one(void **state)
{
	for (unsigned int flag = 0; flag < 256; flag++) {
		uint8_t body[] = {(uint8_t)flag, 1};
		struct proto_sync got;

		assert_int_equal(proto_decode(PROTO_SYNC, body, sizeof(body),
				     &got, sizeof(got)),
		    flag <= 1 ? 0 : ERR_MALFORMED);
	}
}

static void
t25_texts_that_disturb_a_terminal_are_refused(void **state)
{
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	struct proto_prompt prompt = {
	    .text = "one\ntwo \xe2\x96\x88", .kind = PROTO_ASK_TEXT};
	struct proto_verdict_reply verdict = {.reason = "io", .text = "a\nb"};
	struct proto_prompt got;

	encode(&frame, PROTO_PROMPT, &prompt);
	assert_int_equal(decode(&frame, frame.len, &got, sizeof(got)), 0);
	frame.bytes[PROTO_HEADER_BYTES + 4 + 4] = '\x1b';
	assert_int_equal(
	    decode(&frame, frame.len, &got, sizeof(got)), ERR_MALFORMED);
	buf_reset(&frame);
	assert_int_equal(proto_encode(&frame, PROTO_VERDICT, &verdict),
	    ERR_INVALID_ARGUMENT);
	assert_int_equal(frame.len, 0);
}

static void
t106_a_kind_of_question_is_one_of_three(void **state)
{
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	struct proto_prompt prompt = {.kind = PROTO_ASK_SECRET};
	struct proto_prompt got;

	encode(&frame, PROTO_PROMPT, &prompt);
	for (unsigned int kind = 0; kind < 256; kind++) {
		frame.bytes[frame.len - 4] = (uint8_t)kind;
		assert_int_equal(decode(&frame, frame.len, &got, sizeof(got)),
		    kind >= 1 && kind <= 3 ? 0 : ERR_MALFORMED);
	}
	prompt.kind = 0;
	assert_int_equal(
	    proto_encode(&frame, PROTO_PROMPT, &prompt), ERR_INVALID_ARGUMENT);
	prompt.kind = 0x101;
	assert_int_equal(
	    proto_encode(&frame, PROTO_PROMPT, &prompt), ERR_INVALID_ARGUMENT);
}

/* NUL, one byte too many, and a second string. */
static void
t53_an_answer_that_does_not_fit_is_malformed(void **state)
{
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	struct proto_answer answer = {.handle = "h", .text = "secret"};
	struct proto_answer got;

	encode(&frame, PROTO_ANSWER, &answer);
	frame.bytes[frame.len - 2] = '\0';
	assert_int_equal(
	    decode(&frame, frame.len, &got, sizeof(got)), ERR_MALFORMED);
	buf_reset(&frame);
	buf_put_string(&frame, "h");
	buf_put_u32(&frame, PROTO_ANSWER_SIZE);
	for (int i = 0; i < PROTO_ANSWER_SIZE; i++)
		buf_put_u8(&frame, 'x');
	assert_int_equal(proto_decode(PROTO_ANSWER, frame.bytes, frame.len,
			     &got, sizeof(got)),
	    ERR_MALFORMED);
}

static void
values_that_may_not_stand_on_the_wire_are_not_encoded(void **state)
{
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	struct proto_verdict_reply verdict = {.verdict = 1};
	struct proto_sync sync = {.full = 2};
	struct proto_explain explain;

	memset(&explain, 'x', sizeof(explain));
	assert_int_equal(proto_encode(&frame, PROTO_VERDICT, &verdict),
	    ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    proto_encode(&frame, PROTO_SYNC, &sync), ERR_INVALID_ARGUMENT);
	assert_int_equal(proto_encode(&frame, PROTO_EXPLAIN, &explain),
	    ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    proto_encode(&frame, PROTO_WAIT, NULL), ERR_INVALID_ARGUMENT);
	assert_int_equal(proto_encode(&frame, (enum proto_type)63, &sync),
	    ERR_INVALID_ARGUMENT);
	assert_int_equal(frame.len, 0);
}

static void
a_full_buffer_is_told(void **state)
{
	BUF_AUTO struct buf frame = {.limit = 20};
	struct proto_done done = {.reason = "ok", .text = "a long answer"};

	assert_int_equal(proto_encode(&frame, PROTO_DONE, &done), ERR_NO_SPACE);
}

/* T54: what is behind a string's NUL in the sender's memory stays there. */
static void
t54_only_the_content_of_strings_is_sent(void **state)
{
	BUF_AUTO struct buf frame = {.limit = PROTO_FRAME_MAX};
	struct proto_done done;

	memset(&done, 'S', sizeof(done));
	done.reason[0] = '\0';
	done.text[1] = '\0';
	encode(&frame, PROTO_DONE, &done);
	assert_int_equal(frame.len, PROTO_HEADER_BYTES + 4 + 4 + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_bytes_are_those_of_the_specification),
	    cmocka_unit_test(signin_goes_round),
	    cmocka_unit_test(the_largest_messages_fit_a_frame),
	    cmocka_unit_test(t53_every_shorter_and_longer_body_is_refused),
	    cmocka_unit_test(t53_headers_outside_the_grammar_are_refused),
	    cmocka_unit_test(t53_strings_are_bounded_and_hold_no_nul),
	    cmocka_unit_test(t106_a_flipped_bit_of_a_verdict_is_malformed),
	    cmocka_unit_test(flags_are_nought_or_one),
	    cmocka_unit_test(t25_texts_that_disturb_a_terminal_are_refused),
	    cmocka_unit_test(t106_a_kind_of_question_is_one_of_three),
	    cmocka_unit_test(t53_an_answer_that_does_not_fit_is_malformed),
	    cmocka_unit_test(
		values_that_may_not_stand_on_the_wire_are_not_encoded),
	    cmocka_unit_test(a_full_buffer_is_told),
	    cmocka_unit_test(t54_only_the_content_of_strings_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
