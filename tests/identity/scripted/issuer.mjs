// The OpenID Connect issuer: discovery, keys, device grant, refresh, revocation.
import { randomBytes, randomInt } from 'node:crypto';
import { makeKeyring } from './tokens.mjs';

const clientId = 'orglogin-host';
const defaults = {
  interval: 5, expires_in: 600, auto_approve: null, after_polls: 0, enforce_interval: true, dialect: 'rfc',
};
// A timer of the client may fire this much early.
const toleranceMs = 20;

// How the answers of two big providers differ from RFC 8628.
const dialects = {
  rfc: { uri: 'verification_uri', complete: true, statuses: {}, errors: {} },
  google: { uri: 'verification_url', complete: false, errors: {},
    statuses: { authorization_pending: 428, slow_down: 403, access_denied: 403 } },
  entra: { uri: 'verification_uri', complete: false, statuses: {},
    errors: { access_denied: 'authorization_declined', invalid_grant: 'bad_verification_code' } },
};

const secret = () => randomBytes(24).toString('base64url');
const letters = n => Array.from({ length: n }, () => 'BCDFGHJKLMNPQRSTVWXZ'[randomInt(20)]).join('');
const without = (object, changes) =>
  Object.fromEntries(Object.entries({ ...object, ...changes }).filter(([, value]) => value !== null));

export function makeIssuer(orders) {
  const keyring = makeKeyring('issuer', 'RS256');
  let devices, refreshes, options, discovery, answer;

  function reset() {
    keyring.reset();
    devices = new Map();
    refreshes = new Map();
    options = { ...defaults };
    discovery = {};
    answer = {};
  }
  reset();

  const failed = (error, status = 400) => {
    const dialect = dialects[options.dialect];
    return { status: dialect.statuses[error] ?? status, body: { error: dialect.errors[error] ?? error } };
  };

  function discover({ origin }) {
    return { body: without({
      issuer: origin,
      jwks_uri: `${origin}/scripted/jwks`,
      device_authorization_endpoint: `${origin}/scripted/device`,
      token_endpoint: `${origin}/scripted/token`,
      revocation_endpoint: `${origin}/scripted/revoke`,
      grant_types_supported: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256', 'EdDSA', 'PS256'],
      response_types_supported: [], subject_types_supported: ['public'],
    }, discovery) };
  }

  function authorize({ origin, form, now }) {
    if (form.client_id !== clientId) return failed('invalid_client', 401);
    const device = {
      device_code: secret(), user_code: `${letters(4)}-${letters(4)}`, scope: form.scope ?? '',
      state: 'pending', subject: 'bob', claims: {}, slowDowns: 0, early: 0, polls: [],
      interval: options.interval, expires: now + options.expires_in * 1000, last: now,
    };
    devices.set(device.device_code, device);
    const { uri, complete } = dialects[options.dialect];
    return { body: without({
      device_code: device.device_code, user_code: device.user_code, [uri]: `${origin}/device`,
      ...(complete && { verification_uri_complete: `${origin}/device?user_code=${device.user_code}` }),
      expires_in: options.expires_in, interval: options.interval,
    }, answer) };
  }

  function tokens(origin, subject, changes, scope) {
    const now = Math.floor(Date.now() / 1000);
    const refresh = secret();
    refreshes.set(refresh, { subject, changes, scope, live: true });
    return { body: {
      access_token: secret(), token_type: 'Bearer', expires_in: 3600, scope, refresh_token: refresh,
      id_token: keyring.issue({
        iss: origin, sub: `corp-${subject}`, aud: clientId, iat: now, exp: now + 3600,
        email: `${subject}@acme.test`, email_verified: true, name: subject, preferred_username: subject,
        ...changes,
      }, orders.take('id_token')),
    } };
  }

  // One poll of RFC 8628 section 3.5, in the order that Better Auth keeps.
  function redeem({ origin, form, now }) {
    const device = devices.get(form.device_code);
    if (!device) return failed('invalid_grant');
    const early = now < device.last + device.interval * 1000 - toleranceMs;
    device.polls.push(now);
    device.last = now;
    if (early) device.early++;
    if (device.slowDowns > 0 || (early && options.enforce_interval)) {
      device.slowDowns = Math.max(0, device.slowDowns - 1);
      device.interval += 5;
      return failed('slow_down');
    }
    if (device.state === 'expired' || now >= device.expires) return failed('expired_token');
    if (options.auto_approve && device.state === 'pending' && device.polls.length > options.after_polls)
      Object.assign(device, { state: 'approved', subject: options.auto_approve });
    return conclude(device, origin);
  }

  function conclude(device, origin) {
    switch (device.state) {
    case 'pending': return failed('authorization_pending');
    case 'denied': device.state = 'used'; return failed('access_denied');
    case 'approved':
      device.state = 'used';
      return tokens(origin, device.subject, device.claims, device.scope);
    default: return failed('invalid_grant');
    }
  }

  // Using a refresh token twice ends the one that replaced it as well.
  function refresh({ origin, form }) {
    const old = refreshes.get(form.refresh_token);
    if (!old?.live) {
      if (old) for (const other of refreshes.values()) other.live &&= other.subject !== old.subject;
      return failed('invalid_grant');
    }
    old.live = false;
    return tokens(origin, old.subject, old.changes, old.scope);
  }

  function token(request) {
    if (request.form.client_id !== clientId) return failed('invalid_client', 401);
    switch (request.form.grant_type) {
    case 'urn:ietf:params:oauth:grant-type:device_code': return redeem(request);
    case 'refresh_token': return refresh(request);
    default: return failed('unsupported_grant_type');
    }
  }

  function revoke({ form }) {
    const old = refreshes.get(form.token);
    if (old) old.live = false;
    return { body: '' };
  }

  const actions = {
    approve: (device, { subject, claims }) =>
      Object.assign(device, { state: 'approved', subject: subject ?? 'bob', claims: claims ?? {} }),
    deny: device => { device.state = 'denied'; },
    expire: device => { device.state = 'expired'; },
    pending: device => { device.state = 'pending'; },
    slow_down: (device, { times }) => { device.slowDowns = times ?? 1; },
  };

  return {
    reset,
    routes: {
      'GET /.well-known/openid-configuration': ['discovery', discover],
      'GET /scripted/jwks': ['jwks', () => ({ body: keyring.jwks() })],
      'POST /scripted/device': ['device', authorize],
      'POST /scripted/token': ['token', token],
      'POST /scripted/revoke': ['revoke', revoke],
    },
    devices: () => [...devices.values()],
    act(order) {
      const device = [...devices.values()].findLast(d => (order.user_code ?? d.user_code) === d.user_code);
      if (!device) throw Error('no such code');
      if (!Object.hasOwn(actions, order.action)) throw Error(`no action ${order.action}`);
      actions[order.action](device, order);
      return device;
    },
    control: {
      discovery: changes => { discovery = { ...discovery, ...changes }; },
      device: changes => { answer = { ...answer, ...changes }; },
      device_options: changes => { options = { ...options, ...changes }; },
    },
    keyring,
  };
}
