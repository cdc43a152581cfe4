/*
 * keylab.c - see keylab.h.
 */
#include "tests/unit/keylab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

int
keylab_begin(void **state, const char *beside)
{
	struct keylab *lab = calloc(1, sizeof(*lab));

	assert_non_null(lab);
	(void)snprintf(lab->folder, sizeof(lab->folder), "/tmp/keys.XXXXXX");
	assert_non_null(mkdtemp(lab->folder));
	(void)snprintf(
	    lab->path, sizeof(lab->path), "%s/vault.key", lab->folder);
	(void)snprintf(
	    lab->beside, sizeof(lab->beside), "%s/%s", lab->folder, beside);
	*state = lab;
	return 0;
}

int
keylab_end(void **state)
{
	struct keylab *lab = *state;

	(void)unlink(lab->path);
	(void)unlink(lab->beside);
	assert_int_equal(rmdir(lab->folder), 0);
	free(lab);
	return 0;
}

void
keylab_write(const char *path, const char *text)
{
	FILE *file = NULL;

	(void)unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), S_IRUSR), 0);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}
