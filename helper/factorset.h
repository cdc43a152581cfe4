/*
 * factorset.h - what the settings say of authenticators and PINs.
 *
 * All that is returned is borrowed from the settings, or static.
 */
#pragma once

#include "common/attrs.h"
#include "services/second.h"
#include "settings.h"

/* What would never match is told, not kept. CONFIG_INVALID with the problem. */
MUST_CHECK int factorset_check(
    const struct settings *settings, struct conf_problem *problem);
/* Who is asked for a code. */
struct second_policy factorset_policy(const struct settings *settings);
/* Shown in authenticators. */
const char *factorset_totp_issuer(const struct settings *settings);
/* Why nobody enrols an authenticator, or sets a PIN, on this host: a line for
 * the member; NULL: they may. */
const char *factorset_totp_closed(const struct settings *settings);
const char *factorset_pin_closed(const struct settings *settings);
