/*
 * svcstanding.h - a copy of what the identity service said of a person, for
 * whoever needs it longer than the callback that brought it.
 *
 * Owns every text in it; the tokens are secrets and are wiped.
 */
#pragma once

#include "common/attrs.h"
#include "services/idsvc.h"

/* NO_MEMORY, INVALID_ARGUMENT for a standing that is a refusal. */
MUST_CHECK int svcstanding_copy(
    const struct idsvc_standing *standing, struct idsvc_standing **ret_copy);
void svcstanding_free(struct idsvc_standing *copy);
DEFINE_CLEANUP(struct idsvc_standing, svcstanding, svcstanding_free)
