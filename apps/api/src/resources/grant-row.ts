import type { EventContext } from '@provost/event-log';

export type GrantStatus = 'scheduled' | 'running' | 'ended' | 'revoked';

const PERSON_IS_THERE = 'EXISTS (SELECT FROM users u WHERE u.tenant_id = g.tenant_id AND u.id = g.user_id)';
/** When a grant `g` has which status, by the database's clock, which is the same for every instance; the first that holds. */
const STATUS_WHEN: Readonly<Record<GrantStatus, string>> = {
  revoked: 'g.revoked_at IS NOT NULL',
  // With the person, all that they had has ended.
  ended: `(g.expires_at <= now() OR NOT ${PERSON_IS_THERE})`,
  scheduled: 'g.starts_at > now()',
  running: 'true',
};
const CASES = Object.entries(STATUS_WHEN).map(([status, holds]) => `WHEN ${holds} THEN '${status}'`);
/** The names of all. */
export const GRANT_STATUSES = Object.keys(STATUS_WHEN) as GrantStatus[];
export const GRANT_STATUS = `CASE ${CASES.join(' ')} END`;
export const GRANT_COLUMNS = `g.id, g.user_id, g.role, g.permission, g.workspace, g.starts_at, g.expires_at, g.reason,
  g.created_at, g.created_by, g.revoked_at, ${GRANT_STATUS} AS status`;

export interface GrantRow {
  id: string;
  user_id: string;
  role: string | null;
  permission: string | null;
  workspace: string | null;
  starts_at: Date | null;
  expires_at: Date;
  reason: string;
  created_at: Date;
  created_by: EventContext['actor'];
  revoked_at: Date | null;
  status: GrantStatus;
}

export interface GrantView {
  readonly id: string;
  readonly userId: string;
  readonly role: string | null;
  readonly permission: string | null;
  readonly workspace: string | null;
  readonly startsAt: Date | null;
  readonly expiresAt: Date;
  readonly reason: string;
  readonly status: GrantStatus;
  readonly createdAt: Date;
  readonly createdBy: EventContext['actor'];
  readonly revokedAt: Date | null;
}

export function grantView(row: GrantRow): GrantView {
  return {
    id: row.id,
    userId: row.user_id,
    role: row.role,
    permission: row.permission,
    workspace: row.workspace,
    startsAt: row.starts_at,
    expiresAt: row.expires_at,
    reason: row.reason,
    status: row.status,
    createdAt: row.created_at,
    createdBy: row.created_by,
    revokedAt: row.revoked_at,
  };
}

/** What every event about a grant says of it. Why it was given is told apart, as it may name people. */
export function grantData(
  grant: Pick<GrantRow, 'id' | 'role' | 'permission' | 'workspace' | 'starts_at' | 'expires_at'>,
) {
  const { id, role, permission, workspace, starts_at, expires_at } = grant;
  return { grantId: id, role, permission, workspace, startsAt: starts_at, expiresAt: expires_at };
}
