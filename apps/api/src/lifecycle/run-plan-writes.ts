import { statement, type TenantTransaction, uuidV7 } from '@provost/entities';
import type { PlannedRun, Return } from './run-plan';
import type { RunResults } from './run-work';

// Whoever works on a run holds its row: what they finish first is not cancelled, and is undone by the run of the return.
const LOCK_LEFT = statement(
  'lifecycle.lock_left',
  `SELECT r.id FROM ROWS FROM (unnest($2::uuid[]), unnest($3::bigint[])) AS b (user_id, seq)
   JOIN lifecycle_runs r ON r.tenant_id = $1::uuid AND r.user_id = b.user_id AND r.event_seq < b.seq
   WHERE r.rule = 'user_removal' AND r.superseded_at IS NULL ORDER BY r.id FOR UPDATE OF r`,
);
const SUPERSEDE = statement(
  'lifecycle.supersede',
  `WITH a AS (UPDATE lifecycle_actions a SET state = 'cancelled', finished_at = $3::timestamptz
     WHERE a.tenant_id = $1::uuid AND a.run_id = ANY($2::uuid[]) AND a.state IN ('pending', 'held', 'failed') RETURNING a.run_id)
   UPDATE lifecycle_runs r SET superseded_at = $3::timestamptz, next_at = NULL,
     state = CASE WHEN EXISTS (SELECT FROM a WHERE a.run_id = r.id) THEN 'cancelled' ELSE r.state END,
     finished_at = coalesce(r.finished_at, $3::timestamptz)
   WHERE r.tenant_id = $1::uuid AND r.id = ANY($2::uuid[])`,
);
const INSERT = statement(
  'lifecycle.plan',
  `WITH r AS (
     INSERT INTO lifecycle_runs (tenant_id, id, event_id, event_seq, event_type, rule, trigger, user_id, group_id, state, hold_id,
       requested_at, created_at, next_at)
     SELECT $1::uuid, v.id, v.event_id, v.event_seq, v.event_type, v.rule, v.trigger, v.user_id, v.group_id, v.state, v.hold_id,
       v.requested_at, $2::timestamptz, CASE v.state WHEN 'pending' THEN $2::timestamptz END
     FROM ROWS FROM (unnest($3::uuid[]), unnest($4::uuid[]), unnest($5::bigint[]), unnest($6::text[]), unnest($7::text[]),
       unnest($8::text[]), unnest($9::uuid[]), unnest($10::uuid[]), unnest($11::text[]), unnest($12::uuid[]),
       unnest($13::timestamptz[]))
       AS v (id, event_id, event_seq, event_type, rule, trigger, user_id, group_id, state, hold_id, requested_at)
     ON CONFLICT DO NOTHING RETURNING id),
   a AS (
     INSERT INTO lifecycle_actions (tenant_id, run_id, position, action, arguments, state, last_error)
     SELECT $1::uuid, v.run_id, v.position, v.action, v.arguments::json, v.state,
       CASE v.state WHEN 'held' THEN 'A safeguard holds this; see the holds.' END
     FROM ROWS FROM (unnest($14::uuid[]), unnest($15::integer[]), unnest($16::text[]), unnest($17::text[]), unnest($18::text[]))
       AS v (run_id, position, action, arguments, state) JOIN r ON r.id = v.run_id)
   SELECT id FROM r`,
);

/** The runs of these people ($2), looked up one by one, and whether something is due in the tenant. */
const STANDING = statement(
  'lifecycle.runs_standing',
  `SELECT r.* FROM unnest($2::uuid[]) AS u (id), LATERAL (
     SELECT r.user_id, r.event_id, r.rule, r.next_at IS NOT NULL AS waiting FROM lifecycle_runs r
     WHERE r.tenant_id = $1::uuid AND r.user_id = u.id ORDER BY r.event_seq OFFSET 0) r
   UNION ALL (SELECT NULL, NULL, NULL, true FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.next_at <= now() LIMIT 1)`,
);
/** Runs that are through: $2 when they were planned, $3 when they ended; then a list for each column, of runs and of actions. */
const INSERT_DONE = statement(
  'lifecycle.write_done',
  `WITH r AS (
     INSERT INTO lifecycle_runs (tenant_id, id, event_id, event_seq, event_type, rule, trigger, user_id, group_id, state,
       requested_at, created_at, started_at, finished_at)
     SELECT $1::uuid, v.id, v.event_id, v.event_seq, v.event_type, v.rule, v.trigger, v.user_id, v.group_id, v.state,
       v.requested_at, $2::timestamptz, $2::timestamptz, $3::timestamptz
     FROM ROWS FROM (unnest($4::uuid[]), unnest($5::uuid[]), unnest($6::bigint[]), unnest($7::text[]), unnest($8::text[]),
       unnest($9::text[]), unnest($10::uuid[]), unnest($11::uuid[]), unnest($12::text[]), unnest($13::timestamptz[]))
       AS v (id, event_id, event_seq, event_type, rule, trigger, user_id, group_id, state, requested_at)
     ON CONFLICT DO NOTHING RETURNING id),
   a AS (
     INSERT INTO lifecycle_actions (tenant_id, run_id, position, action, arguments, state, attempts, last_error, result, started_at,
       finished_at)
     SELECT $1::uuid, v.run_id, v.position, v.action, v.arguments::json, v.state, 1, v.error, v.result::json, $2::timestamptz,
       CASE v.state WHEN 'done' THEN $3::timestamptz END
     FROM ROWS FROM (unnest($14::uuid[]), unnest($15::integer[]), unnest($16::text[]), unnest($17::text[]), unnest($18::text[]),
       unnest($19::text[]), unnest($20::text[]))
       AS v (run_id, position, action, arguments, state, error, result))
   SELECT count(*)::int AS written FROM r`,
);

