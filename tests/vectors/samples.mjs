// samples.mjs - writes the tokens of the daemon's self-check, with fresh keys:
// node samples.mjs >../../helper/base/jws-samples.h, then clang-format -i.

import crypto from 'node:crypto';

const b64 = (data) => Buffer.from(data).toString('base64url');
const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed = crypto.generateKeyPairSync('ed25519').privateKey;
const jwk = (key, kid) => ({ ...crypto.createPublicKey(key).export({ format: 'jwk' }), kid });
const pem = crypto.createPublicKey(rsa).export({ type: 'spki', format: 'pem' });
const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
const kids = { RS256: 'r', PS256: 'r', ES256: 'e', EdDSA: 'd' };
const sign = {
	RS256: (data) => crypto.sign('sha256', data, rsa),
	PS256: (data) => crypto.sign('sha256', data, { key: rsa, ...pss }),
	ES256: (data) => crypto.sign('sha256', data, { key: ec, dsaEncoding: 'ieee-p1363' }),
	EdDSA: (data) => crypto.sign(null, data, ed),
};
const mac = (data) => crypto.createHmac('sha256', pem).update(data).digest();
const body = b64('{"sub":"self-check"}');
const token = (head, signer) => {
	const input = `${b64(JSON.stringify(head))}.${body}`;
	return `${input}.${b64(signer(Buffer.from(input)))}`;
};
const samples = [];
for (const [alg, signer] of Object.entries(sign))
	samples.push([alg, '0', token({ alg, kid: kids[alg] }, signer)]);
samples.push(['HS256, keyed with the public key', 'ERR_TOKEN_ALGORITHM', token({ alg: 'HS256', kid: 'r' }, mac)]);
samples.push(['RS256, but a MAC with the public key', 'ERR_TOKEN_SIGNATURE', token({ alg: 'RS256', kid: 'r' }, mac)]);
samples.push(['none', 'ERR_TOKEN_ALGORITHM', token({ alg: 'none', kid: 'r' }, () => '')]);
samples.push(['none, signed', 'ERR_TOKEN_ALGORITHM', token({ alg: 'none', kid: 'r' }, sign.RS256)]);

const secret = 'known-to-everybody-for-the-self-check';
const secretMac = token({ alg: 'HS256' }, (data) => crypto.createHmac('sha256', secret).update(data).digest());

// C strings of at most 60 characters a line.
const literal = (text) => text.match(/.{1,60}/g).map((s) => JSON.stringify(s)).join('\n');
process.stdout.write(`/*
 * jws-samples.h - the tokens of jws_self_check(), written by
 * tests/vectors/samples.mjs; nobody kept the private keys.
 */
#pragma once

#include "common/err.h"

struct jws_sample {
	int expected;
	const char *token;
};

static const char jws_sample_keys[] =
${literal(JSON.stringify({ keys: [jwk(rsa, 'r'), jwk(ec, 'e'), jwk(ed, 'd')] }))};

static const struct jws_sample jws_samples[] = {
${samples.map(([what, expected, text]) => `/* ${what} */\n{${expected},\n${literal(text)}},`).join('\n')}
};

/* HS256; these secrets are none. */
static const char jws_sample_secret[] = "${secret}";
static const char jws_sample_other_secret[] =
    "known-to-everybody-but-another-secret";
static const char jws_sample_mac[] =
${literal(secretMac)};
`);
