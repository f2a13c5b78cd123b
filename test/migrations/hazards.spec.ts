import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { dataSourceOptions } from '@provost/entities';
import { migrations } from '../../migrations';
import { createTestDatabase } from '../support/database';
import { hazards } from './hazards';

/** Up to here there was no release whose processes could still run. */
const BEFORE_THE_FIRST_RELEASE = 1_700_000_000_030;

/** A migration that takes away what no supported version uses any more says so, and since when. */
interface Contracting {
  readonly contract?: string;
}
const CONTRACT = /^\d+\.\d+\.\d+: \S.{10,}$/;

describe('the rule for migrations', () => {
  it.each([
    `ALTER TABLE users DROP COLUMN nick`,
    `ALTER TABLE users RENAME COLUMN nick TO name`,
    `ALTER TABLE users ALTER COLUMN nick SET NOT NULL`,
    `ALTER TABLE users ALTER COLUMN nick TYPE bigint`,
    `ALTER TABLE users ADD COLUMN nick text NOT NULL`,
    `ALTER TABLE users ADD nick text NOT NULL`,
    `ALTER TABLE users ADD CONSTRAINT short CHECK (length(nick) < 9)`,
    `CREATE INDEX users_nick ON users (tenant_id, nick)`,
    `CREATE UNIQUE INDEX users_nick ON users (tenant_id, nick)`,
    `DROP TABLE users`,
    `DROP FUNCTION refuse_credential()`,
    `REVOKE SELECT ON users FROM provost_app`,
    `LOCK TABLE users IN ACCESS EXCLUSIVE MODE`,
  ])('refuses %s', (sql) => expect(hazards([sql])).toHaveLength(1));

  it.each([
    `ALTER TABLE users ADD COLUMN nick text`,
    `ALTER TABLE users ADD COLUMN nick text NOT NULL DEFAULT ''`,
    `ALTER TABLE users ADD CONSTRAINT short CHECK (length(nick) < 9) NOT VALID`,
    `ALTER TABLE users VALIDATE CONSTRAINT short`,
    `ALTER TABLE users ALTER COLUMN nick DROP NOT NULL`,
    `CREATE INDEX CONCURRENTLY users_nick ON users (tenant_id, nick)`,
    `CREATE UNIQUE INDEX CONCURRENTLY users_nick ON users (tenant_id, nick)`,
    `GRANT SELECT ON users TO provost_platform`,
    `REVOKE ALL ON FUNCTION new_one() FROM PUBLIC`,
  ])('lets %s pass', (sql) => expect(hazards([sql])).toEqual([]));

  it('lets a migration treat its own table as it likes', () => {
    expect(
      hazards([
        `CREATE TABLE nicks (id uuid)`,
        `ALTER TABLE nicks ALTER COLUMN id SET NOT NULL`,
        `CREATE INDEX i ON nicks (id)`,
      ]),
    ).toEqual([]);
  });

  it('is kept by every migration since the first release', async () => {
    const database = await createTestDatabase();
    const options = { ...dataSourceOptions(database.url, 2), extra: {} } as DataSourceOptions;
    const dataSource = await new DataSource(options).initialize();
    try {
      const faults: string[] = [];
      const young = migrations.map((Migration) => new Migration() as MigrationInterface & Contracting).filter(isYoung);
      for (let i = 0; i < young.length; i++) await dataSource.undoLastMigration({ transaction: 'each' });
      for (const migration of young) {
        const statements = await statementsOf(dataSource, migration);
        const found = hazards(statements);
        if (found.length && !CONTRACT.test(migration.contract ?? ''))
          faults.push(...found.map((fault) => `${migration.name}: ${fault}`));
      }
      expect(faults).toEqual([]);
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });
});

function isYoung({ name }: MigrationInterface): boolean {
  return Number(/\d{13}$/.exec(name!)![0]) > BEFORE_THE_FIRST_RELEASE;
}

/** Runs a migration. @returns what it asked the database */
async function statementsOf(dataSource: DataSource, migration: MigrationInterface): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  const statements: string[] = [];
  const query = runner.query.bind(runner) as (sql: string, values?: unknown[]) => Promise<unknown>;
  runner.query = ((sql: string, values?: unknown[]) => {
    statements.push(sql);
    return query(sql, values);
  }) as typeof runner.query;
  try {
    await migration.up(runner);
    return statements;
  } finally {
    await runner.release();
  }
}
