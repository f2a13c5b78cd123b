import { Inject, Injectable } from '@nestjs/common';
import { addDuration, type Duration } from '@provost/access-policy';
import { statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { inEachTenant, type Job, type JobResult, Jobs } from '../jobs';
import { Erasure } from './erasure';
import { PersonWrites } from './person-writes';
import { PlanReader } from './plan-reader';

const EVERY_MS = 60_000;
const MOST = 200;
const CONTEXT: EventContext = {
  actor: { type: 'system', id: 'retention-purge' },
  request: { id: 'retention-purge' },
};

const TENANTS = statement(
  'purge.tenants',
  `SELECT DISTINCT r.tenant_id FROM lifecycle_runs r
   WHERE r.rule = 'user_removal' AND r.superseded_at IS NULL AND r.erased_at IS NULL`,
);
// A safeguard that holds the removal, or whose hold was discarded, holds the erasure as well. Whoever is active is not erased,
// whatever the runs say: an activation may not have been followed yet.
const DUE = statement(
  'purge.due',
  `SELECT r.user_id, r.requested_at, u.version FROM lifecycle_runs r
   LEFT JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id
   LEFT JOIN lifecycle_holds h ON h.tenant_id = r.tenant_id AND h.id = r.hold_id
   WHERE r.tenant_id = $1::uuid AND r.rule = 'user_removal' AND r.superseded_at IS NULL AND r.erased_at IS NULL
     AND r.requested_at <= $2::timestamptz AND r.requested_at > $3::timestamptz AND r.next_at IS NULL
     AND coalesce(h.state, 'released') = 'released' AND u.active IS NOT TRUE
   ORDER BY r.requested_at LIMIT ${MOST}`,
);

interface DueRow {
  user_id: string;
  requested_at: Date;
  version: number | null;
}

/**
 * Erases people when their retention period has passed, counted from their deactivation. Killed in between, it goes on where it
 * was; two of them at once erase a person once.
 */
@Injectable()
export class RetentionPurge implements Job {
  readonly name = 'retention-purge';
  readonly about = 'Erases people whose retention period has passed, and keeps an audit trail without personal data.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(PersonWrites) private readonly people: PersonWrites,
    @Inject(Erasure) private readonly erasure: Erasure,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  async run(tenantId: string): Promise<JobResult> {
    const { retention } = await this.reader.rules(tenantId);
    let erased = 0;
    if (retention) {
      let after = new Date(0);
      for (let rows = await this.due(tenantId, retention, after); rows.length;) {
        for (const row of rows) if (await this.purge(tenantId, row)) erased++;
        after = rows.at(-1)!.requested_at;
        rows = rows.length < MOST ? [] : await this.due(tenantId, retention, after);
      }
    }
    if (erased) this.signal.announce();
    return { erased };
  }

  async runAll(): Promise<undefined> {
    const tenants = await this.db.run<{ tenant_id: string }>('platform', TENANTS, []);
    await inEachTenant(tenants, (tenantId) => this.run(tenantId));
  }

  private due(tenantId: string, retention: Duration, after: Date): Promise<DueRow[]> {
    const until = addDuration(new Date(), { months: -retention.months, milliseconds: -retention.milliseconds });
    return this.db.run<DueRow>({ tenantId }, DUE, [tenantId, until, after]);
  }

  private async purge(tenantId: string, { user_id: userId, version }: DueRow): Promise<boolean> {
    if (version !== null && !(await this.people.delete(tenantId, userId, version, CONTEXT))) return false;
    return this.db.transaction({ tenantId }, async (tx) => {
      const gone = await this.erasure.erase(tx, tenantId, userId, new Date());
      if (!gone) return false;
      const event = { type: 'user.purged', subjectType: 'User', subjectId: userId, data: gone } as const;
      await appendEvents(tx, { tenantId }, CONTEXT, [event]);
      return true;
    });
  }
}
