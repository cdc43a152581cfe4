/*
 * ways.h - the ways in which one member may show who they are: the providers of
 * this host, or the one that the stored identity names, and the service's own
 * password where profile and auth_policy have it.  No I/O but the directory's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"
#include "rules/questions.h"
#include "services/directory.h"
#include "services/idp.h"
#include "services/idsvc.h"

#define WAYS_PASSWORD_NAME "password"
#define WAYS_PASSWORD_TITLE "mail and password"

struct ways_options {
	struct directory *directory; /* all borrowed */
	struct idp *const *idps;
	size_t idp_count;
	const struct idsvc *idsvc; /* NULL: profile none */
};

/* In the order of the configuration, a password last. Texts are borrowed. */
struct ways {
	struct idp *idps[QUESTIONS_CHOICES_MAX]; /* NULL: by password */
	const char *names[QUESTIONS_CHOICES_MAX];
	const char *titles[QUESTIONS_CHOICES_MAX];
	size_t count;
};

void ways_of(const struct ways_options *options, const struct member *member,
    struct ways *ret_ways);
