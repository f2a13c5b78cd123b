import fc from 'fast-check';
import { createUsers, type RequestContext } from '@provost/directory';
import { uuidV7 } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import {
  BadRequest,
  compareCodePoints,
  CURSOR_TIMEOUT_SECONDS,
  fold,
  type JsonObject,
  parseResource,
  type SearchRequest,
} from '@provost/scim-protocol';
import { DirectoryFixture } from './directory-fixture';

/** Pains 10: pages that repeat, skip and miscount, while others create and delete. */
describe('a walk over pages', () => {
  let directory: DirectoryFixture;
  let ctx: RequestContext;
  let made = 0;
  // Ranges that more than five are in are read as those of thousands are.
  beforeAll(async () => (directory = await DirectoryFixture.open({}, 5)));
  afterAll(() => directory.close());
  beforeEach(async () => (ctx = await directory.tenant()));

  const arrive = async (count: number, describe: (i: number) => JsonObject = () => ({})): Promise<string[]> => {
    if (count === 0) return [];
    const type = ctx.registry.type('User');
    const users = Array.from({ length: count }, (_, i) => {
      const body = { userName: `person${made++}`, active: i % 3 > 0, ...describe(i) };
      return { id: uuidV7(), parsed: parseResource(type, body, ctx.profile) };
    });
    await createUsers(directory.db, new EventSignal(directory.url), ctx, type, users);
    return users.map(({ id }) => id);
  };
  const leave = (id: string) => directory.users.delete(ctx, ctx.registry.type('User'), id, undefined);
  const currently = async (onlyActive = false): Promise<string[]> =>
    (
      await directory.query<{ id: string }>(
        'SELECT id FROM users WHERE tenant_id = $1 AND (active OR NOT $2) ORDER BY id',
        [ctx.scope.tenantId, onlyActive],
      )
    ).map(({ id }) => id);

  /** A client that goes by startIndex and stops as Okta does, past the total. */
  class IndexWalk {
    readonly found: string[] = [];
    total = 1;
    private startIndex = 1;

    constructor(
      private readonly count: number,
      private readonly request: Partial<SearchRequest> = {},
    ) {}

    get ended(): boolean {
      return this.startIndex > this.total;
    }

    async step(): Promise<void> {
      const { startIndex, count } = this;
      const page = await directory.page(ctx, 'User', { ...this.request, startIndex, count });
      this.found.push(...page.rows.map((row) => row.id));
      this.total = page.totalResults;
      // Nobody may be told of people who never come: that client would ask for ever.
      if (!page.rows.length && !this.ended) throw new Error(`An empty page at ${startIndex} of ${page.totalResults}`);
      this.startIndex += page.rows.length;
    }

    async run(): Promise<this> {
      while (!this.ended) await this.step();
      return this;
    }
  }

  /** Who comes and goes between two pages; a share of those who are there. */
  const disturbance = fc.record({
    leaving: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 4 }),
    coming: fc.nat(4),
  });
  const disturb = async ({ leaving, coming }: { leaving: number[]; coming: number }, there: Set<string>) => {
    for (const share of leaving) {
      const id = [...there][Math.floor(share * there.size)];
      if (id !== undefined && there.delete(id)) await leave(id);
    }
    await arrive(coming);
  };

  describe('by startIndex', () => {
    it.each([
      [7, false],
      [40, false],
      [100, false],
      [13, true],
    ])('in pages of %i misses nobody while people come and go (only active ones: %s)', async (count, onlyActive) => {
      const request = onlyActive ? { filter: 'active eq true' } : {};
      const size = count * 4 + 3;
      await fc.assert(
        fc.asyncProperty(fc.array(disturbance, { minLength: 12, maxLength: 12 }), async (disturbances) => {
          ctx = await directory.tenant();
          const there = new Set(await arrive(size));
          const walk = new IndexWalk(count, request);
          for (let page = 0; !walk.ended; page++) {
            await walk.step();
            await disturb(disturbances[page] ?? { leaving: [], coming: 0 }, there);
          }
          expect(new Set(walk.found).size).toBe(walk.found.length);
          const staying = (await currently(onlyActive)).filter((id) => there.has(id));
          expect(walk.found).toEqual(expect.arrayContaining(staying));
          // The next walk by the same client is not led astray by where the pages of this one began.
          const next = await new IndexWalk(count, request).run();
          expect(next.found).toEqual(await currently(onlyActive));
          expect(next.total).toBe(next.found.length);
        }),
        { numRuns: count > 50 ? 3 : 8 },
      );
    });

    it('misses nobody beside another walk of the same client', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ first: fc.boolean(), between: disturbance }), { minLength: 60, maxLength: 60 }),
          async (steps) => {
            ctx = await directory.tenant();
            const there = new Set(await arrive(60));
            const walks = [new IndexWalk(7), new IndexWalk(14)];
            for (const { first, between } of steps) {
              const walk = walks[first ? 0 : 1]!;
              if (!walk.ended) await walk.step();
              if (walks.every(({ ended }) => ended)) break;
              await disturb(between, there);
            }
            for (const walk of walks) await walk.run();
            for (const walk of walks) expect(walk.found).toEqual(expect.arrayContaining([...there]));
          },
        ),
        { numRuns: 10 },
      );
    });

    it('ends when everybody behind the page has gone, whoever came since', async () => {
      const ids = await arrive(30);
      const walk = new IndexWalk(10);
      await walk.step();
      for (const id of ids.slice(10)) await leave(id);
      await arrive(30);
      await walk.run();
      expect(walk.found).toEqual(ids.slice(0, 10));
    });

    it('counts the same on every page while nothing changes', async () => {
      const ids = await arrive(45);
      const totals: number[] = [];
      for (let startIndex = 1; startIndex <= 45; startIndex += 10)
        totals.push((await directory.page(ctx, 'User', { startIndex, count: 10 })).totalResults);
      expect(totals).toEqual(Array(5).fill(45));
      const jump = await directory.page(ctx, 'User', { startIndex: 38, count: 5 });
      expect([jump.rows.map((row) => row.id), jump.totalResults]).toEqual([ids.slice(37, 42), 45]);
      const beyond = await directory.page(ctx, 'User', { startIndex: 100, count: 5 });
      expect([beyond.rows, beyond.totalResults]).toEqual([[], 45]);
    });
  });

  describe('by cursor', () => {
    const walkByCursor = async (
      request: Partial<SearchRequest>,
      between: () => Promise<void> = async () => undefined,
    ) => {
      const found: string[] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const page = await directory.page(ctx, 'User', { ...request, cursor });
        found.push(...page.rows.map((row) => row.id));
        cursor = page.nextCursor;
        if (cursor !== undefined) await between();
      }
      return found;
    };

    it('misses nobody and repeats nobody while people come and go', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(disturbance, { minLength: 10, maxLength: 10 }), async (disturbances) => {
          ctx = await directory.tenant();
          const there = new Set(await arrive(50));
          let page = 0;
          const found = await walkByCursor({ count: 9 }, async () => {
            const next = disturbances[page++];
            if (next) await disturb(next, there);
          });
          expect(new Set(found).size).toBe(found.length);
          expect(found).toEqual(expect.arrayContaining([...there]));
        }),
        { numRuns: 4 },
      );
    });

    const SORTS = [
      'id',
      'userName',
      'displayName',
      'emails',
      'emails.value',
      'externalId',
      'meta.created',
      'meta.lastModified',
      'active',
      'name.familyName',
    ];
    it.each(SORTS.flatMap((sortBy) => [[sortBy, 'ascending'] as const, [sortBy, 'descending'] as const]))(
      'in the order of %s %s gives everyone once, as one page does',
      async (sortBy, sortOrder) => {
        const names = ['Zoë', 'zoe', 'ÄNNE', 'änne', 'Bo', '😀', '\uffee', '', ''];
        await arrive(40, (i) => {
          const name = names[(i * 7) % names.length]!;
          const emails: JsonObject[] = name ? [{ value: `z${name}` }, { value: name, primary: i % 2 === 0 }] : [];
          return { displayName: name, emails, externalId: name, name: { familyName: name } };
        });
        const whole = await directory.list(ctx, 'User', { sortBy, sortOrder, count: 100 });
        const ids = whole.map(({ id }) => id);
        expect(await walkByCursor({ sortBy, sortOrder, count: 7 })).toEqual(ids);
        const byIndex = await new IndexWalk(7, { sortBy, sortOrder }).run();
        expect(byIndex.found).toEqual(ids);
        if (!['displayName', 'externalId', 'emails'].includes(sortBy)) return;
        const key = (user: JsonObject) => {
          if (sortBy === 'externalId') return user.externalId as string | undefined;
          if (sortBy === 'displayName') return (user.displayName as string | undefined)?.toLowerCase();
          const emails = (user.emails ?? []) as { value: string; primary?: boolean }[];
          return fold((emails.find((e) => e.primary) ?? emails[0])?.value ?? '') || undefined;
        };
        const sign = sortOrder === 'ascending' ? 1 : -1;
        // RFC 7644 §3.4.2.3: without a value last, in descending order first.
        const expected = [...whole].sort((a, b) => {
          const [x, y] = [key(a), key(b)];
          const by = x === y ? 0 : x === undefined ? 1 : y === undefined ? -1 : compareCodePoints(x, y);
          return sign * (by || compareCodePoints(a.id as string, b.id as string));
        });
        expect(ids).toEqual(expected.map(({ id }) => id));
      },
    );

    it.each([
      ['externalId ge "e3" and externalId lt "e7"', 16],
      ['externalId sw "e9"', 4],
      ['not (externalId pr)', 5],
      ['externalId sw "e0" or externalId sw "e1" or userName pr and externalId sw "e0"', 8],
      ['meta.lastModified ge "2000-01-01T00:00:00Z" and externalId pr and active eq false', 14],
      ['displayName sw "n" and externalId lt "e5"', 20],
      ['externalId gt "e1" and displayName co "m1"', 18],
    ])('within %s gives everyone once, as one page does, in every order', async (filter, matches) => {
      await arrive(45, (i) => ({
        displayName: `nom${i % 2}`,
        // Those who come early have late ones.
        ...(i < 40 ? { externalId: `e${9 - Math.floor(i / 4)}${i % 4}` } : {}),
      }));
      for (const sortBy of [undefined, 'id', 'userName', 'externalId', 'displayName'])
        for (const sortOrder of ['ascending', 'descending'] as const) {
          const request = { filter, ...(sortBy ? { sortBy, sortOrder } : {}) };
          const whole = await directory.page(ctx, 'User', { ...request, count: 100 });
          const ids = whole.rows.map(({ id }) => id);
          expect([ids.length, whole.totalResults]).toEqual([matches, matches]);
          expect(await walkByCursor({ ...request, count: 3 })).toEqual(ids);
          const byIndex = await new IndexWalk(3, request).run();
          expect([byIndex.found, byIndex.total]).toEqual([ids, matches]);
        }
    });

    it('tells the total of when it began on each page', async () => {
      await arrive(25);
      const first = await directory.page(ctx, 'User', { cursor: '', count: 10 });
      await arrive(5);
      const second = await directory.page(ctx, 'User', { cursor: first.nextCursor!, count: 10 });
      expect([first.totalResults, second.totalResults]).toEqual([25, 25]);
    });

    describe('refuses a cursor', () => {
      const fault = (request: Partial<SearchRequest>, of = ctx) =>
        directory.page(of, 'User', request).then(
          () => 'accepted',
          (error: BadRequest) => error.scimType,
        );
      const begin = async () => {
        await arrive(12);
        const { nextCursor } = await directory.page(ctx, 'User', { cursor: '', count: 5, filter: 'active pr' });
        return { cursor: nextCursor!, count: 5, filter: 'active pr' };
      };

      it('of another tenant, filter, order, type or page size', async () => {
        const mine = await begin();
        const stranger = await directory.tenant();
        expect(await fault(mine)).toBe('accepted');
        expect(await fault({ ...mine, count: undefined })).toBe('accepted');
        expect(await fault(mine, await directory.credential(ctx.scope.tenantId))).toBe('accepted');
        expect(await fault(mine, stranger)).toBe('invalidCursor');
        expect(await fault({ ...mine, filter: 'active eq true' })).toBe('invalidCursor');
        expect(await fault({ cursor: mine.cursor, count: 5 })).toBe('invalidCursor');
        expect(await fault({ ...mine, sortBy: 'userName' })).toBe('invalidCursor');
        expect(await fault({ ...mine, sortOrder: 'descending' })).toBe('invalidCursor');
        expect(await fault({ ...mine, count: 6 })).toBe('invalidCount');
        const group = directory.page(ctx, 'Group', { cursor: mine.cursor, count: 5 });
        await expect(group).rejects.toMatchObject({ scimType: 'invalidCursor' });
      });

      it('that is forged', async () => {
        const { cursor, ...mine } = await begin();
        const bytes = Buffer.from(cursor, 'base64url');
        for (let i = 0; i < bytes.length; i += 3) {
          const forged = Buffer.from(bytes);
          forged[i]! ^= 1 << (i % 8);
          expect(await fault({ ...mine, cursor: forged.toString('base64url') })).toBe('invalidCursor');
        }
        for (const garbage of ['x', 'null', cursor.slice(0, 10), cursor.slice(0, -2), `${cursor}AAAA`, '%00', ' '])
          expect(await fault({ ...mine, cursor: garbage })).toBe('invalidCursor');
      });

      it('that has expired', async () => {
        const now = Date.now();
        const clock = jest.spyOn(Date, 'now').mockReturnValue(now - (CURSOR_TIMEOUT_SECONDS + 2) * 1000);
        const mine = await begin();
        clock.mockReturnValue(now - 10_000);
        const fresh = await begin();
        clock.mockRestore();
        expect(await fault(mine)).toBe('expiredCursor');
        expect(await fault(fresh)).toBe('accepted');
      });
    });
  });
});
