import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions } from '@provost/entities';
import { createTestDatabase, type TestDatabase } from '../support/database';

/** Everything that a migration can make, as text, so that two states of a database can be compared. */
const CATALOGUE: Readonly<Record<string, string>> = {
  relations: `SELECT c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relacl::text
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  columns: `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, co.collname, a.attacl::text,
      pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation co ON co.oid = a.attcollation
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum`,
  indexes: `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
  constraints: `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
  policies: `SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2`,
  functions: `SELECT p.proname, pg_get_functiondef(p.oid), p.proowner::regrole::text, p.proacl::text FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1`,
};

/** Migrations make the schema and entities read it: neither may say what the other does not. */
describe('the schema', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await createTestDatabase();
    // Without the statements that the product prepares on its connections: they need the schema that goes away here.
    const options = { ...dataSourceOptions(database.url, 2), extra: {} } as DataSourceOptions;
    dataSource = await new DataSource(options).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const catalogue = async () => {
    const state: Record<string, string[]> = {};
    for (const [name, sql] of Object.entries(CATALOGUE)) {
      const rows = await dataSource.query<Record<string, unknown>[]>(sql);
      state[name] = rows.map((row) => Object.values(row).map(String).join(' | '));
    }
    return state;
  };

  it('is in migrations what it is in entities', async () => {
    const { upQueries, downQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect([...upQueries, ...downQueries].map(({ query }) => query)).toEqual([]);
  });

  it('is gone after every down() and the same after every up()', async () => {
    const before = await catalogue();
    expect(before.policies!.length).toBeGreaterThan(10);
    const { length } = dataSource.migrations;
    for (let i = 0; i < length; i++) await dataSource.undoLastMigration({ transaction: 'each' });
    const gone = await catalogue();
    expect(gone.relations!.filter((row) => !/^(PK_\w+|migrations(_id_seq)?) /.test(row))).toEqual([]);
    expect(gone.functions).toEqual([]);
    expect(gone.policies).toEqual([]);
    expect(await dataSource.runMigrations({ transaction: 'each' })).toHaveLength(length);
    expect(await catalogue()).toEqual(before);
  });

  it('loses one migration at a time without harm to those before it', async () => {
    for (let down = 1; down <= dataSource.migrations.length; down++) {
      for (let i = 0; i < down; i++) await dataSource.undoLastMigration({ transaction: 'each' });
      await dataSource.runMigrations({ transaction: 'each' });
    }
    expect(await dataSource.showMigrations()).toBe(false);
  });
});
