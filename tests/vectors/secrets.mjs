// secrets.mjs - writes the tokens that are checked with a shared secret anew:
// node secrets.mjs. Needs Node 20; but for the tokens of other algorithms it
// writes the same each time.
//
// secret-tokens/REASON--tN-WHAT.jwt: as in generate.mjs, for a host whose
// secret and previous secret are those below.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);

// What tests/unit/vectors.h takes as its own clock and settings.
const NOW = 1800000000;
const STARTED = NOW - 30;
const ISSUER = 'https://id.example.org/acme';
const CLIENT = 'orglogin-host';
const SECRET = 'the secret of the vectors, which everybody knows';
const PREVIOUS = 'the secret that the vectors had before this one.';

const b64 = (data) => Buffer.from(data).toString('base64url');
const claims = { iss: ISSUER, sub: 'u-17', aud: CLIENT, exp: NOW + 3600, iat: NOW - 10 };
const head = { alg: 'HS256', typ: 'JWT' };
const mac = (key, input, hash = 'sha256') => crypto.createHmac(hash, key).update(input).digest();
const text = (part) => (typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part));
const input = (header, body) => `${b64(text(header))}.${b64(text(body))}`;
function jws(header, body, { key = SECRET, hash, signature } = {}) {
	const data = input(header, body);
	return `${data}.${b64(signature ?? mac(key, data, hash))}`;
}

fs.rmSync(path.join(here, 'secret-tokens'), { recursive: true, force: true });
fs.mkdirSync(path.join(here, 'secret-tokens'));
function vector(reason, name, token) {
	const file = path.join(here, 'secret-tokens', `${reason}--${name}.jwt`);
	if (fs.existsSync(file))
		throw new Error(`twice: ${file}`);
	fs.writeFileSync(file, token);
}
const all = (reason, mark, cases, make) => {
	for (const [name, value] of Object.entries(cases))
		vector(reason, `${mark}-${name}`, make(value));
};
const withHeader = (more) => jws({ ...head, ...more }, claims);
const withClaims = (more) => jws(head, { ...claims, ...more });
const withClaimsText = (more) => jws(head, `${JSON.stringify(claims).slice(0, -1)},${more}}`);
const withHeaderText = (more) => jws(`${JSON.stringify(head).slice(0, -1)},${more}}`, claims);
const without = (name) => Object.fromEntries(Object.entries(claims).filter(([k]) => k !== name));
const good = input(head, claims);
const right = mac(SECRET, good);

// What must pass.
vector('ok', 't1-hs256', jws(head, claims));
vector('ok', 't1-hs256-with-the-previous-secret', jws(head, claims, { key: PREVIOUS }));
all('ok', 't4', { 'any-kid': { kid: 'v2' }, 'kid-256-bytes': { kid: 'k'.repeat(256) } }, withHeader);
all('ok', 't5', { 'typ-absent': { typ: undefined }, 'typ-as-media-type': { typ: 'application/jwt' } }, withHeader);
vector('ok', 't9-white-space-everywhere', jws(' {\t"alg"\r\n:"HS256" } ', `\n{ ${JSON.stringify(claims).slice(1, -1)}\t}\r\n `));
all('ok', 't9', { 'utf16-pair-in-a-claim': '"x":"\\ud83d\\ude00"', 'escapes-in-a-claim': '"x":"\\/\\b\\f\\n\\r\\t\\u0041"',
	'escaped-name': '"\\u006eonce":"n"', 'zero-with-a-sign': '"x":-0', 'number-of-18-digits': `"x":1${'0'.repeat(17)}`,
	'a-token-inside': `"x":"${jws(head, claims)}"`, '32-levels-of-objects': `"x":${'{"a":'.repeat(30)}{}${'}'.repeat(30)}` }, withClaimsText);

// T1: another algorithm, whatever it is keyed with.
all('token-algorithm', 't1', { hs384: 'HS384', hs512: 'HS512' },
	(alg) => jws({ ...head, alg }, claims, { hash: alg.replace('HS', 'sha') }));
all('token-algorithm', 't1', { 'hs384-with-a-mac-of-hs256': 'HS384', 'hs512-with-a-mac-of-hs256': 'HS512', 'rs256-with-a-mac': 'RS256',
	'ps256-with-a-mac': 'PS256', 'es256-with-a-mac': 'ES256', 'eddsa-with-a-mac': 'EdDSA' }, (alg) => withHeader({ alg }));
