/*
 * standing.h - what a member may do right now: the account phase, the sudo
 * gate, the last gate of a sign-in, and explain, all by the same code.
 *
 * Decides from the directory in memory and from how lately it was confirmed;
 * never asks the network, never blocks.  Every answer is a reason: 0 allows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "rules/access.h"
#include "services/directory.h"
#include "services/lastroles.h"

struct standing {
	struct directory *directory;        /* borrowed */
	const struct access_policy *policy; /* borrowed */
	/* What the last ID Tokens told of roles, with profile none alone;
	 * borrowed.  NULL: they tell nothing here. */
	const struct lastroles *lastroles;
	int64_t refresh_s;       /* [directory] refresh */
	int64_t hard_age_s;      /* [directory] hard_age */
	int64_t login_offline_s; /* [login] offline_max_age */
	int64_t sudo_offline_s;  /* [sudo] offline_max_age */
};

/*
 * May the member log in, or go on?  What access_login() says, with the roles of
 * a token no older than login_offline_s (tokenroles_login()); when the
 * directory was not confirmed lately: DIRECTORY_STALE past login_offline_s,
 * CLOCK_SET_BACK where its age cannot be trusted.
 */
MUST_CHECK int standing_login(
    const struct standing *standing, const struct member *member);
/*
 * Does the member hold one of the roles (parted by '\n') now?  ROLE_NOT_HELD,
 * the state's reason; when it was not confirmed lately, nor told by a token:
 * ROLE_STALE past sudo_offline_s, CLOCK_SET_BACK.
 */
MUST_CHECK int standing_role(const struct standing *standing,
    const struct member *member, const char *roles);
/* The source of members answered within its last beats. */
bool standing_reached(const struct standing *standing);
/*
 * May a local factor stand in for the organisation's service, which does not
 * answer?  OFFLINE_TOO_LONG when the directory was not confirmed within
 * login_offline_s (0: never), CLOCK_SET_BACK.
 */
MUST_CHECK int standing_offline(const struct standing *standing);
/* For how many seconds more; 0: not any more. */
int64_t standing_offline_left_s(const struct standing *standing);
/*
 * May a sign-in of the member begin?  Both of the above, but where tokens tell
 * of roles, the one that is to come may tell of any.
 */
MUST_CHECK int standing_signin(const struct standing *standing,
    const struct member *member, const char *roles);
/*
 * Why the list has nobody of that name: LOCAL_USER, STATE_DAMAGED (without its
 * numbers this host knows no member), NOT_A_MEMBER.  user is "" where only an
 * id is known.
 */
MUST_CHECK int standing_nobody(
    const struct standing *standing, const char *user);
/*
 * The whole account phase: login, then the role if roles is not "".
 * For a name that the list does not have, standing_nobody().
 */
MUST_CHECK int standing_account(
    const struct standing *standing, const char *user, const char *roles);
