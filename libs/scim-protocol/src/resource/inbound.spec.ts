import { type ClientProfile, LENIENT, STRICT } from '../client-profile';
import { ScimError } from '../errors';
import { createRegistry } from '../schema/create-registry';
import { CUSTOM_URN } from '../schema/custom-user';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { GROUP_URN } from '../schema/group';
import type { Json, JsonObject } from '../schema/types';
import { USER_URN } from '../schema/user';
import { fullUser, group, minimalUser, oktaUser } from './examples.fixture';
import { parseResource } from './inbound';

const registry = createRegistry();
const User = registry.type('User');
const Group = registry.type('Group');

const user = (body: JsonObject, profile: ClientProfile = LENIENT) =>
  parseResource(User, { userName: 'ava@corp.example', ...body }, profile);
const fault = (run: () => unknown): { status: number; scimType?: string | undefined; detail: string } => {
  try {
    run();
  } catch (error) {
    if (error instanceof ScimError) return { status: error.status, scimType: error.scimType, detail: error.detail };
    throw error;
  }
  throw new Error('Nothing was thrown.');
};
const invalid = (body: JsonObject, about: string, profile?: ClientProfile) => {
  const found = fault(() => user(body, profile));
  expect(found).toMatchObject({ status: 400, scimType: 'invalidValue' });
  expect(found.detail).toContain(about);
};

describe('RFC 7643 §8 examples', () => {
  it('keeps a minimal user, without what the server assigns', () => {
    expect(parseResource(User, minimalUser(), STRICT)).toEqual({
      resource: { schemas: [USER_URN], userName: 'bea@corp.example' },
      ignored: [],
    });
  });

  it('keeps every readWrite attribute of a full enterprise user as it is', () => {
    const { resource, password, ignored } = parseResource(User, fullUser(), STRICT);
    const expected = fullUser();
    for (const name of ['id', 'meta', 'groups', 'password']) delete expected[name];
    delete ((expected[ENTERPRISE_URN] as JsonObject).manager as JsonObject).displayName;
    expect(resource).toEqual(expected);
    expect(password).toBe('t1meMa$heen');
    expect(ignored).toEqual([]);
  });

  it('takes the members of a group apart', () => {
    expect(parseResource(Group, group(), STRICT)).toEqual({
      resource: { schemas: [GROUP_URN], displayName: 'Tour Guides' },
      members: [
        { value: '2819c223', type: 'User' },
        { value: '902c246b', type: 'User' },
      ],
      ignored: [],
    });
  });
});

