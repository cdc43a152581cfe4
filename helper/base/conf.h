/*
 * conf.h - a strict, bounded INI reader: bytes to entries, each with its file
 * and line.
 *
 * Grammar: lines of at most 4096 bytes without control bytes other than tab;
 * "[section]" or "[section word]"; "key = value"; blank; comments start with
 * '#' or ';' at the line's start, or with " ;" or " #" behind a section or
 * value.  Sections and keys are a letter and [A-Za-z0-9_.-]*; a word is
 * without blanks and brackets.  A value in double quotes keeps blanks, ';' and
 * '#' and holds no quote.  No line begins with a blank, so there are no
 * continuation lines.  Anything else is an error that names file and line.  A
 * key twice in one section of one file, or a section twice in one file, is an
 * error; a later file replaces single values.  Meaning (which sections, which
 * keys) is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"

#define CONF_LINE_MAX 4096
#define CONF_FILE_MAX_BYTES ((size_t)256 * 1024)
#define CONF_ENTRIES_MAX 4096

struct conf;

struct conf_entry {
	const char *section; /* "role" */
	const char *word;    /* "OrganizationAdmin", "" when none */
	const char *key;     /* "" for the section's own line */
	const char *value;
	const char *file;
	unsigned int line;
};

/* A sentence for the administrator: "FILE:LINE: what is wrong". */
struct conf_problem {
	char text[512];
};
void conf_problem_set(struct conf_problem *problem,
    const struct conf_entry *entry, const char *format, ...) PRINTF_LIKE(3, 4);

MUST_CHECK int conf_new(struct conf **ret_conf);
void conf_free(struct conf *conf);
DEFINE_CLEANUP(struct conf, conf, conf_free)
#define CONF_AUTO CLEANUP(conf_cleanup)

/* Adds one file's text. ERR_CONFIG_INVALID with the problem told; after a fault
 * the conf is good for conf_free() only. */
MUST_CHECK int conf_parse(struct conf *conf, const char *file_name,
    const char *text, size_t len, struct conf_problem *problem);

size_t conf_count(const struct conf *conf);
/* Entries in order; one that a later file replaces keeps its place and gets the
 * later value, file and line. Borrowed; NULL behind the last. */
const struct conf_entry *conf_entry(const struct conf *conf, size_t index);

/* Typed values: "90s", "15m", "12h", "7d" or "0"; "20%"; yes, no, true, false,
 * on, off; decimal. False when the text is not of the form. */
MUST_CHECK bool conf_duration(const char *value, int64_t *ret_s);
MUST_CHECK bool conf_percent(const char *value, unsigned int *ret_percent);
MUST_CHECK bool conf_flag(const char *value, bool *ret_flag);
MUST_CHECK bool conf_u32(const char *value, uint32_t *ret_number);
/*
 * The next part of a comma list, trimmed, into out; false at the end.  *cursor
 * begins as the value, *bad as false.  An empty or too long part ends the list
 * and sets *bad; a blank value is an empty list.
 */
MUST_CHECK bool conf_list_next(
    const char **cursor, char *out, size_t out_size, bool *bad);
