/*
 * memberrecord.h - one member as a list keeps it: one allocation, counted by
 * those who keep it.  For rules/members alone.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/members.h"

/* The member comes first: the tables hold records and give out members. */
struct member_record {
	struct member member;
	size_t mail_count;
	uint32_t refs;
	char user[NAME_USER_MAX + 1];
};

/* A copy with one reference. NAME_INVALID: a field outside its grammar. */
MUST_CHECK int memberrecord_new(
    const struct member *member, struct member_record **ret_record);
void memberrecord_unref(struct member_record *record);
