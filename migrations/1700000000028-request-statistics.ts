import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How the SCIM requests of each tenant went (contract §8), minute by minute; after two days hour by hour. Every process adds what it has
 * counted, for all tenants in one statement, so it is the platform's to write; a tenant reads its own.
 */
export class RequestStatistics1700000000028 implements MigrationInterface {
  name = 'RequestStatistics1700000000028';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE request_statistics (
        tenant_id uuid NOT NULL,
        begins timestamptz NOT NULL,
        kind text NOT NULL,
        hourly boolean NOT NULL DEFAULT false,
        requests integer NOT NULL,
        failed integer NOT NULL,
        throttled integer NOT NULL,
        total_ms double precision NOT NULL,
        latency integer[] NOT NULL,
        synced_at timestamptz,
        CONSTRAINT request_statistics_pkey PRIMARY KEY (tenant_id, begins, kind)
      )`);
    // Across tenants: what is old enough to be added up.
    await runner.query(
      `CREATE INDEX request_statistics_minutes ON request_statistics (begins, tenant_id) WHERE NOT hourly`,
    );
    await runner.query(`ALTER TABLE request_statistics ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE request_statistics FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON request_statistics FOR SELECT
        USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`CREATE POLICY platform ON request_statistics TO provost_platform USING (true)`);
    await runner.query(`GRANT SELECT ON request_statistics TO provost_app`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON request_statistics TO provost_platform`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE request_statistics`);
  }
}
