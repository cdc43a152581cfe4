/*
 * binding.c - ties a verified identity to a member.
 *
 * The stored pair (issuer, subject) decides; mail decides once, when nothing
 * is stored, and only if it counts at the provider and exactly one member has
 * it.  No other claim ever stands in for a missing one.
 */
#include "services/binding.h"

#include <string.h>

#include "common/err.h"
#include "rules/members.h"

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
    const struct idp_identity *identity, bool *ret_first)
{
	const char *issuer = NULL;
	const char *subject = NULL;
	int r = ERR_OK;

	if (!present(identity->issuer) || !present(identity->subject))
		return ERR_TOKEN_CLAIM;
	if (directory_identity(directory, member, &issuer, &subject)) {
		if (strcmp(issuer, identity->issuer) != 0 ||
		    strcmp(subject, identity->subject) != 0)
			return ERR_WRONG_PERSON;
		*ret_first = false;
		return ERR_OK;
	}
	if (!present(identity->mail))
		return identity->mail_reason != 0 ? identity->mail_reason
						  : ERR_TOKEN_CLAIM;
	r = check_mail(directory, member, identity->mail);
	if (r != 0)
		return r;
	*ret_first = true;
	return ERR_OK;
}
