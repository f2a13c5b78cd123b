import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whom the rollout has not reached, so that whoever it reaches can be told from whoever was there all along: their arrival is made
 * up for then. And one event may fire a rule for many people, as when a group with people in it leaves another.
 */
export class LifecycleReach1700000000021 implements MigrationInterface {
  name = 'LifecycleReach1700000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lifecycle_staged (
        tenant_id uuid NOT NULL,
        user_id uuid NOT NULL,
        since timestamptz NOT NULL,
        CONSTRAINT lifecycle_staged_pkey PRIMARY KEY (tenant_id, user_id)
      )`);
    await runner.query(`ALTER TABLE lifecycle_staged ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE lifecycle_staged FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON lifecycle_staged
        USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`GRANT SELECT, INSERT, DELETE ON lifecycle_staged TO provost_app`);

    await runner.query(
      `ALTER TABLE lifecycle_runs ADD CONSTRAINT lifecycle_runs_fired UNIQUE (tenant_id, event_id, rule, user_id)`,
    );
    await runner.query(`ALTER TABLE lifecycle_runs DROP CONSTRAINT lifecycle_runs_event`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE lifecycle_runs ADD CONSTRAINT lifecycle_runs_event UNIQUE (tenant_id, event_id, rule)`,
    );
    await runner.query(`ALTER TABLE lifecycle_runs DROP CONSTRAINT lifecycle_runs_fired`);
    await runner.query(`DROP TABLE lifecycle_staged`);
  }
}
