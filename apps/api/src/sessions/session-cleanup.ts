import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { type Job, type JobResult, Jobs } from '../jobs';

const EVERY_MS = 60 * 60 * 1_000;
const BATCH = 5_000;

const TENANTS = statement(
  'session_cleanup.tenants',
  `SELECT DISTINCT d.tenant_id FROM
     (SELECT tenant_id FROM sessions WHERE expires_at < now() - interval '30 days' ORDER BY expires_at LIMIT ${BATCH}) d`,
);
const CLEAN = statement(
  'session_cleanup.clean',
  `WITH old AS (
     SELECT id FROM sessions WHERE tenant_id = $1::uuid AND expires_at < now() - interval '30 days'
     LIMIT ${BATCH} FOR UPDATE SKIP LOCKED),
   gone AS (DELETE FROM sessions s USING old WHERE s.tenant_id = $1::uuid AND s.id = old.id RETURNING s.id)
   SELECT count(*)::int AS forgotten FROM gone`,
);

/** Forgets sessions a month after their end: from where and with what people logged in is not kept for ever. */
@Injectable()
export class SessionCleanup implements Job {
  readonly name = 'session-cleanup';
  readonly about = 'Forgets sessions thirty days after they expired.';
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
