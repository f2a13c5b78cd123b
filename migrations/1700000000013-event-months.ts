import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = 'tenant_id, seq, id, occurred_at, type, subject_type, subject_id, group_id, context, data, sealed';
/** Of the whole log and of each month of it. */
const INDEXES: Readonly<Record<string, string>> = {
  events_seq_order: '(seq)',
  events_subject: '(tenant_id, subject_id, seq)',
  events_group: '(tenant_id, group_id, seq) WHERE group_id IS NOT NULL',
  events_type: '(tenant_id, type, seq)',
};
/** Ids are made in the order of time, so that a summary of each few pages finds one, and a write pays nothing for it. */
const BY_ID = 'USING brin (id) WITH (pages_per_range = 16, autosummarize = on)';

/**
 * The log by months of `occurred_at`, so that old ones can be dropped whole, and the indexes that its readers need.
 *
 * What is there becomes the first partition, up to the end of this month. Coming months are made ahead by a job; what fits into none goes
 * to `events_other`, so that no write ever fails for want of a partition. Months belong to the owner of the schema: the
 * functions that make and drop them are what `provost_platform` may do to them, and nobody reads one but through `events`.
 */
export class EventMonths1700000000013 implements MigrationInterface {
  name = 'EventMonths1700000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`LOCK TABLE events IN ACCESS EXCLUSIVE MODE`);
    await runner.query(`ALTER TABLE events RENAME TO events_first`);
    for (const policy of ['tenant', 'platform']) await runner.query(`DROP POLICY ${policy} ON events_first`);
    await runner.query(`REVOKE ALL ON events_first FROM provost_app, provost_platform`);
    await runner.query(`ALTER TABLE events_first NO FORCE ROW LEVEL SECURITY`);
    await runner.query(`DROP INDEX events_seq_order`);
    await runner.query(`ALTER TABLE events_first DROP CONSTRAINT events_pkey`);
    await runner.query(
      `CREATE TABLE events (LIKE events_first INCLUDING DEFAULTS, CONSTRAINT events_pkey PRIMARY KEY (tenant_id, seq, occurred_at))
       PARTITION BY RANGE (occurred_at)`,
    );
    await runner.query(`ALTER SEQUENCE events_seq OWNED BY events.seq`);
    for (const [name, on] of Object.entries(INDEXES)) await runner.query(`CREATE INDEX ${name} ON events ${on}`);
    await runner.query(`CREATE INDEX events_id ON events ${BY_ID}`);
    await openToApplication(runner);

