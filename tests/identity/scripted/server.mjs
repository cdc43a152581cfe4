// A scripted server for the tests: an OpenID Connect issuer and an
// organisation's service in one, with every misbehaviour on order and a log of
// what it was asked. ../README.md has the orders. Node built-ins only.
// Settings: PORT (9443; 0: any free), TLS (folder of mkca.sh).
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { performance } from 'node:perf_hooks';
import { readBody } from '../levers.mjs';
import { makeDocumented } from './documented.mjs';
import { isReplaced, makeFaults, send } from './faults.mjs';
import { makeIssuer } from './issuer.mjs';
import { makeScim } from './scim.mjs';
import { makeService } from './service.mjs';

const env = process.env;
const basePort = +(env.PORT ?? 9443);
const file = name => readFileSync(`${env.TLS}/${name}`);
const tls = certificate => ({ key: file('srv.key'), cert: file(certificate) });
const listeners = {
  https: tls('srv.pem'),
  wrong_host: tls('other.pem'),
  self_signed: tls('self.pem'),
  expired: tls('expired.pem'),
  tls11: { ...tls('srv.pem'), minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
  http: null,
};
const ports = {};

const log = { counters: {}, connections: 0, requests: [] };
let counted = new WeakSet();        // connections that carried a logged request
const faults = makeFaults();

// Orders for tokens to come, by kind; each has its own "times".
const tokenOrders = {
  list: [],
  take(kind) {
    const order = this.list.find(o => o.token === kind && o.times !== 0);
    if (order?.times) order.times--;
    return order;
  },
};
const issuer = makeIssuer(tokenOrders);
const service = makeService(tokenOrders);
const scim = makeScim(service);
const documented = makeDocumented(service, tokenOrders);
const routes = { ...issuer.routes, ...service.routes, ...scim.routes, ...documented.routes, 'GET /device': ['page', () =>
  ({ headers: { 'content-type': 'text/plain' }, body: 'Approve with POST /_device.\n' })] };

// Milliseconds that no change of the clock disturbs.
const now = () => Math.round(performance.timeOrigin + performance.now());
const keyrings = { issuer: issuer.keyring, service: service.keyring };

function reset() {
  Object.assign(log, { counters: {}, connections: 0, requests: [] });
  counted = new WeakSet();
  tokenOrders.list = [];
  for (const part of [faults, issuer, service, scim, documented]) part.reset();
}

function control(order) {
  const parts = { ...issuer.control, scim: scim.change, services: documented.change };
  let known = false;
  for (const name of Object.keys(parts).filter(part => order[part])) {
    parts[name](order[name]);
    known = true;
  }
  if (order.endpoint) faults.add(order);
  if (order.token) tokenOrders.list.push({ ...order });
  if (order.jwks) keyrings[order.jwks].change(order);
  if (!known && !order.endpoint && !order.token && !order.jwks) throw Error('no such order');
}

const orders = {
  'POST /_reset': reset,
  'POST /_control': order => [order].flat().forEach(control),
  'POST /_device': order => issuer.act(order),
  'POST /_members': order => service.change(order),
  'GET /_device': () => issuer.devices(),
  'GET /_ports': () => ports,
  'GET /_refusals': () => documented.refusals(),
  'GET /_log': (order, query) => ({
    ...log, requests: log.requests.filter(r => (query.endpoint ?? r.endpoint) === r.endpoint),
  }),
};

function obey(res, order, request) {
  let status = 200, body;
  try {
    body = order(request.body ? JSON.parse(request.body) : {}, request.query) ?? {};
  } catch (error) {
    status = 400;
    body = { error: error.message };
  }
  res.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function note(endpoint, request, res) {
  const entry = { endpoint, ...request };
  log.requests.push(entry);
  log.counters[endpoint] = (log.counters[endpoint] ?? 0) + 1;
  if (!counted.has(res.socket)) log.connections++;
  counted.add(res.socket);
  res.on('close', () => Object.assign(entry, { status: res.statusCode, aborted: !res.writableFinished }));
}

// Routes with a part of the path that is an id, ":id".
const patterns = Object.keys(routes).filter(key => key.includes('/:id')).map(key =>
  [new RegExp(`^${key.replace('/:id', '/([^/]+)')}$`), routes[key]]);

function find(key) {
  if (routes[key]) return routes[key];
  for (const [pattern, [endpoint, handler]] of patterns) {
    const id = pattern.exec(key)?.[1];
    if (id) return [endpoint, handler, { id: decodeURIComponent(id) }];
  }
  return ['unknown', () => ({ status: 404, body: {} })];
}

async function answer(req, res, listener) {
  const url = new URL(req.url, 'https://localhost');
  const started = now();
  const body = await readBody(req);
  const request = {
    ms: started, listener, method: req.method, path: url.pathname,
    query: Object.fromEntries(url.searchParams), headers: req.headers, body,
  };
  const order = orders[`${req.method} ${url.pathname}`];
  if (order) return obey(res, order, request);

  const [endpoint, handler, params] = find(`${req.method} ${url.pathname}`);
  note(endpoint, request, res);

  const fault = faults.take(endpoint, `${req.url} ${body}`);
  const scheme = listener === 'http' ? 'http' : 'https';
  await send(res, isReplaced(fault) ? {} : handler({
    ...request, params, now: started, origin: `${scheme}://localhost:${ports[listener]}`,
    form: Object.fromEntries(new URLSearchParams(body)), json: json(body),
  }), fault);
}

function listen(name, options, port) {
  const serve = (req, res) => answer(req, res, name).catch(error => {
    console.error(error);
    res.destroy();
  });
  const server = options ? https.createServer(options, serve) : http.createServer(serve);
  server.on('tlsClientError', error =>
    log.requests.push({ ms: now(), listener: name, endpoint: 'tls', error: error.message }));
  return new Promise((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', () => {
    ports[name] = server.address().port;
    resolve();
  }));
}

await Promise.all(Object.entries(listeners).map(([name, options], i) =>
  listen(name, options, basePort && basePort + i)));
console.log(`ready https://localhost:${ports.https} ${JSON.stringify(ports)}`);
