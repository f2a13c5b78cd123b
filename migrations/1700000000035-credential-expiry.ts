import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Warnings before a credential expires: which was given last, so that each is given once. */
export class CredentialExpiry1700000000035 implements MigrationInterface {
  name = 'CredentialExpiry1700000000035';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE credentials ADD COLUMN expiry_warned integer`);
    // Across tenants: which of them have something to warn of. Of names and secrets it sees nothing.
    await runner.query(`CREATE POLICY platform ON credentials FOR SELECT TO provost_platform USING (true)`);
    await runner.query(
      `GRANT SELECT (tenant_id, created_at, rotated_at, expires_at, revoked_at, expiry_warned) ON credentials TO provost_platform`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP POLICY platform ON credentials`);
    await runner.query(
      `REVOKE SELECT (tenant_id, created_at, rotated_at, expires_at, revoked_at) ON credentials FROM provost_platform`,
    );
    await runner.query(`ALTER TABLE credentials DROP COLUMN expiry_warned`);
  }
}
