import { statement } from '@provost/entities';
import { contentChanged } from '../../resources';
import { INSERT_EFFECTS, markUndone, taskColumns, TASKS } from './effects';
import { type ActionBatch, counted, type LifecycleAction, NO_ARGUMENTS, type Outcome } from './lifecycle-action';

/** What the person owns, and what the same run has handed on. */
const ARCHIVE = statement(
  'lifecycle.archive',
  `WITH ${TASKS},
   k AS (SELECT t.run_id, t.position, c.key FROM t JOIN content c ON c.tenant_id = $1::uuid AND c.owner_id = t.user_id
     UNION SELECT t.run_id, t.position, e.subject FROM t JOIN lifecycle_effects e ON e.tenant_id = $1::uuid
       AND e.run_id = t.run_id AND e.kind = 'content_moved' AND e.undone_at IS NULL),
   a AS (UPDATE content c SET archived_at = $5::timestamptz, updated_at = $5::timestamptz FROM k
     WHERE c.tenant_id = $1::uuid AND c.key = k.key AND c.archived_at IS NULL RETURNING k.run_id, k.position, c.key),
   e AS (${INSERT_EFFECTS} SELECT $1::uuid, a.run_id, a.position, 'content_archived', a.key, NULL, NULL, $5::timestamptz FROM a)
   SELECT t.run_id, (SELECT json_agg(a.key ORDER BY a.key) FROM a WHERE a.run_id = t.run_id) AS keys FROM t`,
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
  about: 'Archives what the person owns or owned until it was handed on.',
  schema: NO_ARGUMENTS,
  destructive: true,
  execute,
  describe: ({ archived }) =>
    archived ? `${counted(archived, 'piece', 'pieces')} of content archived.` : 'No content to archive.',
  async undo(batch, runIds) {
    const { tx, tenantId, at } = batch;
    const rows = await tx.query<{ key: string }>(UNARCHIVE, [tenantId, runIds, at]);
    for (const { key } of rows) batch.tell(contentChanged(tenantId, key, 'archived', true, false));
    await markUndone(batch, runIds, 'content_archived');
  },
};
