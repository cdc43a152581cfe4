/*
 * identities.c - the bindings table, in memory and on disk.
 *
 * Promises that a member has one identity and an identity one member, and that
 * a binding is never replaced.  Must not know how a person was proven.
 */
#include "services/identities.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "rules/table.h"

#define TEXT_MAX 2048 /* bytes of one stored text */

struct identity {
	struct identity *next;
	const char *issuer;
	const char *subject;
	char member_id[];
};

struct identities {
	struct db *db;
	struct identity *all;
	struct table by_member;
	struct table by_subject;
};

static bool
same_member(const void *entry, const void *key)
{
	return strcmp(((const struct identity *)entry)->member_id, key) == 0;
}

static bool
same_subject(const void *entry, const void *key)
{
	const struct identity *a = entry;
	const struct identity *b = key;

	return strcmp(a->subject, b->subject) == 0 &&
	    strcmp(a->issuer, b->issuer) == 0;
}

static int
keep(struct identities *identities, const char *member_id, const char *issuer,
    const char *subject)
{
	size_t id_size = strnlen(member_id, TEXT_MAX) + 1;
	size_t issuer_size = strnlen(issuer, TEXT_MAX) + 1;
	size_t subject_size = strnlen(subject, TEXT_MAX) + 1;
	struct identity *identity = NULL;
	int err = 0;

	if (id_size > TEXT_MAX || issuer_size > TEXT_MAX ||
	    subject_size > TEXT_MAX)
		return ERR_TOO_LARGE;
	identity =
	    malloc(sizeof(*identity) + id_size + issuer_size + subject_size);
	if (identity == NULL)
		return ERR_NO_MEMORY;
	memcpy(identity->member_id, member_id, id_size);
	memcpy(identity->member_id + id_size, issuer, issuer_size);
	memcpy(
	    identity->member_id + id_size + issuer_size, subject, subject_size);
	identity->issuer = identity->member_id + id_size;
	identity->subject = identity->issuer + issuer_size;
	identity->next = identities->all;
	identities->all = identity;
	err = table_put(&identities->by_member,
	    table_hash_text(&identities->by_member, member_id), identity);
	if (err == 0)
		err = table_put(&identities->by_subject,
		    table_hash_text(&identities->by_subject, subject),
		    identity);
	return err;
}

static int
load(struct identities *identities)
{
	enum db_step step = DB_ROW;
	struct db_stmt *stmt = NULL;
	int err = db_prepare(identities->db,
	    "SELECT member_id, issuer, subject FROM bindings", &stmt);

	while (err == 0) {
		err = db_step(stmt, &step);
		if (err != 0 || step == DB_DONE)
			break;
		err = keep(identities, db_text(stmt, 0), db_text(stmt, 1),
		    db_text(stmt, 2));
	}
	if (stmt != NULL)
		db_reset(stmt);
	return err;
}

int
identities_new(struct db *db, struct identities **ret_identities)
{
	struct identities *identities = calloc(1, sizeof(*identities));
	int err = 0;

	if (identities == NULL)
		return ERR_NO_MEMORY;
	identities->db = db;
	err = load(identities);
	if (err != 0) {
		identities_free(identities);
		return err;
	}
	*ret_identities = identities;
	return 0;
}

void
identities_free(struct identities *identities)
{
	if (identities == NULL)
		return;
	while (identities->all != NULL) {
		struct identity *next = identities->all->next;

		free(identities->all);
		identities->all = next;
	}
	table_done(&identities->by_member);
	table_done(&identities->by_subject);
	free(identities);
}

bool
identities_get(const struct identities *identities, const char *member_id,
    const char **ret_issuer, const char **ret_subject)
{
	const struct identity *identity = table_get(&identities->by_member,
	    table_hash_text(&identities->by_member, member_id), same_member,
	    member_id);

	if (identity == NULL)
		return false;
	*ret_issuer = identity->issuer;
	*ret_subject = identity->subject;
	return true;
}

const char *
identities_owner(const struct identities *identities, const char *issuer,
    const char *subject)
{
	const struct identity key = {.issuer = issuer, .subject = subject};
	const struct identity *identity = table_get(&identities->by_subject,
	    table_hash_text(&identities->by_subject, subject), same_subject,
	    &key);

	return identity == NULL ? NULL : identity->member_id;
}

static int
store(struct identities *identities, const char *member_id, const char *issuer,
    const char *subject, struct wall_time now)
{
	struct db_stmt *stmt = NULL;
	int err = db_prepare(identities->db,
	    "INSERT INTO bindings (member_id, issuer, subject, bound_at)"
	    " VALUES (?1, ?2, ?3, ?4)",
	    &stmt);

	if (err == 0)
		err = db_bind_text(stmt, 1, member_id);
	if (err == 0)
		err = db_bind_text(stmt, 2, issuer);
	if (err == 0)
		err = db_bind_text(stmt, 3, subject);
	if (err == 0)
		err = db_bind_integer(stmt, 4, now.s);
	return err == 0 ? db_run_alone(identities->db, stmt) : err;
}

int
identities_bind(struct identities *identities, const char *member_id,
    const char *issuer, const char *subject, struct wall_time now)
{
	const char *owner = identities_owner(identities, issuer, subject);
	const char *old_issuer = NULL;
	const char *old_subject = NULL;
	int err = 0;

	if (owner != NULL)
		return strcmp(owner, member_id) == 0 ? 0 : ERR_EXISTS;
	if (identities_get(identities, member_id, &old_issuer, &old_subject))
		return ERR_EXISTS;
	err = store(identities, member_id, issuer, subject, now);
	return err == 0 ? keep(identities, member_id, issuer, subject) : err;
}
