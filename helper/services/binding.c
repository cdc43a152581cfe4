/*
 * binding.c - ties a verified identity to a member.
 *
 * The stored pair (issuer, subject) decides; mail decides once, when nothing
 * is stored, and only if the provider verified it, its domain is allowed, and
 * exactly one member has it.  No other claim ever stands in for a missing one.
 */
#include "services/binding.h"

#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "rules/members.h"

static bool
domain_allowed(
    const char *mail, const char (*domains)[NAME_MAIL_MAX + 1], size_t count)
{
	const char *at = strrchr(mail, '@');

	for (size_t i = 0; at != NULL && i < count; i++) {
		if (strcasecmp(at + 1, domains[i]) == 0)
			return true;
	}
	return false;
}

static int
check_mail(
    struct directory *directory, const struct member *member, const char *mail)
{
	struct member owner;

	if (members_get_mail(directory_members(directory), mail, &owner) != 1)
		return ERR_IDENTITY_UNBOUND;
	return strcmp(owner.id, member->id) == 0 ? ERR_OK : ERR_WRONG_PERSON;
}

static bool
present(const char *claim)
{
	return claim != NULL && claim[0] != '\0';
}

int
binding_check(struct directory *directory, const struct member *member,
    const struct claims *claims, const char (*domains)[NAME_MAIL_MAX + 1],
    size_t domain_count, bool *ret_first)
{
	const char *issuer = NULL;
	const char *subject = NULL;
	int r = ERR_OK;

	if (!present(claims->iss) || !present(claims->sub) ||
	    !present(claims->email) || !name_mail_valid(claims->email))
		return ERR_TOKEN_CLAIM;
	if (!claims->email_verified)
		return ERR_MAIL_UNVERIFIED;
	if (!domain_allowed(claims->email, domains, domain_count))
		return ERR_DOMAIN_NOT_ALLOWED;
	if (directory_identity(directory, member, &issuer, &subject)) {
		if (strcmp(issuer, claims->iss) != 0 ||
		    strcmp(subject, claims->sub) != 0)
			return ERR_WRONG_PERSON;
		*ret_first = false;
		return ERR_OK;
	}
	r = check_mail(directory, member, claims->email);
	if (r != 0)
		return r;
	*ret_first = true;
	return ERR_OK;
}
