import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { inEachTenant, type Job, type JobResult, Jobs } from '../jobs';
import { AccessWithout } from './access-without';
import { PlanReader } from './plan-reader';

const EVERY_MS = 3_600_000;
const PAGE = 500;
const FIRST = '00000000-0000-0000-0000-000000000000';
const CONTEXT: EventContext = { actor: { type: 'system', id: 'reconcile' }, request: { id: 'reconcile' } };

const TENANTS = statement('reconcile.tenants', `SELECT t.id AS tenant_id FROM tenants t`);
const MISSED = statement(
  'reconcile.missed',
  `SELECT u.id, u.updated_at FROM users u WHERE u.tenant_id = $1::uuid AND NOT u.active AND u.id > $2::uuid
     AND NOT EXISTS (SELECT FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.user_id = u.id
       AND r.rule = 'user_removal' AND r.superseded_at IS NULL)
   ORDER BY u.id LIMIT ${PAGE}`,
);

/**
 * Finds people who are deactivated and for whom no rule has fired, as there was none at the time, and fires it: by an event of its
 * own, which takes the way of all others, and does nothing when theirs comes first.
 */
@Injectable()
export class Reconcile implements Job {
  readonly name = 'reconcile';
  readonly about = 'Fires the rule of user removal for people who are deactivated and for whom it has not fired.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(AccessWithout) private readonly access: AccessWithout,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  async run(tenantId: string): Promise<JobResult> {
    const rules = await this.reader.rules(tenantId);
    let fired = 0;
    if (!rules.userRemoval) return { fired };
    for (let after = FIRST; ;) {
      const rows = await this.db.run<{ id: string; updated_at: Date }>({ tenantId }, MISSED, [tenantId, after]);
      const staged = rules.staged
        ? await this.access.staged(
            tenantId,
            rows.map(({ id }) => id),
          )
        : new Set<string>();
      const events = rows
        .filter(({ id }) => !staged.has(id))
        .map(({ id, updated_at: since }) => ({
          type: 'lifecycle.removal_missed' as const,
          ...{ subjectType: 'User', subjectId: id, data: { since } },
        }));
      if (events.length) await appendEvents(this.db, { tenantId }, CONTEXT, events);
      fired += events.length;
      if (rows.length < PAGE) break;
      after = rows.at(-1)!.id;
    }
    if (fired) this.signal.announce();
    return { fired };
  }

  async runAll(): Promise<undefined> {
    const tenants = await this.db.run<{ tenant_id: string }>('platform', TENANTS, []);
    await inEachTenant(tenants, (tenantId) => this.run(tenantId));
  }
}
