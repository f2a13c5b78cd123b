import { Client } from 'pg';
import { uuidV7 } from '@provost/entities';
import { ASK } from '../../apps/api/src/mapping/ask-statement';
import { ENTER } from '../../libs/entities/src/tenant-query';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const OTHERS = 500;
const [tenant, ava] = [uuidV7(), uuidV7()];

/** What is read of Ava, by the plan that was made when there was nothing, with the product's role. */
async function plan(): Promise<string> {
  await client.query('BEGIN');
  await client.query(ENTER, [tenant]);
  const values = [tenant, JSON.stringify([ava]), '["project"]', '["p"]', '1'].map((value) =>
    client.escapeLiteral(value),
  );
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE ask (${values.join(', ')})`,
  );
  await client.query('ROLLBACK');
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

it('whether somebody has changed is read from indexes by their id, also by a plan that was made when all was empty', async () => {
  await client.query(`SET plan_cache_mode = force_generic_plan`);
  await client.query(`PREPARE ask AS ${ASK.stamp.text}`);
  await plan();
  await client.query(
    `INSERT INTO users (tenant_id, id, user_name, user_name_key, search_key, active, created_at, updated_at, resource)
     VALUES ($1, $2, 'ava', 'ava', 'ava', true, now(), now(), '{}')`,
    [tenant, ava],
  );
  await client.query(
    `INSERT INTO grants (tenant_id, id, user_id, role, expires_at, reason, created_at, created_by)
     SELECT $1, gen_random_uuid(), gen_random_uuid(), 'r', now() + interval '1 day', 'x', now(), '{}' FROM generate_series(1, $2)`,
    [tenant, OTHERS],
  );
  await client.query(
    `INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
     SELECT $1, gen_random_uuid(), gen_random_uuid(), 'User' FROM generate_series(1, $2)`,
    [tenant, OTHERS],
  );
  const text = await plan();
  for (const index of ['users_pkey', 'memberships_member', 'project_members_user'])
    expect(text).toContain(`Index Only Scan using ${index} on `);
  expect(text).toContain('Index Scan using profiles_pkey on ');
  expect(text).not.toMatch(/Seq Scan/);
  // An older PostgreSQL finds two indexes of an empty table equally good, and reads the tenant's grants until it has statistics.
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  if (rows[0]!.version < 180_000) return;
  expect(text).toContain('Index Scan using grants_user on ');
  // Nobody else's rows are looked at.
  expect(text).not.toMatch(/Rows Removed/);
});
