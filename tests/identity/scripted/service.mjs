// The organisation's service, shaped like Better Auth: members, the bridge from
// an ID Token to a session, the organisation's JWT. It believes every ID Token:
// what a host lets through shall be seen, not hidden by a second check.
import { randomBytes } from 'node:crypto';
import { people } from '../people.mjs';
import { makeKeyring } from './tokens.mjs';

const hostKey = 'scripted-host-key';
const refused = (status, code, message = code) => ({ status, body: { code, message } });

function payload(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  } catch {
    return null;
  }
}

export function makeService(orders) {
  const keyring = makeKeyring('service', 'EdDSA');
  let members, sessions, total;
  const issued = new Set();         // the organisation's tokens
  const listed = new Map();         // whole lists as they were asked for, until a change

  function newMember(name, changes = {}) {
    return {
      id: `mem_${name}`, userId: `usr_${name}`, organizationId: 'org_acme', role: 'member', status: 'active',
      createdAt: new Date(Date.UTC(2026, 0, 1) + members.size * 1000).toISOString(),
      name, email: `${name}@acme.test`, banned: false, ...changes,
    };
  }

  function reset() {
    keyring.reset();
    listed.clear();
    sessions = new Map();
    issued.clear();
    members = new Map();
    total = null;
    for (const { name, memberships: [{ organizationId, role }] } of people)
      members.set(name, newMember(name, { organizationId, role }));
  }
  reset();

  function row({ name, email, banned, ...member }) {
    const seen = { ...member, user: { id: member.userId, name, email } };
    return Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== null));
  }

  // Made once for all pages: a list may have a hundred thousand rows.
  function sorted(organization, by, direction) {
    const key = JSON.stringify([organization, by, direction]);
    if (listed.has(key)) return listed.get(key);
    const all = [...members.values()].filter(m => m.organizationId === organization).map(row);
    if (by) all.sort((a, b) => (a[by] < b[by] ? -1 : +(a[by] > b[by])));
    if (direction === 'desc') all.reverse();
    listed.set(key, all);
    return all;
  }

  function list({ query, headers }) {
    if (headers['x-api-key'] !== hostKey) return refused(401, 'INVALID_API_KEY', 'Invalid API key.');
    const organization = query.organizationId;
    if (!organization) return refused(400, 'NO_ACTIVE_ORGANIZATION');
    const all = sorted(organization, query.sortBy, query.sortDirection);
    const offset = +(query.offset ?? 0);
    return { body: { members: all.slice(offset, offset + (+query.limit || 100)), total: total ?? all.length } };
  }

  function signIn({ json }) {
    const claims = payload(json?.idToken?.token ?? '');
    if (!claims) return refused(401, 'INVALID_TOKEN');
    const member = [...members.values()].find(m => m.email === claims.email);
    if (!member) return refused(401, 'OAUTH_LINK_ERROR', 'signup disabled');
    if (member.banned) return refused(403, 'BANNED_USER');
    const token = randomBytes(24).toString('base64url');
    sessions.set(token, { name: member.name, organization: member.organizationId });
    return { body: { redirect: false, token, user: row(member).user }, headers: { 'set-auth-token': token } };
  }

  const sessionOf = headers => sessions.get(headers.authorization?.replace(/^Bearer /i, ''));

  // The active organisation is the session's; alice is in Side too.
  function setActive({ headers, json }) {
    const session = sessionOf(headers);
    if (!session) return refused(401, 'UNAUTHORIZED');
    const theirs = [members.get(session.name)?.organizationId, ...(session.name === 'alice' ? ['org_side'] : [])];
    if (!theirs.includes(json?.organizationId)) return refused(403, 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION');
    session.organization = json.organizationId;
    return { body: { id: json.organizationId } };
  }

  function invite({ headers, json }) {
    if (!sessionOf(headers)) return refused(401, 'UNAUTHORIZED');
    if (!json?.email || !json.role || !json.organizationId) return refused(400, 'VALIDATION_ERROR');
    return { body: { id: 'inv_1', email: json.email, role: json.role, status: 'pending' } };
  }

  function signOut({ headers }) {
    sessions.delete(headers.authorization?.replace(/^Bearer /i, ''));
    return { body: { success: true } };
  }

  function orgToken({ origin, headers }) {
    const session = sessionOf(headers);
    const member = members.get(session?.name);
    if (!member || member.banned) return refused(401, 'UNAUTHORIZED');
    const now = Math.floor(Date.now() / 1000);
    const token = keyring.issue({
      iat: now, exp: now + 900, iss: origin, aud: 'orglogin', sub: member.userId,
      email: member.email, organizationId: session.organization, roles: member.role.split(','),
    }, orders.take('org_jwt'));
    issued.add(token);
    return { body: { token } };
  }

  // One of the organisation's APIs: tells who called, and as whom.
  function agents({ headers }) {
    const token = headers.authorization?.replace(/^Bearer /, '');
    if (!issued.has(token)) return refused(401, 'UNAUTHORIZED');
    const { sub, organizationId } = payload(token);
    return { body: [sub, organizationId, headers['x-user-id'], headers['x-active-org']].join(' ') };
  }

  function change({ set = [], remove = [], bulk = 0, total: told }) {
    listed.clear();
    for (const name of remove) members.delete(name);
    for (const { name, ...changes } of set)
      members.set(name, { ...(members.get(name) ?? newMember(name)), ...changes });
    for (let i = 0, n = members.size; i < bulk; i++) members.set(`user${n + i}`, newMember(`user${n + i}`));
    if (told !== undefined) total = told;
    return { members: members.size };
  }

  return {
    reset, change, keyring, all: () => [...members.values()],
    routes: {
      'GET /api/auth/organization/list-members': ['members', list],
      'POST /api/auth/sign-in/social': ['signin', signIn],
      'GET /api/auth/token': ['org_token', orgToken],
      'POST /api/auth/organization/set-active': ['set_active', setActive],
      'POST /api/auth/organization/invite-member': ['invite', invite],
      'POST /api/auth/sign-out': ['sign_out', signOut],
      'GET /api/agents': ['agents', agents],
      'GET /api/auth/jwks': ['org_jwks', () => ({ body: keyring.jwks() })],
    },
  };
}
