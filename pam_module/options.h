/*
 * options.h - the arguments of the module's line in a PAM file.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/proto.h"

struct options {
	char roles[PROTO_LIST_SIZE]; /* require_role: any of these, by '\n' */
	int64_t max_age_s;           /* max_age; -1: the daemon's */
	bool debug;
};

/*
 * require_role=ROLE[,ROLE], max_age=DURATION, debug.  ERR_INVALID_ARGUMENT for
 * anything else, with the offender (borrowed from argv) in ret_offender.
 */
MUST_CHECK int options_parse(int argc, const char **argv,
    struct options *ret_options, const char **ret_offender);
