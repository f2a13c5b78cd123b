import { statement } from '@provost/entities';

/** One worker at a time works for a tenant: whoever leaves after a colleague has had theirs handed on finds it already there. */
export const TRY_LOCK = statement(
  'lifecycle.try_lock',
  `SELECT pg_try_advisory_xact_lock(hashtextextended($1::text, 9)) AS got`,
);
export const LOCK = statement('lifecycle.lock', `SELECT pg_advisory_xact_lock(hashtextextended($1::text, 9))`);

/** Tenants that have something due; $1 at most so many. */
export const DUE_TENANTS = statement(
  'lifecycle.due_tenants',
  `SELECT DISTINCT d.tenant_id FROM (SELECT r.tenant_id FROM lifecycle_runs r WHERE r.next_at <= now()
     ORDER BY r.next_at LIMIT $1::bigint) d`,
);
export const NEXT_DUE = statement(
  'lifecycle.next_due',
  `SELECT (extract(epoch FROM min(r.next_at) - clock_timestamp()) * 1000)::float8 AS ms FROM lifecycle_runs r WHERE r.next_at IS NOT NULL`,
);

/**
 * OFFSET 0 keeps it a look-up for each run, and the order one by its user: planned as a join, or by the index of what waits, all that waits
 * would be read for each that waits.
 */
const FIRST_OF_USER = `NOT EXISTS (SELECT FROM (SELECT o.event_seq, o.next_at FROM lifecycle_runs o
    WHERE o.tenant_id = r.tenant_id AND o.user_id = r.user_id ORDER BY o.event_seq OFFSET 0) o
  WHERE o.event_seq < r.event_seq AND o.next_at IS NOT NULL)`;
/** The runs of one user are worked on one after the other, in the order of their events. */
const claim = (which: string) => `WITH d AS MATERIALIZED (SELECT r.* FROM lifecycle_runs r
    WHERE r.tenant_id = $1::uuid AND r.next_at <= now() AND ${FIRST_OF_USER} ${which} FOR UPDATE OF r)
  SELECT r.id, r.event_id, r.event_seq::text, r.rule, r.trigger, r.user_id, r.group_id, r.state, r.requested_at, r.started_at,
    (SELECT json_agg(json_build_object('position', a.position, 'action', a.action, 'arguments', a.arguments, 'state', a.state,
      'result', a.result, 'attempts', a.attempts) ORDER BY a.position)
    FROM lifecycle_actions a WHERE a.tenant_id = $1::uuid AND a.run_id = r.id) AS actions
  FROM d r ORDER BY r.event_seq`;
/** $2 at most so many. */
export const CLAIM_MANY = statement('lifecycle.claim_many', claim('ORDER BY r.event_seq LIMIT $2::bigint'));
export const CLAIM_ONE = statement('lifecycle.claim_one', claim('AND r.id = $2::uuid'));

/**
 * $2 when it began and $3 when it ended, then a list for each column. The list of runs is said besides, here and below: by a join alone
 * all runs of a growing tenant were read for each hundred, as long as its statistics lagged behind.
 */
export const FINISH_ACTIONS = statement(
  'lifecycle.finish_actions',
  `UPDATE lifecycle_actions a SET state = v.state, attempts = a.attempts + 1, last_error = v.error, result = v.result::json,
     started_at = coalesce(a.started_at, $2::timestamptz), finished_at = CASE v.state WHEN 'done' THEN $3::timestamptz END
   FROM ROWS FROM (unnest($4::uuid[]), unnest($5::integer[]), unnest($6::text[]), unnest($7::text[]), unnest($8::text[]))
     AS v (run_id, position, state, error, result)
   WHERE a.tenant_id = $1::uuid AND a.run_id = ANY($4::uuid[]) AND a.run_id = v.run_id AND a.position = v.position`,
);
/** What became of runs; $2 when that began and $3 when it ended. What is still pending goes on at once. */
export const FINISH_RUNS = statement(
  'lifecycle.finish_runs',
  `UPDATE lifecycle_runs r SET state = v.state, started_at = coalesce(r.started_at, $2::timestamptz),
     finished_at = CASE WHEN v.state <> 'running' THEN $3::timestamptz END,
     next_at = CASE WHEN v.state = 'running' THEN $3::timestamptz END
   FROM ROWS FROM (unnest($4::uuid[]), unnest($5::text[])) AS v (id, state)
   WHERE r.tenant_id = $1::uuid AND r.id = ANY($4::uuid[]) AND r.id = v.id`,
);
/** An attempt that failed: $4 what happened, $5 the state from now on, $6 when it is tried again; nothing when it was cancelled meanwhile. */
export const FAIL_ACTION = statement(
  'lifecycle.fail_action',
  `WITH a AS (UPDATE lifecycle_actions SET attempts = attempts + 1, last_error = $4, state = $5,
       started_at = coalesce(started_at, now())
     WHERE tenant_id = $1::uuid AND run_id = $2::uuid AND position = $3::integer AND state = 'pending' RETURNING run_id)
   UPDATE lifecycle_runs r SET state = CASE $5::text WHEN 'failed' THEN 'failed' ELSE 'running' END, next_at = $6::timestamptz,
     started_at = coalesce(r.started_at, now()) FROM a
   WHERE r.tenant_id = $1::uuid AND r.id = a.run_id RETURNING r.id`,
);
