/** Whether the user of session `s` is there, active, and was not deactivated since it began (docs/adr/0014). */
export const USER_STANDS = `EXISTS (SELECT FROM users u
  WHERE u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.active AND u.session_epoch = s.epoch)`;

export const SESSION_STATUSES = ['active', 'expired', 'ended', 'revoked'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** By the database's clock, which is the same for every instance; the first that holds. `ended`: with the user. */
export const SESSION_COLUMNS = `s.id, s.user_id, s.ip, s.device, s.created_at, s.expires_at, s.revoked_at,
  s.revoked_because, CASE WHEN s.revoked_at IS NOT NULL THEN 'revoked' WHEN NOT ${USER_STANDS} THEN 'ended'
  WHEN s.expires_at <= now() THEN 'expired' ELSE 'active' END AS status`;

export interface SessionRow {
  id: string;
  user_id: string;
  ip: string;
  device: string | null;
  created_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  revoked_because: string | null;
  status: SessionStatus;
}

/** A session as administrators see it; its token is known to the app alone. */
export interface SessionView {
  readonly id: string;
  readonly userId: string;
  readonly status: SessionStatus;
  readonly ip: string;
  readonly device: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly revokedBecause: string | null;
}

export function sessionView(row: SessionRow): SessionView {
  return {
    id: row.id,
    userId: row.user_id,
    status: row.status,
    ip: row.ip,
    device: row.device,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revokedBecause: row.revoked_because,
  };
}
