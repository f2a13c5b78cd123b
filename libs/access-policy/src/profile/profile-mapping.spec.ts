import fc from 'fast-check';
import type { AttributeMappings } from '../documents/attribute_mappings/attribute-mappings';
import { managerReference, ProfileMapping, withManager } from './profile-mapping';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CUSTOM = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User';
const OWN = 'urn:example:hr:1.0:User';
const AVA = {
  userName: 'ava@corp.example',
  name: { givenName: 'Ava', familyName: 'Lee' },
  displayName: 'Ava Lee',
  title: 'Fitter',
  active: true,
  emails: [
    { value: 'home@a.example', type: 'home' },
    { value: 'work@a.example', type: 'work', primary: true },
  ],
  phoneNumbers: [{ value: '+1', type: 'work' }, { value: '' }, { value: '+2', type: 'mobile' }],
  addresses: [{ formatted: 'Main Street 1', locality: 'Springfield' }],
  [ENT]: { department: 'Sales', employeeNumber: '7', manager: { value: 'u9' }, costCenter: 'E-1', division: 'North' },
  [CUSTOM]: { EmployeeType: 'Contractor', costCenter: 'C-1', level: 3 },
  [OWN]: { shirt: 'XL', badges: ['a', 'b'] },
};
const map = (document?: AttributeMappings, resource: unknown = AVA) =>
  ProfileMapping.compile('taskade', document).map(resource);
const custom = (source: string, more: AttributeMappings = {}) =>
  map({ custom_mappings: { [source]: 'taskade:field' }, ...more }).profile.field;

it('maps by the standard table without a document', () => {
  expect(map()).toEqual({
    profile: {
      email: 'ava@corp.example',
      firstName: 'Ava',
      lastName: 'Lee',
      jobTitle: 'Fitter',
      department: 'Sales',
      manager: 'u9',
      employeeId: '7',
    },
    faults: [],
  });
});

it.each<[string, unknown]>([
  ['okta:custom:employeeType', 'Contractor'],
  ['OKTA:custom:costCenter', 'C-1'],
  ['okta:custom:shirt', 'XL'],
  ['okta:custom:division', 'North'],
  ['okta:custom:level', 3],
  ['okta:custom:none', undefined],
  ['costCenter', 'E-1'],
  ['shirt', 'XL'],
  ['active', true],
  ['name.givenname', 'Ava'],
  [`${CUSTOM}:level`, 3],
  [`${ENT}:manager.value`, 'u9'],
  [`${OWN}:badges`, 'a'],
  ['urn:ietf:params:scim:schemas:core:2.0:User:title', 'Fitter'],
  ['emails', 'work@a.example'],
  ['emails.type', 'work'],
  ['emails[type eq "home"].value', 'home@a.example'],
  ['emails[type eq "home" or type eq "work"]', 'work@a.example'],
  ['emails[type eq "fax"].value', undefined],
  ['addresses', 'Main Street 1'],
  ['addresses.locality', 'Springfield'],
  ['phoneNumbers.value', '+1'],
])('reads %s', (source, expected) => expect(custom(source)).toEqual(expected));

it.each([
  ['first', 'home@a.example'],
  ['primary', 'work@a.example'],
  ['join', 'home@a.example, work@a.example'],
  ['all', ['home@a.example', 'work@a.example']],
] as const)('takes %s of several values', (rule, expected) =>
  expect(custom('emails', { multi_valued: { field: rule } })).toEqual(expected),
);

it('lets rows of the standard table be replaced and taken out', () => {
  const { profile } = map({
    standard: { 'emails[type eq "work"].value': 'email', title: 'position', Department: null },
  });
  expect(profile).toEqual({
    email: 'work@a.example',
    firstName: 'Ava',
    lastName: 'Lee',
    position: 'Fitter',
    manager: 'u9',
    employeeId: '7',
  });
});

it('prefers a custom mapping of a standard field, where it has a value', () => {
  const document = { custom_mappings: { nickName: 'taskade:firstName' } };
  expect(map(document).profile.firstName).toBe('Ava');
  expect(map(document, { ...AVA, nickName: 'Avie' }).profile.firstName).toBe('Avie');
});

