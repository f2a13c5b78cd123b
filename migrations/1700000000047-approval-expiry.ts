import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Requests that end are found over all tenants by whoever writes their ends into the log; there are few enough to do without an index. */
export class ApprovalExpiry1700000000047 implements MigrationInterface {
  name = 'ApprovalExpiry1700000000047';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE POLICY platform ON approvals FOR SELECT TO provost_platform USING (true)`);
    await runner.query(`GRANT SELECT ON approvals TO provost_platform`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`REVOKE SELECT ON approvals FROM provost_platform`);
    await runner.query(`DROP POLICY platform ON approvals`);
  }
}
