import { Client } from 'pg';
import { createTestDatabase, TestDatabase } from './support/database';
import { withDatabase } from './support/database-url';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the test database', () => {
  const databases: TestDatabase[] = [];
  const create = async () => {
    const database = await createTestDatabase();
    databases.push(database);
    return database;
  };
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });

  it('is migrated', async () => {
    const { url } = await create();
    expect(await query(url, `select to_regclass('tenants') is not null as migrated`)).toEqual([{ migrated: true }]);
    expect(await query(url, 'select count(*)::int > 0 as ran from migrations')).toEqual([{ ran: true }]);
  });

  it('is nobody else’s', async () => {
    const [one, other] = await Promise.all([create(), create()]);
    await query(one.url, 'create table mine (a int)');
    expect(await query(other.url, `select to_regclass('mine') as found`)).toEqual([{ found: null }]);
  });

  it('is gone after its drop, connections or not', async () => {
    const { url, drop } = await createTestDatabase();
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await drop();
    await expect(query(url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
    await client.end().catch(() => undefined);
  });
});

describe('withDatabase', () => {
  it.each([
    ['postgresql://u@/a?host=%2Ftmp', 'postgresql://u@/b?host=%2Ftmp'],
    ['postgres://u:p@h:1/a', 'postgres://u:p@h:1/b'],
    ['postgres://u:p@h:1', 'postgres://u:p@h:1/b'],
    ['postgres://h?sslmode=disable', 'postgres://h/b?sslmode=disable'],
  ])('%s → %s', (url, expected) => expect(withDatabase(url, 'b')).toBe(expected));
});
