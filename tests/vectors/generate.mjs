// generate.mjs - writes the token and key vectors of this folder anew, with
// fresh keys: node generate.mjs. Needs Node 20 and nothing else; the tests need
// only what it wrote.
//
// tokens/REASON--tN-WHAT.jwt: the exact bytes of one token. REASON is the name
// of the expected fault (common/err.h) or "ok"; tN is the threat it belongs to.
// keysets/REASON--WHAT.json: a key set and how it is to be taken.
// keys.json: the set that all tokens are checked against.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { attackerKey, bad, good, keySet, pems } from './keys.mjs';
import { keySets } from './keysets.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);

// What tests/unit/test-token.c takes as its own clock and settings.
const NOW = 1800000000;
const STARTED = NOW - 30;
const ISSUER = 'https://id.example.org/acme';
const CLIENT = 'orglogin-host';

const b64 = (data) => Buffer.from(data).toString('base64url');
const claims = { iss: ISSUER, sub: 'u-17', aud: CLIENT, exp: NOW + 3600, iat: NOW - 10 };
const header = (alg, more) => ({ alg, typ: 'JWT', kid: good[alg].kid, ...more });

function sign(alg, key, input) {
	const data = Buffer.from(input);
	if (/^HS/.test(alg))
		return crypto.createHmac(alg.replace('HS', 'sha'), key).update(data).digest();
	if (alg === 'EdDSA')
		return crypto.sign(null, data, key);
	const options = { key };
	if (/^ES/.test(alg))
		options.dsaEncoding = 'ieee-p1363';
	if (/^PS/.test(alg))
		Object.assign(options, {
			padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
			saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST,
		});
	return crypto.sign(`sha${/\d+/.exec(alg)[0]}`, data, options);
}

const text = (part) => (typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part));

// A compact JWS; head and body may be objects or the very text to be encoded.
function jws(head, body, { alg = 'RS256', key = good[alg].key, signature } = {}) {
	const input = `${b64(text(head))}.${b64(text(body))}`;
	return `${input}.${b64(signature ?? sign(alg, key, input))}`;
}

fs.rmSync(path.join(here, 'tokens'), { recursive: true, force: true });
fs.mkdirSync(path.join(here, 'tokens'));
function vector(reason, name, token) {
	const file = path.join(here, 'tokens', `${reason}--${name}.jwt`);
	if (fs.existsSync(file))
		throw new Error(`twice: ${file}`);
	fs.writeFileSync(file, token);
}
const withHeader = (reason, name, more, options = {}) =>
	vector(reason, name, jws(header(options.alg ?? 'RS256', more), claims, options));
const withClaims = (reason, name, more, options = {}) =>
	vector(reason, name, jws(header(options.alg ?? 'RS256'), { ...claims, ...more }, options));
// JSON text that JSON.stringify would not write.
const claimsText = (more) => `${JSON.stringify(claims).slice(0, -1)},${more}}`;
const without = (name, from = claims) => Object.fromEntries(Object.entries(from).filter(([k]) => k !== name));
const withoutClaim = (reason, name, claim) => vector(reason, name, jws(header('RS256'), without(claim)));
const rawClaims = (reason, name, body) => vector(reason, name, jws(header('RS256'), body));
const rawHeader = (reason, name, head) => vector(reason, name, jws(head, claims));

// What must pass.
for (const alg of ['RS256', 'ES256', 'EdDSA', 'PS256'])
	withClaims('ok', `t1-${alg.toLowerCase()}`, {}, { alg });
withHeader('ok', 't5-typ-absent', { typ: undefined });
withHeader('ok', 't5-typ-in-lower-case', { typ: 'jwt' });
withHeader('ok', 't5-typ-as-media-type', { typ: 'application/JWT' });
withHeader('ok', 't4-thumbprints-are-ignored', { x5t: 'AAAA', 'x5t#S256': 'BBBB' });
withHeader('ok', 't4-no-kid-and-one-key-that-fits', { kid: undefined }, { alg: 'ES256' });
rawHeader('ok', 't9-white-space-in-the-header', ` { "alg" : "RS256" ,\n\t"kid" : "${good.RS256.kid}" } `);
rawHeader('ok', 't9-escapes-in-the-header', `{"\\u0061lg":"R\\u0053256","kid":"${good.RS256.kid}"}`);
withClaims('ok', 't9-another-case-is-another-claim', { SUB: 'root', Iss: 'x', AUD: [] });
withClaims('ok', 't9-unicode', { name: 'Äda \u{1f600} \u202e' });

