import { Assertions } from '../assertion';
import { Json } from '../wire-client';
import { World } from '../world';

/** RFC 9865 §2: unreserved characters only, so that it needs no encoding in a URL. */
const CURSOR = /^[A-Za-z0-9._~-]+$/;
/** Later than any cursor lives. */
const TWO_HOURS = 7_200_000;

const firstPage = async (world: World): Promise<Json> => world.read('/Users?cursor=&count=10');

/** Only the clock moves; the timers that HTTP and the database need keep running. */
function later(ms: number): void {
  jest.useFakeTimers({
    now: Date.now() + ms,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}

/** Cursor pagination (catalogue §4.1). */
export const NEWER: Assertions = {
  P1: {
    arrange: async (world) => void (await world.crowd(100)),
    body: ({ body }) => {
      expect(body).toMatchObject({ totalResults: 100, itemsPerPage: 10, nextCursor: expect.stringMatching(CURSOR) });
      expect(body).not.toHaveProperty('previousCursor');
    },
  },
  P2: {
    arrange: async (world) => {
      await world.crowd(25);
      return { q: `GET /Users?cursor=${(await firstPage(world)).nextCursor}&count=10` };
    },
    body: ({ body }) => expect(body).toMatchObject({ itemsPerPage: 10, nextCursor: expect.stringMatching(CURSOR) }),
    post: async (world, second) => {
      const first = await firstPage(world);
      const third = await world.read(`/Users?cursor=${second.body.nextCursor}&count=10`);
      expect(third).not.toHaveProperty('nextCursor');
      const everyone = [first, second.body, third].flatMap((page) => (page.Resources as Json[]).map((user) => user.id));
      expect([everyone.length, new Set(everyone).size]).toEqual([25, 25]);
    },
  },
  P4: {
    arrange: async (world) => {
      await world.crowd(11);
      const { nextCursor } = await firstPage(world);
      later(TWO_HOURS);
      return { q: `GET /Users?cursor=${nextCursor}&count=10` };
    },
  },
  P5: {
    arrange: async (world) => {
      await world.crowd(11);
      return { q: `GET /Users?cursor=${(await firstPage(world)).nextCursor}&count=-1` };
    },
  },
  P6: {
    body: ({ body }) => {
      expect(body).toMatchObject({ startIndex: 1, totalResults: 1, itemsPerPage: 1 });
      expect(body).not.toHaveProperty('nextCursor');
    },
  },
  P7: {
    arrange: async (world) =>
      void (await world.crowd(12, (n) => ({ userName: `s${n}@corp.example`, displayName: `Smith ${n}` }))),
    body: ({ body }) => expect(body).toMatchObject({ itemsPerPage: 10, nextCursor: expect.stringMatching(CURSOR) }),
    post: async (world, { body }) => {
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
      const search = { schemas, filter: 'displayName sw "smith"', count: 10 };
      const next = await world.send('POST', '/Users/.search', { ...search, cursor: body.nextCursor });
      expect(next.body).toMatchObject({ itemsPerPage: 2 });
      expect(next.body).not.toHaveProperty('nextCursor');
    },
  },
  P8: {
    body: ({ body }) => {
      const { defaultPageSize, maxPageSize, cursorTimeout, ...modes } = body.pagination as Record<string, number>;
      expect(modes).toEqual({ cursor: true, index: true, defaultPaginationMethod: 'index' });
      for (const size of [defaultPageSize, maxPageSize, cursorTimeout]) expect(size).toBeGreaterThan(0);
    },
  },
};
