import { Inject, Injectable } from '@nestjs/common';
import { statement, type TenantTransaction } from '@provost/entities';
import { Outbox } from '../mail';
import { Sessions } from '../sessions';

/** By itself and first: what it waited for is seen by the statements after it, such as that somebody was restored. */
const LOCK = statement(
  'erasure.lock',
  `SELECT r.id FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.user_id = $2::uuid AND r.rule = 'user_removal'
     AND r.superseded_at IS NULL AND r.erased_at IS NULL ORDER BY r.id FOR UPDATE`,
);
const MARK = statement(
  'erasure.mark',
  `UPDATE lifecycle_runs SET erased_at = $3::timestamptz
   WHERE tenant_id = $1::uuid AND user_id = $2::uuid AND rule = 'user_removal' AND erased_at IS NULL AND superseded_at IS NULL
     AND NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid) RETURNING id`,
);
/** The key goes, and with it what the log says about the person; the hashes of the events still stand, over the ciphertext. */
const ERASE = statement(
  'erasure.erase',
  `WITH k AS (DELETE FROM subject_keys WHERE tenant_id = $1::uuid AND subject_id = $2::uuid RETURNING subject_id),
     p AS (DELETE FROM profiles WHERE tenant_id = $1::uuid AND user_id = $2::uuid),
     h AS (DELETE FROM profile_pasts WHERE tenant_id = $1::uuid AND user_id = $2::uuid),
     m AS (DELETE FROM project_members WHERE tenant_id = $1::uuid AND user_id = $2::uuid RETURNING project_key),
     l AS (DELETE FROM lifecycle_staged WHERE tenant_id = $1::uuid AND user_id = $2::uuid),
     s AS (DELETE FROM role_states WHERE tenant_id = $1::uuid AND user_id = $2::uuid),
     g AS (UPDATE grants SET reason = 'erased' WHERE tenant_id = $1::uuid AND user_id = $2::uuid RETURNING id)
   SELECT (SELECT count(*)::int FROM k) AS keys, (SELECT count(*)::int FROM m) AS projects, (SELECT count(*)::int FROM g) AS grants`,
);

/** Takes away everything that is kept about a person besides the directory. */
@Injectable()
export class Erasure {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  /**
   * Erases somebody who is no longer in the directory.
   * @returns what there was, in numbers; undefined when they are there, or were erased before
   */
  async erase(tx: TenantTransaction, tenantId: string, userId: string, at: Date): Promise<object | undefined> {
    await tx.query(LOCK, [tenantId, userId]);
    const marked = await tx.query(MARK, [tenantId, userId, at]);
    if (!marked.length) return undefined;
    const [row] = await tx.query<{ keys: number; projects: number; grants: number }>(ERASE, [tenantId, userId]);
    return {
      ...row!,
      sessions: await this.sessions.erase(tx, tenantId, userId),
      mail: await this.outbox.erase(tx, tenantId, userId),
    };
  }
}
