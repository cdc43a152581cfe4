// Better Auth as the organisation's identity service and as an OpenID Connect
// issuer, over TLS on loopback. Settings, all from the environment:
//   PORT (9441), TLS (folder of mkca.sh), DB (SQLite file; unset: memory)
//   KEYFILE   the host's API key is written there, mode 0600
//   OIDC      issuer whose ID Tokens are taken (https://localhost:9442)
//   JWT_ALG (EdDSA, ES256, RS256)  JWT_TTL (15m)  RT_TTL (s)
//   INTERVAL (5)  EXPIRES (1800)  of a device code, s
//   BULK      extra members  RATELIMIT=1
//   KEY_ROTATE, KEY_GRACE (s)  signing key rollover
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { betterAuth } from 'better-auth';
import { toNodeHandler } from 'better-auth/node';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { getAuthTables } from 'better-auth/db';
import { getMigrations } from 'better-auth/db/migration';
import { admin, bearer, genericOAuth, jwt, organization, twoFactor } from 'better-auth/plugins';
import { defaultAc, defaultRoles } from 'better-auth/plugins/organization/access';
import {
  oauthDeviceAuthorization, oauthProvider,
  oauthProviderAuthServerMetadata, oauthProviderOpenIdConfigMetadata,
} from '@better-auth/oauth-provider';
import { getCurrentAdapter } from '@better-auth/core/context';
import { apiKey } from '@better-auth/api-key';
import { flag, lever } from '../levers.mjs';
import { newcomer, organizations, password, people } from '../people.mjs';

const env = process.env;
const port = +(env.PORT ?? 9441);
const origin = `https://localhost:${port}`;
const corporate = env.OIDC ?? 'https://localhost:9442';
const bulkAtStart = +(env.BULK ?? 0);
const firstParty = 'orglogin-firstparty';

const rows = {};
const database = env.DB
  ? new (await import('node:sqlite')).DatabaseSync(env.DB)
  : memoryAdapter(rows);

async function memberOf(userId, organizationId) {
  // A second connection would wait for ever inside a SQLite transaction.
  const adapter = await getCurrentAdapter((await auth.$context).adapter);
  const found = await adapter.findMany({ model: 'member', where: [
    { field: 'userId', value: userId },
    ...(organizationId ? [{ field: 'organizationId', value: organizationId }] : []),
  ] });
  return found.find(m => m.organizationId === 'org_acme') ?? found[0];
}

async function claims(user, organizationId) {
  const member = await memberOf(user.id, organizationId);
  return {
    email: user.email,
    organizationId: member?.organizationId ?? null,
    roles: member?.role.split(',') ?? [],
  };
}

