import { Assertions } from '../assertion';
import { Json } from '../wire-client';
import { CORE, ENT, World } from '../world';

const AVA = {
  schemas: [CORE],
  userName: 'ava@corp.example',
  name: { givenName: 'Ava', familyName: 'Lee' },
  active: true,
};
const ids = (body: Json): unknown[] => (body.Resources as Json[]).map((resource) => resource.id);

/** Ava is found although the client spells the filter in its own way. */
const findsAva = { body: ({ body }: { body: Json }, world: World) => expect(ids(body)).toEqual([world.id('U1')]) };

const gone = async (world: World, path: string): Promise<void> => {
  const { status } = await world.send('GET', path);
  expect(status).toBe(404);
};

/** Okta on users: test, match, create, update, deactivate, import, entitlements (catalogue §1.2 to §1.6, §1.8, §1.9). */
export const OKTA_USERS: Assertions = {
  'OK-H2': { arrange: () => Promise.resolve({ b: AVA }) },
  'OK-H3': { arrange: () => Promise.resolve({ b: AVA }) },
  'OK-H4': findsAva,
  'OK-H5': {
    ...findsAva,
    // A literal plus should arrive as %2B, and then means a plus.
    post: async (world) => {
      await world.user('U2', { userName: 'bo+test@corp.example' });
      const { body } = await world.send(
        'GET',
        '/Users?filter=userName+eq+%22bo%2Btest%40corp.example%22&startIndex=1&count=100',
      );
      expect(ids(body)).toEqual([world.id('U2')]);
    },
  },
  'OK-H6': findsAva,
  'OK-M3': { arrange: async (world) => void (await world.user('U1', { active: false })) },
  'OK-M4': {
    body: ({ body }, world) => expect(body).toMatchObject({ id: world.id('U1'), userName: AVA.userName, active: true }),
  },
  'OK-C1': {
    post: async (world) => {
      const stored = await world.read('/Users/<U1>');
      expect(stored).toMatchObject({ externalId: '00u1abcDEFghiJKL4x7', locale: 'en-US', displayName: 'Ava Lee' });
      expect(stored).not.toHaveProperty('password');
      expect(stored.groups ?? []).toEqual([]);
    },
  },
  'OK-C2': {
    body: ({ body }) => {
      expect(body).toMatchObject({ title: 'Sales Manager', [ENT]: { department: 'Sales' } });
      expect(body.schemas).toEqual(expect.arrayContaining([CORE, ENT]));
    },
  },
  'OK-C3': {
    arrange: async (world) => {
      await world.user('U1');
      return { b: { ...AVA, userName: 'AVA@Corp.Example' } };
    },
    post: async (world) => {
      const again = await world.send('POST', '/Users', AVA);
      expect([again.status, again.body.scimType]).toEqual([409, 'uniqueness']);
      expect(await world.found('/Users', 'userName eq "ava@corp.example"')).toHaveLength(1);
    },
  },
  'OK-U1': {
    arrange: async (world) => {
      await world.user('U1', { password: 'k3Tz90qa', externalId: '00u1abcDEFghiJKL4x7', title: 'Boss' });
      await world.group('G1', 'Sales', ['U1']);
    },
    body: ({ body }, world) =>
      expect(body).toMatchObject({
        schemas: [CORE],
        id: world.id('U1'),
        userName: AVA.userName,
        displayName: 'Ava Lee',
        active: true,
      }),
    // That the password stays cannot be seen over SCIM: it is returned never.
    post: async (world) => {
      const stored = await world.read('/Users/<U1>');
      expect(stored).toMatchObject({ id: world.id('U1'), meta: { location: world.fill('<base>/Users/<U1>') } });
      expect((stored.meta as Json).created).not.toBe('2026-01-01T00:00:00Z');
      expect((stored.meta as Json).lastModified).not.toBe('2026-01-01T00:00:00Z');
      expect(await world.membersOf('G1')).toEqual(world.ids('U1'));
    },
  },
  'OK-U2': { body: ({ body }) => expect(body).toMatchObject({ name: { middleName: 'Q' }, locale: 'en_US' }) },
  'OK-U4': { post: async (world) => expect((await world.read('/Users/<U1>')).active).toBe(false) },
  'OK-U5': { arrange: async (world) => void (await world.user('U1', { active: false })) },
  'OK-U6': {
    post: async (world) => expect(JSON.stringify(await world.read('/Users/<U1>'))).not.toMatch(/n3w-Pa55|"password"/),
    audit: async (world) => {
      const events = await world.events('user.password_changed', world.id('U1'));
      expect(events).toEqual([{ data: { stored: false }, sealed: null }]);
    },
  },
  'OK-U7': {
    arrange: () => Promise.resolve({ b: AVA }),
    post: async (world) => expect(await world.found('/Users', 'userName eq "ava@corp.example"')).toEqual([]),
  },
  'OK-U8': { post: (world) => gone(world, '/Users/<U1>') },
  'OK-U9': {
    arrange: async (world) => void (await world.user('U1', { title: 'Boss', nickName: 'Av' })),
    post: async (world) => {
      const stored = await world.read('/Users/<U1>');
      expect(stored.title ?? '').toBe('');
      expect(stored.nickName ?? null).toBeNull();
    },
  },
  'OK-I1': {
    arrange: async (world) => void (await world.crowd(250)),
    post: async (world, first) => {
      const seen = ids(first.body);
      for (const startIndex of [101, 201]) {
        const { body } = await world.send('GET', `/Users?startIndex=${startIndex}&count=100`);
        expect(body).toMatchObject({ totalResults: 250, startIndex, itemsPerPage: startIndex === 201 ? 50 : 100 });
        seen.push(...ids(body));
      }
      expect(new Set(seen).size).toBe(250);
      expect(seen).toHaveLength(250);
    },
  },
  'OK-I2': { arrange: async (world) => void (await world.crowd(2)) },
  'OK-I3': {
    arrange: async (world) => {
      await world.user('U1', { active: false });
      await world.user('U2');
    },
    body: ({ body }, world) => {
      expect(ids(body).sort()).toEqual(world.ids('U1', 'U2'));
      expect(body.Resources).toContainEqual(expect.objectContaining({ id: world.id('U1'), active: false }));
    },
  },
  'OK-A1': {
    body: ({ body }, world) => {
      expect(body[ENT]).toMatchObject({
        employeeNumber: '701',
        department: 'Sales',
        manager: { value: world.id('U9') },
      });
      // manager.displayName is readOnly: the client's word for it does not count.
      expect(body).not.toHaveProperty([ENT, 'manager', 'displayName'], 'Max Head');
    },
    // Okta may send a login that is no id of ours, and Entra a bare string.
    post: async (world) => {
      for (const manager of [{ value: 'somebody@else.example' }, 'somebody@else.example']) {
        const { status } = await world.send('PUT', '/Users/<U1>', { ...AVA, schemas: [CORE, ENT], [ENT]: { manager } });
        expect(status).toBe(200);
      }
    },
  },
  'OK-E1': {
    body: ({ body }) => {
      const types = body.Resources as Json[];
      expect(body).toMatchObject({ totalResults: types.length, startIndex: 1, itemsPerPage: types.length });
      for (const [schema, endpoint] of [
        ['urn:okta:scim:schemas:core:1.0:Role', '/Roles'],
        ['urn:okta:scim:schemas:core:1.0:Entitlement', '/Entitlements'],
        [CORE, '/Users'],
      ] as const) {
        const type = types.find((candidate) => candidate.schema === schema);
        expect(type).toMatchObject({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'], endpoint });
        expect(type).toMatchObject({
          id: expect.any(String),
          name: expect.any(String),
          meta: { resourceType: 'ResourceType' },
        });
      }
      const user = types.find((candidate) => candidate.schema === CORE);
      expect(user?.schemaExtensions).toContainEqual({ schema: ENT, required: false });
    },
  },
  'OK-E2': {
    arrange: async (world) => {
      const name = 'region';
      const region = {
        name,
        type: 'string',
        multiValued: false,
        required: false,
        caseExact: false,
        mutability: 'readWrite',
      };
      const { status, text } = await world.api('POST', '/schemas', {
        urn: 'urn:example:scim:schemas:extension:acme:1.0:Profile',
        name: 'Profile',
        attributes: [{ ...region, returned: 'default', uniqueness: 'none' }],
      });
      if (status !== 201) throw new Error(`POST /api/v1/schemas answered ${status}: ${text}`);
    },
  },
  'OK-E3': {
    arrange: async (world) => {
      const schemas = ['urn:okta:scim:schemas:core:1.0:Role'];
      await world.created('R1', '/Roles', { schemas, displayName: 'Admin', description: 'May do everything' });
    },
    body: ({ body }, world) => {
      expect(body).toMatchObject({ totalResults: 1, startIndex: 1, itemsPerPage: 1 });
      const [role] = body.Resources as Json[];
      expect(role).toMatchObject({ id: world.id('R1'), displayName: 'Admin', description: 'May do everything' });
      expect(role?.schemas).toContain('urn:okta:scim:schemas:core:1.0:Role');
    },
  },
  'OK-E5': {
    arrange: async (world) => {
      await world.user('U1');
      await governance(world);
      return { b: assigned(world) };
    },
    body: ({ body }, world) => expectAssignments(world, body),
    post: async (world) => {
      expectAssignments(world, await world.read('/Users/<U1>'));
      // Some connectors send assignments as PATCH instead.
      await world.user('U2');
      await world.patched('/Users/<U2>', { op: 'add', path: 'roles', value: assigned(world).roles });
      expect((await world.read('/Users/<U2>')).roles).toMatchObject([{ value: world.id('R1') }]);
    },
  },
  'OK-E6': {
    arrange: async (world) => {
      await governance(world);
      await world.user('U1', assigned(world));
    },
    body: ({ body }, world) => {
      const [user] = body.Resources as Json[];
      expectAssignments(world, user ?? {});
    },
  },
  'OK-R3': {
    arrange: async (world) => {
      await world.user('U1');
      return { b: { ...AVA, title: 'T'.repeat(70_000) } };
    },
    body: ({ body }) => {
      expect(body).toMatchObject({ status: '400', scimType: 'invalidValue' });
      expect(body.detail).toMatch(/title.*characters/);
      expect(body.detail).not.toMatch(/\bat .*:\d+|TTTT|Error/);
    },
  },
};

async function governance(world: World): Promise<void> {
  await world.created('R1', '/Roles', { schemas: ['urn:okta:scim:schemas:core:1.0:Role'], displayName: 'Admin' });
  const license = { schemas: ['urn:okta:scim:schemas:core:1.0:Entitlement'], displayName: 'Pro', type: 'License' };
  await world.created('E1', '/Entitlements', license);
  expect((await world.read('/Entitlements?count=1&startIndex=1')).Resources).toMatchObject([
    { id: world.id('E1'), type: 'License' },
  ]);
}

const assigned = (world: World): Json => ({
  ...AVA,
  entitlements: [{ value: world.id('E1'), display: 'Pro', type: 'License' }],
  roles: [{ value: world.id('R1'), display: 'Admin' }],
});

function expectAssignments(world: World, user: Json): void {
  expect(user.entitlements).toMatchObject([{ value: world.id('E1'), type: 'License' }]);
  expect(user.roles).toMatchObject([{ value: world.id('R1') }]);
}
