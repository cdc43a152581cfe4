/*
 * tries.c - counts one answer for its address, then for its member.
 *
 * An address that has to wait costs the member no try.  Must not know what was
 * answered.
 */
#include "services/tries.h"

#include <stddef.h>

#include "common/err.h"

int
tries_factor(struct tries *tries)
{
	int r = ERR_OK;

	if (tries->source[0] == '\0')
		return ERR_OK;
	if (tries->goes_on) {
		tries->goes_on = false;
		return ERR_OK;
	}
	r = attempts_begin_soon(
	    tries->attempts, ATTEMPTS_SOURCE, tries->source, NULL);
	tries->address = tries->address || r == 0;
	return r;
}

static int
count(struct tries *tries, enum attempts_kind kind, bool *counted)
{
	int r = tries_factor(tries);

	if (r == 0)
		r = attempts_begin(tries->attempts, kind, tries->member, NULL);
	*counted = *counted || r == 0;
	return r;
}

int
tries_password(struct tries *tries)
{
	return count(tries, ATTEMPTS_PASSWORD, &tries->password);
}

int
tries_code(struct tries *tries)
{
	return count(tries, ATTEMPTS_TOTP, &tries->code);
}

void
tries_go_on(struct tries *tries)
{
	tries->goes_on = tries->address;
}

int
tries_right(struct tries *tries)
{
	int r = ERR_OK;

	if (tries->password)
		r = attempts_clear(
		    tries->attempts, ATTEMPTS_PASSWORD, tries->member);
	if (r == 0 && tries->code)
		r = attempts_clear(
		    tries->attempts, ATTEMPTS_TOTP, tries->member);
	if (r == 0 && tries->address)
		r = attempts_clear(
		    tries->attempts, ATTEMPTS_SOURCE, tries->source);
	return r;
}
