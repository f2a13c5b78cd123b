import { statement, type Statement } from '@provost/entities';
import { insertEvents } from '@provost/event-log';

/** Number of the first of the nine event parameters in both statements. */
export const EVENT_PARAMETERS = 11;

/**
 * Changes a group's attributes and members and appends the events, in one statement.
 * $1 tenant, $2 group, $3 ids to add, $4 ids to remove, $5 values that are no ids,
 * $6 resource or null (attributes stay), $7 displayName, $8 its key, $9 externalId, $10 whether unknown ids are events,
 * $11… the events of the attributes, whose first two are the time and the context of the members' events as well.
 *
 * The group's row is locked first, so that its version counts every change. A statement that waited for that lock still
 * sees the members as they were when it began: for single additions and removals the outcome is that of running
 * before the other, which is as good an order; a replacement needs to see the other's rows and therefore takes the lock in a
 * statement of its own before (groups.ts).
 *
 * Whoever joins is held by a key share, so that a deletion of them comes wholly before or wholly after. All of us lock the
 * group first and its members then; the group's own lock lets key shares pass, so groups may join each other at once.
 *
 * Scalar and lateral subqueries look each id up by its key. Joins would leave the choice to the planner, and for one id
 * it chose to read all members of a large group.
 */
const delta = (gone: string, attributes: boolean) => `
  WITH target AS (SELECT g.id, g.display_name FROM groups g
      WHERE g.tenant_id = $1::uuid AND g.id = $2::uuid FOR NO KEY UPDATE),
    wanted AS (SELECT DISTINCT v AS id FROM unnest($3::uuid[]) v),
    fresh AS (SELECT w.id FROM wanted w, target WHERE (SELECT true FROM memberships m
      WHERE m.tenant_id = $1::uuid AND m.group_id = $2::uuid AND m.member_id = w.id) IS NULL),
    people AS (SELECT u.id FROM fresh f, LATERAL (SELECT u.id FROM users u
      WHERE u.tenant_id = $1::uuid AND u.id = f.id FOR KEY SHARE) u),
    nested AS (SELECT g.id FROM fresh f, LATERAL (SELECT g.id FROM groups g
      WHERE g.tenant_id = $1::uuid AND g.id = f.id FOR KEY SHARE) g),
    valid AS (SELECT id, 'User' AS type FROM people UNION ALL SELECT id, 'Group' FROM nested),
    unknown AS (SELECT id::text AS id FROM fresh WHERE id NOT IN (SELECT id FROM valid)
      UNION ALL SELECT v FROM unnest($5::text[]) v, target),
    ins AS (INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
      SELECT $1::uuid, $2::uuid, valid.id, valid.type FROM valid ON CONFLICT DO NOTHING RETURNING member_id, member_type),
    del AS (DELETE FROM memberships m USING target WHERE m.tenant_id = $1::uuid AND m.group_id = $2::uuid AND ${gone}
      RETURNING m.member_id, m.member_type),
    touched AS (UPDATE groups g SET version = g.version + 1, updated_at = $11::timestamptz,
        member_count = g.member_count + (SELECT count(*) FROM ins) - (SELECT count(*) FROM del),
        resource = coalesce($6::json, g.resource), display_name = coalesce($7::text, g.display_name),
        display_name_key = coalesce($8::text, g.display_name_key),
        external_id = CASE WHEN $6::json IS NULL THEN g.external_id ELSE $9::text END
      FROM target WHERE g.tenant_id = $1::uuid AND g.id = target.id
        AND ($6::json IS NOT NULL OR EXISTS (SELECT FROM ins) OR EXISTS (SELECT FROM del))
      RETURNING g.version),
    moved AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data)
      SELECT $1::uuid, uuid_v7(), $11::timestamptz, x.type, x.member_type, x.member_id, $2::uuid, $12::json,
        json_build_object('group', coalesce($7::text, target.display_name))
      FROM target, (SELECT 'group.member_removed' AS type, member_type, member_id FROM del
        UNION ALL SELECT 'group.member_added', member_type, member_id FROM ins) x),
    strangers AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data)
      SELECT $1::uuid, uuid_v7(), $11::timestamptz, 'sync.member_unknown', 'Group', $2::uuid, $2::uuid, $12::json,
        json_build_object('members', (SELECT json_agg(id) FROM unknown))
      WHERE $10::boolean AND EXISTS (SELECT FROM unknown))${
        attributes ? `,\n    e AS (${insertEvents('$1::uuid', EVENT_PARAMETERS, ', target')})` : ''
      }
  SELECT (SELECT id FROM target) IS NOT NULL AS found, (SELECT version FROM touched) AS version,
    ARRAY(SELECT id FROM unknown) AS unknown, (SELECT count(*)::int FROM ins) AS added, (SELECT count(*)::int FROM del) AS removed`;

