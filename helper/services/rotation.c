/*
 * rotation.c - walks over the vault whenever its keys may have changed.
 *
 * Promises that the key before is given up only after a whole walk in which
 * every row it opens was sealed anew on the disk.  Must not know what is sealed
 * nor where keys come from.
 */
#include "services/rotation.h"

#include <stdlib.h>

#include "base/log.h"
#include "common/err.h"
#include "common/text.h"

#define RETRY_MS 10000

struct rotation {
	struct vault *vault;
	struct loop_timer *turn;
	struct vault_walk walk;
	int fault;
};

static void
end(struct rotation *r)
{
	vault_drop_before(r->vault);
	if (r->walk.resealed > 0)
		log_notice("the vault is sealed with its new key",
		    LOG_NUMBER("rows", (int64_t)r->walk.resealed));
	if (r->walk.lost > 0)
		log_warning("what was sealed with a lost key does not open",
		    LOG_NUMBER("rows", (int64_t)r->walk.lost),
		    LOG_TEXT("remedy", "their members sign in again"));
}

static void
on_turn(void *arg)
{
	struct rotation *r = arg;
	int fault = vault_reseal(r->vault, &r->walk);

	if (fault != 0 && r->fault == 0)
		log_error("the vault is not sealed anew yet",
		    LOG_TEXT("reason", err_name(fault)));
	r->fault = fault;
	if (fault != 0)
		loop_timer_start(r->turn, RETRY_MS);
	else if (r->walk.done)
		end(r);
	else
		loop_timer_start(r->turn, 0);
}

int
rotation_new(
    struct loop *loop, struct vault *vault, struct rotation **ret_rotation)
{
	struct rotation *rotation = calloc(1, sizeof(*rotation));
	int r = ERR_NO_MEMORY;

	if (rotation == NULL)
		return r;
	rotation->vault = vault;
	r = loop_timer_new(loop, on_turn, rotation, &rotation->turn);
	if (r != 0) {
		free(rotation);
		return r;
	}
	*ret_rotation = rotation;
	return ERR_OK;
}

void
rotation_free(struct rotation *rotation)
{
	if (rotation == NULL)
		return;
	loop_timer_free(rotation->turn);
	free(rotation);
}

void
rotation_begin(struct rotation *rotation)
{
	if (vault_state(rotation->vault) != 0)
		return;
	rotation->walk = (struct vault_walk){0};
	rotation->fault = ERR_OK;
	loop_timer_start(rotation->turn, 0);
}

int
rotation_take(struct rotation *rotation)
{
	int r = vault_reread(rotation->vault);

	if (r == 0)
		rotation_begin(rotation);
	return r;
}

struct rotation_view
rotation_view(const struct rotation *rotation)
{
	struct rotation_view view = {
	    .state = vault_state(rotation->vault),
	    .credential = vault_by_credential(rotation->vault),
	    .running = loop_timer_active(rotation->turn),
	    .fault = rotation->fault,
	    .resealed = rotation->walk.resealed,
	    .lost = rotation->walk.lost,
	};

	(void)text_cut(
	    view.key, sizeof(view.key), vault_key_id(rotation->vault));
	return view;
}
