import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['workspaces', 'projects', 'project_members', 'content', 'grants'];

/**
 * What the app registers (workspaces, projects, content), and grants of access for a time (contract §6).
 *
 * Keys are the app's own and compare byte by byte. There are no foreign keys to `users`: a user who is deleted leaves rows
 * behind on purpose (who shared a project with them, what they own) until the deprovisioning has dealt with them.
 */
export class AppResources1700000000006 implements MigrationInterface {
  name = 'AppResources1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE workspaces (
        tenant_id uuid NOT NULL,
        key text COLLATE "C" NOT NULL,
        name text NOT NULL,
        attributes json NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT workspaces_pkey PRIMARY KEY (tenant_id, key)
      )`);
    await runner.query(`
      CREATE TABLE projects (
        tenant_id uuid NOT NULL,
        key text COLLATE "C" NOT NULL,
        name text NOT NULL,
        workspace text COLLATE "C",
        attributes json NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT projects_pkey PRIMARY KEY (tenant_id, key)
      )`);
    await runner.query(`CREATE INDEX projects_workspace ON projects (tenant_id, workspace, key)`);
    await runner.query(`
      CREATE TABLE project_members (
        tenant_id uuid NOT NULL,
        project_key text COLLATE "C" NOT NULL,
        user_id uuid NOT NULL,
        CONSTRAINT project_members_pkey PRIMARY KEY (tenant_id, project_key, user_id)
      )`);
    await runner.query(`CREATE INDEX project_members_user ON project_members (tenant_id, user_id, project_key)`);
    await runner.query(`
      CREATE TABLE content (
        tenant_id uuid NOT NULL,
        key text COLLATE "C" NOT NULL,
        type text NOT NULL,
        owner_id uuid NOT NULL,
        project text COLLATE "C",
        workspace text COLLATE "C",
        classification text,
        archived_at timestamptz,
        attributes json NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT content_pkey PRIMARY KEY (tenant_id, key)
      )`);
    await runner.query(`CREATE INDEX content_owner ON content (tenant_id, owner_id, key)`);
    await runner.query(`CREATE INDEX content_project ON content (tenant_id, project, key)`);
    await runner.query(`CREATE INDEX content_workspace ON content (tenant_id, workspace, key)`);
    await runner.query(`
      CREATE TABLE grants (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        user_id uuid NOT NULL,
        role text,
        permission text,
        workspace text COLLATE "C",
        starts_at timestamptz,
        expires_at timestamptz NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        created_by json NOT NULL,
        revoked_at timestamptz,
        due_at timestamptz,
        CONSTRAINT grants_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT grants_one_thing CHECK (num_nonnulls(role, permission) = 1)
      )`);
    await runner.query(`CREATE INDEX grants_user ON grants (tenant_id, user_id, expires_at)`);
    // Across tenants: the job that records starts and ends asks which of them have something due.
    await runner.query(`CREATE INDEX grants_due ON grants (due_at, tenant_id) WHERE due_at IS NOT NULL`);

    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant ON ${table}
          USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    }
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON workspaces, projects, content TO provost_app`);
    await runner.query(`GRANT SELECT, INSERT, DELETE ON project_members TO provost_app`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE ON grants TO provost_app`);
    await runner.query(`CREATE POLICY platform ON grants FOR SELECT TO provost_platform USING (true)`);
    await runner.query(`GRANT SELECT ON grants TO provost_platform`);
    // Patterns of the policy documents match keys, which never change: only what comes and goes makes a policy old.
    await runner.query(`
      CREATE CONSTRAINT TRIGGER workspaces_appear AFTER INSERT OR DELETE ON workspaces DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION touch_workspaces_version()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}