it('takes what a rule of user creation says of attributes: after custom mappings, before the standard table', () => {
  const arriving = {
    email: 'user.email',
    firstName: 'user.firstName',
    phone: 'user.mobilePhone',
    cost: 'user.costCenter',
    city: 'addresses.locality',
    'taskade:shirt': 'user.shirt',
    jobTitle: 'user.nothing',
  };
  const { profile } = ProfileMapping.compile(
    'taskade',
    { custom_mappings: { displayName: 'firstName' } },
    arriving,
  ).map(AVA);
  expect(profile).toMatchObject({
    ...{ email: 'work@a.example', firstName: 'Ava Lee', lastName: 'Lee', jobTitle: 'Fitter' },
    ...{ phone: '+2', cost: 'E-1', city: 'Springfield', shirt: 'XL' },
  });
  const bare = ProfileMapping.compile('taskade', undefined, arriving).map({ userName: 'bo@corp.example' });
  expect(bare.profile).toEqual({ email: 'bo@corp.example' });
});

it('transforms, then looks up, and tells what has no row', () => {
  const document = {
    custom_mappings: { 'okta:custom:employeeType': 'taskade:kind' },
    transformations: { kind: { contractor: 'external' } },
    lookups: { kind: { external: 'From outside' } },
  };
  expect(map(document)).toMatchObject({ profile: { kind: 'From outside' }, faults: [] });
  expect(map(document, { [CUSTOM]: { employeeType: 'intern' } })).toEqual({
    profile: { kind: 'intern' },
    faults: [{ pointer: '/kind', detail: 'the lookup table has no row for "intern"; it passes unchanged' }],
  });
});

it('sets fields by conditions in their order, over the profile so far and SCIM attributes', () => {
  const conditions: AttributeMappings['conditions'] = [
    { when: 'department eq "sales" and division sw "N"', set: { region: 'north', jobTitle: null } },
    { when: 'region eq "north" and title eq "Fitter" and jobTitle eq null', set: { tags: ['a', 'b'] } },
    { when: 'groups.display eq "Admins"', set: { admin: true } },
  ];
  const mapping = ProfileMapping.compile('taskade', { conditions });
  expect(mapping.readsGroups).toBe(true);
  const { profile } = mapping.map(AVA);
  expect(profile).toMatchObject({ region: 'north', tags: ['a', 'b'] });
  expect(Object.keys(profile)).not.toContain('jobTitle');
  expect(Object.keys(profile)).not.toContain('admin');
  expect(mapping.map({ ...AVA, groups: [{ display: 'admins' }] }).profile.admin).toBe(true);
});

it('looks the manager up, and keeps and reports who cannot be found', () => {
  const mapped = map();
  expect(managerReference(mapped.profile)).toBe('u9');
  const grace = { id: '9', name: 'Grace' };
  expect(withManager(mapped, (text) => (text === 'u9' ? grace : undefined)).profile.manager).toEqual(grace);
  expect(withManager(mapped, () => undefined)).toMatchObject({
    profile: { manager: 'u9' },
    faults: [{ pointer: '/manager', detail: expect.stringContaining('names nobody') }],
  });
  expect(withManager(map(undefined, {}), () => grace)).toEqual({ profile: {}, faults: [] });
});

it('is total: whatever a resource looks like, it answers with plain values', () => {
  const document: AttributeMappings = {
    custom_mappings: {
      'okta:custom:a': 'a',
      'emails[type eq "w"].value': 'b',
      'name.x': 'c',
      'urn:a:b:c.d': 'constructor',
    },
    transformations: { a: { toString: 'x' }, constructor: { a: 1 } },
    lookups: { b: { x: 'y' } },
    conditions: [{ when: 'a eq "x" or name pr', set: { a: ['z'], d: null } }],
    multi_valued: { a: 'all', b: 'join' },
  };
  const mapping = ProfileMapping.compile('taskade', document);
  const names = [
    'a',
    'A',
    'emails',
    'name',
    'manager',
    'title',
    'userName',
    ENT,
    CUSTOM,
    'urn:a:b',
    '__proto__',
    'toString',
  ];
  const odd = fc.oneof(
    fc.anything(),
    fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(
        fc.anything(),
        fc.dictionary(fc.constantFrom('a', 'value', 'department', 'manager', 'c', 'primary'), fc.jsonValue()),
      ),
    ),
  );
  fc.assert(
    fc.property(odd, (resource) => {
      const { profile } = withManager(mapping.map(resource), () => undefined);
      for (const [field, value] of Object.entries(profile)) {
        expect(mapping.fields).toContain(field);
        for (const part of Array.isArray(value) ? value : [value])
          expect(['string', 'number', 'boolean']).toContain(typeof part);
      }
    }),
    { numRuns: 2_000 },
  );
});
