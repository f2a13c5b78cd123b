import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';

/**
 * Tables without a tenant of their own: on a distributed engine they are reference tables, small and the same on every node, or
 * stay on one. Each with its reason.
 */
const REFERENCE: Readonly<Record<string, string>> = {
  tenants: 'one row a tenant; read with every checked statement, so it has to be where the tenant is',
  deployment_secrets: 'a handful of keys that all processes share',
  event_consumers: 'one row a consumer, which follows the events of all tenants',
  migrations: 'what has run',
};
/** Indexes of tables with a tenant that are unique and do not begin with it. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

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

const names = async (sql: string) => (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name).sort();
const TABLES = `SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`;
const TENANT = `SELECT attrelid, attnum, attnotnull FROM pg_attribute WHERE attname = 'tenant_id' AND NOT attisdropped`;

describe('the schema can be distributed by tenant (docs/guides/scaling.md)', () => {
  it('every table has a tenant that is never empty, but for those that are named with a reason', async () => {
    const without = await names(`SELECT t.relname AS name FROM (${TABLES}) t
      WHERE NOT EXISTS (SELECT FROM (${TENANT}) a WHERE a.attrelid = t.oid AND a.attnotnull)`);
    expect(without).toEqual(Object.keys(REFERENCE).sort());
  });

  it('every key and every unique index begins with it', async () => {
    const astray = await names(`SELECT i.indexrelid::regclass::text AS name FROM pg_index i
      JOIN (${TABLES}) t ON t.oid = i.indrelid JOIN (${TENANT}) a ON a.attrelid = t.oid
      WHERE i.indisunique AND i.indkey[0] <> a.attnum`);
    expect(astray).toEqual(Object.keys(EXCEPTIONS).sort());
  });

  it('every table with a tenant has a key, and row-level security that its owner cannot pass by', async () => {
    const open = await names(`SELECT t.relname AS name FROM (${TABLES}) t JOIN (${TENANT}) a ON a.attrelid = t.oid
      JOIN pg_class c ON c.oid = t.oid
      WHERE NOT c.relispartition AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
        OR NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)`);
    expect(open).toEqual([]);
    const readable = await names(`SELECT c.relname AS name FROM pg_class c WHERE c.relispartition AND c.relkind = 'r'
      AND has_table_privilege('provost_app', c.oid, 'SELECT')`);
    expect(readable).toEqual([]);
  });

  it('every foreign key stays within a tenant', async () => {
    const across =
      await names(`SELECT k.conname AS name FROM pg_constraint k JOIN (${TENANT}) a ON a.attrelid = k.conrelid
      WHERE k.contype = 'f' AND NOT a.attnum = ANY (k.conkey) AND k.confrelid <> 'tenants'::regclass`);
    expect(across).toEqual([]);
  });
});
