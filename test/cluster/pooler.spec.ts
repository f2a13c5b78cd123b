import { Product } from '../faults/product';
import { createTestDatabase } from '../support/database';
import { until } from '../support/until';
import { actsAsOne } from './as-one';
import { Cluster, USER, type Json } from './cluster';
import { installedPgBouncer, PgBouncer } from './pgbouncer';

const installed = installedPgBouncer();
const canCarry = installed?.canCarryNames ?? false;
if (!canCarry)
  process.stderr.write(
    `    Not tested with a PgBouncer that carries prepared statements: it takes 1.21, here is ${installed?.version ?? 'none'}\n`,
  );
type Settings = Readonly<Record<string, number>>;
const WAYS: { carries: boolean; possible: boolean; settings: Settings }[] = [
  { carries: true, possible: canCarry, settings: { max_prepared_statements: 500 } },
  // Older ones do not know the setting.
  { carries: false, possible: installed !== undefined, settings: canCarry ? { max_prepared_statements: 0 } : {} },
];

for (const { carries, possible, settings } of WAYS) {
  const title = `behind PgBouncer in transaction mode, ${carries ? 'which carries' : 'without'} prepared statements`;
  (possible ? describe : describe.skip)(title, () => behind(carries, settings));
}

function behind(carries: boolean, settings: Settings): void {
  let pooler: PgBouncer;
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({
      environment: async (url) => {
        // Fewer than the processes ask for: each transaction goes over whichever is free.
        pooler = await PgBouncer.start(url, { pool_mode: 'transaction', default_pool_size: 8, ...settings });
        return { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: url };
      },
    });
  }, 60_000);
  afterAll(async () => {
    const ends = await cluster?.stop();
    await pooler?.stop();
    expect(new Set(ends?.map(({ code }) => code) ?? [0])).toEqual(new Set([0]));
  });

  /** @returns what a process that does not start says */
  async function refusal(environment: NodeJS.ProcessEnv): Promise<string> {
    const product = await Product.spawn(environment);
    expect((await product.ended).code).toBe(1);
    return product.stderr;
  }

  it('a start without a way around it is refused, as are those to two databases and without transactions', async () => {
    const other = await createTestDatabase();
    const hasty = await PgBouncer.start(cluster.database.url, { pool_mode: 'statement' });
    const [alone, astray, twice, torn] = await Promise.all([
      refusal({ DATABASE_URL: pooler.url }),
      refusal({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: other.url }),
      refusal({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: pooler.url }),
      refusal({ DATABASE_URL: hasty.url, DATABASE_DIRECT_URL: cluster.database.url }),
    ]);
    await hasty.stop();
    expect(alone).toBe(
      'Provost could not start. DATABASE_URL leads through a pooler that lends connections by the transaction, where nobody can listen or keep a lock: set DATABASE_DIRECT_URL to the database itself.\n',
    );
    expect(astray).toBe(
      'Provost could not start. DATABASE_URL and DATABASE_DIRECT_URL lead to two different databases; they must be one.\n',
    );
    expect(twice).toMatch(/^Provost could not start\. DATABASE_DIRECT_URL leads through a pooler .* let it name the/);
    expect(torn).toMatch(/^Provost could not start\. DATABASE_URL leads through a pooler .* by the statement, where /);
    await other.drop();
  });

  it('it finds out by itself whether statements may have names, and says so when they may not', () => {
    for (const { printed } of [...cluster.apis, ...cluster.workers])
      expect(/carries no prepared statements/.test(printed)).toBe(!carries);
  });

  it('every statement finds its tenant, whoever used the connection before', async () => {
    const tenants = await Promise.all(
      ['first', 'second', 'third'].map(async (slug) => {
        const as = { headers: { 'x-tenant': slug } };
        expect((await cluster.send('POST', '/api/v1/tenants', { body: { slug, name: slug } })).status).toBe(201);
        const { body } = await cluster.send('POST', '/api/v1/credentials', {
          body: { kind: 'scim', name: slug },
          ...as,
        });
        return { slug, token: body.token as string };
      }),
    );
    const rounds = Array.from({ length: 40 }, (_, round) => round);
    await Promise.all(
      tenants.flatMap(({ slug, token }) =>
        rounds.map(async (round) => {
          const userName = `${slug}-${round}@example.com`;
          const body = { schemas: [USER], userName, displayName: slug };
          expect((await cluster.send('POST', '/scim/v2/Users', { token, body })).status).toBe(201);
          const list = await cluster.send('GET', `/scim/v2/Users?filter=displayName+pr&count=5`, { token });
          const names = new Set((list.body.Resources as Json[]).map(({ displayName }) => displayName));
          expect([...names]).toEqual([slug]);
        }),
      ),
    );
    for (const { slug, token } of tenants) {
      const { body } = await cluster.send('GET', '/scim/v2/Users?count=0', { token });
      expect({ slug, people: body.totalResults }).toEqual({ slug, people: rounds.length });
    }
  });

  it('consumers hear of writes by NOTIFY, deliver once, and revocation reaches every process', async () => {
    const { id, token } = await cluster.credential('scim');
    const [one, two] = cluster.apis as [Product, Product];
    for (const to of [one, two])
      expect((await cluster.send('GET', '/scim/v2/Users?count=0', { token, to })).status).toBe(200);
    await cluster.must(204, 'DELETE', `/api/v1/credentials/${id}`, undefined, one);
    expect((await cluster.send('GET', '/scim/v2/Users?count=0', { token, to: two })).status).toBe(401);

    await cluster.must(200, 'PUT', '/api/v1/config/deprovisioning_rules', {
      user_removal: { trigger: 'user_deactivated_in_okta', actions: ['revoke_taskade_access'] },
    });
    const person = await cluster.person();
    const started = performance.now();
    await cluster.setActive(person, false);
    await until('the run is done', async () => {
      const { items } = (await cluster.must(200, 'GET', `/api/v1/lifecycle/runs?userId=${person}`)) as {
        items: Json[];
      };
      expect(items.length).toBeLessThan(2);
      return items[0]?.status === 'done';
    });
    // Polling alone would take a second, and more with several steps.
    process.stderr.write(`    a run was done ${Math.round(performance.now() - started)} ms after the write\n`);
  });

  // Once is enough for what does not depend on it.
  if (carries || !canCarry) describe('as without it', () => actsAsOne(() => cluster));
}
