import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { APPROVED_ROLES, GRANT_JSON, PROJECT_JSON, type PersonRow } from './person-row';

/** How many people are in memory at once. */
export const PAGE = 2_000;
/** No id comes before it. */
export const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Everything of the people in `page` that access depends on, set by set: one look into an index for each person costs five
 * times as much as walking it. $1 tenant, $2 whether attributes are wanted.
 */
const people = (page: string, range: (id: string) => string) => `
  WITH page AS MATERIALIZED (${page}),
    m AS (SELECT m.member_id, string_agg(m.group_id::text, ',') AS groups FROM memberships m
      WHERE m.tenant_id = $1::uuid AND ${range('m.member_id')} GROUP BY m.member_id),
    j AS (SELECT m.user_id, json_agg(${PROJECT_JSON})::text AS projects FROM project_members m
      JOIN projects p ON p.tenant_id = m.tenant_id AND p.key = m.project_key
      WHERE m.tenant_id = $1::uuid AND ${range('m.user_id')} GROUP BY m.user_id),
    g AS (SELECT g.user_id, json_agg(${GRANT_JSON})::text AS grants FROM grants g
      WHERE g.tenant_id = $1::uuid AND ${range('g.user_id')} AND g.expires_at > now() AND g.revoked_at IS NULL
      GROUP BY g.user_id)
  SELECT page.*, m.groups, j.projects, g.grants FROM page LEFT JOIN m ON m.member_id = page.id
    LEFT JOIN j ON j.user_id = page.id LEFT JOIN g ON g.user_id = page.id ORDER BY page.id`;
/** Of a person; $2 whether attributes are wanted. */
export const PERSON_COLUMNS = `u.id, u.user_name, u.active, ${APPROVED_ROLES} AS approved, CASE WHEN $2::boolean THEN u.resource::text END AS resource,
  CASE WHEN $2::boolean THEN p.app::text END AS app, CASE WHEN $2::boolean THEN p.steps::text END AS steps`;
export const PERSON_TABLES = `users u LEFT JOIN profiles p ON p.tenant_id = u.tenant_id AND p.user_id = u.id`;

/** $3 the id behind which the page begins. */
const SCAN = statement(
  'mapping.scan',
  people(
    `SELECT ${PERSON_COLUMNS} FROM ${PERSON_TABLES} WHERE u.tenant_id = $1::uuid AND u.id > $3::uuid ORDER BY u.id LIMIT ${PAGE}`,
    (id) => `${id} > $3::uuid AND ${id} <= (SELECT page.id FROM page ORDER BY page.id DESC LIMIT 1)`,
  ),
);
/** $3 ids. */
const SOME = statement(
  'mapping.some',
  people(
    `SELECT ${PERSON_COLUMNS} FROM ${PERSON_TABLES} WHERE u.tenant_id = $1::uuid AND u.id = ANY($3::uuid[])`,
    (id) => `${id} = ANY($3::uuid[])`,
  ),
);
/** The people of groups and of the groups in these, however deep. $1 tenant, $2 groups. UNION: nesting may have circles. */
const BELOW = statement(
  'mapping.below',
  `WITH RECURSIVE down (id) AS (
     SELECT g FROM unnest($2::uuid[]) g
     UNION
     SELECT m.member_id FROM down JOIN memberships m ON m.tenant_id = $1::uuid AND m.group_id = down.id
     WHERE m.member_type = 'Group')
   SELECT DISTINCT m.member_id AS id FROM down JOIN memberships m ON m.tenant_id = $1::uuid AND m.group_id = down.id
   WHERE m.member_type = 'User'`,
);

/** Reads many people as policies need them (personOf), a bounded number at a time. */
@Injectable()
export class PeopleScan {
  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  /** Everybody in the order of their ids, in pages. @param attributes whether some policy will ask for them */
  async *all(tenantId: string, attributes: boolean): AsyncGenerator<PersonRow[]> {
    for (let after = FIRST; ;) {
      const rows = await this.db.run<PersonRow>({ tenantId }, SCAN, [tenantId, attributes, after]);
      if (rows.length) yield rows;
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.id;
    }
  }

  /** These people, in pages; ids that nobody has are passed over. */
  async *of(tenantId: string, ids: readonly string[], attributes: boolean): AsyncGenerator<PersonRow[]> {
    for (let i = 0; i < ids.length; i += PAGE)
      yield await this.db.run<PersonRow>({ tenantId }, SOME, [tenantId, attributes, ids.slice(i, i + PAGE)]);
  }

  /** Ids of the people who are in these groups, directly or through others. */
  async below(tenantId: string, groups: readonly string[]): Promise<string[]> {
    return (await this.db.run<{ id: string }>({ tenantId }, BELOW, [tenantId, groups])).map(({ id }) => id);
  }
}
