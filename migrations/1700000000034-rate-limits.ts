import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rate limits of credentials. The buckets are unlogged: after a crash of the database they are full again, which is what they would
 * be a window later anyway.
 */
export class RateLimits1700000000034 implements MigrationInterface {
  name = 'RateLimits1700000000034';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE credentials ADD COLUMN rate_requests integer`);
    await runner.query(`ALTER TABLE credentials ADD COLUMN rate_window text`);
    await runner.query(`
      CREATE UNLOGGED TABLE rate_buckets (
        tenant_id uuid NOT NULL,
        credential_id uuid NOT NULL,
        taken_until double precision NOT NULL,
        granted double precision NOT NULL,
        CONSTRAINT rate_buckets_pkey PRIMARY KEY (tenant_id, credential_id)
      ) WITH (fillfactor = 50)`);
    await runner.query(`ALTER TABLE rate_buckets ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE rate_buckets FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON rate_buckets
        USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE ON rate_buckets TO provost_app`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE rate_buckets`);
    for (const column of ['rate_window', 'rate_requests'])
      await runner.query(`ALTER TABLE credentials DROP COLUMN ${column}`);
  }
}