const LISTED = 'm.member_id = ANY($4::uuid[])';
const OTHERS = 'NOT EXISTS (SELECT FROM wanted w WHERE w.id = m.member_id) AND $4::uuid[] IS NOT NULL';
const STATEMENTS = {
  delta: statement('group.members_delta', delta(LISTED, false)),
  reset: statement('group.members_reset', delta(OTHERS, false)),
  deltaWithAttributes: statement('group.change_delta', delta(LISTED, true)),
  resetWithAttributes: statement('group.change_reset', delta(OTHERS, true)),
};

/**
 * The statement for a delta. Without events of the attributes it takes only their first two parameters.
 * @param reset whoever is not added goes
 */
export function membersStatement(reset: boolean, attributes: boolean): Statement {
  if (attributes) return reset ? STATEMENTS.resetWithAttributes : STATEMENTS.deltaWithAttributes;
  return reset ? STATEMENTS.reset : STATEMENTS.delta;
}

/**
 * The commonest delta, people who join, in its shortest form: $1 tenant, $2 group, $3 their ids, $4 an event's id for each,
 * $5 the time, $6 the context. It does nothing when one of the ids is no user's: that is for membersStatement.
 */
export const ADD_PEOPLE = statement(
  'group.add_people',
  `WITH target AS (SELECT g.id, g.display_name FROM groups g
      WHERE g.tenant_id = $1::uuid AND g.id = $2::uuid FOR NO KEY UPDATE),
    people AS (SELECT u.id FROM target, unnest($3::uuid[]) AS w (id), LATERAL (SELECT u.id FROM users u
      WHERE u.tenant_id = $1::uuid AND u.id = w.id FOR KEY SHARE) u),
    ins AS (INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
      SELECT $1::uuid, $2::uuid, p.id, 'User' FROM people p
      WHERE (SELECT count(*) FROM people) = cardinality($3::uuid[]) ON CONFLICT DO NOTHING RETURNING member_id),
    touched AS (UPDATE groups g SET version = g.version + 1, updated_at = $5::timestamptz, member_count = g.member_count + c.n
      FROM (SELECT count(*) AS n FROM ins) c WHERE g.tenant_id = $1::uuid AND g.id = $2::uuid AND c.n > 0),
    moved AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data)
      SELECT $1::uuid, w.event, $5::timestamptz, 'group.member_added', 'User', w.id, $2::uuid, $6::json,
        json_build_object('group', target.display_name)
      FROM target, ins JOIN ROWS FROM (unnest($3::uuid[]), unnest($4::uuid[])) AS w (id, event) ON w.id = ins.member_id)
  SELECT EXISTS (SELECT FROM target) AS found, (SELECT count(*)::int FROM people) AS known`,
);

/** The same for one person, $3, and the id of one event, $4: nothing to unnest, join and count. */
export const ADD_PERSON = statement(
  'group.add_person',
  `WITH target AS (SELECT g.id, g.display_name FROM groups g
      WHERE g.tenant_id = $1::uuid AND g.id = $2::uuid FOR NO KEY UPDATE),
    person AS (SELECT u.id FROM target, LATERAL (SELECT u.id FROM users u
      WHERE u.tenant_id = $1::uuid AND u.id = $3::uuid FOR KEY SHARE) u),
    ins AS (INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
      SELECT $1::uuid, $2::uuid, p.id, 'User' FROM person p ON CONFLICT DO NOTHING RETURNING member_id),
    touched AS (UPDATE groups g SET version = g.version + 1, updated_at = $5::timestamptz, member_count = g.member_count + 1
      FROM ins WHERE g.tenant_id = $1::uuid AND g.id = $2::uuid),
    moved AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data)
      SELECT $1::uuid, $4::uuid, $5::timestamptz, 'group.member_added', 'User', ins.member_id, $2::uuid, $6::json,
        json_build_object('group', target.display_name) FROM target, ins)
  SELECT EXISTS (SELECT FROM target) AS found, (SELECT count(*)::int FROM person) AS known`,
);

export interface DeltaRow {
  /** False: no such group, or it has another version. */
  found: boolean;
  /** The new version; null when nothing changed. */
  version: number | null;
  unknown: string[];
  added: number;
  removed: number;
}
