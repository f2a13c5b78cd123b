import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { createUsers, type RequestContext } from '@provost/directory';
import { uuidV7 } from '@provost/entities';
import { EventSignal } from '@provost/event-log';
import {
  evaluateFilter,
  fold,
  type Json,
  type JsonObject,
  parseFilter,
  parseResource,
  printFilter,
  resolveFilter,
} from '@provost/scim-protocol';
import { DirectoryFixture } from './directory-fixture';
import { type DirectoryPlan, directoryPlan, REGISTRY } from './random-directory';
import { aimed, type FilterPlan, filterPlan } from './random-filters';

/** What a filter selects must be the same whether SQL or memory says it: the rest of the product evaluates in memory. */
describe('filters', () => {
  let directory: DirectoryFixture;
  // Ranges that more than two are in are read as those of thousands are.
  beforeAll(async () => (directory = await DirectoryFixture.open({}, 2)));
  afterAll(() => directory.close());

  const property = (typeName: 'User' | 'Group' | 'Role', filtersEach: number) =>
    fc.asyncProperty(
      directoryPlan,
      fc.array(filterPlan(typeName), { minLength: filtersEach, maxLength: filtersEach }),
      async (plan, filters) => {
        const ctx = await directory.tenant(REGISTRY);
        await populate(directory, ctx, plan);
        const resources = await directory.list(ctx, typeName, { count: 1_000 });
        const faults: string[] = [];
        for (const filter of filters) {
          const fault = await disagreement(directory, ctx, typeName, filter, resources);
          if (fault) faults.push(fault);
        }
        // The shortest of many filters explains the most: cheaper than to shrink a directory.
        faults.sort((a, b) => a.indexOf('\n') - b.indexOf('\n'));
        if (faults.length)
          throw new Error(`${faults.length} of ${filtersEach} filters\n${faults.slice(0, 5).join('\n')}`);
      },
    );
  const check = (checked: fc.IAsyncProperty<[DirectoryPlan, FilterPlan[]]>, numRuns: number) =>
    fc.assert(checked, { numRuns, endOnFailure: true, reporter: tellSeed });

  it('select users as in memory', () => check(property('User', 60), 20));
  it('select groups as in memory', () => check(property('Group', 40), 20));
  it('select roles as in memory', () => check(property('Role', 25), 8));

  it('were worth asking', () => expect(tally.telling / tally.asked).toBeGreaterThan(0.3));

  /** PostgreSQL's ICU may be years older than this one: letters that came after Unicode 10 are not compared. */
  it('fold the letters of living scripts as in memory', async () => {
    const characters: string[] = [];
    for (let code = 1; code < 0x1_0450; code++)
      if (code < 0x1c80 || (code >= 0x1e00 && code < 0x2c00) || code >= 0xf900)
        characters.push(String.fromCodePoint(code));
    const rows = await directory.query<{ c: string; folded: string }>(
      `SELECT c, lower(c COLLATE "und-x-icu") AS folded FROM unnest($1::text[]) c`,
      [characters],
    );
    expect(rows.filter(({ c, folded }) => c !== folded).length).toBeGreaterThan(900);
    expect(rows.filter(({ c, folded }) => fold(c) !== folded)).toEqual([]);
  });
});

/** The counterexample itself, a whole directory, fills screens; its seed makes it again. */
function tellSeed<T>(run: fc.RunDetails<T>): void {
  if (!run.failed) return;
  const { message } = run.errorInstance as Error;
  throw new Error(`seed ${run.seed}, path ${run.counterexamplePath}: ${message}`);
}

async function populate(directory: DirectoryFixture, ctx: RequestContext, plan: DirectoryPlan): Promise<void> {
  const type = ctx.registry.type('User');
  // Distinct moments, so that comparisons of meta.created tell people apart.
  const users = plan.users.map((body, i) => ({
    id: uuidV7(Date.UTC(2024, 1, 20 + (i % 7), 22)),
    parsed: parseResource(type, body, ctx.profile),
  }));
  await createUsers(directory.db, new EventSignal(directory.url), ctx, type, users);
  const groups: string[] = [];
  for (const { displayName, externalId } of plan.groups)
    groups.push((await directory.create(ctx, 'Group', { displayName, externalId: externalId ?? null })).id as string);
  for (const [i, { members }] of plan.groups.entries()) {
    const ids = members.map((n) => (n < 0 ? groups[-1 - n] : users[n]?.id)).filter((id) => id !== undefined);
    if (ids.length)
      await directory.patchGroup(ctx, groups[i]!, [
        { op: 'add', path: 'members', value: ids.map((value) => ({ value })) },
      ]);
  }
  for (const role of plan.roles) await directory.create(ctx, 'Role', role);
}

/** How many filters were asked, and how many chose some and left some. */
const tally = { asked: 0, telling: 0 };

/** @returns what is wrong with the SQL of a filter, in words; undefined when nothing is */
async function disagreement(
  directory: DirectoryFixture,
  ctx: RequestContext,
  typeName: string,
  plan: FilterPlan,
  resources: JsonObject[],
): Promise<string | undefined> {
  const type = ctx.registry.type(typeName);
  const filter = printFilter(aimed(plan, type, resources));
  const bound = resolveFilter(type, parseFilter(filter, ctx.profile), ctx.profile);
  const expected = resources.filter((resource) => evaluateFilter(bound, resource)).map((resource) => resource.id);
  try {
    const { rows, totalResults } = await directory.page(ctx, typeName, { filter, count: 1_000 });
    const found = rows.map((row) => row.id as Json);
    tally.asked++;
    if (found.length && found.length < resources.length) tally.telling++;
    const wrong = resources.find(({ id }) => expected.includes(id) !== found.includes(id!));
    if (wrong) return `${filter}\n  SQL says ${found.includes(wrong.id!)} of ${JSON.stringify(wrong)}`;
    if (totalResults !== expected.length) return `${filter}\n  has ${totalResults} results, not ${expected.length}`;
    return isDeepStrictEqual(found, expected) ? undefined : `${filter}\n  is not in the order of ids`;
  } catch (error) {
    return `${filter}\n  fails: ${(error as Error).message}`;
  }
}
