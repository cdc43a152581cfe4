/*
 * eligible.c - the gate before the first question.
 *
 * Decides by what is in memory alone.  Must not know who else signs in now;
 * whether there is room is the frame's business.
 */
#include "services/eligible.h"

#include <string.h>

#include "common/err.h"

static bool
service_listed(const struct signin_options *options, const char *service)
{
	for (size_t i = 0; i < options->service_count; i++) {
		if (strcmp(options->services[i], service) == 0)
			return true;
	}
	return false;
}

/* A program that may show the questions; a member at a terminal of his own
 * asks them of himself. */
static bool
may_show(const struct signin_options *options,
    const struct proto_context *context, const struct member *member)
{
	bool own = member->uid != 0 && context->caller_uid == member->uid;

	return service_listed(options, context->service) ||
	    (own && strcmp(context->service, ELIGIBLE_OWN_SERVICE) == 0);
}

/*
 * Whether a proof that was given lately is enough: only for the very person
 * who already is that user on this host, as sudo's caller is.
 */
static bool
proof_is_enough(const struct signin_options *options,
    const struct proto_signin *request, const struct member *member)
{
	int64_t max_age_s =
	    request->max_age_s >= 0 ? request->max_age_s : options->max_age_s;
	int64_t age_ms = -1;

	if (member->uid == 0 || request->context.caller_uid != member->uid)
		return false;
	age_ms = proofs_age_ms(options->proofs, member->id);
	return age_ms >= 0 && age_ms / 1000 < max_age_s;
}

/* Who has not accepted the invitation may do so here, where the service can be
 * told, and if nothing else stands in the way. */
static int
check_pending(const struct signin_options *options,
    const struct proto_signin *request, const struct member *member)
{
	struct member accepted = *member;

	if (options->idsvc == NULL ||
	    !idsvc_can(options->idsvc, PROFILE_ACCEPT_INVITATION))
		return ERR_MEMBER_PENDING;
	accepted.state = MEMBER_ACTIVE;
	return standing_signin(options->standing, &accepted, request->roles);
}

int
eligible_check(const struct signin_options *options,
    const struct proto_signin *request, struct member *ret_member,
    bool *ret_proven)
{
	struct member member;
	int r =
	    standing_account(options->standing, request->user, request->roles);

	if (!members_get_user(
		directory_members(options->directory), request->user, &member))
		return r != 0 ? r : ERR_NOT_A_MEMBER;
	*ret_proven = r == 0 && proof_is_enough(options, request, &member);
	if (r == ERR_MEMBER_PENDING)
		r = check_pending(options, request, &member);
	else if (r != 0)
		r = standing_signin(options->standing, &member, request->roles);
	if (r == 0 && !*ret_proven &&
	    !may_show(options, &request->context, &member))
		r = ERR_SERVICE_NOT_LISTED;
	if (r == 0)
		*ret_member = member;
	return r;
}
