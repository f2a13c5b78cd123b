import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What has to be remembered of a person so that their profile follows sync_config (docs/adr): what the application set, and
 * resources as they were before an update. A trigger on `users` keeps these in the transaction of the update, so no write
 * path can forget it; people of whom nothing has to be remembered have no row.
 */
export class Profiles1700000000007 implements MigrationInterface {
  name = 'Profiles1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    // json rather than jsonb: a resource stays the text that it was.
    await runner.query(`
      CREATE TABLE profiles (
        tenant_id uuid NOT NULL,
        user_id uuid NOT NULL,
        app json,
        steps json NOT NULL,
        sync_version integer NOT NULL,
        changed_at timestamptz,
        CONSTRAINT profiles_pkey PRIMARY KEY (tenant_id, user_id)
      )`);
    await runner.query(`ALTER TABLE profiles ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE profiles FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON profiles
        USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON profiles TO provost_app`);

    // Whoever sets a value of the application holds the row of the user, so either this sees the value or the value is of
    // the new version.
    await runner.query(`
      CREATE FUNCTION keep_profile_step() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        sync integer;
        kept_sync integer;
        has_app boolean;
        step json;
      BEGIN
        -- Two look-ups by key: joined into one they take half as long again.
        SELECT h.version INTO sync FROM policy_heads h WHERE h.tenant_id = NEW.tenant_id AND h.name = 'sync_config';
        SELECT p.sync_version, p.app IS NOT NULL INTO kept_sync, has_app
          FROM profiles p WHERE p.tenant_id = NEW.tenant_id AND p.user_id = NEW.id;
        sync := coalesce(sync, 0);
        IF has_app IS NOT TRUE AND coalesce(kept_sync, 0) >= sync THEN RETURN NULL; END IF;
        step := json_build_object('version', OLD.version, 'sync', sync,
          'at', to_char(NEW.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'resource', OLD.resource);
        INSERT INTO profiles AS p (tenant_id, user_id, steps, sync_version)
          VALUES (NEW.tenant_id, NEW.id, json_build_array(step), sync)
          ON CONFLICT (tenant_id, user_id) DO UPDATE
            SET sync_version = excluded.sync_version,
              steps = (CASE json_array_length(p.steps) WHEN 0 THEN '[' ELSE left(p.steps::text, -1) || ',' END
                || step::text || ']')::json
            WHERE p.app IS NOT NULL OR p.sync_version < excluded.sync_version;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER users_keep_profile_step AFTER UPDATE OF resource ON users FOR EACH ROW
        WHEN (OLD.resource::text IS DISTINCT FROM NEW.resource::text) EXECUTE FUNCTION keep_profile_step()`);
    await runner.query(`
      CREATE FUNCTION drop_profile() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        DELETE FROM profiles WHERE tenant_id = OLD.tenant_id AND user_id = OLD.id;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER users_drop_profile AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION drop_profile()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER users_drop_profile ON users`);
    await runner.query(`DROP TRIGGER users_keep_profile_step ON users`);
    await runner.query(`DROP FUNCTION drop_profile()`);
    await runner.query(`DROP FUNCTION keep_profile_step()`);
    await runner.query(`DROP TABLE profiles`);
  }
}
