// The same members as a SCIM directory, with the oddities that servers in the
// field have. Its pages are small, whatever is asked for.
import { createHash } from 'node:crypto';

const token = 'scripted-scim-token';
const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';
const headers = { 'content-type': 'application/scim+json' };
const refused = (status, scimType, detail = scimType) =>
  ({ status, headers, body: { schemas: [errorSchema], status: `${status}`, scimType, detail } });

export function makeScim(service) {
  let options, passed;

  function reset() {
    passed = 0;
    options = {
      page: 2,              // resources in one answer
      filter: true,         // filters work; false: are ignored; 'refused'
      ignore_start: false,  // every answer is the first page
      growing: false,       // the total grows from answer to answer
      total_of_page: false, // totalResults counts the page
      lower_case: false,    // all attribute names in lower case
      etag: false,          // answers are tagged, 304 is given
    };
  }
  reset();

  const meta = m => ({ created: m.createdAt, lastModified: m.lastModified ?? m.createdAt });
  const roles = m => m.role.split(',');
  const ofAcme = () => service.all().filter(m => m.organizationId === 'org_acme');
  const users = () => ofAcme().map(m => ({
    id: m.userId, userName: m.name, active: m.status === 'active' && !m.banned,
    emails: [{ value: m.email, primary: true }],
    meta: { ...meta(m), location: `Users/${m.userId}` },
  }));
  const groups = () => [...new Set(ofAcme().flatMap(roles))].map(id => {
    const held = ofAcme().filter(m => roles(m).includes(id));
    return {
      id, displayName: 'everyone',
      members: held.map(m => ({ value: m.userId, $ref: `https://evil.test/Users/usr_mallory` })),
      meta: { lastModified: held.map(m => meta(m).lastModified).sort().at(-1) },
    };
  });

  function lowered(value) {
    if (Array.isArray(value)) return value.map(lowered);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k.toLowerCase(), lowered(v)]));
  }

  function respond(body, asked) {
    const text = JSON.stringify(options.lower_case ? lowered(body) : body);
    if (!options.etag) return { headers, body: text };
    const etag = `"${createHash('sha1').update(text).digest('base64url')}"`;
    if (asked === etag) return { status: 304, headers: { etag }, body: '' };
    return { headers: { ...headers, etag }, body: text };
  }

  const list = resources => ({ query, headers: asked }) => {
    if (asked.authorization !== `Bearer ${token}`) return refused(401, 'invalidToken', 'no such token');
    const since = /^meta\.lastModified gt "([^"]+)"$/.exec(query.filter ?? '')?.[1];
    if (query.filter && (!since || options.filter === 'refused')) return refused(400, 'invalidFilter');
    let all = resources();
    if (since && options.filter) all = all.filter(r => Date.parse(r.meta.lastModified) > Date.parse(since));
    const start = options.ignore_start ? 0 : Math.max(+(query.startIndex ?? 1), 1) - 1;
    const page = all.slice(start, start + Math.min(+(query.count ?? 100), options.page));
    const total = options.total_of_page ? page.length : all.length + (options.growing ? passed++ : 0);
    return respond({
      schemas: [listSchema], totalResults: total, startIndex: 1, itemsPerPage: 1000, Resources: page,
    }, asked['if-none-match']);
  };

  return {
    reset,
    change(order) { Object.assign(options, order); },
    routes: {
      'GET /scim/Users': ['scim_users', list(users)],
      'GET /scim/Groups': ['scim_groups', list(groups)],
      'GET /scim/ServiceProviderConfig': ['scim_config', () =>
        ({ headers, body: { filter: { supported: true, maxResults: 2 } } })],
    },
  };
}
