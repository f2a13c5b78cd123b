import { type ActionCode, nameOfAction } from '@provost/access-policy';
import type { ActionRegistry } from './actions';

export const RUN_STATES = ['pending', 'running', 'done', 'failed', 'held', 'cancelled'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const RUN_COLUMNS = `r.id, r.rule, r.trigger, r.event_id, r.event_seq::text, r.event_type, r.user_id, r.group_id, r.state, r.hold_id,
  r.requested_at, r.created_at, r.started_at, r.finished_at, r.superseded_at, r.erased_at, r.next_at,
  (SELECT h.state FROM lifecycle_holds h WHERE h.tenant_id = r.tenant_id AND h.id = r.hold_id) AS hold_state,
  (SELECT json_agg(json_build_object('position', a.position, 'action', a.action, 'state', a.state, 'attempts', a.attempts,
    'lastError', a.last_error, 'result', a.result, 'startedAt', ${utc('a.started_at')}, 'finishedAt', ${utc('a.finished_at')})
    ORDER BY a.position) FROM lifecycle_actions a WHERE a.tenant_id = r.tenant_id AND a.run_id = r.id) AS actions`;

/** A time inside JSON as everything else shows it. */
export function utc(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

interface ActionRow {
  position: number;
  action: ActionCode;
  state: RunState;
  attempts: number;
  lastError: string | null;
  result: Record<string, unknown> | null;
  startedAt: string | null;
  finishedAt: string | null;
}
export interface RunRow {
  id: string;
  rule: string;
  trigger: string;
  event_id: string;
  event_seq: string;
  event_type: string;
  user_id: string;
  group_id: string | null;
  state: RunState;
  hold_id: string | null;
  requested_at: Date;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  superseded_at: Date | null;
  erased_at: Date | null;
  next_at: Date | null;
  hold_state: string | null;
  actions: ActionRow[];
}

/** A run as administrators see it (contract §7). */
export function runView(row: RunRow, registry: ActionRegistry, appName: string) {
  return {
    id: row.id,
    rule: row.rule,
    trigger: row.trigger,
    event: { id: row.event_id, sequence: row.event_seq, type: row.event_type },
    userId: row.user_id,
    groupId: row.group_id,
    status: row.state,
    holdId: row.hold_id,
    requestedAt: row.requested_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    /** When the person came back; null while it counts. */
    supersededAt: row.superseded_at,
    nextAttemptAt: row.next_at,
    actions: row.actions.map(({ action, position: _, result, ...rest }) => ({
      action: nameOfAction(action, appName),
      ...rest,
      description: result ? registry.get(action).describe.en(result, (id) => id) : registry.get(action).about,
      result,
    })),
  };
}
export type RunView = ReturnType<typeof runView>;
