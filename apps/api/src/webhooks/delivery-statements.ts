import { statement } from '@provost/entities';
import { isDeadWorker } from '../jobs';
import { coversType } from './event-patterns';

/** Attempts that a delivery shows. */
const MOST_SHOWN = 20;

export const INTERESTED = statement(
  'webhook.interested',
  `SELECT DISTINCT w.tenant_id FROM webhooks w WHERE w.enabled AND w.tenant_id = ANY($1::uuid[])`,
);
// The webhooks are held: one that is being removed takes its deliveries along, also these.
export const ENQUEUE = statement(
  'webhook.enqueue',
  `INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, key, type, occurred_at, event_id, event_seq, subject_id,
     in_order, state, due_at, give_up_at, created_at)
   SELECT $1::uuid, uuid_v7(), w.id, e.id::text, e.type, e.occurred_at, e.id, e.seq, e.subject_id,
     true, 'pending', now(), now() + $7::float8 * interval '1 ms', now()
   FROM ROWS FROM (unnest($2::uuid[]), unnest($3::bigint[]), unnest($4::text[]), unnest($5::timestamptz[]), unnest($6::uuid[]))
     AS e (id, seq, type, occurred_at, subject_id)
   JOIN webhooks w ON w.tenant_id = $1::uuid AND w.enabled AND w.after_seq < e.seq AND ${coversType('w.events', 'e.type')}
   ORDER BY e.seq FOR KEY SHARE OF w
   ON CONFLICT (tenant_id, webhook_id, key) DO NOTHING`,
);
// What is due may still have to wait for one before it, so the next that becomes due counts beside it.
export const DUE = statement(
  'webhook.due',
  `SELECT w.tenant_id, bool_or(d.ready) AS ready,
     (extract(epoch FROM min(d.next) - clock_timestamp()) * 1000)::float8 AS ms
   FROM webhooks w CROSS JOIN LATERAL (
     SELECT false AS ready, w.open_until AS next WHERE w.open_until > now()
     UNION ALL (SELECT true, NULL FROM webhook_deliveries d
       WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.state = 'pending' AND d.leased_by IS NULL
         AND d.due_at <= now() AND (w.open_until > now()) IS NOT TRUE
       ORDER BY d.due_at LIMIT 1)
     UNION ALL (SELECT false, d.due_at FROM webhook_deliveries d
       WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.state = 'pending' AND d.leased_by IS NULL
         AND d.due_at > now() AND (w.open_until > now()) IS NOT TRUE
       ORDER BY d.due_at LIMIT 1)) d
   WHERE w.enabled GROUP BY w.tenant_id`,
);
export const DEAD = statement(
  'webhook.dead',
  `SELECT l.tenant_id, l.leased_by AS worker FROM (
     SELECT DISTINCT d.tenant_id, d.leased_by FROM webhook_deliveries d
     WHERE d.leased_by IS NOT NULL AND d.leased_by <> $1::uuid OFFSET 0) l
   WHERE ${isDeadWorker('l.leased_by')}`,
);
export const FREE = statement(
  'webhook.free',
  `UPDATE webhook_deliveries SET leased_by = NULL WHERE tenant_id = $1::uuid AND leased_by = $2::uuid`,
);
// Per endpoint as many as it has room for; one alone when it is tried again after a pause. What is pending before a
// delivery, of the same subject, holds it up: also while it is under way, so one commit is enough to see that.
export const CLAIM = statement(
  'webhook.claim',
  `WITH w AS MATERIALIZED (
     SELECT w.id, w.url, w.secret, CASE WHEN w.previous_until > now() THEN w.previous_secret END AS previous_secret,
       CASE WHEN w.failures < $5 THEN $6::int - coalesce(b.count, 0) ELSE 1 END AS room
     FROM webhooks w LEFT JOIN ROWS FROM (unnest($3::uuid[]), unnest($4::int[])) AS b (id, count) ON b.id = w.id
     WHERE w.tenant_id = $1::uuid AND w.enabled AND (w.open_until IS NULL OR w.open_until <= now())
       AND coalesce(b.count, 0) < $6::int
       AND (w.failures < $5 OR NOT EXISTS (SELECT FROM webhook_deliveries d
         WHERE d.tenant_id = $1::uuid AND d.webhook_id = w.id AND d.leased_by IS NOT NULL))),
   c AS MATERIALIZED (
     SELECT c.id FROM w CROSS JOIN LATERAL (
       SELECT d.id FROM webhook_deliveries d
       WHERE d.tenant_id = $1::uuid AND d.webhook_id = w.id AND d.state = 'pending' AND d.leased_by IS NULL AND d.due_at <= now()
         AND (NOT d.in_order OR NOT EXISTS (SELECT FROM webhook_deliveries p
           WHERE p.tenant_id = $1::uuid AND p.webhook_id = d.webhook_id AND p.subject_id = d.subject_id
             AND p.state = 'pending' AND p.in_order AND p.position < d.position))
       ORDER BY d.due_at, d.position LIMIT least(w.room, $7::int) FOR UPDATE SKIP LOCKED) c),
   d AS (
     -- An array and lookups: how few they are is not known to a plan, which would read the whole table for more.
     UPDATE webhook_deliveries d SET leased_by = $2::uuid
     WHERE d.tenant_id = $1::uuid AND d.id = ANY((SELECT array_agg(c.id) FROM c)::uuid[]) RETURNING d.*)
   SELECT d.id, d.webhook_id, d.type, d.occurred_at, d.event_id, d.event_seq::text, d.subject_id, d.attempts, e.subject_type,
     e.group_id, e.context, coalesce(e.data, d.data) AS data, coalesce(e.sealed, d.sealed) AS sealed, k.key, w.url, w.secret,
     w.previous_secret
   FROM d JOIN w ON w.id = d.webhook_id
     LEFT JOIN LATERAL (SELECT e.* FROM events e WHERE e.tenant_id = $1::uuid AND e.seq = d.event_seq OFFSET 0) e ON true
     LEFT JOIN LATERAL (
       SELECT k.key FROM subject_keys k WHERE k.tenant_id = $1::uuid AND k.subject_id = d.subject_id OFFSET 0) k ON true
   ORDER BY d.position`,
);
// Of a worker that was taken for dead nothing counts: another one sends it again.
export const SETTLE = statement(
  'webhook.settle',
  `WITH r AS (
     SELECT r.*, now() + r.wait_ms * interval '1 ms' AS next
     FROM ROWS FROM (unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::float8[]), unnest($6::jsonb[]))
       AS r (id, worker, outcome, wait_ms, entry)),
   d AS (
     UPDATE webhook_deliveries d SET attempts = d.attempts + 1, leased_by = NULL,
       log = CASE WHEN jsonb_array_length(d.log) >= ${MOST_SHOWN} THEN d.log - 0 ELSE d.log END || r.entry,
       state = CASE WHEN r.outcome = 'failed' AND now() >= d.give_up_at THEN 'parked' WHEN r.outcome = 'failed' THEN 'pending'
         ELSE r.outcome END,
       settled_at = CASE WHEN r.outcome <> 'failed' OR now() >= d.give_up_at THEN now() END,
       -- The last attempt is made when the time is up.
       due_at = CASE WHEN r.outcome = 'failed' AND now() < d.give_up_at THEN least(r.next, d.give_up_at) ELSE d.due_at END
     FROM r WHERE d.tenant_id = $1::uuid AND d.id = r.id AND d.leased_by = r.worker
     RETURNING d.webhook_id)
   UPDATE webhooks w SET
     failures = CASE WHEN c.answered THEN c.failures
       WHEN w.failures + c.failures < $10 THEN w.failures + c.failures
       -- Those that were under way when the pause began say nothing new.
       WHEN w.open_until > now() THEN w.failures ELSE greatest(w.failures + 1, $10) END,
     open_until = CASE WHEN c.answered OR w.failures + c.failures < $10 THEN NULL WHEN w.open_until > now() THEN w.open_until
       ELSE now() + greatest(c.wait_ms, least($11::float8 * 2 ^ least(greatest(w.failures + 1 - $10, 0), 30), $12::float8))
         * interval '1 ms' END
   FROM ROWS FROM (unnest($7::uuid[]), unnest($8::boolean[]), unnest($9::int[]), unnest($13::float8[]))
     AS c (id, answered, failures, wait_ms)
   WHERE w.tenant_id = $1::uuid AND w.id = c.id AND (c.failures > 0 OR w.failures > 0)`,
);
export const DISABLE = statement(
  'webhook.gone',
  `UPDATE webhooks SET enabled = false, updated_at = now(), disabled_reason = 'The endpoint answered 410 Gone.'
   WHERE tenant_id = $1::uuid AND id = ANY($2::uuid[]) AND enabled RETURNING id`,
);
