import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { type EventRow, EventSignal } from '@provost/event-log';
import { PeopleScan } from '../mapping';
import { AccessWithout, type Reached } from './access-without';
import { LIFECYCLE_CONTEXT } from './run-work';

/** What decides whom the rollout reaches: its document, and those that make the fields of profiles that its conditions ask for. */
const DOCUMENTS = new Set(['rollout', 'attribute_mappings', 'sync_config']);
const PERSONAL = /^(user\.(created|updated|reactivated|restored)|group\.member_(added|removed))$/;

/**
 * Keeps who is staged, and tells those who no longer are: one statement, so each is told once. Whoever is inactive is told when they
 * are active. $1 tenant, $2 users, $3 whether each is staged, $4 whether active, $5 time, $6 context.
 */
const FOLLOW = statement(
  'lifecycle.follow_staged',
  `WITH p AS (SELECT * FROM ROWS FROM (unnest($2::uuid[]), unnest($3::boolean[]), unnest($4::boolean[])) AS p (id, staged, active)),
     kept AS (INSERT INTO lifecycle_staged (tenant_id, user_id, since)
       SELECT $1::uuid, p.id, $5::timestamptz FROM p WHERE p.staged ON CONFLICT DO NOTHING),
     gone AS (DELETE FROM lifecycle_staged s USING p
       WHERE s.tenant_id = $1::uuid AND s.user_id = p.id AND NOT p.staged AND p.active RETURNING s.user_id, s.since)
   INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
   SELECT $1::uuid, uuid_v7(), $5::timestamptz, 'lifecycle.rollout_reached', 'User', gone.user_id, $6::json,
     json_build_object('stagedSince', gone.since) FROM gone ORDER BY gone.user_id RETURNING id`,
);

/** Follows the rollout: whom it reaches arrives then (contract §5), by an event that says so. */
@Injectable()
export class StagedPeople {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(AccessWithout) private readonly access: AccessWithout,
    @Inject(PeopleScan) private readonly scan: PeopleScan,
  ) {}

  /** @param events of one tenant that has a rollout, in their order */
  async follow(tenantId: string, events: readonly EventRow[]): Promise<void> {
    const concerned = await this.concerned(tenantId, events);
    if (concerned !== 'everybody' && !concerned.length) return;
    let reached = 0;
    for await (const page of this.access.reached(tenantId, concerned)) reached += await this.keep(tenantId, page);
    if (reached) this.signal.announce();
  }

  private async concerned(tenantId: string, events: readonly EventRow[]): Promise<string[] | 'everybody'> {
    const people = new Set<string>();
    const groups = new Set<string>();
    for (const { type, subject_type: subject, subject_id: id, data } of events) {
      if (type === 'config.changed' && DOCUMENTS.has(data?.name as string)) return 'everybody';
      if (subject === 'User' && PERSONAL.test(type)) people.add(id!);
      // Phases know groups by their names, and count the people of groups in them.
      if (subject === 'Group' && (type === 'group.updated' || PERSONAL.test(type))) groups.add(id!);
    }
    if (groups.size) for (const id of await this.scan.below(tenantId, [...groups])) people.add(id);
    return [...people];
  }

  private async keep(tenantId: string, page: readonly Reached[]): Promise<number> {
    const told = await this.db.run({ tenantId }, FOLLOW, [
      tenantId,
      page.map(({ id }) => id),
      page.map(({ staged }) => staged),
      page.map(({ active }) => active),
      new Date(),
      JSON.stringify(LIFECYCLE_CONTEXT),
    ]);
    return told.length;
  }
}