describe('names', () => {
  it('count in any case and come out as the schema spells them', () => {
    const { resource, ignored } = user({
      USERNAME: 'bo@corp.example',
      Name: { GIVENNAME: 'Bo' },
      [ENTERPRISE_URN.toUpperCase()]: { Department: 'Sales' },
    });
    expect(resource).toEqual({
      schemas: [USER_URN, ENTERPRISE_URN],
      userName: 'bo@corp.example',
      name: { givenName: 'Bo' },
      [ENTERPRISE_URN]: { department: 'Sales' },
    });
    expect(ignored).toEqual([]);
  });

  it('may be paths at the top of the body (EN-U4)', () => {
    const { resource } = user({
      'name.givenName': 'Kit',
      [`${ENTERPRISE_URN}:employeeNumber`]: '77',
      [`${ENTERPRISE_URN}:manager.value`]: '00u9',
      [`${USER_URN}:title`]: 'Boss',
      name: { familyName: 'Poe', givenName: 'K' },
    });
    expect(resource).toMatchObject({
      title: 'Boss',
      name: { familyName: 'Poe', givenName: 'Kit' },
      [ENTERPRISE_URN]: { employeeNumber: '77', manager: { value: '00u9' } },
    });
  });

  it('may stand under the URN of the core', () => {
    expect(parseResource(User, { [USER_URN]: { userName: 'x' } }, STRICT).resource.userName).toBe('x');
  });

  it('never reach a prototype', () => {
    const body = JSON.parse(
      `{"userName":"a","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},
        "name":{"__proto__":{"polluted":1},"givenName":"A"},
        "${CUSTOM_URN}":{"__proto__":"x","constructor":"y","toString":"z","ok":"1"},"__proto__.polluted":1}`,
    ) as Json;
    const { resource, ignored } = parseResource(User, body, LENIENT);
    expect(resource).toEqual({
      schemas: [USER_URN, CUSTOM_URN],
      userName: 'a',
      name: { givenName: 'A' },
      [CUSTOM_URN]: { ok: '1' },
    });
    expect(({} as JsonObject).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(resource)).toBe(Object.prototype);
    expect(ignored).toEqual(expect.arrayContaining(['__proto__', 'constructor', 'name.__proto__']));
  });

  it('that nobody defined are ignored and named, or refused (K6, EN-C3, EN-G1)', () => {
    const body = {
      schemas: [USER_URN, 'http://other.example/Group'],
      shoeSize: 43,
      'urn:ietf:params:scim:schemas:extension:Acme:2.0:User': { badge: '7' },
      name: { nick: 'x' },
      'emails.value': 'x@y.example',
      [`${ENTERPRISE_URN}:floor`]: 3,
    };
    const { resource, ignored } = user(body);
    expect(resource).toEqual({ schemas: [USER_URN], userName: 'ava@corp.example' });
    // Named in `schemas` and as a block, noted once.
    const twice = { schemas: [USER_URN, 'urn:a:b'], 'urn:a:b': {} };
    expect(user(twice).ignored).toEqual(['urn:a:b']);
    expect([...ignored].sort()).toEqual(
      [
        'http://other.example/Group',
        'shoeSize',
        'name.nick',
        'urn:ietf:params:scim:schemas:extension:Acme:2.0:User',
        'emails.value',
        `${ENTERPRISE_URN}:floor`,
      ].sort(),
    );
    for (const [name, value] of Object.entries(body)) {
      const found = fault(() => user({ [name]: value }, STRICT));
      expect(found).toMatchObject({ status: 400, scimType: 'invalidSyntax' });
    }
  });

  it.each([
    [['urn:ietf:params:scim:schemas:core:2.0:Group']],
    [['urn:ietf:params:scim:api:messages:2.0:PatchOp']],
    ['urn:scim:schemas:core:1.0'],
  ])('in schemas that are all of something else mean another endpoint: %j', (schemas) => {
    expect(fault(() => user({ schemas }))).toMatchObject({ status: 400, scimType: 'invalidSyntax' });
  });

  it.each([[[]], [null], [''], [[USER_URN.toUpperCase()]], [[ENTERPRISE_URN]], [[USER_URN, 'urn:a:b']], [5]])(
    'in schemas may be few, in any case, or beside others: %j',
    (schemas) => expect(user({ schemas }).resource.schemas).toEqual([USER_URN]),
  );

  it('that are ignored are fit for a log: storable, short, and few', () => {
    const body: JsonObject = { [`a\u0000${'b'.repeat(500)}`]: 1, 'c\ud800': 1 };
    for (let i = 0; i < 200; i++) body[`x${i}`] = i;
    const { ignored } = user(body);
    expect(ignored).toHaveLength(50);
    expect(ignored.every((name) => name.length <= 100 && !/[\0\u{D800}-\u{DFFF}]/u.test(name))).toBe(true);
  });
});

