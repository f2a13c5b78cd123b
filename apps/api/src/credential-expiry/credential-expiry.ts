import { Inject, Injectable } from '@nestjs/common';
import { type CredentialKind, NIL_TENANT, statement, TenantDatabase, type TenantTransaction } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal, type NewEvent } from '@provost/event-log';
import { Environment } from '../config';
import { inEachTenant, type Job, type JobResult, Jobs } from '../jobs';
import { administratorsOf, PlanReader } from '../lifecycle';
import { Outbox } from '../mail';

const EVERY_MS = 15 * 60_000;
/** Days before the end. Whoever was away when one of them passed is warned of the latest alone. */
const DAYS = [1, 7, 30] as const;

const CONTEXT: EventContext = {
  actor: { type: 'system', id: 'credential-expiry' },
  request: { id: 'credential-expiry' },
};

const within = (days: string) => `interval '1 day' * ${days}`;
/** What of a credential `c` is to be told now, of days `d`: not what was never further away. */
const DUE = `c.revoked_at IS NULL AND c.expires_at > now() AND c.expires_at <= now() + ${within('d.days')}
  AND (c.expiry_warned IS NULL OR c.expiry_warned > d.days)
  AND c.expires_at > greatest(c.created_at, c.rotated_at) + ${within('d.days')}`;
const EACH = `(VALUES ${DAYS.map((days) => `(${days})`).join(', ')}) AS d (days)`;

const TENANTS = statement(
  'credential_expiry.tenants',
  `SELECT DISTINCT c.tenant_id FROM credentials c CROSS JOIN ${EACH} WHERE ${DUE}`,
);
const WARN = statement(
  'credential_expiry.warn',
  `UPDATE credentials u SET expiry_warned = w.days
   FROM (SELECT c.id, min(d.days) AS days FROM credentials c CROSS JOIN ${EACH} WHERE c.tenant_id = $1::uuid AND ${DUE} GROUP BY c.id) w
   WHERE u.tenant_id = $1::uuid AND u.id = w.id AND (u.expiry_warned IS NULL OR u.expiry_warned > w.days)
   RETURNING u.id, u.kind, u.name, u.expires_at, w.days`,
);
interface WarnedRow {
  id: string;
  kind: CredentialKind;
  name: string;
  expires_at: Date;
  days: number;
}

/**
 * Warns before a credential expires, 30, 7 and 1 days ahead: an event for those who follow the log, and mail to the
 * administrators. A credential that gets a new end is warned of anew.
 */
@Injectable()
export class CredentialExpiry implements Job {
  readonly name = 'credential-expiry';
  readonly about = 'Warns before credentials expire, 30, 7 and 1 days ahead.';
  readonly everyMs = EVERY_MS;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  async run(tenantId: string): Promise<JobResult> {
    // Operators are no tenant: they have a log, but no documents that would name administrators.
    const rules = tenantId === NIL_TENANT ? undefined : await this.reader.rules(tenantId);
    const warned = await this.db.transaction({ tenantId }, async (tx) => {
      const rows = await tx.query<WarnedRow>(WARN, [tenantId]);
      if (!rows.length) return 0;
      await appendEvents(tx, { tenantId }, CONTEXT, rows.map(eventOf));
      if (rules) await this.mail(tx, tenantId, rows, await administratorsOf(tx, tenantId, rules));
      return rows.length;
    });
    if (warned) this.signal.announce();
    return { warned };
  }

  async runAll(): Promise<undefined> {
    const tenants = await this.db.run<{ tenant_id: string }>('platform', TENANTS, []);
    await inEachTenant(tenants, (tenantId) => this.run(tenantId));
  }

  private async mail(
    tx: TenantTransaction,
    tenantId: string,
    rows: readonly WarnedRow[],
    administrators: readonly { readonly name: string; readonly email: string }[],
  ): Promise<void> {
    const credentialsUrl = `${this.environment.publicUrl}/api/v1/credentials`;
    const mails = rows.flatMap(({ id, kind, name: credentialName, expires_at, days }) =>
      administrators.map(({ name, email }) => ({
        ...{ to: email, template: 'credential_expiring' },
        data: { name, credentialName, kind, expiresAt: expires_at.toISOString(), credentialsUrl },
        key: `credential ${id} ${expires_at.toISOString()} ${days} ${email}`.slice(0, 500),
      })),
    );
    await this.outbox.enqueueAll(tx, tenantId, mails);
  }
}

function eventOf({ id, kind, name, expires_at: expiresAt, days }: WarnedRow): NewEvent {
  return {
    type: 'credential.expiring',
    subjectType: 'Credential',
    subjectId: id,
    data: { kind, name, expiresAt, days },
  };
}