// T1: a MAC keyed with what everybody knows.
const rsaPublic = crypto.createPublicKey(good.RS256.key);
const macKeys = {
	pem: pems.rsa,
	'pem-without-newline': pems.rsa.trimEnd(),
	'pkcs1-pem': rsaPublic.export({ type: 'pkcs1', format: 'pem' }),
	der: rsaPublic.export({ type: 'spki', format: 'der' }),
	modulus: Buffer.from(good.RS256.jwk.n, 'base64url'),
	'modulus-text': good.RS256.jwk.n,
	'jwk-text': JSON.stringify(good.RS256.jwk),
	'empty-key': '',
	'one-zero-byte': Buffer.alloc(1),
};
for (const alg of ['HS256', 'HS384', 'HS512'])
	for (const [name, key] of Object.entries(macKeys))
		vector('token-algorithm', `t1-${alg.toLowerCase()}-keyed-with-${name}`,
			jws({ ...header('RS256'), alg }, claims, { alg, key }));
vector('token-algorithm', 't1-hs256-keyed-with-ec-pem',
	jws({ ...header('ES256'), alg: 'HS256' }, claims, { alg: 'HS256', key: pems.ec }));
vector('token-algorithm', 't1-hs256-with-a-symmetric-key-of-the-set',
	jws({ ...header('RS256'), alg: 'HS256', kid: bad.oct.kid }, claims, { alg: 'HS256', key: bad.oct.secret }));
vector('token-key-unfit', 't1-rs256-with-a-symmetric-key-of-the-set',
	jws(header('RS256', { kid: bad.oct.kid }), claims, { alg: 'HS256', key: bad.oct.secret }));
vector('token-signature', 't1-mac-under-an-rs256-header',
	jws(header('RS256'), claims, { alg: 'HS256', key: pems.rsa }));

// T2: none, and everything that is not on the list.
const nones = {
	none: 'none', capital: 'None', upper: 'NONE', mixed: 'nOnE', 'space-behind': 'none ', 'space-before': ' none',
	empty: '', null: null, array: ['none'], number: 0, true: true, object: {}, 'list-of-good': ['RS256'], missing: undefined,
};
for (const [name, alg] of Object.entries(nones)) {
	withHeader('token-algorithm', `t2-none-${name}-signed`, { alg });
	vector('token-algorithm', `t2-none-${name}-unsigned`,
		jws(header('RS256', { alg }), claims, { signature: '' }));
}
rawHeader('token-algorithm', 't2-none-escaped', '{"alg":"n\\u006fne"}');
rawHeader('json-syntax', 't2-none-with-nul', '{"alg":"none\\u0000"}');
const algs = { 'rs256-in-lower-case': 'rs256', 'rs256-half-lower-case': 'Rs256', 'rs256-blank-behind': 'RS256 ', 'rs256-blank-before': ' RS256',
	'rs256-newline': 'RS256\n', 'rs256-prefix': 'RS', 'rs256-suffix': 'RS2560', 'eddsa-in-capitals': 'EDDSA', 'rsa-oaep': 'RSA-OAEP' };
for (const alg of ['RS384', 'RS512', 'PS384', 'PS512', 'ES384', 'ES512', 'ES256K', 'Ed25519', 'Ed448', 'dir', 'A128KW', 'SHA256'])
	algs[alg.toLowerCase()] = alg;
for (const [name, alg] of Object.entries(algs))
	withHeader('token-algorithm', `t2-alg-${name}`, { alg });

