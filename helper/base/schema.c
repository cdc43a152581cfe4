/*
 * schema.c - the tables of state.db, as the steps that lead to them.
 *
 * Owns which version has which tables.  Must not know what the rows mean, nor
 * SQLite: base/db executes.
 */
#include "base/schema.h"

#include <stddef.h>

#include "common/attrs.h"

/*
 * Step n takes the schema from version n to n + 1.  A step that was released
 * is never edited.  One number space: a member's private group has the
 * member's number and no row of its own.
 */
static const char *const schema_steps[] = {
    "CREATE TABLE ids ("
    " organization TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('user', 'group')),"
    " key TEXT NOT NULL," /* a member's id, or a group's name */
    " number INTEGER NOT NULL UNIQUE"
    "  CHECK (number BETWEEN 1 AND 4294967294),"
    " name TEXT NOT NULL," /* '' while it has none */
    " home TEXT NOT NULL," /* the name in a home folder's path, or '' */
    " state TEXT NOT NULL CHECK (state IN ('live', 'tombstone')),"
    " created INTEGER NOT NULL," /* wall time, seconds */
    " PRIMARY KEY (organization, kind, key)) STRICT;"
    "CREATE TABLE bindings ("
    " member_id TEXT NOT NULL PRIMARY KEY,"
    " issuer TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " bound_at INTEGER NOT NULL," /* wall time, seconds */
    " UNIQUE (issuer, subject)) STRICT;"
    "CREATE TABLE proofs (" /* the last sign-in on this host */
    " member_id TEXT NOT NULL PRIMARY KEY,"
    " wall_s INTEGER NOT NULL,"
    " boot_id TEXT NOT NULL,"
    " boot_ms INTEGER NOT NULL,"
    " service TEXT NOT NULL) STRICT;"
    "CREATE TABLE directory (" /* the last good sync */
    " member_id TEXT NOT NULL PRIMARY KEY,"
    " record TEXT NOT NULL) STRICT, WITHOUT ROWID;" /* one JSON object */
    "CREATE TABLE meta ("
    " key TEXT NOT NULL PRIMARY KEY,"
    " value TEXT NOT NULL) STRICT;",
    "CREATE TABLE ids_incoming (" /* an import that is not checked yet */
    " organization TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " key TEXT NOT NULL,"
    " number INTEGER NOT NULL UNIQUE,"
    " name TEXT NOT NULL,"
    " home TEXT NOT NULL,"
    " state TEXT NOT NULL,"
    " created INTEGER NOT NULL,"
    " PRIMARY KEY (organization, kind, key)) STRICT;"
    "CREATE UNIQUE INDEX ids_incoming_home ON ids_incoming (home)"
    " WHERE home != '';"
    "CREATE UNIQUE INDEX ids_incoming_name ON ids_incoming"
    " (organization, name) WHERE name != '';"
    "CREATE TABLE ids_aside (" /* damaged maps, as an import found them */
    " moved INTEGER NOT NULL," /* wall time, seconds */
    " organization TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " key TEXT NOT NULL,"
    " number INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " home TEXT NOT NULL,"
    " state TEXT NOT NULL,"
    " created INTEGER NOT NULL) STRICT;",
    "CREATE TABLE vault (" /* secrets, sealed by services/vault */
    " member TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " key_id TEXT NOT NULL," /* of the key that sealed it */
    " version INTEGER NOT NULL,"
    " sealed BLOB NOT NULL,"
    " PRIMARY KEY (member, kind)) STRICT, WITHOUT ROWID;",
    /* Of numbers there is no index: each row of a first list changed a page of
     * it.  services/idrows holds them against each other, and a digest. */
    "CREATE TABLE ids_kept ("
    " organization TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('user', 'group')),"
    " key TEXT NOT NULL,"
    " number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 4294967294),"
    " name TEXT NOT NULL,"
    " home TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('live', 'tombstone')),"
    " created INTEGER NOT NULL,"
    " PRIMARY KEY (organization, kind, key)) STRICT;"
    "INSERT INTO ids_kept SELECT * FROM ids ORDER BY rowid;"
    "DROP TABLE ids; ALTER TABLE ids_kept RENAME TO ids;",
    "CREATE TABLE attempts (" /* wrong tries in a row, see services/attempts */
    " kind TEXT NOT NULL,"
    " key TEXT NOT NULL,"
    " failures INTEGER NOT NULL CHECK (failures BETWEEN 1 AND 4294967295),"
    " boot_id TEXT NOT NULL," /* the time of the last one, three times */
    " boot_ms INTEGER NOT NULL,"
    " wall_s INTEGER NOT NULL,"
    " PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;",
    "CREATE TABLE token_roles (" /* of each member's last ID Token */
    " member_id TEXT NOT NULL PRIMARY KEY,"
    " roles TEXT NOT NULL,"  /* one a line */
    " reason TEXT NOT NULL," /* why they could not be told, or '' */
    " wall_s INTEGER NOT NULL,"
    " boot_id TEXT NOT NULL,"
    " boot_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    /* boot_ms of the last full sign-in of that boot; NULL: none */
    "ALTER TABLE proofs ADD COLUMN full_ms INTEGER;",
};

int64_t
schema_version(void)
{
	return (int64_t)ARRAY_SIZE(schema_steps);
}

const char *
schema_step(int64_t version)
{
	if (version < 0 || version >= schema_version())
		return NULL;
	return schema_steps[version];
}
