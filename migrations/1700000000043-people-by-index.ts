import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every question about access looks whether the person has changed: by `active` and `version`, which were in the row of the user, on a page of
 * its own for nearly each. With both in the primary key's index it reads no such page. An update writes an entry there as before, as
 * `updated_at` has an index.
 */
export class PeopleByIndex1700000000043 implements MigrationInterface {
  name = 'PeopleByIndex1700000000043';
  readonly transaction = false;

  /** While others read and write; may be begun again where it broke off. */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS users_pkey_next`);
    await runner.query(
      `CREATE UNIQUE INDEX CONCURRENTLY users_pkey_next ON users (tenant_id, id) INCLUDE (active, version)`,
    );
    // The index takes the constraint's name.
    await runner.query(`
      ALTER TABLE users DROP CONSTRAINT users_pkey, ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey_next`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users DROP CONSTRAINT users_pkey, ADD CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id) INCLUDE (active)`);
  }
}
