import { Inject, Injectable } from '@nestjs/common';
import { bindingWarning, type Finding, type GroupMappings } from '@provost/access-policy';
import { isUuid, statement, TenantDatabase, type TenantTransaction } from '@provost/entities';
import { fold } from '@provost/scim-protocol';

/** The trigger on groups takes the same lock with others; see migration 5. */
const LOCK = statement('policy.bindings_lock', `SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 5))`);

const BOUND = statement(
  'policy.bindings',
  `SELECT key, group_id FROM group_bindings WHERE tenant_id = $1::uuid AND group_id IS NOT NULL`,
);
const FORGET = statement(
  'policy.bindings_forget',
  `WITH gone AS (DELETE FROM group_bindings b WHERE b.tenant_id = $1::uuid
     AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS k (key) WHERE k.key = b.key) RETURNING b.key, b.group_id)
   SELECT key, group_id AS from_group, NULL::uuid AS to_group FROM gone WHERE group_id IS NOT NULL`,
);
/** By id, then by display name, then by externalId; of several groups the one with the smallest id. */
const BIND = statement(
  'policy.bindings_bind',
  `WITH come AS (INSERT INTO group_bindings (tenant_id, key, key_folded, group_id, bound_at)
   SELECT $1::uuid, k.key, k.folded, g.id, CASE WHEN g.id IS NOT NULL THEN now() END
   FROM unnest($2::text[], $3::text[], $4::uuid[]) AS k (key, folded, id)
   LEFT JOIN LATERAL (
     SELECT c.id FROM (
       SELECT g.id, 1 AS rank FROM groups g WHERE g.tenant_id = $1::uuid AND g.id = k.id
       UNION ALL SELECT g.id, 2 FROM groups g WHERE g.tenant_id = $1::uuid AND g.display_name_key = k.folded
       UNION ALL SELECT g.id, 3 FROM groups g WHERE g.tenant_id = $1::uuid AND g.external_id = k.key) c
     ORDER BY c.rank, c.id LIMIT 1) g ON true
   WHERE NOT EXISTS (SELECT FROM group_bindings b WHERE b.tenant_id = $1::uuid AND b.key = k.key) RETURNING key, group_id)
   SELECT key, NULL::uuid AS from_group, group_id AS to_group FROM come WHERE group_id IS NOT NULL`,
);
/** Under the number of the event that says so, the last of the subject $2. */
const RECORD = statement(
  'policy.bindings_record',
  `INSERT INTO binding_changes (tenant_id, seq, key, from_group, to_group)
   SELECT $1::uuid, e.seq, c.key, c.from_group, c.to_group
   FROM ROWS FROM (unnest($3::text[]), unnest($4::uuid[]), unnest($5::uuid[])) AS c (key, from_group, to_group),
     (SELECT e.seq FROM events e WHERE e.tenant_id = $1::uuid AND e.subject_id = $2::uuid AND e.type = 'config.changed'
      ORDER BY e.seq DESC LIMIT 1) e`,
);
/** What a key meant before, and what it means now; null for no group. */
interface Rebound {
  key: string;
  from_group: string | null;
  to_group: string | null;
}
const DOUBTFUL = statement(
  'policy.bindings_doubtful',
  `SELECT b.key, b.group_id, g.id IS NOT NULL AS exists, b.shared_with FROM (
     SELECT key, group_id, CASE WHEN group_id IS NOT NULL
       THEN first_value(key) OVER (PARTITION BY group_id ORDER BY key) END AS shared_with
     FROM group_bindings WHERE tenant_id = $1::uuid) b
   LEFT JOIN groups g ON g.tenant_id = $1::uuid AND g.id = b.group_id
   WHERE g.id IS NULL OR b.shared_with <> b.key ORDER BY b.key LIMIT $2`,
);
interface DoubtfulRow {
  key: string;
  group_id: string | null;
  exists: boolean;
  shared_with: string | null;
}

/**
 * Which group each key of group_mappings means. It is bound when it first matches a group, by the put or by the group's
 * arrival, and stays so while the key is in the document: a rename changes nobody's access, and neither does a new group
 * of the old name (contract §5).
 */
@Injectable()
export class PolicyBindings {
  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  /** The id of the group of each key that has matched one; the group may have been deleted since. */
  async of(tenantId: string): Promise<Map<string, string>> {
    const rows = await this.db.run<{ key: string; group_id: string }>({ tenantId }, BOUND, [tenantId]);
    return new Map(rows.map(({ key, group_id }) => [key, group_id]));
  }

  /**
   * Binds the keys that are new in a document and forgets those that are gone, in the transaction that puts it.
   * @param tell appends the event of the put; what changed is kept beside it for whoever follows the log
   */
  async follow(
    tx: TenantTransaction,
    tenantId: string,
    document: GroupMappings,
    tell: () => Promise<{ subjectId: string }>,
  ): Promise<void> {
    const keys = Object.keys(document);
    await tx.query(LOCK, [tenantId]);
    const gone = await tx.query<Rebound>(FORGET, [tenantId, keys]);
    const ids = keys.map((key) => (isUuid(key) ? key : null));
    const come = await tx.query<Rebound>(BIND, [tenantId, keys, keys.map(fold), ids]);
    const { subjectId } = await tell();
    const changed = [...gone, ...come];
    if (!changed.length) return;
    const [from, to] = [changed.map(({ from_group }) => from_group), changed.map(({ to_group }) => to_group)];
    await tx.query(RECORD, [tenantId, subjectId, changed.map(({ key }) => key), from, to]);
  }

  /** What an administrator should know of the bindings; at most `most` of it. */
  async warnings(tenantId: string, most: number): Promise<Finding[]> {
    const rows = await this.db.run<DoubtfulRow>({ tenantId }, DOUBTFUL, [tenantId, most]);
    return rows.map(({ key, group_id, exists, shared_with }) =>
      bindingWarning({ key, groupId: group_id, exists, first: shared_with }),
    );
  }
}
