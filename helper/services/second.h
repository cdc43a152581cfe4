/*
 * second.h - the second factor that this host itself asks for: the code of the
 * member's authenticator (services/totp), and its enrolment where one is
 * required and none is there.
 *
 * Non-blocking but for the disk; callbacks run from the loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/access.h"
#include "rules/members.h"
#include "services/dialogue.h"
#include "services/totp.h"
#include "services/tries.h"

/* How often a code may be wrong before it ends. */
#define SECOND_TRIES 3

/* [totp] mode */
enum second_mode {
	SECOND_OFF = 0,
	SECOND_OPTIONAL, /* whoever has enrolled */
	SECOND_REQUIRED, /* everybody */
};

struct second_policy {
	enum second_mode mode;
	/* Whoever holds one is required to, unless the mode is off. */
	char required_roles[ACCESS_LIST_MAX][NAME_ROLE_MAX + 1];
	size_t required_role_count;
};

enum second_need {
	SECOND_NONE = 1,
	SECOND_CODE,  /* it is enrolled: ask */
	SECOND_ENROL, /* it must be and is not */
};

/* What the member needs now.  VAULT_KEY: there is a secret that does not open,
 * so nobody can be asked, and nobody gets in without; or a fault. */
MUST_CHECK int second_need(const struct second_policy *policy,
    struct totp *totp, const struct member *member, enum second_need *ret_need);

struct second;

/* All borrowed, and outlive it. */
struct second_options {
	struct totp *totp;
	struct dialogue *dialogue;
	struct tries *tries;
	const char *member;  /* id */
	const char *account; /* as the authenticator is to name it */
	bool may_pass;       /* an empty answer passes */
};

/* Once, unless freed; it may be freed by it.  0: the code was right; CANCELLED:
 * passed; else the verdict: MFA_WRONG, TRY_LATER, FACTOR_LOCKED, a fault. */
typedef void second_fn(void *arg, int reason);

MUST_CHECK int second_new(const struct second_options *options, second_fn *fn,
    void *arg, struct second **ret_second);
void second_free(struct second *second);

/* To be called from the loop, one of them, once. */
MUST_CHECK int second_ask(struct second *second);
/* Only for whom a full sign-in has proven: shows a new secret and stores it
 * once a code of it was typed. */
MUST_CHECK int second_enrol(struct second *second);