    await runner.query(`
      DO $$ DECLARE
        this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
        month text := to_char(this_month, '"events_"YYYY_MM');
        ends text := (this_month + interval '1 month')::text || '+00';
      BEGIN
        EXECUTE format('ALTER TABLE events_first RENAME TO %I', month);
        EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', month, ends);
      END $$`);
    await runner.query(`CREATE TABLE events_other PARTITION OF events DEFAULT`);
    await runner.query(`ALTER TABLE events_other ENABLE ROW LEVEL SECURITY`);
    for (const create of FUNCTIONS) await runner.query(create);
    for (const name of ['event_months()', 'make_event_months(integer)', 'drop_event_month(text)']) {
      await runner.query(`REVOKE ALL ON FUNCTION ${name} FROM PUBLIC`);
      await runner.query(`GRANT EXECUTE ON FUNCTION ${name} TO provost_platform`);
    }
    await runner.query(`SELECT make_event_months(1)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['event_months()', 'make_event_months(integer)', 'drop_event_month(text)'])
      await runner.query(`DROP FUNCTION ${name}`);
    await runner.query(`LOCK TABLE events IN ACCESS EXCLUSIVE MODE`);
    await runner.query(`CREATE TABLE events_whole (LIKE events INCLUDING DEFAULTS)`);
    await runner.query(`ALTER TABLE events NO FORCE ROW LEVEL SECURITY`);
    await runner.query(`INSERT INTO events_whole (${COLUMNS}) SELECT ${COLUMNS} FROM events`);
    await runner.query(`ALTER SEQUENCE events_seq OWNED BY events_whole.seq`);
    await runner.query(`DROP TABLE events`);
    await runner.query(`ALTER TABLE events_whole RENAME TO events`);
    await runner.query(`ALTER TABLE events ADD CONSTRAINT events_pkey PRIMARY KEY (tenant_id, seq)`);
    await runner.query(`CREATE INDEX events_seq_order ON events (seq)`);
    await openToApplication(runner);
  }
}

/** As migration 3 has it. */
async function openToApplication(runner: QueryRunner): Promise<void> {
  await runner.query(`ALTER TABLE events ENABLE ROW LEVEL SECURITY`);
  await runner.query(`ALTER TABLE events FORCE ROW LEVEL SECURITY`);
  await runner.query(`
    CREATE POLICY tenant ON events USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
  await runner.query(`CREATE POLICY platform ON events FOR SELECT TO provost_platform USING (true)`);
  await runner.query(`GRANT SELECT, INSERT ON events TO provost_app`);
  await runner.query(`GRANT SELECT ON events TO provost_platform`);
}

const SAFELY = `SECURITY DEFINER SET search_path = pg_catalog, public`;

const FUNCTIONS = [
  // The first begins with all time, which is told as null.
  `CREATE FUNCTION event_months() RETURNS TABLE (name text, begins timestamptz, ends timestamptz)
     LANGUAGE sql STABLE ${SAFELY} AS $$
     SELECT m.relname::text, (regexp_match(m.bound, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz,
       (regexp_match(m.bound, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz
     FROM (SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
           WHERE i.inhparent = 'public.events'::regclass) m
     WHERE m.bound <> 'DEFAULT' ORDER BY 3 $$`,
  // Attached rather than created in place: that would lock out the writers of the log. What waits among the others moves.
  `CREATE FUNCTION make_event_months(ahead integer) RETURNS integer LANGUAGE plpgsql ${SAFELY} AS $$
     DECLARE
       this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
       begins timestamptz;
       ends timestamptz;
       month text;
       made integer := 0;
     BEGIN
       PERFORM pg_advisory_xact_lock(hashtextextended('provost event months', 0));
       PERFORM set_config('lock_timeout', '3s', true);
       FOR i IN 0..ahead LOOP
         month := to_char(this_month + i * interval '1 month', '"events_"YYYY_MM');
         begins := (this_month + i * interval '1 month') AT TIME ZONE 'UTC';
         ends := (this_month + (i + 1) * interval '1 month') AT TIME ZONE 'UTC';
         CONTINUE WHEN EXISTS (SELECT FROM public.event_months() m WHERE m.name = month);
         EXECUTE format('CREATE TABLE public.%I (LIKE public.events INCLUDING DEFAULTS INCLUDING INDEXES)', month);
         EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', month);
         EXECUTE format('WITH moved AS (DELETE FROM public.events_other WHERE occurred_at >= $1 AND occurred_at < $2 RETURNING *)
           INSERT INTO public.%I (${COLUMNS}) SELECT ${COLUMNS} FROM moved', month) USING begins, ends;
         EXECUTE format('ALTER TABLE public.events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', month, begins, ends);
         made := made + 1;
       END LOOP;
       RETURN made;
     END $$`,
  `CREATE FUNCTION drop_event_month(month text) RETURNS void LANGUAGE plpgsql ${SAFELY} AS $$
     BEGIN
       IF NOT EXISTS (SELECT FROM public.event_months() m WHERE m.name = month) THEN
         RAISE EXCEPTION 'there is no month % in the log', month;
       END IF;
       PERFORM set_config('lock_timeout', '3s', true);
       EXECUTE format('DROP TABLE public.%I', month);
     END $$`,
];
