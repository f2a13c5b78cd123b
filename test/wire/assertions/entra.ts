import { Assertion, Assertions } from '../assertion';
import { Json } from '../wire-client';
import { ENT, PATCH_OP, World } from '../world';

const KIT = { userName: 'kit@corp.example', displayName: 'Kit Poe', name: { givenName: 'Kit', familyName: 'Poe' } };

/** What Ava's resource says afterwards, among other things. */
const reads =
  (expected: Json): NonNullable<Assertion['post']> =>
  async (world) =>
    expect(await world.read('/Users/<U1>')).toMatchObject(expected);

/** A group with some of these people in it. */
const grouped =
  (everyone: string[], members: string[]): NonNullable<Assertion['arrange']> =>
  async (world) => {
    for (const name of everyone) await world.user(name);
    await world.group('G1', 'Eng', members);
  };

const exactly =
  (...names: string[]): NonNullable<Assertion['post']> =>
  async (world) =>
    expect(await world.membersOf('G1')).toEqual(world.ids(...names));

const managerOf = (user: Json): unknown => (user[ENT] as Json | undefined)?.manager;
const foundIds = (body: Json): unknown[] => (body.Resources as Json[]).map((resource) => resource.id);

/** Entra ID (catalogue §2). */
export const ENTRA: Assertions = {
  'EN-T2': { post: (_, { text }) => Promise.resolve(expect(text).not.toContain('null')) },
  'EN-M1': {
    arrange: async (world) => void (await world.user('U1', { ...KIT, externalId: 'kit' })),
    body: ({ body }, world) => expect(foundIds(body)).toEqual([world.id('U1')]),
    // One of its samples has the value unquoted.
    post: async (world) => {
      const { status, body } = await world.send('GET', '/Users?filter=externalId eq kit');
      expect([status, foundIds(body)]).toEqual([200, [world.id('U1')]]);
    },
  },
  'EN-M2': {
    arrange: async (world) => {
      await world.user('U1', KIT);
      await world.user('U2', { emails: [{ value: KIT.userName, type: 'home' }] });
    },
    body: ({ body }, world) => expect(foundIds(body)).toEqual([world.id('U1')]),
  },
  'EN-C1': {
    body: ({ body }) => expect(body).toMatchObject({ externalId: '0a21f0f2', name: { formatted: 'Kit Poe' } }),
  },
  'EN-C2': { body: ({ body }, world) => expect(managerOf(body)).toMatchObject({ value: world.id('U9') }) },
  'EN-U1': {
    post: reads({
      userName: 'kit2@corp.example',
      name: { familyName: 'Rae', givenName: 'Ava' },
      emails: [{ type: 'work', value: 'kit2@corp.example' }],
    }),
  },
  'EN-U2': {
    post: async (world) => {
      expect((await world.read('/Users/<U1>')).active).toBe(false);
      await world.patched('/Users/<U1>', { op: 'Replace', path: 'active', value: 'True' });
      expect((await world.read('/Users/<U1>')).active).toBe(true);
    },
  },
  'EN-U3': { post: reads({ active: false }) },
  'EN-U4': {
    post: reads({
      displayName: 'Kit R',
      name: { givenName: 'Kit', familyName: 'Lee' },
      [ENT]: { employeeNumber: '77' },
    }),
  },
  'EN-U5': { post: reads({ schemas: expect.arrayContaining([ENT]), [ENT]: { department: 'Sales' } }) },
  'EN-U6': {
    body: async (_, world) =>
      expect(managerOf(await world.read('/Users/<U1>'))).toMatchObject({ value: world.id('U9') }),
    post: async (world) => {
      const path = `${ENT}:manager`;
      await world.patched('/Users/<U1>', { op: 'Replace', path, value: '' });
      expect(managerOf(await world.read('/Users/<U1>'))).toBeUndefined();
      // The older sample.
      await world.patched('/Users/<U1>', {
        op: 'Add',
        path: 'manager',
        value: [{ $ref: '../Users/x', value: world.id('U9') }],
      });
      expect(managerOf(await world.read('/Users/<U1>'))).toMatchObject({ value: world.id('U9') });
    },
  },
  'EN-U7': {
    post: async (world) => {
      const { addresses, phoneNumbers, emails } = await world.read('/Users/<U1>');
      expect(addresses).toMatchObject([{ type: 'work', formatted: '1 High St' }]);
      expect(phoneNumbers).toMatchObject([{ type: 'mobile', value: '+1 555 0100' }]);
      expect(emails).toMatchObject([{ type: 'work', value: 'k@corp.example' }]);
      expect(emails).toHaveLength(1);
    },
  },
  'EN-U8': {
    arrange: async (world) => {
      const emails = [{ type: 'work', value: 'ava@corp.example', primary: false }];
      await world.user('U1', { emails, roles: [{ value: 'User', primary: true }] });
    },
    post: reads({ emails: [{ type: 'work', primary: true }], roles: [{ value: 'Admin', primary: true }] }),
  },
  'EN-U9': {
    post: async (world) => {
      const { roles } = await world.read('/Users/<U1>');
      expect(roles).toHaveLength(1);
      expect((roles as Json[])[0]?.value).toEqual(expect.stringContaining('Admin'));
    },
  },
  'EN-D1': { post: async (world) => expect((await world.send('GET', '/Users/<U1>')).status).toBe(404) },
  'EN-D2': {
    arrange: async (world) => {
      await world.user('U1', KIT);
      await world.group('G1', 'Eng', ['U1']);
      await world.patched('/Users/<U1>', { op: 'Replace', path: 'active', value: 'False' });
    },
    // Entra does not send memberships again when it restores somebody.
    post: exactly('U1'),
  },
  'EN-G1': {
    body: ({ body }) =>
      expect(body).toMatchObject({ displayName: 'Eng', externalId: '8aa1a0c0', id: expect.any(String) }),
  },
  'EN-G2': {
    body: ({ body }) => {
      expect(body.displayName).toBe('Sales');
      expect(body).not.toHaveProperty('members');
    },
  },
  'EN-G3': {
    arrange: grouped(['U1'], ['U1']),
    body: ({ body }, world) => {
      expect(foundIds(body)).toEqual([world.id('G1')]);
      expect((body.Resources as Json[])[0]).not.toHaveProperty('members');
    },
  },
  'EN-G4': { arrange: grouped(['U1'], []), post: exactly('U1') },
  'EN-G5': { arrange: grouped(['U1', 'U2'], ['U1', 'U2']), post: exactly('U2') },
  'EN-G6': { arrange: grouped(['U1', 'U2'], ['U1', 'U2']), post: exactly('U2') },
  'EN-G7': {
    arrange: grouped(['U1', 'U2'], ['U1']),
    body: ({ body }) => expect(body.totalResults).toBe(1),
    post: async (world) => {
      for (const clause of ['members eq "<U2>"', 'members.value eq "<U2>"']) {
        expect(await world.found('/Groups', `id eq "<G1>" and ${clause}`)).toEqual([]);
      }
      expect(await world.found('/Groups', 'id eq "<G1>" and members.value eq "<U1>"')).toHaveLength(1);
    },
  },
  'EN-G8': {
    arrange: grouped(['U1', 'U2'], ['U1']),
    post: async (world, answer) => {
      await exactly('U1')(world, answer);
      expect(await world.read('/Groups/<G1>')).toMatchObject({ displayName: 'Eng2' });
    },
  },
  'EN-G9': { post: async (world) => expect((await world.send('GET', '/Groups/<G1>')).status).toBe(404) },
  'EN-U10': {
    post: async (world: World) => {
      const { status, body } = await world.send('PATCH', '/Users/<U1>', { schemas: [PATCH_OP] });
      expect([status, body.scimType]).toEqual([400, 'invalidSyntax']);
    },
  },
};
