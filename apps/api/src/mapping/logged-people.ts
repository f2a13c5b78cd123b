import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { type LoggedRow, REVERSIBLE } from './logged-person';
import { FIRST, PAGE, PERSON_COLUMNS, PERSON_TABLES } from './people-scan';
import { APPROVED_ROLES } from './person-row';

/** Of a person what a policy asks for besides groups, grants and approvals. */
export interface Wanted {
  readonly attributes: boolean;
  readonly userNames: boolean;
}

const REVERSIBLE_TYPES = REVERSIBLE.map((type) => `'${type}'`).join(', ');
const UNIT = `(e.context #>> '{request,id}') || ' ' || floor(extract(epoch FROM e.occurred_at) * 1000)::bigint`;
/** Events of before it was written down are taken by their times. */
const HAD_BEGUN = `coalesce((e.data->>'begun')::boolean, e.data->>'startsAt' IS NULL OR (e.data->>'startsAt')::timestamptz <= e.occurred_at)`;

/**
 * People and the reversible events about them after a number ($4), of one moment. $1 tenant, $2 whether attributes are wanted, $5 whether
 * userNames are. A grant whose end is the next to be written is one whose beginning has been.
 */
const logged = (page: string, range: (id: string) => string) => `
  WITH page AS MATERIALIZED (${page}),
    t AS MATERIALIZED (SELECT e.subject_id, e.seq, e.type, ${UNIT} AS unit, e.id, e.sealed,
        CASE WHEN e.type NOT LIKE 'user.%' THEN coalesce(e.group_id::text, e.data->>'grantId', e.data->>'role') END AS of,
        CASE e.type WHEN 'access.grant_revoked' THEN ${HAD_BEGUN}
          WHEN 'access.approval_lapsed' THEN e.data->>'was' = 'approved' END AS was
      FROM events e
      WHERE e.tenant_id = $1::uuid AND e.seq > $4::bigint AND e.subject_type = 'User'
        AND e.type IN (${REVERSIBLE_TYPES})
        AND (e.type <> 'user.updated' OR $2::boolean OR $5::boolean) AND ${range('e.subject_id')}),
    e AS (SELECT t.subject_id, bool_or(t.type IN ('user.updated', 'user.deleted')) AS opened,
        json_agg(json_build_array(t.seq::text, t.type, t.unit, t.of, t.was,
          CASE WHEN t.type IN ('user.updated', 'user.deleted') THEN t.id END,
          CASE WHEN t.type IN ('user.updated', 'user.deleted') THEN encode(t.sealed, 'hex') END) ORDER BY t.seq)::text AS entries
      FROM t GROUP BY t.subject_id),
    m AS (SELECT m.member_id, string_agg(m.group_id::text, ',') AS groups FROM memberships m
      WHERE m.tenant_id = $1::uuid AND ${range('m.member_id')} GROUP BY m.member_id),
    h AS (SELECT h.user_id, json_agg(json_build_array(h.seq::text, h.app::text, h.steps::text) ORDER BY h.seq)::text AS pasts
      FROM profile_pasts h WHERE $2::boolean AND h.tenant_id = $1::uuid AND h.seq > $4::bigint AND ${range('h.user_id')} GROUP BY h.user_id),
    g AS (SELECT g.user_id, json_agg(json_build_array(g.id, g.role, g.permission, g.workspace,
        g.due_at IS NOT DISTINCT FROM g.expires_at))::text AS grants FROM grants g
      WHERE g.tenant_id = $1::uuid AND ${range('g.user_id')}
        AND (g.due_at IS NOT NULL OR g.id::text IN (SELECT t.of FROM t)) GROUP BY g.user_id)
  SELECT page.*, m.groups, g.grants, e.entries, h.pasts,
    CASE WHEN e.opened THEN (SELECT k.key FROM subject_keys k WHERE k.tenant_id = $1::uuid AND k.subject_id = page.id) END AS key
  FROM page LEFT JOIN m ON m.member_id = page.id LEFT JOIN g ON g.user_id = page.id
    LEFT JOIN e ON e.subject_id = page.id LEFT JOIN h ON h.user_id = page.id ORDER BY page.id`;

const inPage = (id: string) => `${id} > $3::uuid AND ${id} <= (SELECT page.id FROM page ORDER BY page.id DESC LIMIT 1)`;
const listed = (id: string) => `${id} = ANY($3::uuid[])`;
/** Whoever was deleted behind $4, as there is nothing of them any more: the event of the deletion tells what they were. */
const departed = (which: (id: string) => string) => `
  SELECT u.id, '' AS user_name, false AS active, ${APPROVED_ROLES} AS approved, NULL::text AS resource, NULL::text AS app, NULL::text AS steps
  FROM (SELECT e.subject_id AS id FROM events e WHERE e.tenant_id = $1::uuid AND e.type = 'user.deleted' AND e.seq > $4::bigint
    AND ${which('e.subject_id')}) u
  WHERE NOT EXISTS (SELECT FROM users o WHERE o.tenant_id = $1::uuid AND o.id = u.id) ORDER BY u.id LIMIT ${PAGE}`;

