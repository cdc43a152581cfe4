/*
 * profilefile.c - from a file's bytes to a profile that may be executed.
 *
 * Joins base/conf, which knows lines, with rules/profile, which knows meaning.
 * Goes on after a problem, so that who writes a profile sees all of them.
 */
#include "services/profilefile.h"

#include <string.h>

#include "base/conf.h"
#include "base/files.h"
#include "common/buf.h"
#include "common/err.h"
#include "rules/profilecheck.h"

#define PROBLEMS_MAX 64

struct reading {
	const struct conf *conf;
	const char *path;
	profilefile_fn *tell;
	void *arg;
	size_t problems;
};

static void
tell(struct reading *reading, const struct conf_problem *problem)
{
	reading->problems++;
	reading->tell(reading->arg, problem->text);
}

/* Every entry that the profile does not take. */
static int
take_entries(struct reading *reading, struct profile *profile)
{
	for (size_t i = 0; i < conf_count(reading->conf); i++) {
		const struct conf_entry *entry = conf_entry(reading->conf, i);
		struct conf_problem problem = {0};
		const char *why = NULL;
		int r = profile_set(profile, entry->section, entry->word,
		    entry->key, entry->value, &why);

		if (r == ERR_CONFIG_INVALID) {
			conf_problem_set(&problem, entry, "%s", why);
			tell(reading, &problem);
		} else if (r != 0) {
			return r;
		}
	}
	return ERR_OK;
}

/* The line where a section begins; the first one where there is none. */
static struct conf_entry
line_of(const struct reading *reading, const char *section, const char *word)
{
	struct conf_entry first = {.file = reading->path, .line = 1};

	for (size_t i = 0; i < conf_count(reading->conf); i++) {
		const struct conf_entry *entry = conf_entry(reading->conf, i);

		if (entry->key[0] == '\0' &&
		    strcmp(entry->section, section) == 0 &&
		    strcmp(entry->word, word) == 0)
			return *entry;
	}
	return first;
}

static void
check_whole(struct reading *reading, const struct profile *profile)
{
	struct profilecheck_problem problems[PROBLEMS_MAX];
	size_t count = profilecheck_problems(profile, problems, PROBLEMS_MAX);

	for (size_t i = 0; i < count && i < PROBLEMS_MAX; i++) {
		const struct profilecheck_problem *p = &problems[i];
		struct conf_entry entry = line_of(reading, p->section, p->word);
		struct conf_problem problem = {0};

		conf_problem_set(&problem, &entry, "%s", p->why);
		tell(reading, &problem);
	}
}

static int
parse(const char *path, struct conf *conf, struct conf_problem *problem)
{
	struct buf text BUF_AUTO = {0};
	int r = ERR_OK;

	buf_init(&text, CONF_FILE_MAX_BYTES);
	r = files_read(path, FILES_PUBLIC, CONF_FILE_MAX_BYTES, &text);
	return r != 0 ? r
		      : conf_parse(conf, path, (const char *)text.bytes,
			    text.len, problem);
}

int
profilefile_read(const char *path, profilefile_fn *fn, void *arg,
    struct profile **ret_profile)
{
	struct profile *profile CLEANUP(profile_cleanup) = NULL;
	struct conf *conf CONF_AUTO = NULL;
	struct conf_problem problem = {0};
	struct reading reading = {.path = path, .tell = fn, .arg = arg};
	int r = conf_new(&conf);

	if (r == 0)
		r = profile_new(&profile);
	if (r == 0)
		r = parse(path, conf, &problem);
	if (r == ERR_CONFIG_INVALID)
		tell(&reading, &problem);
	if (r != 0)
		return r;
	reading.conf = conf;
	r = take_entries(&reading, profile);
	if (r == 0 && reading.problems == 0)
		check_whole(&reading, profile);
	if (r == 0 && reading.problems > 0)
		r = ERR_CONFIG_INVALID;
	if (r == 0)
		*ret_profile = TAKE(profile);
	return r;
}
