/*
 * profiles.c - profiles for the tests.
 */
#include "tests/unit/profiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/profilecheck.h"

static void
take_line(struct profile *profile, const char *line)
{
	char part[4][256] = {{0}};
	const char *why = NULL;

	for (size_t i = 0; i < 4; i++) {
		size_t len = i < 3 ? strcspn(line, "|") : strlen(line);

		assert_true(len < sizeof(part[i]));
		memcpy(part[i], line, len);
		line += len + (i < 3);
	}
	if (profile_set(profile, part[0], part[1], part[2], part[3], &why) != 0)
		fail_msg("%s: %s", part[2], why);
}

void
profiles_add(struct profile *profile, const char *const *lines)
{
	for (; *lines != NULL; lines++)
		take_line(profile, *lines);
}

struct profile *
profiles_make(const char *const *lines)
{
	struct profile *profile = NULL;

	assert_int_equal(profile_new(&profile), 0);
	profiles_add(profile, lines);
	return profile;
}

struct profile *
profiles_sample(void)
{
	static const char *const lines[] = {
	    "operation|signin||",
	    "operation|signin|steps|exchange, token",
	    "request|exchange||",
	    "request|exchange|method|POST",
	    "request|exchange|path|/exchange",
	    "request|exchange|body|{\"t\":\"{id_token}\"}",
	    "request|exchange|take.session|session=/token",
	    "request|token||",
	    "request|token|method|GET",
	    "request|token|path|/token",
	    "request|token|header.a|Authorization: Bearer {session}",
	    "request|token|take.jwt|jwt=/token",
	    "operation|members||",
	    "operation|members|steps|list",
	    "request|list||",
	    "request|list|method|GET",
	    "request|list|path|/m?o={organization}&l={limit}&f={offset}",
	    "request|list|header.k|x-key: {api_key}",
	    "members||items|/members",
	    "members||total|/total",
	    "members||paging|offset",
	    "members||page_size|2",
	    "members||id|/id",
	    "members||mail|/user/mail",
	    "members||name|/user/name",
	    "members||username|/login",
	    "members||state|/status",
	    "members||created|/created",
	    "members||roles|/role",
	    "members||roles_form|comma",
	    "states||absent|Active",
	    "states||active|Active",
	    "states||locked|Suspended",
	    "token||jwks|/jwks",
	    "token||issuer|{url}",
	    "token||audience|orglogin",
	    "token||subject|/sub",
	    "token||organization|/org",
	    "token||roles|/roles",
	    "token||roles_form|array",
	    "error|banned||",
	    "error|banned|status|403",
	    "error|banned|at|/code",
	    "error|banned|is|BANNED",
	    "error|banned|reason|member-suspended",
	    NULL,
	};
	struct profile *profile = profiles_make(lines);
	const char *why = NULL;

	if (profilecheck(profile, &why) != 0)
		fail_msg("%s", why);
	return profile;
}
