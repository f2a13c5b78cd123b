import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The roles that the log last told of each person, and how far in the log that was (`mark`), by which a change of them is
 * found and told once. It is no truth about access, which is computed whenever it is asked for.
 */
export class RoleStates1700000000008 implements MigrationInterface {
  name = 'RoleStates1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE role_states (
        tenant_id uuid NOT NULL,
        user_id uuid NOT NULL,
        roles text[] NOT NULL,
        mark bigint NOT NULL,
        CONSTRAINT role_states_pkey PRIMARY KEY (tenant_id, user_id)
      )`);
    await runner.query(`ALTER TABLE role_states ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE role_states FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON role_states
        USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON role_states TO provost_app`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE role_states`);
  }
}
