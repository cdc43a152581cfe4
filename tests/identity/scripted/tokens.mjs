// Keys, signed tokens, and every way to forge one.
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

const algorithms = {
  RS256: { type: ['rsa', { modulusLength: 2048 }], digest: 'sha256' },
  ES256: { type: ['ec', { namedCurve: 'P-256' }], digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { type: ['ed25519'], digest: null },
  // 6 is RSA_PKCS1_PSS_PADDING; RFC 7518 section 3.5 wants a salt as long as the digest.
  PS256: { type: ['rsa', { modulusLength: 2048 }], digest: 'sha256', options: { padding: 6, saltLength: 32 } },
};

const base64url = data => Buffer.from(data).toString('base64url');

function newKey(alg, kid) {
  const { privateKey } = generateKeyPairSync(...algorithms[alg].type);
  return { alg, kid, privateKey, publicKey: createPublicKey(privateKey) };
}

function publicJwk({ alg, kid, publicKey }) {
  return { ...publicKey.export({ format: 'jwk' }), alg, kid, use: 'sig' };
}

function signature(key, input) {
  const { digest, options } = algorithms[key.alg];
  return sign(digest, Buffer.from(input), { key: key.privateKey, ...options });
}

const hmac = (secret, input) => createHmac('sha256', secret).update(input).digest();

// What a forged token differs in: the header, the key that signs, the
// signature's bytes, or the text as a whole.
const forgeries = {
  none: { header: { alg: 'none' }, sign: () => '' },
  none_with_signature: { header: { alg: 'none' } },
  hs256_public_pem: { header: { alg: 'HS256' },
    sign: (key, input) => hmac(key.publicKey.export({ type: 'spki', format: 'pem' }), input) },
  hs256_public_der: { header: { alg: 'HS256' },
    sign: (key, input) => hmac(key.publicKey.export({ type: 'spki', format: 'der' }), input) },
  wrong_key: { sign: (key, input) => signature(newKey(key.alg), input) },
  unknown_kid: { header: { kid: 'nobody' } },
  no_kid: { header: { kid: null } },
  embedded_jwk: { own: true },
  bad_signature: { sign: (key, input) => { const s = signature(key, input); s[8] ^= 1; return s; } },
  zero_signature: { sign: (key, input) => Buffer.alloc(signature(key, input).length) },
  no_signature: { sign: () => '' },
  truncated: { text: token => token.slice(0, -10) },
  duplicate_claims: { payload: claims => `${JSON.stringify(claims).slice(0, -1)},"sub":"corp-alice"}` },
};

const merged = (base, changes) =>
  Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, value]) => value !== null));

// A claim { "in": -60 } is a time, 60 s ago.
const timed = claims => Object.fromEntries(Object.entries(claims ?? {}).map(([name, value]) =>
  [name, value?.in === undefined ? value : Math.floor(Date.now() / 1000) + value.in]));

export function makeKeyring(prefix, defaultAlg) {
  const generation = n => Object.keys(algorithms).map(alg => newKey(alg, `${prefix}-${alg}-${n}`));
  const first = generation(1);
  let last, signing, published, document;

  function reset() {
    last = 1;
    signing = first;
    published = [...first];
    document = null;
  }
  reset();

  const operations = {
    rotate() { signing = generation(++last); published = [...signing]; },
    add() { signing = generation(++last); published.push(...signing); },
    remove({ kid }) { published = published.filter(key => key.kid !== kid); },
    replace({ keys }) { document = { keys }; },
    malformed() { document = '{"keys":[{"kty":"RSA","n":'; },
  };

  return {
    reset,
    jwks: () => document ?? { keys: published.map(publicJwk) },
    change({ op, ...rest }) {
      if (!Object.hasOwn(operations, op)) throw Error(`no operation ${op}`);
      operations[op](rest);
    },
    // A token with these claims, changed as ordered.
    issue(claims, order = {}) {
      if (order.raw !== undefined) return order.raw;
      if (order.forge && !Object.hasOwn(forgeries, order.forge)) throw Error(`no forgery ${order.forge}`);
      const forgery = forgeries[order.forge] ?? (order.secret === undefined ? {} : {
        header: { alg: 'HS256', kid: null }, sign: (key, input) => hmac(order.secret, input) });
      let key = signing.find(k => k.alg === (order.alg ?? defaultAlg));
      let header = { alg: key.alg, kid: key.kid };
      if (forgery.own) {
        key = { ...newKey(key.alg), kid: key.kid };
        header.jwk = publicJwk(key);
      }
      header = merged({ ...header, ...forgery.header }, order.header);
      const payload = (forgery.payload ?? JSON.stringify)(merged(claims, timed(order.claims)));
      const input = `${base64url(JSON.stringify(merged(header, {})))}.${base64url(payload)}`;
      const token = `${input}.${base64url((forgery.sign ?? signature)(key, input))}`;
      return (forgery.text ?? (text => text))(token);
    },
  };
}

export const forgeryNames = Object.keys(forgeries);
