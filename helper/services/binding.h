/*
 * binding.h - is the person whom the provider proved the member whom PAM
 * named?  (DESIGN: identity.)  No I/O but the directory's.
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "services/directory.h"
#include "services/idp.h"

/*
 * 0: this is the member.  *ret_first is true when nothing was stored yet and
 * the verified mail alone says so: to be stored with directory_bind() once
 * everything else agreed.
 * WRONG_PERSON, IDENTITY_UNBOUND, TOKEN_CLAIM; or the identity's mail_reason
 * when nothing is stored and its mail does not count.
 */
MUST_CHECK int binding_check(struct directory *directory,
    const struct member *member, const struct idp_identity *identity,
    bool *ret_first);
