import { isUuid } from '@provost/entities';
import { problem } from '../http';

/** `?limit=&cursor=` of every list outside SCIM (contract §2). @throws Problem 400 */
export function pageOf(query: { limit?: string; cursor?: string }): { limit: number; after: string | undefined } {
  const limit = limitOf(query);
  if (query.cursor && !isUuid(query.cursor))
    throw problem(400, 'The cursor is not one that a list gave.', [{ pointer: '/cursor', detail: 'is not known' }]);
  return { limit, after: query.cursor || undefined };
}

/** How many items a page may have; 100 unless the query says otherwise. @throws Problem 400 */
export function limitOf(query: { limit?: string }): number {
  const limit = query.limit === undefined ? 100 : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
    throw problem(400, 'limit must be a whole number from 1 to 1000.', [
      { pointer: '/limit', detail: 'must be a whole number from 1 to 1000' },
    ]);
  return limit;
}
