import type { ParsedResource, ResourceType } from '@provost/scim-protocol';
import { statement, type TenantDatabase } from '@provost/entities';
import { eventValues, insertEvents, newSubjectKey, type EventSignal } from '@provost/event-log';
import { sealEvent } from '@provost/event-log';
import { userNameTaken } from './faults';
import { idTime } from './id-time';
import { etag, type Rendered } from './rendering';
import type { RequestContext } from './request-context';
import { storedUser, userEvents, userRow } from './user-row';

const CREATE_MANY = statement(
  'user.create_many',
  `WITH u AS (
     INSERT INTO users (tenant_id, id, user_name, user_name_key, external_id, display_name, search_key, active,
       created_at, updated_at, resource)
     SELECT $1::uuid, v.id, v.user_name, v.user_name_key, v.external_id, v.display_name, v.search_key, v.active,
       v.created_at, v.created_at, v.resource::json
     FROM ROWS FROM (unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
       unnest($7::text[]), unnest($8::boolean[]), unnest($9::timestamptz[]), unnest($10::text[]))
       AS v (id, user_name, user_name_key, external_id, display_name, search_key, active, created_at, resource)
     ON CONFLICT (tenant_id, user_name_key) DO NOTHING RETURNING id),
   k AS (INSERT INTO subject_keys (tenant_id, subject_id, key)
     SELECT $1::uuid, v.id, v.key FROM ROWS FROM (unnest($2::uuid[]), unnest($11::bytea[])) AS v (id, key) JOIN u USING (id)),
   t AS (INSERT INTO user_terms (tenant_id, term, user_id)
     SELECT $1::uuid, v.term, v.id FROM ROWS FROM (unnest($12::bigint[]), unnest($13::uuid[])) AS v (term, id) JOIN u USING (id)),
   e AS (${insertEvents('$1::uuid', 14, ' JOIN u ON u.id = e.subject_id')})
   SELECT id FROM u`,
);

export interface BatchedUser {
  readonly id: string;
  readonly parsed: ParsedResource;
}

/**
 * Creates many users in one statement: what a bulk of creates costs is one round trip and one commit.
 * @returns for each its rendering-free result in the same order: Rendered without a body, or Conflict for a taken userName
 */
export async function createUsers(
  db: TenantDatabase,
  signal: EventSignal,
  ctx: RequestContext,
  type: ResourceType,
  users: readonly BatchedUser[],
): Promise<(Omit<Rendered, 'text'> | ReturnType<typeof userNameTaken>)[]> {
  const at = new Date();
  const prepared = users.map(({ id, parsed }) => {
    const resource = storedUser(id, parsed.resource);
    const key = newSubjectKey();
    return {
      id,
      key,
      row: userRow(type, resource),
      events: userEvents(type, id, undefined, resource, parsed.password !== undefined),
    };
  });
  const events = prepared.flatMap((p) => p.events);
  const keys = new Map(prepared.map((p) => [p.id, p.key]));
  const eventColumns = eventValues(at, ctx.event, events);
  const ids = eventColumns[2] as string[];
  // Each event is encrypted with its own subject's key.
  eventColumns[8] = events.map((e, i) => (e.personal ? sealEvent(keys.get(e.subjectId)!, ids[i]!, e.personal) : null));
  const column = <T>(pick: (p: (typeof prepared)[number]) => T) => prepared.map(pick);
  const created = await db.run<{ id: string }>(ctx.scope, CREATE_MANY, [
    ctx.scope.tenantId,
    column((p) => p.id),
    column((p) => p.row.userName),
    column((p) => p.row.userNameKey),
    column((p) => p.row.externalId),
    column((p) => p.row.displayName),
    column((p) => p.row.searchKey),
    column((p) => p.row.active),
    column((p) => idTime(p.id)),
    column((p) => p.row.resource),
    column((p) => p.key),
    prepared.flatMap((p) => p.row.terms),
    prepared.flatMap((p) => p.row.terms.map(() => p.id)),
    ...eventColumns,
  ]);
  signal.announce();
  const there = new Set(created.map((row) => row.id));
  return prepared.map(({ id, row }) =>
    there.has(id)
      ? { id, version: etag(1), location: `${ctx.baseUrl}${type.spec.endpoint}/${id}` }
      : userNameTaken(row.userName),
  );
}
