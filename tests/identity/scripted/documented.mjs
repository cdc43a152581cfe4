// The five documented services, each as strict as its documents: another
// method, another media type, a field too many or too few, a missing or foreign
// credential is refused and noted. Where the documents are silent it speaks the
// form that packaging/profiles has a comment on. Their people are the scripted
// service's own.
import { createHmac, randomBytes } from 'node:crypto';
import { makeKeyring } from './tokens.mjs';

export const hostKey = 'scripted-host-key';
export const secret = 'scripted-service-secret-of-40-bytes-here';
export const password = 'correct horse battery';
export const totp = '123456';

const now = () => Math.floor(Date.now() / 1000);
const base64url = data => Buffer.from(data).toString('base64url');
const opaque = () => randomBytes(24).toString('base64url');

function hs256(claims) {
  const input = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(JSON.stringify(claims))}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export function payload(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  } catch {
    return null;
  }
}

class Refusal extends Error {
  constructor(status, code) {
    super(code);
    Object.assign(this, { status, code });
  }
}
const refuse = (status, code) => { throw new Refusal(status, code); };

// What is wrong with the form of a request, in words.
function checkForm(request, { body, query = [], bearer, key }) {
  const { headers, json } = request;
  if (!headers['user-agent']?.startsWith('orglogin/')) refuse(400, 'who asks?');
  if (headers.accept !== 'application/json') refuse(406, 'accept');
  const asked = Object.keys(request.query).sort().join();
  if (asked !== [...query].sort().join()) refuse(400, `query: ${asked}`);
  if (body) {
    if (headers['content-type'] !== 'application/json') refuse(415, 'content-type');
    const fields = Object.keys(json ?? {}).sort().join();
    if (fields !== [...body].sort().join()) refuse(400, `fields: ${fields}`);
    for (const field of body) if (typeof json[field] !== 'string' || json[field] === '') refuse(400, `empty: ${field}`);
  } else if (request.body !== '' || headers['content-type']) refuse(400, 'a body');
  if (key && headers[key] !== (key === 'authorization' ? `Bearer ${hostKey}` : hostKey)) refuse(401, 'bad key');
  if (!key && !bearer && (headers.authorization || headers['x-api-key'])) refuse(400, 'a credential');
}

