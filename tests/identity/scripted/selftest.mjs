// Tries one order of each kind at the scripted server whose address is given.
// Prints "ok NAME" or "not ok NAME" lines; run by ../selftest.sh.
import { createHmac, createPublicKey, verify } from 'node:crypto';
import https from 'node:https';
import { isDeepStrictEqual } from 'node:util';

const base = process.argv[2];
const header = { 'content-type': 'application/json' };
const grant = 'urn:ietf:params:oauth:grant-type:device_code';

function is(name, got, wanted) {
  const same = isDeepStrictEqual(got, wanted);
  console.log(`${same ? 'ok' : 'not ok'} scripted_${name}`);
  if (same) return;
  console.log(`# wanted: ${JSON.stringify(wanted)}\n# got:    ${JSON.stringify(got)}`);
  process.exitCode = 1;
}

async function get(path, options) {
  const answer = await fetch(path.startsWith('h') ? path : base + path, { redirect: 'manual', ...options });
  const text = await answer.text();
  const json = /^[[{]/.test(text) && text.at(-1) !== ':' ? JSON.parse(text) : null;
  return { status: answer.status, headers: answer.headers, text, json };
}
// The cause of a failing request, or its status.
const fate = (...args) => get(...args).then(a => a.status, e => e.cause?.code ?? e.name);
const post = (path, body) => get(path, { method: 'POST', headers: header, body: JSON.stringify(body) });
const form = (path, fields) => get(path, { method: 'POST', body: new URLSearchParams(fields) });
const control = order => post('/_control', order);
const begin = () => form('/scripted/device', { client_id: 'orglogin-host', scope: 'openid' }).then(a => a.json);
const poll = device => form('/scripted/token',
  { client_id: 'orglogin-host', grant_type: grant, device_code: device.device_code });
const counters = () => get('/_log').then(a => a.json.counters);

const part = (token, i) => JSON.parse(Buffer.from(token.split('.')[i], 'base64url'));

async function reset() {
  await post('/_reset', {});
  await control({ device_options: { interval: 0 } });
}

async function login(subject = 'bob') {
  const device = await begin();
  await post('/_device', { user_code: device.user_code, action: 'approve', subject });
  return (await poll(device)).json;
}

async function deviceGrant() {
  await reset();
  const device = await begin();
  is('pending', (await poll(device)).json.error, 'authorization_pending');
  await post('/_device', { action: 'slow_down' });
  is('slow_down', (await poll(device)).json.error, 'slow_down');
  is('slow_down_lasts', (await poll(device)).json.error, 'slow_down');
  for (const [action, error] of [['deny', 'access_denied'], ['expire', 'expired_token']]) {
    const code = await begin();
    await post('/_device', { user_code: code.user_code, action });
    is(action, (await poll(code)).json.error, error);
  }
  const first = await login('carol');
  is('approve', part(first.id_token, 1).sub, 'corp-carol');
  await control({ device_options: { auto_approve: 'dave', after_polls: 1 } });
  const auto = await begin();
  is('auto_approve_waits', (await poll(auto)).json.error, 'authorization_pending');
  is('auto_approve', part((await poll(auto)).json.id_token, 1).sub, 'corp-dave');
  const refresh = token => form('/scripted/token',
    { client_id: 'orglogin-host', grant_type: 'refresh_token', refresh_token: token });
  is('refresh', part((await refresh(first.refresh_token)).json.id_token, 1).sub, 'corp-carol');
  is('refresh_once', (await refresh(first.refresh_token)).json.error, 'invalid_grant');
  await control({ device_options: { dialect: 'google', auto_approve: null } });
  const google = await begin();
  is('google_url', google.verification_url, `${base}/device`);
  is('google_status', (await poll(google)).status, 428);
  await control({ device_options: { interval: 5, dialect: 'rfc' }, device: { interval: null } });
  const slow = await begin();
  is('no_interval', slow.interval, undefined);
  is('early', (await poll(slow)).json.error, 'slow_down');
  is('early_counted', (await get('/_device')).json.at(-1).early, 1);
}

async function faults() {
  await reset();
  const at = fault => control({ endpoint: 'jwks', times: 1, ...fault });
  const jwks = () => get('/scripted/jwks');
  await at({ status: 500, body: '<html>', content_type: 'text/html', headers: { 'retry-after': '7' } });
  const html = await jwks();
  is('status', [html.status, html.text, html.headers.get('content-type'), html.headers.get('retry-after')],
    [500, '<html>', 'text/html', '7']);
  is('times', (await jwks()).status, 200);
  await at({ redirect: 'http://localhost:1/' });
  is('redirect', (await jwks()).headers.get('location'), 'http://localhost:1/');
  await at({ oversize: 1 << 20 });
  is('oversize', (await jwks()).text.length, 1 << 20);
  await at({ truncate: 10 });
  is('truncate', await fate('/scripted/jwks'), 'UND_ERR_SOCKET');
  await at({ close: true });
  is('close', await fate('/scripted/jwks'), 'UND_ERR_SOCKET');
  await at({ hang: true });
  is('hang', await fate('/scripted/jwks', { signal: AbortSignal.timeout(300) }), 'TimeoutError');
  await at({ drip_bytes_per_s: 5 });
  is('drip', await fate('/scripted/jwks', { signal: AbortSignal.timeout(300) }), 'TimeoutError');
  await at({ delay_ms: 300 });
  const before = Date.now();
  await jwks();
  is('delay', Date.now() - before >= 290, true);
  await at({ after: 1, status: 503 });
  is('after', [(await jwks()).status, (await jwks()).status], [200, 503]);
  await control({ endpoint: 'members', match: 'offset=2', status: 429 });
  const members = offset => get(`/api/auth/organization/list-members?organizationId=org_acme&offset=${offset}`,
    { headers: { 'x-api-key': 'scripted-host-key' } });
  is('match', [(await members(0)).status, (await members(2)).status], [200, 429]);
  const device = await begin();
  await post('/_device', { action: 'approve' });
  await control({ endpoint: 'token', lose: true, times: 1 });
  is('lose', [await poll(device).catch(() => 'lost'), (await poll(device)).json.error], ['lost', 'invalid_grant']);
}

async function discoveryAndKeys() {
  await reset();
  await control({ discovery: { issuer: 'https://other.test', jwks_uri: null } });
  const { json } = await get('/.well-known/openid-configuration');
  is('discovery', [json.issuer, json.jwks_uri], ['https://other.test', undefined]);
  const kids = () => get('/scripted/jwks').then(a => a.json.keys.map(k => k.kid));
  const at = order => control({ jwks: 'issuer', ...order });
  is('keys', (await kids())[0], 'issuer-RS256-1');
  await at({ op: 'add' });
  is('add_keys', (await kids()).length, 8);
  is('new_key_signs', part((await login()).id_token, 0).kid, 'issuer-RS256-2');
  await at({ op: 'remove', kid: 'issuer-RS256-1' });
  is('remove_key', (await kids()).includes('issuer-RS256-1'), false);
  await at({ op: 'rotate' });
  is('rotate', (await kids())[0], 'issuer-RS256-3');
  await at({ op: 'replace', keys: [{ kid: 'x' }] });
  is('replace_keys', await kids(), ['x']);
  await at({ op: 'malformed' });
  is('malformed_keys', (await get('/scripted/jwks')).text.endsWith('"n":'), true);
}

const checks = {
  RS256: ['sha256', {}], ES256: ['sha256', { dsaEncoding: 'ieee-p1363' }],
  EdDSA: [null, {}], PS256: ['sha256', { padding: 6, saltLength: 32 }],
};
function holds(token, keys) {
  const [head, payload, signature] = token.split('.');
  const { kid } = part(token, 0), jwk = keys.find(k => k.kid === kid);
  const [digest, options] = checks[jwk.alg];
  return verify(digest, Buffer.from(`${head}.${payload}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), ...options }, Buffer.from(signature, 'base64url'));
}

async function tokens() {
  await reset();
  const { keys } = (await get('/scripted/jwks')).json;
  const next = order => control({ token: 'id_token', times: 1, ...order })
    .then(a => (a.status === 200 ? login() : a.json)).then(a => a.id_token);
  for (const alg of Object.keys(checks)) is(`sign_${alg}`, holds(await next({ alg }), keys), true);
  const changed = await next({ header: { typ: 'at+jwt' }, claims: { aud: ['a', 'b'], sub: null, exp: { in: -60 } } });
  is('claims', [part(changed, 0).typ, part(changed, 1).aud, part(changed, 1).sub, part(changed, 1).exp < Date.now() / 1000],
    ['at+jwt', ['a', 'b'], undefined, true]);
  is('raw', await next({ raw: 'a.b' }), 'a.b');
  is('forge_none', [part(await next({ forge: 'none' }), 0).alg, (await next({ forge: 'none' })).endsWith('.')], ['none', true]);
  const hs = await next({ forge: 'hs256_public_pem' });
  const pem = createPublicKey({ key: keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const [input, mac] = [hs.slice(0, hs.lastIndexOf('.')), hs.split('.')[2]];
  is('forge_hs256', createHmac('sha256', pem).update(input).digest('base64url'), mac);
  for (const forge of ['wrong_key', 'bad_signature', 'embedded_jwk', 'zero_signature', 'no_signature'])
    is(`forge_${forge}`, holds(await next({ forge, alg: 'ES256' }), keys), false);
  is('forge_unknown_kid', part(await next({ forge: 'unknown_kid' }), 0).kid, 'nobody');
  is('forge_no_kid', part(await next({ forge: 'no_kid' }), 0).kid, undefined);
  is('forge_truncated', Buffer.from((await next({ forge: 'truncated' })).split('.')[2], 'base64url').length < 256, true);
  const twice = Buffer.from((await next({ forge: 'duplicate_claims' })).split('.')[1], 'base64url').toString();
  is('forge_duplicate_claims', twice.split('"sub"').length, 3);
  is('forge_none_with_signature', (await next({ forge: 'none_with_signature' })).split('.')[2].length > 300, true);
  const shared = await next({ secret: 'shared' });
  const [text, code] = [shared.slice(0, shared.lastIndexOf('.')), shared.split('.')[2]];
  is('secret', [part(shared, 0), createHmac('sha256', 'shared').update(text).digest('base64url')], [{ alg: 'HS256' }, code]);
  is('forge_hs256_der', part(await next({ forge: 'hs256_public_der' }), 0).alg, 'HS256');
  is('orders_are_used_up', holds((await login()).id_token, keys), true);
}

async function organization() {
  await reset();
  const list = query => get(`/api/auth/organization/list-members?organizationId=org_acme&${query}`,
    { headers: { 'x-api-key': 'scripted-host-key' } }).then(a => a.json);
  is('members', (await list('')).members.map(m => [m.userId, m.role]), [['usr_alice', 'owner'],
    ['usr_bob', 'OrganizationAdmin'], ['usr_carol', 'developer'], ['usr_dave', 'member,developer'], ['usr_erin', 'member']]);
  await post('/_members', { set: [{ name: 'bob', status: 'suspended' }, { name: 'root' }], remove: ['erin'], bulk: 300 });
  const page = await list('limit=100&offset=300&sortBy=createdAt');
  is('paging', [page.total, page.members.length], [305, 5]);
  is('members_lever', (await list('limit=2')).members[1].status, 'suspended');
  await post('/_members', { total: 7 });
  is('total_lever', (await list('')).total, 7);
  const signIn = async () => post('/api/auth/sign-in/social',
    { provider: 'corp', idToken: { token: (await login('dave')).id_token } });
  const session = (await signIn()).json.token;
  const orgToken = () => get('/api/auth/token', { headers: { authorization: `Bearer ${session}` } });
  const jwt = (await orgToken()).json.token;
  is('org_jwt', [part(jwt, 1).sub, part(jwt, 1).iss, part(jwt, 1).roles, part(jwt, 1).aud],
    ['usr_dave', base, ['member', 'developer'], 'orglogin']);
  is('org_jwks', holds(jwt, (await get('/api/auth/jwks')).json.keys), true);
  await control({ token: 'org_jwt', claims: { organizationId: 'org_side' } });
  is('org_jwt_lever', part((await orgToken()).json.token, 1).organizationId, 'org_side');
  await post('/_members', { set: [{ name: 'dave', banned: true }] });
  is('banned', [(await signIn()).json.code, (await orgToken()).status], ['BANNED_USER', 401]);
}

async function directory() {
  await reset();
  const scim = (path, headers) =>
    get(`/scim/${path}`, { headers: { authorization: 'Bearer scripted-scim-token', ...headers } });
  const ids = async path => (await scim(path)).json.Resources.map(r => r.id);
  is('scim_pages', await ids('Users?startIndex=3&count=500'), ['usr_carol', 'usr_dave']);
  is('scim_token', (await get('/scim/Users')).status, 401);
  await control({ scim: { ignore_start: true, etag: true } });
  is('scim_ignores_start', await ids('Users?startIndex=3'), ['usr_alice', 'usr_bob']);
  const etag = (await scim('Groups')).headers.get('etag');
  is('scim_stands', (await scim('Groups', { 'if-none-match': etag })).status, 304);
  await reset();
  is('scim_reset', (await scim('Groups')).headers.get('etag'), null);
}

const oldTls = port => new Promise(resolve => https.get({
  host: 'localhost', port, path: '/scripted/jwks', minVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0',
}, res => resolve(res.socket.getProtocol())).on('error', error => resolve(error.code)));

async function listenersAndLog() {
  await reset();
  const ports = (await get('/_ports')).json;
  const through = name => fate(`https://localhost:${ports[name]}/scripted/jwks`);
  is('wrong_host', await through('wrong_host'), 'ERR_TLS_CERT_ALTNAME_INVALID');
  is('self_signed', await through('self_signed'), 'DEPTH_ZERO_SELF_SIGNED_CERT');
  is('expired', await through('expired'), 'CERT_HAS_EXPIRED');
  is('tls11', await oldTls(ports.tls11), 'TLSv1.1');
  const refused = await through('tls11');
  is('tls11_only', typeof refused, 'string');
  is('http', (await get(`http://localhost:${ports.http}/scripted/jwks`)).status, 200);
  is('log', await counters(), { jwks: 2 });
  is('log_says_where', (await get('/_log?endpoint=jwks')).json.requests.map(r => r.listener), ['tls11', 'http']);
  is('bad_orders_refused', (await control({ endpoit: 'jwks' })).status, 400);
  await reset();
  is('reset', await counters(), {});
}

for (const test of [deviceGrant, faults, discoveryAndKeys, tokens, organization, directory, listenersAndLog]) await test();
