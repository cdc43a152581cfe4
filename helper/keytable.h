/*
 * keytable.h - every section and key of orglogin.conf(5) in one table.
 */
#pragma once

#include "common/attrs.h"
#include "settings.h"

/* The defaults. */
void keytable_defaults(struct settings *settings);
/* Takes one entry in. CONFIG_INVALID with the problem told. */
MUST_CHECK int keytable_set(struct settings *settings,
    const struct conf_entry *entry, struct conf_problem *problem);