// T3: one spelling of a token, and one signature of it.
const token = jws(header('RS256'), claims);
const [h, p, s] = token.split('.');
const malformed = {
	'1-segment': h, '2-segments': `${h}.${p}`, '4-segments': `${token}.${s}`, '5-segments': `${h}.${p}.${s}.${s}.${s}`,
	'trailing-dot': `${token}.`, 'leading-dot': `.${token}`, 'two-dots': `${h}..${p}.${s}`, empty: '', 'dot-only': '.',
	'padded-signature': `${token}==`, 'padded-header': `${h}=.${p}.${s}`, 'padded-payload': `${h}.${p}=.${s}`,
	'newline-behind': `${token}\n`, 'crlf-behind': `${token}\r\n`, 'blank-behind': `${token} `, 'blank-before': ` ${token}`,
	'newline-inside': `${h}.\n${p}.${s}`, 'junk-behind': `${token}!!`, 'plus-and-slash': `${h}.${p}.${s.slice(0, -2)}+/`,
	'letter-of-utf8': `${h}.${p}.${s}é`, 'full-width-dot': `${h}\uff0e${p}.${s}`, 'percent-escape': `${h}%2E${p}.${s}`,
	'group-of-one': `${token}AAA`, 'bearer-before': `Bearer ${token}`,
	quoted: `"${token}"`, 'json-serialization': JSON.stringify({ protected: h, payload: p, signature: s }),
	'twice': `${token}${token}`, 'over-16-kib': jws(header('RS256'), { ...claims, pad: 'x'.repeat(13000) }),
};
for (const [name, value] of Object.entries(malformed))
	vector('token-malformed', `t3-${name}`, value);
// The last letter of a 64-byte signature holds four bits that must be zero.
const es = jws(header('ES256'), claims, { alg: 'ES256' });
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
vector('token-malformed', 't3-stray-bits', es.slice(0, -1) + letters[letters.indexOf(es.at(-1)) + 1]);
let pad = 11000;
while (jws(header('RS256'), { ...claims, pad: 'x'.repeat(pad + 1) }).length <= 16384)
	pad++;
vector('ok', 't3-as-long-as-allowed', jws(header('RS256'), { ...claims, pad: 'x'.repeat(pad) }));
for (const alg of ['RS256', 'ES256', 'EdDSA', 'PS256']) {
	const name = alg.toLowerCase();
	const length = alg === 'ES256' || alg === 'EdDSA' ? 64 : 256;
	const of = (signature) => jws(header(alg), claims, { alg, signature });
	const right = sign(alg, good[alg].key, `${b64(JSON.stringify(header(alg)))}.${b64(JSON.stringify(claims))}`);
	vector('token-signature', `t3-${name}-empty-signature`, of(''));
	vector('token-signature', `t3-${name}-zero-signature`, of(Buffer.alloc(length)));
	vector('token-signature', `t3-${name}-ff-signature`, of(Buffer.alloc(length, 0xff)));
	vector('token-signature', `t3-${name}-one-byte-short`, of(right.subarray(0, -1)));
	vector('token-signature', `t3-${name}-one-byte-long`, of(Buffer.concat([right, Buffer.alloc(1)])));
	vector('token-signature', `t3-${name}-zero-byte-before`, of(Buffer.concat([Buffer.alloc(1), right])));
	vector('token-signature', `t3-${name}-of-another-key`,
		jws(header(alg), claims, { alg, key: attackerKey[alg] }));
	vector('token-signature', `t3-${name}-of-another-payload`, of(sign(alg, good[alg].key,
		`${b64(JSON.stringify(header(alg)))}.${b64(JSON.stringify({ ...claims, sub: 'u-18' }))}`)));
}
const input = (alg) => Buffer.from(`${b64(JSON.stringify(header(alg)))}.${b64(JSON.stringify(claims))}`);
const rsaWith = (alg, digest, options) =>
	jws(header(alg), claims, { alg, signature: crypto.sign(digest, input(alg), { key: good[alg].key, ...options }) });
const pss = crypto.constants.RSA_PKCS1_PSS_PADDING;
vector('token-signature', 't3-es256-der-signature', jws(header('ES256'), claims,
	{ alg: 'ES256', signature: crypto.sign('sha256', input('ES256'), { key: good.ES256.key, dsaEncoding: 'der' }) }));
