import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The event log: one row for each thing that happened, written in the statement that made it happen.
 *
 * `seq` orders the log. It is taken before the commit, so the order of commits is another, and rollbacks leave gaps:
 * libs/event-log (MissingNumbers) says how a consumer reads it without losing anything.
 *
 * `sealed` is what names or describes a person, encrypted with the subject's key. An event's hash (libs/event-log) covers
 * the ciphertext, so dropping the key erases the person and every hash still stands.
 */
export class Events1700000000002 implements MigrationInterface {
  name = 'Events1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SEQUENCE events_seq`);
    await runner.query(`
      CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
        SELECT encode(
          set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
              PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
              FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid
      $$`);
    await runner.query(`
      CREATE TABLE events (
        tenant_id uuid NOT NULL,
        seq bigint NOT NULL DEFAULT nextval('events_seq'),
        id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        type text NOT NULL,
        subject_type text NOT NULL,
        subject_id uuid,
        group_id uuid,
        context json NOT NULL,
        data json,
        sealed bytea,
        CONSTRAINT events_pkey PRIMARY KEY (tenant_id, seq)
      )`);
    await runner.query(`ALTER SEQUENCE events_seq OWNED BY events.seq`);
    await runner.query(`CREATE INDEX events_seq_order ON events (seq)`);
    await runner.query(`
      CREATE TABLE subject_keys (
        tenant_id uuid NOT NULL,
        subject_id uuid NOT NULL,
        key bytea NOT NULL,
        CONSTRAINT subject_keys_pkey PRIMARY KEY (tenant_id, subject_id)
      )`);
    await runner.query(`
      CREATE TABLE event_consumers (
        name text NOT NULL,
        position bigint NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT event_consumers_pkey PRIMARY KEY (name)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE event_consumers`);
    await runner.query(`DROP TABLE subject_keys`);
    await runner.query(`DROP TABLE events`);
    await runner.query(`DROP FUNCTION uuid_v7`);
  }
}
