import type { ParsedResource, ResourceType } from '@provost/scim-protocol';
import { type Ask, binaryArrays, statement, type SharedWrite } from '@provost/entities';
import {
  eventRowValues,
  insertEventRows,
  newSubjectKey,
  type WrittenEvents,
  WriteStatement,
  type EventContext,
} from '@provost/event-log';
import { idTime } from './id-time';
import { storedUser, userEvents, userRow, type UserRow } from './user-row';

/** Somebody who is to be created: what is stored, and the events that tell it. */
export interface NewUser extends WrittenEvents {
  readonly id: string;
  readonly row: UserRow;
  readonly key: Buffer;
}

/** @param id a fresh UUIDv7, whose time is that of the creation @param context of the request that creates them */
export function newUser(type: ResourceType, id: string, parsed: ParsedResource, context: EventContext): NewUser {
  const resource = storedUser(id, parsed.resource);
  const events = userEvents(type, id, undefined, resource, parsed.password !== undefined);
  return { id, at: idTime(id), row: userRow(type, resource), key: newSubjectKey(), context, events };
}

const ALONE = new WriteStatement(
  'user.create',
  13,
  'u',
  (insert) => `WITH u AS (
     INSERT INTO users (tenant_id, id, user_name, user_name_key, external_id, display_name, search_key, active,
       created_at, updated_at, resource)
     VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9::timestamptz, $9::timestamptz, $10::json) RETURNING id),
   t AS (INSERT INTO user_terms (tenant_id, term, user_id) SELECT $1::uuid, v, u.id FROM u, unnest($11::bigint[]) v),
   k AS (INSERT INTO subject_keys (tenant_id, subject_id, key) SELECT $1::uuid, u.id, $12 FROM u),
   e AS (${insert})
   SELECT id FROM u`,
);
/**
 * The people, their terms and their keys; the events are to follow. The parameters are those of togetherValues.
 * @param among what joins the rows of a part, by their column of the user's id, to those who were created; '' when all were
 */
function insertUsers(onConflict: string, among: (id: string) => string): string {
  return `WITH u AS (
     INSERT INTO users (tenant_id, id, user_name, user_name_key, external_id, display_name, search_key, active,
       created_at, updated_at, resource)
     SELECT $1::uuid, v.id, v.user_name, v.user_name_key, v.external_id, v.display_name, v.search_key, v.active,
       v.created_at, v.created_at, v.resource
     FROM ROWS FROM (unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
       unnest($7::text[]), unnest($8::boolean[]), unnest($9::timestamptz[]), unnest($10::json[]))
       AS v (id, user_name, user_name_key, external_id, display_name, search_key, active, created_at, resource)${onConflict}),
   t AS (INSERT INTO user_terms (tenant_id, term, user_id)
     SELECT $1::uuid, v.term, v.user_id FROM ROWS FROM (unnest($11::bigint[]), unnest($12::uuid[])) AS v (term, user_id)${among('v.user_id')}),
   k AS (INSERT INTO subject_keys (tenant_id, subject_id, key)
     SELECT $1::uuid, v.id, v.key FROM ROWS FROM (unnest($2::uuid[]), unnest($13::bytea[])) AS v (id, key)${among('v.id')})`;
}

/** A userName that is taken fails the whole. */
const TOGETHER = statement('user.create_together', `${insertUsers('', () => '')} ${insertEventRows('$1::uuid', 14)}`);
/** Whose userName is taken is left out. The ids of the others are told. */
const LEAVING_OUT = statement(
  'user.create_leaving_out',
  `${insertUsers(' ON CONFLICT (tenant_id, user_name_key) DO NOTHING RETURNING id', (id) => ` JOIN u ON u.id = ${id}`)},
   e AS (${insertEventRows('$1::uuid', 14, ' JOIN u ON u.id = e.subject_id')})
   SELECT id FROM u`,
);

/** Creates somebody in a tenant with their key and their events. Fails on `users_user_name_key` when the userName is taken. */
export const CREATE_USER: SharedWrite<{ readonly tenantId: string; readonly user: NewUser }> = {
  name: 'user.create',
  alone({ tenantId, user: { id, at, row, key, context, events } }) {
    const own = [
      ...[tenantId, id, row.userName, row.userNameKey, row.externalId, row.displayName, row.searchKey, row.active],
      ...[at, row.resource, row.terms, key],
    ];
    const [alone, values] = ALONE.for(own, at, context, events, key);
    return { statement: alone, values };
  },
  together: (calls) => ({
    statement: TOGETHER,
    values: togetherValues(
      calls[0]!.tenantId,
      calls.map(({ user }) => user),
    ),
  }),
};

/** Creates people as CREATE_USER.together does, except those whose userName is taken. */
export function createLeavingOut(tenantId: string, users: readonly NewUser[]): Ask {
  return { statement: LEAVING_OUT, values: togetherValues(tenantId, users) };
}

function togetherValues(tenantId: string, users: readonly NewUser[]): unknown[] {
  const { uuid, text, boolean, timestamptz, json, bigint, bytea } = binaryArrays;
  return [
    tenantId,
    uuid(users.map(({ id }) => id)),
    text(users.map(({ row }) => row.userName)),
    text(users.map(({ row }) => row.userNameKey)),
    text(users.map(({ row }) => row.externalId)),
    text(users.map(({ row }) => row.displayName)),
    text(users.map(({ row }) => row.searchKey)),
    boolean(users.map(({ row }) => row.active)),
    timestamptz(users.map(({ at }) => at)),
    json(users.map(({ row }) => row.resource)),
    bigint(users.flatMap(({ row }) => row.terms)),
    uuid(users.flatMap(({ id, row }) => row.terms.map(() => id))),
    bytea(users.map(({ key }) => key)),
    ...eventRowValues(users),
  ];
}
