import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { statement, TenantDatabase } from '@provost/entities';
import { FaultLog } from '../http';
import { type FinishedRequest, RequestObservers } from '../telemetry';
import { latencyStep } from './latency-scale';
import { isTenantsScim, kindOfRequest, type Outcome, outcomeOf } from './scim-outcome';

const FLUSH_MS = 5_000;
const MINUTE_MS = 60_000;

/** For all tenants, in an order in which two processes do not wait for each other. Nobody waits for the disk. */
const ADD = statement(
  'request_statistics.add',
  `INSERT INTO request_statistics AS s (tenant_id, begins, kind, requests, failed, throttled, total_ms, latency, synced_at)
   SELECT n.tenant_id, n.begins, n.kind, n.requests, n.failed, n.throttled, n.total_ms, n.latency::integer[], n.synced_at
   FROM ROWS FROM (unnest($1::uuid[]), unnest($2::timestamptz[]), unnest($3::text[]), unnest($4::integer[]), unnest($5::integer[]),
       unnest($6::integer[]), unnest($7::float8[]), unnest($8::text[]), unnest($9::timestamptz[]))
     AS n (tenant_id, begins, kind, requests, failed, throttled, total_ms, latency, synced_at)
   WHERE set_config('synchronous_commit', 'off', true) = 'off'
   ORDER BY n.tenant_id, n.begins, n.kind
   ON CONFLICT (tenant_id, begins, kind) DO UPDATE SET requests = s.requests + excluded.requests, failed = s.failed + excluded.failed,
     throttled = s.throttled + excluded.throttled, total_ms = s.total_ms + excluded.total_ms,
     synced_at = greatest(s.synced_at, excluded.synced_at),
     latency = (SELECT coalesce(array_agg(coalesce(l.a, 0) + coalesce(l.b, 0) ORDER BY l.i), '{}')
       FROM unnest(s.latency, excluded.latency) WITH ORDINALITY AS l (a, b, i))`,
);

interface Counts {
  readonly tenantId: string;
  readonly kind: 'read' | 'write';
  readonly begins: number;
  requests: number;
  failed: number;
  throttled: number;
  ms: number;
  readonly latency: number[];
  syncedAt: number;
}

/**
 * How the SCIM requests of each tenant go: counted in memory, added to what the other processes have counted every few seconds. A process
 * that is killed takes a few seconds of counts with it; of the requests themselves nothing.
 */
@Injectable()
export class RequestStatistics implements BeforeApplicationShutdown {
  private counts = new Map<string, Counts>();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(FaultLog) private readonly faults: FaultLog,
    @Inject(RequestObservers) observers: RequestObservers,
  ) {
    observers.add((finished) => {
      if (isTenantsScim(finished)) this.count(finished);
    });
  }

  /** Writes what was counted. @returns when it is written, or kept for the next time because the database is away */
  @Interval(FLUSH_MS)
  flush(): Promise<void> {
    return (this.writing = this.writing.then(() => this.write()));
  }

  /** Before the database module closes its connections. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  private count(finished: FinishedRequest): void {
    const { tenantId } = finished.request.user!;
    const kind = kindOfRequest(finished);
    const key = kind + tenantId;
    const counts = this.counts.get(key) ?? this.begin(key, tenantId, kind);
    const { request, status, ms } = finished;
    // Of many operations each is one, and was applied when all were.
    if (!request.operations?.length) add(counts, outcomeOf(request.method, status), ms);
    else for (const { method, status: one } of request.operations) add(counts, outcomeOf(method, one), ms);
  }

  private begin(key: string, tenantId: string, kind: Counts['kind']): Counts {
    const begins = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    const counts = { tenantId, kind, begins, requests: 0, failed: 0, throttled: 0, ms: 0, latency: [], syncedAt: 0 };
    this.counts.set(key, counts);
    return counts;
  }

  private async write(): Promise<void> {
    if (!this.counts.size) return;
    const taken = this.counts;
    this.counts = new Map();
    const all = [...taken.values()];
    const column = <T>(of: (counts: Counts) => T) => all.map(of);
    try {
      await this.db.run('platform', ADD, [
        column(({ tenantId }) => tenantId),
        column(({ begins }) => new Date(begins)),
        column(({ kind }) => kind),
        column(({ requests }) => requests),
        column(({ failed }) => failed),
        column(({ throttled }) => throttled),
        column(({ ms }) => ms),
        column(({ latency }) => `{${latency.join(',')}}`),
        column(({ syncedAt }) => (syncedAt ? new Date(syncedAt) : null)),
      ]);
    } catch (error) {
      this.faults.warn('How requests went was not written and will be written later.', error);
      for (const [key, counts] of taken) this.keep(key, counts);
    }
  }

  /** What could not be written is added to what came meanwhile. */
  private keep(key: string, counts: Counts): void {
    const later = this.counts.get(key);
    if (later) {
      for (const name of ['requests', 'failed', 'throttled', 'ms'] as const) counts[name] += later[name];
      later.latency.forEach((count, step) => (counts.latency[step] = (counts.latency[step] ?? 0) + count));
      counts.syncedAt = Math.max(counts.syncedAt, later.syncedAt);
    }
    this.counts.set(key, counts);
  }
}

function add(counts: Counts, outcome: Outcome, ms: number): void {
  counts.requests++;
  counts.ms += ms;
  if (outcome !== 'succeeded') {
    counts[outcome]++;
    return;
  }
  const step = latencyStep(ms);
  while (counts.latency.length <= step) counts.latency.push(0);
  counts.latency[step]!++;
  counts.syncedAt = Date.now();
}
