import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { addDuration } from '@provost/access-policy';
import { isUuid, statement, TenantDatabase } from '@provost/entities';
import type { EventContext } from '@provost/event-log';
import { problem } from '../http';
import { DeletedPeople, erased } from './deleted-people';
import { PersonWrites } from './person-writes';
import { PlanReader } from './plan-reader';
import type { RunView } from './run-view';
import { RunsService } from './runs.service';

/** How long the answer waits for what is given back, which is done by a worker. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 15;

const STANDING = statement(
  'restoration.standing',
  `SELECT u.active, r.requested_at, r.erased_at, u.id IS NULL AND r.requested_at IS NULL AND EXISTS (SELECT FROM events e
       WHERE e.tenant_id = $1::uuid AND e.subject_id = $2::uuid AND e.type = 'user.deleted'
         AND e.occurred_at > now() - interval '5 seconds') AS unread
   FROM (SELECT) one
   LEFT JOIN users u ON u.tenant_id = $1::uuid AND u.id = $2::uuid
   LEFT JOIN LATERAL (SELECT r.requested_at, r.erased_at FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid
     AND r.user_id = $2::uuid AND r.rule = 'user_removal' AND r.superseded_at IS NULL ORDER BY r.event_seq DESC LIMIT 1) r ON true`,
);
/** The return that a removal was followed by. */
const RETURNED = statement(
  'restoration.returned',
  `SELECT r.id, r.next_at IS NULL AS settled FROM lifecycle_runs r WHERE r.tenant_id = $1::uuid AND r.user_id = $2::uuid
     AND r.rule = 'reactivation' AND r.requested_at >= $3::timestamptz ORDER BY r.event_seq DESC LIMIT 1`,
);

interface StandingRow {
  active: boolean | null;
  requested_at: Date | null;
  erased_at: Date | null;
  /** They were deleted a moment ago, and the lifecycle has not read of it yet. */
  unread: boolean;
}

/** Lets people return whom a rule has removed (contract §7). */
@Injectable()
export class Restorations {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(PersonWrites) private readonly people: PersonWrites,
    @Inject(DeletedPeople) private readonly deleted: DeletedPeople,
    @Inject(PlanReader) private readonly reader: PlanReader,
    @Inject(RunsService) private readonly runs: RunsService,
  ) {}

  /**
   * Activates somebody again, or puts whoever was deleted back into the directory and their groups, and answers when what was taken has been given back: content that nobody moved since, projects,
   * grants that still run. Their sessions stay ended.
   * @returns the run that gave it back; still under way when that takes long
   * @throws Problem 404; 409 when there is nothing to restore, or somebody else has the userName; 410 when it is too late
   */
  async restore(tenantId: string, userId: string, context: EventContext): Promise<RunView> {
    const row = isUuid(userId) ? await this.standing(tenantId, userId) : undefined;
    if (!row || (row.active === null && row.requested_at === null))
      throw problem(404, 'There is no user with this id; it is the id that SCIM answers.');
    await this.refuse(tenantId, row);
    const since = new Date();
    // Whoever is deleted in between is deleted after all.
    if (row.active === null || !(await this.people.activate(tenantId, userId, context)))
      await this.deleted.restore(tenantId, userId, context);
    const id = await this.followed(tenantId, userId, since);
    return this.runs.get(tenantId, id);
  }

  /** Whoever deletes and restores in one breath is ahead of the log's consumers: that is waited for. */
  private async standing(tenantId: string, userId: string): Promise<StandingRow | undefined> {
    for (; ; await delay(LOOK_MS)) {
      const [row] = await this.db.run<StandingRow>({ tenantId }, STANDING, [tenantId, userId]);
      if (!row?.unread) return row;
    }
  }

  private async refuse(tenantId: string, { active, requested_at, erased_at }: StandingRow): Promise<void> {
    if (erased_at) throw erased();
    if (active) throw problem(409, 'The user is active; there is nothing to restore.');
    if (!requested_at) throw problem(409, 'No rule has removed this user; activate them through SCIM.');
    const { retention } = await this.reader.rules(tenantId);
    if (retention && addDuration(requested_at, retention) < new Date())
      throw problem(410, 'The retention period has passed; the person is about to be erased.');
  }

  private async followed(tenantId: string, userId: string, since: Date): Promise<string> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await delay(LOOK_MS)) {
      const values = [tenantId, userId, since];
      const [run] = await this.db.run<{ id: string; settled: boolean }>({ tenantId }, RETURNED, values);
      if (run && (run.settled || Date.now() > deadline)) return run.id;
      if (Date.now() > deadline)
        throw problem(503, 'The user is active again; no worker has given back yet what was taken. It will be done.');
    }
  }
}
