import type { Json, JsonObject } from '../schema/types';
import { LIST_RESPONSE_URN } from './urns';

/** A page of a result (RFC 7644 §3.4.2, RFC 9865 §2). */
export interface Page {
  /** How many match altogether; may be unknown with cursors. */
  readonly totalResults?: number;
  /** Absent with cursors. */
  readonly startIndex?: number;
  /** How many `Resources` holds (catalogue OK-I2: never the size that was asked for). */
  readonly itemsPerPage: number;
  readonly Resources: readonly Json[];
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}

/** The body of a ListResponse; `Resources` is there even when empty (catalogue R15), and last, so that it can be streamed. */
export function listResponse(page: Page): JsonObject {
  const { totalResults, startIndex, itemsPerPage, Resources, nextCursor, previousCursor } = page;
  return {
    schemas: [LIST_RESPONSE_URN],
    ...(totalResults !== undefined && { totalResults }),
    ...(startIndex !== undefined && { startIndex }),
    itemsPerPage,
    ...(nextCursor !== undefined && { nextCursor }),
    ...(previousCursor !== undefined && { previousCursor }),
    Resources: [...Resources],
  };
}
