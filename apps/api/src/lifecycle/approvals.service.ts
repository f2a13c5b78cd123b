import { Inject, Injectable } from '@nestjs/common';
import { isUuid, statement, TenantDatabase, type TenantTransaction } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { Problem, problem } from '../http';
import { pageOf } from '../tenancy';
import { ApprovalMail } from './approval-mail';

const COLUMNS = `a.id, a.user_id, a.role, a.approver, a.approver_id, a.requested_at, a.expires_at, a.decided_at, a.decided_by, a.reason,
  CASE WHEN a.state = 'pending' AND a.expires_at <= now() THEN 'expired' ELSE a.state END AS state`;
const PAGE = statement(
  'approval.page',
  `SELECT ${COLUMNS} FROM approvals a WHERE a.tenant_id = $1::uuid AND a.id > $2::uuid ORDER BY a.id LIMIT $3::bigint`,
);
const LOCK = statement(
  'approval.lock',
  `SELECT ${COLUMNS} FROM approvals a WHERE a.tenant_id = $1::uuid AND a.id = $2::uuid FOR UPDATE`,
);
const DECIDE = statement(
  'approval.decide',
  `UPDATE approvals a SET state = $3, decided_at = $4::timestamptz, decided_by = $5::json, reason = $6
   WHERE a.tenant_id = $1::uuid AND a.id = $2::uuid RETURNING ${COLUMNS}`,
);
/** As long as it was given the first time. */
const RENEW = statement(
  'approval.renew',
  `UPDATE approvals a SET state = 'pending', requested_at = $3::timestamptz, expires_at = $3::timestamptz + (a.expires_at - a.requested_at)
   WHERE a.tenant_id = $1::uuid AND a.id = $2::uuid RETURNING ${COLUMNS}`,
);
const FIRST = '00000000-0000-0000-0000-000000000000';

interface ApprovalRow {
  id: string;
  user_id: string;
  role: string;
  approver: 'manager' | 'admins';
  approver_id: string | null;
  state: string;
  requested_at: Date;
  expires_at: Date | null;
  decided_at: Date | null;
  decided_by: EventContext['actor'] | null;
  reason: string | null;
}

/** Sensitive roles that wait, and what is decided about them (contract §7). */
@Injectable()
export class ApprovalsService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(ApprovalMail) private readonly mail: ApprovalMail,
  ) {}

  /** The oldest first, also those that were decided. @throws Problem 400 */
  async list(tenantId: string, query: { limit?: string; cursor?: string }) {
    const { limit, after } = pageOf(query);
    const rows = await this.db.run<ApprovalRow>({ tenantId }, PAGE, [tenantId, after ?? FIRST, limit + 1]);
    const items = rows.slice(0, limit).map(view);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** Puts a role in force, or keeps it out. @throws Problem 404; 409 when it no longer waits */
  async decide(tenantId: string, id: string, decision: 'approved' | 'rejected', reason: string, context: EventContext) {
    const at = new Date();
    return this.changed(tenantId, id, async (tx, row) => {
      if (row.state !== 'pending')
        return problem(409, `The request is ${row.state}; only one that is pending can be decided.${hint(row)}`);
      const values = [tenantId, id, decision, at, JSON.stringify(context.actor), reason];
      const [decided] = await tx.query<ApprovalRow>(DECIDE, values);
      const { user_id: subjectId, role } = row;
      const type = `access.approval_${decision}` as const;
      const event = { type, subjectType: 'User', subjectId, data: { approvalId: id, role } };
      await appendEvents(tx, { tenantId }, context, [event], at);
      return decided!;
    });
  }

  /** Asks again for what nobody answered in time, for as long as the first time. @throws Problem 404; 409 when it is not expired */
  async renew(tenantId: string, id: string, reason: string, context: EventContext) {
    const at = new Date();
    return this.changed(tenantId, id, async (tx, row) => {
      if (row.state !== 'expired')
        return problem(409, `The request is ${row.state}; only one that is expired can be made again.`);
      const [renewed] = await tx.query<ApprovalRow>(RENEW, [tenantId, id, at]);
      const { user_id: subjectId, role, approver } = row;
      const data = { approvalId: id, role, approver, reason };
      const event = { type: 'access.approval_requested' as const, subjectType: 'User', subjectId, data };
      await appendEvents(tx, { tenantId }, context, [event], at);
      await this.mail.send(tx, tenantId, renewed!);
      return renewed!;
    });
  }

  private async changed(
    tenantId: string,
    id: string,
    change: (tx: TenantTransaction, row: ApprovalRow) => Promise<ApprovalRow | Problem>,
  ) {
    const result = isUuid(id)
      ? await this.db.transaction({ tenantId }, async (tx) => {
          const [row] = await tx.query<ApprovalRow>(LOCK, [tenantId, id]);
          return row && change(tx, row);
        })
      : undefined;
    if (!result) throw problem(404, 'There is no approval of that id.');
    if (result instanceof Problem) throw result;
    this.signal.announce();
    return view(result);
  }
}

function view(row: ApprovalRow) {
  return {
    id: row.id,
    userId: row.user_id,
    role: row.role,
    approver: row.approver,
    approverId: row.approver_id,
    status: row.state,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    reason: row.reason,
  };
}

const hint = ({ state }: ApprovalRow) => (state === 'expired' ? ' Renew it first.' : '');
