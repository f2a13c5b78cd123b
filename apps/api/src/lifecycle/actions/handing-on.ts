import { statement } from '@provost/entities';
import { contentChanged } from '../../resources';
import { INSERT_EFFECTS, markUndone, MOVED_CONTENT, taskColumns, TASKS } from './effects';
import type { ActionBatch, ActionTask, Outcome } from './lifecycle-action';

/** Which content of a leaver `t` is handed on: all, or that of projects that they left. `c` is the content. */
const SCOPES = {
  all: 'true',
  left_projects: `c.project IN (SELECT l.subject FROM lifecycle_effects l
    WHERE l.tenant_id = $1::uuid AND l.run_id = t.run_id AND l.kind = 'project_left')`,
} as const;

/** The first of manager ($5) and fallback ($6) who is there and active gets it; nobody gets what they own already. */
const handOn = (scope: keyof typeof SCOPES) =>
  statement(
    `lifecycle.hand_on_${scope}`,
    `WITH ${TASKS},
     h AS (SELECT t.*, (SELECT u.id FROM (VALUES (1, heirs.manager_id), (2, heirs.fallback_id)) AS x (rank, id)
         JOIN users u ON u.tenant_id = $1::uuid AND u.id = x.id WHERE u.active AND u.id <> t.user_id ORDER BY x.rank LIMIT 1) AS to_id
       FROM t JOIN ROWS FROM (unnest($2::uuid[]), unnest($5::uuid[]), unnest($6::uuid[])) AS heirs (run_id, manager_id, fallback_id)
         ON heirs.run_id = t.run_id),
     own AS MATERIALIZED (SELECT t.run_id, t.position, t.user_id, t.to_id, c.key FROM h t, LATERAL (SELECT c.key FROM content c
       WHERE c.tenant_id = $1::uuid AND c.owner_id = t.user_id AND ${SCOPES[scope]} OFFSET 0) c),
     moved AS (UPDATE content c SET owner_id = own.to_id, updated_at = $7::timestamptz FROM own
       WHERE c.tenant_id = $1::uuid AND c.key = ANY(ARRAY(SELECT own.key FROM own)) AND c.key = own.key AND own.to_id IS NOT NULL AND c.owner_id = own.user_id
       RETURNING own.run_id, own.position, c.key, own.user_id, own.to_id),
     e AS (${INSERT_EFFECTS}
       SELECT $1::uuid, m.run_id, m.position, 'content_moved', m.key, m.user_id, m.to_id, $7::timestamptz FROM moved m)
     SELECT h.run_id, h.to_id, coalesce(o.owned, 0)::int AS owned, m.keys FROM h
       LEFT JOIN (SELECT own.run_id, count(*) AS owned FROM own GROUP BY own.run_id) o ON o.run_id = h.run_id
       LEFT JOIN (SELECT m.run_id, json_agg(m.key ORDER BY m.key) AS keys FROM moved m GROUP BY m.run_id) m ON m.run_id = h.run_id`,
  );
const HAND_ON = { all: handOn('all'), left_projects: handOn('left_projects') };

// A leaver's content comes back from whoever got it last by such a move: their own leaving may have moved it further. What
// somebody moved by hand since stays where it is.
const RETURN_CONTENT = statement(
  'lifecycle.return_content',
  `WITH b AS (SELECT DISTINCT ON (e.subject) e.subject, e.from_id FROM lifecycle_effects e
       WHERE e.tenant_id = $1::uuid AND e.run_id = ANY($2::uuid[]) AND ${MOVED_CONTENT} AND e.undone_at IS NULL
       ORDER BY e.subject, e.at),
     back AS (UPDATE content c SET owner_id = b.from_id, updated_at = $3::timestamptz FROM b
       WHERE c.tenant_id = $1::uuid AND c.key = b.subject AND c.owner_id = (SELECT l.to_id FROM lifecycle_effects l
         WHERE l.tenant_id = $1::uuid AND l.subject = b.subject AND l.kind = 'content_moved' AND l.undone_at IS NULL
         ORDER BY l.at DESC LIMIT 1)
       RETURNING c.key, b.from_id)
   SELECT key, from_id FROM back`,
);

interface HandOnRow {
  run_id: string;
  to_id: string | null;
  owned: number;
  keys: string[] | null;
}

const NOBODY =
  'There is nobody to hand the content on to: the person has no active manager, and fallback_owner names nobody who is ' +
  'active. Set one of them, then retry the run.';

/** Hands content on to the manager, else to the rule's fallback_owner; where there is neither, it stays and is held. */
export async function handContentOn(
  batch: ActionBatch,
  scope: keyof typeof SCOPES,
): Promise<ReadonlyMap<string, Outcome>> {
  const { tx, tenantId, at, tasks } = batch;
  const heir = (pick: (task: ActionTask) => string | undefined) => tasks.map((task) => pick(task) ?? null);
  const rows = await tx.query<HandOnRow>(HAND_ON[scope], [
    tenantId,
    ...taskColumns(batch),
    heir(({ userId }) => batch.people.get(userId)?.managerId),
    heir(({ userId, arguments: { fallback_owner: named } }) =>
      batch.people.get(userId)?.found(named as string | undefined),
    ),
    at,
  ]);
  const users = new Map(tasks.map(({ runId, userId }) => [runId, userId]));
  return new Map(
    rows.map((row): [string, Outcome] => {
      if (row.to_id === null)
        return [row.run_id, row.owned ? { state: 'held', reason: NOBODY } : { state: 'done', result: { moved: 0 } }];
      for (const key of row.keys ?? [])
        batch.tell(contentChanged(tenantId, key, 'ownerId', users.get(row.run_id), row.to_id));
      return [row.run_id, { state: 'done', result: { moved: row.keys?.length ?? 0, to: row.to_id } }];
    }),
  );
}

/** Gives content back to whom these runs took it from. */
export async function returnContent(batch: ActionBatch, runIds: readonly string[]): Promise<void> {
  const { tx, tenantId, at } = batch;
  const rows = await tx.query<{ key: string; from_id: string }>(RETURN_CONTENT, [tenantId, runIds, at]);
  for (const { key, from_id } of rows) batch.tell(contentChanged(tenantId, key, 'ownerId', undefined, from_id));
  await markUndone(batch, runIds, 'content_moved');
}
