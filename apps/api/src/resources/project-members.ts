import { Inject, Injectable } from '@nestjs/common';
import { isUuid, statement, TenantDatabase, type TenantTransaction } from '@provost/entities';
import { type EventContext, EventSignal, eventValues, insertEvents, type NewEvent } from '@provost/event-log';
import { invalid, problem } from '../http';
import { isKey } from './resource-key';

// One event for each member who really came or went, however many: the rows never leave the database.
const SET = statement(
  'project.set_members',
  `WITH gone AS (
     DELETE FROM project_members m WHERE m.tenant_id = $1::uuid AND m.project_key = $2
       AND NOT EXISTS (SELECT FROM unnest($3::uuid[]) AS i (id) WHERE i.id = m.user_id) RETURNING m.user_id),
   come AS (
     INSERT INTO project_members (tenant_id, project_key, user_id)
     SELECT $1::uuid, $2, i.id FROM unnest($3::uuid[]) AS i (id) ON CONFLICT DO NOTHING RETURNING user_id),
   e AS (
     INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
     SELECT $1::uuid, uuid_v7(), $4::timestamptz, m.type, 'User', m.user_id, $5::json, json_build_object('project', $2::text)
     FROM (SELECT 'resource.project_member_removed' AS type, user_id FROM gone
       UNION ALL SELECT 'resource.project_member_added', user_id FROM come) m)
   SELECT (SELECT count(*)::int FROM come) + (SELECT count(*)::int FROM gone) AS moved`,
);
const ADD = statement(
  'project.add_member',
  `WITH p AS (SELECT key FROM projects WHERE tenant_id = $1::uuid AND key = $2 FOR KEY SHARE),
   u AS (SELECT id FROM users WHERE tenant_id = $1::uuid AND id = $3::uuid),
   come AS (
     INSERT INTO project_members (tenant_id, project_key, user_id) SELECT $1::uuid, p.key, u.id FROM p, u
     ON CONFLICT DO NOTHING RETURNING user_id),
   e AS (${insertEvents('$1::uuid', 4, ', come')})
   SELECT EXISTS (SELECT FROM p) AS project, EXISTS (SELECT FROM u) AS person, EXISTS (SELECT FROM come) AS added`,
);
const REMOVE = statement(
  'project.remove_member',
  `WITH gone AS (
     DELETE FROM project_members WHERE tenant_id = $1::uuid AND project_key = $2 AND user_id = $3::uuid RETURNING user_id),
   e AS (${insertEvents('$1::uuid', 4, ', gone')})
   SELECT user_id FROM gone`,
);

/** A list of the members of the project `p`, as JSON. Whoever was deleted from the directory is a member of nothing. */
export const MEMBERS_OF_P = `(SELECT coalesce(json_agg(m.user_id ORDER BY m.user_id), '[]'::json) FROM project_members m
  JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
  WHERE m.tenant_id = p.tenant_id AND m.project_key = p.key)`;

/**
 * Makes these the members of a project that the transaction has locked.
 * @returns how many came and went
 */
export async function setMembers(
  tx: TenantTransaction,
  tenantId: string,
  key: string,
  members: readonly string[],
  context: EventContext,
  at: Date,
): Promise<number> {
  const [row] = await tx.query<{ moved: number }>(SET, [tenantId, key, members, at, JSON.stringify(context)]);
  return row!.moved;
}

/** Who is in a project, one person at a time (contract §6). */
@Injectable()
export class ProjectMembers {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /** @returns false when the user was in it already. @throws Problem 404 for the project, 400 for the user */
  async add(tenantId: string, key: string, userId: string, context: EventContext): Promise<boolean> {
    if (!isKey(key)) throw unknownProject();
    const event = memberEvent('added', key, userId);
    const [row] = await this.db.run<{ project: boolean; person: boolean; added: boolean }>({ tenantId }, ADD, [
      ...[tenantId, key, userId],
      ...eventValues(new Date(), context, [event]),
    ]);
    if (!row!.project) throw unknownProject();
    if (!row!.person) throw invalid([{ pointer: '/userId', detail: 'is not the SCIM id of a user' }]);
    this.signal.announce();
    return row!.added;
  }

  /** @throws Problem 404 when there is no such project, or the user is not in it */
  async remove(tenantId: string, key: string, userId: string, context: EventContext): Promise<void> {
    const values = [tenantId, key, userId, ...eventValues(new Date(), context, [memberEvent('removed', key, userId)])];
    const gone = isKey(key) && isUuid(userId) ? await this.db.run({ tenantId }, REMOVE, values) : [];
    if (!gone.length) throw problem(404, 'The user is not a member of a project of that key.');
    this.signal.announce();
  }
}

export function unknownProject() {
  return problem(404, 'There is no project of that key.');
}

function memberEvent(what: 'added' | 'removed', project: string, userId: string): NewEvent {
  return { type: `resource.project_member_${what}`, subjectType: 'User', subjectId: userId, data: { project } };
}