export function makeDocumented(service, orders) {
  const keyring = makeKeyring('percus', 'RS256');
  let sessions, refreshTokens, tokens, options, refusals;

  function reset() {
    keyring.reset();
    sessions = new Map();
    refreshTokens = new Map();
    tokens = new Map();
    refusals = [];
    options = { auth_policy: 'standard', mfa: [], active_org: {}, domains: ['acme.test'] };
  }
  reset();

  const all = () => service.all().filter(m => m.organizationId === 'org_acme');
  const byMail = mail => service.all().find(m => m.email === mail);
  const byId = id => service.all().find(m => m.userId === id) ?? refuse(404, 'USER_NOT_FOUND');
  const organizationsOf = m => [m.organizationId, ...(m.name === 'alice' ? ['org_side'] : [])];
  const firstRole = m => m.role.split(',')[0];
  const scopesOf = m => (firstRole(m) === 'member' ? [] : ['write:workflows', 'write:agents']);

  // Who may go on, by state; each service has its own words.
  function admit(m, words) {
    if (!m) refuse(404, 'USER_NOT_FOUND');
    if (m.banned || m.status === 'suspended') refuse(403, words.suspended);
    if (m.status === 'deactivated') refuse(403, words.deactivated);
    return m;
  }
  function issue(sign, claims) {
    const order = orders.take('org_jwt');
    const changed = { ...claims, ...order?.claims };
    for (const name of Object.keys(changed)) if (changed[name] === null) delete changed[name];
    const token = order?.raw ?? sign(changed, order);
    tokens.set(token, claims);
    return token;
  }
  // The claims of a token that this server gave out, as the bearer of a request.
  const bearer = request =>
    tokens.get(request.headers.authorization?.replace(/^Bearer /, '')) ?? refuse(401, 'invalid token');

  function organization(m, wanted) {
    const id = wanted ?? options.active_org[m.name] ?? m.organizationId;
    if (!organizationsOf(m).includes(id)) refuse(403, 'NOT_IN_ORGANIZATION');
    return id;
  }
  const page = (rows, offset, limit) => rows.slice(+offset, +offset + +limit);

  // --- percus
  const percusWords = { suspended: 'USER_SUSPENDED', deactivated: 'USER_DEACTIVATED' };
  const state = m => m.status[0].toUpperCase() + m.status.slice(1);
  const percusToken = (m, wanted) => ({ token: issue((claims, order) => keyring.issue(claims, order), {
    sub: m.userId, active_org: organization(m, wanted), org_role: firstRole(m),
    ...(m.name === 'alice' ? { system_role: 'Owner' } : {}), exp: now() + 3600,
  }) });
  const percusUser = m => ({ id: m.userId, email: m.email, displayName: m.name, status: state(m),
    createdAt: m.createdAt, orgRole: firstRole(m) });
  // The five forwarded headers say what the token says.
  function forwarded(request) {
    const claims = bearer(request);
    const expected = { 'user-id': claims.sub, 'active-org': claims.active_org, 'org-role': claims.org_role,
      'system-role': claims.system_role };
    for (const [name, value] of Object.entries(expected))
      if (request.headers[`x-percus-forwarded-${name}`] !== value) refuse(400, `forwarded ${name}`);
    return claims;
  }
  const percus = {
    'POST /v1/auth/signin': ['percus_signin', { body: ['email', 'displayName', 'provider', 'providerId'], key: 'authorization' },
      ({ json }) => {
        if (json.provider !== 'google') refuse(400, 'provider');
        return percusToken(admit(byMail(json.email), percusWords));
      }],
    'POST /v1/auth/switch-org': ['percus_switch', { body: ['organizationId'], bearer: true }, request =>
      percusToken(admit(byId(bearer(request).sub), percusWords), request.json.organizationId)],
    'POST /v1/users/invite': ['percus_invite', { body: ['email', 'role'], bearer: true }, request => {
      forwarded(request);
      return { id: 'usr_invited', status: 'Pending' };
    }],
    'POST /v1/users/:id/resend-invitation': ['percus_resend', { bearer: true }, request => {
      forwarded(request);
      if (byId(request.params.id).status !== 'pending') refuse(409, 'NOT_PENDING');
      return { status: 'Pending' };
    }],
    'POST /v1/users/:id/accept-invitation': ['percus_accept', { bearer: true }, request => {
      const claims = forwarded(request);
      if (claims.sub !== request.params.id) refuse(403, 'ANOTHER_USER');
      const m = byId(claims.sub);
      if (m.status !== 'pending') refuse(409, 'NOT_PENDING');
      service.change({ set: [{ name: m.name, status: 'active' }] });
      return { status: 'Active' };
    }],
    'GET /v1/users': ['percus_users', { query: ['organizationId', 'limit', 'offset'], key: 'authorization' }, ({ query }) =>
      ({ users: page(all(), query.offset, query.limit).map(percusUser), total: all().length })],
    'GET /v1/users/:id': ['percus_user', { query: ['organizationId'], key: 'authorization' }, ({ params }) =>
      percusUser(byId(params.id))],
    'GET /.well-known/jwks.json': ['percus_jwks', null, () => keyring.jwks()],
    // One of its APIs, for any client of a person's.
    'GET /v1/agents': ['percus_agents', null, request => {
      const { sub, active_org } = forwarded(request);
      return `${sub} ${active_org}\n`;
    }],
  };

  // --- monozu
  const monozuWords = { suspended: 'user_suspended', deactivated: 'user_deactivated' };
  function pair(m) {
    const refresh = opaque();
    refreshTokens.set(refresh, m.userId);
    return { access_token: issue(hs256, { user_id: m.userId, tenant_id: organization(m), iat: now(), exp: now() + 3600 }),
      refresh_token: refresh, token_type: 'Bearer', expires_in: 3600 };
  }
  function firstFactor(m) {
    if (!options.mfa.includes(m.name)) return pair(m);
    const session = opaque();
    sessions.set(session, m.userId);
    return { mfa_required: true, session_token: session };
  }
  const monozuUser = m => ({ id: m.userId, email: m.email, name: m.name, status: m.status, created_at: m.createdAt,
    groups: m.role.split(',').map(role => ({ id: role, name: `The ${role}s` })), permissions: scopesOf(m) });
  const monozu = {
    'POST /api/v1/auth/entra': ['monozu_entra', { body: ['id_token'] }, ({ json }) => {
      const mail = payload(json.id_token)?.email ?? refuse(401, 'invalid_id_token');
      if (!options.domains.includes(mail.split('@')[1])) refuse(403, 'domain_not_allowed');
      return firstFactor(admit(byMail(mail), monozuWords));
    }],
    'POST /api/v1/auth/login': ['monozu_login', { body: ['email', 'password'] }, ({ json }) => {
      if (options.auth_policy === 'restricted') refuse(403, 'auth_policy_restricted');
      if (json.password !== password || !byMail(json.email)) refuse(401, 'invalid_credentials');
      return firstFactor(admit(byMail(json.email), monozuWords));
    }],
    'POST /api/v1/auth/mfa/verify': ['monozu_verify', { body: ['totp_code', 'session_token'] }, ({ json }) => {
      const id = sessions.get(json.session_token) ?? refuse(400, 'invalid_session');
      if (json.totp_code !== totp) refuse(401, 'invalid_code');
      sessions.delete(json.session_token);
      return pair(byId(id));
    }],
    'POST /api/v1/auth/refresh': ['monozu_refresh', { body: ['refresh_token'] }, ({ json }) => {
      const id = refreshTokens.get(json.refresh_token) ?? refuse(401, 'invalid_refresh_token');
      refreshTokens.delete(json.refresh_token);
      return pair(admit(byId(id), monozuWords));
    }],
    'GET /api/v1/auth/me': ['monozu_me', { bearer: true }, request => {
      const { user_id, tenant_id } = bearer(request);
      const { id, ...rest } = monozuUser(byId(user_id));
      return { user_id, tenant_id, ...rest };
    }],
    'GET /api/v1/users': ['monozu_users', { query: ['tenant_id', 'page', 'page_size'], key: 'authorization' }, ({ query }) =>
      ({ users: page(all(), (query.page - 1) * query.page_size, query.page_size).map(monozuUser), total: all().length })],
    'GET /api/v1/users/:id': ['monozu_user', { key: 'authorization' }, ({ params }) => monozuUser(byId(params.id))],
  };

  // --- lira
  const liraWords = { suspended: 'ACCOUNT_SUSPENDED', deactivated: 'ACCOUNT_DEACTIVATED' };
  const liraRole = m => ({ owner: 'SUPER_ADMIN', OrganizationAdmin: 'ADMIN' }[firstRole(m)] ?? 'USER');
  const liraToken = (m, orgId) => ({ token: issue(hs256, { userId: m.userId, tenantId: organization(m, orgId),
    email: m.email, role: liraRole(m), iat: now(), exp: now() + 7 * 86400 }) });
  const liraState = { active: 'ACTIVE', pending: 'INVITED', suspended: 'SUSPENDED', deactivated: 'DEACTIVATED' };
  const lira = {
    'POST /lira/v1/auth/google': ['lira_google', { body: ['idToken', 'orgId'] }, ({ json }) =>
      liraToken(admit(byMail(payload(json.idToken)?.email ?? refuse(401, 'INVALID_TOKEN')), liraWords), json.orgId)],
    'POST /lira/v1/auth/login': ['lira_login', { body: ['email', 'password', 'orgId'] }, ({ json }) => {
      if (options.auth_policy === 'restricted') refuse(403, 'PASSWORD_LOGIN_DISABLED');
      if (json.password !== password || !byMail(json.email)) refuse(401, 'INVALID_CREDENTIALS');
      return liraToken(admit(byMail(json.email), liraWords), json.orgId);
    }],
    'GET /lira/v1/orgs/:id/members': ['lira_members', { key: 'x-api-key' }, ({ params }) => {
      if (params.id !== 'org_acme') refuse(403, 'NOT_IN_ORGANIZATION');
      return { members: all().map(m => ({ userId: m.userId, email: m.email, name: m.name, role: liraRole(m),
        status: liraState[m.status] ?? m.status, createdAt: m.createdAt })) };
    }],
    'POST /lira/v1/orgs/:id/employee-invites': ['lira_invite', { body: ['email', 'role'], bearer: true }, request => {
      const { tenantId, role } = bearer(request);
      if (tenantId !== request.params.id || role === 'USER') refuse(403, 'FORBIDDEN');
      return { inviteToken: randomBytes(16).toString('hex') };
    }],
  };

  // --- eloquent
  const eloquentWords = { suspended: 'USER_SUSPENDED', deactivated: 'USER_DEACTIVATED' };
  const eloquentToken = (m, wanted) => ({ token: issue(hs256, { sub: m.userId, organizationId: organization(m, wanted),
    email: m.email, role: firstRole(m), scopes: scopesOf(m), iat: now(), exp: now() + 3600 }) });
  const eloquent = {
    'POST /api/auth/google': ['eloquent_google', { body: ['idToken'] }, ({ json }) =>
      eloquentToken(admit(byMail(payload(json.idToken)?.email ?? refuse(401, 'INVALID_TOKEN')), eloquentWords))],
    'POST /api/auth/login': ['eloquent_login', { body: ['email', 'password'] }, ({ json }) => {
      if (options.auth_policy === 'restricted') refuse(403, 'PASSWORD_LOGIN_DISABLED');
      if (json.password !== password || !byMail(json.email)) refuse(401, 'INVALID_CREDENTIALS');
      return eloquentToken(admit(byMail(json.email), eloquentWords));
    }],
    'POST /api/auth/switch-organization': ['eloquent_switch', { body: ['organizationId'], bearer: true }, request =>
      eloquentToken(byId(bearer(request).sub), request.json.organizationId)],
    'GET /api/organizations/:id/members': ['eloquent_members', { query: ['limit', 'offset'], key: 'x-api-key' },
      ({ query }) => ({ members: page(all(), query.offset, query.limit).map(m => ({ id: m.userId, email: m.email,
        name: m.name, status: m.status, createdAt: m.createdAt, role: firstRole(m), scopes: scopesOf(m) })),
      total: all().length })],
  };

  // Percus wraps the code of an error, monozu calls it error, the others code.
  const errorBody = { percus: code => ({ error: { code } }), monozu: code => ({ error: code }),
    lira: code => ({ code }), eloquent: code => ({ code }) };

  function route(name, [endpoint, form, handler]) {
    return [endpoint, request => {
      try {
        if (form) checkForm(request, form);
        return { body: handler(request) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusals.push({ endpoint, status: error.status, code: error.code });
        return { status: error.status, body: errorBody[name](error.code) };
      }
    }];
  }
  const routes = {};
  for (const [name, table] of Object.entries({ percus, monozu, lira, eloquent }))
    for (const [key, entry] of Object.entries(table)) routes[key] = route(name, entry);

  return { reset, routes, refusals: () => refusals, change: changes => Object.assign(options, changes) };
}