vector('token-signature', 't3-rs256-with-sha1', rsaWith('RS256', 'sha1', {}));
vector('token-signature', 't3-rs256-with-sha512', rsaWith('RS256', 'sha512', {}));
vector('token-signature', 't3-rs256-with-pss', rsaWith('RS256', 'sha256', { padding: pss, saltLength: 32 }));
vector('token-signature', 't3-ps256-with-pkcs1', rsaWith('PS256', 'sha256', {}));
vector('token-signature', 't3-ps256-salt-0', rsaWith('PS256', 'sha256', { padding: pss, saltLength: 0 }));
vector('token-signature', 't3-ps256-salt-20', rsaWith('PS256', 'sha256', { padding: pss, saltLength: 20 }));
vector('token-signature', 't3-ps256-with-sha512', rsaWith('PS256', 'sha512', { padding: pss, saltLength: 64 }));
vector('token-signature', 't3-payload-changed', `${h}.${b64(JSON.stringify({ ...claims, sub: 'root' }))}.${s}`);
vector('token-signature', 't3-header-changed', `${b64(JSON.stringify(header('RS256', { x: 1 })))}.${p}.${s}`);

// T4: keys that the token itself names or brings along.
for (const [name, kid] of Object.entries({ unknown: 'no-such-key', path: '../../etc/passwd', url: 'https://evil.example/k',
	sql: "' OR 1=1 --", case: good.RS256.kid.toUpperCase(), 'blank-before': ` ${good.RS256.kid}`,
	prefix: good.RS256.kid.slice(0, -1), suffix: `${good.RS256.kid}0`, '256-bytes': 'k'.repeat(256) }))
	withHeader('token-key-unknown', `t4-kid-${name}`, { kid });
withHeader('token-key-unknown', 't4-no-kid-and-several-keys-that-fit', { kid: undefined });
for (const [name, kid] of Object.entries({ newline: 'rsa\n1', escape: '\u001b[0m', '257-bytes': 'k'.repeat(257),
	'10-kb': 'k'.repeat(10240), empty: '', number: 1, null: null, array: [good.RS256.kid], object: {}, umlaut: 'rsa-ä',
	del: 'rsa\u007f' }))
	withHeader('token-header', `t4-kid-${name}`, { kid });
rawHeader('json-syntax', 't4-kid-with-nul', `{"alg":"RS256","kid":"${good.RS256.kid}\\u0000"}`);
for (const [alg, other] of [['RS256', 'ES256'], ['ES256', 'RS256'], ['EdDSA', 'ES256'], ['PS256', 'EdDSA'], ['ES256', 'EdDSA']])
	withHeader('token-key-unfit', `t4-${alg.toLowerCase()}-with-a-kid-of-${other.toLowerCase()}`, { kid: good[other].kid }, { alg });
withHeader('token-key-unfit', 't4-rs256-with-a-key-for-ps256', { kid: good.PS256.kid }, { key: good.PS256.key });
withHeader('token-key-unfit', 't4-kid-of-two-keys-rs256', { kid: bad.twin.kid }, { key: bad.twin.rsa });
withHeader('token-key-unfit', 't4-kid-of-two-keys-es256', { kid: bad.twin.kid }, { alg: 'ES256', key: bad.twin.ec });
const attackerJwk = crypto.createPublicKey(attackerKey.RS256).export({ format: 'jwk' });
for (const [name, more] of Object.entries({ jku: { jku: 'https://evil.example/jwks' }, x5u: { x5u: 'https://evil.example/x' },
	jwk: { jwk: attackerJwk }, x5c: { x5c: ['AAAA'] } })) {
	withHeader('token-header', `t4-${name}-signed-by-us`, more);
	withHeader('token-header', `t4-${name}-signed-by-its-key`, more, { key: attackerKey.RS256 });
}
withHeader('token-header', 't4-jwk-null', { jwk: null });

// T5: other kinds of JOSE objects.
for (const [name, more] of Object.entries({ 'crit-exp': { crit: ['exp'], exp: NOW }, 'crit-empty': { crit: [] },
	'crit-unknown': { crit: ['x'], x: 1 }, 'crit-null': { crit: null }, 'b64-false': { b64: false, crit: ['b64'] },
	'b64-without-crit': { b64: false }, 'b64-true': { b64: true }, enc: { enc: 'A256GCM' }, zip: { zip: 'DEF' } }))
	withHeader('token-header', `t5-${name}`, more);
