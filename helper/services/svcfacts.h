/*
 * svcfacts.h - what a token, or an answer, says of a person, at the places
 * that the profile names.  Pure.
 */
#pragma once

#include "base/json.h"
#include "common/attrs.h"
#include "rules/profile.h"
#include "services/readout.h"

/* Begins zeroed; borrows from what it was read from, NULL where not told. */
struct svcfacts {
	const char *subject;
	const char *organization;
	const char *system_role;
	const char *name;
	const char *mail;
	int state; /* 0: Active, or not told; else MEMBER_* */
	struct readout_list roles;
	struct readout_list scopes;
	struct readout_list organizations;
};

/* TOKEN_CLAIM: something needed is missing or of another type;
 * TOKEN_ORGANIZATION: the person is in no organisation. */
MUST_CHECK int svcfacts_of_token(const struct profile *profile,
    const struct json_node *payload, struct svcfacts *facts);
/*
 * What [person] says of the same person; it stands in the place of what the
 * token said.  SERVICE_MALFORMED; TOKEN_SUBJECT, TOKEN_ORGANIZATION: it speaks
 * of another one.
 */
MUST_CHECK int svcfacts_of_person(const struct profile *profile,
    const struct json_node *answer, struct svcfacts *facts);
/* The answer of operation member, as [members] has it.  SERVICE_MALFORMED. */
MUST_CHECK int svcfacts_of_member(const struct profile *profile,
    const struct json_node *answer, struct svcfacts *facts);
