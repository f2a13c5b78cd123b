import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Secrets of a credential have numbers. The current one stands in `credentials`, as before; those that were replaced and still
 * work for a while stand in `retired_secrets`. `oldest_secret` is checked with every statement of a SCIM request, so a secret
 * that was replaced without an overlap does nothing more, whatever an instance remembers of it.
 */
export class CredentialRotation1700000000033 implements MigrationInterface {
  name = 'CredentialRotation1700000000033';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE credentials ADD COLUMN secret integer NOT NULL DEFAULT 1`);
    await runner.query(`ALTER TABLE credentials ADD COLUMN oldest_secret integer NOT NULL DEFAULT 1`);
    await runner.query(`ALTER TABLE credentials ADD COLUMN rotated_at timestamptz`);
    // None: all that its kind may.
    await runner.query(`ALTER TABLE credentials ADD COLUMN scopes text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`
      CREATE TABLE retired_secrets (
        tenant_id uuid NOT NULL,
        credential_id uuid NOT NULL,
        number integer NOT NULL,
        token_hash bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        last_used_ip text,
        CONSTRAINT retired_secrets_pkey PRIMARY KEY (tenant_id, credential_id, number),
        CONSTRAINT retired_secrets_token_key UNIQUE (tenant_id, token_hash)
      )`);
    await runner.query(`ALTER TABLE retired_secrets ENABLE ROW LEVEL SECURITY`);
    await runner.query(`ALTER TABLE retired_secrets FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      CREATE POLICY tenant ON retired_secrets
        USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON retired_secrets TO provost_app`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE retired_secrets`);
    for (const column of ['scopes', 'rotated_at', 'oldest_secret', 'secret'])
      await runner.query(`ALTER TABLE credentials DROP COLUMN ${column}`);
  }
}
