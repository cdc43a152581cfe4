/*
 * members.h - the organisation's members as last told, in memory: built once
 * from a complete answer, then read; one member can be replaced.
 *
 * The strings of a member are one allocation, so that a million members cost
 * what their text costs.  What others say (id, mail, roles, state) is kept as
 * it came, after the grammar of common/name.h was held against it; what this
 * host assigns (user, uid, excluded) is filled in by services/ids.
 * Pure; no I/O.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/name.h"

#define MEMBERS_MAX 2000000
#define MEMBERS_ROLES_MAX 64 /* roles, and scopes, of one member */

/* UNKNOWN is a word that the profile does not map: never lets in. */
enum member_state {
	MEMBER_UNKNOWN = 0,
	MEMBER_ACTIVE,
	MEMBER_PENDING,
	MEMBER_DEACTIVATED,
	MEMBER_SUSPENDED,
};
const char *member_state_name(enum member_state state);

struct member {
	const char *id;       /* immutable, the organisation's own; never "" */
	const char *mail;     /* "" when unknown */
	const char *name;     /* display name, "" when unknown */
	const char *username; /* preferred_username or the source's, or "" */
	const char *shell;    /* "" for the default */
	const char *issuer;   /* identity at the provider as the source says */
	const char *subject;  /* both "" when it does not say */
	const char *const *roles;
	size_t role_count;
	const char *const *scopes;
	size_t scope_count;
	enum member_state state;
	uint32_t given_uid; /* the source's own number; 0: none */
	int64_t created_s;  /* wall time; 0: unknown */
	/* assigned by this host */
	char user[NAME_USER_MAX + 1]; /* "" while excluded */
	uint32_t uid;                 /* 0 while excluded */
	int excluded; /* 0, or the reason why it is not published */
};

bool member_has_role(const struct member *member, const char *role);
bool member_has_scope(const struct member *member, const char *scope);
/* The source says the same of both; what this host assigned is left out. */
bool member_same(const struct member *a, const struct member *b);

struct members;

MUST_CHECK int members_new(struct members **ret_members);
void members_free(struct members *members);
DEFINE_CLEANUP(struct members, members, members_free)
#define MEMBERS_AUTO CLEANUP(members_cleanup)

/*
 * Copies a member in.  A field outside its grammar, or a second member of one
 * id, is a fault (NAME_INVALID, EXISTS): the caller decides whether the whole
 * answer is bad.  The assigned fields are copied too.
 */
MUST_CHECK int members_add(
    struct members *members, const struct member *member);
/* Puts a copy in the place of the member of the same id, or adds it. */
MUST_CHECK int members_replace(
    struct members *members, const struct member *member);

size_t members_count(const struct members *members);
/* In the fixed order: creation time, then id. Borrowed. */
struct member *members_at(struct members *members, size_t index);
struct member *members_by_id(struct members *members, const char *id);
/* By the assigned user name. */
struct member *members_by_user(struct members *members, const char *user);
struct member *members_by_uid(struct members *members, uint32_t uid);
/* How many have this mail (ASCII case folded), and the first of them. */
size_t members_by_mail(
    struct members *members, const char *mail, struct member **ret_first);
/* To be called after user or uid fields were assigned. */
MUST_CHECK int members_index(struct members *members);
/* How many of before are missing from after. */
size_t members_lost(struct members *before, struct members *after);
