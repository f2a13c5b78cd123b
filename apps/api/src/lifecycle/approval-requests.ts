import { Inject, Injectable } from '@nestjs/common';
import { addDuration, type ApprovalPolicies, parseDuration } from '@provost/access-policy';
import { statement, TenantDatabase, type TenantTransaction, uuidV7 } from '@provost/entities';
import { appendEvents, type EventConsumer, type EventRow, EventSignal } from '@provost/event-log';
import { Consumers } from '../audit';
import { PeopleScan, personOf, TenantPolicies } from '../mapping';
import { ApprovalMail, type NewRequest } from './approval-mail';
import { LIFECYCLE_CONTEXT } from './run-work';

/** What can change who is given a role. */
const PERSONAL =
  /^(user\.(created|updated|reactivated|deactivated|deleted|restored)|access\.grant_\w+|group\.member_(added|removed))$/;
const PAGE = 500;

interface LapsedRow {
  id: string;
  user_id: string;
  role: string;
  /** What had become of the request. */
  was: string;
}

/** What no source gives any more lapses; what one gives is asked for, unless it was. $2 users, $3 the same for each role given. */
const LAPSE = statement(
  'approval.lapse',
  `UPDATE approvals a SET state = 'lapsed' FROM approvals o
     WHERE a.tenant_id = $1::uuid AND a.user_id = ANY($2::uuid[]) AND a.state <> 'lapsed' AND o.tenant_id = $1::uuid AND o.id = a.id
     AND NOT EXISTS (SELECT FROM ROWS FROM (unnest($3::uuid[]), unnest($4::text[])) AS g (user_id, role)
       WHERE g.user_id = a.user_id AND g.role = a.role) RETURNING a.id, a.user_id, a.role, o.state AS was`,
);
const REQUEST = statement(
  'approval.request',
  `INSERT INTO approvals (tenant_id, id, user_id, role, approver, state, requested_at, expires_at)
   SELECT $1::uuid, r.id, r.user_id, r.role, r.approver, 'pending', $2::timestamptz, r.expires_at
   FROM ROWS FROM (unnest($3::uuid[]), unnest($4::uuid[]), unnest($5::text[]), unnest($6::text[]), unnest($7::timestamptz[]))
     AS r (id, user_id, role, approver, expires_at)
   ON CONFLICT DO NOTHING RETURNING id, user_id, role, approver, expires_at`,
);

/**
 * Asks for the word that a sensitive role needs, as soon as some source gives it to somebody. That it waits does not depend on
 * this: access is computed, and a role without an approval is not in force.
 */
@Injectable()
export class ApprovalRequests implements EventConsumer {
  readonly name = 'approvals';

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(TenantPolicies) private readonly policies: TenantPolicies,
    @Inject(PeopleScan) private readonly scan: PeopleScan,
    @Inject(ApprovalMail) private readonly mail: ApprovalMail,
    @Inject(Consumers) consumers: Consumers,
  ) {
    consumers.register(this);
  }

  async handle(events: readonly EventRow[]): Promise<void> {
    const tenants = new Map<string, Set<string> | 'everybody'>();
    for (const { tenant_id: tenant, type, subject_type: subject, subject_id: id } of events) {
      const known = tenants.get(tenant) ?? new Set<string>();
      // Documents, and groups with groups in them, may concern anybody.
      if (
        type === 'config.changed' ||
        /^group\.(updated|deleted)$/.test(type) ||
        (subject === 'Group' && /member/.test(type))
      )
        tenants.set(tenant, 'everybody');
      else if (subject === 'User' && id !== null && PERSONAL.test(type) && known !== 'everybody')
        tenants.set(tenant, known.add(id));
    }
    for (const [tenantId, people] of tenants) await this.follow(tenantId, people);
  }

  private async follow(tenantId: string, people: ReadonlySet<string> | 'everybody'): Promise<void> {
    const tenant = await this.policies.current(tenantId);
    const policies = (tenant.documents.approval_policies as ApprovalPolicies | undefined)?.roles;
    if (!policies) return;
    const { readsAttributes } = tenant.policy;
    const pages =
      people === 'everybody'
        ? this.scan.all(tenantId, readsAttributes)
        : this.scan.of(tenantId, [...people], readsAttributes);
    let asked = 0;
    for await (const rows of pages) {
      const given = rows.flatMap((row) => {
        const { roles, pending } = tenant.policy.access(personOf(row, tenant.history), new Date());
        const sensitive = [...roles, ...pending].filter(({ role }) => Object.hasOwn(policies, role));
        return sensitive.map(({ role }) => ({ userId: row.id, role }));
      });
      for (let i = 0; i < rows.length; i += PAGE) {
        const ids = rows.slice(i, i + PAGE).map(({ id }) => id);
        const theirs = given.filter(({ userId }) => ids.includes(userId));
        asked += await this.db.transaction({ tenantId }, (tx) => this.write(tx, tenantId, ids, theirs, policies));
      }
    }
    if (asked) this.signal.announce();
  }

  private async write(
    tx: TenantTransaction,
    tenantId: string,
    ids: readonly string[],
    given: readonly { userId: string; role: string }[],
    policies: ApprovalPolicies['roles'],
  ): Promise<number> {
    const at = new Date();
    const [users, roles] = [given.map(({ userId }) => userId), given.map(({ role }) => role)];
    const lapsed = await tx.query<LapsedRow>(LAPSE, [tenantId, ids, users, roles]);
    const ends = lapsed.map(({ id, user_id: subjectId, role, was }) => ({
      type: 'access.approval_lapsed' as const,
      ...{ subjectType: 'User', subjectId, data: { approvalId: id, role, was } },
    }));
    if (ends.length) await appendEvents(tx, { tenantId }, LIFECYCLE_CONTEXT, ends, at);
    if (!given.length) return ends.length;
    const expiries = given.map(({ role }) => {
      const time = policies[role]!.expires_after;
      return time === undefined ? null : addDuration(at, parseDuration(time)!);
    });
    const approvers = roles.map((role) => policies[role]!.approver);
    const requests = await tx.query<NewRequest>(REQUEST, [
      ...[tenantId, at, given.map(() => uuidV7()), users, roles, approvers, expiries],
    ]);
    if (!requests.length) return ends.length;
    const events = requests.map(({ id, user_id: subjectId, role, approver }) => ({
      type: 'access.approval_requested' as const,
      ...{ subjectType: 'User', subjectId, data: { approvalId: id, role, approver } },
    }));
    await appendEvents(tx, { tenantId }, LIFECYCLE_CONTEXT, events, at);
    for (const request of requests) await this.mail.send(tx, tenantId, request);
    return ends.length + requests.length;
  }
}
