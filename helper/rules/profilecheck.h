/*
 * profilecheck.h - is a profile whole: is all there that is named, and can
 * each operation have what it uses?  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"
#include "rules/profile.h"

/* What is wrong, and in which section; all borrowed. */
struct profilecheck_problem {
	const char *section;
	const char *word;
	const char *why;
};
/* How many there are; ret_problems takes the first max of them. */
size_t profilecheck_problems(const struct profile *profile,
    struct profilecheck_problem *ret_problems, size_t max);
/* In short: CONFIG_INVALID with the first one's sentence. */
MUST_CHECK int profilecheck(
    const struct profile *profile, const char **ret_why);

/* Whether any template of the profile names the variable. */
bool profilecheck_uses(const struct profile *profile, const char *variable);
