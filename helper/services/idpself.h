/*
 * idpself.h - what is configured for one provider, kept.
 */
#pragma once

#include "common/attrs.h"
#include "common/name.h"
#include "rules/provider.h"
#include "services/idp.h"

struct idpself {
	char *name;
	char *title;
	char *client_id;
	char *client_secret;   /* NULL: a public client */
	char *redirect_uri;    /* NULL: the device grant */
	struct provider rules; /* borrows from what follows */
	char *issuer;
	char *tenant;
	char *identity_claim;
	char (*domains)[NAME_MAIL_MAX + 1];
};

/* INVALID_ARGUMENT: no issuer, or no tenant where one is needed. */
MUST_CHECK int idpself_new(
    const struct idp_options *options, struct idpself **ret_self);
void idpself_free(struct idpself *self);
DEFINE_CLEANUP(struct idpself, idpself, idpself_free)
