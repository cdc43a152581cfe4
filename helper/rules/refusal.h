/*
 * refusal.h - what a provider's error answer means.
 *
 * One table of error words and one of Entra's codes; what is in neither stops
 * the sign-in.  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "rules/grant.h"

#define REFUSAL_CODES_MAX 8

struct refusal {
	enum grant_event event;
	int reason;         /* 0 with GRANT_PENDING and GRANT_SLOW_DOWN */
	const char *remedy; /* for the administrator's log; NULL: none */
};

/*
 * status: of HTTP, which decides only where no word is known.  word: the error
 * member, NULL when there is none.  codes: Entra's error_codes, in order.
 */
struct refusal refusal_meaning(
    int status, const char *word, const int64_t *codes, size_t count);

/*
 * The reason that the same meaning has for who asked with a refresh token:
 * NO_TOKEN where the provider takes it no more, PROVIDER_POLICY where it wants
 * to see the person first, PROVIDER_UNREACHABLE where it does not answer for
 * now; ACCOUNT_DISABLED and the others as they are.
 */
int refusal_of_renewal(const struct refusal *refusal);
