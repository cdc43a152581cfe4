/*
 * idpform.h - the form bodies and query strings that a provider is sent.  Pure.
 */
#pragma once

#include "common/buf.h"

/* Appends "name=value", percent-encoded (WHATWG URL 5.2); an ampersand before
 * it unless it is the first. */
void idpform_put(struct buf *form, const char *name, const char *value);
