import { addDuration, type Duration } from '@provost/access-policy';
import { type DroppedEvents, droppedRoot } from '@provost/audit-trail';
import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { Environment } from '../config';
import { type Job, type JobResult, Jobs } from '../jobs';
import { HEADS, headOf, type HeadRow, POSITION } from './seal-rows';
import { insertSeals, type NewSeal, nextSeal, sealValues } from './seal-writes';
import { Sealer } from './sealer';
import { SigningKeys } from './signing-keys';

const EVERY_MS = 60 * 60 * 1_000;
/** Months that are there before they begin. */
const AHEAD = 2;

const MAKE = statement('audit.make_months', `SELECT make_event_months(${AHEAD}) AS made`);
const MONTHS = statement('audit.months', 'SELECT name, begins, ends FROM event_months()');
const EVENTS_OF = statement(
  'audit.events_of_month',
  `SELECT e.tenant_id, count(*)::int AS events, min(e.seq)::text AS first, max(e.seq)::text AS last FROM events e
   WHERE e.occurred_at >= coalesce($1::timestamptz, '-infinity') AND e.occurred_at < $2::timestamptz GROUP BY e.tenant_id`,
);
/** Numbers between the first and the last of a month's that belong to another month. */
const BETWEEN = statement(
  'audit.events_between',
  `SELECT e.seq::text FROM events e WHERE e.tenant_id = $1::uuid AND e.seq > $2::bigint AND e.seq < $3::bigint
     AND (e.occurred_at < coalesce($4::timestamptz, '-infinity') OR e.occurred_at >= $5::timestamptz) ORDER BY e.seq`,
);
/** The month and the seals that say so: both or neither. */
const DROP = statement(
  'audit.drop_month',
  `WITH dropped AS MATERIALIZED (SELECT drop_event_month($1)), ${insertSeals(2, 'dropped')} SELECT count(*) FROM dropped`,
);

interface Month {
  readonly name: string;
  /** Null: it begins with all time. */
  readonly begins: Date | null;
  readonly ends: Date;
}

/** What a tenant has in a month. */
interface Part {
  readonly tenant_id: string;
  readonly events: number;
  readonly first: string;
  readonly last: string;
}

/**
 * The months that the log is kept by: made before they begin, and dropped whole when the last of their events has been kept for
 * AUDIT_RETENTION and all are sealed. A seal of each tenant says what went, so that its chain holds and says where the record begins.
 */
@Injectable()
export class EventMonths implements Job {
  readonly name = 'event-months';
  readonly about = 'Makes the coming months of the log, and drops those whose time is over.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  /** Of all tenants, as the log is one. */
  async run(): Promise<JobResult> {
    const [row] = await this.db.run<{ made: number }>('platform', MAKE, []);
    const kept = this.environment.auditRetention;
    return { made: row!.made, dropped: kept ? await this.dropOlderThan(kept) : 0 };
  }

  async runAll(): Promise<undefined> {
    await this.run();
  }

  /** @returns how many months went */
  private async dropOlderThan(kept: Duration): Promise<number> {
    const months = await this.db.run<Month>('platform', MONTHS, []);
    let dropped = 0;
    for (const month of months) {
      if (addDuration(month.ends, kept).getTime() > Date.now()) break;
      let isDropped = false;
      await this.sealer.alone(async () => (isDropped = await this.drop(month)), 0);
      if (!isDropped) break;
      dropped++;
    }
    return dropped;
  }

  /** While nobody seals. @returns false when some of it is not sealed yet */
  private async drop(month: Month): Promise<boolean> {
    const parts = await this.db.run<Part>('platform', EVENTS_OF, [month.begins, month.ends]);
    const [sealed] = await this.db.run<{ position: string }>('platform', POSITION, []);
    if (parts.some(({ last }) => BigInt(last) > BigInt(sealed!.position))) return false;
    const rows = await this.db.run<HeadRow>('platform', HEADS, [parts.map(({ tenant_id }) => tenant_id)]);
    const heads = new Map(rows.map((row) => [row.tenant_id, headOf(row)]));
    const keys = await this.keys.keys();
    const seals: NewSeal[] = [];
    for (const part of parts) {
      const leaves = Buffer.from(JSON.stringify(await this.record(month, part)));
      const [firstSeq, lastSeq] = [BigInt(part.first), BigInt(part.last)];
      const what = {
        kind: 'dropped',
        firstSeq,
        lastSeq,
        count: part.events,
        root: droppedRoot(leaves),
        leaves,
      } as const;
      seals.push(nextSeal(part.tenant_id, heads.get(part.tenant_id), what, keys));
    }
    await this.db.run('platform', DROP, [month.name, ...sealValues(seals)]);
    return true;
  }

  private async record(
    { name, begins, ends }: Month,
    { tenant_id, events, first, last }: Part,
  ): Promise<DroppedEvents> {
    const others = await this.db.run<{ seq: string }>('platform', BETWEEN, [tenant_id, first, last, begins, ends]);
    const runs: [string, string][] = [];
    let from = BigInt(first);
    for (const { seq } of others) {
      if (BigInt(seq) > from) runs.push([String(from), String(BigInt(seq) - 1n)]);
      from = BigInt(seq) + 1n;
    }
    runs.push([String(from), last]);
    return { month: name, from: begins?.toISOString() ?? null, until: ends.toISOString(), events, runs };
  }
}
