/*
 * walletlab.h - for tests of the wallet: a vault with a key, two members, and a
 * service that rotates refresh tokens and ends them all when it sees one again.
 *
 * It stands in for services/idsvc, services/standing and the directory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/db.h"
#include "base/loop.h"
#include "common/proto.h"
#include "services/idsvc.h"
#include "services/vault.h"
#include "services/wallet.h"

#define WALLETLAB_NOW INT64_C(1800000000)
#define WALLETLAB_LIFETIME_S 600
/* In every token, and in nothing else. */
#define WALLETLAB_CANARY "s3cr3t"

/* The service's own side; may lie in memory that processes share. */
struct walletlab_service {
	bool can[PROFILE_OP_COUNT];
	int reason; /* of each answer, unless 0 */
	bool switch_rotates;
	int64_t lifetime_s;
	const char *subject;  /* NULL: the member who asks */
	unsigned int refresh; /* number of the refresh token that counts */
	bool ended;           /* one came a second time */
	unsigned int issued;  /* JWTs */
	unsigned int asked[PROFILE_OP_COUNT];
	char revoked[128]; /* the tokens given up last */
};

struct walletlab {
	char folder[64];
	char path[96]; /* of the database */
	char key[96];
	struct db *db;
	struct loop *loop;
	struct clock_fake clock;
	struct vault *vault;
	struct standing standing;
	struct wallet *wallet;
	struct walletlab_service *service;
	/* whom the service said to have ended last, and why */
	char ended[32];
	int ended_reason;
};

/* Refresh tokens, switching and revoking; service is filled in. */
void walletlab_begin(struct walletlab *lab, struct walletlab_service *service);
void walletlab_end(struct walletlab *lab);
/* The daemon's life: what is in memory goes with it. */
void walletlab_start(struct walletlab *lab);
void walletlab_stop(struct walletlab *lab);

/* u-1 and u-2; SERVICE_* and MEMBER_* as standing_login() would. */
void walletlab_set_standing(const char *member, int reason);

/* A sign-in of the member at the service, kept. */
int walletlab_sign_in(struct walletlab *lab, const char *member);
/* A sign-in that brings a session instead of a refresh token, or neither. */
int walletlab_sign_in_with(
    struct walletlab *lab, const char *member, const char *session);

/* Whether an operation is under way; lets its answer come. */
bool walletlab_pending(void);
void walletlab_answer(void);
/* Turns the loop and lets answers come until nothing is left. */
void walletlab_settle(struct walletlab *lab);

/* What an errand got. */
struct walletlab_got {
	unsigned int count;
	int reason;
	char organization[64];
	char jwt[64];
	char headers[128];
};
wallet_fn walletlab_on_token;
/* An errand, through to its end. */
struct walletlab_got walletlab_token(
    struct walletlab *lab, const char *member, const char *organization);
/* The reason of a renewal. */
int walletlab_renew(struct walletlab *lab, const char *member);
