import { Inject, Injectable } from '@nestjs/common';
import { isUuid, statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { problem } from '../http';
import { pageOf } from '../tenancy';

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
const FIRST = '00000000-0000-0000-0000-000000000000';

interface ApprovalRow {
  id: string;
  user_id: string;
  role: string;
  approver: string;
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
    if (!isUuid(id)) throw unknown();
    const at = new Date();
    const result = await this.db.transaction({ tenantId }, async (tx) => {
      const [row] = await tx.query<ApprovalRow>(LOCK, [tenantId, id]);
      if (!row) return unknown();
      if (row.state !== 'pending')
        return problem(409, `The request is ${row.state}; only one that is pending can be decided.`);
      const values = [tenantId, id, decision, at, JSON.stringify(context.actor), reason];
      const [decided] = await tx.query<ApprovalRow>(DECIDE, values);
      const { user_id: subjectId, role } = row;
      const type = `access.approval_${decision}` as const;
      const event = { type, subjectType: 'User', subjectId, data: { approvalId: id, role } };
      await appendEvents(tx, { tenantId }, context, [event], at);
      return view(decided!);
    });
    if (result instanceof Error) throw result;
    this.signal.announce();
    return result;
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

function unknown() {
  return problem(404, 'There is no approval of that id.');
}
