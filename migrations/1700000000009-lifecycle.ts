import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['lifecycle_runs', 'lifecycle_actions', 'lifecycle_effects', 'lifecycle_holds'];

/**
 * The lifecycle engine: what rules fired, what each action did, and what a safeguard holds (contract §7). Ids and the app's own
 * keys only, nothing that describes a person, so that all of it may stay when the person is erased.
 *
 * A run with a `next_at` is still to be worked on: then, and not before the earlier runs of the same user. It is unique by event
 * and rule, an effect by run, action and thing: whatever comes twice is done once.
 */
export class Lifecycle1700000000009 implements MigrationInterface {
  name = 'Lifecycle1700000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lifecycle_runs (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        event_id uuid NOT NULL,
        event_seq bigint NOT NULL,
        event_type text NOT NULL,
        rule text NOT NULL,
        trigger text NOT NULL,
        user_id uuid NOT NULL,
        group_id uuid,
        state text NOT NULL,
        hold_id uuid,
        requested_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        next_at timestamptz,
        superseded_at timestamptz,
        erased_at timestamptz,
        CONSTRAINT lifecycle_runs_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT lifecycle_runs_event UNIQUE (tenant_id, event_id, rule)
      )`);
    await runner.query(`CREATE INDEX lifecycle_runs_user ON lifecycle_runs (tenant_id, user_id, event_seq)`);
    await runner.query(
      `CREATE INDEX lifecycle_runs_next ON lifecycle_runs (tenant_id, event_seq) WHERE next_at IS NOT NULL`,
    );
    // Across tenants: which of them have something due.
    await runner.query(
      `CREATE INDEX lifecycle_runs_due ON lifecycle_runs (next_at, tenant_id) WHERE next_at IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX lifecycle_runs_state ON lifecycle_runs (tenant_id, state, id)`);
    await runner.query(`CREATE INDEX lifecycle_runs_rule ON lifecycle_runs (tenant_id, rule, requested_at)`);
    // Who may be erased one day.
    await runner.query(`
      CREATE INDEX lifecycle_runs_retained ON lifecycle_runs (tenant_id, requested_at)
        WHERE rule = 'user_removal' AND superseded_at IS NULL AND erased_at IS NULL`);
    // Somebody arrives once.
    await runner.query(
      `CREATE UNIQUE INDEX lifecycle_runs_arrival ON lifecycle_runs (tenant_id, user_id) WHERE rule = 'user_creation'`,
    );
    await runner.query(`
      CREATE TABLE lifecycle_actions (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        position integer NOT NULL,
        action text NOT NULL,
        arguments json NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        last_error text,
        result json,
        started_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT lifecycle_actions_pkey PRIMARY KEY (tenant_id, run_id, position)
      )`);
    await runner.query(`
      CREATE TABLE lifecycle_effects (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        position integer NOT NULL,
        kind text COLLATE "C" NOT NULL,
        subject text COLLATE "C" NOT NULL,
        from_id uuid,
        to_id uuid,
        at timestamptz NOT NULL,
        undone_at timestamptz,
        CONSTRAINT lifecycle_effects_pkey PRIMARY KEY (tenant_id, run_id, position, kind, subject)
      )`);
    // Who got a piece of content last.
    await runner.query(
      `CREATE INDEX lifecycle_effects_content ON lifecycle_effects (tenant_id, subject, at) WHERE kind = 'content_moved'`,
    );
    await runner.query(`
      CREATE TABLE lifecycle_holds (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        state text NOT NULL,
        most integer NOT NULL,
        time_window text NOT NULL,
        opened_at timestamptz NOT NULL,
        decided_at timestamptz,
        decided_by json,
        reason text,
        CONSTRAINT lifecycle_holds_pkey PRIMARY KEY (tenant_id, id)
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX lifecycle_holds_open ON lifecycle_holds (tenant_id, kind) WHERE state = 'open'`,
    );
    await runner.query(
      `CREATE INDEX lifecycle_runs_held ON lifecycle_runs (tenant_id, hold_id) WHERE hold_id IS NOT NULL`,
    );

    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant ON ${table}
          USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
      await runner.query(`GRANT SELECT, INSERT, UPDATE ON ${table} TO provost_app`);
    }
    await runner.query(`CREATE POLICY platform ON lifecycle_runs FOR SELECT TO provost_platform USING (true)`);
    await runner.query(`GRANT SELECT ON lifecycle_runs TO provost_platform`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}
