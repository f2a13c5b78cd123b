import { changes, Conflict, type Json, type JsonObject, type ResourceType } from '@provost/scim-protocol';
import { statement, uuidV7, type TenantTransaction } from '@provost/entities';
import { insertEvents, eventValues } from '@provost/event-log';
import { userNameTaken, violatedConstraint } from './faults';
import { idTime } from './id-time';
import { ADD_PEOPLE } from './member-statements';
import type { PersonContext } from './request-context';
import { storedUser, userRow } from './user-row';

/**
 * Somebody who was deleted is there again, under the id that they had. No version that a client may remember comes again, and no
 * session either: both count on from what there was. $1 tenant, $2 id, $12… the event.
 */
const RESTORE = statement(
  'user.restore',
  `WITH u AS (
     INSERT INTO users (tenant_id, id, user_name, user_name_key, external_id, display_name, search_key, active, created_at,
       updated_at, resource, version, session_epoch)
     SELECT $1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::boolean, $9::timestamptz, $12::timestamptz, $10::json,
       (SELECT count(*) FROM events o WHERE o.tenant_id = $1::uuid AND o.subject_id = $2::uuid)::int + 1,
       (SELECT coalesce(max(s.epoch), 0) FROM sessions s WHERE s.tenant_id = $1::uuid AND s.user_id = $2::uuid) + 1
     RETURNING id),
   t AS (INSERT INTO user_terms (tenant_id, term, user_id) SELECT $1::uuid, v, u.id FROM u, unnest($11::bigint[]) v),
   e AS (${insertEvents('$1::uuid', 12, ', u')})
   SELECT id FROM u`,
);

/**
 * Brings somebody back who was deleted, active and in the groups that they were in, in the caller's transaction; the caller
 * announces. Their key in the log must be there still.
 * @param resource as it was when they were deleted, without its schemas
 * @param groups ids; those that are gone since are passed over
 * @throws Conflict uniqueness when somebody else has the userName now, or they are back already
 */
export async function restoreUser(
  tx: TenantTransaction,
  ctx: PersonContext,
  type: ResourceType,
  id: string,
  deleted: { readonly resource: JsonObject; readonly groups: readonly string[]; readonly key: Buffer },
): Promise<void> {
  const { tenantId } = ctx.scope;
  const extensions = Object.keys(deleted.resource).filter((name) => type.extension(name));
  const schemas: Json = [type.spec.schema.id, ...extensions];
  const resource = storedUser(id, { ...deleted.resource, schemas, active: true });
  const row = userRow(type, resource);
  const list = changes(type, undefined, resource);
  const event = {
    type: 'user.restored' as const,
    ...{ subjectType: 'User', subjectId: id, data: { paths: list.map((change) => change.path) } },
    personal: { userName: row.userName, changes: list },
  };
  const at = new Date();
  const own = [
    ...[tenantId, id, row.userName, row.userNameKey, row.externalId, row.displayName, row.searchKey, row.active],
    ...[idTime(id), row.resource, row.terms],
  ];
  try {
    await tx.query(RESTORE, [...own, ...eventValues(at, ctx.event, [event], deleted.key)]);
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'users_user_name_key') throw userNameTaken(row.userName);
    if (constraint !== undefined)
      throw new Conflict(`The user "${row.userName}" is there again already.`, 'uniqueness');
    throw error;
  }
  // One after the other in the order of their ids, as whoever deletes a person locks them.
  for (const group of [...deleted.groups].sort())
    await tx.query(ADD_PEOPLE, [tenantId, group, [id], [uuidV7()], at, JSON.stringify(ctx.event)]);
}
