/*
 * purses.c - purses to sealed bytes and back.
 *
 * Promises that no purse which was saved is lost while the daemon lives, and
 * that one which is not on the disk is given to nobody.  Must not know what is
 * in a purse.
 */
#include "services/purses.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "common/err.h"
#include "common/name.h"
#include "common/text.h"

/* What could not be sealed. */
struct unsaved {
	struct unsaved *next;
	char member[NAME_ID_MAX + 1];
	struct purse purse;
};

struct purses {
	struct vault *vault;
	const char *kind;
	struct unsaved *unsaved;
};

int
purses_new(struct vault *vault, const char *kind, struct purses **ret_purses)
{
	struct purses *purses = calloc(1, sizeof(*purses));

	if (purses == NULL)
		return ERR_NO_MEMORY;
	purses->vault = vault;
	purses->kind = kind;
	*ret_purses = purses;
	return ERR_OK;
}

static void
unsaved_free(struct unsaved *u)
{
	if (u == NULL)
		return;
	purse_done(&u->purse);
	free(u);
}

void
purses_free(struct purses *purses)
{
	if (purses == NULL)
		return;
	while (purses->unsaved != NULL) {
		struct unsaved *u = purses->unsaved;

		purses->unsaved = u->next;
		unsaved_free(u);
	}
	free(purses);
}

static struct unsaved *
unlink_unsaved(struct purses *purses, const char *member)
{
	for (struct unsaved **link = &purses->unsaved; *link != NULL;
	     link = &(*link)->next) {
		struct unsaved *u = *link;

		if (strcmp(u->member, member) == 0) {
			*link = u->next;
			return u;
		}
	}
	return NULL;
}

int
purses_seal(
    struct purses *purses, const char *member, const struct purse *purse)
{
	struct buf bytes BUF_AUTO = {0};
	int r = ERR_OK;

	buf_init(&bytes, PURSE_MAX_BYTES);
	r = purse_format(purse, &bytes);
	return r == 0 ? vault_put(purses->vault, member, purses->kind,
			    bytes.bytes, bytes.len)
		      : r;
}

static void
keep_unsaved(struct purses *purses, const char *member, struct purse *purse)
{
	struct unsaved *u = calloc(1, sizeof(*u));

	if (u == NULL || !text_copy(u->member, sizeof(u->member), member)) {
		free(u);
		return;
	}
	u->purse = *purse;
	*purse = (struct purse){0};
	u->next = purses->unsaved;
	purses->unsaved = u;
}

int
purses_save(struct purses *purses, const char *member, struct purse *purse)
{
	int r = purses_seal(purses, member, purse);

	unsaved_free(unlink_unsaved(purses, member));
	if (r == 0 || r == ERR_VAULT_KEY)
		return r;
	log_error("what a sign-in brought is not sealed",
	    LOG_TEXT("reason", err_name(r)), LOG_TEXT("member", member));
	keep_unsaved(purses, member, purse);
	return r;
}

int
purses_load(struct purses *purses, const char *member, struct purse *ret_purse)
{
	struct buf bytes BUF_AUTO = {0};
	struct unsaved *u = unlink_unsaved(purses, member);
	int r = ERR_OK;

	if (u != NULL) {
		r = purses_save(purses, member, &u->purse);
		unsaved_free(u);
	}
	buf_init(&bytes, PURSE_MAX_BYTES);
	if (r == 0)
		r = vault_read(purses->vault, member, purses->kind, &bytes);
	if (r == 0)
		r = purse_parse(bytes.bytes, bytes.len, ret_purse);
	return r == ERR_MALFORMED ? ERR_NO_TOKEN : r;
}

int
purses_forget(struct purses *purses, const char *member)
{
	unsaved_free(unlink_unsaved(purses, member));
	return vault_forget_kind(purses->vault, member, purses->kind);
}
