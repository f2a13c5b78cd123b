import { ACTION_DEFINITIONS } from '@provost/access-policy';
import { statement } from '@provost/entities';
import { type AccessWithout } from '../access-without';
import { INSERT_EFFECTS, markUndone, taskColumns, TASKS } from './effects';
import { type ActionBatch, counted, type LifecycleAction, type Outcome } from './lifecycle-action';

/** $5 the workspaces that each still has access to as JSON, null when they leave altogether. */
const LEAVE = statement(
  'lifecycle.leave_projects',
  `WITH ${TASKS},
   k AS (SELECT t.*, x.workspaces::jsonb AS workspaces
     FROM t JOIN ROWS FROM (unnest($2::uuid[]), unnest($5::text[])) AS x (run_id, workspaces) ON x.run_id = t.run_id),
   gone AS (DELETE FROM project_members m USING k, projects p
     WHERE m.tenant_id = $1::uuid AND m.user_id = k.user_id AND p.tenant_id = $1::uuid AND p.key = m.project_key
       AND (k.workspaces IS NULL OR p.workspace IS NOT NULL AND NOT k.workspaces ? p.workspace)
     RETURNING k.run_id, k.position, k.user_id, m.project_key),
   e AS (${INSERT_EFFECTS} SELECT $1::uuid, g.run_id, g.position, 'project_left', g.project_key, g.user_id, NULL, $6::timestamptz FROM gone g)
   SELECT run_id, user_id, project_key FROM gone`,
);
const JOIN_AGAIN = statement(
  'lifecycle.join_projects',
  `WITH b AS (SELECT DISTINCT e.subject, e.from_id FROM lifecycle_effects e
     JOIN projects p ON p.tenant_id = $1::uuid AND p.key = e.subject JOIN users u ON u.tenant_id = $1::uuid AND u.id = e.from_id
     WHERE e.tenant_id = $1::uuid AND e.run_id = ANY($2::uuid[]) AND e.kind = 'project_left' AND e.undone_at IS NULL)
   INSERT INTO project_members (tenant_id, project_key, user_id) SELECT $1::uuid, b.subject, b.from_id FROM b
   ON CONFLICT DO NOTHING RETURNING project_key, user_id`,
);

interface Row {
  run_id: string;
  user_id: string;
  project_key: string;
}

/** Takes people out of the projects of workspaces to which no remaining source gives access; whoever leaves altogether, out of all. */
export function removeFromProjects(access: AccessWithout): LifecycleAction {
  return {
    code: 'remove_from_projects',
    ...ACTION_DEFINITIONS.remove_from_projects,
    async execute(batch) {
      const { tx, tenantId, at, tasks } = batch;
      const staying = tasks.filter(({ rule }) => rule === 'group_removal');
      const kept = await access.of(tenantId, staying, at);
      const values = tasks.map(({ runId, rule }) =>
        rule === 'group_removal' ? JSON.stringify(kept.get(runId)?.after.workspaces ?? []) : null,
      );
      const left = new Map<string, string[]>(tasks.map(({ runId }) => [runId, []]));
      for (const row of await tx.query<Row>(LEAVE, [tenantId, ...taskColumns(batch), values, at])) {
        left.get(row.run_id)!.push(row.project_key);
        tellMember(batch, 'removed', row);
      }
      return new Map(
        [...left].map(([runId, projects]): [string, Outcome] => [
          runId,
          { state: 'done', result: { projects: projects.sort() } },
        ]),
      );
    },
    describe: {
      en: ({ projects }) => {
        const { length } = projects as string[];
        return length ? `Taken out of ${counted(length, 'project', 'projects')}.` : 'No project to leave.';
      },
      de: ({ projects }) => {
        const { length } = projects as string[];
        return length
          ? `Aus ${counted(length, 'Projekt', 'Projekten')} entfernt.`
          : 'Es gibt kein Projekt zu verlassen.';
      },
    },
    async undo(batch, runIds) {
      for (const row of await batch.tx.query<Row>(JOIN_AGAIN, [batch.tenantId, runIds]))
        tellMember(batch, 'added', row);
      await markUndone(batch, runIds, 'project_left');
    },
  };
}

function tellMember(batch: ActionBatch, what: 'added' | 'removed', { user_id, project_key }: Row): void {
  const data = { project: project_key };
  batch.tell({ type: `resource.project_member_${what}`, subjectType: 'User', subjectId: user_id, data });
}
