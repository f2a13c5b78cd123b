import { statement, type Scope, type TenantDatabase } from '@provost/entities';

/** A row at this index says when a walk last came to its end. */
const END = 0;
/** Written by a walk that may still be under way: for a quarter of an hour, unless one of that client has ended since. */
const UNDER_WAY = `p.updated_at > greatest(now() - interval '15 minutes', (SELECT e.updated_at FROM page_positions e
       WHERE e.tenant_id = p.tenant_id AND e.credential_id = p.credential_id AND e.query_hash = p.query_hash
         AND e.start_index = ${END}))`;
const REMEMBER = statement(
  'page.remember',
  `INSERT INTO page_positions AS p (tenant_id, credential_id, query_hash, start_index, after_id, until_id, total, updated_at)
   VALUES ($1::uuid, $2::uuid, $3, $4, $5::uuid, $6::uuid, $7, now())
   ON CONFLICT (tenant_id, credential_id, query_hash, start_index) DO UPDATE SET
     after_id = CASE WHEN ${UNDER_WAY} THEN least(p.after_id, excluded.after_id) ELSE excluded.after_id END,
     until_id = CASE WHEN ${UNDER_WAY} THEN greatest(p.until_id, excluded.until_id) ELSE excluded.until_id END,
     total = excluded.total, updated_at = now()`,
);
const ENDED = statement(
  'page.ended',
  `INSERT INTO page_positions (tenant_id, credential_id, query_hash, start_index, after_id, until_id, total, updated_at)
   VALUES ($1::uuid, $2::uuid, $3, ${END}, $2::uuid, $2::uuid, 0, now())
   ON CONFLICT (tenant_id, credential_id, query_hash, start_index) DO UPDATE SET updated_at = now()`,
);
const RECALL = statement(
  'page.recall',
  `SELECT after_id, until_id, total FROM page_positions
   WHERE tenant_id = $1::uuid AND credential_id = $2::uuid AND query_hash = $3 AND start_index = $4
     AND updated_at > now() - interval '1 hour'`,
);
const FORGET = statement('page.forget', `DELETE FROM page_positions WHERE updated_at < now() - interval '1 hour'`);

type WalkScope = Scope & { credentialId: string };

/** Where a page begins, where the whole walk ends, and what total it was told. */
export interface WalkEdge {
  readonly afterId: string;
  readonly untilId: string;
  readonly total: number;
}

/**
 * Where the pages of walks by startIndex begin, shared by all instances. The next page seeks behind the last user of
 * the one before, so users that are created or deleted meanwhile shift nobody across a page's edge, and page 2,000 costs
 * what page 1 costs. Two walks of one credential that overlap keep the earlier edge: a user may come twice, none is missed.
 */
export class PagePositions {
  constructor(private readonly db: TenantDatabase) {}

  async remember(scope: WalkScope, query: Buffer, startIndex: number, edge: WalkEdge): Promise<void> {
    const { afterId, untilId, total } = edge;
    const key = [scope.tenantId, scope.credentialId, query, startIndex];
    await this.db.write(scope, REMEMBER, [...key, afterId, untilId, total]);
  }

  /** A walk has come to its end: the next one need not regard where its pages began. */
  async ended(scope: WalkScope, query: Buffer): Promise<void> {
    await this.db.write(scope, ENDED, [scope.tenantId, scope.credentialId, query]);
  }

  async recall(scope: WalkScope, query: Buffer, startIndex: number): Promise<WalkEdge | undefined> {
    const [row] = await this.db.read<{ after_id: string; until_id: string; total: number }>(scope, RECALL, [
      scope.tenantId,
      scope.credentialId,
      query,
      startIndex,
    ]);
    return row && { afterId: row.after_id, untilId: row.until_id, total: row.total };
  }

  /** Drops what no walk will come back to, over all tenants. */
  async forgetOld(): Promise<void> {
    await this.db.run('platform', FORGET, []);
  }
}
