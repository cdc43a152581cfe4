// keys.mjs - the keys of the vectors: good ones, an attacker's, and those that a
// key set may hold but nobody may use.

import crypto from 'node:crypto';

const rsa = (bits, exponent = 65537) =>
	crypto.generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: exponent }).privateKey;
const ec = (curve) => crypto.generateKeyPairSync('ec', { namedCurve: curve }).privateKey;
const ed25519 = () => crypto.generateKeyPairSync('ed25519').privateKey;
const publicJwk = (key) => crypto.createPublicKey(key).export({ format: 'jwk' });
export const privateJwk = (key) => key.export({ format: 'jwk' });
const b64 = (bytes) => Buffer.from(bytes).toString('base64url');

function entry(key, members) {
	return { kid: members.kid, key, jwk: { ...publicJwk(key), ...members } };
}

// Entra's shape: no alg, but a certificate and the issuer.
export const good = {
	RS256: entry(rsa(2048), { use: 'sig', kid: 'rsa-1', x5t: 'rsa-1', x5c: ['MIIC'], issuer: 'https://id.example.org/acme' }),
	ES256: entry(ec('P-256'), { use: 'sig', kid: 'ec-1', alg: 'ES256' }),
	EdDSA: entry(ed25519(), { kid: 'ed-1', key_ops: ['verify'] }),
	PS256: entry(rsa(2048), { kid: 'rsa-2', alg: 'PS256' }),
};
// A second key for RS256, so that "the only one that fits" is not a lucky guess.
const second = entry(rsa(3072), { kid: 'rsa-3', alg: 'RS256' });

export const attackerKey = { RS256: rsa(2048), ES256: ec('P-256'), EdDSA: ed25519(), PS256: rsa(2048) };

const pem = (key) => crypto.createPublicKey(key).export({ type: 'spki', format: 'pem' });
export const pems = { rsa: pem(good.RS256.key), ec: pem(good.ES256.key) };

// With e = 1 the padded digest is its own signature.
function paddedDigest(data, bytes) {
	const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
	const tail = Buffer.concat([Buffer.from([0]), info, crypto.createHash('sha256').update(data).digest()]);
	return Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(bytes - 2 - tail.length, 0xff), tail]);
}

// The identity as the key and as R, with S = 0, verifies for every message.
const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);

