import { Client } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions, migrate } from '@provost/entities';
import { ScimServer } from '../scim/scim-client';
import { createTestDatabase, type TestDatabase } from '../support/database';

const CHANGES_A_TABLE = 'MailLeases1700000000020';
const MAKES_AN_INDEX_CONCURRENTLY = 'PeopleByIndex1700000000043';

let database: TestDatabase;
const clients: Client[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await database?.drop();
});

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  clients.push(client);
  return client;
}

/** @returns how many migrations were undone */
async function backToBefore(migration: string): Promise<number> {
  const options = { ...dataSourceOptions(database.url, 2), extra: {} } as DataSourceOptions;
  const dataSource = await new DataSource(options).initialize();
  const undone = dataSource.migrations.length - dataSource.migrations.findIndex(({ name }) => name === migration);
  for (let n = 0; n < undone; n++) await dataSource.undoLastMigration({ transaction: 'each' });
  await dataSource.destroy();
  return undone;
}

it('a migration that has to wait for a table lets those pass who wait behind it', async () => {
  // One that changes a table which others read.
  const undone = await backToBefore(CHANGES_A_TABLE);
  const [long, reader] = [await connected(), await connected()];
  const tables = `SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname <> 'migrations'`;
  const names = (await long.query<{ relname: string }>(tables)).rows.map(({ relname }) => relname);
  await long.query(`BEGIN; LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`);
  let migrated = false;
  const migrating = migrate(database.url).then((ran) => {
    migrated = true;
    return ran;
  });
  const waits: number[] = [];
  for (const deadline = Date.now() + 2_500; Date.now() < deadline; await delay(20)) {
    const started = performance.now();
    for (const name of names) await reader.query(`SELECT FROM ${name} LIMIT 1`);
    waits.push(performance.now() - started);
  }
  expect(migrated).toBe(false);
  await long.query('COMMIT');
  expect((await migrating).length).toBe(undone);
  const longest = Math.round(Math.max(...waits));
  process.stderr.write(`    a reader waited at most ${longest} ms while a migration wanted the table\n`);
  // It did wait, so a migration did ask; and not for as long as the table was held.
  expect(longest).toBeGreaterThan(500);
  expect(longest).toBeLessThan(2_200);
});

it('processes that start at once migrate one after another, also where an index waits for all who read', async () => {
  const undone = await backToBefore(MAKES_AN_INDEX_CONCURRENTLY);
  const ran = await Promise.all([1, 2, 3].map(() => migrate(database.url)));
  expect(ran.map(({ length }) => length).sort()).toEqual([0, 0, undone]);
  const client = await connected();
  const { rows } = await client.query<{ definition: string }>(
    `SELECT pg_get_indexdef('users_pkey'::regclass) AS definition`,
  );
  expect(rows[0]!.definition).toContain('(tenant_id, id) INCLUDE (active, version)');
});

it('this version starts and serves on the schema of a later one that has only added to it', async () => {
  const client = await connected();
  const { rows } = await client.query<{ relname: string }>(
    `SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition AND c.relname <> 'migrations'`,
  );
  for (const { relname } of rows) {
    await client.query(`ALTER TABLE ${relname} ADD COLUMN of_a_later_version text`);
    await client.query(`ALTER TABLE ${relname} ADD COLUMN with_a_default integer NOT NULL DEFAULT 7`);
  }
  await client.query(`CREATE TABLE later_things (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))`);
  await client.query(`INSERT INTO migrations (timestamp, name) VALUES (1999999999999, 'Later1999999999999')`);

  expect(await migrate(database.url)).toEqual([]);
  const scim = await ScimServer.start({ DATABASE_URL: database.url });
  try {
    expect((await fetch(`${scim.server.apiUrl}/health/ready`)).status).toBe(200);
    const user = await scim.createdUser();
    expect((await scim.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: false })).status).toBe(200);
    expect((await scim.api('GET', `/users/${user.id}`)).body).toMatchObject({ status: 'inactive' });
    expect((await scim.scim('DELETE', `/Users/${user.id}`)).status).toBe(204);
  } finally {
    await scim.stop();
  }
});
