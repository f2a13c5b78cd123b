import { Inject, Injectable } from '@nestjs/common';
import { isUuid, statement, TenantDatabase } from '@provost/entities';
import { Environment } from '../config';
import { problem } from '../http';
import { ActionRegistry } from './actions';
import type { EffectKind } from './actions/effects';
import { RUN_COLUMNS, type RunRow, runView } from './run-view';

/** The removal that counts, else the last of those that no longer do. */
const RUN = statement(
  'lifecycle.receipt_run',
  `SELECT ${RUN_COLUMNS} FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.user_id = $2::uuid AND r.rule = 'user_removal'
   ORDER BY r.event_seq DESC LIMIT 1`,
);
const EFFECTS = statement(
  'lifecycle.receipt_effects',
  `SELECT e.kind, e.subject, e.from_id, e.to_id, e.at, e.undone_at FROM lifecycle_effects e
   WHERE e.tenant_id = $1::uuid AND e.run_id = $2::uuid ORDER BY e.at, e.position, e.subject`,
);

interface EffectRow {
  kind: EffectKind;
  subject: string;
  from_id: string | null;
  to_id: string | null;
  at: Date;
  undone_at: Date | null;
}

/** Proves what a deprovisioning did, and when (contract §7). */
@Injectable()
export class ReceiptsService {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(ActionRegistry) private readonly registry: ActionRegistry,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** Also of whoever was deleted or erased since. @throws Problem 404 when nobody of this id was deprovisioned */
  async of(tenantId: string, userId: string): Promise<object> {
    const [row] = isUuid(userId) ? await this.db.run<RunRow>({ tenantId }, RUN, [tenantId, userId]) : [];
    if (!row) throw problem(404, 'Nobody with this id was deprovisioned by a rule.');
    const effects = await this.db.run<EffectRow>({ tenantId }, EFFECTS, [tenantId, row.id]);
    const of = (kind: EffectKind) => effects.filter((effect) => effect.kind === kind);
    const run = runView(row, this.registry, this.environment.APP_NAME);
    const sessions = of('session_ended').map(({ subject, at }) => ({ id: subject, endedAt: at }));
    const grants = of('grant_ended').map(({ subject, at, undone_at }) => ({
      id: subject,
      endedAt: at,
      returnedAt: undone_at,
    }));
    // Access ended with the change itself, as it is computed; what is written down afterwards can only be later.
    const last = new Date(Math.max(row.requested_at.getTime(), ...[...sessions, ...grants].map((one) => +one.endedAt)));
    return {
      userId,
      runId: row.id,
      status: row.state,
      requestedAt: row.requested_at,
      eventId: row.event_id,
      sessions,
      // The token of a session ends with it.
      tokens: sessions.map(({ id, endedAt }) => ({ sessionId: id, endedAt })),
      grants,
      content: of('content_moved').map(({ subject, from_id, to_id, at, undone_at }) => ({
        key: subject,
        from: from_id,
        to: to_id,
        movedAt: at,
        returnedAt: undone_at,
      })),
      archived: of('content_archived').map(({ subject, at, undone_at }) => ({
        key: subject,
        archivedAt: at,
        returnedAt: undone_at,
      })),
      projects: of('project_left').map(({ subject, at, undone_at }) => ({
        key: subject,
        leftAt: at,
        returnedAt: undone_at,
      })),
      told: of('person_told').map(({ subject, at }) => ({ userId: subject, at })),
      lastRevocationAt: last,
      revocationMs: last.getTime() - row.requested_at.getTime(),
      completedAt: row.finished_at,
      restoredAt: row.superseded_at,
      erasedAt: row.erased_at,
      actions: run.actions,
    };
  }
}
