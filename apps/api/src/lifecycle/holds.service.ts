import { Inject, Injectable } from '@nestjs/common';
import { isUuid, statement, TenantDatabase } from '@provost/entities';
import { appendEvents, type EventContext, EventSignal } from '@provost/event-log';
import { problem } from '../http';
import { pageOf } from '../tenancy';
import { RunWorker } from './run-worker';

const COLUMNS = `h.id, h.kind, h.state, h.most, h.time_window, h.opened_at, h.decided_at, h.decided_by, h.reason,
  (SELECT count(*)::int FROM lifecycle_runs r WHERE r.tenant_id = h.tenant_id AND r.hold_id = h.id) AS runs`;
const PAGE = statement(
  'hold.page',
  `SELECT ${COLUMNS} FROM lifecycle_holds h WHERE h.tenant_id = $1::uuid AND h.id > $2::uuid ORDER BY h.id LIMIT $3::bigint`,
);
const GET = statement(
  'hold.get',
  `SELECT ${COLUMNS} FROM lifecycle_holds h WHERE h.tenant_id = $1::uuid AND h.id = $2::uuid`,
);
const DECIDE = statement(
  'hold.decide',
  `UPDATE lifecycle_holds SET state = $3, decided_at = $4::timestamptz, decided_by = $5::json, reason = $6
   WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'open' RETURNING id`,
);
const LOCK_RUNS = statement(
  'hold.lock_runs',
  `SELECT r.id FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.hold_id = $2::uuid AND r.superseded_at IS NULL
   ORDER BY r.id FOR UPDATE`,
);
const RELEASE = statement(
  'hold.release',
  `WITH a AS (UPDATE lifecycle_actions SET state = 'pending', last_error = NULL
     WHERE tenant_id = $1::uuid AND run_id = ANY($2::uuid[]) AND state = 'held' RETURNING run_id)
   UPDATE lifecycle_runs r SET state = CASE WHEN r.started_at IS NULL THEN 'pending' ELSE 'running' END,
     next_at = coalesce(r.next_at, $3::timestamptz), finished_at = NULL
   WHERE r.tenant_id = $1::uuid AND r.id IN (SELECT run_id FROM a)`,
);
const DISCARD = statement(
  'hold.discard',
  `WITH a AS (UPDATE lifecycle_actions SET state = 'cancelled', finished_at = $3::timestamptz
     WHERE tenant_id = $1::uuid AND run_id = ANY($2::uuid[]) AND state = 'held' RETURNING run_id)
   UPDATE lifecycle_runs r SET state = CASE WHEN r.next_at IS NULL THEN 'cancelled' ELSE r.state END,
     finished_at = CASE WHEN r.next_at IS NULL THEN $3::timestamptz END
   WHERE r.tenant_id = $1::uuid AND r.id IN (SELECT run_id FROM a)`,
);
const FIRST = '00000000-0000-0000-0000-000000000000';

interface HoldRow {
  id: string;
  kind: string;
  state: string;
  most: number;
  time_window: string;
  opened_at: Date;
  decided_at: Date | null;
  decided_by: EventContext['actor'] | null;
  reason: string | null;
  runs: number;
}

/** Mass changes that a safeguard holds, and what is decided about them (contract §7). */
@Injectable()
export class HoldsService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(RunWorker) private readonly worker: RunWorker,
  ) {}

  /** The oldest first, also those that were decided. @throws Problem 400 */
  async list(tenantId: string, query: { limit?: string; cursor?: string }) {
    const { limit, after } = pageOf(query);
    const rows = await this.db.run<HoldRow>({ tenantId }, PAGE, [tenantId, after ?? FIRST, limit + 1]);
    const items = rows.slice(0, limit).map(view);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /**
   * Lets what is held run, or never run.
   * @throws Problem 404; 409 when it was decided before
   */
  async decide(
    tenantId: string,
    id: string,
    decision: 'released' | 'discarded',
    reason: string,
    context: EventContext,
  ) {
    const at = new Date();
    const decided =
      isUuid(id) &&
      (await this.db.transaction({ tenantId }, async (tx) => {
        const values = [tenantId, id, decision, at, JSON.stringify(context.actor), reason];
        if (!(await tx.query(DECIDE, values)).length) return false;
        const runs = await tx.query<{ id: string }>(LOCK_RUNS, [tenantId, id]);
        const ids = runs.map((run) => run.id);
        await tx.query(decision === 'released' ? RELEASE : DISCARD, [tenantId, ids, at]);
        const type = `lifecycle.hold_${decision}` as const;
        const data = { holdId: id, runs: ids.length, reason };
        await appendEvents(tx, { tenantId }, context, [{ type, subjectType: 'Hold', subjectId: id, data }], at);
        return true;
      }));
    const [row] = isUuid(id) ? await this.db.run<HoldRow>({ tenantId }, GET, [tenantId, id]) : [];
    if (!row) throw problem(404, 'There is no hold of that id.');
    if (!decided) throw problem(409, `The hold was ${row.state} already.`);
    this.signal.announce();
    this.worker.wake(tenantId);
    return view(row);
  }
}

function view(row: HoldRow) {
  return {
    id: row.id,
    kind: row.kind,
    status: row.state,
    limit: { count: row.most, window: row.time_window },
    runs: row.runs,
    openedAt: row.opened_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    reason: row.reason,
  };
}
