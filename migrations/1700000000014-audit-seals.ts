import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['audit_seals', 'audit_heads', 'audit_actors'];

/**
 * Seals over the log (libs/audit-trail): a chain of signed batches a tenant, and how far it goes. Written by the sealer, which works for
 * all tenants; a tenant's own requests read them and can change nothing.
 *
 * `leaves` holds number and hash of every event of a batch, so that a fault can be named, and a batch still proves the rest when some of its
 * events were dropped. `audit_actors` says in which batches somebody did something: the index of a filter that no write pays for.
 */
export class AuditSeals1700000000014 implements MigrationInterface {
  name = 'AuditSeals1700000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_seals (
        tenant_id uuid NOT NULL,
        number integer NOT NULL,
        kind text NOT NULL,
        first_seq bigint NOT NULL,
        last_seq bigint NOT NULL,
        count integer NOT NULL,
        root bytea NOT NULL,
        previous bytea NOT NULL,
        sealed_at timestamptz NOT NULL,
        key_id text NOT NULL,
        signature bytea NOT NULL,
        leaves bytea NOT NULL,
        CONSTRAINT audit_seals_pkey PRIMARY KEY (tenant_id, number)
      )`);
    // Hashes do not compress.
    await runner.query(`ALTER TABLE audit_seals ALTER COLUMN leaves SET STORAGE EXTERNAL`);
    await runner.query(`CREATE INDEX audit_seals_last ON audit_seals (tenant_id, last_seq) WHERE kind = 'sealed'`);
    await runner.query(`CREATE INDEX audit_seals_dropped ON audit_seals (tenant_id, number) WHERE kind = 'dropped'`);
    await runner.query(`
      CREATE TABLE audit_heads (
        tenant_id uuid NOT NULL,
        number integer NOT NULL,
        hash bytea NOT NULL,
        last_seq bigint NOT NULL,
        events bigint NOT NULL,
        key_id text NOT NULL,
        signature bytea NOT NULL,
        CONSTRAINT audit_heads_pkey PRIMARY KEY (tenant_id)
      )`);
    await runner.query(`
      CREATE TABLE audit_actors (
        tenant_id uuid NOT NULL,
        actor text COLLATE "C" NOT NULL,
        last_seq bigint NOT NULL,
        first_seq bigint NOT NULL,
        CONSTRAINT audit_actors_pkey PRIMARY KEY (tenant_id, actor, last_seq)
      )`);
    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant ON ${table} FOR SELECT
          USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
      await runner.query(`CREATE POLICY platform ON ${table} TO provost_platform USING (true)`);
    }
    await runner.query(`GRANT SELECT ON audit_seals, audit_heads, audit_actors TO provost_app`);
    await runner.query(`GRANT SELECT, INSERT ON audit_seals, audit_heads, audit_actors TO provost_platform`);
    await runner.query(`GRANT UPDATE ON audit_heads TO provost_platform`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}
