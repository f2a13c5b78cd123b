import { statement, type Statement } from '@provost/entities';
import { insertEvents } from '@provost/event-log';

/** Number of the first of the nine event parameters in both statements. */
export const EVENT_PARAMETERS = 12;

/**
 * Changes a group's attributes and members and appends the events, in one statement.
 * $1 tenant, $2 group, $3 ids to add, $4 ids to remove, $5 values that are no ids, $6 expected version or null,
 * $7 resource or null (attributes stay), $8 displayName, $9 its key, $10 externalId, $11 whether unknown ids are events,
 * $12… the events of the attributes, whose first two are the time and the context of the members' events as well.
 *
 * The group's row is locked first, so that its version counts every change. A statement that waited for that lock still
 * sees the members as they were when it began: for single additions and removals the outcome is that of running
 * before the other, which is as good an order; a replacement needs to see the other's rows and therefore takes the lock in a
 * statement of its own before (groups.ts).
 *
 * Whoever joins is held by a key share, so that a deletion of them comes wholly before or wholly after. All of us lock the
 * group first and its members then; the group's own lock lets key shares pass, so groups may join each other at once.
 */
const delta = (gone: string, attributes: boolean) => `
  WITH target AS (SELECT g.id, g.display_name FROM groups g
      WHERE g.tenant_id = $1::uuid AND g.id = $2::uuid AND ($6::int IS NULL OR g.version = $6::int) FOR NO KEY UPDATE),
    wanted AS (SELECT DISTINCT v AS id FROM unnest($3::uuid[]) v),
    fresh AS (SELECT w.id FROM wanted w, target WHERE NOT EXISTS (SELECT FROM memberships m
      WHERE m.tenant_id = $1::uuid AND m.group_id = $2::uuid AND m.member_id = w.id)),
    people AS (SELECT u.id FROM users u WHERE u.tenant_id = $1::uuid AND u.id IN (SELECT id FROM fresh) FOR KEY SHARE),
    nested AS (SELECT g.id FROM groups g WHERE g.tenant_id = $1::uuid AND g.id IN (SELECT id FROM fresh) FOR KEY SHARE),
    valid AS (SELECT id, 'User' AS type FROM people UNION ALL SELECT id, 'Group' FROM nested),
    unknown AS (SELECT id::text AS id FROM fresh WHERE id NOT IN (SELECT id FROM valid)
      UNION ALL SELECT v FROM unnest($5::text[]) v, target),
    ins AS (INSERT INTO memberships (tenant_id, group_id, member_id, member_type)
      SELECT $1::uuid, $2::uuid, valid.id, valid.type FROM valid ON CONFLICT DO NOTHING RETURNING member_id, member_type),
    del AS (DELETE FROM memberships m USING target WHERE m.tenant_id = $1::uuid AND m.group_id = $2::uuid AND ${gone}
      RETURNING m.member_id, m.member_type),
    touched AS (UPDATE groups g SET version = g.version + 1, updated_at = $12::timestamptz,
        member_count = g.member_count + (SELECT count(*) FROM ins) - (SELECT count(*) FROM del),
        resource = coalesce($7::json, g.resource), display_name = coalesce($8::text, g.display_name),
        display_name_key = coalesce($9::text, g.display_name_key),
        external_id = CASE WHEN $7::json IS NULL THEN g.external_id ELSE $10::text END
      FROM target WHERE g.tenant_id = $1::uuid AND g.id = target.id
        AND ($7::json IS NOT NULL OR EXISTS (SELECT FROM ins) OR EXISTS (SELECT FROM del))
      RETURNING g.version),
    moved AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data)
      SELECT $1::uuid, uuid_v7(), $12::timestamptz, x.type, x.member_type, x.member_id, $2::uuid, $13::json,
        json_build_object('group', coalesce($8::text, target.display_name))
      FROM target, (SELECT 'group.member_removed' AS type, member_type, member_id FROM del
        UNION ALL SELECT 'group.member_added', member_type, member_id FROM ins) x),
    strangers AS (INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context, data)
      SELECT $1::uuid, uuid_v7(), $12::timestamptz, 'sync.member_unknown', 'Group', $2::uuid, $2::uuid, $13::json,
        json_build_object('members', (SELECT json_agg(id) FROM unknown))
      WHERE $11::boolean AND EXISTS (SELECT FROM unknown))${
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

export interface DeltaRow {
  /** False: no such group, or it has another version. */
  found: boolean;
  /** The new version; null when nothing changed. */
  version: number | null;
  unknown: string[];
  added: number;
  removed: number;
}
