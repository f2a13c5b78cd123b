import { hash } from 'node:crypto';
import {
  BadRequest,
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  parseFilter,
  parseProjection,
  quotable,
  resolveFilter,
  type Filter,
  type Projection,
  type ResourceType,
  type SearchRequest,
} from '@provost/scim-protocol';
import { composedStatement, type TenantDatabase } from '@provost/entities';
import type { Cursors } from './cursor';
import { FilterSql } from './filter-sql';
import { PagePositions } from './page-positions';
import type { ResourceRow } from './rendering';
import type { RequestContext } from './request-context';
import { resourceTable, type ResourceTable } from './resource-table';
import { behind, BY_ID, orderBy, sortBy, type Position, type Sort } from './sort-sql';
import { SqlValues } from './sql-values';
import { userGroupsExpression } from './user-groups';

export interface ListRow extends ResourceRow {
  groups?: string | null;
  nested?: boolean | null;
  member_count?: number;
  sort_key?: string | null;
}

/** One page of rows and what the ListResponse says about it. */
export interface PageOfRows {
  readonly rows: ListRow[];
  readonly totalResults: number;
  /** Absent when paging by cursor. */
  readonly startIndex?: number;
  readonly nextCursor?: string;
}

interface Query {
  readonly ctx: RequestContext;
  readonly type: ResourceType;
  readonly table: ResourceTable;
  readonly filter: Filter | undefined;
  readonly sort: Sort;
  readonly projection: Projection;
  readonly hash: Buffer;
  /** False when too many match for a search by trigrams to be worth it. */
  search: boolean;
}
/** What users_like and groups_like answer where more match than this (migrations, TenantIsolation). */
const TOO_MANY = 'PV413';
const MOST_FOUND = 3_000;

/** Lists by filter, order and page, as SQL on indexes. Nothing is filtered, sorted or counted in memory. */
export class Listing {
  constructor(
    private readonly db: TenantDatabase,
    private readonly positions: PagePositions,
    private readonly cursors: Cursors,
  ) {}

  /** @throws BadRequest invalidFilter, invalidValue, invalidCursor, expiredCursor, invalidCount */
  async page(ctx: RequestContext, type: ResourceType, request: SearchRequest): Promise<PageOfRows> {
    const query = this.query(ctx, type, request);
    if (request.cursor !== undefined) return this.byCursor(query, request.cursor, request.count);
    return this.byIndex(query, request.startIndex, Math.min(request.count ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE));
  }

  private query(ctx: RequestContext, type: ResourceType, request: SearchRequest): Query {
    const table = resourceTable(type.name, type.spec.endpoint, ctx.baseUrl);
    const { filter, sortBy: by, sortOrder } = request;
    const identity = JSON.stringify([ctx.scope.tenantId, type.name, filter ?? null, by ?? null, sortOrder]);
    return {
      ctx,
      type,
      table,
      filter: filter === undefined ? undefined : resolveFilter(type, parseFilter(filter, ctx.profile), ctx.profile),
      sort: by === undefined ? BY_ID : this.sort(type, table, by, sortOrder),
      projection: parseProjection(type, request),
      hash: hash('sha256', identity, 'buffer'),
      search: true,
    };
  }

  private sort(type: ResourceType, table: ResourceTable, by: string, order: SearchRequest['sortOrder']): Sort {
    const target = type.resolve(by);
    if (!target || 'extension' in target)
      throw new BadRequest('invalidValue', `sortBy: ${type.name} has no attribute "${quotable(by)}".`);
    // An order tells what must never be returned, as a filter would (RFC 7643 §7, catalogue R27).
    if (target.attribute.returned === 'never' || target.sub?.returned === 'never')
      throw new BadRequest('invalidValue', `sortBy: "${quotable(by)}" cannot be sorted by.`);
    return sortBy(table, target, order);
  }

  private async byIndex(query: Query, startIndex: number, count: number): Promise<PageOfRows> {
    if (count === 0) return { rows: [], totalResults: (await this.count(query)).n, startIndex };
    // Only the order of ids is remembered: it is the one that Okta and Entra walk in.
    const walk = startIndex > 1 && query.sort === BY_ID;
    const edge = walk ? await this.positions.recall(query.ctx.scope, query.hash, startIndex) : undefined;
    if (edge && edge.total > MOST_FOUND) query.search = false;
    const rows = await this.select(
      query,
      count + 1,
      edge ? { after: { key: null, id: edge.afterId }, until: edge.untilId } : { offset: startIndex - 1 },
    );
    const more = rows.length > count;
    if (more) rows.pop();
    const reached = startIndex - 1 + rows.length;
    // Counted on the first page of a walk, and where nothing is left to say a total from.
    const counted = (more && !edge) || (rows.length === 0 && startIndex > 1) ? await this.count(query) : undefined;
    let total = counted ? counted.n : more ? edge!.total : reached;
    // A walk that finds nobody more has ended: whoever came behind its end must not be promised.
    if (edge && rows.length === 0) total = Math.min(total, reached);
    // A client that stops at the total must come for the next page as long as there is one.
    if (more) total = Math.max(total, reached + 1);
    if (more && query.sort === BY_ID)
      await this.positions.remember(query.ctx.scope, query.hash, reached + 1, {
        afterId: rows.at(-1)!.id,
        untilId: edge?.untilId ?? counted!.last!,
        total,
      });
    if (!more && walk) await this.positions.ended(query.ctx.scope, query.hash);
    return { rows, totalResults: total, startIndex };
  }

