import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { SealLag } from '../audit';

/** Counted so far and no further: whoever asks wants to know whether it is worked off. */
const MOST = 100_000;
/** Whoever asks more often gets the last answer, so that scrapes cost the database the same whoever makes them. */
const FRESH_MS = 3_000;
/** A scrape tells of the process also while the database is away. */
const PATIENCE_MS = 2_000;

const waiting = (queue: string, due: string, from: string) =>
  `SELECT '${queue}' AS queue, count(*)::int AS depth, coalesce(greatest(0, extract(epoch FROM clock_timestamp() - min(due))), 0)::float8 AS seconds
   FROM (SELECT ${due} AS due FROM ${from} ORDER BY ${due} LIMIT ${MOST}) w`;
const parked = (table: string, state: string) =>
  `(SELECT count(*)::int FROM (SELECT FROM ${table} WHERE ${state} LIMIT ${MOST}) p)`;

const QUEUES = statement(
  'backlog.queues',
  `SELECT q.queue, q.depth, q.seconds, CASE q.queue WHEN 'lifecycle' THEN ${parked('lifecycle_runs', `state = 'failed'`)}
     WHEN 'webhooks' THEN ${parked('webhook_deliveries', `state = 'parked'`)} ELSE ${parked('mail', `status = 'parked'`)} END AS parked
   FROM (${waiting('lifecycle', 'next_at', 'lifecycle_runs WHERE next_at IS NOT NULL')}
     UNION ALL ${waiting('webhooks', 'due_at', `(SELECT due_at FROM webhook_deliveries WHERE state = 'pending' AND leased_by IS NULL LIMIT ${MOST}) d`)}
     UNION ALL ${waiting('mail', 'due_at', 'mail WHERE due_at IS NOT NULL')}) q`,
);
/** Events rather than numbers are counted: numbers whose transaction was rolled back wait for nobody. */
const CONSUMERS = statement(
  'backlog.consumers',
  `SELECT c.name, n.events, coalesce(greatest(0, extract(epoch FROM clock_timestamp() - o.occurred_at)), 0)::float8 AS seconds
   FROM event_consumers c
     CROSS JOIN LATERAL (SELECT count(*)::int AS events FROM (SELECT FROM events e WHERE e.seq > c.position LIMIT ${MOST}) u) n
     LEFT JOIN LATERAL (SELECT e.occurred_at FROM events e WHERE e.seq > c.position ORDER BY e.seq LIMIT 1) o ON true
   WHERE c.name <> 'audit-seals'`,
);

export interface QueueBacklog {
  readonly queue: string;
  /** What waits, also for its next attempt. */
  readonly depth: number;
  /** For how long the first of it has been due. */
  readonly seconds: number;
  /** What is not tried again before somebody has looked at it. */
  readonly parked: number;
}
export interface ConsumerBacklog {
  readonly name: string;
  readonly events: number;
  readonly seconds: number;
}
export interface Backlogs {
  readonly queues: readonly QueueBacklog[];
  readonly consumers: readonly ConsumerBacklog[];
  readonly seals: { readonly events: number; readonly oldestSeconds: number };
}

/** What waits to be done, over all tenants. */
@Injectable()
export class Backlog {
  private last: { readonly at: number; readonly read: Promise<Backlogs | undefined> } | undefined;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(SealLag) private readonly seals: SealLag,
  ) {}

  /** @returns what it was a few seconds ago at most; undefined when the database does not say in time */
  read(): Promise<Backlogs | undefined> {
    const now = Date.now();
    if (!this.last || now - this.last.at > FRESH_MS) this.last = { at: now, read: this.ask() };
    return this.last.read;
  }

  private async ask(): Promise<Backlogs | undefined> {
    const answers = Promise.all([
      this.db.run<QueueBacklog>('platform', QUEUES, []),
      this.db.run<ConsumerBacklog>('platform', CONSUMERS, []),
      this.seals.read(),
    ]).then(([queues, consumers, seals]) => ({ queues, consumers, seals }));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    return Promise.race([answers.catch(() => undefined), late]).finally(() => clearTimeout(timer));
  }
}
