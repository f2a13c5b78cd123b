import { BadRequest } from '../errors';
import { quotable } from '../resource/text';
import type { Json } from '../schema/types';
import { MAX_PAGE_SIZE } from './limits';
import { messageBody } from './message-body';
import { SEARCH_REQUEST_URN } from './urns';

export type SortOrder = 'ascending' | 'descending';

/** What a GET query or a POST to /.search asks for (RFC 7644 §3.4.2, §3.4.3; RFC 9865). */
export interface SearchRequest {
  readonly filter?: string;
  readonly sortBy?: string;
  readonly sortOrder: SortOrder;
  /** From 1; of no meaning when `cursor` is there. */
  readonly startIndex: number;
  /** 0 to MAX_PAGE_SIZE; undefined when the client leaves it to the service. */
  readonly count?: number;
  /** Pages go by cursor when it is there; "" is the first page (catalogue P1). */
  readonly cursor?: string;
  /** Comma-separated, for parseProjection. */
  readonly attributes?: string;
  readonly excludedAttributes?: string;
}

/**
 * Reads the parameters of a GET. Names count in any case, unknown parameters are ignored (R22), an empty number or list
 * counts as not given. A repeated attribute list adds up; any other repeated parameter is a fault, as either could be meant.
 * @throws BadRequest invalidValue for what is no number or no sort order; invalidCount with a cursor (RFC 9865 §2.1);
 *   invalidFilter for an empty filter
 */
export function parseQuery(query: Readonly<Record<string, unknown>>): SearchRequest {
  const given = new Map<string, string>();
  for (const name of Object.keys(query)) {
    const parameter = PARAMETERS.get(name.toLowerCase());
    if (!parameter) continue;
    const value = query[name];
    for (const text of Array.isArray(value) ? value : [value]) {
      if (text === undefined || text === null) continue;
      if (typeof text !== 'string') throw new BadRequest('invalidValue', `The parameter "${parameter}" must be text.`);
      const earlier = given.get(parameter);
      if (earlier !== undefined && !LISTS.has(parameter)) {
        throw new BadRequest('invalidValue', `The parameter "${parameter}" is given more than once.`);
      }
      given.set(parameter, earlier === undefined ? text : `${earlier},${text}`);
    }
  }
  return searchRequest((name) => given.get(name));
}

/**
 * Reads the body of a POST to /.search (RFC 7644 §3.4.3). Lists of attributes may be arrays or comma-separated text,
 * numbers may be text.
 * @throws BadRequest invalidSyntax for a body that is no SearchRequest; else as parseQuery
 */
export function parseSearchRequest(body: Json): SearchRequest {
  const members = messageBody(body, SEARCH_REQUEST_URN);
  return searchRequest((name) => {
    const value = members.get(name.toLowerCase());
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' && NUMBERS.has(name)) return String(value);
    if (LISTS.has(name) && Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      return value.join(',');
    }
    throw new BadRequest('invalidValue', `"${name}" must be ${expected(name)}.`);
  });
}

const LISTS = new Set(['attributes', 'excludedAttributes']);
const NUMBERS = new Set(['startIndex', 'count']);
const PARAMETERS = new Map(
  ['filter', 'sortBy', 'sortOrder', 'cursor', ...NUMBERS, ...LISTS].map((name) => [name.toLowerCase(), name]),
);
const expected = (name: string) =>
  NUMBERS.has(name) ? 'a whole number' : LISTS.has(name) ? 'a list of attribute names' : 'a string';

function searchRequest(get: (name: string) => string | undefined): SearchRequest {
  const filter = get('filter');
  // To read an empty filter as none would answer a client's mistake with everybody.
  if (filter?.trim() === '') throw new BadRequest('invalidFilter', 'The filter is empty; leave it out to list all.');
  const cursor = get('cursor');
  const count = countOf(integer('count', get('count')), cursor !== undefined);
  const startIndex = Math.max(1, integer('startIndex', get('startIndex')) ?? 1);
  const request = {
    filter,
    sortBy: get('sortBy')?.trim() || undefined,
    sortOrder: sortOrder(get('sortOrder')),
    startIndex,
    count,
    cursor,
    attributes: get('attributes')?.trim() || undefined,
    excludedAttributes: get('excludedAttributes')?.trim() || undefined,
  };
  for (const name of Object.keys(request) as (keyof typeof request)[]) {
    if (request[name] === undefined) delete request[name];
  }
  return request as SearchRequest;
}

/** R17–R19 for pages by index; RFC 9865 §2.1 is stricter for pages by cursor (catalogue P5). */
function countOf(count: number | undefined, byCursor: boolean): number | undefined {
  if (count === undefined) return undefined;
  if (byCursor && (count < 0 || count > MAX_PAGE_SIZE)) {
    throw new BadRequest('invalidCount', `With a cursor, "count" must be between 0 and ${MAX_PAGE_SIZE}.`);
  }
  return Math.min(Math.max(0, count), MAX_PAGE_SIZE);
}

const INTEGER = /^[+-]?\d+$/;
/** Larger numbers count as this one: nobody has as many resources, and PostgreSQL's integer holds it. */
const LARGEST = 2 ** 31 - 1;

function integer(name: string, text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  if (!trimmed) return undefined;
  if (!INTEGER.test(trimmed)) {
    throw new BadRequest('invalidValue', `"${name}" must be a whole number, not "${quotable(trimmed)}".`);
  }
  return Math.max(-LARGEST, Math.min(LARGEST, Number(trimmed)));
}

function sortOrder(text: string | undefined): SortOrder {
  const order = text?.trim().toLowerCase() || 'ascending';
  if (order === 'ascending' || order === 'descending') return order;
  throw new BadRequest('invalidValue', '"sortOrder" must be "ascending" or "descending".');
}
