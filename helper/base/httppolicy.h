/*
 * httppolicy.h - the limits of every transfer, apart from its course in http.h.
 */
#pragma once

#include <stdbool.h>

#include "base/http.h"
#include "common/attrs.h"

/* Sets method, URL and all limits on a fresh libcurl easy handle. False: out of
 * memory, or this libcurl lacks an option; then it must not be used. */
MUST_CHECK bool httppolicy_apply(void *easy, const struct http_request *request,
    const struct http_options *options);
