/*
 * ways.c - which ways are open to a member.
 *
 * Who is known by an identity of one provider can prove nothing at another, so
 * only that one is offered.  Promises never to offer a password where the
 * policy or the profile has none.
 */
#include "services/ways.h"

#include <string.h>

static void
add(struct ways *ways, struct idp *idp, const char *name, const char *title)
{
	if (ways->count >= QUESTIONS_CHOICES_MAX)
		return;
	ways->idps[ways->count] = idp;
	ways->names[ways->count] = name;
	ways->titles[ways->count] = title;
	ways->count++;
}

static void
add_idp(struct ways *ways, struct idp *idp)
{
	add(ways, idp, idp_name(idp), idp_title(idp));
}

/* The provider by whose identity the member is known; NULL: none of ours. */
static struct idp *
known_at(const struct ways_options *options, const struct member *member)
{
	const char *issuer = NULL;
	const char *subject = NULL;

	if (!directory_identity(options->directory, member, &issuer, &subject))
		return NULL;
	for (size_t i = 0; i < options->idp_count; i++) {
		if (strcmp(idp_issuer(options->idps[i]), issuer) == 0)
			return options->idps[i];
	}
	return NULL;
}

void
ways_of(const struct ways_options *options, const struct member *member,
    struct ways *ret_ways)
{
	struct idp *own = known_at(options, member);

	*ret_ways = (struct ways){.count = 0};
	if (own != NULL)
		add_idp(ret_ways, own);
	for (size_t i = 0; own == NULL && i < options->idp_count; i++)
		add_idp(ret_ways, options->idps[i]);
	if (options->idsvc != NULL &&
	    idsvc_can(options->idsvc, PROFILE_PASSWORD_LOGIN))
		add(ret_ways, NULL, WAYS_PASSWORD_NAME, WAYS_PASSWORD_TITLE);
}
