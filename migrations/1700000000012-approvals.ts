import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Requests for sensitive roles, and what was decided (contract §5, approval_policies). One counts for a person and a role at a
 * time, until no source gives the role any more: then it lapses, and the next time is asked anew.
 */
export class Approvals1700000000012 implements MigrationInterface {
  name = 'Approvals1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE approvals (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        user_id uuid NOT NULL,
        role text NOT NULL,
        approver text NOT NULL,
        approver_id uuid,
        state text NOT NULL,
        requested_at timestamptz NOT NULL,
        expires_at timestamptz,
        decided_at timestamptz,
        decided_by json,
        reason text,
        CONSTRAINT approvals_pkey PRIMARY KEY (tenant_id, id)
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX approvals_standing ON approvals (tenant_id, user_id, role) WHERE state <> 'lapsed'`,
    );
    await runner.query(`ALTER TABLE approvals ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE approvals FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON approvals
        USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE ON approvals TO provost_app`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE approvals`);
  }
}
