import { statement } from '@provost/entities';

/** The groups of one user, direct and indirect, as JSON text. */
export interface IndirectRow {
  user_id: string;
  groups: string;
}

/**
 * A lateral subquery with one row: the groups that list the user, as JSON text (null when there is none), and whether one of
 * them is itself in a group, so that the rarer question for indirect ones is only asked where it has an answer.
 * @param ref parameter with the URL that a group's id is appended to
 */
export function userGroupsExpression(tenant: string, user: string, ref: string): string {
  return `SELECT json_agg(json_build_object('value', g.id, '$ref', ${ref}::text || g.id::text, 'display', g.display_name,
      'type', 'direct') ORDER BY g.id)::text AS groups,
    bool_or(EXISTS (SELECT FROM memberships p WHERE p.tenant_id = ${tenant} AND p.member_id = g.id)) AS nested
    FROM memberships m JOIN groups g ON g.tenant_id = ${tenant} AND g.id = m.group_id
    WHERE m.tenant_id = ${tenant} AND m.member_id = ${user}`;
}

/** RFC 7643 §4.1.2 `groups`: direct and indirect memberships. UNION, not UNION ALL: groups may contain each other. */
export const MEMBERSHIPS_OF_USERS = statement(
  'user.groups_of',
  `WITH RECURSIVE up (user_id, group_id) AS (
     SELECT m.member_id, m.group_id FROM memberships m WHERE m.tenant_id = $1::uuid AND m.member_id = ANY($2::uuid[])
     UNION
     SELECT up.user_id, m.group_id FROM up JOIN memberships m ON m.tenant_id = $1::uuid AND m.member_id = up.group_id)
   SELECT up.user_id, json_agg(json_build_object('value', g.id, '$ref', $3::text || g.id::text, 'display', g.display_name,
     'type', CASE WHEN EXISTS (SELECT FROM memberships d WHERE d.tenant_id = $1::uuid AND d.group_id = g.id
       AND d.member_id = up.user_id) THEN 'direct' ELSE 'indirect' END) ORDER BY g.id)::text AS groups
   FROM up JOIN groups g ON g.tenant_id = $1::uuid AND g.id = up.group_id GROUP BY up.user_id`,
);

/** The member of the user's JSON object. */
export function userGroupsText(groups: string | null): string {
  return `"groups":${groups ?? '[]'}`;
}
