/*
 * profile.c - the life of a profile, and what is looked up in it.
 *
 * Its entries come through profileset.c; knows no service, sends nothing.
 */
#include "rules/profile.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

static const char *const op_names[PROFILE_OP_COUNT] = {
    [PROFILE_SIGNIN] = "signin",
    [PROFILE_RENEW] = "renew",
    [PROFILE_REFRESH] = "refresh",
    [PROFILE_SWITCH_ORG] = "switch_org",
    [PROFILE_MFA_VERIFY] = "mfa_verify",
    [PROFILE_PASSWORD_LOGIN] = "password_login",
    [PROFILE_MEMBERS] = "members",
    [PROFILE_MEMBER] = "member",
    [PROFILE_ACCEPT_INVITATION] = "accept_invitation",
    [PROFILE_INVITE] = "invite",
    [PROFILE_RESEND_INVITATION] = "resend_invitation",
    [PROFILE_REVOKE] = "revoke",
};

const char *
profile_op_name(enum profile_op op)
{
	return op_names[op];
}

bool
profile_op_from_name(const char *name, enum profile_op *ret_op)
{
	for (size_t i = 0; i < PROFILE_OP_COUNT; i++) {
		if (strcmp(op_names[i], name) == 0) {
			*ret_op = (enum profile_op)i;
			return true;
		}
	}
	return false;
}

bool
profile_op_brings_token(enum profile_op op)
{
	return op == PROFILE_SIGNIN || op == PROFILE_RENEW ||
	    op == PROFILE_REFRESH || op == PROFILE_SWITCH_ORG ||
	    op == PROFILE_MFA_VERIFY || op == PROFILE_PASSWORD_LOGIN;
}

int
profile_new(struct profile **ret_profile)
{
	struct profile *profile = calloc(1, sizeof(*profile));

	if (profile == NULL)
		return ERR_NO_MEMORY;
	profile->members.page_size = 100;
	*ret_profile = profile;
	return ERR_OK;
}

void
profile_free(struct profile *profile)
{
	free(profile);
}

const struct profile_request *
profile_find(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->request_count; i++) {
		if (strcmp(profile->requests[i].name, name) == 0)
			return &profile->requests[i];
	}
	return NULL;
}

enum member_state
profile_state(const struct profile *profile, const char *word)
{
	for (size_t i = 0; i < profile->state_count; i++) {
		if (strcmp(profile->states[i].word, word) == 0)
			return profile->states[i].state;
	}
	return MEMBER_UNKNOWN;
}
