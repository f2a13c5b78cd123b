import { composedStatement, type Statement } from '@provost/entities';
import type { EventTextRow } from '@provost/event-log';
import type { EventFilter } from './event-filter';

/** An event of a page, with the key of whom it is about while there is one. */
export interface KeyedRow extends EventTextRow {
  readonly key: Buffer | null;
}

/** Which part of the answer. */
export interface PageBounds {
  /** Behind this number, in the order of the page. */
  readonly after?: bigint;
  /** None above this one: it must be settled. */
  readonly upTo: bigint;
  /** None below this one. */
  readonly from?: bigint;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

const COLUMNS =
  'e.tenant_id, e.seq, e.id, e.occurred_at, e.type, e.subject_type, e.subject_id, e.group_id, e.context, e.data, e.sealed';

/**
 * SQL for one page of a tenant's events. A page costs what it has, not what the log has: each filter that is rare in a log has an index
 * whose order is that of the page. Several types are read side by side, each by its own part of the index.
 * @param whole the pages of a whole walk, which reads everything anyway: side by side, each page would read too many
 */
export function eventPage(
  tenantId: string,
  filter: EventFilter,
  { after, upTo, from: least, order, limit }: PageBounds,
  whole = false,
): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [tenantId, limit, String(upTo)];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions = ['e.tenant_id = $1::uuid', 'e.seq <= $3::bigint'];
  if (after !== undefined) conditions.push(`e.seq ${order === 'asc' ? '>' : '<'} ${parameter(String(after))}::bigint`);
  if (least !== undefined) conditions.push(`e.seq >= ${parameter(String(least))}::bigint`);
  const { types, userId, groupId, actor, from, to } = filter;
  if (userId) conditions.push(`e.subject_id = ${parameter(userId)}::uuid`);
  if (groupId) conditions.push(`e.group_id = ${parameter(groupId)}::uuid`);
  if (from) conditions.push(`e.occurred_at >= ${parameter(from)}::timestamptz`);
  if (to) conditions.push(`e.occurred_at < ${parameter(to)}::timestamptz`);
  if (actor) {
    const who = ['id', 'name', 'type'].map((name) => `e.context #>> '{actor,${name}}'`).join(', ');
    conditions.push(`${parameter(actor)}::text IN (${who})`);
  }
  const one = types?.length === 1;
  const aside = types && !one && !userId && !groupId && !whole;
  if (types && one) conditions.push(`e.type = ${parameter(types[0])}::text`);
  // Were it the column itself, PostgreSQL might read all of these types and sort them, for every page.
  else if (types && !aside) conditions.push(`(e.type || '') = ANY(${parameter(types)}::text[])`);
  const rows = (more = '') =>
    `SELECT ${COLUMNS} FROM events e WHERE ${conditions.join(' AND ')}${more} ORDER BY e.seq ${order} LIMIT $2::int`;
  const events = aside
    ? `SELECT e.* FROM unnest(${parameter(types)}::text[]) AS t (type)
         CROSS JOIN LATERAL (${rows(' AND e.type = t.type')}) e ORDER BY e.seq ${order} LIMIT $2::int`
    : rows();
  const text = `SELECT e.tenant_id, e.seq::text, e.id, e.occurred_at, e.type, e.subject_type, e.subject_id, e.group_id,
      e.context::text, e.data::text, e.sealed, CASE WHEN e.sealed IS NOT NULL THEN (SELECT k.key FROM subject_keys k
        WHERE k.tenant_id = $1::uuid AND k.subject_id = e.subject_id) END AS key
    FROM (${events}) e ORDER BY e.seq ${order}`;
  return { statement: composedStatement(text), values };
}
