/*
 * idadmin.c - the id map between the administrator and the directory.
 *
 * Promises that the map is changed only while nothing else works on it, and
 * that everything which follows from it is read anew.
 */
#include "services/idadmin.h"

#include "base/log.h"
#include "common/err.h"

int
idadmin_state(const struct idadmin *admin)
{
	return ids_state(directory_ids(admin->directory));
}

const char *
idadmin_trouble(const struct idadmin *admin)
{
	if (idadmin_state(admin) == 0)
		return "";
	return admin->db == NULL
	    ? "state.db is damaged: put a copy of the backup in its place and "
	      "restart orglogind; or move it away, restart, and " IDCHECK_REPAIR
	    : "the id map is damaged or lost: " IDCHECK_REPAIR;
}

void
idadmin_tell(const struct idadmin *admin)
{
	if (idadmin_state(admin) != 0)
		log_error("nobody is let in, and no number is given",
		    LOG_TEXT("reason", err_name(idadmin_state(admin))),
		    LOG_TEXT("problem", idadmin_trouble(admin)));
}

int
idadmin_read(const struct idadmin *admin, struct idread *ret_read)
{
	return admin->db == NULL
	    ? ERR_STATE_DAMAGED
	    : idread_start(ret_read, admin->db, admin->options.organization_id);
}

struct idcheck_view
idadmin_view(const struct idadmin *admin)
{
	return (struct idcheck_view){
	    .ids = directory_ids(admin->directory),
	    .members = directory_members(admin->directory),
	    .locals = directory_locals(admin->directory),
	};
}

int
idadmin_begin(struct idadmin *admin)
{
	if (admin->db == NULL)
		return ERR_STATE_DAMAGED;
	if (admin->carry != NULL)
		return ERR_EXISTS;
	return idcarry_new(admin->db, &admin->options, &admin->carry);
}

int
idadmin_take(struct idadmin *admin, const char *lines)
{
	return admin->carry == NULL ? ERR_INVALID_ARGUMENT
				    : idcarry_take(admin->carry, lines);
}

static int
bring_in(struct idadmin *admin, uint64_t *ret_added)
{
	struct ids *ids = directory_ids(admin->directory);
	bool damaged = ids_state(ids) != 0;
	int err = idcarry_finish(
	    admin->carry, ids, clock_wall(admin->clock), ret_added);

	return err == 0 && damaged ? directory_load(admin->directory) : err;
}

int
idadmin_finish(struct idadmin *admin, uint64_t *ret_added)
{
	uint64_t added = 0;
	int err = admin->carry == NULL ? ERR_INVALID_ARGUMENT : 0;

	if (err == 0 && directory_busy(admin->directory))
		err = ERR_EXISTS;
	if (err == 0)
		err = bring_in(admin, &added);
	if (err != 0) {
		log_error("id map not brought in",
		    LOG_TEXT("reason", err_name(err)),
		    LOG_TEXT("problem", idadmin_problem(admin)));
		return err;
	}
	log_notice("id map brought in", LOG_NUMBER("added", (int64_t)added));
	*ret_added = added;
	return 0;
}

const char *
idadmin_problem(const struct idadmin *admin)
{
	return admin->carry == NULL ? "" : idcarry_problem(admin->carry);
}

void
idadmin_drop(struct idadmin *admin)
{
	idcarry_free(TAKE(admin->carry));
}
