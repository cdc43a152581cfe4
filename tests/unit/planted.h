/*
 * planted.h - a host that is a folder: files planted below it, owned by whoever
 * runs the test, who stands for root and for the daemon alike.
 */
#pragma once

#include <sys/stat.h>

#include "cli/findings.h"
#include "cli/hostfile.h"

struct planted {
	struct hostfile_host host;
	struct findings findings;
};

int planted_setup(void **state);
int planted_teardown(void **state);
#define PLANTED_TEST(name) \
	cmocka_unit_test_setup_teardown(name, planted_setup, planted_teardown)

/* Writes a file, or makes a folder, with the folders above it. */
void planted_file(
    struct planted *planted, const char *path, const char *text, mode_t mode);
void planted_folder(struct planted *planted, const char *path, mode_t mode);
void planted_remove(struct planted *planted, const char *path);
void planted_mode(struct planted *planted, const char *path, mode_t mode);

/* Forgets what was found. */
void planted_again(struct planted *planted);
/* So many findings of a severity, or the test shows all of them. */
void planted_expect_count(
    struct planted *planted, enum finding_severity severity, size_t count);
/* One of a severity that holds the text, or likewise. */
void planted_expect(
    struct planted *planted, enum finding_severity severity, const char *text);
