/*
 * username.h - which user name a member asks for, and which names nobody gets.
 * Pure; what is free on this host is asked elsewhere (services/ids).
 */
#pragma once

#include <stdbool.h>

#include "common/attrs.h"
#include "common/name.h"
#include "rules/members.h"

/* [accounts] username */
enum username_rule {
	USERNAME_LOCAL_PART, /* of the mail address */
	USERNAME_EMAIL,      /* the whole mail address */
	USERNAME_PREFERRED,  /* what the source or the provider says */
};

/*
 * In lower case.  One spelling for all forms of one name: what
 * name_user_valid() refuses is no name, nothing is cut off or replaced.
 * ERR_NAME_INVALID.
 */
MUST_CHECK int username_of(enum username_rule rule, const struct member *member,
    char out[NAME_USER_MAX + 1]);

/*
 * Names that mean power where they exist, in sudoers(5), polkit(8), udev(7) or
 * the modes of devices, and those of system accounts.  Neither a member nor a
 * group of the organisation gets one, also where the host lacks it: it may be
 * installed tomorrow, and a member's private group has her name.
 */
bool username_privileged(const char *name);
