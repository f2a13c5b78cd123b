import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { PublicUrl } from './public-url';
import { RequestStatistics } from './request-statistics';

/** One of whose credentials the last expires sooner is told so. */
const SOON = '14 days';

/** $2 since when. */
const STATE = statement(
  'health.state',
  `SELECT r.requests, r.refused, r.total_ms, r.failed_writes,
     (SELECT s.synced_at FROM request_statistics s WHERE s.tenant_id = $1::uuid AND s.synced_at IS NOT NULL
      ORDER BY s.begins DESC, s.synced_at DESC LIMIT 1) AS last_sync,
     (SELECT count(*)::int FROM lifecycle_runs l WHERE l.tenant_id = $1::uuid AND l.next_at IS NOT NULL) AS pending_runs,
     (SELECT count(*)::int FROM lifecycle_runs l WHERE l.tenant_id = $1::uuid AND l.state = 'failed') AS failed_runs,
     (SELECT CASE WHEN NOT (SELECT t.scim_enabled FROM tenants t WHERE t.id = $1::uuid) THEN 'disabled' WHEN count(*) = 0 THEN 'missing'
        WHEN bool_and(c.expires_at <= now()) THEN 'expired' WHEN bool_and(c.expires_at <= now() + interval '${SOON}') THEN 'expiring'
        ELSE 'valid' END
      FROM (SELECT coalesce(expires_at, 'infinity') AS expires_at FROM credentials
        WHERE tenant_id = $1::uuid AND kind IN ('scim', 'oauth') AND revoked_at IS NULL) c) AS authentication
   FROM (SELECT coalesce(sum(s.requests), 0)::int AS requests, coalesce(sum(s.failed + s.throttled), 0)::int AS refused,
       coalesce(sum(s.total_ms), 0) AS total_ms, coalesce(sum(s.failed) FILTER (WHERE s.kind = 'write'), 0)::int AS failed_writes
     FROM request_statistics s WHERE s.tenant_id = $1::uuid AND s.begins >= $2::timestamptz) r`,
);
/** Of a tenant, what the lifecycle has not seen yet. */
const UNSEEN = statement(
  'health.unseen',
  `SELECT count(*)::int AS events FROM (SELECT FROM events e WHERE e.tenant_id = $1::uuid
     AND e.seq > coalesce((SELECT c.position FROM event_consumers c WHERE c.name = 'lifecycle'), 0) LIMIT 100000) u`,
);
interface StateRow {
  requests: number;
  refused: number;
  total_ms: number;
  failed_writes: number;
  last_sync: Date | null;
  pending_runs: number;
  failed_runs: number;
  authentication: Authentication;
}

export const AUTHENTICATIONS = ['valid', 'expiring', 'expired', 'missing', 'disabled'] as const;
export type Authentication = (typeof AUTHENTICATIONS)[number];

/** As the specification of the product has it (contract §8). */
export interface HealthDocument {
  readonly health_monitoring: {
    readonly connectivity: {
      readonly endpoint_reachability: boolean;
      readonly authentication_status: Authentication;
      readonly certificate_validity: string | null;
    };
    readonly performance: {
      readonly average_response_time: string | null;
      readonly success_rate: string | null;
      readonly error_rate: string | null;
    };
    readonly sync_status: {
      readonly last_sync: Date | null;
      readonly pending_changes: number;
      readonly failed_operations: number;
    };
  };
}

/** How provisioning of one tenant is, for the people who look after it. */
@Injectable()
export class HealthDocuments {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(PublicUrl) private readonly publicUrl: PublicUrl,
    @Inject(RequestStatistics) private readonly statistics: RequestStatistics,
  ) {}

  /** @param since what of the requests counts; the state of everything else is that of now */
  async of(tenantId: string, since: Date): Promise<HealthDocument> {
    await this.statistics.flush();
    const [[state], [unseen], reachable, certificate] = await Promise.all([
      this.db.run<StateRow>({ tenantId }, STATE, [tenantId, since]),
      this.db.run<{ events: number }>('platform', UNSEEN, [tenantId]),
      this.publicUrl.reachable(),
      this.publicUrl.certificate(),
    ]);
    const { requests, refused, total_ms, failed_writes, last_sync, pending_runs, failed_runs, authentication } = state!;
    const errors = percent(refused, requests);
    return {
      health_monitoring: {
        connectivity: {
          endpoint_reachability: reachable,
          authentication_status: authentication,
          certificate_validity: certificate?.validTo.toISOString().slice(0, 10) ?? null,
        },
        performance: {
          average_response_time: requests ? `${rounded(total_ms / requests / 1_000, 3)} seconds` : null,
          success_rate: requests ? `${rounded(100 - errors, 1)}%` : null,
          error_rate: requests ? `${errors}%` : null,
        },
        sync_status: {
          last_sync,
          pending_changes: pending_runs + unseen!.events,
          failed_operations: failed_writes + failed_runs,
        },
      },
    };
  }
}

/** To a tenth; what is there is not shown as 0, nor what is missing as 100. */
function percent(part: number, whole: number): number {
  if (!part || part === whole) return part ? 100 : 0;
  return Math.min(99.9, Math.max(0.1, rounded((100 * part) / whole, 1)));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
