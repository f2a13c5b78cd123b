import { ACTION_DEFINITIONS } from '@provost/access-policy';
import { statement } from '@provost/entities';
import type { RevokedSession, Sessions } from '../../sessions';
import { type Effect, INSERT_EFFECTS, markUndone, recordEffects, taskColumns, TASKS } from './effects';
import { type ActionBatch, type ActionTask, counted, type LifecycleAction, type Outcome } from './lifecycle-action';

const GRANT_DATA = `json_build_object('grantId', g.id, 'role', g.role, 'permission', g.permission, 'workspace', g.workspace,
  'startsAt', g.starts_at, 'expiresAt', g.expires_at)`;
/** Those that they had when they left: what was granted since, to somebody who is back, stays. $6 when that was. */
const END_GRANTS = statement(
  'lifecycle.end_grants',
  `WITH ${TASKS},
   g AS (UPDATE grants g SET revoked_at = $5::timestamptz, due_at = NULL
     FROM t JOIN ROWS FROM (unnest($2::uuid[]), unnest($6::timestamptz[])) AS r (run_id, requested_at) ON r.run_id = t.run_id
       JOIN grants o ON o.tenant_id = $1::uuid AND o.user_id = t.user_id
     WHERE g.tenant_id = $1::uuid AND g.id = o.id AND g.revoked_at IS NULL AND g.expires_at > $5::timestamptz
       AND g.created_at <= r.requested_at RETURNING t.run_id, t.position, o.due_at = o.expires_at AS begun, g.*),
   e AS (${INSERT_EFFECTS} SELECT $1::uuid, g.run_id, g.position, 'grant_ended', g.id::text, g.user_id, NULL, $5::timestamptz FROM g)
   SELECT g.run_id, g.id, g.user_id, ${GRANT_DATA} AS data, g.begun FROM g`,
);
const RETURN_GRANTS = statement(
  'lifecycle.return_grants',
  `UPDATE grants g SET revoked_at = NULL,
     due_at = CASE WHEN g.starts_at > $3::timestamptz THEN g.starts_at ELSE g.expires_at END FROM lifecycle_effects e
   WHERE e.tenant_id = $1::uuid AND e.run_id = ANY($2::uuid[]) AND e.kind = 'grant_ended' AND e.undone_at IS NULL
     AND g.tenant_id = $1::uuid AND g.id = e.subject::uuid AND g.revoked_at = e.at AND g.expires_at > $3::timestamptz
   RETURNING g.id, g.user_id, ${GRANT_DATA} AS data`,
);

/** Most people have none at the moment that they leave. */
const WITH_SESSIONS = statement(
  'lifecycle.with_sessions',
  `SELECT DISTINCT s.user_id FROM sessions s
   WHERE s.tenant_id = $1::uuid AND s.user_id = ANY($2::uuid[]) AND s.revoked_at IS NULL`,
);

interface GrantRow {
  run_id: string;
  id: string;
  user_id: string;
  data: object;
  /** Whether the log had told of its beginning. */
  begun?: boolean;
}

/**
 * Ends what the person still has. Nobody waits for it: from the moment of the deactivation their sessions and grants are good for
 * nothing, as that is computed; this writes it down.
 */
export function revokeAccess(sessions: Sessions): LifecycleAction {
  return {
    code: 'revoke_access',
    ...ACTION_DEFINITIONS.revoke_access,
    async execute(batch) {
      const grants = await endGrants(batch);
      const ended = new Map<string, number>();
      const effects: Effect[] = [];
      const users = batch.tasks.map(({ userId }) => userId);
      const found = await batch.tx.query<{ user_id: string }>(WITH_SESSIONS, [batch.tenantId, users]);
      const concerned = new Set(found.map((row) => row.user_id));
      const having = batch.tasks.filter(({ userId }) => concerned.has(userId));
      const revoked = await endSessions(batch, having);
      for (const { runId, position, userId } of having) {
        const theirs = revoked.filter((session) => session.userId === userId);
        ended.set(runId, theirs.length);
        // They ended with the change; that is their time in the receipt.
        for (const { id, revokedAt } of theirs)
          effects.push({ runId, position, kind: 'session_ended', subject: id, from: userId, at: revokedAt });
      }
      await recordEffects(batch.tx, batch.tenantId, effects);
      return new Map(
        batch.tasks.map(({ runId }): [string, Outcome] => [
          runId,
          { state: 'done', result: { sessions: ended.get(runId) ?? 0, grants: grants.get(runId) ?? 0 } },
        ]),
      );
    },
    describe: {
      en: ({ sessions: count, grants }) =>
        `${counted(count, 'session', 'sessions')} and ${counted(grants, 'grant', 'grants')} ended.`,
      de: ({ sessions: count, grants }) =>
        `${counted(count, 'Sitzung', 'Sitzungen')} und ${counted(grants, 'befristete Freigabe', 'befristete Freigaben')} beendet.`,
    },
    undo: returnGrants,
  };

  async function endSessions({ tx, tenantId }: ActionBatch, tasks: readonly ActionTask[]): Promise<RevokedSession[]> {
    const users = tasks.map(({ userId, requestedAt: at }) => ({ userId, at }));
    return users.length ? sessions.revokeAllOf(tx, tenantId, users, 'user_deactivated') : [];
  }
}

async function endGrants(batch: ActionBatch): Promise<ReadonlyMap<string, number>> {
  const { tx, tenantId, at, tasks } = batch;
  const values = [tenantId, ...taskColumns(batch), at, tasks.map(({ requestedAt }) => requestedAt)];
  const count = new Map<string, number>();
  for (const { run_id, user_id, data, begun } of await tx.query<GrantRow>(END_GRANTS, values)) {
    count.set(run_id, (count.get(run_id) ?? 0) + 1);
    batch.tell({
      type: 'access.grant_revoked',
      subjectType: 'User',
      subjectId: user_id,
      data: { ...data, begun },
    });
  }
  return count;
}

/** Grants that would still run do so again; sessions stay ended. */
async function returnGrants(batch: ActionBatch, runIds: readonly string[]): Promise<void> {
  const { tx, tenantId, at } = batch;
  for (const { user_id, data } of await tx.query<GrantRow>(RETURN_GRANTS, [tenantId, runIds, at]))
    batch.tell({
      type: 'access.grant_created',
      subjectType: 'User',
      subjectId: user_id,
      data: { ...data, restored: true },
    });
  await markUndone(batch, runIds, 'grant_ended');
}
