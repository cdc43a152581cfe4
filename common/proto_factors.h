/*
 * proto_factors.h - the messages about a member's local factors: the
 * authenticator and the PIN.
 */
#pragma once

#include <stdint.h>

#include "common/proto.h"

#define PROTO_CODE_SIZE 16  /* an authenticator's code */
#define PROTO_KEY_SIZE 128  /* an authenticator's key, in groups of four */
#define PROTO_URI_SIZE 1024 /* the same as otpauth URI */

struct proto_factors {
	char user[PROTO_NAME_SIZE];
};

/* Of the member who asks.  This and the next four are secrets: wiped by both
 * ends. */
struct proto_totp_enroll {
	char code[PROTO_CODE_SIZE]; /* of the one to be replaced; "": none */
};

struct proto_totp_confirm {
	char code[PROTO_CODE_SIZE];
};

struct proto_totp_remove {
	char user[PROTO_NAME_SIZE];
	char code[PROTO_CODE_SIZE]; /* of the member's own; else "" */
};

struct proto_pin_set {
	char user[PROTO_NAME_SIZE];
	struct proto_context context;
	char old[PROTO_ANSWER_SIZE]; /* "": a sign-in lately is enough */
	char pin[PROTO_ANSWER_SIZE];
};

struct proto_totp_offer {
	char uri[PROTO_URI_SIZE];
	char key[PROTO_KEY_SIZE]; /* the same, to be typed */
};

struct proto_pin_remove {
	char user[PROTO_NAME_SIZE];
};

/* A state is "ok" (there and open), or why it cannot be used. */
struct proto_factors_reply {
	char user[PROTO_NAME_SIZE];
	char totp[PROTO_REASON_SIZE];
	uint32_t totp_failures; /* in a row */
	char pin[PROTO_REASON_SIZE];
	uint32_t pin_failures;
	uint8_t own;    /* the asking member's */
	uint8_t proven; /* who asks is root, or signed in fully lately */
	uint8_t recent; /* the member did */
};
