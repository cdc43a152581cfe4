/*
 * outcome.h - what PAM is told, by reason, phase and service.
 */
#pragma once

#include "common/attrs.h"
#include "common/client.h"

enum outcome_phase { OUTCOME_AUTH, OUTCOME_ACCOUNT };

/* The reason a reply carries: 0 only for an exact ALLOW with "ok". */
MUST_CHECK int outcome_reason(const struct client_reply *reply);

/* The PAM code; PAM_SUCCESS for reason 0 alone, never PAM_IGNORE. */
MUST_CHECK int outcome_code(
    int reason, enum outcome_phase phase, const char *service);
