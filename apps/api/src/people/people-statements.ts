import { statement, type Statement } from '@provost/entities';
import { PERSON_COLUMNS, PERSON_TABLES } from './person-row';

export const GET = statement(
  'people.get',
  `SELECT ${PERSON_COLUMNS} FROM ${PERSON_TABLES} WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid`,
);

/** $2 the id behind which the page begins, $3 how many, $4 what is searched for, folded, $5 the pattern of the index. */
function page(name: string, condition: string): Statement {
  return statement(
    `people.${name}`,
    `SELECT ${PERSON_COLUMNS} FROM ${PERSON_TABLES}
     WHERE u.tenant_id = $1::uuid AND u.id > $2::uuid${condition} ORDER BY u.id LIMIT $3::bigint`,
  );
}

const folded = (text: string) => `position($4::text in (lower((${text}) COLLATE "und-x-icu") COLLATE "C")) > 0`;
/** The search key has further texts, so what it finds is asked again. */
const CONTAINS = `(position($4::text in u.user_name_key) > 0 OR ${folded('u.display_name')}
  OR ${['formatted', 'givenName', 'familyName'].map((part) => folded(`u.resource->'name'->>'${part}'`)).join(' OR ')}
  OR EXISTS (SELECT FROM json_array_elements(CASE json_typeof(u.resource->'emails') WHEN 'array' THEN u.resource->'emails' END) e
    WHERE ${folded(`e.value->>'value'`)}))`;

export const PAGE = page('page', '');
export const PAGE_SEARCHED = page('page_searched', ` AND u.id IN (SELECT users_like($5)) AND ${CONTAINS}`);
/** For texts that the index of trigrams cannot find, or finds too often. */
export const PAGE_WALKED = page('page_walked', ` AND position($4::text in u.search_key) > 0 AND ${CONTAINS}`);

/** The groups of people, also those that contain their groups. UNION, not UNION ALL: groups may contain each other. */
export const GROUPS_OF = statement(
  'people.groups_of',
  `WITH RECURSIVE up (user_id, group_id) AS (
     SELECT m.member_id, m.group_id FROM memberships m WHERE m.tenant_id = $1::uuid AND m.member_id = ANY($2::uuid[])
     UNION
     SELECT up.user_id, m.group_id FROM up JOIN memberships m ON m.tenant_id = $1::uuid AND m.member_id = up.group_id)
   SELECT up.user_id, json_agg(json_build_object('value', g.id, 'display', g.display_name) ORDER BY g.id) AS groups
   FROM up JOIN groups g ON g.tenant_id = $1::uuid AND g.id = up.group_id GROUP BY up.user_id`,
);

/** What users_like answers where more match than it looks at (migrations, TenantIsolation). */
export const TOO_MANY = 'PV413';
/** A trigram index needs three characters to know anything. */
export const TRIGRAM = 3;