const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed = crypto.generateKeyPairSync('ed25519').privateKey;
const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
all('token-algorithm', 't1', {
	'signed-rs256': ['RS256', (d) => crypto.sign('sha256', d, rsa)],
	'signed-ps256': ['PS256', (d) => crypto.sign('sha256', d, { key: rsa, ...pss })],
	'signed-es256': ['ES256', (d) => crypto.sign('sha256', d, { key: ec, dsaEncoding: 'ieee-p1363' })],
	'signed-eddsa': ['EdDSA', (d) => crypto.sign(null, d, ed)],
}, ([alg, sign]) => jws({ ...head, alg }, claims, { signature: sign(Buffer.from(input({ ...head, alg }, claims))) }));
vector('token-signature', 't1-an-rsa-signature-under-hs256', jws(head, claims, { signature: crypto.sign('sha256', Buffer.from(good), rsa) }));

// T2: none, and everything that is nearly HS256.
const algs = { none: 'none', capital: 'None', upper: 'NONE', null: null, array: ['HS256'], number: 256, true: true, object: {}, empty: '',
	'in-lower-case': 'hs256', 'blank-behind': 'HS256 ', 'blank-before': ' HS256', prefix: 'HS', suffix: 'HS2560', newline: 'HS256\n',
	'hmac-sha256': 'HMAC-SHA256', 'a256kw': 'A256KW', dir: 'dir', missing: undefined };
all('token-algorithm', 't2', algs, (alg) => withHeader({ alg }));
for (const [name, alg] of [['none', 'none'], ['missing', undefined]])
	vector('token-algorithm', `t2-${name}-unsigned`, jws({ ...head, alg }, claims, { signature: '' }));
vector('token-algorithm', 't2-none-escaped', jws('{"alg":"n\\u006fne"}', claims));
vector('json-syntax', 't2-alg-with-nul', jws('{"alg":"HS256\\u0000"}', claims));

// T3: secrets that are nearly ours, and MACs that are nearly right.
const digest = crypto.createHash('sha256').update(SECRET);
all('token-secret', 't3', { 'of-another-secret': 'another secret that is of 32 bytes or more', 'secret-and-newline': `${SECRET}\n`,
	'secret-and-blank': `${SECRET} `, 'secret-cut-by-one': SECRET.slice(0, -1),
	'secret-cut-to-32': SECRET.slice(0, 32), 'secret-twice': SECRET + SECRET, 'secret-in-capitals': SECRET.toUpperCase(),
	'secret-hashed': digest.digest(), 'secret-in-base64': Buffer.from(SECRET).toString('base64'), 'secret-decoded': Buffer.from(SECRET, 'base64'),
	'secret-in-hex': Buffer.from(SECRET).toString('hex'), 'secret-reversed': [...SECRET].reverse().join(''), 'both-secrets': SECRET + PREVIOUS,
	'previous-cut-by-one': PREVIOUS.slice(0, -1), 'empty-key': '', 'one-zero-byte': Buffer.alloc(1), '32-zero-bytes': Buffer.alloc(32),
	'64-zero-bytes': Buffer.alloc(64), 'a-known-default': 'your-256-bit-secret' },
(key) => jws(head, claims, { key }));
all('token-secret', 't3', { 'mac-of-zeros': Buffer.alloc(32), 'mac-of-ff': Buffer.alloc(32, 0xff), 'mac-reversed': Buffer.from(right).reverse(),
	'a-hash-and-no-mac': crypto.createHash('sha256').update(good).digest(),
	'a-hash-of-secret-and-text': crypto.createHash('sha256').update(SECRET + good).digest(),
	'a-hash-of-text-and-secret': crypto.createHash('sha256').update(good + SECRET).digest(),
	'mac-of-the-payload-alone': mac(SECRET, good.split('.')[1]), 'mac-of-the-decoded-text': mac(SECRET, `${JSON.stringify(head)}.${JSON.stringify(claims)}`),
	'mac-of-no-dot': mac(SECRET, good.replace('.', '')), 'mac-of-a-dot-more': mac(SECRET, `${good}.`),
	'mac-of-hs512-cut-to-32': mac(SECRET, good, 'sha512').subarray(0, 32), 'mac-of-another-payload': mac(SECRET, input(head, { ...claims, sub: 'root' })),
	'mac-of-another-header': mac(SECRET, input({ ...head, kid: 'x' }, claims)), 'mac-of-the-secret': mac(SECRET, SECRET),
	'secret-and-text-swapped': mac(good, SECRET) }, (signature) => jws(head, claims, { signature }));
