/*
 * factorset.c - local factors, as configured.
 *
 * Owns what is said where they are switched off.  Whether a sign-in asks for
 * them is not its business.
 */
#include "factorset.h"

#include <stddef.h>
#include <string.h>

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
