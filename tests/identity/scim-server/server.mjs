// A real SCIM 2.0 server (scimmy, scimmy-routers, express) as the organisation's
// directory: people and groups in memory, written to and read by SCIM itself.
//
// PORT (9449), TLS (folder of mkca.sh), TOKEN (scim-token), PAGE (the most
// resources that one answer holds, whatever is asked for: 20).
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { flag, lever } from '../levers.mjs';
import { people } from '../people.mjs';

const { env } = process;
const port = +(env.PORT ?? 9449);
const origin = `https://localhost:${port}`;
const token = env.TOKEN ?? 'scim-token';
const roles = ['owner', 'OrganizationAdmin', 'developer', 'member'];
let users, groups, options, requests;

const stamped = (resource, created = new Date()) => ({ ...resource, meta: { created, lastModified: created } });

function newUser(name, created) {
  return stamped({
    id: `usr_${name}`, externalId: `ext-${name}`, userName: name, displayName: `${name} of Acme`, active: true,
    emails: [{ value: `${name}@home.test`, type: 'home' }, { value: `${name}@acme.test`, type: 'work', primary: true }],
  }, created);
}

// Acme's people, an hour ago, and a group for each role; its id is not its name.
function reset() {
  const then = new Date(Date.now() - 3600_000);
  const acme = people.filter(person => person.memberships.some(m => m.organizationId === 'org_acme'));
  const role = person => person.memberships.find(m => m.organizationId === 'org_acme').role.split(',');
  users = new Map(acme.map(({ name }) => [`usr_${name}`, newUser(name, then)]));
  groups = new Map(roles.map(name => [`grp_${name}`, stamped({
    id: `grp_${name}`, displayName: `The ${name}s`,
    members: acme.filter(person => role(person).includes(name)).map(({ name }) => ({ value: `usr_${name}`, type: 'User' })),
  }, then)]));
  options = { page: +(env.PAGE ?? 20), groups: false, filter: true, delay: 0 };
  requests = [];
}
reset();

const groupsOf = id => [...groups.values()].filter(g => g.members?.some(m => m.value === id))
  .map(({ id: value, displayName: display }) => ({ value, display }));

// What every resource type does with its store.
const handlers = (store, newId, shown = resource => resource) => ({
  egress(resource) {
    if (resource.id) {
      if (!store().has(resource.id)) throw new Error('not found');
      return shown(store().get(resource.id));
    }
    const all = [...store().values()].map(shown);
    resource.constraints = { ...resource.constraints };
    resource.constraints.count = Math.min(resource.constraints.count ?? options.page, options.page);
    return resource.filter && options.filter ? resource.filter.match(all) : all;
  },
  ingress(resource, data) {
    const id = resource.id ?? newId();
    const created = store().get(id)?.meta.created ?? new Date();
    const value = { ...JSON.parse(JSON.stringify(data)), id, meta: { created, lastModified: new Date() } };
    store().set(id, value);
    return shown(value);
  },
  degress(resource) {
    if (!store().delete(resource.id)) throw new Error('not found');
  },
});

SCIMMY.Config.set({ filter: { supported: true, maxResults: 200 }, patch: true });
SCIMMY.Resources.declare(SCIMMY.Resources.User, handlers(() => users, randomUUID,
  user => (options.groups ? { ...user, groups: groupsOf(user.id) } : user)));
SCIMMY.Resources.declare(SCIMMY.Resources.Group, handlers(() => groups, randomUUID));

const app = express();
app.use((req, res, next) => {
  res.on('finish', () => requests.push({ method: req.method, url: req.originalUrl, status: res.statusCode }));
  setTimeout(next, options.delay);
});
app.use('/scim/v2', new SCIMMYRouters({
  type: 'bearer',
  handler(request) {
    if (request.header('authorization') !== `Bearer ${token}`) throw new Error('no such token');
    return 'host';
  },
}));

const levers = {
  reset,
  // count more members, user0, user1 and so on, all in the group member
  bulk(fields) {
    const then = new Date(Date.now() - 3600_000);
    const group = groups.get('grp_member');
    for (let i = 0, n = users.size; i < +fields.get('count'); i++) {
      const user = newUser(`user${n + i}`, then);
      users.set(user.id, user);
      group.members.push({ value: user.id, type: 'User' });
    }
    return { users: users.size };
  },
  // page=n; delay=ms of each answer; groups=1: users name their groups;
  // filter=0: filters are ignored
  options(fields) {
    for (const name of ['page', 'delay'])
      if (fields.has(name)) options[name] = +fields.get(name);
    options.groups = flag(fields, 'groups') ?? options.groups;
    options.filter = flag(fields, 'filter') ?? options.filter;
    return options;
  },
  // what was asked since the last time
  requests() {
    const asked = requests;
    requests = [];
    return { requests: asked };
  },
};

const tls = { key: readFileSync(`${env.TLS}/srv.key`), cert: readFileSync(`${env.TLS}/srv.pem`) };
https.createServer(tls, (req, res) => lever(req, res, levers) || app(req, res))
  .listen(port, '127.0.0.1', () => console.log(`ready ${origin}`));
