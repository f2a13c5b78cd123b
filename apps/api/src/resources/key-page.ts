import { problem } from '../http';
import { limitOf } from '../tenancy';
import { isKey } from './resource-key';

/** One page of a list (contract §2). */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

export interface PageQuery {
  readonly limit?: string;
  readonly cursor?: string;
}

/** Which page of a list in the order of keys is asked for: `limit` items behind the key `after`. @throws Problem 400 */
export function keyPageOf({ limit, cursor }: PageQuery): { limit: number; after: string } {
  const after = cursor ? Buffer.from(String(cursor), 'base64url').toString() : '';
  if (after && (!isKey(after) || cursorOf(after) !== cursor)) throw unknownCursor();
  if (cursor && !after) throw unknownCursor();
  return { limit: limitOf({ limit }), after };
}

/** Rows that were asked for with one more than the page holds, as that page. */
export function keyPage<Row extends { key: string }, T>(rows: Row[], limit: number, view: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit);
  return { items: shown.map(view), nextCursor: rows.length > limit ? cursorOf(shown.at(-1)!.key) : null };
}

/** A query parameter that is given at most once. @throws Problem 400 */
export function single(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (!isKey(value))
    throw problem(400, `${name} must be one text of at most 200 characters.`, [
      { pointer: `/${name}`, detail: 'must be one text of at most 200 characters' },
    ]);
  return value;
}

function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function unknownCursor() {
  return problem(400, 'The cursor is not one that a list gave.', [{ pointer: '/cursor', detail: 'is not known' }]);
}
