import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { inEachTenant, type Job, type JobResult, Jobs } from '../jobs';
import { DeliveryTerms } from './delivery-terms';

const EVERY_MS = 60_000;

const TENANTS = statement('webhook.tenants', `SELECT DISTINCT w.tenant_id FROM webhooks w`);
// What waits for an endpoint that is not asked at all would otherwise never come to its last attempt.
const PARK = statement(
  'webhook.park',
  `WITH d AS (UPDATE webhook_deliveries d SET state = 'parked', settled_at = now() FROM webhooks w
   WHERE w.tenant_id = $1::uuid AND w.enabled AND w.open_until > now() AND d.tenant_id = $1::uuid AND d.webhook_id = w.id
     AND d.state = 'pending' AND d.leased_by IS NULL AND d.give_up_at <= now()
   RETURNING d.id) SELECT count(*)::int AS count FROM d`,
);
const FORGET = statement(
  'webhook.forget',
  `WITH d AS (DELETE FROM webhook_deliveries WHERE tenant_id = $1::uuid AND state = 'delivered'
     AND settled_at < now() - $2::float8 * interval '1 ms' RETURNING id)
   SELECT count(*)::int AS count FROM d`,
);

/** Parks what has waited its time for endpoints that are left alone, and forgets what was delivered long ago. */
@Injectable()
export class DeliveryUpkeep implements Job {
  readonly name = 'webhook-upkeep';
  readonly about = 'Parks webhook deliveries whose time is up and forgets those that were delivered a month ago.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(DeliveryTerms) private readonly terms: DeliveryTerms,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  async run(tenantId: string): Promise<JobResult> {
    const [parked] = await this.db.run<{ count: number }>({ tenantId }, PARK, [tenantId]);
    const age = this.terms.keepDeliveredMs;
    const [forgotten] = await this.db.run<{ count: number }>({ tenantId }, FORGET, [tenantId, age]);
    return { parked: parked!.count, forgotten: forgotten!.count };
  }

  async runAll(): Promise<undefined> {
    const tenants = await this.db.run<{ tenant_id: string }>('platform', TENANTS, []);
    await inEachTenant(tenants, (tenantId) => this.run(tenantId));
  }
}
