import { ACTION_DEFINITIONS } from '@provost/access-policy';
import { statement } from '@provost/entities';
import { contentChanged } from '../../resources';
import { INSERT_EFFECTS, markUndone, MOVED_CONTENT, taskColumns, TASKS } from './effects';
import { type ActionBatch, counted, type LifecycleAction, type Outcome } from './lifecycle-action';

/**
 * What the person owns, and what the same run has handed on. OFFSET 0 and the array keep it to lookups, one a task and one a
 * key: planned for any number of tasks, the tenant's content would be read from end to end.
 */
const ARCHIVE = statement(
  'lifecycle.archive',
  `WITH ${TASKS},
   k AS MATERIALIZED (SELECT t.run_id, t.position, c.key
       FROM t, LATERAL (SELECT c.key FROM content c WHERE c.tenant_id = $1::uuid AND c.owner_id = t.user_id OFFSET 0) c
     UNION SELECT t.run_id, t.position, e.subject FROM t, LATERAL (SELECT e.subject FROM lifecycle_effects e
       WHERE e.tenant_id = $1::uuid AND e.run_id = t.run_id AND ${MOVED_CONTENT} AND e.undone_at IS NULL OFFSET 0) e),
   a AS (UPDATE content c SET archived_at = $5::timestamptz, updated_at = $5::timestamptz
     WHERE c.tenant_id = $1::uuid AND c.key = ANY(ARRAY(SELECT k.key FROM k)) AND c.archived_at IS NULL RETURNING c.key),
   m AS (SELECT k.run_id, k.position, k.key FROM a JOIN k ON k.key = a.key),
   e AS (${INSERT_EFFECTS} SELECT $1::uuid, m.run_id, m.position, 'content_archived', m.key, NULL, NULL, $5::timestamptz FROM m)
   SELECT t.run_id, m.keys FROM t LEFT JOIN (SELECT m.run_id, json_agg(m.key ORDER BY m.key) AS keys FROM m GROUP BY m.run_id) m
     ON m.run_id = t.run_id`,
);
const UNARCHIVE = statement(
  'lifecycle.unarchive',
  `UPDATE content c SET archived_at = NULL, updated_at = $3::timestamptz FROM lifecycle_effects e
   WHERE e.tenant_id = $1::uuid AND e.run_id = ANY($2::uuid[]) AND e.kind = 'content_archived' AND e.undone_at IS NULL
     AND c.tenant_id = $1::uuid AND c.key = e.subject AND c.archived_at = e.at RETURNING c.key`,
);

async function execute(batch: ActionBatch): Promise<ReadonlyMap<string, Outcome>> {
  const { tx, tenantId, at } = batch;
  const values = [tenantId, ...taskColumns(batch), at];
  const rows = await tx.query<{ run_id: string; keys: string[] | null }>(ARCHIVE, values);
  return new Map(
    rows.map(({ run_id, keys }): [string, Outcome] => {
      for (const key of keys ?? []) batch.tell(contentChanged(tenantId, key, 'archived', false, true));
      return [run_id, { state: 'done', result: { archived: keys?.length ?? 0 } }];
    }),
  );
}

export const archiveUserContent: LifecycleAction = {
  code: 'archive_user_content',
  ...ACTION_DEFINITIONS.archive_user_content,
  execute,
  describe: {
    en: ({ archived }) =>
      archived ? `${counted(archived, 'piece', 'pieces')} of content archived.` : 'No content to archive.',
    de: ({ archived }) =>
      archived ? `${counted(archived, 'Inhalt', 'Inhalte')} archiviert.` : 'Es gibt keine Inhalte zu archivieren.',
  },
  async undo(batch, runIds) {
    const { tx, tenantId, at } = batch;
    const rows = await tx.query<{ key: string }>(UNARCHIVE, [tenantId, runIds, at]);
    for (const { key } of rows) batch.tell(contentChanged(tenantId, key, 'archived', true, false));
    await markUndone(batch, runIds, 'content_archived');
  },
};