describe('unassigned values', () => {
  it('are null, [] and "" alike (OK-U9)', () => {
    const { resource } = user({
      title: '',
      nickName: null,
      emails: [],
      name: { givenName: '', familyName: null },
      phoneNumbers: [{ value: '' }, null],
      active: null,
      [ENTERPRISE_URN]: { department: '', manager: '' },
      externalId: '',
    });
    expect(resource).toEqual({ schemas: [USER_URN], userName: 'ava@corp.example' });
  });

  it('do not stand for a required attribute', () => {
    for (const userName of [null, '', '   ', [], undefined as unknown as Json]) {
      invalid({ userName }, 'userName');
    }
    expect(fault(() => parseResource(Group, { displayName: ' ' }, LENIENT)).detail).toContain('displayName');
    expect(fault(() => parseResource(Group, {}, LENIENT))).toMatchObject({ scimType: 'invalidValue' });
  });

  it('undo an earlier spelling of the same name', () => {
    expect(user({ title: 'x', TITLE: null }).resource).not.toHaveProperty('title');
    expect(user({ name: { givenName: 'A', GIVENNAME: '' } }).resource).not.toHaveProperty('name');
    expect(user({ name: { givenName: 'A' }, 'name.givenName': null }).resource).not.toHaveProperty('name');
  });
});

describe('types', () => {
  it('coerce what Okta and Entra are known to send (K4, K5, OK-A3)', () => {
    const { resource } = user({
      active: 'False',
      externalId: 701984,
      emails: { value: 'a@b.example', primary: 'TRUE' },
      roles: ['admin'],
      [ENTERPRISE_URN]: { employeeNumber: 7, manager: '<U9>' },
    });
    expect(resource).toMatchObject({
      active: false,
      externalId: '701984',
      emails: [{ value: 'a@b.example', primary: true }],
      roles: [{ value: 'admin' }],
      [ENTERPRISE_URN]: { employeeNumber: '7', manager: { value: '<U9>' } },
    });
  });

  it('are held to in the strict profile', () => {
    invalid({ active: 'False' }, 'active', STRICT);
    invalid({ externalId: 701984 }, 'externalId', STRICT);
    invalid({ emails: { value: 'a@b.example' } }, 'emails', STRICT);
    invalid({ roles: ['admin'] }, 'roles', STRICT);
    invalid({ [ENTERPRISE_URN]: { manager: 'x' } }, 'manager', STRICT);
  });

  it('are faults where nothing can be made of the value', () => {
    invalid({ active: 'yes' }, 'active');
    invalid({ title: { a: 1 } }, 'title');
    invalid({ title: ['a', 'b'] }, 'title');
    invalid({ title: true }, 'title');
    invalid({ name: 'Ava Lee' }, 'name');
    invalid({ emails: [{ value: { a: 1 } }] }, 'emails.value');
    invalid({ emails: [[{ value: 'x' }]] }, 'emails');
    invalid({ [ENTERPRISE_URN]: 'Sales' }, ENTERPRISE_URN);
    invalid({ x509Certificates: [{ value: 'not base64!' }] }, 'x509Certificates.value');
    for (const body of [null, 'x', 1, [], [{}]] as Json[]) {
      expect(fault(() => parseResource(User, body, LENIENT)).scimType).toBe('invalidSyntax');
    }
  });

  it('refuse text that PostgreSQL could not store, and text that is too long', () => {
    invalid({ title: 'a\u0000b' }, 'title');
    invalid({ title: '\ud800' }, 'title');
    invalid({ [CUSTOM_URN]: { note: 'x\udc00' } }, 'note');
    invalid({ title: 'x'.repeat(65_537) }, 'title');
    invalid({ userName: 'x'.repeat(513) }, 'userName');
    invalid({ userName: 'a\tb' }, 'userName');
    invalid({ emails: Array.from({ length: 5_001 }, () => ({ value: 'x' })) }, 'emails');
    expect(user({ title: 'A😀' }).resource.title).toBe('A😀');
    expect(user({ title: 'x'.repeat(65_536) }).resource.title).toHaveLength(65_536);
    expect(user({ userName: ' Ava Lee ' }).resource.userName).toBe(' Ava Lee ');
  });

  it('let the first of several primary values keep it', () => {
    const { resource } = user({
      emails: [
        { value: 'a', primary: true },
        { value: 'b', primary: true },
        { value: 'c', primary: false },
      ],
    });
    expect(resource.emails).toEqual([
      { value: 'a', primary: true },
      { value: 'b', primary: false },
      { value: 'c', primary: false },
    ]);
  });
});

