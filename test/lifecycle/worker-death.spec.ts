import { build } from '../faults/build';
import { Product } from '../faults/product';
import { until } from '../support/until';
import { LifecycleWorld, SAMPLE_RULES } from './lifecycle-world';

/** The API in this process, which works on nothing, and workers of their own, which are killed. */
let world: LifecycleWorld;
const workers: Product[] = [];
beforeAll(() => build());
beforeEach(async () => {
  world = await LifecycleWorld.start({ ROLE: 'api' });
  await world.put('deprovisioning_rules', SAMPLE_RULES);
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((product) => product.end('SIGKILL')));
  await world.stop();
});

async function worker(): Promise<Product> {
  const started = await Product.start({ ROLE: 'worker', DATABASE_URL: world.scim.server.databaseUrl });
  workers.push(started);
  return started;
}

/** Starting a process takes seconds on a busy machine. */
jest.setTimeout(120_000);

const PEOPLE = 300;
const KILLS = 5;

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const hands = Array.from({ length: 10 }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  });
  await Promise.all(hands);
}
const rows = async <T>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await world.server.database.query(text, values)).rows as T[];
const number = async (text: string, values: unknown[] = []) => (await rows<{ n: number }>(text, values))[0]!.n;

it('loses and doubles nothing, however often it is killed', async () => {
  const manager = await world.person();
  const leavers: string[] = [];
  await inTurns([...Array(PEOPLE).keys()], async () => leavers.push(await world.person(manager)));
  await rows(
    `INSERT INTO content (tenant_id, key, type, owner_id, attributes, created_at, updated_at)
     SELECT u.tenant_id, u.id || '-' || i, 'document', u.id, '{}', now(), now() FROM users u, generate_series(1, 3) i
     WHERE u.id = ANY($1::uuid[])`,
    [leavers],
  );
  const done = () => number(`SELECT count(*)::int AS n FROM lifecycle_runs WHERE state = 'done'`);
  const changes = inTurns(leavers, (id) => world.setActive(id, false));
  let current = await worker();
  for (let kill = 1; kill <= KILLS; kill++) {
    const before = await done();
    await until('it has done some more', async () => (await done()) >= Math.min(before + 20, PEOPLE), 30_000);
    const next = worker();
    await current.end('SIGKILL');
    current = await next;
  }
  await changes;
  await until('all is done', async () => (await done()) === PEOPLE, 30_000);

  const once = `SELECT count(*)::int AS n FROM (SELECT 1 FROM`;
  expect(await number(`SELECT count(*)::int AS n FROM lifecycle_runs`)).toBe(PEOPLE);
  expect(await number(`SELECT count(*)::int AS n FROM lifecycle_actions WHERE state <> 'done' OR attempts <> 1`)).toBe(
    0,
  );
  expect(
    await number(`SELECT count(*)::int AS n FROM content WHERE owner_id = $1 AND archived_at IS NOT NULL`, [manager]),
  ).toBe(PEOPLE * 3);
  for (const [kind, each] of [
    ['content_moved', 3],
    ['content_archived', 3],
    ['person_told', 1],
  ] as const)
    expect(
      await number(`${once} lifecycle_effects WHERE kind = $1 GROUP BY run_id HAVING count(*) = $2::int) x`, [
        kind,
        each,
      ]),
    ).toBe(PEOPLE);
  expect(await number(`SELECT count(*)::int AS n FROM mail WHERE template = 'team_notice'`)).toBe(PEOPLE);
  for (const type of ['lifecycle.run_started', 'lifecycle.run_completed', 'user.deprovisioned'])
    expect(await number(`${once} events WHERE type = $1 GROUP BY subject_id HAVING count(*) = 1) x`, [type])).toBe(
      PEOPLE,
    );
  expect(await number(`SELECT count(*)::int AS n FROM events WHERE type = 'resource.content_updated'`)).toBe(
    PEOPLE * 6,
  );
  expect(await world.receipt(leavers[0]!)).toMatchObject({
    status: 'done',
    content: { length: 3 },
    told: { length: 1 },
  });
});

it('keeps the order of each user across workers that die', async () => {
  const manager = await world.person();
  const people: string[] = [];
  await inTurns([...Array(40).keys()], async () => people.push(await world.person(manager)));
  for (const id of people) await world.content(`of-${id}`, id);
  let current = await worker();
  const changes = inTurns(people, async (id) => {
    for (const active of [false, true, false, true, false]) await world.setActive(id, active);
  });
  for (let kill = 0; kill < 3; kill++) {
    const before = await number(`SELECT count(*)::int AS n FROM lifecycle_runs WHERE finished_at IS NOT NULL`);
    const finished = () => number(`SELECT count(*)::int AS n FROM lifecycle_runs WHERE finished_at IS NOT NULL`);
    await until('it has done some more', async () => (await finished()) >= Math.min(before + 10, 200), 30_000);
    const next = worker();
    await current.end('SIGKILL');
    current = await next;
  }
  await changes;
  for (const id of people) {
    const runs = await world.settled(id, 5);
    expect(runs[0]).toMatchObject({ rule: 'user_removal', status: 'done', supersededAt: null });
    expect(await world.owner(`of-${id}`)).toBe(manager);
    expect((await world.receipt(id)).content).toMatchObject([{ to: manager, returnedAt: null }]);
  }
});
