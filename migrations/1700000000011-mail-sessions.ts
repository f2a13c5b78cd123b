import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['sessions', 'mail'];

/**
 * Sessions of users (contract §6), and mail that waits to be delivered.
 *
 * A session is good while its user is there, is active, and has the epoch of the session: a trigger moves the epoch on
 * with every deactivation, so no write path can forget it, and nothing of the sessions has to be written.
 */
export class MailSessions1700000000011 implements MigrationInterface {
  name = 'MailSessions1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users ADD COLUMN session_epoch integer NOT NULL DEFAULT 0`);
    await runner.query(`
      CREATE FUNCTION end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE users SET session_epoch = session_epoch + 1 WHERE tenant_id = NEW.tenant_id AND id = NEW.id;
        RETURN NULL;
      END $$`);
    // After rather than before the update: a trigger before it has every updated row locked first, whatever its condition.
    await runner.query(`
      CREATE TRIGGER users_end_sessions AFTER UPDATE OF active ON users FOR EACH ROW
        WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION end_sessions()`);
    await runner.query(`
      CREATE TABLE sessions (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        user_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        epoch integer NOT NULL,
        ip text NOT NULL,
        device text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_because text,
        CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT sessions_token_key UNIQUE (tenant_id, token_hash)
      )`);
    await runner.query(`CREATE INDEX sessions_user ON sessions (tenant_id, user_id, id)`);
    // Across tenants: the job that forgets old sessions asks which of them have some.
    await runner.query(`CREATE INDEX sessions_expiry ON sessions (expires_at, tenant_id)`);
    await runner.query(`
      CREATE TABLE mail (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        key text COLLATE "C" NOT NULL,
        user_id uuid,
        recipient text NOT NULL,
        template text NOT NULL,
        locale text NOT NULL,
        data json,
        status text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        first_attempt_at timestamptz,
        due_at timestamptz,
        last_error text,
        created_at timestamptz NOT NULL,
        delivered_at timestamptz,
        CONSTRAINT mail_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT mail_key UNIQUE (tenant_id, key)
      )`);
    await runner.query(`CREATE INDEX mail_status ON mail (tenant_id, status, id)`);
    await runner.query(`CREATE INDEX mail_user ON mail (tenant_id, user_id) WHERE user_id IS NOT NULL`);
    await runner.query(`CREATE INDEX mail_turn ON mail (tenant_id, due_at) WHERE due_at IS NOT NULL`);
    // Across tenants: what is to be sent next, and what was delivered long ago.
    await runner.query(`CREATE INDEX mail_due ON mail (due_at, tenant_id) WHERE due_at IS NOT NULL`);
    await runner.query(`CREATE INDEX mail_delivered ON mail (delivered_at, tenant_id) WHERE delivered_at IS NOT NULL`);

    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant ON ${table}
          USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
      await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO provost_app`);
      await runner.query(`CREATE POLICY platform ON ${table} FOR SELECT TO provost_platform USING (true)`);
    }
    // Whose turn it is, and nothing of what is in there.
    await runner.query(`GRANT SELECT (tenant_id, expires_at) ON sessions TO provost_platform`);
    await runner.query(`GRANT SELECT (tenant_id, due_at, delivered_at) ON mail TO provost_platform`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table}`);
    await runner.query(`DROP TRIGGER users_end_sessions ON users`);
    await runner.query(`DROP FUNCTION end_sessions()`);
    await runner.query(`ALTER TABLE users DROP COLUMN session_epoch`);
  }
}
