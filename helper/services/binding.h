/*
 * binding.h - is the person whom the provider proved the member whom PAM
 * named?  (DESIGN: identity.)  No I/O but the directory's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/claims.h"
#include "services/directory.h"

/*
 * 0: this is the member.  *ret_first is true when nothing was stored yet and
 * the verified mail alone says so: to be stored with directory_bind() once
 * everything else agreed.  domains: the allowed mail domains; none allows
 * nobody.
 * WRONG_PERSON, MAIL_UNVERIFIED, DOMAIN_NOT_ALLOWED, IDENTITY_UNBOUND,
 * TOKEN_CLAIM.
 */
MUST_CHECK int binding_check(struct directory *directory,
    const struct member *member, const struct claims *claims,
    const char (*domains)[NAME_MAIL_MAX + 1], size_t domain_count,
    bool *ret_first);
