/*
 * members.h - the organisation's members as last told, in memory: built once
 * from a complete answer, then read; one member can be replaced.
 *
 * What others say (id, mail, roles, state) is kept as it came, after the
 * grammar of common/name.h was held against it; what this host assigns (user,
 * uid, excluded) is filled in by services/ids.  A list keeps each member as a
 * record, which is never changed where somebody else may be reading it: lists
 * of one source share the records of members of whom it says the same, and
 * while a list is held, changes go into copies.
 * Pure; no I/O.  One thread, but for member_read().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/name.h"

#define MEMBERS_MAX 2000000
#define MEMBERS_ROLES_MAX 64 /* roles, and scopes, of one member */
/* What an ID Token can add to the roles, of which no list keeps anything. */
#define MEMBERS_CLAIMED_MAX 256

/* UNKNOWN is a word that the profile does not map: never lets in. */
enum member_state {
	MEMBER_UNKNOWN = 0,
	MEMBER_ACTIVE,
	MEMBER_PENDING,
	MEMBER_DEACTIVATED,
	MEMBER_SUSPENDED,
};
const char *member_state_name(enum member_state state);

/* A value; its texts belong to whoever filled it in. */
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
	const char *user; /* "" while excluded; NULL from a source */
	uint32_t uid;     /* 0 while excluded */
	bool at_home;     /* her home is named like user; false: to be asked */
	int excluded;     /* 0, or the reason why it is not published */
};

bool member_has_role(const struct member *member, const char *role);
bool member_has_scope(const struct member *member, const char *scope);
/* A username, issuer or subject may be empty and of at most 255 bytes, all of
 * them printable ASCII. */
bool member_text_valid(const char *text);
/* The source says the same of both; what this host assigned is left out. */
bool member_same(const struct member *a, const struct member *b);

struct members;
/* One member as a list keeps it. */
struct member_record;

MUST_CHECK int members_new(struct members **ret_members);
/* The memory goes when the last hold is released. */
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
/*
 * The same, but where the source says of a member of former what it says now,
 * that record is shared, with what is assigned in it: a second complete list
 * of an unchanged directory costs pointers only.  former may be NULL.
 */
MUST_CHECK int members_add_shared(struct members *members,
    struct members *former, const struct member *member);
/* Puts a copy in the place of the member of the same id, or adds it. */
MUST_CHECK int members_replace(
    struct members *members, const struct member *member);

/* Makes room for so many in all, where their number is known. */
MUST_CHECK int members_reserve(struct members *members, size_t count);

size_t members_count(const struct members *members);
/*
 * In the order in which they came (rules/memberorder has the fixed one).  The
 * texts are borrowed until that member is changed.  false: there is none, and
 * ret_member is as it was.
 */
bool members_get(
    struct members *members, size_t index, struct member *ret_member);
bool members_get_id(
    struct members *members, const char *id, struct member *ret_member);
/* The place of the member, for members_get() and members_assign(). */
bool members_find(
    const struct members *members, const char *id, size_t *ret_index);
/* By the assigned user name. */
bool members_get_user(
    struct members *members, const char *user, struct member *ret_member);
bool members_get_uid(
    struct members *members, uint32_t uid, struct member *ret_member);
/*
 * Whether nobody (0), one (1) or several (2) have this mail, ASCII case folded;
 * ret_one is one of them.  Without memory for it: nobody.  Takes
 * time linear in the list when it is asked for the first time, or after a mail
 * has changed.
 */
size_t members_get_mail(
    struct members *members, const char *mail, struct member *ret_one);

/* Says what this host assigned; user "" and uid 0: excluded.  ERR_EXISTS: a
 * name or number that another member has. */
MUST_CHECK int members_assign(struct members *members, size_t index,
    const char *user, uint32_t uid, bool at_home, int excluded);
/* The same for a member who is not published after all; nothing where there
 * is none. */
MUST_CHECK int members_exclude(
    struct members *members, const char *id, int reason);

/*
 * While a list is held, no record that it gave out is changed or freed, so
 * that another thread may read records which were taken on the list's own
 * thread.  Holds are counted.
 */
void members_hold(struct members *members);
void members_release(struct members *members);
const struct member_record *members_record(
    struct members *members, size_t index);
void member_read(const struct member_record *record, struct member *ret_member);