all('token-signature', 't3', { 'empty-mac': '', 'mac-cut-to-16': right.subarray(0, 16), 'mac-cut-to-31': right.subarray(0, 31),
	'mac-of-33-bytes': Buffer.concat([right, Buffer.alloc(1)]), 'zero-before-the-mac': Buffer.concat([Buffer.alloc(1), right]),
	'mac-twice': Buffer.concat([right, right]), 'mac-in-hex': right.toString('hex'), 'mac-in-base64': right.toString('base64'),
	'mac-of-hs512': mac(SECRET, good, 'sha512'), 'the-secret-itself': SECRET }, (signature) => jws(head, claims, { signature }));
const token = jws(head, claims);
const [h, p, s] = token.split('.');
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
all('token-malformed', 't3', { padded: `${token}=`, 'stray-bits': token.slice(0, -1) + letters[letters.indexOf(token.at(-1)) + 1],
	'2-segments': `${h}.${p}`, '4-segments': `${token}.${s}`, 'newline-behind': `${token}\n`, 'newline-inside': `${h}.${p}\n.${s}`,
	'blank-before': ` ${token}`, 'tab-inside': `${h}.${p}.\t${s}`, 'vertical-tab-behind': `${token}\v`, 'no-break-space-behind': `${token}\u00a0`,
	'byte-order-mark-before': `\ufeff${token}`, 'zero-width-space-inside': `${h}.${p}\u200b.${s}`, 'base64-alphabet': `${h}.${p}.${s.slice(0, -3)}+/A`,
	'json-general-serialization': JSON.stringify({ payload: p, signatures: [{ protected: h, signature: s }] }),
	'two-in-a-line': `${token},${token}`, 'in-quotes': `'${token}'`, 'over-16-kib': jws(head, { ...claims, pad: 'x'.repeat(13000) }) }, (t) => t);

// T4, T5: what a header may bring along.
all('token-header', 't4', { 'jwk-with-the-secret': { jwk: { kty: 'oct', k: b64(SECRET) } }, jku: { jku: 'https://evil.example/keys' },
	x5u: { x5u: 'https://evil.example/x' }, x5c: { x5c: [] }, 'kid-empty': { kid: '' }, 'kid-null': { kid: null }, 'kid-number': { kid: 1 },
	'kid-newline': { kid: 'a\nb' }, 'kid-257-bytes': { kid: 'k'.repeat(257) }, 'kid-array': { kid: [] } }, withHeader);
all('token-header', 't5', { 'crit-exp': { crit: ['exp'], exp: NOW }, 'crit-empty': { crit: [] }, 'crit-null': { crit: null },
	'b64-false': { b64: false, crit: ['b64'] }, 'b64-alone': { b64: false }, 'b64-true': { b64: true }, enc: { enc: 'A256GCM' }, zip: { zip: 'DEF' },
	'zip-null': { zip: null } }, withHeader);
all('token-type', 't5', { 'typ-access-token': { typ: 'at+jwt' }, 'typ-refresh': { typ: 'refresh+jwt' }, 'typ-number': { typ: 1 }, 'typ-array': { typ: ['JWT'] },
	'typ-empty': { typ: '' }, 'typ-null': { typ: null } }, withHeader);
vector('json-syntax', 't5-a-token-as-payload', jws({ ...head, cty: 'JWT' }, token));
vector('json-type', 't5-a-token-in-quotes-as-payload', jws({ ...head, cty: 'JWT' }, `"${token}"`));

// T6 to T8: the claims are held to the same rules, to the second.
all('token-issuer', 't6', { slash: { iss: `${ISSUER}/` }, http: { iss: ISSUER.replace('https', 'http') }, missing: { iss: undefined }, empty: { iss: '' } }, withClaims);
all('token-audience', 't7', { other: { aud: 'other' }, stranger: { aud: [CLIENT, 'x'], azp: CLIENT }, azp: { azp: 'other' }, missing: { aud: undefined } }, withClaims);
all('token-expired', 't8', { 'exp-60-s-ago': { exp: NOW - 60 }, 'exp-a-week-ago': { exp: NOW - 604800 } }, withClaims);
all('token-not-yet-valid', 't8', { 'iat-in-61-s': { iat: NOW + 61 }, 'nbf-in-61-s': { nbf: NOW + 61 }, 'nbf-next-year': { nbf: NOW + 31536000 } }, withClaims);
all('token-stale', 't8', { 'iat-61-s-before-start': { iat: STARTED - 61 } }, withClaims);
all('ok', 't8', { 'exp-59-s-ago': { exp: NOW - 59 }, 'iat-in-60-s': { iat: NOW + 60 }, 'iat-60-s-before-start': { iat: STARTED - 60 } }, withClaims);
all('token-claim', 't8', { 'exp-missing': { exp: undefined }, 'iat-missing': { iat: undefined }, 'exp-string': { exp: `${NOW + 9}` }, 'exp-0': { exp: 0 },
	'exp-negative': { exp: -1 }, 'exp-true': { exp: true }, 'iat-null': { iat: null }, 'nbf-fraction': { nbf: NOW - 0.5 } }, withClaims);

