import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['binding_changes', 'profile_pasts'];

/**
 * What roles are computed from and no event says: which group a key of group_mappings came to mean or ceased to, and what was
 * remembered of a profile before an event changed it. Both stand under the number of that event, so that whoever follows the log can tell
 * the roles as of each event (docs/adr/0034); behind it they are dropped.
 */
export class AccessHistory1700000000036 implements MigrationInterface {
  name = 'AccessHistory1700000000036';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE binding_changes (
        tenant_id uuid NOT NULL,
        seq bigint NOT NULL,
        key text COLLATE "C" NOT NULL,
        from_group uuid,
        to_group uuid,
        CONSTRAINT binding_changes_pkey PRIMARY KEY (tenant_id, seq, key)
      )`);
    await runner.query(`
      CREATE TABLE profile_pasts (
        tenant_id uuid NOT NULL,
        user_id uuid NOT NULL,
        seq bigint NOT NULL,
        app json,
        steps json,
        CONSTRAINT profile_pasts_pkey PRIMARY KEY (tenant_id, user_id, seq)
      )`);
    await runner.query(`CREATE INDEX profile_pasts_seq ON profile_pasts (tenant_id, seq)`);
    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant ON ${table}
          USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
      await runner.query(`GRANT SELECT, INSERT, DELETE ON ${table} TO provost_app`);
    }

    // Whoever writes a profile holds the row of the user, and these events are written under it: the last of them is the one
    // that the change came with. Of two changes under one event the first says what was before it.
    await runner.query(`
      CREATE FUNCTION keep_profile_past() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        tenant uuid := coalesce(OLD.tenant_id, NEW.tenant_id);
        person uuid := coalesce(OLD.user_id, NEW.user_id);
      BEGIN
        INSERT INTO profile_pasts (tenant_id, user_id, seq, app, steps)
          SELECT tenant, person, e.seq, OLD.app, OLD.steps FROM events e
          WHERE e.tenant_id = tenant AND e.subject_id = person AND e.type IN
            ('user.created', 'user.updated', 'user.deactivated', 'user.reactivated', 'user.deleted', 'sync.conflict')
          ORDER BY e.seq DESC LIMIT 1
          ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER profiles_keep_past AFTER INSERT OR UPDATE OR DELETE ON profiles
        FOR EACH ROW EXECUTE FUNCTION keep_profile_past()`);
    await runner.query(BIND_AND_RECORD);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(BIND);
    await runner.query(`DROP TRIGGER profiles_keep_past ON profiles`);
    await runner.query(`DROP FUNCTION keep_profile_past()`);
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}

const CONDITIONS = [
  'key_folded = NEW.display_name_key AND group_id IS NULL',
  'key = NEW.id::text AND bound_at IS NULL',
  'key = NEW.external_id AND bound_at IS NULL',
];
const bound = (condition: string) => `
        UPDATE group_bindings SET group_id = NEW.id, bound_at = now()
          WHERE tenant_id = NEW.tenant_id AND ${condition}`;

/** As migration 5 has it. */
const BIND = `
      CREATE OR REPLACE FUNCTION bind_group() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(NEW.tenant_id::text, 5));
        ${CONDITIONS.map((condition) => `${bound(condition)};`).join('')}
        RETURN NULL;
      END $$`;

/** The same, and what was bound is written down. A group that comes without an event has no number to write it under. */
const BIND_AND_RECORD = `
      CREATE OR REPLACE FUNCTION bind_group() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        keys text[] := '{}';
        more text[];
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(NEW.tenant_id::text, 5));
        -- One by one: joined by OR they would read all keys that are unbound. The last two go by the primary key, as what
        -- they ask for (bound_at) is not what the index of the unbound is about.
        ${CONDITIONS.map(
          (condition) => `
        WITH b AS (${bound(condition)} RETURNING key)
          SELECT array_agg(b.key) INTO more FROM b;
        keys := keys || more;`,
        ).join('')}
        IF keys <> '{}' THEN
          INSERT INTO binding_changes (tenant_id, seq, key, to_group)
            SELECT NEW.tenant_id, e.seq, k.key, NEW.id FROM unnest(keys) AS k (key), (SELECT e.seq FROM events e
              WHERE e.tenant_id = NEW.tenant_id AND e.subject_id = NEW.id AND e.type IN ('group.created', 'group.updated')
              ORDER BY e.seq DESC LIMIT 1) e;
        END IF;
        RETURN NULL;
      END $$`;
