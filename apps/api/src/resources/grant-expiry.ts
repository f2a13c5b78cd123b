import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { type EventContext, EventSignal } from '@provost/event-log';
import { type Job, type JobResult, Jobs } from '../jobs';

/** Also how late a start or an end is written that was registered after the last look. */
const EVERY_MS = 1_000;
/** Another worker has in hand what is due: how soon to look whether it did it. */
const OCCUPIED_MS = 100;

const NEXT = statement(
  'grant_expiry.next',
  `SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS ms FROM grants WHERE due_at IS NOT NULL`,
);
const TENANTS = statement(
  'grant_expiry.tenants',
  `SELECT DISTINCT d.tenant_id FROM
     (SELECT tenant_id FROM grants WHERE due_at <= now() ORDER BY due_at LIMIT 5000) d`,
);
const utc = (time: string) => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
// The row says what is still to be written, and moves on in the statement that writes it: it is written once, whoever and
// however many run this.
const RECORD = statement(
  'grant_expiry.record',
  `WITH due AS (
     SELECT id, due_at FROM grants WHERE tenant_id = $1::uuid AND due_at <= now()
     ORDER BY due_at LIMIT 500 FOR UPDATE SKIP LOCKED),
   g AS (
     UPDATE grants g SET due_at = CASE WHEN d.due_at < g.expires_at THEN g.expires_at END
     FROM due d WHERE g.tenant_id = $1::uuid AND g.id = d.id
     RETURNING g.*, CASE WHEN d.due_at < g.expires_at THEN 'started' ELSE 'expired' END AS what, d.due_at AS was_due),
   e AS (
     INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
     SELECT $1::uuid, uuid_v7(), now(), 'access.grant_' || g.what, 'User', g.user_id, $2::json,
       json_build_object('grantId', g.id, 'role', g.role, 'permission', g.permission, 'workspace', g.workspace,
         'startsAt', ${utc('g.starts_at')}, 'expiresAt', ${utc('g.expires_at')})
     FROM g ORDER BY g.was_due)
   SELECT count(*) FILTER (WHERE what = 'started')::int AS started, count(*) FILTER (WHERE what = 'expired')::int AS expired FROM g`,
);

const CONTEXT: EventContext = { actor: { type: 'system', id: 'grant-expiry' }, request: { id: 'grant-expiry' } };

/**
 * Writes into the log that a grant has begun or ended, when its time comes. Nobody's access depends on it: that is computed
 * from the times themselves. It is there for those who follow the log.
 */
@Injectable()
export class GrantExpiry implements Job {
  readonly name = 'grant-expiry';
  readonly about = 'Writes the beginnings and ends of grants into the event log when their time comes.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  async run(tenantId: string): Promise<JobResult> {
    const total = { started: 0, expired: 0 };
    for (;;) {
      const values = [tenantId, JSON.stringify(CONTEXT)];
      const [done] = await this.db.run<typeof total>({ tenantId }, RECORD, values);
      if (!done!.started && !done!.expired) return total;
      total.started += done!.started;
      total.expired += done!.expired;
      this.signal.announce();
    }
  }

  async runAll(): Promise<number | undefined> {
    for (;;) {
      const [next] = await this.db.run<{ ms: number | null }>('platform', NEXT, []);
      if (next!.ms === null || next!.ms > 0) return next!.ms ?? undefined;
      let done = 0;
      let fault: unknown;
      for (const { tenant_id } of await this.db.run<{ tenant_id: string }>('platform', TENANTS, []))
        try {
          const { started, expired } = await this.run(tenant_id);
          done += started! + expired!;
        } catch (error) {
          // What goes wrong in one tenant holds up no other.
          fault ??= error;
        }
      if (fault) throw fault;
      if (!done) return OCCUPIED_MS;
    }
  }
}
