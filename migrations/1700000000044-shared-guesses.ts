import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Wrong tokens are counted by the addresses that they come from, in buckets that belong to no tenant. Unlike credentials, addresses come
 * and go, and so do their buckets.
 */
export class SharedGuesses1700000000044 implements MigrationInterface {
  name = 'SharedGuesses1700000000044';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`GRANT DELETE ON rate_buckets TO provost_app`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`REVOKE DELETE ON rate_buckets FROM provost_app`);
  }
}
