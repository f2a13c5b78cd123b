import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is not tried again before somebody looks at it, to be counted without reading what is in order: there is little of it. */
const PARKED = [
  ['lifecycle_runs_failed', 'lifecycle_runs', `state = 'failed'`],
  ['webhook_deliveries_parked', 'webhook_deliveries', `state = 'parked'`],
  ['mail_parked', 'mail', `status = 'parked'`],
] as const;

export class ParkedWork1700000000027 implements MigrationInterface {
  name = 'ParkedWork1700000000027';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, table, is] of PARKED)
      await runner.query(`CREATE INDEX ${name} ON ${table} (tenant_id) WHERE ${is}`);
    await runner.query(`GRANT SELECT (status) ON mail TO provost_platform`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [name] of PARKED) await runner.query(`DROP INDEX ${name}`);
    await runner.query(`REVOKE SELECT (status) ON mail FROM provost_platform`);
  }
}
