import { Assertion, Assertions } from '../assertion';
import { Json } from '../wire-client';
import { CORE, ENT, World } from '../world';

/** Makes these people; the filter or order of the vector tells them apart. */
const people =
  (everyone: Readonly<Record<string, Json>>): NonNullable<Assertion['arrange']> =>
  async (world) => {
    for (const [name, change] of Object.entries(everyone)) await world.user(name, change);
  };

const resources = (body: Json): Json[] => body.Resources as Json[];

/** The people that came, by their placeholders, in the order in which they came. */
const names = (world: World, body: Json): string[] => {
  const known = new Map([...world.names].map(([name, id]) => [id, name]));
  return resources(body).map((resource) => known.get(String(resource.id)) ?? String(resource.id));
};

/** Exactly these match, whatever the order. */
const finds =
  (...expected: string[]): NonNullable<Assertion['body']> =>
  ({ body }, world) => {
    expect(names(world, body).sort()).toEqual(expected.sort());
    expect(body.totalResults).toBe(expected.length);
  };

const emails = (...values: [type: string, value: string][]): Json => ({
  emails: values.map(([type, value]) => ({ type, value })),
});

/** Filters, sorting, paging, projection, discovery (catalogue §3.1, §3.2, §3.5). */
export const RFC_READ: Assertions = {
  R03: { arrange: people({ U1: {}, U2: { emails: undefined }, U3: { emails: [] } }), body: finds('U1') },
  // Our choice where the RFC is silent: what is missing is not equal.
  R04: { arrange: people({ U1: { title: 'Boss' }, U2: { title: 'Chief' }, U3: {} }), body: finds('U2', 'U3') },
  R07: {
    arrange: people({
      U1: { title: 'T', userType: 'Y', active: false },
      U2: { userType: 'X' },
      U3: { userType: 'X', active: false },
      U4: { userType: 'Y' },
    }),
    body: finds('U1', 'U2'),
  },
  R08: {
    arrange: people({
      U1: emails(['work', 'a@b.example'], ['home', 'x@a.example']),
      U2: emails(['home', 'y@a.example']),
    }),
    body: finds('U1'),
  },
  R09: {
    arrange: people({
      U1: emails(['work', 'a@b.example'], ['home', 'x@a.example']),
      U2: emails(['work', 'y@a.example']),
    }),
    body: finds('U2'),
  },
  R10: { arrange: people({ U1: {}, U2: {} }), body: finds('U1') },
  R11: {
    arrange: async (world) => {
      await world.user('U9');
      await world.user('U1', { schemas: [CORE, ENT], [ENT]: { manager: { value: world.id('U9') } } });
    },
    body: finds('U1'),
  },
  R13: { arrange: people({ U1: { schemas: [CORE, ENT], [ENT]: { department: 'Sales' } }, U2: {} }), body: finds('U1') },
  R14: {
    body: finds('U1'),
    // An hour from now, written in a zone where it is still yesterday: text would sort it before.
    post: async (world) => {
      const { lastModified } = (await world.read('/Users/<U1>')).meta as { lastModified: string };
      const later = new Date(Date.parse(lastModified) + 3_600_000 - 11 * 3_600_000)
        .toISOString()
        .replace('Z', '-11:00');
      expect(await world.found('/Users', `meta.lastModified gt "${later}"`)).toEqual([]);
      expect(await world.found('/Users', `meta.lastModified lt "${later}"`)).toHaveLength(1);
    },
  },
  R16: {
    arrange: people({ U1: {}, U2: {} }),
    body: ({ body }) =>
      expect(body).toMatchObject({ startIndex: 1, itemsPerPage: 1, totalResults: 2, Resources: [{}] }),
  },
  R17: { body: ({ body }) => expect(body).toMatchObject({ totalResults: 1, itemsPerPage: 0, Resources: [] }) },
  R18: { body: ({ body }) => expect(body).toMatchObject({ totalResults: 1, itemsPerPage: 0, Resources: [] }) },
  R19: {
    arrange: async (world) => void (await world.crowd(3)),
    body: ({ body }) => expect(body).toMatchObject({ totalResults: 3, itemsPerPage: resources(body).length }),
  },
  R20: {
    arrange: people({
      U1: { emails: [{ value: 'a@z.example' }, { value: 'Zed@z.example', primary: true }] },
      U2: { emails: [{ value: 'MID@z.example' }] },
      U3: { emails: undefined },
      U4: { emails: [{ value: 'beta@z.example' }, { value: 'aaa@z.example' }] },
    }),
    body: ({ body }, world) => expect(names(world, body)).toEqual(['U4', 'U2', 'U1', 'U3']),
    post: async (world) => {
      const { body } = await world.send('GET', '/Users?sortBy=emails&sortOrder=descending');
      expect(names(world, body)).toEqual(['U3', 'U1', 'U2', 'U4']);
    },
  },
  R21: {
    body: ({ status, body }) => {
      if (status === 400) expect(body.scimType).toBe('tooMany');
      else expect(body).toMatchObject({ totalResults: 1 });
    },
  },
  R22: { body: ({ body }) => expect(body.totalResults).toBe(1) },
  R23: {
    arrange: people({ U1: {}, U2: {} }),
    body: ({ body }, world) => {
      expect(names(world, body)).toEqual(['U1']);
      expect(Object.keys(resources(body)[0] ?? {}).sort()).toEqual(['displayName', 'id', 'schemas', 'userName']);
    },
    post: async (world) => {
      await world.group('G1', 'Avalanche');
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
      const { status, body } = await world.send('POST', '/.search', { schemas, filter: 'displayName sw "ava"' });
      expect([status, names(world, body).sort()]).toEqual([200, ['G1', 'U1']]);
    },
  },
  R26: {
    body: ({ body }, world) => {
      expect(body.id).toBe(world.id('U1'));
      expect(body).not.toHaveProperty('emails');
      expect(body).toHaveProperty('userName');
    },
  },
  R27: {
    arrange: people({ U1: { password: 'k3Tz90qa' } }),
    body: ({ text }) => expect(text).not.toMatch(/password|k3Tz90qa/),
    // Never filterable: a yes or no would be an oracle.
    post: async (world) => {
      for (const filter of ['password eq "k3Tz90qa"', 'password pr']) {
        const { status, body } = await world.send('GET', `/Users?filter=${filter}`);
        expect(status === 400 || status === 403 || body.totalResults === 0).toBe(true);
      }
    },
  },
  R29: {
    arrange: people({ U1: { schemas: [CORE, ENT], title: 'T', [ENT]: { department: 'Sales', division: 'EMEA' } } }),
    body: ({ body }) => {
      const { schemas: _, id: __, ...rest } = body;
      expect(rest).toEqual({ emails: [{ value: 'ava@corp.example' }], [ENT]: { department: 'Sales' } });
    },
  },
  R57: {
    arrange: async (world) => {
      await world.user('U1');
      const { headers } = await world.send('GET', '/Users/<U1>');
      return { h: { 'If-None-Match': String(headers.get('etag')) } };
    },
  },
  // The version stands before the resources in our URL: /scim/v2.
  R58: { arrange: (world) => Promise.resolve({ q: `GET ${new URL(world.server.baseUrl).origin}/scim/v9/Users` }) },
  R61: { body: ({ body }) => expect(body.totalResults).toBe(1) },
  R63: {
    body: ({ body }) => {
      expect(body.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig']);
      expect(body).toMatchObject({ patch: { supported: true }, authenticationSchemes: [{ type: expect.any(String) }] });
    },
    // A client learns here how to authenticate, so it need not have done so.
    post: async (world) => {
      const anonymous = await fetch(`${world.server.baseUrl}/ServiceProviderConfig`);
      expect([anonymous.status, (await anonymous.text()).includes('authenticationSchemes')]).toEqual([200, true]);
    },
  },
  R64: { body: ({ body }) => expect(body).toMatchObject({ id: CORE, name: 'User', meta: { resourceType: 'Schema' } }) },
};