const types = { 'access-token': 'at+jwt', 'access-token-as-media-type': 'application/at+jwt', logout: 'logout+jwt',
	event: 'secevent+jwt', dpop: 'dpop+jwt', jose: 'JOSE', empty: '', 'jwt-and-blank': 'JWT ', number: 1, null: null,
	array: ['JWT'], 'prefix-only': 'application/', 'other-media-type': 'text/JWT' };
for (const [name, typ] of Object.entries(types))
	withHeader('token-type', `t5-typ-${name}`, { typ });
vector('json-syntax', 't5-nested-token', jws(header('RS256', { cty: 'JWT' }), token));
vector('token-malformed', 't5-encrypted-token', `${b64('{"alg":"dir","enc":"A256GCM"}')}..AAAA.AAAA.AAAA`);

// T6: issuers that look like ours.
const issuers = { 'trailing-slash': `${ISSUER}/`, 'upper-case-host': 'https://ID.example.org/acme', 'upper-case-path': 'https://id.example.org/Acme',
	http: 'http://id.example.org/acme', 'other-tenant': 'https://id.example.org/acne', port: 'https://id.example.org:443/acme',
	user: 'https://x@id.example.org/acme', fragment: `${ISSUER}#`, query: `${ISSUER}?`, 'percent-escape': 'https://id.example.org/%61cme',
	'dot-segment': 'https://id.example.org/./acme', 'double-slash': 'https://id.example.org//acme', 'trailing-dot-host': 'https://id.example.org./acme',
	'no-scheme': 'id.example.org/acme', 'blank-behind': `${ISSUER} `, 'blank-before': ` ${ISSUER}`, prefix: 'https://id.example.org',
	suffix: `${ISSUER}.evil.example`, homoglyph: 'https://id.ex\u0430mple.org/acme', empty: '', template: 'https://id.example.org/{tenantid}' };
for (const [name, iss] of Object.entries(issuers))
	withClaims('token-issuer', `t6-${name}`, { iss });
withoutClaim('token-issuer', 't6-missing', 'iss');
for (const [name, iss] of Object.entries({ null: null, array: [ISSUER], number: 1, object: { [ISSUER]: 1 } }))
	withClaims('token-claim', `t6-${name}`, { iss });

// T7: tokens made for others.
const many = Array.from({ length: 9 }, () => CLIENT);
for (const [name, more] of Object.entries({ 'other-client': { aud: 'other' }, prefix: { aud: 'orglogin' }, suffix: { aud: `${CLIENT}2` },
	case: { aud: 'Orglogin-Host' }, blank: { aud: `${CLIENT} ` }, empty: { aud: '' }, 'empty-array': { aud: [] }, list: { aud: `${CLIENT},x` },
	'array-of-others': { aud: ['a', 'b'] }, 'array-with-stranger': { aud: [CLIENT, 'x'] }, 'array-with-stranger-and-azp': { aud: [CLIENT, 'x'], azp: CLIENT },
	'stranger-first': { aud: ['x', CLIENT], azp: CLIENT }, 'azp-of-another': { azp: 'other' }, 'azp-empty': { azp: '' },
	'azp-alone': { aud: 'other', azp: CLIENT }, 'several-without-azp': { aud: [CLIENT, CLIENT] } }))
	withClaims('token-audience', `t7-${name}`, more);
withoutClaim('token-audience', 't7-missing', 'aud');
for (const [name, more] of Object.entries({ null: { aud: null }, number: { aud: 1 }, object: { aud: { [CLIENT]: true } }, 'array-with-number': { aud: [CLIENT, 1] },
	'array-in-array': { aud: [[CLIENT]] }, 'too-many': { aud: many, azp: CLIENT }, 'azp-number': { azp: 1 }, 'azp-array': { azp: [CLIENT] } }))
	withClaims('token-claim', `t7-${name}`, more);
withClaims('ok', 't7-array-of-one', { aud: [CLIENT] });
withClaims('ok', 't7-azp-is-ours', { azp: CLIENT });
withClaims('ok', 't7-ours-twice-with-azp', { aud: [CLIENT, CLIENT], azp: CLIENT });

