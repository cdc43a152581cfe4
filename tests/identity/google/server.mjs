// A front for oidc-provider that does what Google does differently: its host
// names, verification_url, 428 and 403, the secret at the token endpoint, the
// short scope list, refresh tokens that nobody asked for, hd, both spellings of
// iss. See front.mjs.
import { answer, discovery, form, keySet, ordered, orders, pass, serve, toPages, tokens } from '../front.mjs';

const secret = 'google-secret';
const allowed = ['openid', 'email', 'profile'];
const statuses = { authorization_pending: 428, slow_down: 403, access_denied: 403, invalid_client: 401 };

const claimsOf = ({ iss, roles, organizationId, preferred_username, ...claims }) => ({
  ...claims, iss: 'https://accounts.google.com', azp: claims.aud, hd: claims.email?.split('@')[1],
});

const refusal = error => ({ status: statuses[error] ?? 400, body: { error, error_description: 'see the guide' } });

serve('google', {
  'GET accounts.google.com/.well-known/openid-configuration': (req, res) => answer(res, 200, discovery({
    issuer: 'https://accounts.google.com',
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    device_authorization_endpoint: 'https://oauth2.googleapis.com/device/code',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
    revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
    id_token_signing_alg_values_supported: ['RS256'],
  })),
  'GET www.googleapis.com/oauth2/v3/certs': (req, res) => answer(res, 200, keySet({ alg: 'RS256' })),
  'GET accounts.google.com/o/oauth2/v2/auth': (req, res, url) => toPages(res, url.search),
  'POST oauth2.googleapis.com/device/code': async (req, res) => {
    const fields = await form(req, 'device');
    if (ordered(res, 'device')) return;
    if ((fields.get('scope') ?? '').split(' ').some(scope => !allowed.includes(scope)))
      return answer(res, 400, { error: 'invalid_scope' });
    fields.set('scope', `${fields.get('scope')} offline_access`);
    const { status, body } = await pass('/device/auth', fields);
    if (status !== 200) return answer(res, 401, { error: body.error });
    const { device_code, user_code } = body;
    answer(res, 200, {
      device_code, user_code, expires_in: 1800, interval: orders.interval ?? 1,
      verification_url: 'https://www.google.com/device',
    });
  },
  'POST oauth2.googleapis.com/token': async (req, res) => {
    const fields = await form(req, 'token');
    if (ordered(res, 'token')) return;
    if (fields.get('client_secret') !== secret) return answer(res, 401, { error: 'invalid_client' });
    fields.delete('client_secret');
    await tokens(res, fields, claimsOf, refusal);
  },
  'POST oauth2.googleapis.com/revoke': async (req, res) => {
    const { status, body } = await pass('/token/revocation', await form(req, 'revoke'));
    answer(res, status, body);
  },
});
