/*
 * planted.c - makes and removes the folder that stands for a host.
 */
#include "tests/unit/planted.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = "/tmp/planted-XXXXXX";

static void
full_path(const struct planted *planted, const char *path, char *out)
{
	assert_true(hostfile_path(&planted->host, path, out));
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

int
planted_setup(void **state)
{
	static struct planted planted;

	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(root));
	planted.host = (struct hostfile_host){.root = root,
	    .root_uid = getuid(),
	    .daemon_uid = getuid(),
	    .sees_all = true};
	assert_int_equal(findings_init(&planted.findings), 0);
	*state = &planted;
	return 0;
}

int
planted_teardown(void **state)
{
	struct planted *planted = *state;

	findings_done(&planted->findings);
	return nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* The folders above a path. */
static void
make_above(char *path)
{
	for (char *p = path + strlen(root) + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0755) != 0)
			assert_int_equal(errno, EEXIST);
		*p = '/';
	}
}

void
planted_file(
    struct planted *planted, const char *path, const char *text, mode_t mode)
{
	char full[HOSTFILE_PATH_SIZE];
	FILE *file = NULL;

	full_path(planted, path, full);
	make_above(full);
	/* A fresh one: cutting an old one waits for the disk. */
	(void)remove(full);
	file = fopen(full, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(full, mode), 0);
}

void
planted_folder(struct planted *planted, const char *path, mode_t mode)
{
	char full[HOSTFILE_PATH_SIZE];

	full_path(planted, path, full);
	make_above(full);
	if (mkdir(full, 0755) != 0)
		assert_int_equal(errno, EEXIST);
	assert_int_equal(chmod(full, mode), 0);
}

void
planted_remove(struct planted *planted, const char *path)
{
	char full[HOSTFILE_PATH_SIZE];

	full_path(planted, path, full);
	assert_int_equal(remove(full), 0);
}

void
planted_mode(struct planted *planted, const char *path, mode_t mode)
{
	char full[HOSTFILE_PATH_SIZE];

	full_path(planted, path, full);
	assert_int_equal(chmod(full, mode), 0);
}

void
planted_again(struct planted *planted)
{
	findings_done(&planted->findings);
	assert_int_equal(findings_init(&planted->findings), 0);
}

static void
show_all(const struct planted *planted)
{
	for (size_t i = 0; i < planted->findings.count; i++) {
		const struct finding *f = &planted->findings.rows[i];

		print_message("%s %s: %s\n", findings_word(f->severity),
		    f->name, f->text);
	}
}

void
planted_expect_count(
    struct planted *planted, enum finding_severity severity, size_t count)
{
	if (planted->findings.counts[severity] == count)
		return;
	show_all(planted);
	fail_msg("%zu findings are %s instead of %zu",
	    planted->findings.counts[severity], findings_word(severity), count);
}

void
planted_expect(
    struct planted *planted, enum finding_severity severity, const char *text)
{
	for (size_t i = 0; i < planted->findings.count; i++) {
		const struct finding *f = &planted->findings.rows[i];

		if (f->severity != severity || strstr(f->text, text) == NULL)
			continue;
		if (severity == FINDING_WARNING || severity == FINDING_FATAL)
			assert_string_not_equal(f->remedy, "");
		return;
	}
	show_all(planted);
	fail_msg("nothing is %s with \"%s\"", findings_word(severity), text);
}