// T8: times, to the second.
const times = {
	'ok': { 'exp-59-s-ago': { exp: NOW - 59 }, 'iat-in-60-s': { iat: NOW + 60 }, 'nbf-in-60-s': { nbf: NOW + 60 },
		'iat-60-s-before-start': { iat: STARTED - 60 }, 'nbf-0': { nbf: 0 }, 'exp-far': { exp: 253402300799 } },
	'token-expired': { 'exp-60-s-ago': { exp: NOW - 60 }, 'exp-61-s-ago': { exp: NOW - 61 }, 'exp-1970': { exp: 1 },
		'clock-an-hour-behind': { exp: NOW - 3600 } },
	'token-not-yet-valid': { 'iat-in-61-s': { iat: NOW + 61 }, 'nbf-in-61-s': { nbf: NOW + 61 }, 'clock-an-hour-ahead': { iat: NOW + 3600 },
		'iat-in-milliseconds': { iat: NOW * 1000 } },
	'token-stale': { 'iat-61-s-before-start': { iat: STARTED - 61 }, 'iat-1970': { iat: 1 }, 'clock-an-hour-behind': { iat: NOW - 3600 } },
};
for (const [reason, cases] of Object.entries(times))
	for (const [name, more] of Object.entries(cases))
		withClaims(reason, `t8-${name}`, more);
for (const claim of ['exp', 'iat', 'nbf']) {
	if (claim !== 'nbf')
		withoutClaim('token-claim', `t8-${claim}-missing`, claim);
	const values = { string: `${NOW + 30}`, negative: -1, fraction: NOW + 0.5, null: null, true: true, array: [NOW], object: {}, empty: '',
		'1e30': 1e30, '2-to-53': 2 ** 53 };
	for (const [name, value] of Object.entries(values))
		withClaims('token-claim', `t8-${claim}-${name}`, { [claim]: value });
	if (claim !== 'nbf')
		withClaims('token-claim', `t8-${claim}-0`, { [claim]: 0 });
	const rest = JSON.stringify(without(claim)).slice(0, -1);
	for (const [name, value] of Object.entries({ '1e400': '1e400', nan: 'NaN', infinity: 'Infinity', 'leading-zero': `0${NOW}`, hex: '0x6b49d200',
		'plus-sign': `+${NOW}` }))
		rawClaims('json-syntax', `t8-${claim}-${name}`, `${rest},"${claim}":${value}}`);
	rawClaims('ok', `t8-${claim}-with-exponent`, `${rest},"${claim}":18.000000e8}`);
}

// T9: texts that two readers read in two ways.
const duplicates = { sub: '"sub":"root"', iss: '"iss":"x"', exp: '"exp":1', 'same-value': '"sub":"u-17"', escaped: '"s\\u0075b":"root"',
	'inside-an-object': '"x":{"a":1,"a":2}', 'unknown-name': '"x":1,"x":2' };
for (const [name, more] of Object.entries(duplicates))
	rawClaims('json-duplicate', `t9-claim-${name}`, claimsText(more));
const headText = JSON.stringify(header('RS256'));
for (const [name, more] of Object.entries({ alg: '"alg":"none"', 'alg-same': '"alg":"RS256"', kid: '"kid":"x"', typ: '"typ":"at+jwt"',
	escaped: '"\\u0061lg":"HS256"' }))
	rawHeader('json-duplicate', `t9-header-${name}`, `${headText.slice(0, -1)},${more}}`);
rawHeader('token-algorithm', 't9-header-alg-in-another-case', `{"Alg":"RS256","kid":"${good.RS256.kid}"}`);
vector('token-claim', 't9-claim-sub-in-another-case', jws(header('RS256'), { ...without('sub'), SUB: 'u-17' }));
vector('token-audience', 't9-claim-aud-in-another-case', jws(header('RS256'), { ...without('aud'), Aud: CLIENT }));
vector('token-claim', 't9-claim-exp-in-another-case', jws(header('RS256'), { ...without('exp'), EXP: NOW + 3600 }));
vector('token-issuer', 't9-claim-iss-in-another-case', jws(header('RS256'), { ...without('iss'), ISS: ISSUER }));
const nest = (n) => `${'['.repeat(n)}${']'.repeat(n)}`;
const ways = {
	'nul-escape': ['"x":"root\\u0000x"', 0], 'nul-raw': ['"x":"root\0x"', 0], 'nul-in-a-name': ['"sub\\u0000":"root"', 0],
	'lone-surrogate': ['"x":"\\ud800"', 0], 'raw-newline': ['"x":"a\nb"', 0], 'trailing-comma': ['"x":1,', 0], 'single-quotes': ["'x':1", 0],
	'bare-name': ['x:1', 0], comment: ['"x":1/**/', 0], 'number-of-64-digits': [`"x":1${'0'.repeat(63)}`, 0], '1e400': ['"x":1e400', 0],
	'number-ends-in-dot': ['"x":1.', 0],
};
for (const [name, [more]] of Object.entries(ways))
	rawClaims('json-syntax', `t9-claims-${name}`, claimsText(more));
