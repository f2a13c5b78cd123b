import { statement } from '@provost/entities';
import { placeSql, type PlaceRow } from '../resources';
import { APPROVED_ROLES, GRANT_JSON, PROJECT_JSON, type PersonRow } from './person-row';

const MEMBERSHIPS = `FROM memberships m WHERE m.tenant_id = $1::uuid AND m.member_id = u.id`;
const GROUPS_HASH = `bit_xor(uuid_hash_extended(m.group_id, $5::bigint))`;
/** What else belongs to a person `u`, by the names of its columns. */
const BELONGINGS = {
  profile_version: `(SELECT p.xmin FROM profiles p WHERE p.tenant_id = $1::uuid AND p.user_id = u.id)`,
  projects: `(SELECT json_agg(${PROJECT_JSON} ORDER BY p.key)::text FROM project_members m
      JOIN projects p ON p.tenant_id = m.tenant_id AND p.key = m.project_key
      WHERE m.tenant_id = $1::uuid AND m.user_id = u.id)`,
  grants: `(SELECT json_agg(${GRANT_JSON} ORDER BY g.expires_at)::text FROM grants g WHERE g.tenant_id = $1::uuid AND g.user_id = u.id
      AND g.expires_at > now() AND g.revoked_at IS NULL)`,
  approved: APPROVED_ROLES,
};

/**
 * Everything of a person that access depends on, as one text: as long as it is the same, so are the answers. The transaction that last wrote
 * what is remembered of the profile stands for it, as the times of two instances may be the same. Of the groups there is a hash of 64 bits under
 * a seed that only this process knows: their ids would be most of what is sent, read and compared (docs/adr/0037).
 */
const stamp = (groupsHash: string, belongings: readonly string[]) =>
  `concat(${['u.version', 'u.active', groupsHash, ...belongings].join(", ' ', ")})`;

/**
 * Reads what questions are answered from, all in one moment: the people, the resources and the counters of everything else.
 * Each look-up is a subquery of its own, so that PostgreSQL looks up each by its key however many there are; JSON lists rather
 * than arrays, because the plan for an array depends on its length and would be made anew each time; OFFSET 0, because a cast in the
 * look-up itself makes any index of the tenant look as good while the table is empty.
 * $1 tenant, $2 ids of users as a JSON list, $3 types and $4 keys of resources as JSON lists, $5 the seed of the hash.
 * @param columns of `u`, a user, and of what is joined
 */
const ask = (stamp: string, joins = '', columns: readonly string[] = []) => `
  WITH v AS MATERIALIZED (SELECT v.documents || ' ' || v.groups || ' ' || v.workspaces AS counters FROM access_versions v
    WHERE v.tenant_id = $1::uuid)
  SELECT a.n::int, NULL::int AS place, (SELECT v.counters FROM v), ${stamp} AS stamp,
    NULL AS kind, NULL AS workspace, NULL AS project, NULL::boolean AS archived${columns.map((c) => `, ${c}`).join('')}
  FROM (SELECT a.id::uuid AS id, a.n FROM json_array_elements_text($2::json) WITH ORDINALITY a (id, n) OFFSET 0) a
    CROSS JOIN LATERAL (SELECT * FROM users u WHERE u.tenant_id = $1::uuid AND u.id = a.id LIMIT 1) u${joins}
  UNION ALL
  SELECT NULL, r.n::int, NULL, NULL, q.kind, q.workspace, q.project, q.archived${', NULL'.repeat(columns.length)}
  FROM ROWS FROM (json_array_elements_text($3::json), json_array_elements_text($4::json)) WITH ORDINALITY r (type, key, n)
    CROSS JOIN LATERAL (${placeSql('r.type', 'r.key')}) q`;

/** The person with what belongs to them, each read once for the stamp and for itself. */
function askInFull(attributes: readonly string[], joins = ''): string {
  const belongings = Object.entries(BELONGINGS);
  const named = belongings.map(([name, sql]) => `${sql} AS ${name}`);
  const all = `
    CROSS JOIN LATERAL (SELECT ${GROUPS_HASH} AS groups_hash, string_agg(m.group_id::text, ',') AS groups,
      ${named.join(', ')} ${MEMBERSHIPS}) s`;
  const whole = stamp(
    's.groups_hash',
    belongings.map(([name]) => `s.${name}`),
  );
  const person = ['u.id', 'u.user_name', 'u.active', 's.groups', 's.projects', 's.grants', 's.approved'];
  return ask(whole, all + joins, [...person, ...attributes]);
}
const PROFILE = `
    LEFT JOIN LATERAL (SELECT * FROM profiles p WHERE p.tenant_id = $1::uuid AND p.user_id = u.id LIMIT 1) p ON true`;

/** How much is read of people: whether they have changed, what their access is computed from, or also what conditions read. */
export type Depth = 'stamp' | 'person' | 'attributes';

/** Each deeper one is several times as much text. The first reads of `users` nothing but an index. */
export const ASK = {
  stamp: statement(
    'mapping.ask_stamp',
    ask(stamp(`(SELECT ${GROUPS_HASH} ${MEMBERSHIPS})`, Object.values(BELONGINGS))),
  ),
  person: statement('mapping.ask_person', askInFull(['NULL AS resource', 'NULL AS app', 'NULL AS steps'])),
  attributes: statement(
    'mapping.ask_attributes',
    askInFull(['u.resource::text', 'p.app::text', 'p.steps::text'], PROFILE),
  ),
} as const satisfies Record<Depth, object>;

/** A person, by the position in $2 from 1 on. */
export interface StampedPerson {
  n: number;
  /** Documents, groups and workspaces; null before any of them moved. */
  counters: string | null;
  stamp: string;
}
/** Whether only the stamp was asked for, the person, or the person with attributes. */
export type AskedPerson = StampedPerson | (StampedPerson & PersonRow);
/** A resource, by the position in $3 and $4 from 1 on. */
export interface AskedPlace extends PlaceRow {
  n: null;
  place: number;
}
export type AskRow = AskedPerson | AskedPlace;
