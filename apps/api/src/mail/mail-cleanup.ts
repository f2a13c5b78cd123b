import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { type Job, type JobResult, Jobs } from '../jobs';

const EVERY_MS = 60 * 60 * 1_000;
const BATCH = 5_000;

const TENANTS = statement(
  'mail_cleanup.tenants',
  `SELECT DISTINCT d.tenant_id FROM
     (SELECT tenant_id FROM mail WHERE delivered_at < now() - interval '90 days' ORDER BY delivered_at LIMIT ${BATCH}) d`,
);
const CLEAN = statement(
  'mail_cleanup.clean',
  `WITH old AS (
     SELECT id FROM mail WHERE tenant_id = $1::uuid AND delivered_at < now() - interval '90 days'
     LIMIT ${BATCH} FOR UPDATE SKIP LOCKED),
   gone AS (DELETE FROM mail m USING old WHERE m.tenant_id = $1::uuid AND m.id = old.id RETURNING m.id)
   SELECT count(*)::int AS forgotten FROM gone`,
);

/** Forgets to whom mail was delivered. What was not delivered stays. */
@Injectable()
export class MailCleanup implements Job {
  readonly name = 'mail-cleanup';
  readonly about = 'Forgets mail ninety days after it was delivered.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  async run(tenantId: string): Promise<JobResult> {
    for (let forgotten = 0; ;) {
      const [done] = await this.db.run<{ forgotten: number }>({ tenantId }, CLEAN, [tenantId]);
      forgotten += done!.forgotten;
      if (done!.forgotten < BATCH) return { forgotten };
    }
  }

  async runAll(): Promise<undefined> {
    for (const { tenant_id } of await this.db.run<{ tenant_id: string }>('platform', TENANTS, []))
      await this.run(tenant_id);
  }
}
