/*
 * factorset.h - what the settings say of authenticators and PINs.
 *
 * All that is returned is borrowed from the settings, or static.
 */
#pragma once

#include "settings.h"

/* Shown in authenticators. */
const char *factorset_totp_issuer(const struct settings *settings);
/* Why nobody enrols an authenticator, or sets a PIN, on this host: a line for
 * the member; NULL: they may. */
const char *factorset_totp_closed(const struct settings *settings);
const char *factorset_pin_closed(const struct settings *settings);
