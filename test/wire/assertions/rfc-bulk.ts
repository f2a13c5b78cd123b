import { Assertions } from '../assertion';
import { Json } from '../wire-client';
import { CORE, GROUP, PATCH_OP } from '../world';

const bulk = (Operations: Json[], failOnErrors?: number) => ({
  b: {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    ...(failOnErrors ? { failOnErrors } : {}),
    Operations,
  },
});
const post = (bulkId: string, path: string, data: Json): Json => ({ method: 'POST', path, bulkId, data });
const nameless = post('q1', '/Users', { schemas: [CORE] });
const ava = post('q2', '/Users', { schemas: [CORE], userName: 'ava@corp.example' });
const operations = (body: Json): Json[] => body.Operations as Json[];
/** Results come in any order: the bulkId says whose they are. */
const resultOf = (body: Json, bulkId: string): Json | undefined => operations(body).find((o) => o.bulkId === bulkId);
const idOf = (body: Json, bulkId: string): string => String(resultOf(body, bulkId)?.location).split('/').pop() ?? '';

/** Bulk (catalogue §3.6). */
export const BULK: Assertions = {
  R65: {
    post: async (world, { body }) => {
      world.names.set('G1', idOf(body, 'q2'));
      expect(await world.membersOf('G1')).toEqual([idOf(body, 'q1')]);
    },
  },
  R66: {
    arrange: () => {
      const group = (bulkId: string, other: string): Json =>
        post(bulkId, '/Groups', { schemas: [GROUP], displayName: bulkId, members: [{ value: `bulkId:${other}` }] });
      return Promise.resolve(bulk([group('q1', 'q2'), group('q2', 'q1')]));
    },
    body: async ({ body }, world) => {
      const statuses = ['q1', 'q2'].map((bulkId) => resultOf(body, bulkId)?.status);
      if (statuses.includes('409')) return;
      expect(statuses).toEqual(['201', '201']);
      world.names.set('G1', idOf(body, 'q1')).set('G2', idOf(body, 'q2'));
      expect(await world.membersOf('G1')).toEqual(world.ids('G2'));
      expect(await world.membersOf('G2')).toEqual(world.ids('G1'));
    },
  },
  R67: {
    arrange: () => Promise.resolve(bulk([nameless, ava], 1)),
    body: ({ body }) => expect(operations(body).map((o) => o.status)).toEqual(['400']),
    post: async (world) => {
      expect(await world.found('/Users', 'userName eq "ava@corp.example"')).toEqual([]);
      const { body } = await world.send('POST', '/Bulk', bulk([nameless, ava]).b);
      expect(operations(body).map((o) => o.status)).toEqual(['400', '201']);
    },
  },
  R68: {
    arrange: () => Promise.resolve(bulk([nameless])),
    post: async (world, { body }) => {
      expect(operations(body)[0]).not.toHaveProperty('location');
      const { bulkId: _, ...anonymous } = ava;
      const answer = await world.send('POST', '/Bulk', bulk([anonymous]).b);
      expect(answer.status === 400 || operations(answer.body)[0]?.status === '400').toBe(true);
    },
  },
  R69: {
    arrange: async (world) => {
      const limits = (await world.read('/ServiceProviderConfig')).bulk as { maxOperations: number };
      world.names.set('limit', String(limits.maxOperations));
      return bulk(Array.from({ length: limits.maxOperations + 1 }, () => ({ method: 'DELETE', path: '/Users/x' })));
    },
    body: ({ body }, world) => {
      expect(body.status).toBe('413');
      expect(String(body.detail).replace(/[,.\s]/g, '')).toContain(world.id('limit'));
    },
  },
  R70: {
    arrange: async (world) => {
      await world.user('U1');
      const data = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'T' }] };
      return bulk([{ method: 'PATCH', path: `/Users/${world.id('U1')}`, version: 'W/"old"', data }]);
    },
    post: async (world) => expect(await world.read('/Users/<U1>')).not.toHaveProperty('title'),
  },
};
