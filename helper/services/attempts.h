/*
 * attempts.h - how often somebody, or somewhere, was wrong in a row.
 *
 * Each try is counted as wrong on the disk before anybody is told how it went,
 * so that neither a crash nor a restart gives one away.  Waiting is told, never
 * slept.  Ages are those of the boot clock; a reboot begins the waiting anew.
 * Blocks on the disk only.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/db.h"
#include "common/attrs.h"

enum attempts_kind {
	ATTEMPTS_PIN,
	ATTEMPTS_TOTP,     /* codes, also those that the service judges */
	ATTEMPTS_PASSWORD, /* the service's */
	ATTEMPTS_SOURCE,   /* where tries come from: an address */
};

/* A source and a password wait so long at most and are never locked: many share
 * an address, and anybody can give a wrong password in another's name. */
#define ATTEMPTS_OPEN_WAIT_S 60
/* So many more in a row than a member: the mistakes of all who share it. */
#define ATTEMPTS_SOURCE_FREE 25
#define ATTEMPTS_SOURCES_MAX 10000

struct attempts;

/* db and clock are borrowed; boot_id (see clock_boot_id()) is copied. */
MUST_CHECK int attempts_new(struct db *db, const struct clock *clock,
    const char *boot_id, struct attempts **ret_attempts);
void attempts_free(struct attempts *attempts);
DEFINE_CLEANUP(struct attempts, attempts, attempts_free)
#define ATTEMPTS_AUTO CLEANUP(attempts_cleanup)

/*
 * 0: one try was counted as wrong, and lasts; now it may be told.  TRY_LATER:
 * not yet, for ret_wait_s (may be NULL) from now; FACTOR_LOCKED: no more, until
 * attempts_clear().  ATTEMPTS_FULL: too many sources tried within the last
 * minute.  With these, and with a fault of the disk, nobody tries.  key: a
 * member's id, or the source.
 */
MUST_CHECK int attempts_begin(struct attempts *attempts,
    enum attempts_kind kind, const char *key, int64_t *ret_wait_s);
/* The same, but it lasts with the next write (db_run_soon()): for a try that is
 * counted for somebody else too before it is told. */
MUST_CHECK int attempts_begin_soon(struct attempts *attempts,
    enum attempts_kind kind, const char *key, int64_t *ret_wait_s);
/* What attempts_begin() would say; counts nothing. */
MUST_CHECK int attempts_ask(struct attempts *attempts, enum attempts_kind kind,
    const char *key, int64_t *ret_wait_s);
/* It was right, or begins anew.  Also where there is none.  Lasts with the next
 * write, to which it belongs: a crash before leaves it counted. */
MUST_CHECK int attempts_clear(
    struct attempts *attempts, enum attempts_kind kind, const char *key);
MUST_CHECK int attempts_get(struct attempts *attempts, enum attempts_kind kind,
    const char *key, uint32_t *ret_failures);
