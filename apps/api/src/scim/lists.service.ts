import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { Listing, renderRows, type RequestContext } from '@provost/directory';
import { TenantDatabase } from '@provost/entities';
import {
  BadRequest,
  type ClientProfile,
  DEFAULT_PAGE_SIZE,
  LIST_RESPONSE_URN,
  parseFilter,
  parseProjection,
  printFilter,
  type ResourceType,
  type SearchRequest,
  withoutUnknownAttributes,
} from '@provost/scim-protocol';

/** Chunks of about this many characters go to the socket. */
const CHUNK = 64 * 1024;

/** Lists as RFC 7644 §3.4.2 gives them, of one type or, at the root, of several. */
@Injectable()
export class ListsService {
  constructor(
    @Inject(Listing) private readonly listing: Listing,
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
  ) {}

  /** @returns the ListResponse as text, or as a stream when groups come with their members */
  async list(ctx: RequestContext, type: ResourceType, request: SearchRequest): Promise<string | Readable> {
    const projection = parseProjection(type, request);
    const page = await this.listing.page(ctx, type, request);
    const head = listHead(page, page.rows.length);
    const resources = renderRows(this.db, ctx, type, page.rows, projection);
    if (type.name === 'Group' && projection.wants('members')) return Readable.from(chunks(head, resources));
    let text = '';
    for await (const chunk of chunks(head, resources)) text += chunk;
    return text;
  }

  /**
   * RFC 7644 §3.4.3: POST /.search at the root asks all types. Users come first, then the others; each type is asked
   * for the part of the page that the ones before it leave.
   * @throws BadRequest invalidCursor: a cursor is a place in the list of one type
   */
  async searchAll(ctx: RequestContext, request: SearchRequest): Promise<string> {
    if (request.cursor !== undefined)
      throw new BadRequest(
        'invalidCursor',
        'Here pages go by startIndex. Cursors work on one endpoint, such as /Users.',
      );
    const texts: string[] = [];
    let total = 0;
    const wanted = request.count ?? DEFAULT_PAGE_SIZE;
    for (const type of ctx.registry.types) {
      const part = forType(type, request, ctx.profile);
      const left = wanted - texts.length;
      const startIndex = Math.max(1, request.startIndex - total);
      const page = await this.listing.page(ctx, type, { ...part, startIndex, count: Math.max(0, left) });
      const rows = request.startIndex - total > page.totalResults ? [] : page.rows;
      for await (const text of renderRows(this.db, ctx, type, rows, parseProjection(type, request))) texts.push(text);
      total += page.totalResults;
    }
    return `${listHead({ totalResults: total, startIndex: request.startIndex }, texts.length)}${texts.join(',')}]}`;
  }
}

/** The request as it counts for one of several types: what a type does not have, has no value there. */
function forType(type: ResourceType, request: SearchRequest, profile: ClientProfile): SearchRequest {
  const { filter, sortBy, ...rest } = request;
  return {
    ...rest,
    ...(sortBy !== undefined && type.resolve(sortBy) ? { sortBy } : {}),
    ...(filter === undefined
      ? {}
      : { filter: printFilter(withoutUnknownAttributes(type, parseFilter(filter, profile))) }),
  };
}

function listHead(
  page: { totalResults: number; startIndex?: number; nextCursor?: string },
  itemsPerPage: number,
): string {
  const start = page.startIndex === undefined ? '' : `"startIndex":${page.startIndex},`;
  const next = page.nextCursor === undefined ? '' : `"nextCursor":${JSON.stringify(page.nextCursor)},`;
  return (
    `{"schemas":["${LIST_RESPONSE_URN}"],"totalResults":${page.totalResults},${start}` +
    `"itemsPerPage":${itemsPerPage},${next}"Resources":[`
  );
}

async function* chunks(head: string, resources: AsyncIterable<string>): AsyncGenerator<string> {
  let text = head;
  let first = true;
  for await (const resource of resources) {
    text += first ? resource : `,${resource}`;
    first = false;
    if (text.length > CHUNK) {
      yield text;
      text = '';
    }
  }
  yield `${text}]}`;
}
