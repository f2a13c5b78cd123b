import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * OAuth 2.0 (docs/adr/0031). A client is a credential of the kind `oauth`. `oauth_records` holds what the authorization server
 * remembers: grants, codes, tokens and consents under way, each by the hash of its value, in the tenant of its client.
 */
export class OAuth1700000000030 implements MigrationInterface {
  name = 'OAuth1700000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE credentials ADD COLUMN redirect_uris text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`ALTER TABLE credentials ADD COLUMN grant_types text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`
      CREATE TABLE oauth_records (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        model text NOT NULL,
        hash bytea NOT NULL,
        credential_id uuid,
        grant_id text COLLATE "C",
        payload json NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        consumed_at timestamptz,
        CONSTRAINT oauth_records_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT oauth_records_hash_key UNIQUE (tenant_id, hash)
      )`);
    await runner.query(
      `CREATE INDEX oauth_records_grant ON oauth_records (tenant_id, grant_id) WHERE grant_id IS NOT NULL`,
    );
    // Across tenants: the job that forgets them asks which tenants have old ones.
    await runner.query(`CREATE INDEX oauth_records_expiry ON oauth_records (expires_at, tenant_id)`);
    await runner.query(`ALTER TABLE oauth_records ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE oauth_records FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON oauth_records
        USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_records TO provost_app`);
    await runner.query(`CREATE POLICY platform ON oauth_records FOR SELECT TO provost_platform USING (true)`);
    await runner.query(`GRANT SELECT (tenant_id, expires_at) ON oauth_records TO provost_platform`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE oauth_records`);
    for (const column of ['grant_types', 'redirect_uris'])
      await runner.query(`ALTER TABLE credentials DROP COLUMN ${column}`);
  }
}
