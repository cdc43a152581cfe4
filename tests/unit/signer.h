/*
 * signer.h - issuers for the tests: a fresh Ed25519 key, its key set, and
 * tokens signed with it; and tokens under a shared secret.
 */
#pragma once

#include "common/buf.h"

struct signer;

/* Keys called kid. Any trouble fails the test. */
struct signer *signer_new(const char *kid);
void signer_free(struct signer *signer);
/* The issuer's key set as JSON, put behind what out holds. */
void signer_put_keys(const struct signer *signer, struct buf *out);
/* A token of these claims (JSON text), likewise. */
void signer_put_token(
    const struct signer *signer, const char *claims, struct buf *out);
/* The same, HS256. */
void signer_put_mac_token(
    const char *secret, const char *claims, struct buf *out);
