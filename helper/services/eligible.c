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
is_listed(const char services[][PROTO_SERVICE_SIZE], size_t count,
    const char *service)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(services[i], service) == 0)
			return true;
	}
	return false;
}

static bool
is_own(const struct proto_signin *request, const struct member *member)
{
	return member->uid != 0 && request->context.caller_uid == member->uid;
}

bool
eligible_shows(const struct signin_options *options,
    const struct proto_signin *request, const struct member *member)
{
	const char *service = request->context.service;

	return is_listed(options->services, options->service_count, service) ||
	    (is_own(request, member) &&
		strcmp(service, ELIGIBLE_OWN_SERVICE) == 0);
}

bool
eligible_takes_pin(
    const struct signin_options *options, const struct proto_signin *request)
{
	return is_listed(options->pin_services, options->pin_service_count,
	    request->context.service);
}

bool
eligible_steps_up(
    const struct proto_signin *request, const struct member *member)
{
	return is_own(request, member) &&
	    strcmp(request->context.service, ELIGIBLE_OWN_SERVICE) != 0;
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

	if (!is_own(request, member))
		return false;
	age_ms = proofs_any_age_ms(options->proofs, member->id);
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
	    !eligible_shows(options, request, &member) &&
	    !eligible_takes_pin(options, request))
		r = ERR_SERVICE_NOT_LISTED;
	if (r == 0)
		*ret_member = member;
	return r;
}
