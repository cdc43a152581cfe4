/*
 * idpperson.h - whom a verified ID Token proves, with what it says of their
 * roles.  Pure.
 */
#pragma once

#include "common/attrs.h"
#include "rules/provider.h"
#include "rules/tokenroles.h"
#include "services/idp.h"
#include "services/token.h"

#define IDPPERSON_ROLES_MAX MEMBERS_CLAIMED_MAX

struct idpperson {
	struct idp_identity identity; /* its roles are those below */
	const char *roles[IDPPERSON_ROLES_MAX];
};

/* Fills ret_person in its place; it borrows from the provider and the token.
 * Faults: those of provider_identify(). */
MUST_CHECK int idpperson_read(const struct provider *provider,
    const struct token *token, struct idpperson *ret_person);
