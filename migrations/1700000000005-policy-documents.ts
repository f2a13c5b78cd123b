import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['policy_documents', 'policy_heads', 'access_versions', 'group_bindings'];

/**
 * Policy documents as versions, what binds the keys of group_mappings to groups, and the counters by which every instance
 * knows that what it compiled is old.
 *
 * A counter moves in the transaction of the change, so whoever reads it in one statement with the memberships reads both
 * of one moment. Its triggers are deferred to the commit: the row of a tenant is locked last and for as long as the commit
 * takes, so two writers cannot wait for each other. A transaction moves a counter once, however many rows it touched.
 */
export class PolicyDocuments1700000000005 implements MigrationInterface {
  name = 'PolicyDocuments1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE policy_documents (
        tenant_id uuid NOT NULL,
        name text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        document json NOT NULL,
        created_at timestamptz NOT NULL,
        created_by json NOT NULL,
        CONSTRAINT policy_documents_pkey PRIMARY KEY (tenant_id, name, version)
      )`);
    await runner.query(`
      CREATE TABLE policy_heads (
        tenant_id uuid NOT NULL,
        name text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        CONSTRAINT policy_heads_pkey PRIMARY KEY (tenant_id, name)
      )`);
    await runner.query(`
      CREATE TABLE access_versions (
        tenant_id uuid NOT NULL,
        documents bigint NOT NULL DEFAULT 0,
        groups bigint NOT NULL DEFAULT 0,
        workspaces bigint NOT NULL DEFAULT 0,
        CONSTRAINT access_versions_pkey PRIMARY KEY (tenant_id)
      )`);
    await runner.query(`
      CREATE TABLE group_bindings (
        tenant_id uuid NOT NULL,
        key text COLLATE "C" NOT NULL,
        key_folded text COLLATE "C" NOT NULL,
        group_id uuid,
        bound_at timestamptz,
        CONSTRAINT group_bindings_pkey PRIMARY KEY (tenant_id, key)
      )`);
    await runner.query(
      `CREATE INDEX group_bindings_unbound ON group_bindings (tenant_id, key_folded) WHERE group_id IS NULL`,
    );
    await runner.query(
      `CREATE INDEX memberships_nested ON memberships (tenant_id, member_id, group_id) WHERE member_type = 'Group'`,
    );

    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant ON ${table}
          USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    }
    // A version that was put stays as it was.
    await runner.query(`GRANT SELECT, INSERT ON policy_documents TO provost_app`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE ON policy_heads, access_versions TO provost_app`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON group_bindings TO provost_app`);

    for (const counter of ['groups', 'workspaces'])
      await runner.query(`
        CREATE FUNCTION touch_${counter}_version() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE tenant uuid := coalesce(NEW.tenant_id, OLD.tenant_id);
        BEGIN
          IF current_setting('app.${counter}_touched', true) = tenant::text THEN RETURN NULL; END IF;
          PERFORM set_config('app.${counter}_touched', tenant::text, true);
          INSERT INTO access_versions (tenant_id, ${counter}) VALUES (tenant, 1)
            ON CONFLICT (tenant_id) DO UPDATE SET ${counter} = access_versions.${counter} + 1;
          RETURN NULL;
        END $$`);
    for (const [name, event, condition] of [
      ['groups_appear', 'INSERT OR DELETE ON groups', ''],
      [
        'groups_rename',
        'UPDATE ON groups',
        `WHEN (OLD.display_name IS DISTINCT FROM NEW.display_name OR OLD.external_id IS DISTINCT FROM NEW.external_id)`,
      ],
      // Those of users, which are nearly all, are told apart before anything is called.
      ['memberships_nest', 'INSERT ON memberships', `WHEN (NEW.member_type = 'Group')`],
      ['memberships_part', 'DELETE ON memberships', `WHEN (OLD.member_type = 'Group')`],
    ])
      await runner.query(`
        CREATE CONSTRAINT TRIGGER ${name} AFTER ${event} DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW ${condition} EXECUTE FUNCTION touch_groups_version()`);

    // A put of group_mappings takes the same lock alone before it looks for groups: either it sees the new group, or the
    // group's transaction sees the new keys.
    await runner.query(`
      CREATE FUNCTION bind_group() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(NEW.tenant_id::text, 5));
        -- One by one: joined by OR they would read all keys that are unbound. The last two go by the primary key, as what
        -- they ask for (bound_at) is not what the index of the unbound is about.
        UPDATE group_bindings SET group_id = NEW.id, bound_at = now()
          WHERE tenant_id = NEW.tenant_id AND key_folded = NEW.display_name_key AND group_id IS NULL;
        UPDATE group_bindings SET group_id = NEW.id, bound_at = now()
          WHERE tenant_id = NEW.tenant_id AND key = NEW.id::text AND bound_at IS NULL;
        UPDATE group_bindings SET group_id = NEW.id, bound_at = now()
          WHERE tenant_id = NEW.tenant_id AND key = NEW.external_id AND bound_at IS NULL;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER groups_bind_new AFTER INSERT ON groups FOR EACH ROW EXECUTE FUNCTION bind_group()`);
    await runner.query(`
      CREATE TRIGGER groups_bind_renamed AFTER UPDATE ON groups FOR EACH ROW
        WHEN (OLD.display_name_key IS DISTINCT FROM NEW.display_name_key OR OLD.external_id IS DISTINCT FROM NEW.external_id)
        EXECUTE FUNCTION bind_group()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['groups_bind_renamed', 'groups_bind_new', 'groups_rename', 'groups_appear'])
      await runner.query(`DROP TRIGGER ${name} ON groups`);
    for (const name of ['memberships_part', 'memberships_nest'])
      await runner.query(`DROP TRIGGER ${name} ON memberships`);
    for (const name of ['bind_group', 'touch_workspaces_version', 'touch_groups_version'])
      await runner.query(`DROP FUNCTION ${name}()`);
    await runner.query(`DROP INDEX memberships_nested`);
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}
