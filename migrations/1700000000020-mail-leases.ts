import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who has a mail in hand. The name is good while PostgreSQL holds the lock of its worker (docs/adr/0017), so what a killed worker
 * was sending is taken up at once; `due_at` stays the net for what a version without names took.
 */
export class MailLeases1700000000020 implements MigrationInterface {
  name = 'MailLeases1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE mail ADD COLUMN leased_by uuid`);
    // Across tenants: whose workers may have died.
    await runner.query(`CREATE INDEX mail_leased ON mail (leased_by, tenant_id) WHERE leased_by IS NOT NULL`);
    await runner.query(`GRANT SELECT (leased_by) ON mail TO provost_platform`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE mail DROP COLUMN leased_by`);
  }
}
