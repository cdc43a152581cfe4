// oidc-provider as the corporate OpenID Connect issuer with the device grant,
// over TLS on loopback. Settings, all from the environment:
//   PORT (9442), TLS (folder of mkca.sh)
//   ALG (RS256, ES256, EdDSA, PS256)  of the ID Tokens; all keys are published
//   EXPIRES (600)  of a device code, s     INTERVAL  told to clients, s
//   KEYS      file for the keys, so that they outlive a restart
//   AT_TTL ID_TTL RT_TTL  of the tokens, s ROTATE=0  keeps refresh tokens
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { Provider } from 'oidc-provider';
import { flag, lever } from '../levers.mjs';
import { newcomer, people } from '../people.mjs';

const env = process.env;
const port = +(env.PORT ?? 9442);
const issuer = `https://localhost:${port}`;
const alg = env.ALG ?? 'RS256';

const keyTypes = {
  RS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519'],
  PS256: ['rsa', { modulusLength: 2048 }],
};
const newKeys = () => Object.entries(keyTypes).map(([name, type]) => ({
  ...generateKeyPairSync(...type).privateKey.export({ format: 'jwk' }),
  alg: name, use: 'sig', kid: `${name}-${randomBytes(4).toString('hex')}`,
}));
const kept = env.KEYS && existsSync(env.KEYS);
const keys = kept ? JSON.parse(readFileSync(env.KEYS)) : newKeys();
if (env.KEYS && !kept) writeFileSync(env.KEYS, JSON.stringify(keys), { mode: 0o600 });

// Not the login name: nothing may take the one for the other.
const subject = name => `corp-${name}`;
const account = ({ name, email, memberships }) => ({
  banned: false,
  claims: {
    sub: subject(name), name, preferred_username: name, email, email_verified: true,
    organizationId: memberships[0].organizationId, roles: memberships[0].role.split(','),
  },
});
const accounts = new Map();
function reset() {
  accounts.clear();
  for (const person of people) accounts.set(subject(person.name), account(person));
}
reset();

function changePerson(fields, name) {
  if (!accounts.has(subject(name))) accounts.set(subject(name), account(newcomer(name)));
  const changed = accounts.get(subject(name)), { claims } = changed;
  for (const claim of ['email', 'hd', 'tid', 'oid', 'name', 'preferred_username'])
    if (fields.has(claim)) claims[claim] = fields.get(claim);
  if (fields.has('roles')) claims.roles = fields.get('roles').split(',').filter(Boolean);
  claims.email_verified = flag(fields, 'email_verified') ?? claims.email_verified;
  changed.banned = flag(fields, 'banned') ?? changed.banned;
  return changed;
}

const deviceClient = {
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  redirect_uris: [], response_types: [], id_token_signed_response_alg: alg,
};
const pasteClient = {
  client_name: 'host login', token_endpoint_auth_method: 'none', grant_types: ['authorization_code'],
  response_types: ['code'], redirect_uris: ['https://paste.acme.test/'], id_token_signed_response_alg: alg,
};
const longCodes = 'orglogin-paste-long';   // as long as many of Entra's are
const symbols = ({ kind, clientId }) => (kind === 'AuthorizationCode' && clientId === longCodes ? 1200 : 43);
const provider = new Provider(issuer, {
  clients: [
    { ...deviceClient, client_id: 'orglogin-host', client_name: 'host login',
      token_endpoint_auth_method: 'none', application_type: 'native' },
    { ...deviceClient, client_id: 'orglogin-conf', client_secret: 'conf-secret',
      token_endpoint_auth_method: 'client_secret_basic' },
    { ...pasteClient, client_id: 'orglogin-paste' },
    { ...pasteClient, client_id: longCodes },
  ],
  formats: { bitsOfOpaqueRandomness: (ctx, token) => 6 * symbols(token) },
  jwks: { keys },
  cookies: { keys: ['throw-away'] },
  claims: {
    openid: ['sub', 'hd', 'tid', 'oid'], email: ['email', 'email_verified'],
    profile: ['name', 'preferred_username'], org: ['organizationId', 'roles'],
  },
  scopes: ['openid', 'offline_access', 'email', 'profile', 'org'],
  conformIdTokenClaims: false,       // the claims stand in the ID Token
  enabledJWA: { idTokenSigningAlgValues: Object.keys(keyTypes) },
  features: {
    deviceFlow: { enabled: true }, devInteractions: { enabled: true },
    revocation: { enabled: true }, introspection: { enabled: true }, userinfo: { enabled: true },
  },
  rotateRefreshToken: env.ROTATE !== '0',
  ttl: {
    DeviceCode: +(env.EXPIRES ?? 600), AccessToken: +(env.AT_TTL ?? 3600),
    IdToken: +(env.ID_TTL ?? 3600), RefreshToken: +(env.RT_TTL ?? 1209600),
  },
  async findAccount(ctx, accountId) {
    const found = accounts.get(accountId);
    if (!found || found.banned) return undefined;
    return { accountId, claims: async () => found.claims };
  },
});
// The built-in login page takes what was typed for the account's id.
const finish = provider.interactionFinished.bind(provider);
provider.interactionFinished = (req, res, result, how) =>
  finish(req, res, result.login ? { login: { accountId: subject(result.login.accountId) } } : result, how);
provider.on('server_error', (ctx, error) => console.error(error));
// How often each grant was given, and how many tokens were given up.
const counts = {};
const count = what => { counts[what] = (counts[what] ?? 0) + 1; };
provider.on('grant.success', ctx => count(ctx.oidc.params.grant_type.split(':').at(-1)));
provider.on('refresh_token.destroyed', () => count('revoked'));
if (env.INTERVAL)
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === 'device_authorization' && ctx.status === 200)
      ctx.body.interval = +env.INTERVAL;
  });

const app = provider.callback();
const tls = { key: readFileSync(`${env.TLS}/srv.key`), cert: readFileSync(`${env.TLS}/srv.pem`) };
https.createServer(tls, (req, res) => {
  if (!lever(req, res, { people: changePerson, reset, counts: () => counts })) app(req, res);
}).listen(port, '127.0.0.1', () => console.log(`ready ${issuer}`));
