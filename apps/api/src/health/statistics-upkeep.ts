import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { type Job, type JobResult, Jobs } from '../jobs';

const EVERY_MS = 30 * 60 * 1_000;
const BATCH = 5_000;
/** As long as somebody may want to know the minute. */
const MINUTES_KEPT = '2 days';
/** For a comparison with the same month of the year before. */
const HOURS_KEPT = '400 days';

/**
 * $1 a tenant, or null for all. Hours are taken as a whole, so an hour is made once and only a late flush adds to it. A minute and the hour that begins with
 * it have one key: it is the same row that stays.
 */
const FOLD = statement(
  'request_statistics.fold',
  `WITH ripe AS MATERIALIZED (SELECT s.tenant_id, s.begins, s.kind FROM request_statistics s
     WHERE NOT s.hourly AND s.begins < date_trunc('hour', now() - interval '${MINUTES_KEPT}', 'UTC') AND ($1::uuid IS NULL OR s.tenant_id = $1::uuid)
     ORDER BY s.begins LIMIT ${BATCH} FOR UPDATE SKIP LOCKED),
   gone AS (DELETE FROM request_statistics s USING ripe r
     WHERE s.tenant_id = r.tenant_id AND s.begins = r.begins AND s.kind = r.kind
     RETURNING s.tenant_id, date_trunc('hour', s.begins, 'UTC') AS hour, s.kind, s.requests, s.failed, s.throttled, s.total_ms, s.latency, s.synced_at),
   steps AS (SELECT g.tenant_id, g.hour, g.kind, l.step, sum(l.count)::integer AS count
     FROM gone g, unnest(g.latency) WITH ORDINALITY AS l (count, step) GROUP BY 1, 2, 3, 4),
   hours AS (SELECT g.tenant_id, g.hour, g.kind, sum(g.requests)::integer AS requests, sum(g.failed)::integer AS failed,
       sum(g.throttled)::integer AS throttled, sum(g.total_ms) AS total_ms, max(g.synced_at) AS synced_at,
       coalesce((SELECT array_agg(s.count ORDER BY s.step) FROM steps s
         WHERE s.tenant_id = g.tenant_id AND s.hour = g.hour AND s.kind = g.kind), '{}') AS latency
     FROM gone g GROUP BY 1, 2, 3),
   made AS (INSERT INTO request_statistics AS s
       (tenant_id, begins, kind, hourly, requests, failed, throttled, total_ms, latency, synced_at)
     SELECT h.tenant_id, h.hour, h.kind, true, h.requests, h.failed, h.throttled, h.total_ms, h.latency, h.synced_at FROM hours h
     ON CONFLICT (tenant_id, begins, kind) DO UPDATE SET requests = s.requests + excluded.requests, failed = s.failed + excluded.failed,
       throttled = s.throttled + excluded.throttled, total_ms = s.total_ms + excluded.total_ms, hourly = true,
       synced_at = greatest(s.synced_at, excluded.synced_at),
       latency = (SELECT coalesce(array_agg(coalesce(l.a, 0) + coalesce(l.b, 0) ORDER BY l.i), '{}')
         FROM unnest(s.latency, excluded.latency) WITH ORDINALITY AS l (a, b, i)) RETURNING 1)
   SELECT (SELECT count(*)::int FROM gone) AS minutes, (SELECT count(*)::int FROM made) AS hours`,
);
const FORGET = statement(
  'request_statistics.forget',
  `WITH gone AS (DELETE FROM request_statistics s WHERE s.begins < now() - interval '${HOURS_KEPT}'
     AND s.tenant_id = ANY (SELECT t.id FROM tenants t WHERE $1::uuid IS NULL OR t.id = $1::uuid) RETURNING 1)
   SELECT count(*)::int AS forgotten FROM gone`,
);

/** Adds minutes up to hours, and forgets what is older than a year. */
@Injectable()
export class StatisticsUpkeep implements Job {
  readonly name = 'statistics-upkeep';
  readonly about = 'Adds up how requests went, minutes to hours after two days, and forgets it after 400.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  run(tenantId: string): Promise<JobResult> {
    return this.keepUp(tenantId);
  }

  async runAll(): Promise<undefined> {
    await this.keepUp(null);
  }

  private async keepUp(tenantId: string | null): Promise<JobResult> {
    const total = { minutes: 0, hours: 0, forgotten: 0 };
    for (;;) {
      const [fold] = await this.db.run<{ minutes: number; hours: number }>('platform', FOLD, [tenantId]);
      total.minutes += fold!.minutes;
      total.hours += fold!.hours;
      if (fold!.minutes < BATCH) break;
    }
    const [{ forgotten } = { forgotten: 0 }] = await this.db.run<{ forgotten: number }>('platform', FORGET, [tenantId]);
    return { ...total, forgotten };
  }
}
