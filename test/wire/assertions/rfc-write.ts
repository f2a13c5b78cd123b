import { Assertions } from '../assertion';
import { Json } from '../wire-client';
import { CORE, PATCH_OP, World } from '../world';

const AVA = { schemas: [CORE], userName: 'ava@corp.example', active: true };
const BADGE = 'urn:example:scim:schemas:extension:immutable:1.0:User';

/** Ava is there, and the request is a PUT of this. */
const avaThenPut =
  (body: Json, before: Json = {}) =>
  async (world: World) => {
    await world.user('U1', before);
    return { b: body };
  };

/** Create, replace, delete, versions (catalogue §3.3, §3.5). */
export const RFC_WRITE: Assertions = {
  R31: {
    body: ({ body }) => {
      expect(body.id).not.toBe('mine');
      expect((body.meta as Json).created).not.toMatch(/^2000/);
      expect(body.groups ?? []).toEqual([]);
    },
  },
  R32: {
    arrange: () => Promise.resolve({ b: AVA }),
    headers: ({ headers, body }) => {
      const { location, version } = body.meta as Json;
      expect(location).toMatch(/^https?:\/\//);
      expect(headers.get('location')).toBe(location);
      expect(version).toMatch(/^W\/".+"$/);
      expect(headers.get('etag')).toBe(version);
    },
  },
  R33: { arrange: avaThenPut({ ...AVA, userName: 'Ava@CORP.example' }) },
  R34: {
    arrange: avaThenPut(AVA, { title: 'Boss', password: 'k3Tz90qa' }),
    body: ({ body }) => expect(body).not.toHaveProperty('title'),
  },
  R35: {
    arrange: async (world) => {
      const badge = {
        name: 'badge',
        type: 'string',
        multiValued: false,
        required: false,
        caseExact: true,
        mutability: 'immutable',
      };
      const attributes = [{ ...badge, returned: 'default', uniqueness: 'none' }];
      const { status, text } = await world.api('POST', '/schemas', { urn: BADGE, name: 'Badge', attributes });
      if (status !== 201) throw new Error(`POST /api/v1/schemas answered ${status}: ${text}`);
      await world.user('U1', { schemas: [CORE, BADGE], [BADGE]: { badge: 'B-7' } });
      return { b: { ...AVA, schemas: [CORE, BADGE], [BADGE]: { badge: 'B-8' } } };
    },
    post: async (world) => {
      expect(await world.read('/Users/<U1>')).toMatchObject({ [BADGE]: { badge: 'B-7' } });
      const same = await world.send('PUT', '/Users/<U1>', {
        ...AVA,
        schemas: [CORE, BADGE],
        [BADGE]: { badge: 'B-7' },
      });
      expect(same.status).toBe(200);
    },
  },
  R36: { arrange: avaThenPut({ schemas: [CORE], displayName: 'Ava Lee' }) },
  R37: {
    arrange: () => Promise.resolve({ b: AVA }),
    post: async (world) => expect(await world.found('/Users', 'userName eq "ava@corp.example"')).toEqual([]),
  },
  R55: {
    arrange: async (world) => {
      await world.user('U1');
      await world.group('G1', 'Sales', ['U1']);
    },
    post: async (world) => {
      const rename = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'T' }] };
      for (const [method, body] of [['GET'], ['PUT', AVA], ['PATCH', rename], ['DELETE']] as const) {
        expect((await world.send(method, '/Users/<U1>', body)).status).toBe(404);
      }
      expect(await world.found('/Users', 'userName eq "ava@corp.example"')).toEqual([]);
      expect(await world.membersOf('G1')).toEqual([]);
      const former = world.id('U1');
      expect((await world.user('U1')).id).not.toBe(former);
    },
  },
  R56: {
    arrange: avaThenPut({ ...AVA, title: 'Boss' }),
    post: async (world) => expect(await world.read('/Users/<U1>')).not.toHaveProperty('title'),
  },
};