const options = {
  baseURL: origin,
  secret: 'throw-away-secret-throw-away-secret-0',
  database,
  telemetry: { enabled: false },
  rateLimit: { enabled: env.RATELIMIT === '1' },
  emailAndPassword: { enabled: true },
  account: { accountLinking: { enabled: true, trustedProviders: ['corp'] } },
  databaseHooks: { session: { create: { before: async session => ({
    data: { ...session, activeOrganizationId: (await memberOf(session.userId))?.organizationId ?? null },
  }) } } },
  plugins: [
    bearer(), admin(), twoFactor({ issuer: 'Acme' }),
    // The plugin's own default is 10 requests a day for one key.
    apiKey({ enableSessionForAPIKeys: true, rateLimit: { enabled: false } }),
    organization({
      ac: defaultAc,
      membershipLimit: 100,
      roles: { ...defaultRoles, OrganizationAdmin: defaultRoles.admin, developer: defaultRoles.member },
      sendInvitationEmail: async () => {},
      schema: { member: { additionalFields: {
        status: { type: 'string', required: false, defaultValue: 'active' },
      } } },
    }),
    jwt({
      jwks: {
        keyPairConfig: { alg: env.JWT_ALG ?? 'EdDSA' },
        ...(env.KEY_ROTATE && { rotationInterval: +env.KEY_ROTATE, gracePeriod: +(env.KEY_GRACE ?? 3600) }),
      },
      jwt: {
        issuer: origin, audience: 'orglogin', expirationTime: env.JWT_TTL ?? '15m',
        definePayload: ({ user, session }) => claims(user, session.activeOrganizationId),
      },
    }),
    oauthProvider({
      loginPage: '/device', consentPage: '/device',
      generateClientId: () => 'orglogin-host',
      refreshTokenExpiresIn: +(env.RT_TTL ?? 30 * 86400),
      // By itself it puts neither address nor whether it is verified into an ID Token.
      customIdTokenClaims: async ({ user }) => ({ email_verified: user.emailVerified, ...await claims(user) }),
      customAccessTokenClaims: ({ user }) => (user ? claims(user) : {}),
      customUserInfoClaims: ({ user }) => claims(user),
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
    oauthDeviceAuthorization({
      interval: `${env.INTERVAL ?? 5}s`, expiresIn: `${env.EXPIRES ?? 1800}s`,
      verificationUri: `${origin}/device`,
      validateClient: id => id === firstParty,
    }),
    genericOAuth({ config: [{
      providerId: 'corp', clientId: 'orglogin-host', tokenEndpointAuth: { method: 'none' },
      discoveryUrl: `${corporate}/.well-known/openid-configuration`,
      disableImplicitSignUp: true,
    }] }),
  ],
};

if (env.DB) await (await getMigrations(options)).runMigrations();
else for (const { modelName } of Object.values(getAuthTables(options))) rows[modelName] ??= [];
const auth = betterAuth(options);
const { adapter, password: hasher } = await auth.$context;
const passwordHash = await hasher.hash(password);

const by = (field, value) => [{ field, value }];
const create = (model, data) =>
  adapter.create({ model, data: { createdAt: new Date(), updatedAt: new Date(), ...data }, forceAllowId: true });
const update = (model, id, fields) => adapter.update({ model, where: by('id', id), update: fields });
const remove = (model, field, value) => adapter.deleteMany({ model, where: by(field, value) });
const find = (model, field, value) => adapter.findOne({ model, where: by(field, value) });

async function addPerson({ id, name, email, memberships }) {
  const role = name === 'alice' ? 'admin' : 'user';      // of the whole instance
  await create('user', { id, name, email, emailVerified: true, role, banned: false });
  await create('account', { userId: id, accountId: id, providerId: 'credential', password: passwordHash });
  for (const membership of memberships) await addMember(id, membership);
}

const addMember = (userId, membership) =>
  adapter.create({ model: 'member', data: { createdAt: new Date(), status: 'active', userId, ...membership }, forceAllowId: true });

async function addBulk(count) {
  const first = await adapter.count({ model: 'user', where: [{ field: 'id', operator: 'starts_with', value: 'usr_user' }] });
  for (let i = first; i < first + count; i++) await addPerson(newcomer(`user${i}`));
}

async function removePerson(id) {
  for (const model of ['session', 'account', 'member']) await remove(model, 'userId', id);
  await remove('user', 'id', id);
}

async function seed() {
  for (const { id, name, slug } of organizations)
    await adapter.create({ model: 'organization', data: { id, name, slug, createdAt: new Date() }, forceAllowId: true });
  for (const person of people) await addPerson(person);
  await addBulk(bulkAtStart);
  await addClient();
}

async function addClient() {
  const { token } = await auth.api.signInEmail({ body: { email: 'alice@acme.test', password } });
  await auth.api.adminCreateOAuthClient({ headers: new Headers({ authorization: `Bearer ${token}` }), body: {
    client_name: 'host login', token_endpoint_auth_method: 'none', application_type: 'native', skip_consent: true,
    scope: 'openid profile email offline_access',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  } });
}

async function writeKey(file) {
  const { key } = await auth.api.createApiKey({ body: { name: 'host', userId: 'usr_alice' } });
  rmSync(file, { force: true });
  writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
}

async function changePerson(fields, name) {
  const id = `usr_${name}`, memberId = `mem_${name}`;
  if (flag(fields, 'gone')) return removePerson(id);
  if (!(await find('user', 'id', id))) await addPerson(newcomer(name, fields.get('email')));

  const user = { email: fields.get('email') ?? undefined, emailVerified: flag(fields, 'email_verified'), banned: flag(fields, 'banned') };
  await update('user', id, JSON.parse(JSON.stringify(user)));
  if (user.banned) await remove('session', 'userId', id);

  if (flag(fields, 'member') === false) return remove('member', 'id', memberId);
  if (flag(fields, 'member') && !(await find('member', 'id', memberId)))
    await addMember(id, newcomer(name).memberships[0]);
  const member = { role: fields.get('role') ?? undefined, status: fields.get('status') ?? undefined };
  if (member.role ?? member.status) await update('member', memberId, JSON.parse(JSON.stringify(member)));
  return { user: await find('user', 'id', id), member: await find('member', 'id', memberId) };
}

const levers = {
  people: changePerson,
  bulk: fields => addBulk(+fields.get('count')),
  async orphan(fields) {
    // SQLite would keep the two together.
    if (env.DB) database.exec('PRAGMA foreign_keys = OFF');
    await remove('user', 'id', `usr_${fields.get('name')}`);
    if (env.DB) database.exec('PRAGMA foreign_keys = ON');
  },
  async reset() {
    for (const model of ['oauthClient', 'session', 'account', 'member', 'user', 'organization'])
      await adapter.deleteMany({ model, where: [] });
    await seed();
  },
};

if (!(await find('organization', 'id', 'org_acme'))) await seed();
if (env.KEYFILE) await writeKey(env.KEYFILE);

const page = readFileSync(new URL('device.html', import.meta.url));
const api = toNodeHandler(auth);
// Better Auth leaves mounting these two at the root to the application.
const wellKnown = {
  '/.well-known/openid-configuration': oauthProviderOpenIdConfigMetadata(auth),
  '/.well-known/oauth-authorization-server': oauthProviderAuthServerMetadata(auth),
};

// One of the organisation's APIs: tells who called, and as whom.
async function agents(req, res) {
  const token = req.headers.authorization?.replace(/^Bearer /, '') ?? '';
  const { payload } = await auth.api.verifyJWT({ body: { token } });
  res.writeHead(payload ? 200 : 401).end(payload ? `${payload.sub} ${payload.organizationId}\n` : '');
}

async function serve(req, res) {
  const path = req.url.split('?')[0];
  if (lever(req, res, levers)) return;
  if (path === '/device') return res.writeHead(200, { 'content-type': 'text/html' }).end(page);
  if (path === '/agents') return agents(req, res);
  if (!wellKnown[path]) return api(req, res);
  const answer = await wellKnown[path](new Request(origin + req.url));
  res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}

const tls = { key: readFileSync(`${env.TLS}/srv.key`), cert: readFileSync(`${env.TLS}/srv.pem`) };
https.createServer(tls, serve).listen(port, '127.0.0.1', () => console.log(`ready ${origin}`));
