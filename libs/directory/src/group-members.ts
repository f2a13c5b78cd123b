import { statement } from '@provost/entities';

/** A member as RFC 7643 §4.2 shows it; `m` is the membership, `u` and `n` the user or the nested group, outer-joined. */
export const MEMBER_JOINS = `LEFT JOIN users u ON m.member_type = 'User' AND u.tenant_id = $1::uuid AND u.id = m.member_id
   LEFT JOIN groups n ON m.member_type = 'Group' AND n.tenant_id = $1::uuid AND n.id = m.member_id`;
export const MEMBER_DISPLAY = `coalesce(u.display_name, u.user_name, n.display_name)`;

/** The members of groups as JSON text, a row a group; $2 group ids, $3 and $4 the URLs that ids are appended to. */
export const MEMBERS_OF_GROUP = statement(
  'group.members_of',
  `SELECT m.group_id, json_agg(json_build_object('value', m.member_id,
      '$ref', CASE m.member_type WHEN 'User' THEN $3::text ELSE $4::text END || m.member_id::text,
      'display', ${MEMBER_DISPLAY}, 'type', m.member_type) ORDER BY m.member_id)::text AS members
   FROM memberships m ${MEMBER_JOINS}
   WHERE m.tenant_id = $1::uuid AND m.group_id = ANY($2::uuid[]) GROUP BY m.group_id`,
);

export function membersUrls(baseUrl: string): [string, string] {
  return [`${baseUrl}/Users/`, `${baseUrl}/Groups/`];
}

/** The member of the group's JSON object: an array also when nobody is in it (catalogue OK-I5). */
export function membersText(members: string | null | undefined): string {
  return `"members":${members ?? '[]'}`;
}
