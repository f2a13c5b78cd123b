import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseUnavailable, statement } from '@provost/entities';
import { Log, TENANT } from './log-fixture';

const READ = statement('test.read', `SELECT $1::int AS n, current_setting('app.tenant') AS tenant`);
const WRITE = statement(
  'test.write',
  `INSERT INTO page_positions (tenant_id, credential_id, query_hash, start_index,
  after_id, until_id, total, updated_at) VALUES ($1, $1, $2, $3, $1, $1, 0, now())`,
);
const scope = { tenantId: TENANT };
const OURS = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND application_name LIKE 'provost%'`;

let log: Log;
beforeEach(async () => {
  log = await Log.create();
});
afterEach(() => log.close());

it('reads survive connections that end under them; writes are done or said not to be', async () => {
  const { db } = await log.node(4);
  const client = await log.client();
  let running = true;
  const reads: unknown[] = [];
  const refused: unknown[] = [];
  let written = 0;
  const readers = Array.from({ length: 8 }, async (_, i) => {
    while (running)
      reads.push(await db.read<{ n: number; tenant: string }>(scope, READ, [i]).then(([row]) => [i, row]));
  });
  const writers = Array.from({ length: 4 }, async (_, i) => {
    for (let n = 0; running; n++)
      await db.run(scope, WRITE, [TENANT, Buffer.from(`${i}`), n]).then(
        () => written++,
        (error: unknown) => refused.push(error),
      );
  });
  for (let i = 0; i < 6; i++) {
    await delay(60);
    await client.query(`SELECT pg_terminate_backend(pid) ${OURS}`);
  }
  await delay(60);
  running = false;
  await Promise.all([...readers, ...writers]);
  for (const [i, row] of reads as [number, object][]) expect(row).toEqual({ n: i, tenant: TENANT });
  for (const error of refused) expect(error).toBeInstanceOf(DatabaseUnavailable);
  // What was acknowledged is there; what was refused may be there as well, when only its answer was lost.
  const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM page_positions');
  expect(rows[0]!.n).toBeGreaterThanOrEqual(written);
  expect(rows[0]!.n).toBeLessThanOrEqual(written + refused.length);
  expect(written).toBeGreaterThan(20);
});

it('no connection outlives its process’s stop, also when they were ended and opened again', async () => {
  const node = await log.node(4);
  const client = await log.client();
  const ask = () => Promise.all(Array.from({ length: 12 }, (_, i) => node.db.read(scope, READ, [i])));
  for (let i = 0; i < 4; i++) {
    await ask();
    await client.query(`SELECT pg_terminate_backend(pid) ${OURS}`);
  }
  await ask();
  await node.stop();
  await delay(100);
  expect((await client.query(`SELECT application_name ${OURS}`)).rows).toEqual([]);
  await expect(node.db.read(scope, READ, [1])).rejects.toBeInstanceOf(DatabaseUnavailable);
});
