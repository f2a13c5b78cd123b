import { statement, type Scope, type TenantDatabase } from '@provost/entities';

const REMEMBER = statement(
  'page.remember',
  `INSERT INTO page_positions AS p (tenant_id, credential_id, query_hash, start_index, after_id, until_id, total, updated_at)
   VALUES ($1::uuid, $2::uuid, $3, $4, $5::uuid, $6::uuid, $7, now())
   ON CONFLICT (tenant_id, credential_id, query_hash, start_index) DO UPDATE SET
     after_id = CASE WHEN p.updated_at > now() - interval '15 minutes' THEN least(p.after_id, excluded.after_id)
       ELSE excluded.after_id END,
     until_id = CASE WHEN p.updated_at > now() - interval '15 minutes' THEN greatest(p.until_id, excluded.until_id)
       ELSE excluded.until_id END,
     total = excluded.total, updated_at = now()`,
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
    await this.db.run(scope, REMEMBER, [...key, afterId, untilId, total]);
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
