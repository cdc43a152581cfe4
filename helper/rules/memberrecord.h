/*
 * memberrecord.h - one member as a list keeps it: one allocation, counted by
 * those who keep it.  For rules/members alone.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/members.h"
#include "rules/memberterms.h"

/* Forty-two bytes, and the text: a million members cost what they say. */
struct member_record {
	struct memberterms *terms;
	int64_t created_s;
	uint32_t uid;
	uint32_t given_uid;
	uint32_t refs;
	int16_t excluded;
	uint8_t state : 7;
	bool at_home : 1;
	uint8_t user_size; /* of the place for the user name, with its NUL */
	/* where in the text; the id comes first */
	uint16_t mail;
	uint16_t name;
	uint16_t username;
	uint16_t subject;
	uint16_t user;
	char text[];
};

/* A copy with one reference, with room for the user name that is likely.
 * NAME_INVALID: a field outside its grammar. */
MUST_CHECK int memberrecord_new(struct memberterms_pool *pool,
    const struct member *member, struct member_record **ret_record);
void memberrecord_unref(struct member_record *record);
/* Writes what this host assigned to the member, where the name has room; nobody
 * else may have the record. */
bool memberrecord_assign(
    struct member_record *record, const struct member *member);
