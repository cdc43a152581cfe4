// The people and organisations that every server here starts with. The ids are
// fixed so that a test can name them.
export const organizations = [
  { id: 'org_acme', name: 'Acme', slug: 'acme' },
  { id: 'org_side', name: 'Side', slug: 'side' },
];

const acme = (name, role) => ({
  name, id: `usr_${name}`, email: `${name}@acme.test`,
  memberships: [{ id: `mem_${name}`, organizationId: 'org_acme', role }],
});

export const people = [
  acme('alice', 'owner'),
  acme('bob', 'OrganizationAdmin'),
  acme('carol', 'developer'),
  acme('dave', 'member,developer'),
  acme('erin', 'member'),
  {
    name: 'mallory', id: 'usr_mallory', email: 'mallory@acme.test',
    memberships: [{ id: 'mem_mallory', organizationId: 'org_side', role: 'owner' }],
  },
];
people[0].memberships.push({ id: 'mem_alice_side', organizationId: 'org_side', role: 'member' });

export const password = 'correct horse battery';

// A person who joins later, by a test lever.
export const newcomer = (name, email, role = 'member') => ({
  ...acme(name, role), email: email ?? `${name}@acme.test`,
});
