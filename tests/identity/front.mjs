// What the fronts for Google and Entra ID share: an HTTPS server under their
// own host names on a loopback address, which passes requests on to
// oidc-provider and signs its ID Tokens anew with keys of its own.
// Settings: ADDRESS, PORT (443), OIDC (oidc-provider), TLS (folder of mkca.sh)
// Levers: POST /_test/front with orders=JSON sets what goes wrong from now on:
//   claims     changes of each ID Token; null removes one
//   device, token  {status, body}: the answer instead of the real one
//   discovery, keys  changes of the document, of each key
// and POST /_test/seen tells what came in: {device: {...}, token: {...}}, of
// Google also {revoke: {...}}.
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { lever, readBody } from './levers.mjs';

const env = process.env;
export const upstream = env.OIDC;
export let orders = {};
let seen = {};

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
const kid = createHash('sha256').update(jwk.n).digest('hex').slice(0, 40);
const text = value => Buffer.from(JSON.stringify(value)).toString('base64url');

const changed = (value, changes = {}) =>
  Object.fromEntries(Object.entries({ ...value, ...changes }).filter(([, v]) => v !== null));

// The keys as this provider writes them.
export const keySet = members => ({ keys: [changed({ ...jwk, kid, use: 'sig', ...members }, orders.keys)] });
export const discovery = document => changed(document, orders.discovery);

function resign(idToken, claimsOf) {
  const said = JSON.parse(Buffer.from(idToken.split('.')[1], 'base64url'));
  const input = `${text({ typ: 'JWT', alg: 'RS256', kid })}.${text(changed(claimsOf(said), orders.claims))}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

export const answer = (res, status, value) =>
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));

// Takes a form in, and remembers it for the tests.
export async function form(req, what) {
  const fields = new URLSearchParams(await readBody(req));
  seen[what] = Object.fromEntries(fields);
  return fields;
}

// The answer that was ordered instead, if one was.
export function ordered(res, what) {
  const order = orders[what];
  if (order) res.writeHead(order.status, { 'content-type': 'application/json' }).end(order.body ?? '');
  return Boolean(order);
}

export async function pass(path, fields) {
  const reply = await fetch(`${upstream}${path}`, { method: 'POST', body: fields });
  const said = await reply.text();
  return { status: reply.status, body: said === '' ? {} : JSON.parse(said) };
}

// What oidc-provider gives for a code, in this provider's words. claimsOf turns
// its claims into ours, refusal its errors into {status, body}, by the grant.
export async function tokens(res, fields, claimsOf, refusal) {
  const reply = await pass('/token', fields);
  if (reply.status !== 200) {
    const { status, body } = refusal(reply.body.error, fields.get('grant_type'));
    return answer(res, status, body);
  }
  reply.body.id_token &&= resign(reply.body.id_token, claimsOf);
  answer(res, 200, reply.body);
}

// The browser goes on to oidc-provider's own pages.
export const toPages = (res, search) =>
  res.writeHead(302, { location: `${upstream}/auth${search}` }).end();

export function serve(name, routes) {
  const tls = { key: readFileSync(`${env.TLS}/srv.key`), cert: readFileSync(`${env.TLS}/fronts.pem`) };
  const levers = {
    front: fields => { orders = JSON.parse(fields.get('orders') ?? '{}'); },
    seen: () => { const was = seen; seen = {}; return was; },
  };
  https.createServer(tls, (req, res) => {
    if (lever(req, res, levers)) return;
    const url = new URL(req.url, `https://${req.headers.host}`);
    const route = routes[`${req.method} ${url.host}${url.pathname}`];
    if (!route) return answer(res, 404, { error: 'not_found' });
    Promise.resolve(route(req, res, url)).catch(error => {
      console.error(error);
      answer(res, 500, { error: 'server_error' });
    });
  }).listen(+(env.PORT ?? 443), env.ADDRESS, () => console.log(`ready ${name}`));
}
