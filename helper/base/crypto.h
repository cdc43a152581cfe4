/*
 * crypto.h - hashing, randomness and base64url over OpenSSL.  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attrs.h"
#include "common/buf.h"

#define CRYPTO_SHA256_BYTES 32

MUST_CHECK int crypto_random(void *out, size_t len);
MUST_CHECK int crypto_sha256(
    const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_BYTES]);
/* Strict base64url without padding (RFC 7515 2): what does not encode back to
 * the same text is ERR_MALFORMED. Appends to out. */
MUST_CHECK int crypto_base64url_decode(
    const char *text, size_t len, struct buf *out);
