import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { inEachTenant, type Job, type JobResult, Jobs } from '../jobs';

/** Also how late the end of a request may be told; that it can no longer be decided does not wait for this. */
const EVERY_MS = 30_000;
const BATCH = 500;

const TENANTS = statement(
  'approval_expiry.tenants',
  `SELECT DISTINCT tenant_id FROM approvals WHERE state = 'pending' AND expires_at <= now()`,
);
const EXPIRE = statement(
  'approval_expiry.expire',
  `UPDATE approvals a SET state = 'expired' FROM (SELECT id FROM approvals
     WHERE tenant_id = $1::uuid AND state = 'pending' AND expires_at <= now() LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) d
   WHERE a.tenant_id = $1::uuid AND a.id = d.id RETURNING a.id, a.user_id, a.role`,
);

interface ExpiredRow {
  id: string;
  user_id: string;
  role: string;
}

const CONTEXT: EventContext = { actor: { type: 'system', id: 'approval-expiry' }, request: { id: 'approval-expiry' } };

/** Writes into the log that a request for a sensitive role was not answered in time. */
@Injectable()
export class ApprovalExpiry implements Job {
  readonly name = 'approval-expiry';
  readonly about = 'Ends the requests for sensitive roles that nobody answered in time.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  async run(tenantId: string): Promise<JobResult> {
    let expired = 0;
    for (let batch = BATCH; batch === BATCH; expired += batch)
      batch = await this.db.transaction({ tenantId }, async (tx) => {
        const rows = await tx.query<ExpiredRow>(EXPIRE, [tenantId]);
        const events = rows.map(({ id: approvalId, user_id: subjectId, role }) => ({
          type: 'access.approval_expired' as const,
          ...{ subjectType: 'User', subjectId, data: { approvalId, role } },
        }));
        if (events.length) await appendEvents(tx, { tenantId }, CONTEXT, events);
        return rows.length;
      });
    if (expired) this.signal.announce();
    return { expired };
  }

  async runAll(): Promise<undefined> {
    const tenants = await this.db.run<{ tenant_id: string }>('platform', TENANTS, []);
    await inEachTenant(tenants, (tenantId) => this.run(tenantId));
  }
}