/**
 * Which of planned runs may be carried out now.
 * @returns those that are not there yet; undefined when something is due in the tenant, or one of these people has a run that waits
 */
export async function notBegun(
  tx: TenantTransaction,
  tenantId: string,
  runs: readonly PlannedRun[],
): Promise<PlannedRun[] | undefined> {
  const values = [tenantId, runs.map(({ userId }) => userId)];
  const standing = await tx.query<{ user_id: string; event_id: string; rule: string; waiting: boolean }>(
    STANDING,
    values,
  );
  if (standing.some(({ waiting }) => waiting)) return undefined;
  // Somebody arrives once.
  const names = standing.map(({ user_id: user, rule, event_id: event }) =>
    rule === 'user_creation' ? user : `${user} ${rule} ${event}`,
  );
  const known = new Set(names);
  return runs.filter(
    ({ userId, rule, event }) => !known.has(rule === 'user_creation' ? userId : `${userId} ${rule} ${event.id}`),
  );
}

/** Ends what made these people leave: actions that have not run will not. */
export async function writeReturns(
  tx: TenantTransaction,
  tenantId: string,
  returns: readonly Return[],
  at: Date,
): Promise<void> {
  if (!returns.length) return;
  const columns = [returns.map(({ userId }) => userId), returns.map(({ event }) => event.seq)];
  const runs = await tx.query<{ id: string }>(LOCK_LEFT, [tenantId, ...columns]);
  if (runs.length) await tx.query(SUPERSEDE, [tenantId, runs.map(({ id }) => id), at]);
}

/**
 * Writes runs with their actions; one whose event and rule are there already changes nothing.
 * @param holds the open hold of each safeguard that holds some of them
 * @returns how many are new
 */
export async function writeRuns(
  tx: TenantTransaction,
  tenantId: string,
  runs: readonly PlannedRun[],
  holds: ReadonlyMap<string, string>,
  at: Date,
): Promise<number> {
  if (!runs.length) return 0;
  const planned = runs.map((run) => ({ ...run, id: uuidV7() }));
  const actions = planned.flatMap(({ id, actions }) =>
    actions.map((action, position) => ({ id, position, ...action })),
  );
  const written = await tx.query(INSERT, [
    tenantId,
    at,
    planned.map(({ id }) => id),
    planned.map(({ event }) => event.id),
    planned.map(({ event }) => event.seq),
    planned.map(({ event }) => event.type),
    planned.map(({ rule }) => rule),
    planned.map(({ trigger }) => trigger),
    planned.map(({ userId }) => userId),
    planned.map(({ event }) => event.group_id),
    planned.map(({ actions }) => (actions.every(({ held }) => held) ? 'held' : 'pending')),
    planned.map(({ hold, actions }) => (hold && actions.some(({ held }) => held) ? holds.get(hold)! : null)),
    planned.map(({ requestedAt }) => requestedAt),
    actions.map(({ id }) => id),
    actions.map(({ position }) => position),
    actions.map(({ action }) => action),
    actions.map(({ arguments: given }) => JSON.stringify(given)),
    actions.map(({ held }) => (held ? 'held' : 'pending')),
  ]);
  return written.length;
}

/**
 * Writes runs that were carried out before they were written.
 * @param runs in the order of the results
 * @returns how many are new; unless that is all, the caller must roll back
 */
export async function writeDone(
  tx: TenantTransaction,
  tenantId: string,
  runs: readonly PlannedRun[],
  { at, ended, done, runs: results }: RunResults,
): Promise<number> {
  const [row] = await tx.query<{ written: number }>(INSERT_DONE, [
    ...[tenantId, at, ended],
    results.map(({ run }) => run.id),
    runs.map(({ event }) => event.id),
    runs.map(({ event }) => event.seq),
    runs.map(({ event }) => event.type),
    runs.map(({ rule }) => rule),
    runs.map(({ trigger }) => trigger),
    runs.map(({ userId }) => userId),
    runs.map(({ event }) => event.group_id),
    results.map(({ state }) => state),
    runs.map(({ requestedAt }) => requestedAt),
    done.map(({ task }) => task.runId),
    done.map(({ task }) => task.position),
    done.map(({ action }) => action),
    done.map(({ task }) => JSON.stringify(task.arguments)),
    done.map(({ outcome }) => outcome.state),
    done.map(({ outcome }) => (outcome.state === 'held' ? outcome.reason : null)),
    done.map(({ outcome }) => (outcome.state === 'done' ? JSON.stringify(outcome.result) : null)),
  ]);
  return row!.written;
}