const random = (bytes) => () => crypto.randomBytes(bytes);
const keys = {};
function refuse(name, alg, jwk, how) {
	keys[name] = { alg, kid: name, jwk: { ...jwk, kid: name }, ...how };
}
function refuseKey(name, alg, key, members = {}) {
	refuse(name, alg, { ...publicJwk(key), ...members }, { key });
}
const ec256 = publicJwk(good.ES256.key);
const rsa256 = publicJwk(good.RS256.key);
refuseKey('rsa-512-bits', 'RS256', rsa(512));
refuseKey('rsa-1024-bits', 'RS256', rsa(1024));
refuseKey('rsa-2047-bits', 'RS256', rsa(2047));
refuseKey('rsa-exponent-3', 'RS256', rsa(2048, 3));
refuseKey('rsa-exponent-65535', 'RS256', rsa(2048, 65539), { e: b64([0, 255, 255]) });
refuse('rsa-exponent-1', 'RS256', { ...rsa256, e: 'AQ' }, { forge: (data) => paddedDigest(data, 256) });
refuse('rsa-exponent-2', 'RS256', { ...rsa256, e: 'Ag' }, { forge: random(256) });
refuse('rsa-exponent-0', 'RS256', { ...rsa256, e: 'AA' }, { forge: random(256) });
refuse('rsa-exponent-even', 'RS256', { ...rsa256, e: b64([1, 0, 2]) }, { forge: random(256) });
refuse('rsa-exponent-huge', 'RS256', { ...rsa256, e: b64(Buffer.alloc(200, 0xff)) }, { forge: random(256) });
refuse('rsa-even-modulus', 'RS256', { ...rsa256, n: `${rsa256.n.slice(0, -2)}AA` }, { forge: random(256) });
refuse('rsa-modulus-with-small-factor', 'RS256', { ...rsa256, n: b64(Buffer.alloc(256, 0xff)) }, { forge: random(256) });
refuse('rsa-modulus-of-9000-bits', 'RS256', { ...rsa256, n: b64(Buffer.alloc(1125, 0xa5)) }, { forge: random(1125) });
refuse('rsa-modulus-padded', 'RS256', { ...rsa256, n: `${rsa256.n}==` }, { key: good.RS256.key });
refuse('rsa-modulus-in-base64', 'RS256', { ...rsa256, n: Buffer.from(rsa256.n, 'base64url').toString('base64') }, { key: good.RS256.key });
refuse('rsa-without-exponent', 'RS256', { kty: 'RSA', n: rsa256.n }, { key: good.RS256.key });
refuse('rsa-empty-modulus', 'RS256', { kty: 'RSA', n: '', e: 'AQAB' }, { forge: random(256) });
refuse('rsa-modulus-number', 'RS256', { kty: 'RSA', n: 7, e: 'AQAB' }, { forge: random(256) });
refuseKey('rsa-private-parts', 'RS256', good.RS256.key, privateJwk(good.RS256.key));
refuseKey('rsa-only-d', 'RS256', good.RS256.key, { d: null });
refuseKey('rsa-for-encryption', 'RS256', good.RS256.key, { use: 'enc' });
refuseKey('rsa-use-in-capitals', 'RS256', good.RS256.key, { use: 'SIG' });
refuseKey('rsa-use-null', 'RS256', good.RS256.key, { use: null });
refuseKey('rsa-operations-of-signing', 'RS256', good.RS256.key, { key_ops: ['sign'] });
refuseKey('rsa-operations-empty', 'RS256', good.RS256.key, { key_ops: [] });
refuseKey('rsa-operations-string', 'RS256', good.RS256.key, { key_ops: 'verify' });
refuseKey('rsa-for-rs512', 'RS256', good.RS256.key, { alg: 'RS512' });
refuseKey('rsa-for-es256', 'RS256', good.RS256.key, { alg: 'ES256' });
refuseKey('rsa-for-hs256', 'RS256', good.RS256.key, { alg: 'HS256' });
refuseKey('rsa-for-null', 'RS256', good.RS256.key, { alg: null });
refuseKey('rsa-kty-in-lower-case', 'RS256', good.RS256.key, { kty: 'rsa' });
refuseKey('rsa-kty-missing', 'RS256', good.RS256.key, { kty: undefined });
refuse('ec-off-the-curve', 'ES256', { ...ec256, y: ec256.x }, { forge: random(64) });
refuse('ec-at-zero', 'ES256', { ...ec256, x: b64(Buffer.alloc(32)), y: b64(Buffer.alloc(32)) }, { forge: random(64) });
refuse('ec-coordinate-over-the-field', 'ES256', { ...ec256, x: b64(Buffer.alloc(32, 0xff)) }, { forge: random(64) });
refuse('ec-short-coordinate', 'ES256', { ...ec256, x: b64(Buffer.from(ec256.x, 'base64url').subarray(1)) }, { key: good.ES256.key });
refuse('ec-long-coordinate', 'ES256', { ...ec256, x: b64(Buffer.concat([Buffer.alloc(1), Buffer.from(ec256.x, 'base64url')])) }, { key: good.ES256.key });
refuse('ec-without-y', 'ES256', { kty: 'EC', crv: 'P-256', x: ec256.x }, { key: good.ES256.key });
refuseKey('ec-p384', 'ES256', ec('P-384'));
refuseKey('ec-p521', 'ES256', ec('P-521'));
refuseKey('ec-secp256k1', 'ES256', ec('secp256k1'));
refuse('ec-p384-called-p256', 'ES256', { ...publicJwk(ec('P-384')), crv: 'P-256' }, { forge: random(64) });
refuse('ec-secp256k1-called-p256', 'ES256', { ...publicJwk(ec('secp256k1')), crv: 'P-256' }, { forge: random(64) });
refuseKey('ec-curve-in-lower-case', 'ES256', good.ES256.key, { crv: 'p-256' });
refuseKey('ec-private-part', 'ES256', good.ES256.key, privateJwk(good.ES256.key));
refuseKey('ec-called-okp', 'ES256', good.ES256.key, { kty: 'OKP' });
refuseKey('ed25519-private-part', 'EdDSA', good.EdDSA.key, privateJwk(good.EdDSA.key));
refuseKey('ed448', 'EdDSA', crypto.generateKeyPairSync('ed448').privateKey);
refuse('x25519', 'EdDSA', publicJwk(crypto.generateKeyPairSync('x25519').privateKey), { forge: random(64) });
refuse('ed25519-identity', 'EdDSA', { kty: 'OKP', crv: 'Ed25519', x: b64(identity) }, { forge: () => Buffer.concat([identity, Buffer.alloc(32)]) });
refuse('ed25519-order-8', 'EdDSA', { kty: 'OKP', crv: 'Ed25519', x: b64(Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa', 'hex')) },
	{ forge: random(64) });
refuse('ed25519-order-2', 'EdDSA', { kty: 'OKP', crv: 'Ed25519', x: b64(Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex')) }, { forge: random(64) });
refuse('ed25519-not-reduced', 'EdDSA', { kty: 'OKP', crv: 'Ed25519', x: b64(Buffer.from(`ee${'ff'.repeat(30)}7f`, 'hex')) }, { forge: random(64) });
refuse('ed25519-31-bytes', 'EdDSA', { kty: 'OKP', crv: 'Ed25519', x: b64(Buffer.alloc(31, 9)) }, { forge: random(64) });
refuse('symmetric', 'RS256', { kty: 'oct', k: b64('secret-secret-secret-secret-1234') }, { forge: random(256) });

const twin = { kid: 'twin', rsa: rsa(2048), ec: ec('P-256') };
export const bad = {
	keys,
	oct: { kid: 'oct-1', secret: Buffer.from('an organisation secret of 32 byte') },
	twin,
};

export const keySet = [
	...Object.values(good).map((k) => k.jwk),
	second.jwk,
	{ kty: 'oct', kid: bad.oct.kid, alg: 'HS256', k: b64(bad.oct.secret) },
	{ ...publicJwk(twin.rsa), kid: twin.kid },
	{ ...publicJwk(twin.ec), kid: twin.kid },
	...Object.values(keys).map((k) => k.jwk),
];