rawClaims('json-depth', 't9-claims-33-levels', claimsText(`"x":${nest(32)}`));
rawClaims('json-depth', 't9-claims-5000-levels', claimsText(`"x":${'['.repeat(5000)}`));
rawClaims('ok', 't9-claims-32-levels', claimsText(`"x":${nest(31)}`));
rawHeader('json-depth', 't9-header-33-levels', `${headText.slice(0, -1)},"x":${nest(32)}}`);
const bom = '\ufeff';
const body = JSON.stringify(claims);
for (const [name, around] of Object.entries({ 'byte-order-mark': (t) => bom + t, 'trailing-bytes': (t) => `${t}x`, 'second-object': (t) => t + t,
	'trailing-nul': (t) => `${t}\0`, 'bad-utf8': (t) => Buffer.concat([Buffer.from(`${t.slice(0, -1)},"x":"`), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
	'utf8-surrogate': (t) => Buffer.concat([Buffer.from(`${t.slice(0, -1)},"x":"`), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
	'utf16': (t) => Buffer.from(t, 'utf16le'), truncated: (t) => t.slice(0, -1), empty: () => '' })) {
	rawClaims('json-syntax', `t9-claims-${name}`, around(body));
	rawHeader('json-syntax', `t9-header-${name}`, around(headText));
}
for (const [name, value] of Object.entries({ array: '[]', string: '"x"', null: 'null', number: '1', true: 'true' })) {
	rawClaims('json-type', `t9-claims-are-${name}`, value);
	rawHeader('token-header', `t9-header-is-${name}`, value);
}
const subjects = { empty: '', '256-bytes': 's'.repeat(256), umlaut: 'ädа', newline: 'u\n17', tab: 'u\t', escape: '\u001b[2J', del: '\u007f',
	number: 17, null: null, array: ['u-17'], object: {}, true: true };
for (const [name, sub] of Object.entries(subjects))
	withClaims('token-claim', `t9-sub-${name}`, { sub });
withoutClaim('token-claim', 't9-sub-missing', 'sub');
withClaims('ok', 't9-sub-255-bytes', { sub: 's'.repeat(255) });
for (const [name, more] of Object.entries({ nonce: { nonce: 1 }, 'at-hash': { at_hash: true }, tid: { tid: ['x'] }, oid: { oid: 7 }, hd: { hd: false },
	email: { email: { a: 1 } }, 'preferred-username': { preferred_username: 1 }, 'email-verified': { email_verified: 'yes' },
	'email-null': { email: null } }))
	withClaims('token-claim', `t9-type-of-${name}`, more);

// T10: keys that stand in the set and must not be used, each with a signature
// that is right by their mathematics where there is one.
for (const [name, { alg, kid, key, forge }] of Object.entries(bad.keys)) {
	const head = { alg, typ: 'JWT', kid };
	const data = `${b64(JSON.stringify(head))}.${b64(body)}`;
	vector('token-key-unfit', `t10-${name}`, jws(head, body, { signature: key ? sign(alg, key, data) : forge(data) }));
}

fs.writeFileSync(path.join(here, 'keys.json'), `${JSON.stringify({ keys: keySet }, null, '\t')}\n`);
fs.rmSync(path.join(here, 'keysets'), { recursive: true, force: true });
fs.mkdirSync(path.join(here, 'keysets'));
for (const [name, set] of Object.entries(keySets))
	fs.writeFileSync(path.join(here, 'keysets', `${name}.json`), text(set));
