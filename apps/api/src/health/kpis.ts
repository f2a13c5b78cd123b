import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase, uuidV7Floor } from '@provost/entities';
import { latencyAt } from './latency-scale';
import { RequestStatistics } from './request-statistics';

const PARTS = [0.5, 0.95, 0.99] as const;
/** Runs are found by their ids, which are made when an event is followed: a little after it, or long after it when nobody worked. */
const EARLIER_MS = 60_000;
const LATER_MS = 7 * 24 * 60 * 60_000;

/** $2 from, $3 to. */
const CHANGES = statement(
  'kpis.changes',
  `SELECT coalesce(sum(s.requests), 0)::int AS requests, coalesce(sum(s.failed), 0)::int AS failed,
     coalesce(sum(s.throttled), 0)::int AS throttled,
     coalesce((SELECT json_agg(t.count ORDER BY t.step) FROM (
       SELECT l.step, sum(l.count)::int AS count FROM request_statistics d, unnest(d.latency) WITH ORDINALITY AS l (count, step)
       WHERE d.tenant_id = $1::uuid AND d.begins >= $2::timestamptz AND d.begins < $3::timestamptz AND d.kind = 'write'
       GROUP BY l.step) t), '[]') AS latency
   FROM request_statistics s
   WHERE s.tenant_id = $1::uuid AND s.begins >= $2::timestamptz AND s.begins < $3::timestamptz AND s.kind = 'write'`,
);
/** By the event that fired runs; $4 and $5 between which ids they are. Whoever held, failed or was sent on by hand needed somebody. */
const RUNS = statement(
  'kpis.runs',
  `WITH again AS MATERIALIZED (SELECT DISTINCT e.data->>'runId' AS id FROM events e
     WHERE e.tenant_id = $1::uuid AND e.type = 'lifecycle.run_retried' AND e.occurred_at >= $2::timestamptz),
   changes AS (SELECT bool_and(r.state = 'done') AS done,
       extract(epoch FROM max(r.finished_at) - min(r.requested_at))::float8 * 1000 AS ms,
       bool_or(r.state IN ('failed', 'held') OR r.hold_id IS NOT NULL OR r.id::text IN (SELECT a.id FROM again a)) AS attended
     FROM lifecycle_runs r
     WHERE r.tenant_id = $1::uuid AND r.id >= $4::uuid AND r.id < $5::uuid AND r.requested_at >= $2::timestamptz AND r.requested_at < $3::timestamptz
     GROUP BY r.event_id)
   SELECT count(*) FILTER (WHERE c.done)::int AS done, count(*) FILTER (WHERE c.attended)::int AS attended,
     percentile_cont(ARRAY[${PARTS.join(', ')}]::float8[]) WITHIN GROUP (ORDER BY c.ms) FILTER (WHERE c.done AND NOT c.attended) AS times,
     (SELECT count(*)::int FROM approvals a WHERE a.tenant_id = $1::uuid AND a.requested_at >= $2::timestamptz
       AND a.requested_at < $3::timestamptz) AS approvals
   FROM changes c`,
);

/** In milliseconds; null when nothing was measured. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}
export interface Kpis {
  readonly from: Date;
  readonly to: Date;
  readonly provisioningSpeed: {
    readonly unit: 'ms';
    readonly receiptToApplied: Percentiles;
    readonly receiptToLastAction: Percentiles;
  };
  readonly operations: {
    readonly total: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly throttled: number;
    readonly successRate: number | null;
    readonly unattended: number;
    readonly unattendedRate: number | null;
  };
}

/** How fast and how smoothly a tenant is provisioned. */
@Injectable()
export class KpisService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(RequestStatistics) private readonly statistics: RequestStatistics,
  ) {}

  /** @param from to the minute, of what is more than two days ago to the hour @param to without this moment itself */
  async between(tenantId: string, from: Date, to: Date): Promise<Kpis> {
    await this.statistics.flush();
    const range = [tenantId, from, to];
    const ids = [uuidV7Floor(from.getTime() - EARLIER_MS), uuidV7Floor(to.getTime() + LATER_MS)];
    const [[changes], [runs]] = await Promise.all([
      this.db.run<{ requests: number; failed: number; throttled: number; latency: number[] }>(
        { tenantId },
        CHANGES,
        range,
      ),
      this.db.run<{ done: number; attended: number; times: number[] | null; approvals: number }>({ tenantId }, RUNS, [
        ...range,
        ...ids,
      ]),
    ]);
    const { requests: total, failed, throttled, latency } = changes!;
    const succeeded = total - failed - throttled;
    const unattended = Math.max(0, succeeded - runs!.attended - runs!.approvals);
    const tried = succeeded + failed;
    const applied = PARTS.map((part) => latencyAt(latency, part));
    return {
      from,
      to,
      provisioningSpeed: {
        unit: 'ms',
        receiptToApplied: percentiles(succeeded, applied),
        receiptToLastAction: percentiles(runs!.done, runs!.times ?? []),
      },
      operations: {
        ...{ total, succeeded, failed, throttled },
        successRate: tried ? rounded(succeeded / tried, 4) : null,
        unattended,
        unattendedRate: tried ? rounded(unattended / tried, 4) : null,
      },
    };
  }
}

function percentiles(count: number, values: readonly (number | null)[]): Percentiles {
  const [p50 = null, p95 = null, p99 = null] = values.map((value) => (value === null ? null : rounded(value, 2)));
  return { count, p50, p95, p99 };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