/** $3 the id behind which the page begins. */
const SCAN = statement(
  'mapping.logged_scan',
  logged(
    `SELECT ${PERSON_COLUMNS} FROM ${PERSON_TABLES} WHERE u.tenant_id = $1::uuid AND u.id > $3::uuid ORDER BY u.id LIMIT ${PAGE}`,
    inPage,
  ),
);
const SCAN_DEPARTED = statement(
  'mapping.logged_scan_departed',
  logged(
    departed((id) => `${id} > $3::uuid`),
    (id) => `${id} IN (SELECT page.id FROM page)`,
  ),
);
/** $3 ids. */
const SOME = statement(
  'mapping.logged_some',
  logged(`SELECT ${PERSON_COLUMNS} FROM ${PERSON_TABLES} WHERE u.tenant_id = $1::uuid AND ${listed('u.id')}`, listed),
);
/**
 * Those of people ($2) of whom the log tells nothing behind a number ($3) but that they came: they are in no group and have no grant. What is
 * told of each is looked up by itself, whatever its type.
 */
const AS_THEY_CAME = statement(
  'mapping.logged_as_they_came',
  `SELECT u.id, u.user_name, u.active FROM users u WHERE u.tenant_id = $1::uuid AND u.id = ANY($2::uuid[])
     AND NOT EXISTS (SELECT FROM (SELECT e.type FROM events e
         WHERE e.tenant_id = $1::uuid AND e.subject_id = u.id AND e.seq > $3::bigint OFFSET 0) e
       WHERE e.type <> 'user.created' AND e.type IN (${REVERSIBLE_TYPES}))`,
);
const NOTHING = { groups: null, grants: null, approved: null, entries: null, pasts: null } as const;
const UNREAD = { resource: null, app: null, steps: null, key: null } as const;
const SOME_DEPARTED = statement('mapping.logged_some_departed', logged(departed(listed), listed));
/**
 * The people of a group ($2) and of the groups in it, however deep, now or at any time since a number ($3): whoever is no more was
 * taken out by an event. $1 tenant. UNION: nesting may have circles.
 */
const BELOW = statement(
  'mapping.logged_below',
  `WITH RECURSIVE down (id) AS (
     SELECT $2::uuid
     UNION
     SELECT x.id FROM down, LATERAL (
       SELECT m.member_id AS id FROM memberships m WHERE m.tenant_id = $1::uuid AND m.group_id = down.id AND m.member_type = 'Group'
       UNION ALL SELECT e.subject_id FROM events e WHERE e.tenant_id = $1::uuid AND e.group_id = down.id AND e.seq > $3::bigint
         AND e.type = 'group.member_removed' AND e.subject_type = 'Group') x)
   SELECT m.member_id AS id FROM down JOIN memberships m ON m.tenant_id = $1::uuid AND m.group_id = down.id
   WHERE m.member_type = 'User'
   UNION SELECT e.subject_id FROM down JOIN events e ON e.tenant_id = $1::uuid AND e.group_id = down.id AND e.seq > $3::bigint
   WHERE e.type = 'group.member_removed' AND e.subject_type = 'User'`,
);

/** Reads people together with what the log says of them since a moment, a bounded number at a time; also those who are gone since. */
@Injectable()
export class LoggedPeople {
  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  /** Everybody, in pages. @param after number of the event behind which the entries begin */
  async *all(tenantId: string, wanted: Wanted, after: string): AsyncGenerator<LoggedRow[]> {
    for (const page of [SCAN, SCAN_DEPARTED])
      for (let last = FIRST, more = true; more;) {
        const values = [tenantId, wanted.attributes, last, after, wanted.userNames];
        const rows = await this.db.run<LoggedRow>({ tenantId }, page, values);
        if (rows.length) yield rows;
        more = rows.length === PAGE;
        last = rows.at(-1)?.id ?? last;
      }
  }

  /**
   * These people, in pages; ids that nobody has, or had since `after`, are passed over.
   * @param arrivals those of them who have come since `after`; less is read of most of these
   */
  async *of(
    tenantId: string,
    ids: readonly string[],
    arrivals: readonly string[],
    wanted: Wanted,
    after: string,
  ): AsyncGenerator<LoggedRow[]> {
    const came = new Set<string>();
    if (arrivals.length && !wanted.attributes) {
      type Came = Pick<LoggedRow, 'id' | 'user_name' | 'active'>;
      const rows = await this.db.run<Came>({ tenantId }, AS_THEY_CAME, [tenantId, arrivals, after]);
      yield rows.map((row) => ({ ...row, ...NOTHING, ...UNREAD }));
      for (const { id } of rows) came.add(id);
    }
    const others = came.size ? ids.filter((id) => !came.has(id)) : ids;
    for (let i = 0; i < others.length; i += PAGE) {
      const page = others.slice(i, i + PAGE);
      const values = [tenantId, wanted.attributes, page, after, wanted.userNames];
      const rows = await this.db.run<LoggedRow>({ tenantId }, SOME, values);
      yield rows;
      if (rows.length < page.length) yield await this.db.run<LoggedRow>({ tenantId }, SOME_DEPARTED, values);
    }
  }

  /** Ids of the people who are in a group or were since `after`, directly or through others. */
  async below(tenantId: string, groupId: string, after: string): Promise<string[]> {
    const rows = await this.db.run<{ id: string }>({ tenantId }, BELOW, [tenantId, groupId, after]);
    return rows.map(({ id }) => id);
  }
}