describe('readOnly attributes', () => {
  it('are dropped without a look at their value (R31, K8, OK-U1)', () => {
    const { resource } = user(
      {
        id: 'mine',
        meta: { created: 'nonsense' },
        groups: [{ value: 'g' }],
        [ENTERPRISE_URN]: { manager: { displayName: 'Max' } },
      },
      STRICT,
    );
    expect(resource).toEqual({ schemas: [USER_URN], userName: 'ava@corp.example' });
  });
});

describe('the open extension', () => {
  it('keeps any further scalar as it was sent, one spelling a name', () => {
    const { resource, ignored } = user(
      { [CUSTOM_URN]: { employeeType: 'x', badge: 'B-7', level: 3, remote: true, BADGE: 'B-8', gone: '', '': 1 } },
      LENIENT,
    );
    expect(resource[CUSTOM_URN]).toEqual({ employeeType: 'x', badge: 'B-8', level: 3, remote: true });
    expect(ignored).toEqual([`${CUSTOM_URN}:`]);
    expect(user({ [`${CUSTOM_URN}:badge`]: 'B-7' }, STRICT).resource[CUSTOM_URN]).toEqual({ badge: 'B-7' });
  });

  it('keeps no structures, and has an end', () => {
    const { resource, ignored } = user({ [CUSTOM_URN]: { a: { b: 1 }, c: [1] } });
    expect(resource.schemas).toEqual([USER_URN]);
    expect(ignored).toEqual([`${CUSTOM_URN}:a`, `${CUSTOM_URN}:c`]);
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`a${i}`, 'x']));
    invalid({ [CUSTOM_URN]: many }, '500');
  });
});

describe('members', () => {
  const members = (value: Json, profile: ClientProfile = LENIENT) =>
    parseResource(Group, { displayName: 'G', members: value }, profile).members;

  it('are each there once, whatever the form', () => {
    expect(
      members([
        { value: 'a', display: 'A' },
        { value: 'a', type: 'user' },
        'b',
        7,
        { $ref: '../Groups/c' },
        { $ref: null, VALUE: 'd', Type: 'Device' },
      ]),
    ).toEqual([
      { value: 'a', type: 'User' },
      { value: 'b' },
      { value: '7' },
      { value: 'c', type: 'Group' },
      { value: 'd' },
    ]);
    expect(members({ value: 'a' })).toEqual([{ value: 'a' }]);
  });

  it('are none for null and [], and undefined when absent', () => {
    expect(members([])).toEqual([]);
    expect(members(null)).toEqual([]);
    expect(parseResource(Group, { displayName: 'G' }, LENIENT)).not.toHaveProperty('members');
  });

  it('need a value that can be one', () => {
    for (const value of [[{}], [{ value: '' }], [{ value: {} }], [null], [{ value: 'a\u0000' }], true] as Json[]) {
      expect(fault(() => members(value))).toMatchObject({ status: 400, scimType: 'invalidValue' });
    }
    expect(fault(() => members(['a'], STRICT)).scimType).toBe('invalidValue');
  });

  it('may be ten thousand', () => {
    const list = Array.from({ length: 10_000 }, (_, i) => ({ value: `u${i}`, display: `User ${i}` }));
    expect(members(list)).toHaveLength(10_000);
  });
});

it('reads a body of Okta (OK-C1, OK-C2) into what is stored', () => {
  const { resource, password, ignored } = parseResource(User, oktaUser(), STRICT);
  const expected = oktaUser();
  delete expected.groups;
  delete expected.password;
  expect(resource).toEqual(expected);
  expect(password).toBe('k3Tz90qa');
  expect(ignored).toEqual([]);
});
