import { statement, type TenantTransaction } from '@provost/entities';
import type { ActionBatch } from './lifecycle-action';

/** What an action can have done to something. */
export type EffectKind =
  'session_ended' | 'grant_ended' | 'content_moved' | 'content_archived' | 'project_left' | 'person_told';

/** A CTE of the tasks of a batch `t (run_id, position, user_id)`, its parameters $2 to $4. */
export const TASKS = `t AS (SELECT * FROM ROWS FROM (unnest($2::uuid[]), unnest($3::integer[]), unnest($4::uuid[]))
  AS t (run_id, position, user_id))`;

export function taskColumns({ tasks }: Pick<ActionBatch, 'tasks'>): unknown[] {
  return [tasks.map(({ runId }) => runId), tasks.map(({ position }) => position), tasks.map(({ userId }) => userId)];
}

/**
 * That an effect `e`, which is found by its run, moved content. Said so that the index by content, which has all such effects of
 * the tenant, is not taken for a way to those of one run.
 */
export const MOVED_CONTENT = `starts_with(e.kind, 'content_moved')`;

/** The head of an INSERT of effects. Its SELECT gives tenant, run, position, kind, subject, from, to and time. */
export const INSERT_EFFECTS = `INSERT INTO lifecycle_effects (tenant_id, run_id, position, kind, subject, from_id, to_id, at)`;

const RECORD = statement(
  'lifecycle.effects',
  `${INSERT_EFFECTS} SELECT $1::uuid, e.run_id, e.position, e.kind, e.subject, e.from_id, e.to_id, e.at
   FROM ROWS FROM (unnest($2::uuid[]), unnest($3::integer[]), unnest($4::text[]), unnest($5::text[]), unnest($6::uuid[]),
     unnest($7::uuid[]), unnest($8::timestamptz[])) AS e (run_id, position, kind, subject, from_id, to_id, at)
   ON CONFLICT DO NOTHING`,
);

export interface Effect {
  readonly runId: string;
  readonly position: number;
  readonly kind: EffectKind;
  readonly subject: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly at: Date;
}

/** Records effects of what no statement of ours did. */
export async function recordEffects(
  tx: TenantTransaction,
  tenantId: string,
  effects: readonly Effect[],
): Promise<void> {
  if (!effects.length) return;
  await tx.query(RECORD, [
    tenantId,
    effects.map(({ runId }) => runId),
    effects.map(({ position }) => position),
    effects.map(({ kind }) => kind),
    effects.map(({ subject }) => subject),
    effects.map(({ from }) => from ?? null),
    effects.map(({ to }) => to ?? null),
    effects.map(({ at }) => at),
  ]);
}

const MARK_UNDONE = statement(
  'lifecycle.mark_undone',
  `UPDATE lifecycle_effects SET undone_at = $4::timestamptz
   WHERE tenant_id = $1::uuid AND run_id = ANY($2::uuid[]) AND kind = $3 AND undone_at IS NULL`,
);

/** From here on these effects count as undone, whether there was still something to undo or not. */
export async function markUndone(batch: ActionBatch, runIds: readonly string[], kind: EffectKind): Promise<void> {
  await batch.tx.query(MARK_UNDONE, [batch.tenantId, runIds, kind, batch.at]);
}
