import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['webhooks', 'webhook_deliveries'];

/**
 * Endpoints of the vendor's application, and what is sent to them (contract §7).
 *
 * A delivery refers to its event rather than hold a copy: what is personal is opened with the subject's key when it is sent,
 * and cannot be opened once that key is gone. What an endpoint answered may repeat it, so it goes with the key as well.
 */
export class Webhooks1700000000010 implements MigrationInterface {
  name = 'Webhooks1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhooks (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        url text NOT NULL,
        events text[] NOT NULL,
        description text,
        enabled boolean NOT NULL,
        disabled_reason text,
        for_calls boolean NOT NULL,
        after_seq bigint NOT NULL,
        secret bytea NOT NULL,
        previous_secret bytea,
        previous_until timestamptz,
        failures integer NOT NULL DEFAULT 0,
        open_until timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        created_by json NOT NULL,
        CONSTRAINT webhooks_pkey PRIMARY KEY (tenant_id, id)
      )`);
    await runner.query(`CREATE UNIQUE INDEX webhooks_for_calls ON webhooks (tenant_id, url) WHERE for_calls`);
    await runner.query(`CREATE SEQUENCE webhook_deliveries_position`);
    await runner.query(`
      CREATE TABLE webhook_deliveries (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        webhook_id uuid NOT NULL,
        key text COLLATE "C" NOT NULL,
        position bigint NOT NULL DEFAULT nextval('webhook_deliveries_position'),
        type text NOT NULL,
        occurred_at timestamptz NOT NULL,
        event_id uuid,
        event_seq bigint,
        data json,
        sealed bytea,
        subject_id uuid,
        in_order boolean NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        log jsonb NOT NULL DEFAULT '[]',
        due_at timestamptz NOT NULL,
        give_up_at timestamptz NOT NULL,
        leased_by uuid,
        created_at timestamptz NOT NULL,
        settled_at timestamptz,
        CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT webhook_deliveries_states CHECK (state IN ('pending', 'delivered', 'parked')),
        CONSTRAINT webhook_deliveries_once UNIQUE (tenant_id, webhook_id, key)
      )`);
    await runner.query(`ALTER SEQUENCE webhook_deliveries_position OWNED BY webhook_deliveries.position`);
    await runner.query(`
      CREATE INDEX webhook_deliveries_due ON webhook_deliveries (tenant_id, webhook_id, due_at, position)
        WHERE state = 'pending' AND leased_by IS NULL`);
    await runner.query(`
      CREATE INDEX webhook_deliveries_order ON webhook_deliveries (tenant_id, webhook_id, subject_id, position)
        WHERE state = 'pending' AND in_order`);
    await runner.query(`
      CREATE INDEX webhook_deliveries_leased ON webhook_deliveries (tenant_id, webhook_id, leased_by)
        WHERE leased_by IS NOT NULL`);
    await runner.query(`CREATE INDEX webhook_deliveries_list ON webhook_deliveries (tenant_id, webhook_id, id)`);
    await runner.query(`CREATE INDEX webhook_deliveries_subject ON webhook_deliveries (tenant_id, subject_id)`);
    await runner.query(
      `CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (tenant_id, settled_at) WHERE state = 'delivered'`,
    );

    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant ON ${table}
          USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
      await runner.query(`CREATE POLICY platform ON ${table} FOR SELECT TO provost_platform USING (true)`);
      await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO provost_app`);
    }
    await runner.query(`GRANT USAGE ON SEQUENCE webhook_deliveries_position TO provost_app`);
    // Across tenants a worker sees where there is work, and nothing of what is sent where.
    await runner.query(`GRANT SELECT (tenant_id, id, enabled, open_until) ON webhooks TO provost_platform`);
    await runner.query(
      `GRANT SELECT (tenant_id, webhook_id, state, due_at, position, leased_by) ON webhook_deliveries TO provost_platform`,
    );

    await runner.query(`
      CREATE FUNCTION forget_webhook_answers() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE webhook_deliveries d
          SET log = (SELECT coalesce(jsonb_agg(a - 'response' ORDER BY i), '[]') FROM jsonb_array_elements(d.log) WITH ORDINALITY AS l (a, i))
          WHERE d.tenant_id = OLD.tenant_id AND d.subject_id = OLD.subject_id AND d.log <> '[]';
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER subject_keys_forget_webhook_answers AFTER DELETE ON subject_keys
        FOR EACH ROW EXECUTE FUNCTION forget_webhook_answers()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER subject_keys_forget_webhook_answers ON subject_keys`);
    await runner.query(`DROP FUNCTION forget_webhook_answers()`);
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}