// T9: texts that two readers read in two ways.
const rest = JSON.stringify(without('exp')).slice(0, -1);
all('token-claim', 't9-exp', { '2-to-53-and-1': '9007199254740993', '2-to-63': '9223372036854775808', '2-to-64-and-soon': `1844674407370955${NOW}`,
	'1e18': '1e18', 'tiny-fraction': `${NOW}.000001` }, (exp) => jws(head, `${rest},"exp":${exp}}`));
all('json-syntax', 't9-exp', { octal: '0o17', underscore: '1_800_000_009', 'bare-dot': '.5', 'bare-exponent': '1e', 'two-signs': '--1', 'n-suffix': '1800000009n',
	'full-width-digits': '\uff11', '400-digits': '9'.repeat(400) }, (exp) => jws(head, `${rest},"exp":${exp}}`));
all('json-duplicate', 't9', { 'sub-twice': '"sub":"root"', 'sub-escaped': '"\\u0073ub":"root"', 'exp-twice': '"exp":1', 'deep-inside': '"x":[{"y":{"a":1,"\\u0061":2}}]',
	'empty-names': '"":1,"":2' }, withClaimsText);
all('json-duplicate', 't9-header', { 'alg-twice': '"alg":"HS256"', 'alg-escaped': '"al\\u0067":"none"', 'typ-twice': '"typ":"JWT"' }, withHeaderText);
all('json-syntax', 't9', { 'half-a-pair': '"x":"\\ud83d"', 'pair-reversed': '"x":"\\ude00\\ud83d"', 'pair-of-a-raw-half': '"x":"\\ud83d\\u0041"', 'short-escape': '"x":"\\u12"',
	'escape-of-no-digit': '"x":"\\u00zz"', 'escape-in-capitals': '"x":"\\U0041"', 'unknown-escape': '"x":"\\x41"', 'nul-escape-in-a-name': '"sub\\u0000":"x"',
	'form-feed-between': '\f"x":1', 'no-break-space-between': '\u00a0"x":1', 'line-separator-between': '\u2028"x":1', 'raw-tab-in-text': '"x":"\t"',
	'raw-escape-in-text': '"x":"\u001b"', 'comment-of-a-line': '//\n"x":1', 'two-commas': ',"x":1', 'missing-colon': '"x" 1', 'true-in-capitals': '"x":True',
	'undefined-value': '"x":undefined', 'open-text': '"x":"', 'bracket-for-brace': '"x":[}' }, withClaimsText);
const body = JSON.stringify(claims);
all('json-syntax', 't9-claims', { 'byte-order-mark': `\ufeff${body}`, 'byte-order-mark-behind': `${body}\ufeff`, utf16: Buffer.from(body, 'utf16le'),
	utf32: Buffer.from([...body].flatMap((c) => [0, 0, 0, c.charCodeAt(0)])), 'trailing-brace': `${body}}`, 'trailing-comma': `${body},`,
	'trailing-nul': `${body}\0`, 'second-value': `${body} 1`, 'second-line': `${body}\n${body}`, truncated: body.slice(0, -1), blank: ' ', empty: '',
	'overlong-utf8': Buffer.concat([Buffer.from(`${body.slice(0, -1)},"x":"`), Buffer.from([0xe0, 0x80, 0xaf]), Buffer.from('"}')]),
	'utf8-past-the-end': Buffer.concat([Buffer.from(`${body.slice(0, -1)},"x":"`), Buffer.from([0xf4, 0x90, 0x80, 0x80]), Buffer.from('"}')]),
	'utf8-cut': Buffer.concat([Buffer.from(`${body.slice(0, -1)},"x":"`), Buffer.from([0xe2, 0x82]), Buffer.from('"}')]) }, (t) => jws(head, t));
all('json-depth', 't9-claims', { '33-levels-of-objects': `"x":${'{"a":'.repeat(31)}{}${'}'.repeat(31)}`, '33-levels-of-both': `"x":${'[{"a":'.repeat(16)}0${'}]'.repeat(16)}` }, withClaimsText);
all('json-type', 't9-claims', { array: '[]', text: '"x"', null: 'null', number: '0' }, (t) => jws(head, t));
all('token-header', 't9-header', { array: '["HS256"]', text: '"HS256"', null: 'null' }, (t) => jws(t, claims));
all('token-claim', 't9-sub', { missing: undefined, empty: '', number: 17, null: null, newline: 'u\n17', '256-bytes': 's'.repeat(256) }, (sub) => withClaims({ sub }));
