// A front for oidc-provider that does what Entra ID does differently: its host
// name, tenants, the issuer's template, keys with issuer and without alg,
// message, its own error words with AADSTS codes, tid and oid with a pairwise
// sub, xms_edov instead of email_verified. See front.mjs.
import { createHash, randomUUID } from 'node:crypto';
import { answer, discovery, form, keySet, ordered, orders, pass, serve, toPages, tokens } from '../front.mjs';

const tenant = '5b0c2d8e-1111-4222-8333-444455556666';
const host = 'login.microsoftonline.com';
const root = `https://${host}/${tenant}`;

const guid = name => createHash('sha256').update(name).digest('hex')
  .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
const claimsOf = ({ email_verified, roles, organizationId, ...claims }) => ({
  ...claims, iss: `${root}/v2.0`, tid: tenant, oid: guid(claims.sub), ver: '2.0',
  sub: createHash('sha256').update(claims.sub + claims.aud).digest('base64url'), xms_edov: email_verified ? 1 : 0,
});

// The words that differ, and the code that comes with each.
const words = {
  authorization_pending: ['authorization_pending', 70016], access_denied: ['authorization_declined', 70020],
  expired_token: ['expired_token', 70019], invalid_grant: ['bad_verification_code', 70018],
  invalid_client: ['unauthorized_client', 700016],
};
const refusal = (word, grant) => {
  const [error, code] = grant === 'refresh_token' ? [word, 700082] : words[word] ?? [word, 900000];
  return {
    status: 400,
    body: {
      error, error_codes: [code], error_description: `AADSTS${code}: see the documents.`,
      trace_id: randomUUID(), correlation_id: randomUUID(), timestamp: new Date().toISOString(),
    },
  };
};

serve('entra', {
  [`GET ${host}/${tenant}/v2.0/.well-known/openid-configuration`]: (req, res) => answer(res, 200, discovery({
    issuer: `${root}/v2.0`, authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${root}/oauth2/v2.0/devicecode`,
    token_endpoint: `${root}/oauth2/v2.0/token`, jwks_uri: `${root}/discovery/v2.0/keys`,
  })),
  [`GET ${host}/${tenant}/discovery/v2.0/keys`]: (req, res) =>
    answer(res, 200, keySet({ x5t: 'x', issuer: `https://${host}/{tenantid}/v2.0` })),
  [`GET ${host}/${tenant}/oauth2/v2.0/authorize`]: (req, res, url) => toPages(res, url.search),
  [`POST ${host}/${tenant}/oauth2/v2.0/devicecode`]: async (req, res) => {
    const fields = await form(req, 'device');
    if (ordered(res, 'device')) return;
    const { status, body } = await pass('/device/auth', fields);
    if (status !== 200) return answer(res, 400, refusal(body.error).body);
    const { device_code, user_code } = body;
    const page = 'https://microsoft.com/devicelogin';
    answer(res, 200, {
      device_code, user_code, verification_uri: page, expires_in: 900, interval: orders.interval ?? 1,
      message: `To sign in, use a web browser to open the page ${page} and enter the code ${user_code} to authenticate.`,
    });
  },
  [`POST ${host}/${tenant}/oauth2/v2.0/token`]: async (req, res) => {
    const fields = await form(req, 'token');
    if (ordered(res, 'token')) return;
    if (fields.has('client_secret')) {
      const told = refusal('invalid_client');
      told.body.error_codes = [700025];
      return answer(res, 401, told.body);
    }
    await tokens(res, fields, claimsOf, refusal);
  },
});
