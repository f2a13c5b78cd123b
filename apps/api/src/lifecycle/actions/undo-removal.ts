import { ACTION_DEFINITIONS } from '@provost/access-policy';
import { statement } from '@provost/entities';
import { type LifecycleAction, type Outcome } from './lifecycle-action';

/** Runs of the removals that count no more. */
const UNDONE = statement(
  'lifecycle.superseded',
  `SELECT r.id, r.user_id, a.action FROM lifecycle_runs r
   JOIN lifecycle_actions a ON a.tenant_id = r.tenant_id AND a.run_id = r.id AND a.state = 'done'
   WHERE r.tenant_id = $1::uuid AND r.user_id = ANY($2::uuid[]) AND r.rule = 'user_removal' AND r.superseded_at IS NOT NULL
   ORDER BY r.event_seq DESC, a.position DESC`,
);

/** Gives back what a removal took, from those of the actions that can be undone, the last first. */
export function undoRemoval(actions: () => readonly LifecycleAction[]): LifecycleAction {
  return {
    code: 'undo_removal',
    ...ACTION_DEFINITIONS.undo_removal,
    async execute(batch) {
      const users = batch.tasks.map(({ userId }) => userId);
      const rows = await batch.tx.query<{ id: string; user_id: string; action: string }>(UNDONE, [
        batch.tenantId,
        users,
      ]);
      const undoable = [...actions()].filter(({ undo }) => undo).reverse();
      for (const action of undoable) {
        const runs = [...new Set(rows.filter((row) => row.action === action.code).map(({ id }) => id))];
        if (runs.length) await action.undo!(batch, runs);
      }
      return new Map(
        batch.tasks.map(({ runId, userId }): [string, Outcome] => {
          const undone = rows.filter(
            (row) => row.user_id === userId && undoable.some(({ code }) => code === row.action),
          );
          return [runId, { state: 'done', result: { undone: [...new Set(undone.map(({ action }) => action))] } }];
        }),
      );
    },
    describe: {
      en: ({ undone }) =>
        (undone as string[]).length ? `Undone: ${(undone as string[]).join(', ')}.` : 'There was nothing to undo.',
    },
  };
}