  private async byCursor(query: Query, cursor: string, count: number | undefined): Promise<PageOfRows> {
    const from = cursor === '' ? undefined : this.cursors.decode(query.hash, cursor);
    if (from && count !== undefined && count !== from.count)
      throw new BadRequest('invalidCount', `This cursor belongs to pages of ${from.count}; ask for the same count.`);
    const size = from?.count ?? Math.min(count ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
    if (size === 0) return { rows: [], totalResults: (await this.count(query)).n };
    if (from && from.total > MOST_FOUND) query.search = false;
    const rows = await this.select(query, size + 1, from ? { after: from.position } : { offset: 0 });
    const more = rows.length > size;
    if (more) rows.pop();
    const last = rows.at(-1);
    // Counted once, on the first page: later ones tell the same, so that no page costs what the directory costs.
    const total = from ? from.total : more ? (await this.count(query)).n : rows.length;
    const nextCursor =
      more && last
        ? this.cursors.encode(query.hash, { position: { key: last.sort_key ?? null, id: last.id }, count: size, total })
        : undefined;
    return { rows, totalResults: total, ...(nextCursor ? { nextCursor } : {}) };
  }

  /** How many match, and the newest row of the table, where a walk that begins now will end. */
  private async count(query: Query): Promise<{ n: number; last: string | null }> {
    const { name } = query.table;
    const newest = `(SELECT l.id FROM ${name} l WHERE l.tenant_id = $1::uuid ORDER BY l.id DESC LIMIT 1)`;
    const [row] = await this.ask<{ n: number; last: string | null }>(
      query,
      (_, where) => `SELECT count(*)::int AS n, ${newest} AS last FROM ${name} r WHERE ${where.join(' AND ')}`,
    );
    return row!;
  }

  private select(
    query: Query,
    limit: number,
    from: { after: Position; until?: string } | { offset: number },
  ): Promise<ListRow[]> {
    const { table, sort } = query;
    return this.ask<ListRow>(query, (values, where) => {
      if ('after' in from) where.push(behind(sort, from.after, values));
      if ('until' in from && from.until) where.push(`r.id <= ${values.add(from.until, 'uuid')}`);
      const { columns, join } = selection(query, values);
      const offset = 'offset' in from && from.offset > 0 ? ` OFFSET ${values.add(from.offset, 'bigint')}` : '';
      // The page is cut out first, so that what is joined or computed is so for its rows only.
      return (
        `SELECT ${columns} FROM (SELECT r.*${sort.key ? `, (${sort.key})::text AS sort_key` : ''} FROM ${table.name} r ` +
        `WHERE ${where.join(' AND ')} ORDER BY ${orderBy(sort)} LIMIT ${values.add(limit, 'bigint')}${offset}) r${join} ` +
        `ORDER BY ${sort.key ? pageOrder(sort) : orderBy(sort)}`
      );
    });
  }

  /** Runs what is composed around the filter's conditions; once more without the search when that finds too many. */
  private async ask<T>(query: Query, compose: (values: SqlValues, where: string[]) => string): Promise<T[]> {
    const { ctx, table, filter } = query;
    const values = new SqlValues([ctx.scope.tenantId]);
    const where = ['r.tenant_id = $1::uuid'];
    if (table.name === 'entitlements') where.push(`r.resource_type = ${values.add(table.type, 'text')}`);
    const compiler = new FilterSql(table, values, query.search);
    if (filter) where.push(compiler.condition(filter));
    const text = compose(values, where);
    // Without a name it is planned for its values: a range may be of a few rows or of all.
    const statement = compiler.hasRanges ? { name: '', text } : composedStatement(text);
    try {
      return isPointLookup(filter)
        ? await this.db.read<T>(ctx.scope, statement, values.values)
        : await this.db.run<T>(ctx.scope, statement, values.values);
    } catch (error) {
      if (!query.search || (error as { code?: string }).code !== TOO_MANY) throw error;
      query.search = false;
      return this.ask(query, compose);
    }
  }
}

/** The rows of the page once more, in the order of the typed key. */
function pageOrder({ type, descending }: Sort): string {
  const direction = descending ? ' DESC' : '';
  const key = type === 'text' ? `r.sort_key COLLATE "C"` : `r.sort_key::${type}`;
  return `${key}${direction}, r.id${direction}`;
}

/** What a row carries: only the asked-for keys of the resource, groups only when they are wanted. */
function selection({ ctx, table, sort, projection }: Query, values: SqlValues): { columns: string; join: string } {
  const keys = projection.topLevel();
  const resource = keys
    ? `(SELECT json_object_agg(kv.key, kv.value) FROM json_each(r.resource) kv WHERE kv.key = ANY(${values.add(
        [...new Set([...keys, 'schemas', 'id'])],
        'text',
      )}[]))::text AS resource`
    : 'r.resource::text AS resource';
  const columns = ['r.id', resource, 'r.created_at', 'r.updated_at', 'r.version'];
  if (sort.key) columns.push('r.sort_key');
  if (table.name === 'groups') columns.push('r.member_count');
  let join = '';
  if (table.name === 'users' && projection.wants('groups')) {
    columns.push('m.groups', 'm.nested');
    join = ` CROSS JOIN LATERAL (${userGroupsExpression('$1::uuid', 'r.id', values.add(`${ctx.baseUrl}/Groups/`, 'text'))}) m`;
  }
  return { columns: columns.join(', '), join };
}

/** A question with at most a row or a few as its answer: it may share a pipelined connection. */
function isPointLookup(filter: Filter | undefined): boolean {
  if (!filter) return false;
  if (filter.kind === 'and') return isPointLookup(filter.left) || isPointLookup(filter.right);
  if (filter.kind !== 'compare' || filter.op !== 'eq' || filter.target.schema !== undefined) return false;
  return ['id', 'userName', 'externalId'].includes(filter.target.attribute.name);
}
