/*
 * fuzz-profile.c - any file gives a profile that can be executed, or one
 * sentence why not.
 */
#include "rules/profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "common/err.h"
#include "rules/profilecheck.h"
#include "rules/template.h"
#include "services/fill.h"
#include "tests/fuzz/fuzz.h"

#define PROFILE_AUTO CLEANUP(profile_cleanup)

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* Every template ends, and is filled or refused. */
static void
check_template(const char *template, enum profile_place place)
{
	struct buf out BUF_AUTO = {.limit = 4096};
	struct template_piece piece = {0};
	const char *cursor = template;
	struct fill fill = {0};
	size_t len = 0;
	int r = 0;

	while (template_next(&cursor, &piece)) {
		require(piece.len > 0);
		len += piece.len + (piece.is_placeholder ? 2 : 0);
	}
	require(len == strlen(template));
	require(fill_set(&fill, "url", "https://x\"\n") == 0);
	r = fill_template(&out, template, place, &fill);
	require(r == 0 || r == ERR_INVALID_ARGUMENT || r == ERR_NO_SPACE ||
	    r == ERR_TOO_LARGE || r == ERR_NO_MEMORY);
}

static void
check_request(const struct profile_request *request)
{
	require(request->header_count <= PROFILE_HEADERS_MAX);
	require(request->takes.count <= PROFILE_TAKES_MAX);
	check_template(request->path, PROFILE_IN_PATH);
	check_template(request->body, request->body_place);
	for (size_t i = 0; i < request->header_count; i++)
		check_template(request->headers[i], PROFILE_IN_HEADER);
	for (size_t i = 0; i < request->takes.count; i++)
		require(request->takes.items[i].pointer[0] == '/');
}

static void
check_whole(const struct profile *profile)
{
	for (size_t i = 0; i < PROFILE_OP_COUNT; i++)
		for (size_t j = 0; j < profile->ops[i].count; j++)
			require(profile_find(profile,
				    profile->ops[i].requests[j]) != NULL);
	for (size_t i = 0; i < profile->request_count; i++)
		check_request(&profile->requests[i]);
	for (size_t i = 0; i < profile->outcome_count; i++)
		require(profile->outcomes[i].reason < 0);
	require(profile->members.page_size > 0 || profile->ops[0].count > 0);
}

static int
take_entries(struct profile *profile, const struct conf *conf)
{
	const char *why = NULL;

	for (size_t i = 0; i < conf_count(conf); i++) {
		const struct conf_entry *entry = conf_entry(conf, i);
		int r = profile_set(profile, entry->section, entry->word,
		    entry->key, entry->value, &why);

		require((r == ERR_CONFIG_INVALID) == (why != NULL));
		if (r != 0)
			return r;
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CONF_AUTO struct conf *conf = NULL;
	PROFILE_AUTO struct profile *profile = NULL;
	struct conf_problem problem;
	const char *why = NULL;

	if (conf_new(&conf) != 0 || profile_new(&profile) != 0 ||
	    conf_parse(conf, "fuzz", (const char *)bytes, len, &problem) != 0 ||
	    take_entries(profile, conf) != 0)
		return 0;
	if (profilecheck(profile, &why) == 0)
		check_whole(profile);
	else
		require(why != NULL);
	return 0;
}
