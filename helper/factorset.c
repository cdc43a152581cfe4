/*
 * factorset.c - local factors, as configured.
 *
 * Owns what is said where they are switched off, and who is asked for a code.
 * How a sign-in asks is not its business.
 */
#include "factorset.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/name.h"
#include "common/text.h"

static int
wrong(struct conf_problem *problem, const char *sentence)
{
	(void)snprintf(problem->text, sizeof(problem->text), "%s", sentence);
	return ERR_CONFIG_INVALID;
}

int
factorset_check(const struct settings *settings, struct conf_problem *problem)
{
	const struct settings *s = settings;

	for (size_t i = 0; i < s->pin_services.count; i++) {
		if (strlen(s->pin_services.items[i]) >= PROTO_SERVICE_SIZE)
			return wrong(
			    problem, "[login] pin_services: not a PAM service");
	}
	for (size_t i = 0; i < s->totp_roles.count; i++) {
		if (!name_role_valid(s->totp_roles.items[i]))
			return wrong(
			    problem, "[totp] required_roles: not a role id");
	}
	return ERR_OK;
}

static enum second_mode
mode_of(const char *word)
{
	if (strcmp(word, "required") == 0)
		return SECOND_REQUIRED;
	return strcmp(word, "optional") == 0 ? SECOND_OPTIONAL : SECOND_OFF;
}

struct second_policy
factorset_policy(const struct settings *settings)
{
	struct second_policy policy = {.mode = mode_of(settings->totp_mode),
	    .required_role_count = settings->totp_roles.count};

	/* What is too long was refused. */
	for (size_t i = 0; i < settings->totp_roles.count; i++)
		(void)text_cut(policy.required_roles[i],
		    sizeof(policy.required_roles[i]),
		    settings->totp_roles.items[i]);
	return policy;
}

const char *
factorset_totp_issuer(const struct settings *settings)
{
	return settings->totp_issuer[0] != '\0' ? settings->totp_issuer
						: settings->organization_name;
}

const char *
factorset_totp_closed(const struct settings *settings)
{
	return strcmp(settings->totp_mode, "off") == 0
	    ? "This host asks for no authenticator codes."
	    : NULL;
}

const char *
factorset_pin_closed(const struct settings *settings)
{
	return settings->pin_services.count == 0
	    ? "No program of this host asks for a PIN."
	    : NULL;
}
