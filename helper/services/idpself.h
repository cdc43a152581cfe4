/*
 * idpself.h - what is configured for one provider, kept.
 */
#pragma once

#include "common/attrs.h"
#include "common/name.h"
#include "rules/provider.h"
#include "services/idp.h"
#include "services/idpdoc.h"

struct idpself {
	char *name;
	char *title;
	char *client_id;
	char *client_secret;   /* NULL: a public client */
	char *redirect_uri;    /* NULL: the device grant */
	bool keeps;            /* refresh tokens are wanted */
	bool plain;            /* the client may not ask for them */
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
/* The scope that a sign-in asks for, and whether a refresh token is in it. */
const char *idpself_scope(const struct idpself *self, const struct idpdoc *doc);
bool idpself_asks_offline(const struct idpself *self, const struct idpdoc *doc);
DEFINE_CLEANUP(struct idpself, idpself, idpself_free)
