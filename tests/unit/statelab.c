/*
 * statelab.c - see statelab.h.
 */
#include "tests/unit/statelab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"

static const char key[] =
    "0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0\n";

void
statelab_begin(struct statelab *lab)
{
	*lab = (struct statelab){
	    .folder = "/dev/shm/statelab.XXXXXX", .boot_id = STATELAB_BOOT};
	assert_non_null(mkdtemp(lab->folder));
	(void)snprintf(lab->path, sizeof(lab->path), "%s/state", lab->folder);
	(void)snprintf(lab->key, sizeof(lab->key), "%s/key", lab->folder);
	assert_int_equal(files_replace(lab->key, key, strlen(key), 0400), 0);
	clock_fake_init(&lab->clock, STATELAB_NOW, 5000);
	statelab_start(lab);
}

void
statelab_end(struct statelab *lab)
{
	statelab_stop(lab);
	assert_int_equal(unlink(lab->path), 0);
	assert_int_equal(unlink(lab->key), 0);
	assert_int_equal(rmdir(lab->folder), 0);
}

void
statelab_start(struct statelab *lab)
{
	const struct vaultkeys_options options = {.path = lab->key};

	assert_int_equal(db_open(lab->path, &lab->db), 0);
	assert_int_equal(vault_new(lab->db, &options, &lab->vault), 0);
	assert_int_equal(attempts_new(lab->db, &lab->clock.clock, lab->boot_id,
			     &lab->attempts),
	    0);
}

void
statelab_stop(struct statelab *lab)
{
	attempts_free(TAKE(lab->attempts));
	vault_free(TAKE(lab->vault));
	db_close(TAKE(lab->db));
}

void
statelab_run(struct statelab *lab, const char *sql)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(lab->db, sql, &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
}
