import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { type LoggedRow, REVERSIBLE } from './logged-person';
import { FIRST, PAGE, PERSON_COLUMNS, PERSON_TABLES } from './people-scan';

/**
 * How many numbers of the log are looked through for what came after a moment. A consumer that is further behind takes what it
 * finds for what was: it still tells how it ended, though not what came and went in between.
 */
const REACH = 5_000;

/**
 * People and the reversible events about them after a number ($4), of one moment. $1 tenant, $2 whether attributes are wanted.
 * A grant whose end is the next to be written is one whose beginning has been.
 */
const logged = (page: string, range: (id: string) => string) => `
  WITH page AS MATERIALIZED (${page}),
    t AS MATERIALIZED (SELECT e.subject_id, e.seq, e.type, e.group_id,
        CASE WHEN starts_with(e.type, 'access.') THEN (e.data->>'grantId')::uuid END AS grant_id FROM events e
      WHERE e.tenant_id = $1::uuid AND e.seq > $4::bigint AND e.seq <= $4::bigint + ${REACH}
        AND e.subject_type = 'User' AND e.type IN (${REVERSIBLE.map((type) => `'${type}'`).join(', ')})
        AND ${range('e.subject_id')}),
    e AS (SELECT t.subject_id, json_agg(json_build_array(t.seq::text, t.type, t.group_id, t.grant_id) ORDER BY t.seq)::text AS entries
      FROM t GROUP BY t.subject_id),
    m AS (SELECT m.member_id, string_agg(m.group_id::text, ',') AS groups FROM memberships m
      WHERE m.tenant_id = $1::uuid AND ${range('m.member_id')} GROUP BY m.member_id),
    g AS (SELECT g.user_id, json_agg(json_build_array(g.id, g.role, g.permission, g.workspace,
        g.due_at IS NOT DISTINCT FROM g.expires_at))::text AS grants FROM grants g
      WHERE g.tenant_id = $1::uuid AND ${range('g.user_id')}
        AND (g.due_at IS NOT NULL OR g.id IN (SELECT t.grant_id FROM t)) GROUP BY g.user_id)
  SELECT page.*, m.groups, g.grants, e.entries FROM page LEFT JOIN m ON m.member_id = page.id
    LEFT JOIN g ON g.user_id = page.id LEFT JOIN e ON e.subject_id = page.id ORDER BY page.id`;

/** $3 the id behind which the page begins. */
const SCAN = statement(
  'mapping.logged_scan',
  logged(
    `SELECT ${PERSON_COLUMNS} FROM ${PERSON_TABLES} WHERE u.tenant_id = $1::uuid AND u.id > $3::uuid ORDER BY u.id LIMIT ${PAGE}`,
    (id) => `${id} > $3::uuid AND ${id} <= (SELECT page.id FROM page ORDER BY page.id DESC LIMIT 1)`,
  ),
);
/** $3 ids. */
const SOME = statement(
  'mapping.logged_some',
  logged(
    `SELECT ${PERSON_COLUMNS} FROM ${PERSON_TABLES} WHERE u.tenant_id = $1::uuid AND u.id = ANY($3::uuid[])`,
    (id) => `${id} = ANY($3::uuid[])`,
  ),
);

/** Reads people together with what the log says of them since a moment, a bounded number at a time. */
@Injectable()
export class LoggedPeople {
  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  /**
   * Everybody in the order of their ids, in pages.
   * @param attributes whether the policy will ask for them
   * @param after number of the event behind which the entries begin
   */
  async *all(tenantId: string, attributes: boolean, after: string): AsyncGenerator<LoggedRow[]> {
    for (let last = FIRST; ;) {
      const rows = await this.db.run<LoggedRow>({ tenantId }, SCAN, [tenantId, attributes, last, after]);
      if (rows.length) yield rows;
      if (rows.length < PAGE) return;
      last = rows.at(-1)!.id;
    }
  }

  /** These people, in pages; ids that nobody has are passed over. */
  async *of(tenantId: string, ids: readonly string[], attributes: boolean, after: string): AsyncGenerator<LoggedRow[]> {
    for (let i = 0; i < ids.length; i += PAGE) {
      const values = [tenantId, attributes, ids.slice(i, i + PAGE), after];
      yield await this.db.run<LoggedRow>({ tenantId }, SOME, values);
    }
  }
}
