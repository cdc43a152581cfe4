// keysets.mjs - whole key sets, good and bad; the name says how each is taken.

import { bad, good, privateJwk } from './keys.mjs';

const rsa = good.RS256.jwk;
const ec = good.ES256.jwk;
const set = (...keys) => ({ keys });
const text = (value) => JSON.stringify(value);

export const keySets = {
	'ok--entra': set(rsa, { ...rsa, kid: 'b', n: good.PS256.jwk.n, alg: undefined }),
	'ok--google': set({ ...rsa, alg: 'RS256', e: 'AQAB' }),
	'ok--one-of-each-kind': set(rsa, ec, good.EdDSA.jwk, good.PS256.jwk),
	'ok--good-one-among-bad-ones': set(...Object.values(bad.keys).slice(0, 20).map((k) => k.jwk), rsa),
	'ok--without-kid': set({ ...rsa, kid: undefined }),
	'ok--kid-of-256-bytes': set({ ...rsa, kid: 'k'.repeat(256) }),
	'ok--64-keys': set(...Array.from({ length: 64 }, (_, i) => ({ ...ec, kid: `k${i}` }))),
	'ok--members-beside-keys': { ...set(rsa), issuer: 'x', keys2: [] },
	'ok--entries-that-are-no-objects': set(null, 1, 'x', [], rsa),
	'token-key-unfit--empty': set(),
	'token-key-unfit--only-bad-ones': set(...Object.values(bad.keys).slice(0, 20).map((k) => k.jwk)),
	'token-key-unfit--only-symmetric': set({ kty: 'oct', k: 'AAAA' }),
	'token-key-unfit--only-private': set(privateJwk(good.RS256.key)),
	'token-key-unfit--same-key-twice': set(rsa, rsa),
	'token-key-unfit--one-kid-twice': set(rsa, { ...ec, kid: rsa.kid }),
	'token-key-unfit--kid-shared-with-a-bad-one': set(rsa, { kty: 'oct', k: 'AAAA', kid: rsa.kid }),
	'token-key-unfit--kid-of-257-bytes': set({ ...rsa, kid: 'k'.repeat(257) }),
	'token-key-unfit--kid-number': set({ ...rsa, kid: 1 }),
	'token-key-unfit--kid-empty': set({ ...rsa, kid: '' }),
	'token-key-unfit--array-in-array': set([rsa]),
	'too-large--65-keys': set(...Array.from({ length: 65 }, (_, i) => ({ ...ec, kid: `k${i}` }))),
	'json-type--array': [rsa],
	'json-type--single-key': rsa,
	'json-type--keys-object': { keys: { a: rsa } },
	'json-type--keys-string': { keys: text([rsa]) },
	'json-type--keys-in-capitals': { KEYS: [rsa] },
	'json-type--null': 'null',
	'json-duplicate--keys': `{"keys":[],"keys":[${text(rsa)}]}`,
	'json-duplicate--modulus': `{"keys":[${text(rsa).slice(0, -1)},"n":"AQAB"}]}`,
	'json-duplicate--kty-escaped': `{"keys":[${text(rsa).slice(0, -1)},"\\u006bty":"oct"}]}`,
	'json-syntax--empty': '',
	'json-syntax--html': '<html><body>502 Bad Gateway</body></html>',
	'json-syntax--truncated': text(set(rsa)).slice(0, -1),
	'json-syntax--trailing-bytes': `${text(set(rsa))}\n}`,
	'json-syntax--nul-in-kid': `{"keys":[${text(rsa).slice(0, -1)},"x":"a\\u0000"}]}`,
	'json-depth--33-levels': `{"keys":[${'['.repeat(31)}${']'.repeat(31)}]}`,
};
