import { statement } from '@provost/entities';
import { placeSql, type PlaceRow } from '../resources';
import { APPROVED_ROLES, GRANT_JSON, PROJECT_JSON, type PersonRow } from './person-row';

/**
 * Reads what questions are answered from, all in one moment: the people, the resources and the counters of everything else.
 * Each look-up is a subquery of its own, so that PostgreSQL looks up each by its key however many there are; JSON lists rather
 * than arrays, because the plan for an array depends on its length and would be made anew each time.
 * $1 tenant, $2 ids of users as a JSON list, $3 types and keys of resources as a JSON list of pairs.
 * @param attributes columns of what conditions read besides; of `u`, a user, and `p`, what is remembered of the profile
 * @param none the same columns for a row that is no person's
 */
const ask = (attributes: string, none: string) => `
  WITH v AS MATERIALIZED (SELECT v.documents || ' ' || v.groups || ' ' || v.workspaces AS counters FROM access_versions v
    WHERE v.tenant_id = $1::uuid)
  SELECT a.n::int, NULL::int AS place, (SELECT v.counters FROM v), u.id, u.user_name, u.active, u.version, p.xmin::text AS profile_version,
    (SELECT string_agg(m.group_id::text, ',') FROM memberships m
      WHERE m.tenant_id = $1::uuid AND m.member_id = u.id) AS groups,
    (SELECT json_agg(${PROJECT_JSON} ORDER BY p.key)::text FROM project_members m
      JOIN projects p ON p.tenant_id = m.tenant_id AND p.key = m.project_key
      WHERE m.tenant_id = $1::uuid AND m.user_id = u.id) AS projects,
    (SELECT json_agg(${GRANT_JSON} ORDER BY g.id)::text FROM grants g WHERE g.tenant_id = $1::uuid AND g.user_id = u.id
      AND g.expires_at > now() AND g.revoked_at IS NULL) AS grants, ${APPROVED_ROLES} AS approved,
    NULL AS kind, NULL AS workspace, NULL AS project, NULL::boolean AS archived${attributes}
  FROM json_array_elements_text($2::json) WITH ORDINALITY a (id, n)
    CROSS JOIN LATERAL (SELECT * FROM users u WHERE u.tenant_id = $1::uuid AND u.id = a.id::uuid LIMIT 1) u
    LEFT JOIN LATERAL (SELECT p.*, p.xmin FROM profiles p WHERE p.tenant_id = $1::uuid AND p.user_id = u.id LIMIT 1) p ON true
  UNION ALL
  SELECT NULL, r.n::int, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, q.kind, q.workspace, q.project, q.archived${none}
  FROM json_array_elements($3::json) WITH ORDINALITY r (name, n)
    CROSS JOIN LATERAL (${placeSql('(r.name->>0)', '(r.name->>1)')}) q`;

export const ASK = statement('mapping.ask', ask('', ''));
/** With the attributes of the people: a hundred times as much text. */
export const ASK_ATTRIBUTES = statement(
  'mapping.ask_attributes',
  ask(', u.resource::text, p.app::text, p.steps::text', ', NULL, NULL, NULL'),
);

/** A person, by the position in $2 from 1 on. */
export interface AskedPerson
  extends Omit<PersonRow, 'resource' | 'app' | 'steps'>, Partial<Pick<PersonRow, 'resource' | 'app' | 'steps'>> {
  n: number;
  /** Documents, groups and workspaces; null before any of them moved. */
  counters: string | null;
  version: number;
  /** The transaction that last wrote what is remembered of the profile: the times of two instances may be the same. */
  profile_version: string | null;
}
/** A resource, by the position in $3 from 1 on. */
export interface AskedPlace extends PlaceRow {
  n: null;
  place: number;
}
export type AskRow = AskedPerson | AskedPlace;

/** Everything of a person that access depends on: as long as it is the same, so are the answers. */
export function stampOf({ version, profile_version, active, groups, projects, grants, approved }: AskedPerson): string {
  return `${version} ${profile_version} ${active} ${groups} ${projects} ${grants} ${approved}`;
}
