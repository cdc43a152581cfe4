/*
 * revocation.c - goes through what is kept of members, and takes it from those
 * who have ended.
 *
 * Promises that nothing is taken for a reason that is not an end.  A fault is
 * told, and mended by the next list.  Must not know tokens or how they are
 * revoked.
 */
#include "services/revocation.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/files.h"
#include "base/log.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/name.h"
#include "rules/cutoff.h"
#include "services/ids.h"

/* Looked at in one turn of the loop; taken from, one. */
#define SLICE 64

/* Where something is kept of members. */
enum store { STORE_VAULT, STORE_PROOFS, STORE_END };

struct revocation {
	struct revocation_options options;
	struct loop_timer *turn;
	enum store store;
	char member[NAME_ID_MAX + 1]; /* looked at last in the store */
};

/* Why this member has ended; 0: has not. */
static int
find_end(const struct revocation *v, const char *member_id)
{
	const struct standing *standing = v->options.standing;
	struct member member;
	int r = ERR_OK;

	if (members_get_id(
		directory_members(v->options.directory), member_id, &member))
		r = standing_login(standing, &member);
	else
		r = standing_nobody(standing, "");
	return cutoff_meaning(r) == CUTOFF_ENDED ? r : ERR_OK;
}

static void
tell_fault(int fault)
{
	log_error("what is kept of former members is not forgotten",
	    LOG_TEXT("reason", err_name(fault)));
}

/* An authenticator outlives a suspension, and the service's passing word: its
 * absence must not open a way around it. */
static void
take(struct revocation *v, const char *member_id, bool left)
{
	int faults[] = {
	    wallet_forget(v->options.wallet, member_id),
	    v->options.vouching == NULL
		? vault_forget_kind(v->options.vault, member_id, VAULT_PROVIDER)
		: vouching_forget(v->options.vouching, member_id),
	    proofs_forget(v->options.proofs, member_id),
	    v->options.rolewatch == NULL
		? ERR_OK
		: rolewatch_forget(v->options.rolewatch, member_id),
	    left ? vault_forget(v->options.vault, member_id)
		 : vault_forget_kind(v->options.vault, member_id, VAULT_PIN),
	};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		if (faults[i] != 0)
			tell_fault(faults[i]);
	}
}

static bool
holds(const struct revocation *v, const char *member_id, const char *kind)
{
	struct buf tokens BUF_AUTO = {0};

	buf_init(&tokens, VAULT_SECRET_MAX_BYTES);
	return vault_read(v->options.vault, member_id, kind, &tokens) == ERR_OK;
}

static bool
holds_tokens(const struct revocation *v, const char *member_id)
{
	return holds(v, member_id, VAULT_TOKENS) ||
	    holds(v, member_id, VAULT_PROVIDER);
}

static void
record(const struct revocation *v, const char *member_id, int reason)
{
	struct audit_record revoked = {
	    .kind = AUDIT_REVOKED, .reason = reason, .member_id = member_id};
	struct member member;

	if (members_get_id(
		directory_members(v->options.directory), member_id, &member)) {
		revoked.user = member.user;
		revoked.uid = member.uid;
	}
	audit_write(v->options.audit, &revoked);
}

/* NOT_FOUND: that was the last. */
static int
next_member(struct revocation *v)
{
	int r = ERR_NOT_FOUND;

	while (r == ERR_NOT_FOUND && v->store != STORE_END) {
		r = v->store == STORE_VAULT
		    ? vault_next_member(v->options.vault, v->member, v->member,
			  sizeof(v->member))
		    : proofs_next_member(v->options.proofs, v->member,
			  v->member, sizeof(v->member));
		if (r == ERR_NOT_FOUND) {
			v->store++;
			v->member[0] = '\0';
		}
	}
	return r;
}

static void
on_turn(void *arg)
{
	struct revocation *v = arg;
	int r = ERR_OK;

	for (unsigned int i = 0; r == 0 && i < SLICE; i++) {
		int reason = ERR_OK;

		r = next_member(v);
		if (r == 0)
			reason = find_end(v, v->member);
		if (reason != 0) {
			/* An authenticator that stays is met by each list. */
			if (reason == ERR_NOT_A_MEMBER ||
			    holds_tokens(v, v->member))
				record(v, v->member, reason);
			take(v, v->member, reason == ERR_NOT_A_MEMBER);
			break;
		}
	}
	if (r == 0)
		loop_timer_start(v->turn, 0);
	else if (r != ERR_NOT_FOUND)
		tell_fault(r);
}

/* Each list does, so that what was missed once is not missed for long. */
static void
stir(const struct revocation *v)
{
	int r = ERR_OK;

	if (v->options.stir_path != NULL)
		r = files_stir(v->options.stir_path);
	if (r != 0)
		log_error("sessions of former members are not ended",
		    LOG_TEXT("reason", err_name(r)));
}

void
revocation_sweep(struct revocation *revocation)
{
	revocation->store = STORE_VAULT;
	revocation->member[0] = '\0';
	loop_timer_start(revocation->turn, 0);
	stir(revocation);
}

static bool
find_state(int reason, enum member_state *ret_state)
{
	if (reason != ERR_MEMBER_SUSPENDED && reason != ERR_MEMBER_DEACTIVATED)
		return false;
	*ret_state = reason == ERR_MEMBER_SUSPENDED ? MEMBER_SUSPENDED
						    : MEMBER_DEACTIVATED;
	return true;
}

static void
on_known(void *arg, int reason)
{
}

void
revocation_member(
    struct revocation *revocation, const char *member_id, int reason)
{
	struct directory *directory = revocation->options.directory;
	struct member member;
	uint64_t id = 0;

	if (cutoff_meaning(reason) != CUTOFF_ENDED)
		return;
	record(revocation, member_id, reason);
	take(revocation, member_id, false);
	if (members_get_id(directory_members(directory), member_id, &member) &&
	    find_state(reason, &member.state))
		/* Where it cannot be, a list is on its way that tells it. */
		(void)!directory_update(
		    directory, &member, on_known, NULL, &id);
	stir(revocation);
}

/* A host that never had a list knows nobody, and ends nobody for it. */
int
revocation_uid(const struct revocation *revocation, uint32_t uid)
{
	struct directory *directory = revocation->options.directory;
	const char *member_id = NULL;

	if (revocation->options.stir_path == NULL ||
	    directory_age_ms(directory) < 0)
		return ERR_OK;
	member_id = ids_owner(directory_ids(directory), uid);
	return member_id == NULL ? ERR_OK : find_end(revocation, member_id);
}

int
revocation_new(struct loop *loop, const struct revocation_options *options,
    struct revocation **ret_revocation)
{
	struct revocation *v = calloc(1, sizeof(*v));
	int r = ERR_OK;

	if (v == NULL)
		return ERR_NO_MEMORY;
	v->options = *options;
	r = loop_timer_new(loop, on_turn, v, &v->turn);
	if (r != 0) {
		free(v);
		return r;
	}
	*ret_revocation = v;
	return ERR_OK;
}

void
revocation_free(struct revocation *revocation)
{
	if (revocation == NULL)
		return;
	loop_timer_free(revocation->turn);
	free(revocation);
}
