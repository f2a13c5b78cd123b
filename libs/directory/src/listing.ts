import { hash } from 'node:crypto';
import {
  BadRequest,
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  parseFilter,
  parseProjection,
  quotable,
  resolveFilter,
  type ResourceType,
  type SearchRequest,
} from '@provost/scim-protocol';
import type { TenantDatabase } from '@provost/entities';
import type { Cursors } from './cursor';
import { MatchingRows, MOST_FOUND, type ListQuery, type ListRow } from './matching-rows';
import { PagePositions } from './page-positions';
import type { RequestContext } from './request-context';
import { resourceTable, type ResourceTable } from './resource-table';
import { BY_ID, sortBy, type Sort } from './sort-sql';

/** One page of rows and what the ListResponse says about it. */
export interface PageOfRows {
  readonly rows: ListRow[];
  readonly totalResults: number;
  /** Absent when paging by cursor. */
  readonly startIndex?: number;
  readonly nextCursor?: string;
}

interface Query extends ListQuery {
  /** Names tenant, filter and order. */
  readonly hash: Buffer;
}

/** Lists by filter, order and page, as SQL on indexes. Nothing is filtered, sorted or counted in memory. */
export class Listing {
  /** @param mostFound how many rows a range of an index may give to be read whatever the order of the page is */
  constructor(
    private readonly db: TenantDatabase,
    private readonly positions: PagePositions,
    private readonly cursors: Cursors,
    private readonly mostFound = MOST_FOUND,
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
      table,
      filter: filter === undefined ? undefined : resolveFilter(type, parseFilter(filter, ctx.profile), ctx.profile),
      sort: by === undefined ? BY_ID : this.sort(type, table, by, sortOrder),
      projection: parseProjection(type, request),
      hash: hash('sha256', identity, 'buffer'),
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
    const matching = new MatchingRows(this.db, query, this.mostFound);
    if (count === 0) return { rows: [], totalResults: (await matching.count()).n, startIndex };
    // Only the order of ids is remembered: it is the one that Okta and Entra walk in.
    const walk = startIndex > 1 && query.sort === BY_ID;
    const edge = walk ? await this.positions.recall(query.ctx.scope, query.hash, startIndex) : undefined;
    const rows = await matching.page(
      count + 1,
      edge
        ? { after: { key: null, id: edge.afterId }, until: edge.untilId, total: edge.total }
        : { offset: startIndex - 1 },
    );
    const more = rows.length > count;
    if (more) rows.pop();
    const reached = startIndex - 1 + rows.length;
    // Counted on the first page of a walk, and where nothing is left to say a total from.
    const counted = (more && !edge) || (rows.length === 0 && startIndex > 1) ? await matching.count() : undefined;
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
    const matching = new MatchingRows(this.db, query, this.mostFound);
    if (size === 0) return { rows: [], totalResults: (await matching.count()).n };
    const rows = await matching.page(size + 1, from ? { after: from.position, total: from.total } : { offset: 0 });
    const more = rows.length > size;
    if (more) rows.pop();
    const last = rows.at(-1);
    // Counted once, on the first page: later ones tell the same, so that no page costs what the directory costs.
    const total = from ? from.total : more ? (await matching.count()).n : rows.length;
    const nextCursor =
      more && last
        ? this.cursors.encode(query.hash, { position: { key: last.sort_key ?? null, id: last.id }, count: size, total })
        : undefined;
    return { rows, totalResults: total, ...(nextCursor ? { nextCursor } : {}) };
  }
}
