import { Inject, Injectable } from '@nestjs/common';
import { isUuid, statement, TenantDatabase, type TenantTransaction } from '@provost/entities';
import { type EventContext, EventSignal } from '@provost/event-log';
import { problem } from '../http';
import { SESSION_COLUMNS, type SessionRow, type SessionView, sessionView, USER_STANDS } from './session-row';
import { sessionTokenHash } from './session-token';

const INTROSPECT = statement(
  'session.introspect',
  `SELECT s.id, s.user_id, u.user_name, s.created_at, s.expires_at
   FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
   WHERE s.tenant_id = $1::uuid AND s.token_hash = $2 AND s.revoked_at IS NULL AND s.expires_at > now()
     AND u.active AND u.session_epoch = s.epoch`,
);
// The newest first: whoever looks wants to know who is in now.
const list = (after: string) => `SELECT ${SESSION_COLUMNS} FROM sessions s
  WHERE s.tenant_id = $1::uuid AND s.user_id = $2::uuid${after} ORDER BY s.id DESC LIMIT $3`;
const FIRST_PAGE = statement('session.first_page', list(''));
const NEXT_PAGE = statement('session.next_page', list(' AND s.id < $4::uuid'));
const IS_USER = statement('session.is_user', `SELECT id FROM users WHERE tenant_id = $1::uuid AND id = $2::uuid`);
/** What the revocation of the sessions `s` appends; $4 says why, $5 by whom. */
const EVENTS = `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
  SELECT $1::uuid, uuid_v7(), s.revoked_at, 'session.revoked', 'User', s.user_id, $5::json,
    json_build_object('sessionId', s.id, 'reason', $4::text) FROM s ORDER BY s.id`;
const REVOKE = statement(
  'session.revoke',
  `WITH s AS (
     UPDATE sessions SET revoked_at = $3::timestamptz, revoked_because = $4
     WHERE tenant_id = $1::uuid AND id = $2::uuid AND revoked_at IS NULL AND expires_at > $3::timestamptz
     RETURNING id, user_id, revoked_at),
   e AS (${EVENTS})
   SELECT id FROM sessions WHERE tenant_id = $1::uuid AND id = $2::uuid`,
);
// A session that began since, of a user who was let in again, is none of those that were meant.
const REVOKE_ALL = statement(
  'session.revoke_all',
  `WITH w AS (
     SELECT w.user_id, min(w.at) AS at FROM unnest($2::uuid[], $3::timestamptz[]) AS w (user_id, at) GROUP BY w.user_id),
   s AS (
     UPDATE sessions s SET revoked_at = w.at, revoked_because = $4 FROM w
     WHERE s.tenant_id = $1::uuid AND s.user_id = w.user_id AND s.revoked_at IS NULL AND s.expires_at > w.at
       AND (s.created_at <= w.at OR NOT ${USER_STANDS})
     RETURNING s.id, s.user_id, s.revoked_at),
   e AS (${EVENTS})
   SELECT id, user_id AS "userId", revoked_at AS "revokedAt" FROM s ORDER BY id`,
);
const ERASE = statement(
  'session.erase',
  `WITH s AS (DELETE FROM sessions WHERE tenant_id = $1::uuid AND user_id = $2::uuid RETURNING id)
   SELECT count(*)::int AS erased FROM s`,
);

const CONTEXT: EventContext = { actor: { type: 'system', id: 'sessions' }, request: { id: 'sessions' } };

/** What the app learns of a token, as in RFC 7662 §2.2: of one that is not good, nothing but that. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly sessionId: string;
      readonly userId: string;
      readonly userName: string;
      readonly createdAt: Date;
      readonly expiresAt: Date;
    };

export interface RevokedSession {
  readonly id: string;
  readonly userId: string;
  readonly revokedAt: Date;
}

/**
 * Sessions of users in the app (contract §6). Whether one is good is computed from the directory each time it is asked:
 * it is not from the moment that its user is deactivated or deleted, without anything having been done to it, and it
 * stays so when the user is activated again (docs/adr/0014).
 */
@Injectable()
export class Sessions {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /** One indexed statement; never throws for a token, whatever it is. */
  async introspect(tenantId: string, token: string): Promise<Introspection> {
    const hash = sessionTokenHash(token);
    const [row] = hash
      ? await this.db.read<SessionRow & { user_name: string }>({ tenantId }, INTROSPECT, [tenantId, hash])
      : [];
    if (!row) return { active: false };
    const { id: sessionId, user_id: userId, user_name: userName, created_at: createdAt, expires_at: expiresAt } = row;
    return { active: true, sessionId, userId, userName, createdAt, expiresAt };
  }

  /** The newest first, also of a user who was deleted, until they are purged. @throws Problem 404 */
  async list(
    tenantId: string,
    userId: string,
    limit: number,
    after: string | undefined,
  ): Promise<{ items: SessionView[]; nextCursor: string | null }> {
    if (!isUuid(userId)) throw noSuchUser();
    const values = [tenantId, userId, limit + 1];
    const rows = await (after
      ? this.db.run<SessionRow>({ tenantId }, NEXT_PAGE, [...values, after])
      : this.db.run<SessionRow>({ tenantId }, FIRST_PAGE, values));
    if (!rows.length && !(await this.db.read({ tenantId }, IS_USER, [tenantId, userId])).length) throw noSuchUser();
    const items = rows.slice(0, limit).map(sessionView);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** Ends one now; one that has ended already stays as it is. @throws Problem 404 */
  async revoke(tenantId: string, id: string, context: EventContext): Promise<void> {
    const values = [tenantId, id, new Date(), 'revoked', JSON.stringify(context)];
    const known = isUuid(id) && (await this.db.write({ tenantId }, REVOKE, values, id)).length > 0;
    if (!known) throw problem(404, 'There is no session of that id.');
    this.signal.announce();
  }

  /**
   * Marks every session of a user as revoked that had begun by `at`, and whichever is over with the user, in the caller's
   * transaction; the caller announces. What was revoked or had expired before stays as it was, so a second call does
   * nothing.
   * @param reason a word for the log, such as user_deactivated
   * @returns those that this call revoked
   */
  revokeAll(
    tx: TenantTransaction,
    tenantId: string,
    userId: string,
    reason: string,
    at: Date,
    context?: EventContext,
  ): Promise<RevokedSession[]> {
    return this.revokeAllOf(tx, tenantId, [{ userId, at }], reason, context);
  }

  /** The same for many users in one statement, each at their time. */
  revokeAllOf(
    tx: TenantTransaction,
    tenantId: string,
    users: readonly { readonly userId: string; readonly at: Date }[],
    reason: string,
    context: EventContext = CONTEXT,
  ): Promise<RevokedSession[]> {
    const columns = [users.map(({ userId }) => userId), users.map(({ at }) => at)];
    return tx.query<RevokedSession>(REVOKE_ALL, [tenantId, ...columns, reason, JSON.stringify(context)]);
  }

  /** Forgets every session of a person, with addresses and devices, in the caller's transaction. @returns how many */
  async erase(tx: TenantTransaction, tenantId: string, userId: string): Promise<number> {
    const [row] = await tx.query<{ erased: number }>(ERASE, [tenantId, userId]);
    return row!.erased;
  }
}

function noSuchUser() {
  return problem(404, 'There is no user of that id.');
}
